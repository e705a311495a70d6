//! What stands below the Users table: how many there are, and the way to the others.

use super::State;
use crate::words::count;
use domain::path;
use leptos::prelude::*;
use usecases::members::PAGE;

#[component]
pub(super) fn Foot(
    slug: String,
    state: State,
    total: u64,
    next: Option<String>,
    previous: Option<String>,
    admin: bool,
    alone: bool,
) -> impl IntoView {
    let size = u64::from(PAGE);
    let last = (state.from + size - 1).min(total);
    let range = match total {
        0 => "No users".to_owned(),
        n if n <= size && previous.is_none() && next.is_none() => count(n, "user", "users"),
        n => format!("{}–{last} of {n}", state.from),
    };
    let to = |cursor: String, from: u64, direction: &str| {
        let more = [("cursor", cursor), ("from", from.to_string()), ("to", direction.to_owned())];
        state.page(&slug, &state.status, &state.sort, &more)
    };
    let previous = previous.map(|cursor| to(cursor, state.from.saturating_sub(size).max(1), "previous"));
    let next = next.map(|cursor| to(cursor, state.from + size, ""));
    let paging = (previous.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="actions" aria-label="Pages">
                <PageLink word="Previous" address=previous />
                <PageLink word="Next" address=next />
            </nav>
        }
    });
    let invite = (alone && admin).then(|| {
        let namespaces = domain::text::Slug::parse(&slug).map(|slug| path::namespaces(&slug)).unwrap_or_default();
        view! {
            <span>
                "You are the only one here. " <a href=namespaces>"Create a namespace"</a>
                ", then invite people: they get the namespaces you have."
            </span>
        }
    });
    view! {
        <div class="foot">
            <span>{range}</span>
            {invite}
            {paging}
        </div>
    }
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
