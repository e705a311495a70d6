//! `/reset-password/<secret>`

use super::{Document, Loaded, Visit, frame::Card};
use crate::components::{
    credentials::{KnownEmail, NewPassword},
    form::Form,
};
use leptos::prelude::*;

pub(super) async fn load(visit: &Visit, secret: &str) -> Loaded {
    let email = usecases::password_reset::waiting(&visit.context, secret).await?.email.to_string();
    let secret = secret.to_owned();
    Ok(Document::new("Choose a new password", move || view! { <Page secret email /> }))
}

#[component]
fn Page(secret: String, email: String) -> impl IntoView {
    view! {
        <Card heading="Choose a new password">
            <p class="lead">"Every session of this account ends, on every device. Then you sign in with the new password."</p>
            <Form action="/api/v1/sessions/reset-password">
                <input type="hidden" name="secret" value=secret />
                <KnownEmail email />
                <NewPassword label="New password" />
                <button type="submit" class="button primary wide">
                    "Change password"
                </button>
            </Form>
        </Card>
    }
}
