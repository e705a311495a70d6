//! Proving the password again, where the sign-in is too old for what is asked.

use super::form::{Field, Form};
use leptos::prelude::*;

/// The inside of a dialog. `here` is the address to come back to.
#[component]
pub fn ProveAgain(why: &'static str, email: String, here: String, close: String) -> impl IntoView {
    view! {
        <Form action="/api/v1/account/confirm-password" next=here class="dialog-in">
            <header>
                <h2 id="dialog-title">"Confirm that it is you"</h2>
                <p>{why} " Yours was more than five minutes ago."</p>
            </header>
            // Tells a password manager whose password this is.
            <input type="email" autocomplete="username" value=email hidden readonly />
            <Field
                name="current_password"
                label="Present password"
                kind="password"
                autocomplete="current-password"
                autofocus=true
            />
            <footer>
                <a class="button" href=close>
                    "Cancel"
                </a>
                <button type="submit" class="button primary">
                    "Confirm"
                </button>
            </footer>
        </Form>
    }
}
