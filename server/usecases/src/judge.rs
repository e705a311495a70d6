//! Asking the cluster itself: who may do what, and whose a namespace is. This crate knows no cluster: whoever runs one beside it lends a [`Judge`].

use crate::Installation;
pub use domain::effective::{Act, Verdict};
use domain::{id::OrganizationId, text::NamespaceName};
use std::{fmt, pin::Pin, sync::Arc};

/// Whether somebody may do something in a namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub username: String,
    pub groups: Vec<String>,
    pub namespace: NamespaceName,
    pub act: Act,
}

/// Whose a namespace is in the cluster, by its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// There is none of this name.
    Nobody,
    Organization(OrganizationId),
    /// Bailiwick gave it to no organization.
    Others,
}

/// Why the cluster did not answer: the rest of a sentence that begins with "the check failed".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered(pub String);

pub type Verdicts<'a> = Pin<Box<dyn Future<Output = Result<Vec<Verdict>, Unanswered>> + Send + 'a>>;

pub type OwnerAnswer<'a> = Pin<Box<dyn Future<Output = Result<Owner, Unanswered>> + Send + 'a>>;

/// Whoever can ask the cluster.
pub trait Judge: fmt::Debug + Send + Sync {
    /// One verdict for each question, in their order; or none at all. Takes seconds at most.
    fn judge(&self, questions: Vec<Question>) -> Verdicts<'_>;

    /// Whose the namespace of this name is. Takes two seconds at most.
    fn owner_of<'a>(&'a self, name: &'a NamespaceName) -> OwnerAnswer<'a>;
}

impl Installation {
    /// Lets pages ask the cluster. The first that is lent stays.
    pub fn lend(&self, judge: Arc<dyn Judge>) {
        let _ = self.judge.set(judge);
    }

    pub(crate) fn judge(&self) -> Option<&dyn Judge> {
        self.judge.get().map(AsRef::as_ref)
    }
}
