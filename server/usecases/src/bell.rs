//! Tells the controller of this very process which organizations changed, so that the cluster follows within milliseconds.
//! Changes that other replicas make are found by asking the database.

use domain::id::OrganizationId;
use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Notify;

/// Rung with every commit.
#[derive(Debug, Default)]
pub struct Bell {
    changed: Mutex<BTreeSet<OrganizationId>>,
    rung: Notify,
    /// Without a listener nothing is gathered.
    heard: AtomicBool,
}

impl Bell {
    pub(crate) fn ring(&self, organization: OrganizationId) {
        if self.heard.load(Ordering::Relaxed) {
            self.changed.lock().unwrap_or_else(PoisonError::into_inner).insert(organization);
            self.rung.notify_one();
        }
    }

    /// Waits for the next ring; answers every organization that changed since the last. For one listener.
    pub async fn listen(&self) -> BTreeSet<OrganizationId> {
        self.heard.store(true, Ordering::Relaxed);
        loop {
            let changed = std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner));
            if !changed.is_empty() {
                return changed;
            }
            self.rung.notified().await;
        }
    }
}
