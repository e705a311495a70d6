//! Looking at a password while it is typed.

use leptos::prelude::*;

/// Finds the fields of passwords: one that is shown is of the type `text`.
pub(super) const PASSWORDS: &str = "input[type=password], input[autocomplete$=password]";

/// Whether the password in one field is shown. What is sent is hidden again: browsers remember what they see in open fields.
pub(super) fn use_revealed(pending: Option<Signal<bool>>) -> RwSignal<bool> {
    let revealed = RwSignal::new(false);
    Effect::new(move |_| {
        if pending.is_some_and(|pending| pending.get()) {
            revealed.set(false);
        }
    });
    revealed
}

/// The button at the end of a password's field. Described by the field's label and not named by it: what is called as the
/// field must be the field alone.
#[component]
pub(super) fn Reveal(revealed: RwSignal<bool>, #[prop(into)] field: String) -> impl IntoView {
    view! {
        <button
            type="button"
            class="reveal scripted"
            aria-describedby=format!("{field}-label")
            aria-controls=field
            on:click=move |_| revealed.update(|revealed| *revealed = !*revealed)
        >
            {move || if revealed.get() { "Hide" } else { "Show" }}
        </button>
    }
}
