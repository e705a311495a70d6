//! `/forgot-password`: also for somebody who is signed in and no longer knows their password.

use crate::{
    address::use_address,
    api::sessions::{self, ForgotPasswordCall},
    components::{
        card::{self, Card, MailSent},
        form::{Field, Form, Submit},
    },
    read::{shown_or, use_read},
    write::Write,
};
use domain::path;
use leptos::prelude::*;
use leptos_meta::Title;

const SENT: &str =
    "If the address you typed has an account, a mail is on its way there. Its link works for 30 minutes.";

#[component]
pub fn ForgotPassword() -> impl IntoView {
    let address = use_address();
    let sent = Memo::new(move |_| address.with(|address| address.has("sent")));
    let door = use_read(|| (), |()| sessions::door());
    let action = Write::<ForgotPasswordCall>::begin();
    shown_or(
        door,
        move |door| {
            let own = door.get_untracked().email.map(|email| email.to_string());
            let page = move || {
                if sent.get() {
                    return view! { <MailSent lead=SENT again=path::FORGOT_PASSWORD /> }.into_any();
                }
                let email = own.clone().unwrap_or_else(|| address.with_untracked(|address| address.text("email")));
                view! { <Page email action /> }.into_any()
            };
            page.into_any()
        },
        card::failed,
        || ().into_any(),
    )
}

#[component]
fn Page(email: String, action: Write<ForgotPasswordCall>) -> impl IntoView {
    view! {
        <Title text="Reset your password" />
        <Card heading="Reset your password">
            <p class="lead">"Type the address of your account. We mail you a link to choose a new password."</p>
            <Form action next=format!("{}?sent", path::FORGOT_PASSWORD)>
                <Field name="email" label="Email" kind="email" autocomplete="username" value=email autofocus=true />
                <Submit class="button primary wide">"Send the link"</Submit>
            </Form>
            <p class="gate-foot">
                <a href=path::SIGN_IN>"Back to sign-in"</a>
            </p>
        </Card>
    }
    .into_any()
}
