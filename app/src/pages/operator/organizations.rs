//! `/operator/organizations`: every organization, by its slug.

use super::{
    super::{Document, Loaded, Visit, frame::Frame},
    Desk, Onward, Tab, pages,
};
use crate::{
    api::operator::directory::{ClusterState, Organization},
    components::{
        address::broken,
        moment::Distance,
        table::{Columns, Search},
    },
    words::count,
};
use domain::{path, time::Timestamp};
use leptos::prelude::*;

struct Facts {
    frame: Frame,
    search: String,
    organizations: Vec<Organization>,
    first: Option<String>,
    next: Option<String>,
    enforced: bool,
    now: Timestamp,
}

pub(super) async fn load(visit: &Visit, frame: Frame) -> Loaded {
    let search = visit.query.get("search").unwrap_or_default().to_owned();
    let cursor = visit.query.get("cursor").unwrap_or_default();
    let page = usecases::operator::organizations(&visit.context, &search, cursor).await?;
    let organizations = page.organizations.into_iter().map(Organization::from).collect();
    let (first, next) = pages(visit, page.next);
    let enforced = visit.context.settings().enforced;
    let facts = Facts { frame, search, organizations, first, next, enforced, now: visit.context.now() };
    Ok(Document::new("Organizations · Operator", move || view! { <Page facts /> }))
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { frame, search, organizations, first, next, enforced, now } = facts;
    let shown = organizations.len() as u64;
    let list = if organizations.is_empty() {
        view! { <Empty searched=!search.is_empty() /> }.into_any()
    } else {
        view! { <Table organizations enforced now /> }.into_any()
    };
    view! {
        <Desk frame tab=Tab::Organizations lead="Who is on this installation, how large each is, and how it stands." dialog=None>
            <section class="card" aria-labelledby="organizations">
                <h2 id="organizations" class="visually-hidden">
                    "Organizations"
                </h2>
                <div class="card-tools">
                    <Search
                        action=path::OPERATOR_ORGANIZATIONS.to_owned()
                        value=search
                        placeholder="Name or slug"
                        label="Search organizations by name or slug"
                    />
                </div>
                {list}
                <div class="foot">
                    <span>{format!("{} on this page", count(shown, "organization", "organizations"))}</span>
                    <Onward first next />
                </div>
            </section>
        </Desk>
    }
}

#[component]
fn Table(organizations: Vec<Organization>, enforced: bool, now: Timestamp) -> impl IntoView {
    let rows = organizations.into_iter().map(|organization| view! { <Row organization enforced now /> });
    view! {
        <table class="rows organizations">
            <Columns names=["Name", "Founder", "Members", "Namespaces", "Last activity", "State"] />
            <tbody>{rows.collect::<Vec<_>>()}</tbody>
        </table>
    }
}

#[component]
fn Row(organization: Organization, enforced: bool, now: Timestamp) -> impl IntoView {
    let invited = organization.invitations_pending;
    let members = match organization.member_limit {
        Some(limit) => format!("{} of {limit}", organization.members_active),
        None => organization.members_active.to_string(),
    };
    let last = match organization.last_activity {
        Some(at) => view! { <Distance at now /> }.into_any(),
        None => view! { <span class="quiet">"never"</span> }.into_any(),
    };
    let slug = organization.organization.clone();
    view! {
        <tr class="row" class:off=organization.suspended_at.is_some() id=format!("row-{slug}")>
            <td>
                <a class="place" href=path::operator_organization(&slug)>{organization.name.to_string()}</a>
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
fn Empty(searched: bool) -> impl IntoView {
    let (title, why) = if searched {
        ("Nothing found", "No organization has this in its name or slug.")
    } else {
        ("Nothing more", "There is no organization beyond those on the page before.")
    };
    view! {
        <div class="empty">
            <h3>{title}</h3>
            <p>{why}</p>
            <a class="button" href=path::OPERATOR_ORGANIZATIONS>
                "Show all organizations"
            </a>
        </div>
    }
}
