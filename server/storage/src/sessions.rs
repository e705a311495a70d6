//! Signed-in browsers. Checking one is a single indexed read and no write.

use crate::{Connection, Error, at::At};
use domain::{
    id::{SessionId, UserId},
    text::{EmailAddress, PersonName},
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    INSERT = "insert into sessions (id, token_hash, user_id, created_at, last_seen_at, ip, user_agent)
        values ($1, $2, $3, $4, $4, $5, $6)";
    // A person whose memberships are all switched off, or in organizations that are closed, has no session, whatever this
    // table says; an operator needs no membership.
    FIND = "select s.id, s.created_at, s.last_seen_at, u.id as user_id, u.email, u.first_name, u.last_name,
        o.user_id is not null as operator
        from sessions s join users u on u.id = s.user_id left join operators o on o.user_id = s.user_id
        where s.token_hash = $1 and (o.user_id is not null or exists (select 1 from members m
            join organizations n on n.id = m.organization_id
            where m.user_id = s.user_id and m.status = 'active' and n.suspended_at is null))";
    LIST = "select id, created_at, last_seen_at, ip, user_agent from sessions where user_id = $1 order by last_seen_at desc, id";
    // Whoever ends this session stands in line behind the transaction that holds it.
    HOLD = "update sessions set last_seen_at = last_seen_at where user_id = $1 and id = $2";
    DELETE = "delete from sessions where user_id = $1 and id = $2";
    DELETE_OTHERS = "delete from sessions where user_id = $1 and id <> $2";
    DELETE_ALL = "delete from sessions where user_id = $1";
    SEEN = "update sessions set last_seen_at = $2 where id = $1 and last_seen_at < $2";
    PUT_RIGHT = "update sessions set last_seen_at = $1, created_at = case when created_at > $1 then $1 else created_at end
        where last_seen_at > $2";
    DELETE_OVER = "delete from sessions where last_seen_at < $1 or created_at < $2";
}

/// A session and whose it is.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Session {
    #[sqlx(try_from = "Uuid")]
    pub id: SessionId,
    #[sqlx(try_from = "At")]
    pub created_at: Timestamp,
    #[sqlx(try_from = "At")]
    pub last_seen_at: Timestamp,
    #[sqlx(rename = "user_id", try_from = "Uuid")]
    pub user: UserId,
    #[sqlx(try_from = "String")]
    pub email: EmailAddress,
    #[sqlx(try_from = "String")]
    pub first_name: PersonName,
    #[sqlx(try_from = "String")]
    pub last_name: PersonName,
    /// Whether this person is one of the installation's operators.
    pub operator: bool,
}

/// A session as its owner sees it in the list.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OwnSession {
    #[sqlx(try_from = "Uuid")]
    pub id: SessionId,
    #[sqlx(try_from = "At")]
    pub created_at: Timestamp,
    #[sqlx(try_from = "At")]
    pub last_seen_at: Timestamp,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// A session to be made.
pub struct New<'a> {
    pub id: SessionId,
    /// SHA-256 of the cookie's value.
    pub token_hash: [u8; 32],
    pub user: UserId,
    pub ip: Option<&'a str>,
    pub user_agent: Option<&'a str>,
}

pub async fn insert(c: &mut Connection, new: New<'_>, now: Timestamp) -> Result<(), Error> {
    execute!(c, INSERT, new.id.uuid(), &new.token_hash[..], new.user.uuid(), At(now), new.ip, new.user_agent)?;
    Ok(())
}

pub async fn find(c: &mut Connection, token_hash: &[u8; 32]) -> Result<Option<Session>, Error> {
    one!(c, FIND, &token_hash[..])
}

pub async fn list(c: &mut Connection, user: UserId) -> Result<Vec<OwnSession>, Error> {
    all!(c, LIST, user.uuid())
}

/// Keeps a session from being ended until this transaction is; `false` when it has ended.
pub async fn hold(c: &mut Connection, user: UserId, id: SessionId) -> Result<bool, Error> {
    Ok(execute!(c, HOLD, user.uuid(), id.uuid())? == 1)
}

/// `false` when this user has no such session.
pub async fn delete(c: &mut Connection, user: UserId, id: SessionId) -> Result<bool, Error> {
    Ok(execute!(c, DELETE, user.uuid(), id.uuid())? == 1)
}

pub async fn delete_others(c: &mut Connection, user: UserId, kept: SessionId) -> Result<u64, Error> {
    execute!(c, DELETE_OTHERS, user.uuid(), kept.uuid())
}

pub async fn delete_all(c: &mut Connection, user: UserId) -> Result<u64, Error> {
    execute!(c, DELETE_ALL, user.uuid())
}

/// Writes when each was last seen; gathered in memory, so that a request writes nothing.
pub async fn seen(c: &mut Connection, seen: &[(SessionId, Timestamp)]) -> Result<(), Error> {
    for (id, at) in seen {
        execute!(c, SEEN, id.uuid(), At(*at))?;
    }
    Ok(())
}

/// Brings to `now` what a clock that was ahead wrote down: what is later than `latest`.
pub async fn put_right(c: &mut Connection, now: Timestamp, latest: Timestamp) -> Result<u64, Error> {
    execute!(c, PUT_RIGHT, At(now), At(latest))
}

/// Removes sessions idle since before `idle`, or begun before `begun`.
pub async fn delete_over(c: &mut Connection, idle: Timestamp, begun: Timestamp) -> Result<u64, Error> {
    execute!(c, DELETE_OVER, At(idle), At(begun))
}
