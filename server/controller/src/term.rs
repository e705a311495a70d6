//! How long this controller may write.

use crate::failure::Failure;
use tokio::{sync::watch, time::Instant};

/// The right to write, until a moment; nobody's after it. Asked before every write, so that a controller that was asleep
/// (or cut off) stops by itself, before another one begins.
#[derive(Debug, Clone)]
pub struct Term {
    held: watch::Receiver<Held>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Held {
    pub(crate) until: Option<Instant>,
    /// Counts the times that it was gained: between two of them, somebody else may have written.
    pub(crate) number: u64,
}

impl Term {
    /// A term that its holder can prolong and end.
    pub(crate) fn new() -> (watch::Sender<Held>, Self) {
        let (sender, held) = watch::channel(Held::default());
        (sender, Self { held })
    }

    /// Without an end: for one write by an operator's hand.
    pub fn unlimited() -> Self {
        let century = std::time::Duration::from_secs(100 * 365 * 86_400);
        let held = Held { until: Instant::now().checked_add(century), number: 1 };
        Self { held: watch::channel(held).1 }
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
