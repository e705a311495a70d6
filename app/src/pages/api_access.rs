//! `/o/<slug>/api-access`: the organization's API access tokens. What is asked for stands in the address; a secret that
//! was just made is in this very answer and in no address.

mod choice;
mod create;
mod dialogs;
mod held;
mod ready;
mod row;

use super::{
    Document, Flash, Loaded, Visit, ask, dialog,
    frame::{Console, Entry, Frame, Paging},
};
use crate::{
    api::tokens::{Created, Token, Tokens},
    components::{
        icon::{Glyph, Icon},
        table::Columns,
    },
    words::count,
};
use dialogs::Dialog;
use domain::{path, text::Slug, time::Timestamp};
use leptos::prelude::*;
use ready::Ready;
use row::Row;

struct Facts {
    frame: Frame,
    slug: Slug,
    name: String,
    tokens: Tokens,
    now: Timestamp,
    cluster: bool,
    cursor: Option<String>,
    /// The address of the first page, when this is a later one.
    newest: Option<String>,
    older: Option<String>,
    dialog: Option<Dialog>,
    /// What is asked of the operator, or about the end of an access.
    question: Option<dialog::Dialog>,
    created: Option<Created>,
    /// The address without a dialog.
    plain: String,
}

pub(super) async fn load(visit: &Visit, slug: &str) -> Loaded {
    let frame = Frame::load(visit, Some(slug)).await?;
    let cursor = visit.query.get("cursor").map(ToOwned::to_owned);
    let page = usecases::tokens::list(&visit.context, slug, cursor.as_deref(), None).await?;
    let (slug, name) = (page.organization.slug.clone(), page.organization.name.to_string());
    let tokens = Tokens::from(page);
    let question = match held::ending(visit, &slug).await? {
        Some(question) => Some(question),
        None => ask::asked(visit, &slug).await?,
    };
    // A question leads back to the dialog it was asked from.
    let dialog = if question.is_none() { Dialog::asked(visit, &slug).await? } else { None };
    let bare = [("create", ""), ("assign", ""), ("remove", ""), ("ends", "")];
    let with_cursor = |cursor: &str| visit.with(&[&bare[..], &[("cursor", cursor)]].concat());
    let facts = Facts {
        newest: cursor.is_some().then(|| with_cursor("")),
        older: tokens.next.as_deref().map(with_cursor),
        plain: visit.with(&bare),
        now: visit.context.now(),
        cluster: visit.context.settings().cluster.is_some(),
        created: visit.created.clone(),
        frame,
        slug,
        name,
        tokens,
        cursor,
        dialog,
        question,
    };
    let title = format!("API access · {}", facts.name);
    Ok(Document::new(title, move || view! { <Page facts /> }))
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { frame, slug, name, tokens, now, cluster, cursor, newest, older, dialog, question, created, plain } =
        facts;
    let Tokens { tokens, total, .. } = tokens;
    // One primary button to a view: where a secret waits to be copied, that comes first.
    let class = if created.is_some() { "button" } else { "button primary" };
    let fresh = created.as_ref().map(|created| created.token.id);
    let ready =
        created.map(|created| view! { <Ready created organization=slug.to_string() cluster close=plain.clone() /> });
    // A form that failed and is not drawn any more: what it was about is gone.
    let failed =
        use_context::<Flash>().and_then(|flash| flash.error).filter(|_| dialog.is_none() && question.is_none());
    let failed = failed.map(|error| view! { <p class="form-error" role="alert">{error.message}</p> });
    let unconnected = (!cluster).then(|| {
        view! {
            <p class="note calm">
                <Glyph icon=Icon::Info />
                <span>
                    "No cluster is connected, so there is no kubeconfig to download. The operator can connect one; tokens \
                     work with the API of Bailiwick already."
                </span>
            </p>
        }
    });
    let blank = tokens.iter().any(|token| token.namespaces.is_empty());
    let list = if tokens.is_empty() {
        view! { <Empty later=cursor.is_some() /> }.into_any()
    } else {
        view! { <Table tokens now fresh /> }.into_any()
    };
    let foot = (total > 0).then(|| view! { <Foot total blank newest older /> });
    view! {
        <Console frame entry=Entry::ApiAccess>
            <header class="page-head">
                <div>
                    <h1>"API & Kubeconfig"</h1>
                    <p>{format!("Tokens belong to {name}, not to a person.")}</p>
                </div>
                <form id="view" method="get" action=path::api_access(&slug) data-soft="">
                    {cursor.map(|cursor| view! { <input type="hidden" name="cursor" value=cursor /> })}
                    <button name="create" value="1" id="create-button" class=class>
                        <Glyph icon=Icon::Plus size=16 />
                        "Create a New Token"
                    </button>
                </form>
            </header>
            {failed}
            {ready}
            <p class="note">
                <Glyph icon=Icon::Warning />
                <span>
                    "Nothing that happens to a person touches a token: deactivating whoever made it leaves it working. Remove \
                     it here when it is no longer needed."
                </span>
            </p>
            {unconnected}
            <section class="card" aria-labelledby="tokens">
                <h2 id="tokens" class="visually-hidden">
                    "Tokens"
                </h2>
                {list}
                {foot}
            </section>
            {dialog.map(|dialog| dialog.into_view(slug, cluster, now))} {question.map(dialog::Dialog::into_view)}
        </Console>
    }
}

/// `later`: a page of a list that has become shorter.
#[component]
fn Empty(later: bool) -> impl IntoView {
    if later {
        return view! {
            <div class="empty">
                <h3>"Nothing more"</h3>
                <p>"There is no older token than those on the page before."</p>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="empty">
            <h3>"No token yet"</h3>
            <p>"A token lets a program work in the cluster, and read this organization, without being a person."</p>
            <button form="view" name="create" value="1" id="create-first" class="button">
                "Create the first one"
            </button>
        </div>
    }
    .into_any()
}

#[component]
fn Table(tokens: Vec<Token>, now: Timestamp, fresh: Option<domain::id::TokenId>) -> impl IntoView {
    let rows = tokens.into_iter().map(|token| {
        let is_fresh = fresh == Some(token.id);
        view! { <Row token now is_fresh /> }
    });
    let rows = rows.collect::<Vec<_>>();
    view! {
        <table class="tokens">
            <Columns names=["Token", "Name", "Namespaces", "Created", "Expires", "Last used", "Actions"] />
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Foot(total: u64, blank: bool, newest: Option<String>, older: Option<String>) -> impl IntoView {
    view! {
        <div class="foot">
            <span>{count(total, "token", "tokens")}</span>
            {blank.then(|| view! { <span>"A blank token can sign in to the cluster and do nothing there by itself."</span> })}
            <Paging newest older />
        </div>
    }
}
