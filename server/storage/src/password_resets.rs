//! Password resets that somebody asked for, single use.

use crate::{Connection, Error, at::At};
use domain::{
    id::{ResetId, UserId},
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    INSERT = "insert into password_resets (id, user_id, nonce, created_at, expires_at) values ($1, $2, $3, $4, $5)";
    FIND = "select id, user_id, nonce, expires_at from password_resets where id = $1";
    DELETE_OF = "delete from password_resets where user_id = $1";
    DELETE_OVER = "delete from password_resets where expires_at < $1";
}

#[derive(Clone, sqlx::FromRow)]
pub struct Reset {
    #[sqlx(try_from = "Uuid")]
    pub id: ResetId,
    #[sqlx(rename = "user_id", try_from = "Uuid")]
    pub user: UserId,
    pub nonce: Vec<u8>,
    #[sqlx(try_from = "At")]
    pub expires_at: Timestamp,
}

pub async fn insert(c: &mut Connection, new: &Reset, now: Timestamp) -> Result<(), Error> {
    execute!(c, INSERT, new.id.uuid(), new.user.uuid(), new.nonce.as_slice(), At(now), At(new.expires_at))?;
    Ok(())
}

pub async fn find(c: &mut Connection, id: ResetId) -> Result<Option<Reset>, Error> {
    one!(c, FIND, id.uuid())
}

/// Ends every open reset of this user; answers how many there were.
pub async fn delete_of(c: &mut Connection, user: UserId) -> Result<u64, Error> {
    execute!(c, DELETE_OF, user.uuid())
}

pub async fn delete_over(c: &mut Connection, now: Timestamp) -> Result<u64, Error> {
    execute!(c, DELETE_OVER, At(now))
}
