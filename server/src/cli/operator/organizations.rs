//! Organizations, and how each stands.

use super::{
    desk::{Desk, Outcome},
    ended::Ended,
    print::{known, known_time, time},
    requests,
};
use app::{
    api::operator::directory::{ClusterState, Details, Organization},
    words,
};
use clap::{Args, Subcommand};
use serde_json::Value;
use std::str::FromStr;

pub(super) const EXAMPLE: &str = "Examples:
  bailiwick operator organization list --search north
  bailiwick operator organization show northwind
  bailiwick operator organization limit northwind --namespaces 20 --members none";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Every organization, by its slug.
    #[command(after_help = "Example:\n  bailiwick operator organization list --search north")]
    List {
        /// Only those whose slug or name has this in it.
        #[arg(long, default_value = "")]
        search: String,
    },
    /// One organization: its people, limits, namespaces, cluster, and the requests of it that wait.
    #[command(after_help = "Example:\n  bailiwick operator organization show northwind")]
    Show {
        /// The organization's slug.
        slug: String,
    },
    /// Close it: nobody of it gets in, its tokens and bindings stop, and nothing is lost.
    #[command(
        after_help = "Example:\n  bailiwick operator organization suspend northwind --reason \"the bill is open\""
    )]
    Suspend {
        /// The organization's slug.
        slug: String,
        /// Stands in its activity log.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Open it again, with everything as it was.
    #[command(after_help = "Example:\n  bailiwick operator organization resume northwind")]
    Resume {
        /// The organization's slug.
        slug: String,
    },
    /// Change how much it may have.
    #[command(
        after_help = "Example:\n  bailiwick operator organization limit northwind --namespaces 20 --members none"
    )]
    Limit {
        /// The organization's slug.
        slug: String,
        #[command(flatten)]
        limits: Limits,
    },
    /// Let the controller do the many deletions in the cluster that it holds back.
    #[command(after_help = "Example:\n  bailiwick operator organization confirm-deletions northwind")]
    ConfirmDeletions {
        /// The organization's slug.
        slug: String,
    },
}

#[derive(Args)]
#[group(required = true, multiple = true)]
pub(super) struct Limits {
    /// How many namespaces.
    #[arg(long, value_name = "N")]
    namespaces: Option<u32>,
    /// How many active members, or none: as many as there are.
    #[arg(long, value_name = "N|none")]
    members: Option<Most>,
}

/// A number, or no limit at all.
#[derive(Debug, Clone, Copy)]
struct Most(Option<u32>);

impl FromStr for Most {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self(None)),
            number => number.parse().map(|number| Self(Some(number))).map_err(|_| "it is a number, or the word none"),
        }
    }
}

pub(super) async fn run(desk: &Desk, command: Command) -> Outcome {
    let named = |slug: &str| vec![("organization", slug.to_owned())];
    match command {
        Command::List { search } => list(desk, search).await,
        Command::Show { slug } => show(desk, slug).await,
        Command::Suspend { slug, reason } => suspend(desk, slug, reason).await,
        Command::Resume { slug } => desk.act("operator/resume", named(&slug)).await,
        Command::Limit { slug, limits } => limit(desk, slug, limits).await,
        Command::ConfirmDeletions { slug } => confirm_deletions(desk, slug).await,
    }
}

/// What of an organization is limited, and by how much.
fn of(count: i64, limit: Option<i64>) -> String {
    limit.map_or_else(|| count.to_string(), |limit| format!("{count} of {limit}"))
}

fn standing(organization: &Organization) -> &'static str {
    if organization.suspended_at.is_some() { "suspended" } else { "open" }
}

/// How the cluster follows: what needs an operator first.
fn following(cluster: &ClusterState) -> String {
    match cluster {
        ClusterState { held_deletions: Some(held), held_of, .. } => {
            format!("holds back {held} deletions of {}", known(*held_of))
        }
        ClusterState { trouble: Some(trouble), .. } => trouble.clone(),
        ClusterState { failing: failing @ 1.., .. } => {
            words::count(failing.unsigned_abs(), "binding fails", "bindings fail")
        }
        ClusterState { in_sync: true, .. } => "in sync".to_owned(),
        // It may be on its way, or there may be no cluster at all.
        ClusterState { .. } => "-".to_owned(),
    }
}

pub(super) fn row(it: &Organization) -> [String; 7] {
    [
        it.organization.to_string(),
        standing(it).to_owned(),
        of(it.members_active, it.member_limit),
        of(it.namespaces, Some(it.namespace_limit)),
        known_time(it.last_activity),
        following(&it.cluster),
        it.name.to_string(),
    ]
}

pub(super) const COLUMNS: [&str; 7] =
    ["ORGANIZATION", "STATE", "MEMBERS", "NAMESPACES", "LAST ACTIVITY", "CLUSTER", "NAME"];

async fn list(desk: &Desk, search: String) -> Outcome {
    let fields = vec![("search", search)];
    let found = desk.list("operator/organizations", "organizations", fields, usize::MAX).await?;
    let rows: Vec<_> = found.rows.iter().map(row).collect();
    desk.show(&found.json, |paper| paper.table("No organization is found.", COLUMNS, &rows))
}

async fn read(desk: &Desk, slug: &str) -> Result<(Value, Details), Ended> {
    desk.read("operator/organization", vec![("organization", slug.to_owned())]).await
}

async fn show(desk: &Desk, slug: String) -> Outcome {
    let (json, details) = read(desk, &slug).await?;
    let it = &details.organization;
    let suspended =
        it.suspended_at.map_or_else(|| standing(it).to_owned(), |at| format!("suspended since {}", time(at)));
    let names =
        if details.namespaces.is_empty() { String::new() } else { format!(": {}", words::list(&details.namespaces)) };
    let namespaces = of(it.namespaces, Some(it.namespace_limit)) + &names;
    let rows: Vec<_> = details.requests.iter().map(requests::row).collect();
    desk.show(&json, |paper| {
        paper.facts([
            ("organization", it.organization.to_string()),
            ("name", it.name.to_string()),
            ("state", suspended),
            ("founder", it.founder.to_string()),
            ("admins", words::list(&details.admins)),
            ("active members", of(it.members_active, it.member_limit)),
            ("deactivated", it.members_deactivated.to_string()),
            ("invited", it.invitations_pending.to_string()),
            ("namespaces", namespaces),
            ("made", time(it.created_at)),
            ("last activity", known_time(it.last_activity)),
            ("cluster", following(&it.cluster)),
            ("trouble since", known_time(it.cluster.trouble_since)),
            ("drift in 90 days", it.cluster.drifts.to_string()),
        ]);
        paper.heading("Requests that wait");
        paper.table("None.", requests::COLUMNS, &rows);
    })
}

async fn suspend(desk: &Desk, slug: String, reason: String) -> Outcome {
    let (_, details) = read(desk, &slug).await?;
    let it = &details.organization;
    if it.suspended_at.is_none() {
        desk.remark(|paper| {
            let members = words::count(it.members_active.unsigned_abs(), "active member", "active members");
            paper.line(&format!(
                "{} ({slug}) will be closed: {members} can't get in, and its tokens and bindings stop. Nothing is lost; \
                 `bailiwick operator organization resume {slug}` opens it again.",
                it.name
            ));
        });
        desk.confirm("slug", &slug)?;
    }
    desk.act("operator/suspend", vec![("organization", slug), ("reason", reason)]).await
}

async fn confirm_deletions(desk: &Desk, slug: String) -> Outcome {
    let (_, details) = read(desk, &slug).await?;
    let cluster = &details.organization.cluster;
    if let Some(held) = cluster.held_deletions {
        desk.remark(|paper| {
            paper.line(&format!(
                "The controller will delete {held} of {} bindings of {slug} in the cluster.",
                known(cluster.held_of)
            ));
        });
        desk.confirm("slug", &slug)?;
    }
    desk.act("operator/confirm-deletions", vec![("organization", slug)]).await
}

/// Two limits are two acts of the API: the first is done, and said, even where the second is refused.
async fn limit(desk: &Desk, slug: String, limits: Limits) -> Outcome {
    let namespaces = limits.namespaces.map(|limit| ("operator/limit-namespaces", Some(limit)));
    let members = limits.members.map(|Most(limit)| ("operator/limit-members", limit));
    let mut acts = namespaces.into_iter().chain(members).peekable();
    while let Some((function, limit)) = acts.next() {
        let mut fields = vec![("organization", slug.clone())];
        fields.extend(limit.map(|limit| ("limit", limit.to_string())));
        let answer = desk.call(function, fields).await?;
        match (acts.peek(), &answer.notice) {
            (Some(_), Some(notice)) => desk.remark(|paper| paper.line(notice)),
            (Some(_), None) => {}
            (None, _) => desk.tell(&answer)?,
        }
    }
    Ok(())
}
