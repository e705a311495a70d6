//! One row of the tokens. It is drawn once; what may be another later stands in closures, so that the focus stays in it.

use super::Shared;
use crate::{
    api::tokens::Token,
    components::{
        email::broken,
        icon::{Glyph, Icon},
        moment::Moment,
    },
};
use domain::{id::TokenId, text::NamespaceName, time::Timestamp, token::REMINDED_BEFORE};
use leptos::prelude::*;

/// Beyond these only their number is seen at first.
const NAMED: usize = 3;

#[component]
pub(super) fn Row(shared: Shared, id: TokenId) -> impl IntoView {
    let found = move || shared.page.with(|page| page.tokens.iter().find(|token| token.id == id).cloned());
    let Some(first) = untrack(found) else { return ().into_any() };
    let last = first.clone();
    // As it was last, while its row goes.
    let token =
        Memo::new(move |before: Option<&Token>| found().or_else(|| before.cloned()).unwrap_or_else(|| last.clone()));
    let now = move || shared.page.with(|page| page.now);
    let (mask, by) = (first.mask().to_string(), first.created_by.to_string());
    let (of_assign, of_remove) = (format!(" of token {mask}"), format!("Remove token {mask}"));
    let (created_at, of_fresh) = (first.created_at, first.clone());
    let names = Memo::new(move |_| token.with(|token| token.namespaces.clone()));
    let expired = Memo::new(move |_| token.with(|token| token.expired));
    let used = move || match token.with(|token| token.last_used_at) {
        Some(at) => view! { <Moment at /> }.into_any(),
        None => view! { <span class="quiet">"never"</span> }.into_any(),
    };
    let assign = move || {
        let about = of_assign.clone();
        (!expired.get()).then(|| {
            view! {
                <button form="view" name="assign" value=id.to_string() id=format!("assign-{id}") class="button small" title="Namespaces of this token">
                    <Glyph icon=Icon::Box size=16 />
                    <span>
                        "Namespaces" <span class="visually-hidden">{about}</span>
                    </span>
                </button>
            }
        })
    };
    view! {
        <tr class="row" class:off=move || expired.get() class:fresh=move || shared.fresh.is(&of_fresh) id=format!("row-{id}")>
            <td>
                <code>{mask}</code>
            </td>
            <td data-label="Name">
                <Name token=first />
            </td>
            <td data-label="Namespaces">{move || view! { <Namespaces names=names.get() /> }}</td>
            <td data-label="Created">
                <Moment at=created_at />
                <small class="quiet by" title=by.clone()>
                    " by "
                    {broken(&by)}
                </small>
            </td>
            <td data-label="Expires" class="status">
                {move || token.with(|token| expires(token, now()))}
            </td>
            <td data-label="Last used">{used}</td>
            <td>
                <span class="actions">
                    {assign}
                    <button
                        form="view"
                        name="remove"
                        value=id.to_string()
                        id=format!("remove-{id}")
                        class="icon danger"
                        title="Remove token"
                        aria-label=of_remove
                    >
                        <Glyph icon=Icon::Remove />
                    </button>
                </span>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Name(token: Token) -> impl IntoView {
    let name = match &token.name {
        Some(name) => view! { <b>{name.to_string()}</b> }.into_any(),
        None => view! { <span class="quiet">"-"</span> }.into_any(),
    };
    let scopes = token.scopes.iter().map(|scope| {
        view! {
            <li class="scope" title=scope.explanation()>
                {format!("may change {}", scope.as_str())}
            </li>
        }
    });
    let scopes = (!token.scopes.is_empty()).then(|| view! { <ul class="scopes">{scopes.collect::<Vec<_>>()}</ul> });
    view! {
        {name}
        {scopes}
    }
    .into_any()
}

#[component]
fn Namespaces(names: Vec<NamespaceName>) -> impl IntoView {
    if names.is_empty() {
        let why = "It can sign in to the cluster and do nothing there by itself.";
        return view! {
            <span class="badge none" title=why>
                "blank"
            </span>
        }
        .into_any();
    }
    let number = names.len();
    let names = names.into_iter().map(|name| view! { <li>{name.to_string()}</li> }).collect::<Vec<_>>();
    let list = view! { <ul>{names}</ul> };
    if number <= NAMED {
        return view! { <div class="names">{list}</div> }.into_any();
    }
    view! {
        <details class="names">
            <summary>{format!("{number} namespaces")}</summary>
            {list}
        </details>
    }
    .into_any()
}

fn expires(token: &Token, now: Timestamp) -> AnyView {
    let Some(at) = token.expires_at else { return view! { <span class="badge none">"never"</span> }.into_any() };
    if token.expired {
        return view! {
            <span class="badge bad">"expired"</span>
            <small class="until">
                <Moment at />
            </small>
        }
        .into_any();
    }
    let soon = at.since(now) <= REMINDED_BEFORE;
    let class = if soon { "badge wait" } else { "badge good" };
    view! {
        <span class=class>
            <Moment at />
        </span>
    }
    .into_any()
}
