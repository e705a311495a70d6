//! `/sign-up`

use crate::{
    address::use_address,
    api::sessions::{self, SignUpCall, SignedUp},
    components::{
        card::{self, Card, MailSent},
        credentials::NewPassword,
        failed::set_status,
        form::{Field, Form, Submit},
    },
    error::ApiError,
    read::{shown_or, use_read},
    write::Write,
};
use domain::{Refusal, path};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{NavigateOptions, components::Redirect, hooks::use_navigate};

const SENT: &str = "A mail is on its way to the address you typed, and says how to go on. Its link works for 24 hours.";

#[component]
pub fn SignUp() -> impl IntoView {
    let address = use_address();
    let sent = Memo::new(move |_| address.with(|address| address.has("sent")));
    let door = use_read(|| (), |()| sessions::door());
    let action = Write::<SignUpCall>::begin();
    shown_or(
        door,
        move |door| {
            let door = door.get_untracked();
            if door.home.is_some() {
                return view! { <Redirect path=path::HOME /> }.into_any();
            }
            let page = move || match (sent.get(), door.first || door.open) {
                (true, _) => view! { <MailSent lead=SENT again=path::SIGN_UP /> }.into_any(),
                (false, true) => view! { <Page first=door.first action /> }.into_any(),
                (false, false) => view! { <Closed /> }.into_any(),
            };
            page.into_any()
        },
        card::failed,
        || ().into_any(),
    )
}

#[component]
fn Page(first: bool, action: Write<SignUpCall>) -> impl IntoView {
    let lead = if first {
        "You are the first here. This makes your account and your organization, and signs you in at once."
    } else {
        "You become the founder of a new organization and its first admin. We mail you a link to prove your address."
    };
    let sign_in = (!first).then(|| {
        view! {
            <p class="gate-foot">
                "You have an account? " <a href=path::SIGN_IN>"Sign in"</a>
            </p>
            <p class="gate-foot">
                "Your organization is here already? Ask one of its admins to invite you."
            </p>
        }
    });
    let navigate = use_navigate();
    let done = Callback::new(move |answer| {
        let next = match answer {
            SignedUp::In(entered) => path::organization(&entered.organization),
            SignedUp::Next { .. } => format!("{}?sent", path::SIGN_UP),
        };
        navigate(&next, NavigateOptions::default());
    });
    view! {
        <Title text="Create an organization" />
        <Card heading="Create an organization">
            <p class="lead">{lead}</p>
            <Form action done>
                <Field
                    name="organization_name"
                    label="Organization"
                    autocomplete="organization"
                    hint="A company, a team, a lab: whoever shares namespaces."
                    autofocus=true
                />
                <Field name="first_name" label="First name" autocomplete="given-name" />
                <Field name="last_name" label="Last name" autocomplete="family-name" />
                <Field name="email" label="Email" kind="email" autocomplete="username" />
                <NewPassword />
                <Submit class="button primary wide">"Create organization"</Submit>
            </Form>
            {sign_in}
        </Card>
    }
    .into_any()
}

#[component]
fn Closed() -> impl IntoView {
    let error = ApiError::from(Refusal::SignUpsClosed);
    set_status(error.status());
    view! {
        <Title text="Sign-up is closed" />
        <Card heading="Sign-up is closed">
            <p class="lead">{error.message}</p>
            <a class="button wide" href=path::SIGN_IN>
                "Sign in"
            </a>
        </Card>
    }
    .into_any()
}
