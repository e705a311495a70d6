//! `/operator`: what there is in figures, what has waited longest, and who runs the installation.

mod figures;
mod people;
mod questions;

use super::{
    Act, Desk, Tab, View,
    decide::{Deciding, Tickets, is_asked},
};
use crate::{
    address::use_address,
    api::{
        operator::pages::installation::{self as read, OverviewPage as Page},
        requests::Request,
    },
    read::{shown, use_read},
};
use domain::path;
use figures::Figures;
use leptos::prelude::*;
use leptos_meta::Title;
use people::{Operators, Programs};
use questions::{Questions, use_asked};

#[component]
pub fn OverviewPage() -> impl IntoView {
    let page = use_read(|| (), |()| read::overview_page());
    view! {
        <Title text="Operator" />
        {shown(page, |page| view! { <Shown page /> }.into_any())}
    }
}

#[component]
fn Shown(page: Signal<Page>) -> impl IntoView {
    let address = use_address();
    let requests = Signal::derive(move || page.with(|page| page.requests.clone()));
    let viewer = Signal::derive(move || page.with(|page| page.viewer.clone()));
    let asked = use_asked(page);
    let opened = Signal::derive(move || {
        asked.with(Option::is_some) || address.with(|address| page.with(|page| is_asked(address, &page.requests)))
    });
    let lead = "Every organization of this installation, what its admins ask for, and how cluster and mail are.";
    view! {
        <Desk tab=Tab::Overview lead asked=opened>
            <View />
            <Figures page />
            <Waiting page requests />
            <SignUps page />
            <Operators page />
            <Programs page />
            <Questions page asked />
            <Deciding requests viewer />
        </Desk>
    }
    .into_any()
}

#[component]
fn Waiting(page: Signal<Page>, requests: Signal<Vec<Request>>) -> impl IntoView {
    let viewer = Signal::derive(move || page.with(|page| page.viewer.clone()));
    let none = Memo::new(move |_| requests.with(Vec::is_empty));
    let list = move || {
        if none.get() {
            view! { <p class="quiet card-line">"Nothing waits. You get a mail when an admin asks for something."</p> }
                .into_any()
        } else {
            view! { <Tickets requests viewer /> }.into_any()
        }
    };
    let more =
        Memo::new(move |_| page.with(|page| page.overview.requests_waiting.saturating_sub(page.requests.len() as u64)));
    let more = move || {
        (more.get() > 0).then(|| {
            view! {
                <p class="foot">
                    <a href=path::OPERATOR_REQUESTS>{format!("and {} more", more.get())}</a>
                </p>
            }
        })
    };
    view! {
        <section class="card" aria-labelledby="waiting">
            <header class="card-head">
                <h2 id="waiting">"Requests waiting"</h2>
            </header>
            {list}
            {more}
        </section>
    }
    .into_any()
}

#[component]
fn SignUps(page: Signal<Page>) -> impl IntoView {
    let configured = Memo::new(move |_| page.with(|page| !page.overview.sign_ups_closed_by_configuration));
    let open = Memo::new(move |_| page.with(|page| page.overview.sign_ups_open));
    let words = move || match (configured.get(), open.get()) {
        (false, _) => (
            "badge none",
            "closed",
            "The configuration keeps sign-ups closed (BAILIWICK_SIGNUPS). People come by invitation only.",
        ),
        (true, true) => ("badge good", "open", "Everybody who proves an address may found an organization."),
        (true, false) => ("badge none", "closed", "People come by invitation only."),
    };
    let switch = move || {
        let (name, word) =
            if open.get() { ("close-sign-ups", "Close sign-ups") } else { ("open-sign-ups", "Open sign-ups") };
        configured.get().then(|| view! { <Act name value="1" word class="button" /> })
    };
    view! {
        <section class="card" aria-labelledby="sign-ups">
            <header class="card-head with-act">
                <div>
                    <h2 id="sign-ups">"Sign-ups " <span class=move || words().0>{move || words().1}</span></h2>
                    <p>{move || words().2}</p>
                </div>
                {switch}
            </header>
        </section>
    }
    .into_any()
}
