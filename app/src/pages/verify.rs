//! `/verify/<secret>`: looking changes nothing, so that a mail scanner may look; the button does.

use super::{Document, Loaded, Visit, frame::Card};
use crate::components::{form::Form, moment::Moment};
use domain::time::Timestamp;
use leptos::prelude::*;

struct Facts {
    secret: String,
    organization: String,
    name: String,
    email: String,
    expires_at: Timestamp,
    /// Whoever this browser is signed in as.
    present: Option<String>,
}

pub(super) async fn load(visit: &Visit, secret: &str) -> Loaded {
    let waiting = usecases::sign_up::waiting(&visit.context, secret).await?;
    let facts = Facts {
        secret: secret.to_owned(),
        organization: waiting.organization_name.to_string(),
        name: format!("{} {}", waiting.first_name, waiting.last_name),
        email: waiting.email.to_string(),
        expires_at: waiting.expires_at,
        present: visit.context.signed_in().ok().map(|person| person.email.to_string()),
    };
    Ok(Document::new("Confirm your address", move || view! { <Page facts /> }))
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { secret, organization, name, email, expires_at, present } = facts;
    let other = present.map(|present| {
        let sentence = format!("You are signed in as {present}. This signs you in as {email} instead.");
        view! { <p class="note">{sentence}</p> }
    });
    view! {
        <Card heading="Confirm your address">
            <p class="lead">"One press makes your account and your organization, and signs you in."</p>
            <dl class="facts">
                <div>
                    <dt>"Organization"</dt>
                    <dd>{organization}</dd>
                </div>
                <div>
                    <dt>"Founder"</dt>
                    <dd>{name}</dd>
                </div>
                <div>
                    <dt>"Email"</dt>
                    <dd>{email}</dd>
                </div>
            </dl>
            {other}
            <Form action="/api/v1/sessions/verify">
                <input type="hidden" name="secret" value=secret />
                <button type="submit" class="button primary wide">
                    "Create organization and sign in"
                </button>
            </Form>
            <p class="gate-foot">
                "You did not ask for this? Close the page: nothing is made, and the link ends on "
                <Moment at=expires_at /> "."
            </p>
        </Card>
    }
}
