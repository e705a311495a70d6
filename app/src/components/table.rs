//! What tables have in common.

use super::{
    browser::document,
    fields::kept_field,
    icon::{Glyph, Icon},
    timer::Timer,
};
use crate::address::use_address;
use leptos::{html, prelude::*};
use leptos_router::{NavigateOptions, components::Form, hooks::use_navigate};
use std::time::Duration;

/// The names of the columns.
#[component]
pub(crate) fn Columns<const N: usize>(names: [&'static str; N]) -> impl IntoView {
    let names = names.map(|name| view! { <th>{name}</th> }).into_iter().collect::<Vec<_>>();
    view! {
        <thead>
            <tr>{names}</tr>
        </thead>
    }
    .into_any()
}

/// How long the search waits for the next letter.
pub const TYPING: Duration = Duration::from_millis(200);

/// Searches the list below it, while somebody types where scripts run. `kept` is what the address has beside the search, and
/// goes on with it where it says something.
#[component]
pub(crate) fn Search(
    placeholder: &'static str,
    label: &'static str,
    #[prop(default = &[])] kept: &'static [&'static str],
) -> impl IntoView {
    let address = use_address();
    let navigate = use_navigate();
    let timer = Timer::idle();
    let ask = Callback::new(move |text: String| {
        let Some(address) = address.try_get_untracked() else { return };
        let kept = kept.iter().map(|name| (*name, address.text(name))).collect::<Vec<_>>();
        let kept = kept.iter().map(|(name, value)| (*name, value.as_str()));
        let query = std::iter::once(("search", text.trim())).chain(kept).collect::<Vec<_>>();
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&address.only(&query), options);
    });
    let typed = move |event| {
        let text = event_target_value(&event);
        timer.after(TYPING, move || ask.run(text));
    };
    let node = NodeRef::<html::Input>::new();
    // Another list, or the same without a search: the box says what is searched, but not under somebody's hands.
    Effect::new(move |_| {
        let searched = address.with(|address| address.text("search"));
        let Some(input) = node.get() else { return };
        let active = document().and_then(|document| document.active_element());
        let typing = active.is_some_and(|active| active.is_same_node(Some(&input)));
        if !typing && input.value() != searched {
            input.set_value(&searched);
        }
    });
    let hidden = kept.iter().map(|name| kept_field(address, name)).collect::<Vec<_>>();
    view! {
        <Form
            action=move || address.with(|address| address.path().to_owned())
            noscroll=true
            replace=true
            attr:role="search"
            attr:class="with-icon"
        >
            {hidden}
            <Glyph icon=Icon::Search size=16 />
            <input
                class="input"
                type="search"
                node_ref=node
                id="search"
                name="search"
                value=address.with_untracked(|address| address.text("search"))
                placeholder=placeholder
                aria-label=label
                on:input=typed
                // At once: whoever goes on to another page must not be brought back by it.
                on:blur=move |event| {
                    if timer.stop() {
                        ask.run(event_target_value(&event));
                    }
                }
            />
        </Form>
    }
    .into_any()
}
