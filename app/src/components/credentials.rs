//! What people prove themselves with, spelled so that password managers understand it.

use super::form::Field;
use domain::password::Password;
use leptos::prelude::*;

/// A password that is being chosen.
#[component]
pub fn NewPassword(#[prop(default = "Password")] label: &'static str) -> impl IntoView {
    let hint = format!("{} characters or more. A few words in a row are good.", Password::SHORTEST);
    view! { <Field name="password" label kind="password" autocomplete="new-password" hint /> }
}

/// An address that can't be changed here. Not sent: the server knows it.
#[component]
pub fn KnownEmail(email: String, #[prop(optional, into)] hint: Option<String>) -> impl IntoView {
    let described = hint.is_some().then_some("known-email-hint");
    view! {
        <div class="field">
            <label for="known-email">"Email"</label>
            <input
                class="input"
                id="known-email"
                type="email"
                value=email
                autocomplete="username"
                readonly
                aria-describedby=described
            />
            {hint.map(|hint| view! { <small id="known-email-hint">{hint}</small> })}
        </div>
    }
}
