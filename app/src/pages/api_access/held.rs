//! What a token has in each namespace beside the tick: when that ends, and what only the operator gives.

use crate::{
    api::grants::GivenPermission,
    components::locks::{Lock, Locks},
    pages::{
        Away, Visit,
        ask::{Asking, Pending, locks, without_facts},
        dialog::Dialog,
        ends::{self, ends},
    },
};
use domain::{
    id::TokenId,
    text::{NamespaceName, Slug},
};
use leptos::prelude::*;

/// One namespace of a token, in words and addresses.
pub(super) struct Held {
    namespace: NamespaceName,
    ends: Option<String>,
    /// Where the tick gets another end.
    change: Option<String>,
    locks: Vec<Lock>,
}

async fn of(visit: &Visit, slug: &Slug, token: &str) -> Result<Vec<usecases::grants::Held>, Away> {
    match usecases::grants::of_token(&visit.context, slug.as_str(), token).await {
        Ok(held) => Ok(held),
        Err(usecases::Error::Refused(_)) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// The namespaces in which the token has something.
///
/// # Errors
/// The database can't be asked.
pub(super) async fn load(visit: &Visit, slug: &Slug, token: TokenId) -> Result<Vec<Held>, Away> {
    let (now, id) = (visit.context.now(), token.to_string());
    let pending = Pending::load(visit, slug.as_str()).await?;
    let here = without_facts(&visit.here());
    let asking = Asking { pending: &pending, holder: token.into(), here: &here, may_ask: true, may_get: true, now };
    let held = of(visit, slug, &id).await?.into_iter().filter(|it| it.granted || !it.withheld.is_empty());
    let held = held.map(|it| {
        let given: Vec<_> = it.withheld.into_iter().map(GivenPermission::from).collect();
        let namespace = it.namespace.name;
        Held {
            ends: it.ends_at.map(|at| ends(at, now)),
            change: it.granted.then(|| ends::address(&here, &namespace)),
            locks: locks(&asking, &namespace, &given),
            namespace,
        }
    });
    Ok(held.collect())
}

/// The question about the end of one tick of the token whose namespaces are open.
///
/// # Errors
/// The database can't be asked.
pub(super) async fn ending(visit: &Visit, slug: &Slug) -> Result<Option<Dialog>, Away> {
    let (Some(name), Some(id)) = (visit.query.get("ends"), visit.query.get("assign")) else { return Ok(None) };
    let held = of(visit, slug, id).await?;
    let Some(found) = held.into_iter().find(|it| it.granted && it.namespace.name.as_str() == name) else {
        return Ok(None);
    };
    let Ok(token) = id.parse::<TokenId>() else { return Ok(None) };
    let question = ends::question(slug.as_str(), token.into(), "the token", &found.namespace.name, found.ends_at);
    Ok(Some(Dialog::ask(question, visit.with(&[("ends", "")]))))
}

/// Behind a line of its own: few need it, and nobody before the namespaces are saved.
#[component]
pub(super) fn Details(held: Vec<Held>) -> impl IntoView {
    let said = "In each it may do everything that an admin may give.";
    if held.is_empty() {
        return view! { <p class="quiet small">{said}</p> }.into_any();
    }
    let lines = held.into_iter().map(|held| {
        let Held { namespace, ends, change, locks } = held;
        let word = if ends.is_some() { "Change the end" } else { "Set an end" };
        let change = change.map(|address| {
            view! {
                <a class="button small" id=format!("ends-{namespace}") href=address>
                    {word}
                    <span class="visually-hidden">{format!(" of {namespace}")}</span>
                </a>
            }
        });
        view! {
            <li>
                <p>
                    <code>{namespace.to_string()}</code>
                    <small class="quiet">{ends.unwrap_or_else(|| "no end".to_owned())}</small>
                    {change}
                </p>
                <Locks locks namespace=namespace.to_string() />
            </li>
        }
    });
    view! {
        <details class="more">
            <summary>"Ends, and what only the operator gives"</summary>
            <p class="quiet small">{said} " What is assigned and not saved yet is missing here."</p>
            <ul class="held">{lines.collect::<Vec<_>>()}</ul>
        </details>
    }
    .into_any()
}
