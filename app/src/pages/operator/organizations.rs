//! `/operator/organizations`: every organization, by its slug.

use super::{Desk, Onward, Tab, pages};
use crate::{
    address::use_address,
    api::operator::{
        directory::{ClusterState, Organization},
        pages::{self as read, OrganizationsPage as Page},
    },
    components::{
        email::broken,
        moment::Moment,
        table::{Columns, Search},
    },
    read::{shown, use_read},
    words::count,
};
use domain::{path, text::Slug};
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn OrganizationsPage() -> impl IntoView {
    let address = use_address();
    let rows = Memo::new(move |_| address.with(|address| ["search", "cursor"].map(|name| address.text(name))));
    let page = use_read(move || rows.get(), |[search, cursor]| read::organizations_page(search, cursor));
    view! {
        <Title text="Organizations · Operator" />
        {shown(page, |page| view! { <Shown page /> }.into_any())}
    }
}

#[component]
fn Shown(page: Signal<Page>) -> impl IntoView {
    let on_page = move || page.with(|page| page.organizations.len() as u64);
    let pages = pages(Signal::derive(move || page.with(|page| page.next.clone())), &[]);
    let none = Memo::new(move |_| page.with(|page| page.organizations.is_empty()));
    let list = move || if none.get() { view! { <Empty /> }.into_any() } else { view! { <Table page /> }.into_any() };
    view! {
        <Desk tab=Tab::Organizations lead="Who is on this installation, how large each is, and how it stands.">
            <section class="card" aria-labelledby="organizations">
                <h2 id="organizations" class="visually-hidden">
                    "Organizations"
                </h2>
                <div class="card-tools">
                    <Search placeholder="Name or slug" label="Search organizations by name or slug" />
                </div>
                {list}
                <div class="foot">
                    <span>{move || format!("{} on this page", count(on_page(), "organization", "organizations"))}</span>
                    <Onward pages />
                </div>
            </section>
        </Desk>
    }
    .into_any()
}

#[component]
fn Table(page: Signal<Page>) -> impl IntoView {
    let slugs = Memo::new(move |_| {
        page.with(|page| page.organizations.iter().map(|it| it.organization.clone()).collect::<Vec<_>>())
    });
    view! {
        <table class="rows organizations">
            <Columns names=["Name", "Founder", "Members", "Namespaces", "Last activity", "State"] />
            <tbody>
                <For each=move || slugs.get() key=Clone::clone let:slug>
                    <Line page slug />
                </For>
            </tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Line(page: Signal<Page>, slug: Slug) -> impl IntoView {
    let organization =
        Memo::new(move |_| page.with(|page| page.organizations.iter().find(|it| it.organization == slug).cloned()));
    move || organization.get().map(|organization| view! { <Row organization page /> })
}

#[component]
fn Row(organization: Organization, page: Signal<Page>) -> impl IntoView {
    let enforced = page.with_untracked(|page| page.enforced);
    let invited = organization.invitations_pending;
    let members = match organization.member_limit {
        Some(limit) => format!("{} of {limit}", organization.members_active),
        None => organization.members_active.to_string(),
    };
    let last = match organization.last_activity {
        Some(at) => view! { <Moment at /> }.into_any(),
        None => view! { <span class="quiet">"never"</span> }.into_any(),
    };
    let slug = organization.organization.clone();
    view! {
        <tr class="row" class:off=organization.suspended_at.is_some() id=format!("row-{slug}")>
            <td>
                <a class="place" href=path::operator_organization(&slug)>
                    {organization.name.to_string()}
                </a>
                " "
                <code class="quiet">{slug.to_string()}</code>
            </td>
            <td data-label="Founder">
                <span>{broken(organization.founder.as_str())}</span>
            </td>
            <td data-label="Members">
                <span>
                    {members} {(invited > 0).then(|| view! { <small class="quiet">{format!(" {invited} invited")}</small> })}
                </span>
            </td>
            <td data-label="Namespaces">{format!("{} of {}", organization.namespaces, organization.namespace_limit)}</td>
            <td data-label="Last activity">{last}</td>
            <td class="status">
                <Standing suspended=organization.suspended_at.is_some() cluster=organization.cluster enforced />
            </td>
        </tr>
    }
    .into_any()
}

/// Open or suspended, and whether the cluster follows: said where there is one to follow.
#[component]
pub(super) fn Standing(suspended: bool, cluster: ClusterState, enforced: bool) -> impl IntoView {
    let (class, word) = match (suspended, enforced) {
        (true, _) => ("badge bad", "suspended"),
        (false, false) => ("badge good", "open"),
        (false, true) if cluster.held_deletions.is_some() => ("badge wait", "deletions held"),
        (false, true) if cluster.trouble.is_some() || cluster.failing > 0 => ("badge bad", "failing"),
        (false, true) if !cluster.in_sync => ("badge wait", "applying"),
        (false, true) => ("badge good", "in sync"),
    };
    view! { <span class=class>{word}</span> }
}

#[component]
fn Empty() -> impl IntoView {
    let address = use_address();
    let words = move || {
        if address.with(|address| address.get("search").is_some()) {
            ("Nothing found", "No organization has this in its name or slug.")
        } else {
            ("Nothing more", "There is no organization beyond those on the page before.")
        }
    };
    view! {
        <div class="empty">
            <h3>{move || words().0}</h3>
            <p>{move || words().1}</p>
            <a class="button" href=path::OPERATOR_ORGANIZATIONS>
                "Show all organizations"
            </a>
        </div>
    }
    .into_any()
}
