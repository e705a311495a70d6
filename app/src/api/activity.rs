//! The audit log.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::context;
use crate::api::client::Browser;
use domain::{activity::ActivityEvent, text::OrganizationName, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One line, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub id: String,
    pub at: Timestamp,
    /// `user`, `token`, `operator` or `system`.
    pub actor_kind: String,
    pub actor: String,
    pub code: String,
    /// The event as a sentence that follows the actor's name.
    pub sentence: String,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// One line for programs: `event` carries its code and the facts of that kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    #[serde(flatten)]
    pub line: Line,
    pub event: ActivityEvent,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub events: Vec<Entry>,
    pub next: Option<String>,
}

/// All that the page of an organization's changes shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub name: OrganizationName,
    pub events: Vec<Line>,
    pub next: Option<String>,
    /// The last thirty days, oldest first.
    pub days: Vec<Day>,
}

/// A day of UTC, and how many lines the log has of it; refused attempts are among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub at: Timestamp,
    pub changes: u64,
    pub refused: u64,
}

#[cfg(feature = "ssr")]
impl From<usecases::activity::Entry> for Entry {
    fn from(entry: usecases::activity::Entry) -> Self {
        let line = Line {
            id: format!("{}.{}", entry.position.0, entry.position.1),
            at: entry.at,
            actor_kind: entry.actor_kind,
            actor: entry.actor_name,
            code: entry.event.code().to_owned(),
            sentence: crate::words::event(&entry.event),
            ip: entry.ip,
            user_agent: entry.user_agent,
        };
        Self { line, event: entry.event }
    }
}

/// One page of the log, newest first. `actor` is an address; `since` and `until` are days or RFC 3339 times.
#[server(name = ListCall, prefix = "/api/v1", endpoint = "activity/list", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn list(
    organization: String,
    actor: Option<String>,
    code: Option<String>,
    since: Option<String>,
    until: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
) -> Result<Activity, ApiError> {
    let query = usecases::activity::Query {
        actor: actor.unwrap_or_default(),
        code: code.unwrap_or_default(),
        since: since.unwrap_or_default(),
        until: until.unwrap_or_default(),
        cursor: cursor.unwrap_or_default(),
        limit,
    };
    let page = usecases::activity::list(&context()?, &organization, &query).await?;
    Ok(Activity { events: page.entries.into_iter().map(Entry::from).collect(), next: page.next })
}

/// As `list`, with all else that the page shows.
#[server(name = PageCall, prefix = "/api/v1", endpoint = "activity/page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn page(
    organization: String,
    #[server(default)] actor: String,
    #[server(default)] code: String,
    #[server(default)] since: String,
    #[server(default)] until: String,
    #[server(default)] cursor: String,
) -> Result<Page, ApiError> {
    let query = usecases::activity::Query { actor, code, since, until, cursor, limit: None };
    let (page, days) = usecases::activity::page(&context()?, &organization, &query).await?;
    let days = days.into_iter().map(|usecases::activity::Day { at, changes, refused }| Day { at, changes, refused });
    let days = days.collect();
    let events = page.entries.into_iter().map(|entry| Entry::from(entry).line).collect();
    Ok(Page { name: page.organization.name, events, next: page.next, days })
}
