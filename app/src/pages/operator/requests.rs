//! `/operator/requests`: what waits, and everything that was ever asked.

use super::{
    super::{Document, Loaded, Visit, dialog::Dialog, frame::Frame},
    Desk, Onward, Tab, View,
    decide::{self, Tickets},
    pages,
};
use crate::api::requests::Request;
use domain::{path, time::Timestamp};
use leptos::prelude::*;

struct Facts {
    frame: Frame,
    all: bool,
    requests: Vec<Request>,
    first: Option<String>,
    next: Option<String>,
    cursor: String,
    dialog: Option<Dialog>,
    now: Timestamp,
}

pub(super) async fn load(visit: &Visit, frame: Frame) -> Loaded {
    let all = visit.query.get("show") == Some("all");
    let cursor = visit.query.get("cursor").unwrap_or_default().to_owned();
    let page = usecases::operator::requests(&visit.context, !all, &cursor).await?;
    let (first, next) = pages(visit, page.next);
    let requests = page.requests.into_iter().map(Request::from).collect();
    let dialog = decide::asked(visit).await?;
    let facts = Facts { frame, all, requests, first, next, cursor, dialog, now: visit.context.now() };
    Ok(Document::new("Requests · Operator", move || view! { <Page facts /> }))
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { frame, all, requests, first, next, cursor, dialog, now } = facts;
    let own = frame.person.email.to_string();
    let waiting = frame.waiting.unwrap_or_default();
    let list = if requests.is_empty() {
        view! { <Empty all later=first.is_some() /> }.into_any()
    } else {
        view! { <Tickets requests own now /> }.into_any()
    };
    let kept = vec![("show", if all { "all".to_owned() } else { String::new() }), ("cursor", cursor)];
    let foot = (first.is_some() || next.is_some()).then(|| {
        view! {
            <div class="foot">
                <Onward first next />
            </div>
        }
    });
    view! {
        <Desk frame tab=Tab::Requests lead="What admins ask for and only an operator can do. Approving does it at once." dialog>
            <View action=path::OPERATOR_REQUESTS.to_owned() kept />
            <section class="card" aria-labelledby="requests">
                <h2 id="requests" class="visually-hidden">
                    "Requests"
                </h2>
                <div class="card-tools">
                    <div class="filters" role="group" aria-label="Show">
                        <a href=path::OPERATOR_REQUESTS aria-current=(!all).then_some("true")>
                            "Waiting "
                            <span>{waiting}</span>
                        </a>
                        <a href=format!("{}?show=all", path::OPERATOR_REQUESTS) aria-current=all.then_some("true")>
                            "All"
                        </a>
                    </div>
                </div>
                {list}
                {foot}
            </section>
        </Desk>
    }
}

#[component]
fn Empty(all: bool, later: bool) -> impl IntoView {
    let (title, why) = match (later, all) {
        (true, _) => ("Nothing more", "There is no request beyond those on the page before."),
        (false, true) => {
            ("Nothing asked yet", "Admins ask where the console says that only the operator can do a thing.")
        }
        (false, false) => {
            ("Nothing waits", "Every request is decided. You get a mail when an admin asks for something.")
        }
    };
    view! {
        <div class="empty">
            <h3>{title}</h3>
            <p>{why}</p>
        </div>
    }
}
