//! `/operator/organizations/<slug>`: one organization, and every act on it.

mod people;
mod rest;

use super::{
    Act, Desk, Tab, View,
    acts::{self, Acts},
    decide::{self, Deciding, Tickets},
    organizations::Standing,
};
use crate::{
    address::{use_address, use_slug},
    api::operator::{
        directory::Organization,
        pages::{self as read, OrganizationPage as Page},
    },
    components::{
        icon::{Glyph, Icon},
        moment::{Moment, Say},
    },
    read::{shown, use_read},
};
use leptos::prelude::*;
use leptos_meta::Title;
use people::People;
use rest::{Namespaces, Tokens, Withheld};

/// What the address says of which people are shown.
const ROWS: [&str; 3] = ["search", "status", "cursor"];

#[component]
pub fn OrganizationPage() -> impl IntoView {
    let (slug, address) = (use_slug(), use_address());
    let rows = Memo::new(move |_| address.with(|address| ROWS.map(|name| address.text(name))));
    let page = use_read(
        move || (slug.get(), rows.get()),
        |(slug, [search, status, cursor])| read::organization_page(slug, search, status, cursor),
    );
    shown(page, |page| view! { <Shown page /> }.into_any())
}

#[component]
fn Shown(page: Signal<Page>) -> impl IntoView {
    let address = use_address();
    let of = move |read: fn(&Organization) -> String| {
        Signal::derive(move || page.with(|page| read(&page.details.organization)))
    };
    let name = of(|organization| organization.name.to_string());
    let lead = of(|organization| format!("{}, founded by {}.", organization.organization, organization.founder));
    let suspended = Memo::new(move |_| page.with(|page| page.details.organization.suspended_at));
    let requests = Signal::derive(move || page.with(|page| page.details.requests.clone()));
    let viewer = Signal::derive(move || page.with(|page| page.viewer.clone()));
    let asked = Signal::derive(move || {
        address.with(|address| {
            page.with(|page| acts::is_asked(address, page) || decide::is_asked(address, &page.details.requests))
        })
    });
    let tools = move || {
        if suspended.get().is_some() {
            view! { <Act name="resume" value="1" word="Resume" class="button revive" /> }.into_any()
        } else {
            view! { <Act name="suspend" value="1" word="Suspend" class="button danger" /> }.into_any()
        }
    };
    let since = move || {
        suspended.get().map(|at| {
            view! {
                <p class="note" role="status">
                    <Glyph icon=Icon::Warning />
                    <span>
                        "Suspended since " <Moment at say=Say::Time />
                        ". Nobody of it gets in, its tokens are refused, and its bindings are withdrawn."
                    </span>
                </p>
            }
        })
    };
    let waits = Memo::new(move |_| page.with(|page| !page.details.requests.is_empty()));
    let waiting = move || {
        waits.get().then(|| {
            view! {
                <section class="card" aria-labelledby="waiting">
                    <header class="card-head">
                        <h2 id="waiting">"Requests waiting"</h2>
                    </header>
                    <Tickets requests viewer />
                </section>
            }
        })
    };
    view! {
        <Title text=move || format!("{} · Operator", name.get()) />
        <Desk tab=Tab::Organizations below=true heading=name lead tools=tools.into_any() asked>
            <View kept=&ROWS />
            {since}
            {waiting}
            <Figures page />
            <People page />
            <Withheld page />
            <Namespaces page />
            <Tokens page />
            <Deciding requests viewer />
            <Acts page />
        </Desk>
    }
    .into_any()
}

#[component]
fn Figures(page: Signal<Page>) -> impl IntoView {
    let organization = Memo::new(move |_| page.with(|page| page.details.organization.clone()));
    let state = move || {
        let Organization { suspended_at, cluster, .. } = organization.get();
        let trouble = cluster.trouble.clone().map(|why| view! { <span class="quiet">{why}</span> });
        view! {
            <Standing suspended=suspended_at.is_some() cluster enforced=page.with(|page| page.enforced) />
            " "
            {trouble}
        }
    };
    let held = move || {
        let Organization { organization: slug, cluster, .. } = organization.get();
        cluster.held_deletions.map(|held| {
            view! {
                <span class="quiet">{format!("{held} deletions are held back. ")}</span>
                <Act
                    name="confirm-deletions"
                    value=slug.to_string()
                    word="Confirm deletions"
                    class="button small danger"
                />
            }
        })
    };
    let members = move || {
        organization.with(|it| {
            let limit = it.member_limit.map_or_else(String::new, |limit| format!(" of {limit}"));
            let (active, off, invited) = (it.members_active, it.members_deactivated, it.invitations_pending);
            format!("{active}{limit} active, {off} deactivated, {invited} invited")
        })
    };
    let namespaces = move || organization.with(|it| format!("{} of {}", it.namespaces, it.namespace_limit));
    let last = move || match organization.with(|it| it.last_activity) {
        Some(at) => view! { <Moment at /> }.into_any(),
        None => "never".into_any(),
    };
    view! {
        <section class="card" aria-labelledby="figures">
            <header class="card-head">
                <h2 id="figures">"How it stands"</h2>
            </header>
            <dl class="facts wide">
                <div>
                    <dt>"State"</dt>
                    <dd>{state} " " {held}</dd>
                </div>
                <div>
                    <dt>"Members"</dt>
                    <dd>
                        {members} " " <Act name="member-limit" value="1" word="Change the limit" about="of members" />
                    </dd>
                </div>
                <div>
                    <dt>"Namespaces"</dt>
                    <dd>
                        {namespaces} " "
                        <Act name="namespace-limit" value="1" word="Change the limit" about="of namespaces" />
                    </dd>
                </div>
                <div>
                    <dt>"Created"</dt>
                    <dd>{move || view! { <Moment at=organization.with(|it| it.created_at) /> }}</dd>
                </div>
                <div>
                    <dt>"Last activity"</dt>
                    <dd>{last}</dd>
                </div>
            </dl>
        </section>
    }
    .into_any()
}
