//! What a controller far from the database and the server it asks say to each other, over HTTP and in JSON. Both ends are of
//! one version, or next to it: what one of them can't read is an error, and then nothing in the cluster is touched.
//!
//! Where one end does not count what the cluster was told, since it is of the version before, it says nothing of it, and the
//! other does without.

use crate::office::Wanted;
use domain::{id::OrganizationId, time::Timestamp, told::Told};
use serde::{Deserialize, Serialize};
use std::{fmt::Display, time::Duration};

/// Asked with `after` (the last answer's `next`) and `seconds`: waits so long for organizations to change.
pub const CHANGES: &str = "/cluster/v1/changes";
pub const ORGANIZATIONS: &str = "/cluster/v1/organizations";
/// How the controller stands: a [`Standing`](crate::Standing). Answers what is [`Counted`].
pub const CONNECTION: &str = "/cluster/v1/connection";
/// Counts one more, from what is [`Remembered`]. Answers what is [`Counted`].
pub const COUNT: &str = "/cluster/v1/count";
/// What pods are held to by a wish that is kept, or [`NO_POD_SECURITY`]: a server with another setting says the wish again.
pub const POD_SECURITY: &str = "pod_security";
pub const NO_POD_SECURITY: &str = "none";
/// Beside an answer without content: what is counted.
pub const TOLD: &str = "bailiwick-told";

/// Asked with `newer_than` (a version), `until` and [`POD_SECURITY`] by whoever has a wish that holds until then: no content where
/// it still does.
pub fn wanted_of(organization: impl Display) -> String {
    format!("{ORGANIZATIONS}/{organization}/wanted")
}

/// Takes a [`Report`](crate::Report).
pub fn report_of(organization: impl Display) -> String {
    format!("{ORGANIZATIONS}/{organization}/report")
}

/// The longest that a question for changes waits.
pub const LONGEST_WAIT: Duration = Duration::from_secs(25);

/// In bytes. An organization of 100,000 bindings wants some 35 MB, and no report of it is longer.
pub const LARGEST: usize = 64 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Those that may want something else. None: nothing happened for as long as was waited.
    pub organizations: Vec<OrganizationId>,
    /// Where to go on: what happens between two questions is answered to the second.
    pub next: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    pub wanted: Wanted,
    /// What time it is where the wish comes from: its end is by that clock.
    pub now: Timestamp,
}

/// What the database counts of what the cluster was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub told: Option<Told>,
}

/// What the cluster remembers of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    pub remembered: Option<Told>,
}
