//! What pages say beside each grant: whether the cluster has applied it.

use super::Health;
use crate::{Context, Error};
use domain::{binding::BindingName, id::OrganizationId, text::NamespaceName, time::Timestamp};
use storage::{
    Connection,
    cluster::{self, State, Trouble},
};

const OLDER: &str =
    "the database was brought back from an older copy, and an operator has yet to confirm that it is meant";

/// Whether the cluster has applied something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sync {
    /// No cluster is configured: grants are kept, and nothing enforces them.
    NoCluster,
    InSync,
    Applying,
    /// Why not, as a sentence.
    Failing(String),
}

/// How far the cluster has followed one organization, read once for a page.
#[derive(Debug, Clone)]
pub struct Following {
    state: Option<State>,
    troubles: Vec<Trouble>,
    health: Health,
    enforced: bool,
}

impl Following {
    pub(crate) async fn read(
        context: &Context,
        c: &mut Connection,
        organization: OrganizationId,
    ) -> Result<Self, Error> {
        if !context.settings().enforced {
            return Ok(Self { state: None, troubles: Vec::new(), health: Health::Followed, enforced: false });
        }
        Ok(Self {
            state: cluster::state(c, organization).await?,
            troubles: cluster::troubles(c, organization).await?,
            health: super::connection(c, context.now()).await?.0,
            enforced: true,
        })
    }

    pub fn is_enforced(&self) -> bool {
        self.enforced
    }

    /// Since when the API server does not answer, if it does not.
    pub fn away_since(&self) -> Option<Timestamp> {
        match self.health {
            Health::Away { since } => Some(since),
            Health::Followed
            | Health::Awaited
            | Health::Silent { .. }
            | Health::Behind { .. }
            | Health::Older { .. } => None,
        }
    }

    /// Why nothing of this organization is brought along, and since when.
    pub fn trouble(&self) -> Option<(String, Timestamp)> {
        match &self.health {
            Health::Silent { since } => Some(("no controller has come here".to_owned(), *since)),
            Health::Behind { holder, since } => Some((
                format!("another controller, {holder}, holds its Lease, and does not work for this console"),
                *since,
            )),
            Health::Older { since } => Some((OLDER.to_owned(), *since)),
            Health::Followed | Health::Awaited | Health::Away { .. } => {
                let state = self.state.as_ref()?;
                Some((state.trouble.clone()?, state.trouble_since()?))
            }
        }
    }

    /// Bindings and namespaces that the cluster does not take.
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// A change of `version` that concerns a namespace, or any binding in it.
    pub fn of_namespace(&self, namespace: &NamespaceName, version: i64) -> Sync {
        self.of(namespace, version, |_| true)
    }

    /// A change of `version` that concerns one subject's binding in a namespace.
    pub fn of_binding(&self, namespace: &NamespaceName, binding: BindingName, version: i64) -> Sync {
        let own = binding.to_string();
        self.of(namespace, version, |name| name.is_empty() || name == own)
    }

    fn of(&self, namespace: &NamespaceName, version: i64, concerns: impl Fn(&str) -> bool) -> Sync {
        if !self.enforced {
            return Sync::NoCluster;
        }
        let trouble = self.troubles.iter().find(|it| it.namespace == namespace.as_str() && concerns(&it.name));
        if matches!(self.health, Health::Older { .. }) {
            // What it agreed with last, this database does not know.
            return Sync::Failing("a restore waits to be confirmed".to_owned());
        }
        match (trouble, &self.state) {
            (Some(trouble), _) => Sync::Failing(trouble.reason.clone()),
            (None, Some(state)) if state.applied_version >= version => Sync::InSync,
            (None, _) => Sync::Applying,
        }
    }
}
