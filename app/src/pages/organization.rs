//! `/o/<slug>/organization`: ORGANIZATION MANAGEMENT. What is open, searched and confirmed stands in the address, so that
//! the page is whole without scripts, and the back button closes what it opened.

mod dialogs;
mod foot;
mod marks;
mod panel;
mod row;

use super::{
    Away, Document, Loaded, Visit, ask,
    ask::Pending,
    dialog, ends,
    frame::{Console, Entry, Frame},
};
use crate::{
    api::{
        access::of_access,
        grants::Grants,
        members::{Member, Members, RowStatus},
    },
    components::{
        access::Place,
        icon::{Glyph, Icon},
        table::Search,
    },
};
use dialogs::Dialog;
use domain::id::MemberId;
use foot::Foot;
use leptos::prelude::*;
use panel::{Open, Panel, Whose};
use row::Row;

/// Everything the page shows.
struct Facts {
    frame: Frame,
    slug: String,
    name: String,
    admin: bool,
    own: String,
    counts: Counts,
    members: Members,
    previous: Option<String>,
    open: Option<Open>,
    /// What the operator is asked for already.
    pending: Pending,
    dialog: Option<Dialog>,
    /// What is asked of the operator, or about the end of an access.
    question: Option<dialog::Dialog>,
    state: State,
    /// Whether a controller keeps a cluster as this page says.
    enforced: bool,
}

#[derive(Debug, Clone, Copy)]
struct Counts {
    active: i64,
    invited: i64,
    deactivated: i64,
}

/// What an open row or a dialog puts into the address, beside what is asked of the operator.
const PLAIN: [(&str, &str); 7] =
    [("open", ""), ("check", ""), ("invite", ""), ("deactivate", ""), ("revoke", ""), ("link", ""), ("ends", "")];

/// The address's parameters, spelled out.
#[derive(Debug, Clone, Default)]
struct State {
    search: String,
    status: String,
    sort: String,
    cursor: String,
    backwards: bool,
    /// The number of this page's first row.
    from: u64,
    /// The address without a dialog or an open row.
    plain: String,
}

pub(super) async fn load(visit: &Visit, slug: &str) -> Loaded {
    let frame = Frame::load(visit, Some(slug)).await?;
    let state = State::of(visit);
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let query = crate::api::members::query(
        some(&state.search),
        Some(&state.status),
        Some(&state.sort),
        some(&state.cursor),
        None,
    )?;
    let query = usecases::members::Query { backwards: state.backwards, ..query };
    let page = usecases::members::list(&visit.context, slug, &query).await?;
    let rows = crate::api::members::of_page(&page, visit.context.now());
    let admin = page.own.is_some_and(|own| own.is_active_admin());
    let pending = if admin { Pending::load(visit, slug).await? } else { Pending::default() };
    let open = open(visit, slug, &rows, &pending, admin).await?;
    let dialog = if admin { Dialog::asked(visit, slug, &rows).await? } else { None };
    let question = match (admin && dialog.is_none(), ending(visit, slug, open.as_ref(), &rows)) {
        (false, _) => None,
        (true, Some(question)) => Some(question),
        (true, None) => ask::asked(visit, &page.organization.slug).await?,
    };
    let facts = Facts {
        slug: slug.to_owned(),
        name: page.organization.name.to_string(),
        admin,
        own: page.own.map(|own| own.id.to_string()).unwrap_or_default(),
        counts: Counts {
            active: page.organization.members_active,
            invited: page.organization.invitations_pending,
            deactivated: page.organization.members_deactivated,
        },
        members: Members { members: rows, total: page.total, next: page.next },
        previous: page.previous,
        frame,
        open,
        pending,
        dialog,
        question,
        state,
        enforced: visit.context.settings().enforced,
    };
    let title = format!("Organization · {}", facts.name);
    Ok(Document::new(title, move || view! { <Page facts /> }))
}

/// The row that the address opens, where there is one that this person may look into.
async fn open(
    visit: &Visit,
    slug: &str,
    rows: &[Member],
    pending: &Pending,
    admin: bool,
) -> Result<Option<Open>, Away> {
    let Some(row) = visit.query.get("open").and_then(|id| rows.iter().find(|row| row.id == id)) else {
        return Ok(None);
    };
    let Ok(member) = row.id.parse::<MemberId>() else { return Ok(None) };
    let grants = match usecases::grants::of(&visit.context, slug, &row.id).await {
        Ok(grants) => Grants::from(grants),
        Err(usecases::Error::Refused(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let whose = Whose { member, active: row.status == RowStatus::Active };
    let marks = marks::marks(visit, whose, &grants, pending, admin);
    let access = if visit.query.has("check") {
        usecases::access::check_member(&visit.context, slug, &row.id).await?
    } else {
        usecases::access::of_member(&visit.context, slug, &row.id).await?
    };
    let access = of_access(access, visit.context.now());
    Ok(Some(Open { member, grants, marks, access, place: Place::of(visit) }))
}

/// The question about the end of one tick of the open row.
fn ending(visit: &Visit, slug: &str, open: Option<&Open>, rows: &[Member]) -> Option<dialog::Dialog> {
    let (name, open) = (visit.query.get("ends")?, open?);
    let grant = open.grants.namespaces.iter().find(|grant| grant.namespace.as_str() == name && grant.is_ticked())?;
    let id = open.member.to_string();
    let whose = &rows.iter().find(|row| row.id == id)?.email;
    let question = ends::question(slug, open.member.into(), whose, &grant.namespace, grant.ends_at);
    Some(dialog::Dialog::ask(question, visit.with(&[("ends", "")])))
}

impl State {
    fn of(visit: &Visit) -> Self {
        let text = |name: &str| visit.query.get(name).unwrap_or_default().to_owned();
        Self {
            search: text("search"),
            status: text("status"),
            sort: text("sort"),
            cursor: text("cursor"),
            backwards: visit.query.get("to") == Some("previous"),
            from: text("from").parse().unwrap_or(1).max(1),
            plain: visit.with(&[&PLAIN[..], &ask::FACTS[..]].concat()),
        }
    }

    /// The address with another filter or order, from its first page on.
    fn address(&self, slug: &str, status: &str, sort: &str) -> String {
        self.page(slug, status, sort, &[])
    }

    fn page(&self, slug: &str, status: &str, sort: &str, more: &[(&str, String)]) -> String {
        let base = [("search", self.search.clone()), ("status", status.to_owned()), ("sort", sort.to_owned())];
        let query: Vec<String> = base
            .iter()
            .chain(more)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", super::encode(value)))
            .collect();
        let path = format!("/o/{slug}/organization");
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts {
        frame,
        slug,
        name,
        admin,
        own,
        counts,
        members,
        previous,
        open,
        pending,
        dialog,
        question,
        state,
        enforced,
    } = facts;
    let everybody = counts.active + counts.invited + counts.deactivated;
    let filter = |status: &'static str, word: &'static str, n: i64| {
        let current = (state.status == status).then_some("true");
        view! {
            <a href=state.address(&slug, status, &state.sort) aria-current=current>
                {word}
                <span>{n}</span>
            </a>
        }
    };
    let filters = view! {
        <div class="filters" role="group" aria-label="Status">
            {filter("", "All", everybody)} {filter("active", "Active", counts.active)}
            {filter("invited", "Invited", counts.invited)} {filter("deactivated", "Deactivated", counts.deactivated)}
        </div>
    };
    let path = format!("/o/{slug}/organization");
    let hidden = |name: &'static str, value: &str| {
        let value = value.to_owned();
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
    };
    let (status, sort) = (state.status.clone(), state.sort.clone());
    let invite = admin.then(|| {
        view! {
            <button form="view" name="invite" value="1" id="invite-button" class="button primary">
                <Glyph icon=Icon::Plus size=16 />
                "Invite a User"
            </button>
        }
    });
    let alone = everybody == 1 && state.search.is_empty();
    view! {
        <Console frame entry=Entry::Organization>
            <header class="page-head">
                <div>
                    <h1>"Organization management"</h1>
                    <p>{format!("Who is in {name}, and which namespaces each may work in.")}</p>
                </div>
                {invite}
            </header>
            <form id="view" method="get" action=path.clone() data-soft="" hidden>
                {hidden("search", &state.search)} {hidden("status", &status)} {hidden("sort", &sort)}
                {hidden("cursor", &state.cursor)} {state.backwards.then(|| hidden("to", "previous"))}
                {(state.from > 1).then(|| hidden("from", &state.from.to_string()))}
            </form>
            <section class="card" aria-labelledby="users">
                <h2 id="users" class="visually-hidden">
                    "Users"
                </h2>
                <div class="card-tools">
                    {filters}
                    <Search
                        action=path
                        value=state.search.clone()
                        placeholder="Email or name"
                        label="Search users by email or name"
                        kept=vec![("status", status.clone()), ("sort", sort.clone())]
                    />
                </div>
                <Table members=members.members slug=slug.clone() admin own open pending enforced state=state.clone() />
                <Foot slug=slug.clone() state total=members.total next=members.next previous admin alone />
            </section>
            {dialog.map(|dialog| dialog.into_view(slug, enforced))} {question.map(dialog::Dialog::into_view)}
        </Console>
    }
}

#[component]
fn Table(
    members: Vec<Member>,
    slug: String,
    admin: bool,
    own: String,
    open: Option<Open>,
    pending: Pending,
    enforced: bool,
    state: State,
) -> impl IntoView {
    if members.is_empty() {
        let clear = format!("/o/{slug}/organization");
        return view! {
            <div class="empty">
                <h3>"Nobody here"</h3>
                <p>"No user matches this search and filter."</p>
                <a class="button" href=clear>
                    "Show all users"
                </a>
            </div>
        }
        .into_any();
    }
    let descending = state.sort == "-email";
    let (order, turned, arrow) =
        if descending { ("descending", "", Icon::Down) } else { ("ascending", "-email", Icon::Up) };
    let sort = state.address(&slug, &state.status, turned);
    let rows: Vec<_> = members
        .into_iter()
        .map(|member| {
            let open = open.clone().filter(|open| open.member.to_string() == member.id);
            let is_own = member.id == own;
            let may_open = !member.status.is_invitation() && (admin || is_own);
            let pending = pending.clone();
            let is_open = open.is_some();
            let panel = open.map(|open| {
                let (slug, member, pending) = (slug.clone(), member.clone(), pending.clone());
                view! { <Panel slug member open is_own may_save=admin pending /> }
            });
            view! {
                <Row slug=slug.clone() member admin may_open is_open enforced back=state.plain.clone() pending />
                {panel}
            }
        })
        .collect();
    view! {
        <table class="users">
            <thead>
                <tr>
                    <th>
                        <span class="visually-hidden">"Namespaces"</span>
                    </th>
                    <th aria-sort=order>
                        <a href=sort id="sort-email">
                            "Email "
                            <Glyph icon=arrow size=14 />
                        </a>
                    </th>
                    <th>"First Name"</th>
                    <th>"Last Name"</th>
                    <th>"2FA"</th>
                    <th>"Invited By"</th>
                    <th>"Status"</th>
                    <th>"Actions"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
