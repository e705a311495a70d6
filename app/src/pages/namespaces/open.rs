//! What opens below a namespace, for admins: who can do what there, and why.

use crate::{
    api::access::{Access, of_access},
    components::{
        access::{Each, EffectiveAccess, Place},
        icon::{Glyph, Icon},
    },
    pages::Visit,
};
use leptos::prelude::*;

#[derive(Clone)]
pub(super) struct Open {
    /// The namespace's own part of its name.
    pub(super) label: String,
    access: Access,
    place: Place,
    /// The addresses of the list's first page, when this is a later one, and of its next.
    first: Option<String>,
    next: Option<String>,
}

impl Open {
    /// What this visit's address asks for. Nothing where there is none, or it is not for this visitor.
    pub(super) async fn asked(visit: &Visit, slug: &str) -> Option<Self> {
        let label = visit.query.get("open")?;
        let (context, cursor) = (&visit.context, visit.query.get("lines"));
        let access = if visit.query.has("check") {
            usecases::access::check_namespace(context, slug, label, cursor, None).await
        } else {
            usecases::access::in_namespace(context, slug, label, cursor, None).await
        };
        let access = of_access(access.ok()?, context.now());
        let page = |cursor: &str| visit.with(&[("check", ""), ("lines", cursor)]);
        Some(Self {
            label: label.to_owned(),
            first: cursor.map(|_| page("")),
            next: access.next.as_deref().map(page),
            access,
            place: Place::of(visit),
        })
    }
}

#[component]
pub(super) fn Opener(label: String, name: String, is_open: bool) -> impl IntoView {
    let (value, icon) = if is_open { (String::new(), Icon::Up) } else { (label.clone(), Icon::Down) };
    view! {
        <button
            form="view"
            name="open"
            value=value
            id=format!("open-{label}")
            class="icon"
            aria-expanded=is_open.to_string()
            aria-label=format!("Who can do what in {name}")
        >
            <Glyph icon />
        </button>
    }
}

#[component]
pub(super) fn Panel(open: Open) -> impl IntoView {
    let Open { label, access, place, first, next } = open;
    view! {
        <tr class="panel-row">
            <td colspan="4" class="panel">
                <EffectiveAccess id=label heading="Who can do what here" each=Each::Subject access place first next />
            </td>
        </tr>
    }
}
