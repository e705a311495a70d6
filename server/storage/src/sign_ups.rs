//! Sign-ups that wait for their address to be proved. Until then there is no user and no organization.

use crate::{Connection, Error, at::At};
use domain::{
    id::SignUpId,
    text::{EmailAddress, OrganizationName, PersonName},
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    INSERT = "insert into sign_ups (id, email, first_name, last_name, organization_name, password_hash, nonce, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FIND = "select id, email, first_name, last_name, organization_name, password_hash, nonce, expires_at from sign_ups where id = $1";
    DELETE = "delete from sign_ups where id = $1";
    DELETE_OVER = "delete from sign_ups where expires_at < $1";
}

#[derive(Clone, sqlx::FromRow)]
pub struct SignUp {
    #[sqlx(try_from = "Uuid")]
    pub id: SignUpId,
    #[sqlx(try_from = "String")]
    pub email: EmailAddress,
    #[sqlx(try_from = "String")]
    pub first_name: PersonName,
    #[sqlx(try_from = "String")]
    pub last_name: PersonName,
    #[sqlx(try_from = "String")]
    pub organization_name: OrganizationName,
    pub password_hash: String,
    pub nonce: Vec<u8>,
    #[sqlx(try_from = "At")]
    pub expires_at: Timestamp,
}

pub async fn insert(c: &mut Connection, new: &SignUp, now: Timestamp) -> Result<(), Error> {
    execute!(
        c,
        INSERT,
        new.id.uuid(),
        new.email.as_str(),
        new.first_name.as_str(),
        new.last_name.as_str(),
        new.organization_name.as_str(),
        new.password_hash.as_str(),
        new.nonce.as_slice(),
        At(now),
        At(new.expires_at)
    )?;
    Ok(())
}

pub async fn find(c: &mut Connection, id: SignUpId) -> Result<Option<SignUp>, Error> {
    one!(c, FIND, id.uuid())
}

/// `false` when somebody else used it first.
pub async fn delete(c: &mut Connection, id: SignUpId) -> Result<bool, Error> {
    Ok(execute!(c, DELETE, id.uuid())? == 1)
}

pub async fn delete_over(c: &mut Connection, now: Timestamp) -> Result<u64, Error> {
    execute!(c, DELETE_OVER, At(now))
}
