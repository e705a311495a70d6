//! The way down to a page that is below others: a link to each of them.

use leptos::prelude::*;

/// `above` are the pages on the way, from the top: each with its name and its address.
#[component]
pub fn Breadcrumb(above: Vec<(&'static str, &'static str)>, #[prop(into)] here: Signal<String>) -> impl IntoView {
    let links = above.into_iter().map(|(name, address)| view! { <li><a href=address>{name}</a></li> });
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>
                {links.collect::<Vec<_>>()} <li>
                    <span aria-current="page">{move || here.get()}</span>
                </li>
            </ol>
        </nav>
    }
    .into_any()
}
