//! Accounts.

use crate::{Connection, Error, at::At};
use domain::{
    id::UserId,
    text::{EmailAddress, PersonName},
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    INSERT = "insert into users (id, email, first_name, last_name, password_hash, created_at)
        values ($1, $2, $3, $4, $5, $6) on conflict (email) do nothing";
    FIND = "select id, email, first_name, last_name, password_hash from users where id = $1";
    FIND_BY_EMAIL = "select id, email, first_name, last_name, password_hash from users where email = $1 and removed_at is null";
    HOLD = "update users set removed_at = null where id = $1 and removed_at is null";
    RENAME = "update users set first_name = $2, last_name = $3 where id = $1";
    SET_PASSWORD = "update users set password_hash = $2 where id = $1";
    REPLACE_PASSWORD = "update users set password_hash = $3 where id = $1 and password_hash = $2";
    ANY = "select 1 as present from users limit 1";
}

#[derive(Clone, sqlx::FromRow)]
pub struct User {
    #[sqlx(try_from = "Uuid")]
    pub id: UserId,
    #[sqlx(try_from = "String")]
    pub email: EmailAddress,
    #[sqlx(try_from = "String")]
    pub first_name: PersonName,
    #[sqlx(try_from = "String")]
    pub last_name: PersonName,
    /// PHC string. Never leaves `usecases::passwords`.
    pub password_hash: String,
}

/// `false` when the address has an account already.
pub async fn insert(c: &mut Connection, user: &User, now: Timestamp) -> Result<bool, Error> {
    let made = execute!(
        c,
        INSERT,
        user.id.uuid(),
        user.email.as_str(),
        user.first_name.as_str(),
        user.last_name.as_str(),
        user.password_hash.as_str(),
        At(now)
    )?;
    Ok(made == 1)
}

pub async fn find(c: &mut Connection, id: UserId) -> Result<Option<User>, Error> {
    one!(c, FIND, id.uuid())
}

/// Holds an account until the transaction ends, so that nobody removes it meanwhile; `false` when somebody has.
pub async fn hold(c: &mut Connection, id: UserId) -> Result<bool, Error> {
    Ok(execute!(c, HOLD, id.uuid())? == 1)
}

/// Removed people have no address any more, whatever stands in its place.
pub async fn find_by_email(c: &mut Connection, email: &EmailAddress) -> Result<Option<User>, Error> {
    one!(c, FIND_BY_EMAIL, email.as_str())
}

/// Changes a person's names, and what the search boxes of their organizations find them by.
pub async fn rename(c: &mut Connection, user: &User) -> Result<(), Error> {
    execute!(c, RENAME, user.id.uuid(), user.first_name.as_str(), user.last_name.as_str())?;
    crate::members::set_search(c, user).await
}

pub async fn set_password(c: &mut Connection, id: UserId, hash: &str) -> Result<(), Error> {
    execute!(c, SET_PASSWORD, id.uuid(), hash)?;
    Ok(())
}

/// `false` when the hash is another by now. Either way nobody changes the password until this transaction ends.
pub async fn replace_password(c: &mut Connection, id: UserId, from: &str, to: &str) -> Result<bool, Error> {
    Ok(execute!(c, REPLACE_PASSWORD, id.uuid(), from, to)? == 1)
}

/// Whether this installation has any user: the very first sign-up needs no mail.
pub async fn any(c: &mut Connection) -> Result<bool, Error> {
    let row: Option<(i32,)> = one!(c, ANY)?;
    Ok(row.is_some())
}
