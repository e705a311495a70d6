//! `/reset-password/<secret>`

use crate::{
    address::use_part,
    api::sessions::{self, ResetPasswordCall},
    components::{
        card::{self, Card},
        credentials::{KnownEmail, NewPassword},
        form::{Form, Submit},
    },
    read::{shown_or, use_read},
    write::Write,
};
use domain::path;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn ResetPassword() -> impl IntoView {
    let secret = use_part("secret");
    let preview = use_read(move || secret.get(), sessions::reset_preview);
    let action = Write::<ResetPasswordCall>::begin();
    shown_or(
        preview,
        move |preview| {
            let (email, secret) = (preview.get_untracked().email.to_string(), secret.get_untracked());
            view! { <Page email secret action /> }.into_any()
        },
        card::failed,
        || ().into_any(),
    )
}

#[component]
fn Page(email: String, secret: String, action: Write<ResetPasswordCall>) -> impl IntoView {
    view! {
        <Title text="Choose a new password" />
        <Card heading="Choose a new password">
            <p class="lead">"Every session of this account ends, on every device. Then you sign in with the new password."</p>
            <Form action next=path::SIGN_IN>
                <input type="hidden" name="secret" value=secret />
                <KnownEmail email />
                <NewPassword label="New password" />
                <Submit class="button primary wide">"Change password"</Submit>
            </Form>
        </Card>
    }
    .into_any()
}
