//! The organizations' audit logs, newest first, sought by key.

use crate::{Connection, Error, at::At, db::Either};
use domain::{activity::ActivityEvent, id::OrganizationId, time::Timestamp};
use uuid::Uuid;

// Each filter has a statement of its own, so that each has an index of its own.
macro_rules! list {
    ($filter:literal) => {
        concat!(
            "select version, ordinal, at, actor_kind, actor_id, actor_name, event, ip, user_agent from activity ",
            "where organization_id = $1 and at >= $2 and at < $3 and (version < $4 or (version = $4 and ordinal < $5)) ",
            $filter, " order by version desc, ordinal desc limit $6"
        )
    };
}

statements! {
    INSERT = "insert into activity (organization_id, version, ordinal, at, actor_kind, actor_id, actor_name, code, event, ip, user_agent)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    LIST = list!("");
    LIST_CODE = list!("and code = $7");
    LIST_ACTOR = list!("and actor_name = $7");
    LIST_BOTH = list!("and code = $7 and actor_name = $8");
}

// Each for its own database alone, so they stand outside `statements!`. A day is one of UTC.
const SQLITE_DAYS: &str = "select at / 86400000000 as day, count(*) as changes, sum(code = 'refused') as refused
        from activity where organization_id = $1 and at >= $2 group by 1 order by 1";
const POSTGRES_DAYS: &str = "select floor(extract(epoch from at) / 86400)::bigint as day, count(*) as changes,
        count(*) filter (where code = 'refused') as refused
        from activity where organization_id = $1 and at >= $2 group by 1 order by 1";

/// Who did it, from where.
#[derive(Debug, Clone)]
pub struct Origin<'a> {
    pub actor_kind: &'static str,
    pub actor_id: Option<Uuid>,
    /// Their address, as it is now.
    pub actor_name: &'a str,
    pub ip: Option<&'a str>,
    pub user_agent: Option<&'a str>,
}

#[derive(sqlx::FromRow)]
struct Row {
    version: i64,
    ordinal: i64,
    #[sqlx(try_from = "At")]
    at: Timestamp,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    event: String,
    ip: Option<String>,
    user_agent: Option<String>,
}

/// One line of the log.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The position: the organization's version, and the place within that write.
    pub position: (i64, i64),
    pub at: Timestamp,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub event: ActivityEvent,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// Which lines.
#[derive(Debug, Clone)]
pub struct Filter<'a> {
    /// The actor's address.
    pub actor: Option<&'a str>,
    pub code: Option<&'a str>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// The last line of the page before.
    pub before: Option<(i64, i64)>,
    pub limit: u32,
}

pub async fn insert(
    c: &mut Connection,
    organization: OrganizationId,
    position: (i64, i64),
    at: Timestamp,
    origin: &Origin<'_>,
    event: &ActivityEvent,
) -> Result<(), Error> {
    let text = serde_json::to_string(event).map_err(|error| Error::Broken(error.to_string()))?;
    execute!(
        c,
        INSERT,
        organization.uuid(),
        position.0,
        position.1,
        At(at),
        origin.actor_kind,
        origin.actor_id,
        origin.actor_name,
        event.code(),
        text.as_str(),
        origin.ip,
        origin.user_agent
    )?;
    Ok(())
}

pub async fn list(c: &mut Connection, organization: OrganizationId, filter: &Filter<'_>) -> Result<Vec<Entry>, Error> {
    let since = At(filter.since.unwrap_or(Timestamp::from_micros(0)));
    let until = At(filter.until.unwrap_or(Timestamp::LATEST));
    let (version, ordinal) = filter.before.unwrap_or((i64::MAX, i64::MAX));
    let (organization, limit) = (organization.uuid(), i64::from(filter.limit));
    let rows: Vec<Row> = match (filter.code, filter.actor) {
        (None, None) => all!(c, LIST, organization, since, until, version, ordinal, limit)?,
        (Some(code), None) => all!(c, LIST_CODE, organization, since, until, version, ordinal, limit, code)?,
        (None, Some(actor)) => all!(c, LIST_ACTOR, organization, since, until, version, ordinal, limit, actor)?,
        (Some(code), Some(actor)) => {
            all!(c, LIST_BOTH, organization, since, until, version, ordinal, limit, code, actor)?
        }
    };
    rows.into_iter()
        .map(|row| {
            let event = serde_json::from_str(&row.event).map_err(|error| Error::Broken(error.to_string()))?;
            Ok(Entry {
                position: (row.version, row.ordinal),
                at: row.at,
                actor_kind: row.actor_kind,
                actor_id: row.actor_id,
                actor_name: row.actor_name,
                event,
                ip: row.ip,
                user_agent: row.user_agent,
            })
        })
        .collect()
}

/// How many lines a day has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Day {
    /// In days since 1970-01-01.
    pub day: i64,
    /// Refused attempts are among them.
    pub changes: i64,
    pub refused: i64,
}

/// The days since then that have a line, oldest first.
pub async fn days(c: &mut Connection, organization: OrganizationId, since: Timestamp) -> Result<Vec<Day>, Error> {
    let days = match c.either() {
        Either::Sqlite(_) => SQLITE_DAYS,
        Either::Postgres(_) => POSTGRES_DAYS,
    };
    all!(c, days, organization.uuid(), At(since))
}
