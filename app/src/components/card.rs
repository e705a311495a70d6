//! The pages outside of the console: one card in the middle, with a heading.

use super::{
    browser::{document, focus},
    failed::{heading, set_status},
};
use crate::{error::ApiError, session::use_sign_in_address};
use domain::path;
use leptos::{html, prelude::*};
use leptos_meta::Title;
use leptos_router::components::Redirect;

#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
            <path d="M3 3h11v5h5v11H3z" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round"></path>
            <circle cx="17.5" cy="4.5" r="2.2" fill="currentColor"></circle>
        </svg>
    }
}

#[component]
pub fn Card(#[prop(into)] heading: String, children: Children) -> impl IntoView {
    let node = NodeRef::<html::Main>::new();
    // Where a visit begins, the browser itself gives the focus. After that, the next card has it.
    let root = document().and_then(|document| document.document_element());
    let follows = root.is_some_and(|root| root.has_attribute("data-ready"));
    Effect::new(move |_| {
        if let Some(main) = node.get().filter(|_| follows) {
            let first = main.query_selector("[autofocus]").ok().flatten();
            focus(&first.unwrap_or_else(|| main.into()));
        }
    });
    view! {
        <div class="gate">
            <header>
                <a class="brand" href=path::HOME>
                    <Brand />
                    <span>"Bailiwick"</span>
                </a>
            </header>
            <main class="gate-card" id="main" tabindex="-1" node_ref=node>
                <h1>{heading}</h1>
                {children()}
            </main>
        </div>
    }
    .into_any()
}

/// A page of this kind that can't be shown.
pub fn failed(error: ApiError) -> AnyView {
    if error.code == "not_signed_in" {
        return view! { <Redirect path=use_sign_in_address() /> }.into_any();
    }
    set_status(error.status());
    let heading = heading(&error);
    view! {
        <Title text=heading />
        <Card heading>
            <p class="lead">{error.message}</p>
            <a class="button wide" href=path::SIGN_IN>
                "Sign in"
            </a>
        </Card>
    }
    .into_any()
}

/// What follows a form that mails a link. The same for every address: it must not tell who has an account.
#[component]
pub fn MailSent(lead: &'static str, again: &'static str) -> impl IntoView {
    view! {
        <Title text="Look into your mailbox" />
        <Card heading="Look into your mailbox">
            <p class="lead">{lead}</p>
            <p class="gate-foot">
                "No mail? Look among the junk, or " <a href=again>"try again"</a> "."
            </p>
            <p class="gate-foot">
                <a href=path::SIGN_IN>"Back to sign-in"</a>
            </p>
        </Card>
    }
    .into_any()
}
