//! What stands beside each namespace in a member's expander: when access ends, what operators gave, and the way to ask.

use super::panel::Whose;
use crate::{
    api::grants::Grants,
    components::grants_editor::Mark,
    pages::{
        Visit,
        ask::{Asking, Pending, locks, without_facts},
        ends::{self, ends},
    },
    words,
};

/// Of the namespaces in their order. `may_ask` for an admin; whoever looks at their own sees the same without the ways to
/// change it.
pub(super) fn marks(visit: &Visit, whose: Whose, grants: &Grants, pending: &Pending, may_ask: bool) -> Vec<Mark> {
    let now = visit.context.now();
    let here = without_facts(&visit.with(&[("ends", "")]));
    let asking = Asking { pending, holder: whose.member.into(), here: &here, may_ask, may_get: whose.active, now };
    let mark = |grant: &crate::api::grants::NamespaceGrant| Mark {
        ends: grant.ends_at.map(|at| ends(at, now)),
        ends_at: grant.ends_at.map(words::time),
        change: may_ask.then(|| ends::address(&here, &grant.namespace)),
        locks: locks(&asking, &grant.namespace, &grant.given),
    };
    grants.namespaces.iter().map(mark).collect()
}
