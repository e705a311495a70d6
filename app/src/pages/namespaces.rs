//! `/o/<slug>/namespaces`: what there is, who may work in each, and making one.

mod open;

use super::{
    Document, Flash, Loaded, Visit,
    ask::{self, Ask, Pending},
    dialog,
    frame::{Console, Entry, Frame, initial},
};
use crate::{
    api::{
        grants::Sync,
        namespaces::{Namespace, Namespaces},
    },
    components::{
        address::broken,
        form::Form,
        icon::{Glyph, Icon},
        moment::Moment,
        namespace_form::NamespaceField,
        table::Columns,
    },
    words::{self, count},
};
use domain::{text::EmailAddress, time::Timestamp};
use leptos::prelude::*;
use open::{Open, Opener, Panel};
use usecases::cluster::{Drift, Trouble};

/// How many avatars stand before the words.
const FACES: usize = 4;

struct Facts {
    frame: Frame,
    slug: String,
    name: String,
    admin: bool,
    namespaces: Vec<Namespace>,
    limit: u32,
    cluster: Cluster,
    open: Option<Open>,
    /// The address without the dialog, when the dialog is asked for.
    dialog: Option<String>,
    /// What is asked of the operator.
    question: Option<dialog::Dialog>,
    /// Since when the operator is asked for more namespaces.
    more_asked: Option<Timestamp>,
}

/// What the page says of the cluster as a whole.
struct Cluster {
    enforced: bool,
    /// Since when its API server does not answer.
    away_since: Option<Timestamp>,
    /// Why nothing is brought along, and since when.
    trouble: Option<(String, Timestamp)>,
    troubles: Vec<Trouble>,
    drifts: Vec<Drift>,
}

impl Facts {
    fn is_full(&self) -> bool {
        self.namespaces.len() >= self.limit as usize
    }
}

pub(super) async fn load(visit: &Visit, slug: &str) -> Loaded {
    let frame = Frame::load(visit, Some(slug)).await?;
    let list = usecases::namespaces::list(&visit.context, slug).await?;
    let (name, admin) = (list.organization.name.to_string(), list.own.is_some_and(|own| own.is_active_admin()));
    let following = &list.following;
    let cluster = Cluster {
        enforced: following.is_enforced(),
        away_since: following.away_since(),
        trouble: following.trouble(),
        troubles: following.troubles().to_vec(),
        drifts: if following.is_enforced() {
            usecases::cluster::drifts(&visit.context, slug).await?
        } else {
            Vec::new()
        },
    };
    let question = if admin { ask::asked(visit, &list.organization.slug).await? } else { None };
    let pending = if admin { Pending::load(visit, slug).await? } else { Pending::default() };
    let more_asked = pending.of_kind("namespace_limit");
    let Namespaces { namespaces, limit } = list.into();
    let open = Open::asked(visit, slug).await;
    let slug = slug.to_owned();
    let facts =
        Facts { frame, slug, name, admin, namespaces, limit, cluster, open, dialog: None, question, more_asked };
    let asked = visit.query.has("create") && admin && !facts.is_full();
    let facts = Facts { dialog: asked.then(|| visit.with(&[("create", "")])), ..facts };
    let title = format!("Namespaces · {}", facts.name);
    Ok(Document::new(title, move || view! { <Page facts /> }))
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let full = facts.is_full();
    let Facts { frame, slug, name, admin, namespaces, limit, cluster, open, dialog, question, more_asked } = facts;
    let action = format!("/o/{slug}/namespaces");
    let people = format!("/o/{slug}/organization");
    let used = namespaces.len();
    let raise = "The operator can raise the limit.";
    let create = admin.then(|| {
        let why = full.then(|| format!("This organization has {used} of {limit} namespaces. {raise}"));
        view! {
            <form id="view" method="get" action=action data-soft="">
                <button name="create" value="1" id="create-button" class="button primary" disabled=full title=why>
                    <Glyph icon=Icon::Plus size=16 />
                    "Create a namespace"
                </button>
            </form>
        }
    });
    let list = if namespaces.is_empty() {
        view! { <Empty admin /> }.into_any()
    } else {
        view! { <Table namespaces people=people.clone() admin open /> }.into_any()
    };
    view! {
        <Console frame entry=Entry::Namespaces>
            <header class="page-head">
                <div>
                    <h1>"Namespaces"</h1>
                    <p>{format!("The namespaces of {name} in the cluster, and who may work in each.")}</p>
                </div>
                {create}
            </header>
            <Standing enforced=cluster.enforced away_since=cluster.away_since trouble=cluster.trouble />
            <section class="card" aria-labelledby="namespaces">
                <h2 id="namespaces" class="visually-hidden">
                    "All namespaces"
                </h2>
                {list}
                <div class="foot">
                    <span>{format!("{used} of {limit} namespaces")}</span>
                    {full.then(|| view! { <span>{raise}</span> })}
                    {(full && admin)
                        .then(|| view! { <Ask kind="namespace_limit" words="Ask for more namespaces" waits=more_asked /> })}
                    {(admin && used > 0)
                        .then(|| {
                            view! {
                                <span>
                                    "Give and take access on the " <a href=people>"Organization page"</a> "."
                                </span>
                            }
                        })}
                </div>
            </section>
            <Differences troubles=cluster.troubles drifts=cluster.drifts />
            {dialog.map(|close| view! { <Create slug close /> })} {question.map(dialog::Dialog::into_view)}
        </Console>
    }
}

/// Whether the cluster follows, said only where it does not.
#[component]
fn Standing(enforced: bool, away_since: Option<Timestamp>, trouble: Option<(String, Timestamp)>) -> impl IntoView {
    if !enforced {
        return view! {
            <p class="note">
                <Glyph icon=Icon::Info />
                <span>"No cluster is connected: who has access is kept here, and nothing enforces it yet."</span>
            </p>
        }
        .into_any();
    }
    let (words, since) = match (away_since, trouble) {
        (Some(since), _) => {
            ("The cluster does not answer, so it is out of sync with this page since ".to_owned(), since)
        }
        (None, Some((why, since))) => (format!("The cluster does not follow this page: {why}. Since "), since),
        (None, None) => return ().into_any(),
    };
    view! {
        <p class="note" role="status" data-again="">
            <Glyph icon=Icon::Warning />
            <span>
                {words} <Moment at=since /> ". Changes are kept, and made there as soon as it is back."
            </span>
        </p>
    }
    .into_any()
}

/// What the cluster does not take, and what was found other than it should be.
#[component]
fn Differences(troubles: Vec<Trouble>, drifts: Vec<Drift>) -> impl IntoView {
    if troubles.is_empty() && drifts.is_empty() {
        return ().into_any();
    }
    let failing = troubles.into_iter().map(|Trouble { namespace, name, reason, since }| {
        (namespace, name, reason, since, "badge bad", "failing".to_owned())
    });
    let found = drifts.into_iter().map(|Drift { namespace, name, what, changed_by, done, at }| {
        let by = changed_by.map(|by| format!(", changed by {by}")).unwrap_or_default();
        (namespace, name, format!("{what}{by}"), at, "badge good", done)
    });
    let rows = failing.chain(found).map(|(namespace, name, what, at, badge, done)| {
        view! {
            <tr class="row">
                <td>
                    <code>{namespace}</code>
                </td>
                <td data-label="Binding">{(!name.is_empty()).then(|| view! { <code>{name}</code> })}</td>
                <td data-label="What">{what}</td>
                <td data-label="Since">
                    <Moment at />
                </td>
                <td class="status">
                    <span class=badge>{done}</span>
                </td>
            </tr>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    view! {
        <section class="card" aria-labelledby="differences">
            <header class="card-head">
                <h2 id="differences">"Differences in the cluster"</h2>
                <p>"What was found other than this console says, and what was done about it."</p>
            </header>
            <table class="differences">
                <Columns names=["Namespace", "Binding", "What", "Since", "Done"] />
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Empty(admin: bool) -> impl IntoView {
    let (next, button) = if admin {
        let button = view! {
            <button form="view" name="create" value="1" id="create-first" class="button">
                "Create the first one"
            </button>
        };
        ("Create one, then invite people: they get the namespaces you have.", Some(button))
    } else {
        ("An admin of this organization can create one.", None)
    };
    view! {
        <div class="empty">
            <h3>"No namespace yet"</h3>
            <p>{next}</p>
            {button}
        </div>
    }
}

#[component]
fn Table(namespaces: Vec<Namespace>, people: String, admin: bool, open: Option<Open>) -> impl IntoView {
    let rows = namespaces.into_iter().map(|namespace| {
        let Namespace { id, name, created_at, created_by, people: total, members, sync } = namespace;
        let name = name.to_string();
        let open = open.as_ref().filter(|open| open.label == id.as_str()).cloned();
        let is_open = open.is_some();
        let opener = admin.then(|| view! { <Opener label=id.to_string() name=name.clone() is_open /> });
        view! {
            <tr class="row" class:open=is_open id=format!("row-{id}")>
                <td>
                    <span class="space">{opener} <code>{name}</code></span>
                </td>
                <td data-label="Who has access">
                    <Access total members people=people.clone() />
                </td>
                <td data-label="Created">
                    <Moment at=created_at say=words::day />
                    <small class="quiet">{format!(" by {created_by}")}</small>
                </td>
                <td class="status">
                    <span class=sync.badge() data-again=(sync == Sync::Applying).then_some("")>
                        {sync.words()}
                    </span>
                    {sync.reason().map(|reason| view! { <small class="until">{reason.to_owned()}</small> })}
                </td>
            </tr>
            {open.map(|open| view! { <Panel open /> })}
        }
    });
    let rows = rows.collect::<Vec<_>>();
    view! {
        <table class="spaces">
            <Columns names=["Name", "Who has access", "Created", "Cluster"] />
            <tbody>{rows}</tbody>
        </table>
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

#[component]
fn Create(slug: String, close: String) -> impl IntoView {
    let action = "/api/v1/namespaces/create";
    // What a plain post brought back with an error.
    let flash = use_context::<Flash>().filter(|flash| flash.action.as_deref() == Some(action)).unwrap_or_default();
    let value = flash.values.into_iter().find(|(name, _)| name == "id").map(|(_, value)| value).unwrap_or_default();
    let error = flash.error.filter(|error| error.field.is_some()).map(|error| error.message).unwrap_or_default();
    let leave = close.clone();
    view! {
        <dialog open data-close=leave aria-labelledby="dialog-title">
            <Form action=action next=close.clone() class="dialog-in">
                <header>
                    <h2 id="dialog-title">"Create a namespace"</h2>
                    <p>"You get access to it, and nobody else does until you give it. Its name can't be changed later."</p>
                </header>
                <input type="hidden" name="organization" value=slug.clone() />
                <NamespaceField slug value error />
                <footer>
                    <a class="button" href=close>
                        "Cancel"
                    </a>
                    <button type="submit" class="button primary">
                        "Create"
                    </button>
                </footer>
            </Form>
        </dialog>
    }
}
