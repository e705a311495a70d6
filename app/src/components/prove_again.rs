//! Proving the password before a question that takes a recent sign-in. Where scripts run the question's own form asks for it
//! when the server does; without them it comes first, so that nothing that was filled in is lost.

use super::{
    dialog::{Cancel, Dialog},
    form::{Field, Form, Submit},
};
use crate::{
    address::{Address, use_address},
    api::account::ConfirmPasswordCall,
    write::Write,
};
use domain::text::EmailAddress;
use leptos::prelude::*;

/// Whose password comes before what is asked, if any. `prove` is whose it would be as the page was read.
///
/// A question that a page began with is drawn so by the server, and stays so until the password was given; what is opened later
/// is asked at once. From then on the page may be read again at any time: the proof must not take the place of a form that
/// somebody is filling in, which asks for it by itself when it is sent.
pub fn use_first_proof(prove: Signal<Option<EmailAddress>>, asked: Signal<bool>) -> Memo<Option<EmailAddress>> {
    let alive = RwSignal::new(false);
    Effect::new(move |_| {
        if !asked.get() || prove.with(Option::is_none) {
            alive.set(true);
        }
    });
    Memo::new(move |_| prove.get().filter(|_| asked.get() && !alive.get()))
}

/// The dialog. The question follows at the same address.
#[component]
pub fn ProveAgain(why: &'static str, email: EmailAddress, #[prop(into)] close: Signal<String>) -> impl IntoView {
    let confirm = Write::<ConfirmPasswordCall>::begin();
    let address = use_address();
    let here = move || address.with(Address::here);
    view! {
        <Dialog close>
            <Form action=confirm class="dialog-in" stays=true>
                <header>
                    <h2 id="dialog-title">"Confirm that it is you"</h2>
                    <p>{why} " Yours was more than five minutes ago."</p>
                </header>
                // For a plain post alone: here the page is read again, and is the same one.
                <input type="hidden" name="next" value=here />
                // Tells a password manager whose password this is.
                <input type="email" autocomplete="username" value=email.to_string() hidden readonly />
                <Field
                    name="current_password"
                    label="Current password"
                    kind="password"
                    autocomplete="current-password"
                    autofocus=true
                />
                <footer>
                    <Cancel />
                    <Submit>"Confirm"</Submit>
                </footer>
            </Form>
        </Dialog>
    }
    .into_any()
}
