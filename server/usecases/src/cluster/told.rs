//! How much the cluster was told: counted before it is, so that a database knows itself from an older copy.

use crate::{Error, Installation};
use domain::told::Told;
use storage::told;

/// What is counted now. `None` where there is nobody yet of whom a cluster could be told.
pub async fn told(installation: &Installation) -> Result<Option<Told>, Error> {
    Ok(told::read(&mut installation.db.read().await?).await?)
}

/// Counts one more, before the cluster is told something new; answers what that makes. A database that counts less than the
/// cluster remembers goes no further: by and by it would look as if it had never been older.
pub async fn count_up(installation: &Installation, remembered: Option<Told>) -> Result<Option<Told>, Error> {
    let mut c = installation.db.write().await?;
    let Some(before) = told::read(&mut c).await? else { return Ok(None) };
    let remembered = remembered.filter(|remembered| remembered.line == before.line);
    told::count_up(&mut c, remembered.map_or(0, Told::count)).await?;
    let now = told::read(&mut c).await?;
    c.commit().await?;
    Ok(now)
}
