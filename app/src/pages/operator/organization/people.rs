//! The people of an organization, and what only an operator does with each of them.

use super::{
    super::{
        Act, Onward, View,
        acts::{ACTS, holder_value},
        pages,
    },
    Page,
};
use crate::{
    address::use_address,
    api::members::{Member, RowStatus},
    components::{
        email::broken,
        icon::{Glyph, Icon},
        table::{Columns, Search},
    },
    words::count,
};
use domain::{id::MemberId, membership::Role};
use leptos::prelude::*;

/// The form of the buttons in an open row: their row stays open.
const DEEDS: &str = "deeds";

#[component]
pub(super) fn People(page: Signal<Page>) -> impl IntoView {
    let address = use_address();
    let ids =
        Memo::new(move |_| page.with(|page| page.people.iter().map(|member| member.id.clone()).collect::<Vec<_>>()));
    let none = Memo::new(move |_| ids.with(Vec::is_empty));
    let open = Memo::new(move |_| address.with(|address| address.text("open")));
    let list = move || {
        if none.get() {
            return view! { <p class="quiet card-line">"Nobody matches this search."</p> }.into_any();
        }
        view! {
            <table class="rows people">
                <Columns names=["Email", "Name", "Status", "Actions"] />
                <tbody>
                    <For each=move || ids.get() key=Clone::clone let:id>
                        <Person page id open />
                    </For>
                </tbody>
            </table>
        }
        .into_any()
    };
    let pages = pages(Signal::derive(move || page.with(|page| page.next.clone())), &ACTS);
    view! {
        <View id=DEEDS kept=&["search", "status", "cursor", "open"] />
        <section class="card" aria-labelledby="people">
            <header class="card-head">
                <h2 id="people">"People"</h2>
            </header>
            <div class="card-tools">
                <Filters />
                <Search placeholder="Email or name" label="Search people by email or name" kept=&["status"] />
            </div>
            {list}
            <div class="foot">
                <span>{move || count(page.with(|page| page.total), "person", "people")}</span>
                <Onward pages />
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Filters() -> impl IntoView {
    let address = use_address();
    let off = move || address.with(|address| address.get("status") == Some("deactivated"));
    let filter = move |value: &'static str, word: &'static str| {
        let to = move || address.with(|address| address.only(&[("status", value)]));
        let current = move || (off() != value.is_empty()).then_some("true");
        view! {
            <a href=to aria-current=current>
                {word}
            </a>
        }
    };
    view! {
        <div class="filters" role="group" aria-label="Status">
            {filter("", "Active")}
            {filter("deactivated", "Deactivated")}
        </div>
    }
    .into_any()
}

/// A row, and what opens below it.
#[component]
fn Person(page: Signal<Page>, id: String, open: Memo<String>) -> impl IntoView {
    let this = id.clone();
    let member = Memo::new(move |_| page.with(|page| page.people.iter().find(|member| member.id == this).cloned()));
    let is_open = Memo::new(move |_| open.with(|open| *open == id));
    // Only what the buttons are about: whoever comes back to one of them finds it there.
    let shape = Memo::new(move |_| member.with(|member| member.as_ref().filter(|_| is_open.get()).map(Shape::of)));
    let row = move || member.get().map(|member| view! { <Row member is_open /> });
    let acts = move || shape.get().map(|shape| view! { <Deeds shape /> });
    view! {
        {row}
        {acts}
    }
}

#[component]
fn Row(member: Member, is_open: Memo<bool>) -> impl IntoView {
    let Member { id, email, first_name, last_name, status, role, founder, .. } = member;
    let role = (role == Role::Admin).then(|| {
        let word = if founder { "founder" } else { "admin" };
        view! { " " <span class="role">{word}</span> }
    });
    let badge = if status == RowStatus::Active { "badge good" } else { "badge none" };
    let name = format!("{} {}", first_name.unwrap_or_default(), last_name.unwrap_or_default());
    let value = id.clone();
    view! {
        <tr
            class="row"
            class:open=move || is_open.get()
            class:off=status != RowStatus::Active
            id=format!("row-{id}")
        >
            <td>
                <span>
                    <b>{broken(&email)}</b>
                    {role}
                </span>
            </td>
            <td data-label="Name">{name}</td>
            <td data-label="Status">
                <span class=badge>{status.words()}</span>
            </td>
            <td>
                <button
                    form="view"
                    name="open"
                    value=move || if is_open.get() { String::new() } else { value.clone() }
                    id=format!("open-{id}")
                    class="icon"
                    aria-expanded=move || is_open.get().to_string()
                    aria-label=format!("What only an operator does with {email}")
                >
                    {move || {
                        let icon = if is_open.get() { Icon::Up } else { Icon::Down };
                        view! { <Glyph icon /> }
                    }}
                </button>
            </td>
        </tr>
    }
    .into_any()
}

/// What decides which acts somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    id: String,
    email: String,
    active: bool,
    founder: bool,
    role: Role,
}

impl Shape {
    fn of(member: &Member) -> Self {
        let Member { id, email, status, founder, role, .. } = member.clone();
        Self { id, email, active: status == RowStatus::Active, founder, role }
    }
}

/// What can be done with one of them, as they are.
#[component]
fn Deeds(shape: Shape) -> impl IntoView {
    let Shape { id, email, active, founder, role } = shape;
    let about = format!("({email})");
    let act = |name: &'static str, word: &'static str, class: &'static str| {
        view! { <Act name value=id.clone() word about=about.clone() class form=DEEDS /> }
    };
    let give = id.parse::<MemberId>().ok().filter(|_| active).map(|id| {
        view! {
            <Act name="give" value=holder_value(id.into()) word="Give a permission" about=about.clone() form=DEEDS />
        }
    });
    let plain = "button small";
    let role = match (active, founder, role) {
        (_, true, _) => {
            view! { <p class="quiet small">"The founder stays an admin. Make somebody else the founder first."</p> }
                .into_any()
        }
        (true, false, Role::Member) => view! {
            {act("make-admin", "Make admin", plain)}
            {act("make-founder", "Make founder", plain)}
        }
        .into_any(),
        (true, false, Role::Admin) => view! {
            {act("take-admin", "Take the role of admin", plain)}
            {act("make-founder", "Make founder", plain)}
        }
        .into_any(),
        (false, false, _) => act("remove-user", "Remove completely", "button small danger").into_any(),
    };
    view! {
        <tr class="panel-row">
            <td colspan="4" class="panel">
                <div class="deeds">{role} {give}</div>
            </td>
        </tr>
    }
    .into_any()
}
