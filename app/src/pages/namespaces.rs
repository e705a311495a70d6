//! `/o/<slug>/namespaces`: what there is, who may work in each, and making one.

use super::{
    Document, Flash, Loaded, Visit,
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
    },
    words::{self, count},
};
use domain::text::EmailAddress;
use leptos::prelude::*;

/// How many avatars stand before the words.
const FACES: usize = 4;

struct Facts {
    frame: Frame,
    slug: String,
    name: String,
    admin: bool,
    namespaces: Vec<Namespace>,
    limit: u32,
    /// The address without the dialog, when the dialog is asked for.
    dialog: Option<String>,
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
    let Namespaces { namespaces, limit } = list.into();
    let facts = Facts { frame, slug: slug.to_owned(), name, admin, namespaces, limit, dialog: None };
    let asked = visit.query.has("create") && admin && !facts.is_full();
    let facts = Facts { dialog: asked.then(|| visit.with(&[("create", "")])), ..facts };
    let title = format!("Namespaces · {}", facts.name);
    Ok(Document::new(title, move || view! { <Page facts /> }))
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let full = facts.is_full();
    let Facts { frame, slug, name, admin, namespaces, limit, dialog } = facts;
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
    let unconnected = namespaces.iter().all(|namespace| namespace.sync == Sync::NoCluster).then(|| {
        view! {
            <p class="note">
                <Glyph icon=Icon::Info />
                <span>"No cluster is connected: who has access is kept here, and nothing enforces it yet."</span>
            </p>
        }
    });
    let list = if namespaces.is_empty() {
        view! { <Empty admin /> }.into_any()
    } else {
        view! { <Table namespaces people=people.clone() /> }.into_any()
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
            {unconnected}
            <section class="card" aria-labelledby="namespaces">
                <h2 id="namespaces" class="visually-hidden">
                    "All namespaces"
                </h2>
                {list}
                <div class="foot">
                    <span>{format!("{used} of {limit} namespaces")}</span>
                    {full.then(|| view! { <span>{raise}</span> })}
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
            {dialog.map(|close| view! { <Create slug close /> })}
        </Console>
    }
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
fn Table(namespaces: Vec<Namespace>, people: String) -> impl IntoView {
    let rows = namespaces.into_iter().map(|namespace| {
        let Namespace { id, name, created_at, created_by, people: total, members, sync } = namespace;
        view! {
            <tr class="row" id=format!("row-{id}")>
                <td>
                    <code>{name.to_string()}</code>
                </td>
                <td data-label="Who has access">
                    <Access total members people=people.clone() />
                </td>
                <td data-label="Created">
                    <Moment at=created_at say=words::day />
                    <small class="quiet">{format!(" by {created_by}")}</small>
                </td>
                <td class="status">
                    <span class="badge none">{sync.words()}</span>
                </td>
            </tr>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    view! {
        <table class="spaces">
            <thead>
                <tr>
                    <th>"Name"</th>
                    <th>"Who has access"</th>
                    <th>"Created"</th>
                    <th>"Cluster"</th>
                </tr>
            </thead>
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
