//! How much the cluster was told: what tells a database from an older copy of itself that was brought back.
//!
//! The database counts up, then the cluster remembers the count, and only then is it told something new. So the cluster
//! remembers at most what its database counts, whatever breaks off in between; and it remembers more than any copy counts
//! that was made before it was told last.

use crate::{Refusal, id::OrganizationId};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What a database counts, and what the cluster remembers of it. As text: `<line>.<count>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Told {
    /// Whose count it is: a database and its copies are called after their first organization, which is never deleted. What
    /// another one counts, whose controller had the cluster before, is no measure for this one.
    pub line: OrganizationId,
    count: i64,
}

/// The text is no count of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotACount;

impl fmt::Display for NotACount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no count of what a cluster was told")
    }
}

/// A confirmation begins the next multiple of it. More often than this no cluster is told anything between two of them.
const ERA: i64 = 1_000_000_000;
/// Nobody counts so far: there is always room for another era.
const LARGEST: i64 = 1_000_000_000_000_000;

impl Told {
    /// # Errors
    /// [`NotACount`] for a number that nobody reaches by counting.
    pub fn new(line: OrganizationId, count: i64) -> Result<Self, NotACount> {
        if (0..=LARGEST).contains(&count) { Ok(Self { line, count }) } else { Err(NotACount) }
    }

    /// The same count, of this line.
    #[must_use]
    pub const fn of(self, line: OrganizationId) -> Self {
        Self { line, ..self }
    }

    pub const fn count(self) -> i64 {
        self.count
    }

    /// Whether a database that counts this is an older copy of the one whose count the cluster remembers.
    pub fn is_older_than(self, remembered: Self) -> bool {
        self.line == remembered.line && self.count < remembered.count
    }

    /// Whether what was heard at `before` still says something: since then, nobody confirmed that an older copy is meant.
    pub fn continues(self, before: Self) -> bool {
        self.line == before.line && self.count / ERA == before.count / ERA
    }

    /// What the cluster remembers once it knows of this too.
    #[must_use]
    pub fn remembered_after(self, before: Option<Self>) -> Self {
        before.filter(|before| self.is_older_than(*before)).unwrap_or(self)
    }

    /// What this older copy counts from once the operator wants it to be followed: a number that no copy ever had.
    ///
    /// # Errors
    /// [`Refusal::NotOlder`].
    pub fn confirmed(self, remembered: Option<Self>) -> Result<Self, Refusal> {
        let remembered = remembered.filter(|remembered| self.is_older_than(*remembered)).ok_or(Refusal::NotOlder)?;
        let count = (remembered.count / ERA + 1) * ERA;
        Ok(Self { count: count.min(LARGEST), ..self })
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.line, self.count)
    }
}

impl FromStr for Told {
    type Err = NotACount;
    fn from_str(text: &str) -> Result<Self, NotACount> {
        let (line, count) = text.split_once('.').ok_or(NotACount)?;
        Self::new(line.parse().map_err(|_| NotACount)?, count.parse().map_err(|_| NotACount)?)
    }
}

impl From<Told> for String {
    fn from(told: Told) -> Self {
        told.to_string()
    }
}

impl TryFrom<String> for Told {
    type Error = NotACount;
    fn try_from(text: String) -> Result<Self, NotACount> {
        text.parse()
    }
}
