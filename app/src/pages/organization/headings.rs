//! The names of the columns of the Users table. Each that the table can be ordered by is a link that turns the order.

use super::{Shared, listed};
use crate::{
    address::Address,
    components::icon::{Glyph, Icon},
};
use leptos::prelude::*;

/// What the table is ordered by, and whether it falls.
fn order(address: &Address) -> (&str, bool) {
    let sort = address.get("sort").unwrap_or("email");
    sort.strip_prefix('-').map_or((sort, false), |sort| (sort, true))
}

/// Whether the table is ordered by this, and whether it falls.
fn falls(address: &Address, key: &str) -> Option<bool> {
    let (now, falls) = order(address);
    (now == key).then_some(falls)
}

#[component]
pub(super) fn Headings(shared: Shared) -> impl IntoView {
    let last_active = shared.is_admin().then(|| heading(shared, "last_active", "Last Active", "at"));
    view! {
        <thead>
            <tr>
                <th>
                    <span class="visually-hidden">"Namespaces"</span>
                </th>
                {heading(shared, "email", "Email", "")}
                <th>"First Name"</th>
                {heading(shared, "name", "Last Name", "")}
                <th>"2FA"</th>
                {heading(shared, "invited_by", "Invited By", "")}
                {heading(shared, "joined", "Joined", "at")}
                {last_active}
                {heading(shared, "status", "Status", "state")}
                <th>"Actions"</th>
            </tr>
        </thead>
    }
    .into_any()
}

fn heading(shared: Shared, key: &'static str, word: &'static str, class: &'static str) -> AnyView {
    let falls = Memo::new(move |_| shared.address.with(|address| falls(address, key)));
    let to = move || {
        let turned = match (falls.get(), key) {
            (Some(false), _) => format!("-{key}"),
            // What the table is ordered by, where the address says nothing.
            (_, "email") => String::new(),
            _ => key.to_owned(),
        };
        shared.address.with(|address| listed(address, &[("sort", &turned)]))
    };
    let arrow = move || {
        falls.get().map(|falls| {
            let icon = if falls { Icon::Down } else { Icon::Up };
            view! { <Glyph icon size=14 /> }
        })
    };
    view! {
        <th
            class=class
            aria-sort=move || falls.get().map(|falls| if falls { "descending" } else { "ascending" })
        >
            <a href=to id=format!("sort-{key}")>
                {word}
                " "
                {arrow}
            </a>
        </th>
    }
    .into_any()
}
