//! When something was last used, gathered in memory so that no request writes it.

use domain::time::Timestamp;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The latest time of each, until it is written down.
#[derive(Debug)]
pub(crate) struct Seen<Id>(Mutex<HashMap<Id, Timestamp>>);

impl<Id> Default for Seen<Id> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Id: Eq + Hash + Copy> Seen<Id> {
    fn all(&self) -> MutexGuard<'_, HashMap<Id, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn see(&self, id: Id, now: Timestamp) {
        self.all().insert(id, now);
    }

    pub(crate) fn at(&self, id: Id) -> Option<Timestamp> {
        self.all().get(&id).copied()
    }

    /// All that was gathered; nothing is left.
    pub(crate) fn take(&self) -> Vec<(Id, Timestamp)> {
        self.all().drain().collect()
    }
}
