//! The people of an organization, and what only an operator does with each of them.

use super::{
    super::{Act, Onward, View, acts::holder_value},
    plain,
};
use crate::{
    api::members::{Member, RowStatus},
    components::{
        address::broken,
        icon::{Glyph, Icon},
        table::{Columns, Search},
    },
    pages::{Away, Visit},
    words::count,
};
use domain::{id::MemberId, membership::Role};
use leptos::prelude::*;
use usecases::{
    Context,
    members::{Query, Show},
};

/// How many stand on a page: enough to see the admins of most, few enough to leave the rest of the page in sight.
const PAGE: u32 = 15;

/// The form of the buttons in an open row.
const DEEDS: &str = "deeds";

/// Some of the people, as searched for.
pub(super) struct Crowd {
    members: Vec<Member>,
    total: u64,
    search: String,
    status: String,
    cursor: String,
    /// Whose acts are open.
    open: String,
    first: Option<String>,
    next: Option<String>,
}

impl Crowd {
    /// What stays in the address when a row is opened or a question is asked.
    pub(super) fn kept(&self) -> Vec<(&'static str, String)> {
        vec![("search", self.search.clone()), ("status", self.status.clone()), ("cursor", self.cursor.clone())]
    }
}

/// # Errors
/// A search or a place in the list that is none.
pub(super) async fn load(visit: &Visit, context: &Context, slug: &str) -> Result<Crowd, Away> {
    let text = |name: &str| visit.query.get(name).unwrap_or_default().to_owned();
    let (search, status, cursor, open) = (text("search"), text("status"), text("cursor"), text("open"));
    let show = if status == "deactivated" { Show::Deactivated } else { Show::Active };
    let query = Query {
        search: search.clone(),
        show: Some(show),
        cursor: Some(cursor.clone()).filter(|cursor| !cursor.is_empty()),
        limit: Some(PAGE),
        ..Query::default()
    };
    let page = usecases::members::list(context, slug, &query).await?;
    let members = crate::api::members::of_page(&page, context.now());
    let first = (!cursor.is_empty()).then(|| plain(visit, &[("cursor", ""), ("open", "")]));
    let next = page.next.map(|next| plain(visit, &[("cursor", &next), ("open", "")]));
    Ok(Crowd { members, total: page.total, search, status, cursor, open, first, next })
}

#[component]
pub(super) fn People(crowd: Crowd, action: String) -> impl IntoView {
    // The acts stand in a row that is open and stays so; what opens a row must not carry the present one along.
    let kept = [crowd.kept(), vec![("open", crowd.open.clone())]].concat();
    let Crowd { members, total, search, status, open, first, next, .. } = crowd;
    let off = status == "deactivated";
    let none = members.is_empty();
    let rows = members.into_iter().map(|member| {
        let is_open = member.id == open;
        view! {
            <Row member=member.clone() is_open />
            {is_open.then(|| view! { <Acts member /> })}
        }
    });
    let rows = rows.collect::<Vec<_>>();
    let list = if none {
        view! { <p class="quiet card-line">"Nobody matches this search."</p> }.into_any()
    } else {
        view! {
            <table class="rows people">
                <Columns names=["Email", "Name", "Status", "Actions"] />
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    let filter = |value: &'static str, word: &'static str| {
        let address = if value.is_empty() { action.clone() } else { format!("{action}?status={value}") };
        let current = (off != value.is_empty()).then_some("true");
        view! {
            <a href=address aria-current=current>
                {word}
            </a>
        }
    };
    let filters = view! {
        {filter("", "Active")}
        {filter("deactivated", "Deactivated")}
    };
    view! {
        <View id=DEEDS action=action.clone() kept />
        <section class="card" aria-labelledby="people">
            <header class="card-head">
                <h2 id="people">"People"</h2>
            </header>
            <div class="card-tools">
                <div class="filters" role="group" aria-label="Status">
                    {filters}
                </div>
                <Search
                    action
                    value=search
                    placeholder="Email or name"
                    label="Search people by email or name"
                    kept=vec![("status", status)]
                />
            </div>
            {list}
            <div class="foot">
                <span>{count(total, "person", "people")}</span>
                <Onward first next />
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Row(member: Member, is_open: bool) -> impl IntoView {
    let Member { id, email, first_name, last_name, status, role, founder, .. } = member;
    let role = (role == Role::Admin).then(|| {
        let word = if founder { "founder" } else { "admin" };
        view! { " " <span class="role">{word}</span> }
    });
    let badge = if status == RowStatus::Active { "badge good" } else { "badge none" };
    let name = format!("{} {}", first_name.unwrap_or_default(), last_name.unwrap_or_default());
    let (value, icon) = if is_open { (String::new(), Icon::Up) } else { (id.clone(), Icon::Down) };
    view! {
        <tr class="row" class:open=is_open class:off=status != RowStatus::Active id=format!("row-{id}")>
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
                    value=value
                    id=format!("open-{id}")
                    class="icon"
                    aria-expanded=is_open.to_string()
                    aria-label=format!("What only an operator does with {email}")
                >
                    <Glyph icon />
                </button>
            </td>
        </tr>
    }
    .into_any()
}

/// What can be done with one of them, as they are.
#[component]
fn Acts(member: Member) -> impl IntoView {
    let Member { id, email, status, role, founder, .. } = member;
    let active = status == RowStatus::Active;
    let act = |name: &'static str, word: &'static str, class: &'static str| {
        view! { <Act name value=id.clone() word about=format!(" ({email})") class form=DEEDS /> }
    };
    let give = id.parse::<MemberId>().ok().filter(|_| active).map(|id| {
        view! {
            <Act name="give" value=holder_value(id.into()) word="Give a permission" about=format!(" ({email})") form=DEEDS />
        }
    });
    let plain = "button small";
    let role = match (active, founder, role) {
        (_, true, _) => {
            view! { <p class="quiet small">"The founder stays an admin. Make somebody else the founder first."</p> }
                .into_any()
        }
        (true, false, Role::Member) => {
            view! { {act("make-admin", "Make admin", plain)} {act("make-founder", "Make founder", plain)} }.into_any()
        }
        (true, false, Role::Admin) => {
            view! { {act("take-admin", "Take the role of admin", plain)} {act("make-founder", "Make founder", plain)} }
                .into_any()
        }
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
