//! Where wishes come from and reports go: the database beside it, or a server far away.

use crate::{
    drift::{Drift, NamespaceDrift},
    failure::Failure,
    mirror::Connection,
    pairs,
    plan::{Claimed, Deletions, Held},
};
use domain::{
    binding::{Binding, Key},
    id::OrganizationId,
    namespace::PodSecurity,
    text::NamespaceName,
    time::Timestamp,
    told::Told,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What an organization should have in the cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// Never goes back: an older wish than the last is taken for a failed read.
    pub version: i64,
    pub bindings: Vec<Binding>,
    /// Made where missing. No binding is written outside of them.
    pub namespaces: BTreeSet<NamespaceName>,
    /// Those of them that the cluster had before, and that are taken over instead of made.
    pub adopted: BTreeSet<NamespaceName>,
    /// What pods are held to in those that are made. `None`: nothing is said of it.
    #[serde(default)]
    pub pod_security: Option<PodSecurity>,
    pub deletions: Deletions,
    /// When the wish changes by time alone: the next end of a token or of a grant.
    pub until: Option<Timestamp>,
    /// Whether the cluster has yet to agree with this version: then it is counted before the cluster is told of it.
    #[serde(default)]
    pub news: bool,
    /// What the database counts of what the cluster was told, read no earlier than the wish. `None`: nobody counts there, since
    /// the server is of a version that does not.
    #[serde(default)]
    pub told: Option<Told>,
}

impl Wanted {
    /// What pods are held to in this namespace. One that the cluster had before is as whoever made it decided.
    pub(crate) fn level_of(&self, namespace: &NamespaceName) -> Option<PodSecurity> {
        self.pod_security.filter(|_| !self.adopted.contains(namespace))
    }
}

/// Why there is no answer from the office. Then nothing in the cluster is touched. For the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble(pub String);

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// What one look at an organization came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Of the wish that it was compared with.
    pub version: i64,
    pub at: Timestamp,
    /// Every binding wanted, and why it is not as it should be.
    #[serde(with = "pairs")]
    pub bindings: BTreeMap<Key, Result<(), Failure>>,
    /// Bindings that should be gone, and why they are not.
    #[serde(with = "pairs")]
    pub lingering: BTreeMap<Key, Failure>,
    pub namespaces: BTreeMap<NamespaceName, Result<(), Failure>>,
    /// What was found other than we had left it, and put right.
    pub drift: Vec<Drift>,
    /// The same of namespaces.
    #[serde(default)]
    pub namespace_drift: Vec<NamespaceDrift>,
    /// What carries our label and is not ours.
    pub claimed: Vec<Claimed>,
    /// Deletions that wait until somebody confirms them.
    pub held: Option<Held>,
}

impl Report {
    /// The same without what is as it should be: all that anybody is told of a report.
    #[must_use]
    pub(crate) fn of_trouble(mut self) -> Self {
        self.bindings.retain(|_, state| state.is_err());
        self.namespaces.retain(|_, state| state.is_err());
        self
    }

    /// Whether the cluster holds all that was wanted, and nothing more.
    pub fn is_in_sync(&self) -> bool {
        self.is_withdrawn() && self.bindings.values().all(Result::is_ok) && self.namespaces.values().all(Result::is_ok)
    }

    /// Whether everything that is no longer wanted is gone, whatever else may fail.
    pub fn is_withdrawn(&self) -> bool {
        self.lingering.is_empty() && self.held.is_none()
    }

    /// Why nothing at all could be done, if that is so.
    pub fn concerns_all(&self) -> Option<&Failure> {
        let bindings = self.bindings.values().filter_map(|state| state.as_ref().err());
        let namespaces = self.namespaces.values().filter_map(|state| state.as_ref().err());
        bindings.chain(namespaces).chain(self.lingering.values()).find(|failure| failure.concerns_all())
    }

    /// Whether the next look may find it better without anybody's doing.
    pub(crate) fn is_worth_another_try(&self) -> bool {
        let bindings = self.bindings.values().filter_map(|state| state.as_ref().err());
        let namespaces = self.namespaces.values().filter_map(|state| state.as_ref().err());
        let passing = |failure: &Failure| {
            failure.concerns_all()
                || matches!(failure, Failure::Conflict | Failure::NamespaceEnding | Failure::NamespaceMissing)
        };
        bindings.chain(namespaces).chain(self.lingering.values()).any(passing)
    }

    /// Whether it says anything that `before` did not.
    pub(crate) fn is_news_after(&self, before: &Self) -> bool {
        !self.drift.is_empty() || !self.namespace_drift.is_empty() || *self != Self { at: self.at, ..before.clone() }
    }
}

/// How a controller stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Who it is, among those that compete.
    pub identity: String,
    pub connection: Connection,
    pub lease: Lease,
    /// What the cluster remembers of what it was told, where this controller writes.
    #[serde(default)]
    pub remembered: Option<Told>,
}

/// Who writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lease {
    /// It has not seen yet.
    Unknown,
    /// This controller.
    Ours,
    /// Somebody else, behind whom it stands by: another of the same installation, or of one that knows nothing of this.
    Held { by: String },
}

/// Where wishes come from and reports go. Asked for several organizations at once, for each one at a time.
pub trait Office: Send + Sync + 'static {
    /// Waits until organizations may want something else, and names them. Naming one too many is harmless.
    fn changed(&self) -> impl Future<Output = Vec<OrganizationId>> + Send;

    /// Every organization there is.
    fn organizations(&self) -> impl Future<Output = Result<Vec<OrganizationId>, Trouble>> + Send;

    fn wanted(&self, organization: OrganizationId) -> impl Future<Output = Result<Wanted, Trouble>> + Send;

    /// Told when there is something new to tell, and again until it is taken.
    fn report(&self, organization: OrganizationId, report: Report) -> impl Future<Output = Result<(), Trouble>> + Send;

    /// Counts one more, before the cluster is told something new, and answers what that makes. Counts no further where less is
    /// counted than the cluster remembers.
    fn count_up(&self, remembered: Option<Told>) -> impl Future<Output = Result<Option<Told>, Trouble>> + Send;

    /// Told whenever it changes, now and then besides, and again until it is taken. Answers what is counted.
    fn standing(&self, standing: Standing) -> impl Future<Output = Result<Option<Told>, Trouble>> + Send;
}
