//! What one cell shows, and the sentence that says why.

use crate::{
    api::{
        grants::Sync,
        matrix::{Matrix, Row},
    },
    words::{day, list, time},
};
use domain::{permission::Permission, time::Timestamp};

/// What a member has in one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// Who gave all that an admin may give, and when.
    pub tick: Option<(String, Timestamp)>,
    pub ends_at: Option<Timestamp>,
    /// What the operator gave.
    pub withheld: Vec<Permission>,
    pub sync: Sync,
}

impl Cell {
    /// Of the namespace that stands at this place.
    pub(super) fn of(matrix: &Matrix, row: &Row, at: usize) -> Self {
        let text = |list: &[String], at: usize| list.get(at).cloned().unwrap_or_default();
        let tick = row.has.iter().find(|(namespace, ..)| *namespace == at);
        let failing = row.failing.iter().find(|(namespace, _)| *namespace == at);
        let withheld = row.withheld.iter().filter(|(namespace, _)| *namespace == at);
        Self {
            tick: tick.map(|(_, giver, day)| (text(&matrix.givers, *giver), Timestamp::from_days(*day))),
            ends_at: row.ends.iter().find(|(namespace, _)| *namespace == at).map(|(_, ends_at)| *ends_at),
            withheld: withheld.map(|(_, permission)| *permission).collect(),
            sync: match failing {
                _ if !matrix.enforced => Sync::NoCluster,
                Some((_, reason)) => Sync::Failing { reason: text(&matrix.reasons, *reason) },
                None if row.applying => Sync::Applying,
                None => Sync::InSync,
            },
        }
    }

    /// The classes of what is drawn. `ticked` may be what was asked for a moment ago.
    pub(super) fn class(&self, ticked: bool) -> &'static str {
        let sync = match self.sync {
            Sync::NoCluster | Sync::InSync => 0,
            Sync::Applying => 1,
            Sync::Failing { .. } => 2,
        };
        let classes = match (ticked, self.withheld.is_empty()) {
            (true, true) => ["cell all", "cell all applying", "cell all failing"],
            (true, false) => ["cell all extra", "cell all extra applying", "cell all extra failing"],
            (false, false) => ["cell extra", "cell extra applying", "cell extra failing"],
            (false, true) => ["cell", "cell applying", "cell failing"],
        };
        classes[sync]
    }

    /// What this member has in this namespace, and why.
    pub(super) fn sentence(&self, email: &str, namespace: &str) -> String {
        let withheld = list(&self.withheld);
        let what = match (&self.tick, self.withheld.is_empty()) {
            (Some(_), true) => format!("has all permissions in {namespace}"),
            (Some(_), false) => format!("has all permissions and {withheld} in {namespace}"),
            (None, false) => format!("has {withheld} in {namespace}, which the operator gave"),
            (None, true) => format!("has no access to {namespace}"),
        };
        let is_there = self.tick.is_some() || !self.withheld.is_empty();
        let sync = match &self.sync {
            Sync::NoCluster => String::new(),
            Sync::InSync if !is_there => String::new(),
            Sync::Failing { reason } => format!(", failing: {reason}"),
            Sync::InSync | Sync::Applying => format!(", {}", self.sync.words()),
        };
        let by = self.tick.as_ref().map(|(giver, at)| format!(" Given by {giver} on {}.", day(*at)));
        let ends = self.ends_at.map(|at| format!(" Ends on {}.", time(at)));
        format!("{email} {what}{sync}.{}{}", by.unwrap_or_default(), ends.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(tick: bool, withheld: &[Permission], sync: Sync) -> Cell {
        let tick = tick.then(|| ("ada@x.example".to_owned(), Timestamp::from_days(20_780)));
        Cell { tick, ends_at: None, withheld: withheld.to_vec(), sync }
    }

    #[test]
    fn a_cell_says_what_somebody_has_and_who_gave_it() {
        let says = |cell: Cell| cell.sentence("bo@x.example", "dev");
        let given = "Given by ada@x.example on 23 Nov 2026.";
        let failing = Sync::Failing { reason: "no such namespace".to_owned() };
        for (cell, sentence) in [
            (cell(true, &[], Sync::InSync), format!("bo@x.example has all permissions in dev, in sync. {given}")),
            (cell(true, &[], Sync::NoCluster), format!("bo@x.example has all permissions in dev. {given}")),
            (
                cell(true, &[Permission::WritePods], Sync::Applying),
                format!("bo@x.example has all permissions and w:pods in dev, applying. {given}"),
            ),
            (
                cell(false, &[Permission::WriteFull], Sync::InSync),
                "bo@x.example has w:full in dev, which the operator gave, in sync.".to_owned(),
            ),
            (cell(false, &[], Sync::InSync), "bo@x.example has no access to dev.".to_owned()),
            (
                cell(true, &[], failing),
                format!("bo@x.example has all permissions in dev, failing: no such namespace. {given}"),
            ),
        ] {
            assert_eq!(says(cell), sentence);
        }
    }

    #[test]
    fn a_cell_looks_as_what_was_asked_for_and_as_the_cluster_is() {
        assert_eq!(cell(false, &[], Sync::InSync).class(false), "cell");
        assert_eq!(cell(false, &[], Sync::InSync).class(true), "cell all");
        assert_eq!(cell(true, &[Permission::WritePods], Sync::Applying).class(true), "cell all extra applying");
        assert_eq!(cell(true, &[Permission::WritePods], Sync::InSync).class(false), "cell extra");
    }
}
