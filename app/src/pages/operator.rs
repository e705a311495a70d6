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

pub(crate) use {
    activity::ActivityPage, cluster::ClusterPage, mail::MailPage, organization::OrganizationPage,
    organizations::OrganizationsPage, overview::OverviewPage, requests::RequestsPage,
};

use crate::{
    address::{Address, use_address},
    api::operator::pages::Viewer,
    components::{
        breadcrumb::Breadcrumb,
        failed::Failed,
        fields::kept_field,
        opened::opened,
        prove_again::{ProveAgain, use_first_proof},
        question::{Asked, Question},
    },
    error::ApiError,
    read::shown_or,
    session::Session,
    write::{Call, Write, failed_post},
};
use domain::{Refusal, path};
use leptos::prelude::*;
use leptos_router::components::Form;

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

    fn entry(self) -> (Self, &'static str, &'static str) {
        Self::ALL[self as usize]
    }
}

/// Below `/operator`, where no page is: nobody but an operator learns that.
#[component]
pub fn Nothing() -> impl IntoView {
    let session = expect_context::<Session>();
    shown_or(
        session.current,
        |current| {
            let operator = current.with_untracked(|current| current.operator);
            let error = if operator { ApiError::not_found() } else { Refusal::OperatorOnly.into() };
            view! { <Failed error /> }.into_any()
        },
        |_| ().into_any(),
        || ().into_any(),
    )
}

/// How many requests wait, as the side of the console says it. To be read inside of a `Transition`.
fn use_waiting() -> Signal<u64> {
    let session = use_context::<Session>();
    Signal::derive(move || {
        let current = session.and_then(|session| session.current.get());
        current.and_then(|current| current.ok()?.waiting).unwrap_or_default()
    })
}

/// What stands around each section. Drawn with what the section read: who may not read it sees nothing of this.
#[component]
fn Desk(
    tab: Tab,
    /// Of a page below the section, which has a name of its own.
    #[prop(default = false)]
    below: bool,
    #[prop(default = "Operator".into(), into)] heading: Signal<String>,
    #[prop(into)] lead: Signal<String>,
    /// What can be done about all of it.
    #[prop(optional)]
    tools: Option<AnyView>,
    /// Whether a question is drawn over it, which says itself what went wrong with it.
    #[prop(optional, into)]
    asked: Signal<bool>,
    children: Children,
) -> impl IntoView {
    let waiting = use_waiting();
    let (_, section, section_address) = tab.entry();
    let breadcrumb = match (tab, below) {
        (Tab::Overview, false) => None,
        (_, false) => Some((vec![("Operator", path::OPERATOR)], section.into())),
        (_, true) => Some((vec![("Operator", path::OPERATOR), (section, section_address)], heading)),
    };
    let breadcrumb = breadcrumb.map(|(above, here): (_, Signal<String>)| view! { <Breadcrumb above here /> });
    let tabs = Tab::ALL.map(|(this, word, path)| {
        let count = (this == Tab::Requests).then(|| {
            view! {
                <Transition>
                    {move || Some(waiting.get()).filter(|waiting| *waiting > 0).map(|waiting| view! { <span>{waiting}</span> })}
                </Transition>
            }
        });
        view! {
            <li>
                <a href=path aria-current=(this == tab).then_some("page")>
                    {word}
                    {count}
                </a>
            </li>
        }
    });
    // A plain form that failed and is not drawn any more: what it was about is gone.
    let failed = failed_act().map(|error| {
        view! {
            <p class="form-error" role="alert" hidden=move || asked.get()>
                {error.message}
            </p>
        }
    });
    view! {
        {breadcrumb}
        <header class="page-head">
            <div>
                <h1>{move || heading.get()}</h1>
                <p>{move || lead.get()}</p>
            </div>
            {tools}
        </header>
        <nav class="tabs" aria-label="Operator">
            <ul>{tabs.into_iter().collect::<Vec<_>>()}</ul>
        </nav>
        {failed}
        {children()}
    }
    .into_any()
}

/// Why an operator's act was refused that a plain form asked for.
fn failed_act() -> Option<ApiError> {
    failed_post(|path| path.starts_with("/api/v1/operator/"))
}

const RECENT: &str = "What an operator does takes a recent sign-in.";

/// What the address asks, over its page. `draw` draws the question, anew each time that one is opened; `close` is the address
/// without it.
fn questions<K>(
    asked: Memo<Option<K>>,
    viewer: Signal<Viewer>,
    close: Signal<String>,
    draw: impl Fn(K) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    K: Clone + PartialEq + Send + Sync + 'static,
{
    let prove = Signal::derive(move || viewer.with(|viewer| viewer.prove.clone()));
    let proof = use_first_proof(prove, Signal::derive(move || asked.with(Option::is_some)));
    opened(
        move || asked.get().map(|asked| (asked, proof.get())),
        move |(asked, proof)| match proof {
            Some(email) => view! { <ProveAgain why=RECENT email close /> }.into_any(),
            None => draw(asked),
        },
    )
}

/// The dialog of one question, which `S` answers. Its action is as new as the dialog is: what went wrong the last time is not
/// said again.
fn ask<S>(question: Question, close: Signal<String>) -> AnyView
where
    S: Call,
{
    let action = Write::<S>::begin();
    view! { <Asked question action close /> }.into_any()
}

/// A button that opens a question: `name` and `value` go into the address of a form of the page, `view` unless another one
/// is named.
#[component]
fn Act(
    name: &'static str,
    #[prop(into)] value: String,
    word: &'static str,
    /// What is read aloud behind the word, where several say the same.
    #[prop(optional, into)]
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

/// The form that the page's buttons belong to: an address with one parameter more, and with those that are kept.
#[component]
fn View(
    #[prop(default = "view")] id: &'static str,
    #[prop(default = &[])] kept: &'static [&'static str],
) -> impl IntoView {
    let address = use_address();
    let kept = kept.iter().map(|name| kept_field(address, name)).collect::<Vec<_>>();
    view! {
        <Form action=move || address.with(|address| address.path().to_owned()) noscroll=true attr:id=id attr:hidden=true>
            {kept}
        </Form>
    }
    .into_any()
}

/// The addresses of the first page of a list, where this is a later one, and of the one after this.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Pages {
    first: Option<String>,
    next: Option<String>,
}

impl Pages {
    fn are_any(&self) -> bool {
        self.first.is_some() || self.next.is_some()
    }
}

/// `next` is the cursor of the page after this one. The way there leads out of an open row, and of the questions `without`.
fn pages(next: Signal<Option<String>>, without: &'static [(&'static str, &'static str)]) -> Memo<Pages> {
    let address = use_address();
    Memo::new(move |_| {
        let to =
            |address: &Address, cursor: &str| address.with(&[without, &[("open", ""), ("cursor", cursor)]].concat());
        address.with(|address| Pages {
            first: address.get("cursor").map(|_| to(address, "")),
            next: next.get().map(|cursor| to(address, &cursor)),
        })
    })
}

/// The way through a list that is read in one order: back to its beginning, and on.
#[component]
fn Onward(pages: Memo<Pages>) -> impl IntoView {
    move || {
        let pages = pages.get();
        pages.are_any().then(|| {
            let Pages { first, next } = pages;
            view! {
                <nav class="actions" aria-label="Pages">
                    {first.map(|address| view! { <a class="button small" id="first" href=address>"First page"</a> })}
                    {next.map(|address| view! { <a class="button small" id="next" href=address>"Next"</a> })}
                </nav>
            }
        })
    }
}
