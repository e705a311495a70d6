//! `/verify/<secret>`: looking changes nothing, so that a mail scanner may look; the button does.

use crate::{
    address::use_part,
    api::sessions::{self, Entered, VerifyCall, VerifyPreview},
    components::{
        card::{self, Card},
        form::{Form, Submit},
        moment::{Moment, Say},
    },
    read::{shown_or, use_read},
    write::Write,
};
use domain::path;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{NavigateOptions, hooks::use_navigate};

#[component]
pub fn Verify() -> impl IntoView {
    let secret = use_part("secret");
    let preview = use_read(move || secret.get(), sessions::verify_preview);
    let action = Write::<VerifyCall>::begin();
    shown_or(
        preview,
        move |preview| {
            let (preview, secret) = (preview.get_untracked(), secret.get_untracked());
            view! { <Page preview secret action /> }.into_any()
        },
        card::failed,
        || ().into_any(),
    )
}

#[component]
fn Page(preview: VerifyPreview, secret: String, action: Write<VerifyCall>) -> impl IntoView {
    let VerifyPreview { organization_name, first_name, last_name, email, expires_at, signed_in } = preview;
    let other = signed_in.map(|present| {
        let sentence = format!("You are signed in as {present}. This signs you in as {email} instead.");
        view! { <p class="note">{sentence}</p> }
    });
    let navigate = use_navigate();
    let done = Callback::new(move |entered: Entered| {
        navigate(&path::organization(&entered.organization), NavigateOptions::default());
    });
    view! {
        <Title text="Confirm your address" />
        <Card heading="Confirm your address">
            <p class="lead">"One press makes your account and your organization, and signs you in."</p>
            <dl class="facts">
                <div>
                    <dt>"Organization"</dt>
                    <dd>{organization_name.to_string()}</dd>
                </div>
                <div>
                    <dt>"Founder"</dt>
                    <dd>{format!("{first_name} {last_name}")}</dd>
                </div>
                <div>
                    <dt>"Email"</dt>
                    <dd>{email.to_string()}</dd>
                </div>
            </dl>
            {other}
            <Form action done>
                <input type="hidden" name="secret" value=secret />
                <Submit class="button primary wide">"Create organization and sign in"</Submit>
            </Form>
            <p class="gate-foot">
                "You did not ask for this? Close the page: nothing is made, and the link "
                <Moment at=expires_at say=Say::End /> "."
            </p>
        </Card>
    }
    .into_any()
}
