//! The way through a list that is read from its newest end: `?cursor=<where the page begins>`.

use crate::address::use_address;
use leptos::prelude::*;

/// `next` is the cursor of the next page, where there is one.
#[component]
pub fn Paging(#[prop(into)] next: Signal<Option<String>>) -> impl IntoView {
    let address = use_address();
    let links = move || {
        let newest = address.with(|address| address.get("cursor").map(|_| address.with(&[("cursor", "")])));
        let older = next.get().map(|cursor| address.with(|address| address.with(&[("cursor", &cursor)])));
        (older.is_some() || newest.is_some()).then(|| {
            view! {
                <nav class="actions" aria-label="Pages">
                    {newest.map(|address| view! { <a class="button small" id="newest" href=address>"Newest"</a> })}
                    {older.map(|address| view! { <a class="button small" id="older" href=address>"Older"</a> })}
                </nav>
            }
        })
    };
    links.into_any()
}
