//! What the database counts, held against what the cluster remembers: where it counts less, it is an older copy of what the
//! cluster follows, and nothing is written to the cluster until somebody confirms that it is meant.

use crate::{
    office::{Office, Wanted},
    term::Term,
};
use domain::told::Told;
use tokio::sync::watch;

/// Compares whenever the database's count is heard.
#[derive(Clone)]
pub(crate) struct Ledger {
    term: Term,
    older: watch::Sender<bool>,
}

/// Why the cluster may not be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotNow;

impl Ledger {
    pub(crate) fn new(term: Term) -> Self {
        Self { term, older: watch::Sender::new(false) }
    }

    /// Whether the database is older, as last heard.
    pub(crate) fn older(&self) -> watch::Receiver<bool> {
        self.older.subscribe()
    }

    /// What the cluster remembers. To be asked before the office is: what is counted meanwhile only grows.
    pub(crate) fn remembered(&self) -> Option<Told> {
        self.term.remembered()
    }

    /// # Errors
    /// The database is older.
    pub(crate) fn compare(&self, told: Told, remembered: Option<Told>) -> Result<(), NotNow> {
        let Some(remembered) = remembered.filter(|remembered| told.is_older_than(*remembered)) else {
            self.term.hears(told);
            return Ok(());
        };
        if self.turns(true) {
            let (counted, remembered) = (told.count(), remembered.count());
            tracing::warn!(
                counted,
                remembered,
                "the database is older than what the cluster was told: a backup was restored? Nothing is written until an operator confirms it"
            );
        }
        Err(NotNow)
    }

    /// The office has answered how this controller stands: that is how an older database is found to be meant.
    pub(crate) fn hears(&self, told: Option<Told>, remembered: Option<Told>) {
        if told.is_none_or(|told| self.compare(told, remembered).is_ok()) && self.turns(false) {
            tracing::info!("the database is meant as it is: the cluster is brought to what it says");
        }
    }

    /// Whether that is news. Only then is anybody woken: every organization is looked at for it.
    fn turns(&self, older: bool) -> bool {
        self.older.send_if_modified(|now| std::mem::replace(now, older) != older)
    }

    /// Has a new wish counted and the cluster remember it, before the cluster is told.
    ///
    /// # Errors
    /// It could not be counted or remembered, or the database is older.
    pub(crate) async fn enter(
        &self,
        office: &impl Office,
        wanted: &Wanted,
        remembered: Option<Told>,
    ) -> Result<(), NotNow> {
        if wanted.told.is_none() || !wanted.news {
            return Ok(());
        }
        let told = office.count_up(remembered).await.map_err(|trouble| {
            tracing::warn!(%trouble, "what the cluster is to be told can't be counted; it stays as it is");
            NotNow
        })?;
        let Some(told) = told else { return Ok(()) };
        self.compare(told, remembered)?;
        self.term.remembers(told).await.map_err(|_| NotNow)
    }
}
