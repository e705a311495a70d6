//! What is shown instead of a page: why not, and where to go.

use crate::{
    error::ApiError,
    refresh::Refresh,
    session::{Session, use_sign_in_address},
};
use domain::path;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;

/// Gives the answer its status, where a page is drawn by the server.
pub fn set_status(status: u16) {
    #[cfg(feature = "ssr")]
    if let (Some(options), Ok(status)) = (use_context::<leptos_axum::ResponseOptions>(), status.try_into()) {
        options.set_status(status);
    }
    #[cfg(not(feature = "ssr"))]
    let _ = status;
}

pub fn heading(error: &ApiError) -> &'static str {
    match error.status() {
        404 => "Nothing here",
        403 if error.code == "organization_suspended" => "Suspended",
        403 => "Not for you",
        410 => "This is over",
        503 => "Back in a moment",
        400..=499 => "That did not work",
        _ => "Something went wrong",
    }
}

/// Inside of the console.
#[component]
pub fn Failed(error: ApiError) -> impl IntoView {
    if error.code == "not_signed_in" {
        return view! { <Redirect path=use_sign_in_address() /> }.into_any();
    }
    set_status(error.status());
    let (heading, passing) = (heading(&error), error.is_passing());
    let onward = move || {
        let current = use_context::<Session>()?.current.get()?.ok()?;
        // Where home leads for this person, by its name.
        let (to, word) = match (current.organizations.is_empty(), current.operator) {
            (true, false) => (path::ACCOUNT, "To your account"),
            (true, true) => (path::OPERATOR, "To the operator's page"),
            (false, _) => (path::HOME, "To your organization"),
        };
        Some(view! { <a class="button" href=to>{word}</a> })
    };
    let refresh = use_context::<Refresh>();
    let again = passing.then(|| {
        let again = move |_| {
            if let Some(refresh) = refresh {
                refresh.now();
            }
        };
        view! {
            <button type="button" class="button primary scripted" on:click=again>
                "Try again"
            </button>
        }
    });
    view! {
        <Title text=heading />
        <section class="empty">
            <h1>{heading}</h1>
            <p>{error.message}</p>
            {again}
            <Suspense>{onward}</Suspense>
        </section>
    }
    .into_any()
}
