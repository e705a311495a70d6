//! Why the cluster does not hold what it should, in the few kinds that somebody can act on.

use crate::roles::wrong::{COMMAND, Wrong};
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The namespace is not in the cluster.
    NamespaceMissing,
    /// The namespace is being deleted.
    NamespaceEnding,
    /// An object of this name exists, and is not ours to change.
    Foreign,
    /// The API server does not let the controller do this. What it said.
    Forbidden(String),
    /// Somebody else changed it at the same moment; the next pass looks again.
    Conflict,
    /// The API server finds it wrong: another try gets the same answer. What it said. Or the binding is there and gives nothing,
    /// see [`Failure::of_role`].
    Refused(String),
    /// The API server does not answer, or not now.
    Unavailable(String),
    /// Another controller writes.
    NotLeading,
}

/// What [`Failure::of_role`] begins with, and nothing that an API server says.
const OF_ROLE: &str = "the ClusterRole ";

impl Failure {
    /// What is wrong with the role that a binding refers to, and what to do. A refusal and no kind of its own, because a server of
    /// the version before could not read a report with another kind in it.
    pub(crate) fn of_role(wrong: &Wrong) -> Self {
        Self::Refused(match wrong {
            Wrong::Unfilled(_) => format!(
                "the {wrong}: check that the cluster's kube-controller-manager runs, which fills it, and apply the manifests again with \
                 {COMMAND}"
            ),
            _ => format!("the {wrong}: apply the manifests again with {COMMAND}"),
        })
    }

    /// One word for it: for the database, and for whoever counts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NamespaceMissing => "namespace_missing",
            Self::NamespaceEnding => "namespace_ending",
            Self::Foreign => "foreign",
            Self::Forbidden(_) => "forbidden",
            Self::Conflict => "conflict",
            Self::Refused(_) => "refused",
            Self::Unavailable(_) => "unavailable",
            Self::NotLeading => "not_leading",
        }
    }

    /// Whether nothing else will fare better just now.
    pub const fn concerns_all(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::NotLeading)
    }
}

/// A sentence for an admin.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NamespaceMissing => f.write_str("the namespace is not in the cluster"),
            Self::NamespaceEnding => f.write_str("the namespace is being deleted from the cluster"),
            Self::Foreign => f.write_str("the cluster has something of this name that Bailiwick did not make"),
            Self::Forbidden(said) => write!(f, "the cluster does not let Bailiwick do this: {said}"),
            Self::Conflict => f.write_str("somebody else changed it in the cluster at the same moment"),
            Self::Refused(said) if said.starts_with(OF_ROLE) => f.write_str(said),
            Self::Refused(said) => write!(f, "the cluster refuses it: {said}"),
            Self::Unavailable(said) => write!(f, "the cluster does not answer: {said}"),
            Self::NotLeading => f.write_str("another controller has taken over"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<kube::Error> for Failure {
    fn from(error: kube::Error) -> Self {
        let status = match error {
            kube::Error::Api(status) => status,
            other => return Self::Unavailable(line(&innermost(&other))),
        };
        let said = line(&status.message);
        let ends = || {
            let causes = status.details.iter().flat_map(|details| &details.causes);
            causes.into_iter().any(|cause| cause.reason == "NamespaceTerminating")
        };
        match status.code {
            403 if ends() => Self::NamespaceEnding,
            // A role binding that is missing says so itself; what remains is the namespace around it.
            404 => Self::NamespaceMissing,
            401 | 403 => Self::Forbidden(said),
            409 => Self::Conflict,
            429 | 500.. => Self::Unavailable(said),
            _ => Self::Refused(said),
        }
    }
}

/// The cause that the others wrap: "connection refused", not "service error".
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// What another program said, on one line and no longer than a person reads.
pub(crate) fn line(said: &str) -> String {
    const MOST: usize = 300;
    let said = said.chars().map(|c| if c.is_control() { ' ' } else { c });
    said.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::binding::ClusterRole::Standard;

    #[test]
    fn broken_role_is_told_to_a_server_of_the_version_before_as_a_refusal_and_shown_as_it_is() {
        for wrong in [Wrong::Missing(Standard), Wrong::Unfilled(Standard)] {
            let failure = Failure::of_role(&wrong);
            let Failure::Refused(said) = &failure else { panic!("{failure:?}") };
            assert_eq!(serde_json::to_value(&failure).unwrap(), serde_json::json!({ "refused": said }));
            assert!(failure.to_string().starts_with("the ClusterRole bailiwick:standard is "), "{failure}");
            assert!(said.len() < 300, "a page shows no more: {said}");
        }
        assert_eq!(Failure::Refused("no".into()).to_string(), "the cluster refuses it: no");
    }
}
