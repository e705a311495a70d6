//! What tables have in common.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

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

/// Searches the list below it, while somebody types where scripts run. `kept` is what the address has beside the search,
/// and goes on with it where it says something.
#[component]
pub(crate) fn Search(
    action: String,
    value: String,
    placeholder: &'static str,
    label: &'static str,
    #[prop(default = Vec::new())] kept: Vec<(&'static str, String)>,
) -> impl IntoView {
    let kept = kept.into_iter().filter(|(_, value)| !value.is_empty());
    let kept = kept.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect::<Vec<_>>();
    view! {
        <form method="get" action=action data-soft="" role="search" class="with-icon">
            {kept} <Glyph icon=Icon::Search size=16 />
            <input
                class="input"
                type="search"
                id="search"
                name="search"
                value=value
                placeholder=placeholder
                aria-label=label
                data-live=""
            />
        </form>
    }
    .into_any()
}
