//! Proxies that are not trusted: peers that send `X-Forwarded-For` or `Forwarded` and whose word does not count. Gathered in
//! memory, written down by the worker, and read by `bailiwick doctor`, which is another process.

use crate::Error;
use domain::time::Timestamp;
use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use storage::{Connection, Db, attempts};

/// How many are kept until they are written down. Anybody may send such a header; a few say as much as all.
const KEPT: usize = 8;

/// For how long one is spoken of. Less than counters are kept.
const RECENT: Duration = Duration::from_secs(60 * 60);

/// What a row's key begins with.
const KEY: &str = "forwarded by ";

/// Those noticed since they were last written down.
#[derive(Debug, Default)]
pub struct UntrustedForwarders(Mutex<Noticed>);

#[derive(Debug, Default)]
struct Noticed {
    any: bool,
    unwritten: BTreeSet<IpAddr>,
}

impl UntrustedForwarders {
    fn noticed(&self) -> MutexGuard<'_, Noticed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `true` for the very first one of this process.
    pub fn notice(&self, peer: IpAddr) -> bool {
        let mut noticed = self.noticed();
        if noticed.unwritten.len() < KEPT {
            noticed.unwritten.insert(peer);
        }
        !std::mem::replace(&mut noticed.any, true)
    }

    pub(crate) fn unwritten(&self) -> BTreeSet<IpAddr> {
        self.noticed().unwritten.clone()
    }

    pub(crate) fn forget(&self, written: &BTreeSet<IpAddr>) {
        self.noticed().unwritten.retain(|peer| !written.contains(peer));
    }
}

/// Writes them down, in a transaction of the worker's.
pub(crate) async fn write(c: &mut Connection, peers: &BTreeSet<IpAddr>, now: Timestamp) -> Result<(), Error> {
    for peer in peers {
        attempts::add(c, &format!("{KEY}{peer}"), 1, now, now.minus(RECENT)).await?;
    }
    Ok(())
}

/// Those of the last two hours, the first few by their text.
///
/// # Errors
/// The database can't be asked.
pub async fn recent(db: &Db, now: Timestamp) -> Result<Vec<String>, Error> {
    let mut c: Connection = db.read().await?;
    let keys = attempts::keys(&mut c, KEY, now.minus(2 * RECENT), KEPT).await?;
    Ok(keys.iter().filter_map(|key| key.strip_prefix(KEY)).map(ToOwned::to_owned).collect())
}
