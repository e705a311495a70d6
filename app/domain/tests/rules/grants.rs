//! What a save changes, and what an admin may give.

use crate::people::{namespace, steady, token};
use domain::{
    Refusal,
    grant::{Change, Holder, admin_may_give},
    id::{MemberId, NamespaceId},
    namespace::{LIMIT, may_add_one},
    permission::Permission,
};
use proptest::{collection::btree_set, prelude::*};
use std::collections::BTreeSet;

#[test]
fn an_admin_may_give_every_permission_of_a_tick_and_no_withheld_one() {
    for permission in Permission::STANDARD {
        assert_eq!(admin_may_give(permission), Ok(()), "{permission}");
    }
    for permission in Permission::WITHHELD {
        assert_eq!(admin_may_give(permission), Err(Refusal::PermissionWithheld(permission)), "{permission}");
    }
}

#[test]
fn a_member_and_a_token_with_the_same_number_are_two_holders() {
    let token = token(1);
    assert_ne!(Holder::from(MemberId::from(token.uuid())), Holder::from(token));
}

#[test]
fn the_eleventh_namespace_of_an_organization_is_refused() {
    assert_eq!(LIMIT, 10);
    assert_eq!(may_add_one(9, LIMIT), Ok(()));
    assert_eq!(may_add_one(10, LIMIT), Err(Refusal::NamespaceLimit { most: 10 }));
    assert_eq!(may_add_one(11, LIMIT), Err(Refusal::NamespaceLimit { most: 10 }));
    assert_eq!(may_add_one(10, 20), Ok(()), "the operator may raise it");
}

fn namespaces() -> impl Strategy<Value = BTreeSet<NamespaceId>> {
    btree_set((0_u8..12).prop_map(namespace), 0..12)
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn a_change_turns_what_was_into_what_is_and_touches_nothing_else(before in namespaces(), after in namespaces()) {
        let change = Change::between(&before, &after);
        let kept: BTreeSet<_> = before.difference(&change.removed).copied().collect();
        prop_assert_eq!(&kept | &change.added, after.clone());
        prop_assert!(change.added.is_disjoint(&before) && change.removed.is_subset(&before));
        prop_assert_eq!(change.is_empty(), before == after);
        prop_assert_eq!(change.len(), (&before ^ &after).len());
    }
}
