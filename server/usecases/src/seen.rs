//! When something was last used, gathered in memory so that no request writes it.

use domain::time::Timestamp;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The latest time of each, until it is written down.
#[derive(Debug)]
pub(crate) struct Seen<Id> {
    all: Mutex<HashMap<Id, Timestamp>>,
    /// What is no further than this from what is written down already is not gathered.
    apart: Duration,
}

impl<Id: Eq + Hash + Copy + Ord> Seen<Id> {
    fn all(&self) -> MutexGuard<'_, HashMap<Id, Timestamp>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn new(apart: Duration) -> Self {
        Self { all: Mutex::default(), apart }
    }

    /// `written` is what stands in its row.
    pub(crate) fn see(&self, id: Id, now: Timestamp, written: Option<Timestamp>) {
        if written.is_some_and(|written| now < written.plus(self.apart)) {
            return;
        }
        let mut all = self.all();
        let at = all.entry(id).or_insert(now);
        *at = now.max(*at);
    }

    pub(crate) fn at(&self, id: Id) -> Option<Timestamp> {
        self.all().get(&id).copied()
    }

    /// All that was gathered, in the order of the ids: whoever writes it down locks rows in one order.
    pub(crate) fn gathered(&self) -> Vec<(Id, Timestamp)> {
        let mut all: Vec<_> = self.all().iter().map(|(id, at)| (*id, *at)).collect();
        all.sort_unstable();
        all
    }

    /// Drops what was written down, but for what was used again since.
    pub(crate) fn forget(&self, written: &[(Id, Timestamp)]) {
        let mut all = self.all();
        for (id, at) in written {
            if all.get(id) == Some(at) {
                all.remove(id);
            }
        }
    }
}
