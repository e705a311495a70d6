//! `/sign-in`

use super::{Away, Document, Loaded, Visit, frame::Card};
use crate::components::form::{Field, Form};
use domain::path;
use leptos::prelude::*;

pub(super) async fn load(visit: &Visit) -> Loaded {
    let next = visit.query.get("next").map(ToOwned::to_owned);
    if visit.context.signed_in().is_ok() {
        return Err(Away::To(path::HOME.into()));
    }
    if usecases::sign_up::is_first(&visit.context).await? {
        return Err(Away::To(path::SIGN_UP.into()));
    }
    let email = visit.query.get("email").map(ToOwned::to_owned);
    let open = usecases::sign_up::is_open(&visit.context).await?;
    Ok(Document::new("Sign in", move || view! { <Page next email open /> }))
}

#[component]
fn Page(next: Option<String>, email: Option<String>, open: bool) -> impl IntoView {
    let ended = next.is_some().then(|| view! { <p class="lead">"Sign in to go on to the page you asked for."</p> });
    let sign_up = open.then(|| {
        view! {
            <p class="gate-foot">
                "New here? " <a href=path::SIGN_UP>"Create an organization"</a>
            </p>
        }
    });
    view! {
        <Card heading="Sign in">
            {ended}
            <Form action="/api/v1/sessions/sign-in" next=next.unwrap_or_else(|| path::HOME.to_owned())>
                <Field
                    name="email"
                    label="Email"
                    kind="email"
                    autocomplete="username"
                    value=email.unwrap_or_default()
                    autofocus=true
                />
                <Field name="password" label="Password" kind="password" autocomplete="current-password" />
                <button type="submit" class="button primary wide">
                    "Sign in"
                </button>
            </Form>
            <p class="gate-foot">
                <a href=path::FORGOT_PASSWORD>"Forgot your password?"</a>
            </p>
            {sign_up}
        </Card>
    }
}
