//! Counters of tries within a window of time. In the database, so that every replica counts in the same place.

use crate::{Connection, Error, at::At};
use domain::time::Timestamp;

statements! {
    ADD = "insert into attempts (key, window_started_at, count) values ($1, $2, $4)
        on conflict (key) do update set
            count = case when attempts.window_started_at <= $3 then excluded.count else attempts.count + excluded.count end,
            window_started_at = case when attempts.window_started_at <= $3 or attempts.window_started_at > excluded.window_started_at
                then excluded.window_started_at else attempts.window_started_at end
        returning count, window_started_at";
    KEYS = "select key from attempts where key like $1 and window_started_at > $2 order by key limit $3";
    DELETE_OVER = "delete from attempts where window_started_at < $1";
}

/// The window this try fell into.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Window {
    /// This try included.
    pub count: i64,
    #[sqlx(rename = "window_started_at", try_from = "At")]
    pub started_at: Timestamp,
}

/// Counts `tries` more (fewer, when negative). A window that began at or before `stale` is over, and a new one begins. One
/// that is yet to begin was opened by a clock that was ahead: it begins now with what it has counted, so that nobody waits
/// until the clocks are there.
pub async fn add(c: &mut Connection, key: &str, tries: i64, now: Timestamp, stale: Timestamp) -> Result<Window, Error> {
    let window: Option<Window> = one!(c, ADD, key, At(now), At(stale), tries)?;
    window.ok_or_else(|| Error::Broken("an upsert returned no row".into()))
}

#[derive(sqlx::FromRow)]
struct Key {
    key: String,
}

/// Keys that begin with `prefix`, which has no wildcard in it, and whose window began after `since`, `most` at most. Looks at
/// all counters: for `bailiwick doctor`, not for a request.
pub async fn keys(c: &mut Connection, prefix: &str, since: Timestamp, most: usize) -> Result<Vec<String>, Error> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let keys: Vec<Key> = all!(c, KEYS, format!("{prefix}%"), At(since), most)?;
    Ok(keys.into_iter().map(|key| key.key).collect())
}

pub async fn delete_over(c: &mut Connection, before: Timestamp) -> Result<u64, Error> {
    execute!(c, DELETE_OVER, At(before))
}
