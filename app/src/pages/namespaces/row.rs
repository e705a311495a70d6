//! One row of the table of namespaces.

use super::Shared;
use crate::{
    api::namespaces::Namespace,
    components::{
        email::{broken, initial},
        icon::{Glyph, Icon},
        moment::Moment,
    },
    words::count,
};
use domain::text::EmailAddress;
use leptos::prelude::*;

/// How many avatars stand before the words.
const FACES: usize = 4;

#[component]
pub(super) fn Row(shared: Shared, namespace: Namespace, is_open: Memo<bool>) -> impl IntoView {
    let Namespace { id, name, created_at, created_by, people: total, members, sync } = namespace;
    let name = name.to_string();
    let (label, whose) = (id.to_string(), name.clone());
    let opener = move || shared.admin().then(|| view! { <Opener label=label.clone() name=whose.clone() is_open /> });
    view! {
        <tr class="row" class:open=move || is_open.get() id=format!("row-{id}")>
            <td>
                <span class="space">{opener} <code>{name}</code></span>
            </td>
            <td data-label="Who has access">
                <Access total members people=untrack(|| shared.people()) />
            </td>
            <td data-label="Created">
                <Moment at=created_at />
                <small class="quiet">{format!(" by {created_by}")}</small>
            </td>
            <td class="status">
                <span class=sync.badge()>{sync.words()}</span>
                {sync.reason().map(|reason| view! { <small class="until">{reason.to_owned()}</small> })}
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Opener(label: String, name: String, is_open: Memo<bool>) -> impl IntoView {
    let value = label.clone();
    view! {
        <button
            form="view"
            name="open"
            value=move || if is_open.get() { String::new() } else { value.clone() }
            id=format!("open-{label}")
            class="icon"
            aria-expanded=move || is_open.get().to_string()
            aria-label=format!("Who can do what in {name}")
        >
            {move || {
                let icon = if is_open.get() { Icon::Up } else { Icon::Down };
                view! { <Glyph icon /> }
            }}
        </button>
    }
}

/// Who may work in a namespace: the first by name, the rest on demand. Beyond those named there is only a number.
#[component]
fn Access(total: u64, members: Vec<EmailAddress>, people: String) -> impl IntoView {
    let Some(first) = members.first().map(|email| broken(email.as_str())) else {
        return view! { <span class="quiet">"nobody"</span> }.into_any();
    };
    let faces = members.iter().take(FACES).map(|email| {
        view! {
            <span class="avatar">{initial(email.as_str())}</span>
        }
    });
    let faces = view! {
        <span class="avatars" aria-hidden="true">
            {faces.collect::<Vec<_>>()}
        </span>
    };
    if total <= 1 {
        return view! {
            <span class="person">
                {faces}
                <span>{first}</span>
            </span>
        }
        .into_any();
    }
    let unnamed = total.saturating_sub(members.len() as u64);
    let rest = (unnamed > 0).then(|| {
        view! {
            <li>
                <a href=people>{format!("and {unnamed} more, on the Organization page")}</a>
            </li>
        }
    });
    let named = members.iter().map(|email| view! { <li>{broken(email.as_str())}</li> }).collect::<Vec<_>>();
    view! {
        <details class="access">
            <summary>
                {faces}
                <span>
                    {first} {format!(" and {}", count(total - 1, "other", "others"))}
                </span>
            </summary>
            <ul>{named} {rest}</ul>
        </details>
    }
    .into_any()
}
