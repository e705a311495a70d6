//! `/operator`: the installation as its operators see it, and what only they do. Every act is a question with an address,
//! and takes a recent sign-in.

mod activity;
mod acts;
mod cluster;
mod decide;
mod mail;
mod organization;
mod organizations;
mod overview;
mod requests;

use super::{
    Flash, Loaded, Visit,
    dialog::Dialog,
    frame::{Console, Entry, Frame},
};
use crate::error::ApiError;
use domain::path;
use leptos::prelude::*;

/// The sections, in the order of their links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Overview,
    Requests,
    Organizations,
    Cluster,
    Mail,
    Activity,
}

impl Tab {
    const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Overview, "Overview", path::OPERATOR),
        (Self::Requests, "Requests", path::OPERATOR_REQUESTS),
        (Self::Organizations, "Organizations", path::OPERATOR_ORGANIZATIONS),
        (Self::Cluster, "Cluster", path::OPERATOR_CLUSTER),
        (Self::Mail, "Mail", path::OPERATOR_MAIL),
        (Self::Activity, "Activity", path::OPERATOR_ACTIVITY),
    ];
}

pub(super) async fn load(visit: &Visit, section: &[&str]) -> Loaded {
    let frame = Frame::load(visit, None).await?;
    // Before the address is looked at: nobody else learns what there is.
    visit.context.as_operator()?;
    match section {
        [] => overview::load(visit, frame).await,
        ["requests"] => requests::load(visit, frame).await,
        ["organizations"] => organizations::load(visit, frame).await,
        ["organizations", slug] => organization::load(visit, frame, slug).await,
        ["cluster"] => cluster::load(visit, frame).await,
        ["mail"] => mail::load(visit, frame).await,
        ["activity"] => activity::load(visit, frame).await,
        _ => Err(ApiError::not_found().into()),
    }
}

/// What stands around each section.
#[component]
fn Desk(
    frame: Frame,
    tab: Tab,
    #[prop(default = "Operator".to_owned(), into)] heading: String,
    #[prop(into)] lead: String,
    /// What can be done about all of it.
    #[prop(default = None)]
    tools: Option<AnyView>,
    dialog: Option<Dialog>,
    children: Children,
) -> impl IntoView {
    let waiting = frame.waiting.unwrap_or_default();
    let tabs = Tab::ALL.map(|(this, word, path)| {
        let count = (this == Tab::Requests && waiting > 0).then(|| view! { <span>{waiting}</span> });
        view! {
            <li>
                <a href=path aria-current=(this == tab).then_some("page")>
                    {word} {count}
                </a>
            </li>
        }
    });
    // A form that failed and is not drawn any more: what it was about is gone.
    let failed = use_context::<Flash>().and_then(|flash| flash.error).filter(|_| dialog.is_none());
    let failed = failed.map(|error| view! { <p class="form-error" role="alert">{error.message}</p> });
    view! {
        <Console frame entry=Entry::Operator>
            <header class="page-head">
                <div>
                    <h1>{heading}</h1>
                    <p>{lead}</p>
                </div>
                {tools}
            </header>
            <nav class="tabs" aria-label="Operator">
                <ul>{tabs}</ul>
            </nav>
            {failed}
            {children()}
            {dialog.map(Dialog::into_view)}
        </Console>
    }
    .into_any()
}

/// A button that opens a question: `name` and `value` go into the address of a form of the page, `view` unless another one
/// is named.
#[component]
fn Act(
    name: &'static str,
    #[prop(into)] value: String,
    word: &'static str,
    /// What is read aloud behind the word, where several say the same.
    #[prop(default = String::new())]
    about: String,
    #[prop(default = "button small")] class: &'static str,
    #[prop(default = "view")] form: &'static str,
) -> impl IntoView {
    // One hyphen, before what it is about: whoever comes back finds that row where the button is gone.
    let id = format!("{}-{value}", name.replace('-', "_"));
    view! {
        <button form=form name=name value=value id=id class=class>
            {word}
            {(!about.is_empty()).then(|| view! { <span class="visually-hidden">{format!(" {about}")}</span> })}
        </button>
    }
    .into_any()
}

/// The form that the page's buttons belong to, with what stays in its address.
#[component]
fn View(
    action: String,
    #[prop(default = "view")] id: &'static str,
    #[prop(default = Vec::new())] kept: Vec<(&'static str, String)>,
) -> impl IntoView {
    let kept = kept.into_iter().filter(|(_, value)| !value.is_empty());
    let kept = kept.map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    view! {
        <form id=id method="get" action=action data-soft="" hidden>
            {kept.collect::<Vec<_>>()}
        </form>
    }
    .into_any()
}

/// The way through a list that is read in one order: back to its beginning, and on.
#[component]
fn Onward(first: Option<String>, next: Option<String>) -> impl IntoView {
    (first.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="actions" aria-label="Pages">
                {first.map(|address| view! { <a class="button small" id="first" href=address>"First page"</a> })}
                {next.map(|address| view! { <a class="button small" id="next" href=address>"Next"</a> })}
            </nav>
        }
    })
}

/// The address of the page after this one, and of the first one where this is a later one.
fn pages(visit: &Visit, next: Option<String>) -> (Option<String>, Option<String>) {
    let first = visit.query.get("cursor").map(|_| visit.with(&[("cursor", "")]));
    (first, next.map(|cursor| visit.with(&[("cursor", &cursor)])))
}
