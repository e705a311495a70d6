//! What only an operator gives in one namespace, beside whoever could have it: given, asked for, or to be asked for.

use super::{Pending, address};
use crate::{
    address::Address,
    api::grants::GivenPermission,
    components::locks::{Given, Lock},
};
use domain::{grant::Holder, permission::Permission, text::NamespaceName};

/// Where and by whom something could be asked for.
pub struct Asking<'a> {
    pub pending: &'a Pending,
    pub holder: Holder,
    /// The address that the questions lie over.
    pub here: &'a Address,
    /// Whether this person may ask, and for more: not for somebody who is switched off.
    pub may_ask: bool,
    pub may_get: bool,
}

/// One line for each withheld permission.
pub fn locks(asking: &Asking<'_>, namespace: &NamespaceName, given: &[GivenPermission]) -> Vec<Lock> {
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
        Lock {
            permission,
            given: given.map(|given| Given { by: given.by.to_string(), ends_at: given.ends_at }),
            waits,
            ask: open.then(|| address(asking.here, kind, &facts)),
        }
    };
    Permission::WITHHELD.map(lock).to_vec()
}
