//! `/operator/requests`: what waits, and everything that was ever asked.

use super::{
    Desk, Onward, Tab, View,
    decide::{DECIDING, Deciding, Tickets, is_asked},
    pages, use_waiting,
};
use crate::{
    address::use_address,
    api::operator::pages::{self as read, RequestsPage as Page},
    read::{shown, use_read},
};
use domain::path;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn RequestsPage() -> impl IntoView {
    let address = use_address();
    let rows = Memo::new(move |_| address.with(|address| (address.get("show") == Some("all"), address.text("cursor"))));
    let page = use_read(move || rows.get(), |(all, cursor)| read::requests_page(all, cursor));
    view! {
        <Title text="Requests · Operator" />
        {shown(page, |page| view! { <Shown page /> }.into_any())}
    }
}

#[component]
fn Shown(page: Signal<Page>) -> impl IntoView {
    let address = use_address();
    let requests = Signal::derive(move || page.with(|page| page.requests.clone()));
    let viewer = Signal::derive(move || page.with(|page| page.viewer.clone()));
    let asked = Signal::derive(move || address.with(|address| page.with(|page| is_asked(address, &page.requests))));
    let next = Signal::derive(move || page.with(|page| page.next.clone()));
    let pages = pages(next, &DECIDING);
    let none = Memo::new(move |_| page.with(|page| page.requests.is_empty()));
    let list = move || {
        if none.get() { view! { <Empty pages /> }.into_any() } else { view! { <Tickets requests viewer /> }.into_any() }
    };
    let foot = Memo::new(move |_| pages.with(super::Pages::are_any));
    view! {
        <Desk tab=Tab::Requests lead="What admins ask for and only an operator can do. Approving does it at once." asked>
            <View kept=&["show", "cursor"] />
            <section class="card" aria-labelledby="requests">
                <h2 id="requests" class="visually-hidden">
                    "Requests"
                </h2>
                <div class="card-tools">
                    <Filters />
                </div>
                {list}
                {move || {
                    foot.get()
                        .then(|| {
                            view! {
                                <div class="foot">
                                    <Onward pages />
                                </div>
                            }
                        })
                }}
            </section>
            <Deciding requests viewer />
        </Desk>
    }
    .into_any()
}

fn use_all() -> Signal<bool> {
    let address = use_address();
    Signal::derive(move || address.with(|address| address.get("show") == Some("all")))
}

#[component]
fn Filters() -> impl IntoView {
    let (all, waiting) = (use_all(), use_waiting());
    view! {
        <div class="filters" role="group" aria-label="Show">
            <a href=path::OPERATOR_REQUESTS aria-current=move || (!all.get()).then_some("true")>
                "Waiting "
                <Transition>
                    <span>{move || waiting.get()}</span>
                </Transition>
            </a>
            <a href=format!("{}?show=all", path::OPERATOR_REQUESTS) aria-current=move || all.get().then_some("true")>
                "All"
            </a>
        </div>
    }
    .into_any()
}

#[component]
fn Empty(pages: Memo<super::Pages>) -> impl IntoView {
    let all = use_all();
    let words = move || match (pages.with(|pages| pages.first.is_some()), all.get()) {
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
            <h3>{move || words().0}</h3>
            <p>{move || words().1}</p>
        </div>
    }
    .into_any()
}
