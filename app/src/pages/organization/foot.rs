//! What stands below the Users table: how many there are, and the way to the others.

use super::{Shared, everybody, listed};
use crate::{address::Address, words::count};
use leptos::prelude::*;

/// As many rows as the API answers to a page, where nothing else is chosen, and at most.
const SIZE: u64 = 50;
const LARGEST: u64 = 200;

/// What can be chosen.
const SIZES: [u64; 3] = [25, SIZE, 100];

fn size(address: &Address) -> u64 {
    address.text("limit").parse::<u32>().map_or(SIZE, |limit| u64::from(limit).clamp(1, LARGEST))
}

fn from(address: &Address) -> u64 {
    address.text("from").parse().unwrap_or(1).max(1)
}

#[component]
pub(super) fn Foot(shared: Shared) -> impl IntoView {
    let Shared { slug, address, page, .. } = shared;
    let range = move || {
        let (from, size) = address.with(|address| (from(address), size(address)));
        page.with(|page| match page.total {
            0 => "No users".to_owned(),
            n if n <= size && page.previous.is_none() && page.next.is_none() => count(n, "user", "users"),
            n => format!("{from}–{} of {n}", from.saturating_add(size - 1).min(n)),
        })
    };
    let to = move |cursor: &str, from: u64, direction: &str| {
        let part = [("cursor", cursor), ("from", &from.to_string()), ("to", direction)];
        address.with(|address| listed(address, &part))
    };
    let paging = move || {
        let (from, size) = address.with(|address| (from(address), size(address)));
        let (previous, next) = page.with(|page| (page.previous.clone(), page.next.clone()));
        let any = previous.is_some() || next.is_some();
        let previous = previous.map(|cursor| to(&cursor, from.saturating_sub(size).max(1), "previous"));
        let next = next.map(|cursor| to(&cursor, from.saturating_add(size), ""));
        any.then(|| {
            view! {
                <nav class="actions" aria-label="Pages">
                    <PageLink word="Previous" address=previous />
                    <PageLink word="Next" address=next />
                </nav>
            }
        })
    };
    let alone = move || shared.admin() && page.with(|page| everybody(page) == 1 && page.total == 1);
    let invite = move || {
        alone().then(|| {
            view! {
                <span>
                    "You are the only one here. "
                    <a href=move || format!("/o/{}/namespaces", slug.get())>"Create a namespace"</a>
                    ", then invite people: they get the namespaces you have."
                </span>
            }
        })
    };
    // No choice where every one of them shows the same.
    let needless = move || page.with(|page| page.total <= SIZES[0]) && address.with(|address| !address.has("limit"));
    view! {
        <div class="foot">
            <span>{range}</span>
            {invite}
            <nav class="sizes" aria-label="Users per page" hidden=needless>
                <span aria-hidden="true">"Per page"</span>
                {SIZES.map(|size| view! { <SizeLink shared choice=size /> }).into_iter().collect::<Vec<_>>()}
            </nav>
            {paging}
        </div>
    }
    .into_any()
}

#[component]
fn PageLink(word: &'static str, address: Option<String>) -> impl IntoView {
    match address {
        Some(address) => view! {
            <a class="button small" href=address>
                {word}
            </a>
        }
        .into_any(),
        None => view! {
            <span class="button small" aria-disabled="true">
                {word}
            </span>
        }
        .into_any(),
    }
}

#[component]
fn SizeLink(shared: Shared, choice: u64) -> impl IntoView {
    let Shared { address, .. } = shared;
    let to = move || {
        let limit = if choice == SIZE { String::new() } else { choice.to_string() };
        address.with(|address| listed(address, &[("limit", &limit)]))
    };
    view! {
        <a href=to aria-current=move || address.with(|address| size(address) == choice).then_some("true")>
            {choice}
        </a>
    }
    .into_any()
}
