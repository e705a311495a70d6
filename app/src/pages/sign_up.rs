//! `/sign-up`

use super::{
    Away, Document, Loaded, Visit,
    frame::{Card, MailSent},
};
use crate::{
    components::{
        credentials::NewPassword,
        form::{Field, Form},
    },
    error::ApiError,
};
use domain::{Refusal, path};
use leptos::prelude::*;

pub(super) async fn load(visit: &Visit) -> Loaded {
    if visit.context.signed_in().is_ok() {
        return Err(Away::To(path::HOME.into()));
    }
    if visit.query.has("sent") {
        return Ok(Document::new(
            "Look into your mailbox",
            || view! { <MailSent lead="A mail is on its way to the address you typed, and says how to go on. Its link works for 24 hours." again=path::SIGN_UP /> },
        ));
    }
    let first = usecases::sign_up::is_first(&visit.context).await?;
    if !first && !usecases::sign_up::is_open(&visit.context).await? {
        let error = ApiError::from(Refusal::SignUpsClosed);
        let status = error.status();
        let document = Document::new("Sign-up is closed", move || view! { <Closed why=error.message /> });
        return Ok(Document { status, ..document });
    }
    Ok(Document::new("Create an organization", move || view! { <Page first /> }))
}

#[component]
fn Page(first: bool) -> impl IntoView {
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
    view! {
        <Card heading="Create an organization">
            <p class="lead">{lead}</p>
            <Form action="/api/v1/sessions/sign-up">
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
                <button type="submit" class="button primary wide">
                    "Create organization"
                </button>
            </Form>
            {sign_in}
        </Card>
    }
}

#[component]
fn Closed(why: String) -> impl IntoView {
    view! {
        <Card heading="Sign-up is closed">
            <p class="lead">{why}</p>
            <a class="button wide" href=path::SIGN_IN>
                "Sign in"
            </a>
        </Card>
    }
}
