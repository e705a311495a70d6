//! What the operator's programs bring: secrets of which the hash alone is kept.

use crate::{Connection, Error, at::At};
use domain::{
    id::{CredentialId, UserId},
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    INSERT = "insert into operator_credentials (id, name, secret_hash, made_by, maker_id, made_at) values ($1, $2, $3, $4, $5, $6)";
    FIND_BY_SECRET = "select id, name, made_by, maker_id, made_at from operator_credentials where secret_hash = $1 and ended_at is null";
    STANDS = "select 1 as present from operator_credentials where id = $1 and ended_at is null";
    ALL = "select id, name, made_by, maker_id, made_at from operator_credentials where ended_at is null order by made_at, id";
    // Without its hash: nothing can match an ended one.
    END = "update operator_credentials set secret_hash = null, ended_at = $2 where id = $1 and ended_at is null returning name";
    END_OF = "update operator_credentials set secret_hash = null, ended_at = $2 where maker_id = $1 and ended_at is null returning name";
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Credential {
    #[sqlx(try_from = "Uuid")]
    pub id: CredentialId,
    pub name: String,
    pub made_by: String,
    maker_id: Option<Uuid>,
    #[sqlx(try_from = "At")]
    pub made_at: Timestamp,
}

impl Credential {
    /// The account of whoever made it, where there is one.
    pub fn maker(&self) -> Option<UserId> {
        self.maker_id.map(UserId::from)
    }
}

/// A credential to be made.
pub struct New<'a> {
    pub id: CredentialId,
    pub name: &'a str,
    /// SHA-256 of the secret.
    pub secret_hash: [u8; 32],
    pub made_by: &'a str,
    pub maker: Option<UserId>,
}

pub async fn insert(c: &mut Connection, new: New<'_>, now: Timestamp) -> Result<(), Error> {
    let maker = new.maker.map(UserId::uuid);
    execute!(c, INSERT, new.id.uuid(), new.name, &new.secret_hash[..], new.made_by, maker, At(now))?;
    Ok(())
}

pub async fn find_by_secret(c: &mut Connection, secret_hash: &[u8; 32]) -> Result<Option<Credential>, Error> {
    one!(c, FIND_BY_SECRET, &secret_hash[..])
}

/// Whether it has not been ended: asked again within the transaction of an act.
pub async fn stands(c: &mut Connection, id: CredentialId) -> Result<bool, Error> {
    let row: Option<(i32,)> = one!(c, STANDS, id.uuid())?;
    Ok(row.is_some())
}

/// Those that stand: a handful.
pub async fn all(c: &mut Connection) -> Result<Vec<Credential>, Error> {
    all!(c, ALL)
}

/// Its name; `None` when there is no such credential, or it has ended.
pub async fn end(c: &mut Connection, id: CredentialId, now: Timestamp) -> Result<Option<String>, Error> {
    let row: Option<(String,)> = one!(c, END, id.uuid(), At(now))?;
    Ok(row.map(|(name,)| name))
}

/// Ends all that somebody made; their names.
pub async fn end_of(c: &mut Connection, maker: UserId, now: Timestamp) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> = all!(c, END_OF, maker.uuid(), At(now))?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}
