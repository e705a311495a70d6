//! How long this controller may write, and what the cluster remembers meanwhile.

use crate::failure::Failure;
use domain::told::Told;
use std::sync::Arc;
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

/// The right to write, until a moment; nobody's after it. Asked before every write, so that a controller that was asleep
/// (or cut off) stops by itself, before another one begins.
#[derive(Debug, Clone)]
pub struct Term {
    held: watch::Receiver<Held>,
    /// What is to be remembered with the next renewal.
    heard: Arc<watch::Sender<Option<Told>>>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Held {
    pub(crate) until: Option<Instant>,
    /// Counts the times that it was gained: between two of them, somebody else may have written.
    pub(crate) number: u64,
    /// What the Lease says that the cluster was told, as last seen there.
    pub(crate) remembered: Option<Told>,
}

impl Term {
    /// A term that its holder can prolong and end.
    pub(crate) fn new() -> (watch::Sender<Held>, Self) {
        let (sender, held) = watch::channel(Held::default());
        (sender, Self { held, heard: Arc::default() })
    }

    /// Without an end: for one write by an operator's hand.
    pub fn unlimited() -> Self {
        let century = std::time::Duration::from_secs(100 * 365 * 86_400);
        let held = Held { until: Instant::now().checked_add(century), number: 1, remembered: None };
        Self { held: watch::channel(held).1, heard: Arc::default() }
    }

    /// # Errors
    /// [`Failure::NotLeading`].
    pub fn until(&self) -> Result<Instant, Failure> {
        let until = self.held.borrow().until;
        until.filter(|until| Instant::now() < *until).ok_or(Failure::NotLeading)
    }

    /// Which term is running, if one is.
    pub(crate) fn running(&self) -> Option<u64> {
        self.until().ok().map(|_| self.held.borrow().number)
    }

    /// What the cluster remembers, by the last Lease that was ours.
    pub(crate) fn remembered(&self) -> Option<Told> {
        self.held.borrow().remembered
    }

    /// Has the cluster remember what the database counts, if it does not yet.
    pub(crate) fn hears(&self, told: Told) {
        if self.remembered() != Some(told) {
            self.heard.send_if_modified(|heard| {
                let now = told.remembered_after(*heard);
                let changed = *heard != Some(now);
                *heard = Some(now);
                changed
            });
        }
    }

    /// The same, and waits until it does.
    ///
    /// # Errors
    /// [`Failure::NotLeading`], where the term is over before.
    pub(crate) async fn remembers(&self, told: Told) -> Result<(), Failure> {
        let until = self.until()?;
        self.hears(told);
        let mut held = self.held.clone();
        let known = |held: &Held| held.remembered.is_some_and(|it| it.line == told.line && !it.is_older_than(told));
        match timeout_at(until, held.wait_for(known)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Failure::NotLeading),
        }
    }

    /// What is to be remembered, for whoever writes the Lease.
    pub(crate) fn heard(&self) -> watch::Receiver<Option<Told>> {
        self.heard.subscribe()
    }

    /// Waits until it begins, for whom it does not run, or ends. Where it ends by time alone, that is seen with the next try
    /// to prolong it.
    pub(crate) async fn turned(&mut self, running: bool) {
        while self.running().is_some() == running {
            self.changed().await;
        }
    }

    /// Waits until it is prolonged or ended.
    pub(crate) async fn changed(&mut self) {
        if self.held.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
