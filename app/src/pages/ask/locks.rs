//! What only an operator gives in one namespace, beside whoever could have it: given, asked for, or to be asked for. Worked
//! out here, so that an island carries words and addresses alone.

use super::{Pending, address, asked_on};
use crate::{api::grants::GivenPermission, components::locks::Lock, pages::ends::ends};
use domain::{grant::Holder, permission::Permission, text::NamespaceName, time::Timestamp};

/// Where and by whom something could be asked for.
pub(crate) struct Asking<'a> {
    pub(crate) pending: &'a Pending,
    pub(crate) holder: Holder,
    /// The address that the questions lie over.
    pub(crate) here: &'a str,
    /// Whether this person may ask, and for more: not for somebody who is switched off.
    pub(crate) may_ask: bool,
    pub(crate) may_get: bool,
    pub(crate) now: Timestamp,
}

/// One line for each withheld permission.
pub(crate) fn locks(asking: &Asking<'_>, namespace: &NamespaceName, given: &[GivenPermission]) -> Vec<Lock> {
    let (field, id) = match asking.holder {
        Holder::Member(id) => ("member", id.to_string()),
        Holder::Token(id) => ("token", id.to_string()),
    };
    let lock = |permission: Permission| {
        let given = given.iter().find(|it| it.permission == permission);
        let kind = if given.is_some() { "take_permission" } else { "give_permission" };
        let waits = asking.pending.of_permission(kind, asking.holder, namespace, permission);
        let facts = [(field, id.as_str()), ("namespace", namespace.as_str()), ("permission", permission.as_str())];
        let open = asking.may_ask && waits.is_none() && (asking.may_get || given.is_some());
        let given = given.map(|given| match given.ends_at {
            Some(at) => format!("given by {}, {}", given.by, ends(at, asking.now)),
            None => format!("given by {}, no end", given.by),
        });
        Lock {
            permission,
            given: given.is_some(),
            said: given.into_iter().chain(waits.map(asked_on)).collect::<Vec<_>>().join(", "),
            ask: open.then(|| address(asking.here, kind, &facts)),
        }
    };
    Permission::WITHHELD.map(lock).to_vec()
}
