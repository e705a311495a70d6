//! The audit log.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::context;
use domain::{activity::ActivityEvent, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One line. `event` carries its code and the facts of that kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub id: String,
    pub at: Timestamp,
    /// `user`, `token`, `operator` or `system`.
    pub actor_kind: String,
    pub actor: String,
    pub code: String,
    /// The event as a sentence that follows the actor's name.
    pub sentence: String,
    pub event: ActivityEvent,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub events: Vec<Entry>,
    pub next: Option<String>,
}

#[cfg(feature = "ssr")]
impl From<usecases::activity::Page> for Activity {
    fn from(page: usecases::activity::Page) -> Self {
        let events = page.entries.into_iter().map(|entry| Entry {
            id: format!("{}.{}", entry.position.0, entry.position.1),
            at: entry.at,
            actor_kind: entry.actor_kind,
            actor: entry.actor_name,
            code: entry.event.code().to_owned(),
            sentence: crate::words::event(&entry.event),
            event: entry.event,
            ip: entry.ip,
            user_agent: entry.user_agent,
        });
        Self { events: events.collect(), next: page.next }
    }
}

/// One page of the log, newest first. `actor` is an address; `since` and `until` are days or RFC 3339 times.
#[server(name = ListCall, prefix = "/api/v1", endpoint = "activity/list", input = server_fn::codec::GetUrl)]
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
    Ok(usecases::activity::list(&context()?, &organization, &query).await?.into())
}
