//! `/o/<slug>/settings`: what the organization asked of the operator and what came of it, and the way to ask for what has
//! no other place.

use super::{
    Document, Flash, Loaded, Visit,
    ask::{self, Ask, Pending},
    dialog::Dialog,
    frame::{Console, Entry, Frame, Paging},
    ticket::{Side, Ticket},
};
use crate::{api::requests::Request, components::form::Form};
use domain::time::Timestamp;
use leptos::prelude::*;

struct Facts {
    frame: Frame,
    slug: String,
    name: String,
    requests: Vec<Request>,
    pending: Pending,
    /// Whether there is a namespace that could be asked to be deleted.
    namespaces: bool,
    newest: Option<String>,
    older: Option<String>,
    dialog: Option<Dialog>,
    now: Timestamp,
}

pub(super) async fn load(visit: &Visit, slug: &str) -> Loaded {
    let frame = Frame::load(visit, Some(slug)).await?;
    let cursor = visit.query.get("cursor").unwrap_or_default();
    let page = usecases::requests::list(&visit.context, slug, cursor).await?;
    let organization = page.organization;
    let list = usecases::namespaces::list(&visit.context, slug).await?;
    let facts = Facts {
        slug: slug.to_owned(),
        name: organization.name.to_string(),
        requests: page.requests.into_iter().map(Request::from).collect(),
        pending: Pending::load(visit, slug).await?,
        namespaces: !list.namespaces.is_empty(),
        newest: (!cursor.is_empty()).then(|| visit.with(&[("cursor", "")])),
        older: page.next.map(|cursor| visit.with(&[("cursor", &cursor)])),
        dialog: ask::asked(visit, &organization.slug).await?,
        now: visit.context.now(),
        frame,
    };
    let title = format!("Settings · {}", facts.name);
    Ok(Document::new(title, move || view! { <Page facts /> }))
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { frame, slug, name, requests, pending, namespaces, newest, older, dialog, now } = facts;
    // A form that failed and is not drawn any more: what it was about is gone.
    let failed = use_context::<Flash>().and_then(|flash| flash.error).filter(|_| dialog.is_none());
    let failed = failed.map(|error| view! { <p class="form-error" role="alert">{error.message}</p> });
    view! {
        <Console frame entry=Entry::Settings>
            <header class="page-head">
                <div>
                    <h1>"Settings"</h1>
                    <p>{format!("What {name} asks of whoever runs this installation, and what came of it.")}</p>
                </div>
            </header>
            {failed}
            <Offer pending namespaces />
            <section class="card" aria-labelledby="requests">
                <header class="card-head">
                    <h2 id="requests">"Requests to the operator"</h2>
                    <p>"What waits can be withdrawn by any admin. Whoever asked gets a mail when it is decided."</p>
                </header>
                <List requests later=newest.is_some() now />
                <div class="foot">
                    // What the rows' buttons submit: one form, so that its error stands once.
                    <Form action="/api/v1/requests/withdraw" id="withdraw" class="inline">
                        <input type="hidden" name="organization" value=slug />
                        <span>"The newest first"</span>
                    </Form>
                    <Paging newest older />
                </div>
            </section>
            {dialog.map(Dialog::into_view)}
        </Console>
    }
}

/// What has no other place in the console where it could be asked.
#[component]
fn Offer(pending: Pending, namespaces: bool) -> impl IntoView {
    let waits = |kind: &str| pending.of_kind(kind);
    let (more, members) = (waits("namespace_limit"), waits("member_limit"));
    view! {
        <section class="card" aria-labelledby="offer">
            <header class="card-head">
                <h2 id="offer">"Ask the operator"</h2>
                <p>
                    "Permissions, admins and the founder are asked for where they stand: in the row of a person on the \
                     Organization page, and in the namespaces of a token."
                </p>
            </header>
            <div class="offers">
                <Ask kind="namespace_limit" words="More namespaces" waits=more class="button" />
                <Ask kind="member_limit" words="More members" waits=members class="button" />
                <Ask kind="adopt_namespace" words="Adopt a namespace" waits=None class="button" />
                {namespaces
                    .then(|| view! { <Ask kind="delete_namespace" words="Delete a namespace" waits=None class="button" /> })}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn List(requests: Vec<Request>, later: bool, now: Timestamp) -> impl IntoView {
    if requests.is_empty() {
        let (title, why) = if later {
            ("Nothing more", "There is no older request than those on the page before.")
        } else {
            ("Nothing asked yet", "What an admin can't do is asked for here, and decided by the operator.")
        };
        return view! {
            <div class="empty">
                <h3>{title}</h3>
                <p>{why}</p>
            </div>
        }
        .into_any();
    }
    let lines = requests.into_iter().map(|request| {
        let withdraw = (request.state == "waiting").then(|| {
            let (id, what) = (request.id.to_string(), request.summary.clone());
            view! {
                <button form="withdraw" name="request" value=id.clone() id=format!("withdraw-{id}") class="button small">
                    "Withdraw"
                    <span class="visually-hidden">{format!(" the request to {what}")}</span>
                </button>
            }
        });
        view! {
            <Ticket request side=Side::Asker now>
                {withdraw}
            </Ticket>
        }
    });
    view! { <ul class="tickets">{lines.collect::<Vec<_>>()}</ul> }.into_any()
}
