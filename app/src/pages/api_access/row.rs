//! One row of the tokens.

use crate::{
    api::tokens::Token,
    components::{
        address::broken,
        icon::{Glyph, Icon},
        moment::Distance,
    },
};
use domain::{text::NamespaceName, time::Timestamp, token::REMINDED_BEFORE};
use leptos::prelude::*;

/// Beyond these only their number is seen at first.
const NAMED: usize = 3;

#[component]
pub(super) fn Row(token: Token, now: Timestamp, is_fresh: bool) -> impl IntoView {
    let (id, mask) = (token.id, token.mask().to_string());
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
    let used = match token.last_used_at {
        Some(at) => view! { <Distance at now /> }.into_any(),
        None => view! { <span class="quiet">"never"</span> }.into_any(),
    };
    let assign = (!token.expired).then(|| {
        view! {
            <button form="view" name="assign" value=id.to_string() id=format!("assign-{id}") class="button small" title="Namespaces of this token">
                <Glyph icon=Icon::Box size=16 />
                <span>
                    "Namespaces" <span class="visually-hidden">{format!(" of token {mask}")}</span>
                </span>
            </button>
        }
    });
    let expired = token.expired;
    view! {
        <tr class="row" class:off=expired class:fresh=is_fresh id=format!("row-{id}")>
            <td>
                <code>{mask.clone()}</code>
            </td>
            <td data-label="Name">{name} {scopes}</td>
            <td data-label="Namespaces">
                <Namespaces names=token.namespaces.clone() />
            </td>
            <td data-label="Created">
                <Distance at=token.created_at now />
                <small class="quiet by" title=token.created_by.to_string()>
                    " by "
                    {broken(token.created_by.as_str())}
                </small>
            </td>
            <td data-label="Expires" class="status">
                <Expires token now />
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
                        aria-label=format!("Remove token {mask}")
                    >
                        <Glyph icon=Icon::Remove />
                    </button>
                </span>
            </td>
        </tr>
    }
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

#[component]
fn Expires(token: Token, now: Timestamp) -> impl IntoView {
    let Some(at) = token.expires_at else { return view! { <span class="badge none">"never"</span> }.into_any() };
    if token.expired {
        return view! {
            <span class="badge bad">"expired"</span>
            <small class="until">
                <Distance at now />
            </small>
        }
        .into_any();
    }
    let soon = at.since(now) <= REMINDED_BEFORE;
    let class = if soon { "badge wait" } else { "badge good" };
    view! {
        <span class=class>
            <Distance at now />
        </span>
    }
    .into_any()
}
