//! Who runs the installation, what they decided for all of it, and what they did.

use crate::{Connection, Db, Error, at::At};
use domain::{
    activity::ActivityEvent,
    id::{OrganizationId, UserId},
    operator::OperatorEvent,
    text::{EmailAddress, OrganizationName, PersonName, Slug},
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    INSERT = "insert into operators (user_id, added_by, added_at) values ($1, $2, $3) on conflict do nothing";
    DELETE = "delete from operators where user_id = $1";
    IS_ONE = "select 1 as present from operators where user_id = $1";
    // One line that every change of the list writes to first, so that two who remove each other stand in line.
    LOCK = "insert into installation_settings (name, value) values ('operators', '') on conflict (name) do update set value = excluded.value";
    ALL = "select o.user_id, u.email, u.first_name, u.last_name, o.added_by, o.added_at
        from operators o join users u on u.id = o.user_id order by u.email";
    SETTING = "select value from installation_settings where name = $1";
    SET_SETTING = "insert into installation_settings (name, value) values ($1, $2)
        on conflict (name) do update set value = excluded.value";
    TOUCH = "update installation_settings set value = value where name = $1";
    RECORD = "insert into operator_activity (id, at, actor_name, event, ip, user_agent) values ($1, $2, $3, $4, $5, $6)";
    OWN = "select id, at, actor_name, event, ip from operator_activity where (at, id) < ($1, $2) order by at desc, id desc limit $3";
    IN_ORGANIZATIONS = "select a.at, a.actor_name, a.event, a.ip, o.slug, o.name, a.organization_id, a.version, a.ordinal
        from activity a join organizations o on o.id = a.organization_id
        where a.actor_kind = 'operator' and (a.at, a.organization_id, a.version, a.ordinal) < ($1, $2, $3, $4)
        order by a.at desc, a.organization_id desc, a.version desc, a.ordinal desc limit $5";
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Operator {
    #[sqlx(rename = "user_id", try_from = "Uuid")]
    pub user: UserId,
    #[sqlx(try_from = "String")]
    pub email: EmailAddress,
    #[sqlx(try_from = "String")]
    pub first_name: PersonName,
    #[sqlx(try_from = "String")]
    pub last_name: PersonName,
    pub added_by: String,
    #[sqlx(try_from = "At")]
    pub added_at: Timestamp,
}

/// `false` when they are one already.
pub async fn insert(c: &mut Connection, user: UserId, added_by: &str, now: Timestamp) -> Result<bool, Error> {
    Ok(execute!(c, INSERT, user.uuid(), added_by, At(now))? == 1)
}

/// `false` when they are none.
pub async fn delete(c: &mut Connection, user: UserId) -> Result<bool, Error> {
    Ok(execute!(c, DELETE, user.uuid())? == 1)
}

pub async fn is_one(c: &mut Connection, user: UserId) -> Result<bool, Error> {
    let row: Option<(i32,)> = one!(c, IS_ONE, user.uuid())?;
    Ok(row.is_some())
}

/// Holds the list until the transaction ends.
pub async fn lock(c: &mut Connection) -> Result<(), Error> {
    execute!(c, LOCK)?;
    Ok(())
}

/// All of them: a handful.
pub async fn all(c: &mut Connection) -> Result<Vec<Operator>, Error> {
    all!(c, ALL)
}

/// Whether people may sign up; `None` while no operator has decided.
pub async fn sign_ups_open(c: &mut Connection) -> Result<Option<bool>, Error> {
    let row: Option<(String,)> = one!(c, SETTING, "sign_ups")?;
    Ok(row.map(|(value,)| value == "open"))
}

pub async fn set_sign_ups(c: &mut Connection, open: bool) -> Result<(), Error> {
    execute!(c, SET_SETTING, "sign_ups", if open { "open" } else { "closed" })?;
    Ok(())
}

/// What tells the key of this installation from another; `None` until the first start that writes it.
pub async fn key_check(c: &mut Connection) -> Result<Option<String>, Error> {
    let row: Option<(String,)> = one!(c, SETTING, KEY_CHECK)?;
    Ok(row.map(|(value,)| value))
}

pub async fn set_key_check(c: &mut Connection, check: &str) -> Result<(), Error> {
    execute!(c, SET_SETTING, KEY_CHECK, check)?;
    Ok(())
}

const KEY_CHECK: &str = "key_check";

/// Whether the database can be written, and not only read. Changes nothing.
///
/// # Errors
/// [`Error::Unavailable`] where it can't.
pub async fn try_write(db: &Db) -> Result<(), Error> {
    let mut c = db.write().await?;
    let name = match db {
        // The disk is asked: a file that was opened for writing may lie on one that takes nothing any longer.
        Db::Sqlite { .. } => KEY_CHECK,
        // The statement is refused, whatever it would change; so it changes no row.
        Db::Postgres { .. } => "",
    };
    execute!(c, TOUCH, name)?;
    c.commit().await
}

/// Where a line of what operators did stands among all of them: by its time, and within one time first what concerns the
/// installation, then what concerns an organization. No two lines share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub at: Timestamp,
    pub line: Line,
}

/// Which of the two logs, and where in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    In { organization: OrganizationId, version: i64, ordinal: i64 },
    Here(Uuid),
}

impl Position {
    /// Before everything that ever happened, and whatever will.
    pub const LATEST: Self = Self { at: Timestamp::LATEST, line: Line::Here(Uuid::max()) };

    /// From where the installation's own log goes on, and the organizations' logs.
    fn parts(self) -> (Uuid, (Uuid, i64, i64)) {
        match self.line {
            // All that organizations' logs have of this time is yet to come.
            Line::Here(id) => (id, (Uuid::max(), i64::MAX, i64::MAX)),
            // All that the installation's own log has of this time was seen.
            Line::In { organization, version, ordinal } => (Uuid::nil(), (organization.uuid(), version, ordinal)),
        }
    }
}

/// What an operator did, and where it is kept.
#[derive(Debug, Clone)]
pub struct Done<E> {
    pub position: Position,
    /// Who did it, as it was then.
    pub by: String,
    pub event: E,
    pub ip: Option<String>,
}

/// In whose log something stands.
#[derive(Debug, Clone)]
pub struct In {
    pub organization: OrganizationId,
    pub slug: Slug,
    pub name: OrganizationName,
}

#[derive(sqlx::FromRow)]
struct OwnRow {
    id: Uuid,
    at: At,
    actor_name: String,
    event: String,
    ip: Option<String>,
}

#[derive(sqlx::FromRow)]
struct InRow {
    at: At,
    actor_name: String,
    event: String,
    ip: Option<String>,
    #[sqlx(try_from = "String")]
    slug: Slug,
    #[sqlx(try_from = "String")]
    name: OrganizationName,
    organization_id: Uuid,
    version: i64,
    ordinal: i64,
}

/// A line in the installation's own log.
pub async fn record(
    c: &mut Connection,
    id: Uuid,
    by: &str,
    event: &OperatorEvent,
    from: (Option<&str>, Option<&str>),
    now: Timestamp,
) -> Result<(), Error> {
    let text = serde_json::to_string(event).map_err(|error| Error::Broken(error.to_string()))?;
    execute!(c, RECORD, id, At(now), by, text.as_str(), from.0, from.1)?;
    Ok(())
}

/// The latest before a position, of the installation's own log.
pub async fn own(c: &mut Connection, before: Position, limit: u32) -> Result<Vec<Done<OperatorEvent>>, Error> {
    let (id, _) = before.parts();
    let rows: Vec<OwnRow> = all!(c, OWN, At(before.at), id, i64::from(limit))?;
    let read = |row: OwnRow| {
        let event = serde_json::from_str(&row.event).map_err(|error| Error::Broken(error.to_string()))?;
        let position = Position { at: row.at.0, line: Line::Here(row.id) };
        Ok(Done { position, by: row.actor_name, event, ip: row.ip })
    };
    rows.into_iter().map(read).collect()
}

/// The latest before a position that operators did to organizations.
pub async fn in_organizations(
    c: &mut Connection,
    before: Position,
    limit: u32,
) -> Result<Vec<(In, Done<ActivityEvent>)>, Error> {
    let (_, (organization, version, ordinal)) = before.parts();
    let rows: Vec<InRow> = all!(c, IN_ORGANIZATIONS, At(before.at), organization, version, ordinal, i64::from(limit))?;
    let read = |row: InRow| {
        let event = serde_json::from_str(&row.event).map_err(|error| Error::Broken(error.to_string()))?;
        let organization = row.organization_id.into();
        let line = Line::In { organization, version: row.version, ordinal: row.ordinal };
        let position = Position { at: row.at.0, line };
        let place = In { organization, slug: row.slug, name: row.name };
        Ok((place, Done { position, by: row.actor_name, event, ip: row.ip }))
    };
    rows.into_iter().map(read).collect()
}
