//! `/forgot-password`: also for somebody who is signed in and no longer knows their password.

use super::{
    Document, Loaded, Visit,
    frame::{Card, MailSent},
};
use crate::components::form::{Field, Form};
use domain::path;
use leptos::prelude::*;

pub(super) async fn load(visit: &Visit) -> Loaded {
    if visit.query.has("sent") {
        return Ok(Document::new(
            "Look into your mailbox",
            || view! { <MailSent lead="If the address you typed has an account, a mail is on its way there. Its link works for one hour." again=path::FORGOT_PASSWORD /> },
        ));
    }
    let own = visit.context.signed_in().ok().map(|person| person.email.to_string());
    let email = own.or_else(|| visit.query.get("email").map(ToOwned::to_owned)).unwrap_or_default();
    Ok(Document::new("Reset your password", move || view! { <Page email /> }))
}

#[component]
fn Page(email: String) -> impl IntoView {
    view! {
        <Card heading="Reset your password">
            <p class="lead">"Type the address of your account. We mail you a link to choose a new password."</p>
            <Form action="/api/v1/sessions/forgot-password">
                <Field name="email" label="Email" kind="email" autocomplete="username" value=email autofocus=true />
                <button type="submit" class="button primary wide">
                    "Send the link"
                </button>
            </Form>
            <p class="gate-foot">
                <a href=path::SIGN_IN>"Back to sign-in"</a>
            </p>
        </Card>
    }
}
