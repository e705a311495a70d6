//! What happened to an account, for its owner.

use crate::{Connection, Error, at::At};
use domain::{account::AccountEvent, id::UserId, time::Timestamp};
use uuid::Uuid;

statements! {
    INSERT = "insert into account_activity (id, user_id, at, code, ip, user_agent, times) values ($1, $2, $3, $4, $5, $6, $7)";
    LIST = "select at, code, ip, user_agent, times from account_activity where user_id = $1 order by at desc limit $2";
    DELETE_OVER = "delete from account_activity where at < $1";
    DELETE_ANONYMOUS_OVER = "delete from account_activity where user_id is null and at < $1";
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Entry {
    #[sqlx(try_from = "At")]
    pub at: Timestamp,
    pub code: String,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    /// How often, since the line before about the same.
    pub times: i64,
}

/// `user` is `None` while there is no account yet, or none by that address.
pub async fn insert(
    c: &mut Connection,
    id: Uuid,
    user: Option<UserId>,
    event: AccountEvent,
    from: (Option<&str>, Option<&str>),
    now: Timestamp,
) -> Result<(), Error> {
    insert_times(c, id, user, event, from, (now, 1)).await
}

/// As [`insert`], for what happened so many times.
pub async fn insert_times(
    c: &mut Connection,
    id: Uuid,
    user: Option<UserId>,
    event: AccountEvent,
    from: (Option<&str>, Option<&str>),
    (now, times): (Timestamp, u64),
) -> Result<(), Error> {
    let times = i64::try_from(times).unwrap_or(i64::MAX);
    execute!(c, INSERT, id, user.map(UserId::uuid), At(now), event.code(), from.0, from.1, times)?;
    Ok(())
}

pub async fn list(c: &mut Connection, user: UserId, limit: u32) -> Result<Vec<Entry>, Error> {
    all!(c, LIST, user.uuid(), i64::from(limit))
}

pub async fn delete_over(c: &mut Connection, before: Timestamp) -> Result<u64, Error> {
    execute!(c, DELETE_OVER, At(before))
}

/// Of lines that name no account.
pub async fn delete_anonymous_over(c: &mut Connection, before: Timestamp) -> Result<u64, Error> {
    execute!(c, DELETE_ANONYMOUS_OVER, At(before))
}
