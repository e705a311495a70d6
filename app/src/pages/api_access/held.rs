//! What a token has in each namespace beside the assignment: when that ends, and what only the operator gives.

use super::Shared;
use crate::{
    api::tokens::{AssignForm, Held},
    components::{
        ask::{Asking, locks},
        ends::{self, Ends},
        locks::Locks,
    },
};
use domain::id::TokenId;
use leptos::prelude::*;

const SAID: &str = "In each it may do everything that an admin may give.";

/// Behind a line of its own: few need it, and nobody before the namespaces are saved.
#[component]
pub(super) fn Details(shared: Shared, token: TokenId, facts: Signal<AssignForm>) -> impl IntoView {
    let any = Memo::new(move |_| facts.with(|facts| !facts.held.is_empty()));
    let lines = move || facts.with(|facts| facts.held.iter().map(|held| line(shared, token, held)).collect::<Vec<_>>());
    move || {
        if any.get() {
            view! {
                <details class="more">
                    <summary>"Ends, and what only the operator gives"</summary>
                    <p class="quiet small">{SAID} " What is assigned and not saved yet is missing here."</p>
                    <ul class="held">{lines}</ul>
                </details>
            }
            .into_any()
        } else {
            view! { <p class="quiet small">{SAID}</p> }.into_any()
        }
    }
}

fn line(shared: Shared, token: TokenId, held: &Held) -> AnyView {
    let Held { namespace, assigned, ends_at, given } = held;
    let (change, locks) = shared.address.with(|here| {
        let change = assigned.then(|| {
            let word = if ends_at.is_some() { "Change the end" } else { "Set an end" };
            view! {
                <a class="button small" id=format!("ends-{namespace}") href=ends::address(here, namespace)>
                    {word}
                    <span class="visually-hidden">{format!(" of {namespace}")}</span>
                </a>
            }
        });
        let locks = shared.pending.with(|pending| {
            let asking = Asking { pending, holder: token.into(), here, may_ask: true, may_get: true };
            locks(&asking, namespace, given)
        });
        (change, locks)
    });
    view! {
        <li>
            <p>
                <code>{namespace.to_string()}</code>
                <small class="quiet">
                    <Ends at=*ends_at />
                </small>
                {change}
            </p>
            <Locks locks namespace=namespace.to_string() />
        </li>
    }
    .into_any()
}
