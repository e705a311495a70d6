//! The addresses of an invitation, checked by the server's own rule while they are typed.

use domain::{invitation::MOST_AT_ONCE, text::EmailAddress};
use leptos::prelude::*;

/// The field and the buttons of "Send an Invite". The button opens as soon as something typed is an address.
/// `close` is the address that leaves the dialog.
#[island]
pub fn InviteFields(close: String, value: String, error: String) -> impl IntoView {
    let text = RwSignal::new(value.clone());
    // Until the scripts are here the button stays open: the server checks either way.
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let parts = Memo::new(move |_| {
        let text = text.get();
        let (mut good, mut bad) = (0_usize, Vec::new());
        for part in EmailAddress::split_many(&text) {
            match EmailAddress::parse(part) {
                Ok(_) => good += 1,
                Err(_) => bad.push(part.to_owned()),
            }
        }
        (good, bad)
    });
    let closed = move || alive.get() && (parts.get().0 == 0 || parts.get().0 > MOST_AT_ONCE);
    let said = move || match parts.get() {
        (good, _) if good > MOST_AT_ONCE => format!("{good} addresses: at most {MOST_AT_ONCE} at once."),
        (0, _) => String::new(),
        (good, bad) if bad.is_empty() => crate::words::count(good as u64, "address", "addresses"),
        (good, bad) => format!(
            "{}; not an address: {}",
            crate::words::count(good as u64, "address", "addresses"),
            bad.iter().take(3).cloned().collect::<Vec<_>>().join(", ")
        ),
    };
    let none = error.is_empty();
    view! {
        <div class="field">
            <label for="emails">"Email"</label>
            <textarea
                class="input"
                id="emails"
                name="emails[]"
                rows="2"
                placeholder="someone@email.com"
                required
                autofocus
                autocomplete="off"
                spellcheck="false"
                aria-describedby="emails-error emails-hint emails-count"
                aria-invalid=(!none).then_some("true")
                on:input=move |event| text.set(event_target_value(&event))
            >
                {value}
            </textarea>
            <p class="field-error" id="emails-error" hidden=none>
                {error}
            </p>
            <small id="emails-hint">"Several at once: separate them by commas, spaces or new lines."</small>
            <small id="emails-count" aria-live="polite">
                {said}
            </small>
        </div>
        <p class="form-error" role="alert" hidden></p>
        <footer>
            <a class="button" href=close>
                "Cancel"
            </a>
            <button type="submit" class="button primary" disabled=closed>
                "Send Invite"
            </button>
        </footer>
    }
}
