//! Whether a secret key belongs to a database: one that was restored without its key would open no link and no credential,
//! and nobody would know why. The database keeps a check value of each key it was used with last.

use crate::{Error, Keys};
use storage::{Db, operators};

/// Whether the database was used with one of these keys, or with none yet.
pub async fn belongs(db: &Db, keys: &Keys) -> Result<bool, Error> {
    let kept = operators::key_check(&mut db.read().await?).await?;
    Ok(kept.is_none_or(|kept| knows(&kept, &keys.checks())))
}

/// The same when a program starts, and the database keeps what it has to know of the keys. It is written at each start, which
/// finds out whether it can be.
///
/// A key that is replaced stays known beside the new one: of several replicas one may still start with the old one alone.
pub async fn claim(db: &Db, keys: &Keys) -> Result<bool, Error> {
    let checks = keys.checks();
    let mut c = db.write().await?;
    let kept = operators::key_check(&mut c).await?;
    if kept.as_ref().is_some_and(|kept| !knows(kept, &checks)) {
        return Ok(false);
    }
    let kept = kept.filter(|kept| knows(kept, &checks[..1]));
    operators::set_key_check(&mut c, &kept.unwrap_or_else(|| checks.join(","))).await?;
    c.commit().await?;
    Ok(true)
}

/// Takes these keys for the database's own, whatever it was used with: for when that key is lost.
pub async fn replace(db: &Db, keys: &Keys) -> Result<(), Error> {
    let mut c = db.write().await?;
    operators::set_key_check(&mut c, &keys.checks().join(",")).await?;
    c.commit().await?;
    Ok(())
}

/// Whether the database can be written, and not only read.
///
/// # Errors
/// [`Error::Unavailable`] where it can't.
pub async fn try_write(db: &Db) -> Result<(), Error> {
    Ok(operators::try_write(db).await?)
}

fn knows(kept: &str, checks: &[String]) -> bool {
    kept.split(',').any(|kept| checks.iter().any(|check| check == kept))
}
