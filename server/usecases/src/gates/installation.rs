//! The gates of the installation as a whole: what operators do that is no organization's.

use super::By;
use crate::{Context, Error};
use domain::{id::LetterId, operator::OperatorEvent, time::Timestamp};
use storage::{Connection, operators};

/// A transaction on the installation as a whole.
pub(crate) struct InstallationWork {
    pub(crate) c: Connection,
    pub(super) context: Context,
    pub(crate) now: Timestamp,
}

impl InstallationWork {
    /// The second gate of the installation: writes what an operator did, and keeps it.
    pub(crate) async fn commit(mut self, event: OperatorEvent) -> Result<(), Error> {
        self.record(&event).await?;
        Ok(self.c.commit().await?)
    }

    /// Writes one more thing that happens with what [`InstallationWork::commit`] says.
    pub(crate) async fn record(&mut self, event: &OperatorEvent) -> Result<(), Error> {
        let by = By::of(&self.context).name;
        let ip = self.context.ip_text();
        let from = (ip.as_deref(), self.context.caller.user_agent.as_deref());
        let id = LetterId::from_random(crate::dice::random()).uuid();
        Ok(operators::record(&mut self.c, id, &by, event, from, self.now).await?)
    }
}
