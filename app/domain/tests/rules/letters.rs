//! What a mail about somebody's access says of changes that came soon after one another.

use domain::{
    letter::AccessChange::{self, Deactivated, MadeAdmin, MadeFounder, NoLongerAdmin, Reactivated, Several},
    permission::Permission,
    text::NamespaceName,
};

fn names(names: &[&str]) -> Vec<NamespaceName> {
    names.iter().map(|name| NamespaceName::parse(name).expect("a name")).collect()
}

fn namespaces(added: &[&str], removed: &[&str]) -> AccessChange {
    AccessChange::Namespaces { added: names(added), removed: names(removed) }
}

/// What is said of all of these.
fn said(changes: impl IntoIterator<Item = AccessChange>) -> Option<AccessChange> {
    changes.into_iter().fold(None, |before, change| match before {
        Some(before) => AccessChange::followed_by(before, change),
        None => Some(change),
    })
}

#[test]
fn what_was_given_and_taken_back_is_not_said() {
    assert_eq!(said([namespaces(&["a", "b"], &["c"]), namespaces(&["c"], &["a"])]), Some(namespaces(&["b"], &[])));
    assert_eq!(
        said([namespaces(&["a"], &["b"]), namespaces(&["c"], &["d"])]),
        Some(namespaces(&["a", "c"], &["b", "d"]))
    );
    assert_eq!(said([namespaces(&["a"], &[]), namespaces(&[], &["a"])]), None);
    assert_eq!(said([namespaces(&[], &["a"]), namespaces(&["a"], &[])]), None);
}

#[test]
fn whoever_was_switched_off_and_on_is_told_how_it_is_now() {
    assert_eq!(said([Deactivated, Reactivated]), Some(Reactivated));
    assert_eq!(said([Deactivated, Reactivated, Deactivated]), Some(Deactivated));
    assert_eq!(said([MadeAdmin, NoLongerAdmin, MadeFounder]), Some(MadeFounder));
}

#[test]
fn changes_of_different_things_are_said_side_by_side_each_once() {
    let pods = |namespace: &str| AccessChange::PermissionRevoked {
        namespace: NamespaceName::parse(namespace).unwrap(),
        permission: Permission::WritePods,
    };
    let all = [namespaces(&["a"], &[]), pods("a"), Deactivated, pods("b"), pods("a"), Reactivated];
    assert_eq!(said(all), Some(Several(vec![namespaces(&["a"], &[]), pods("b"), pods("a"), Reactivated])));
    let left = said([namespaces(&["a"], &[]), MadeAdmin, namespaces(&[], &["a"])]);
    assert_eq!(left, Some(MadeAdmin), "one that is left stands alone");
    assert_eq!(
        said([Several(vec![MadeAdmin, Deactivated]), Several(vec![Reactivated, NoLongerAdmin])]),
        Some(Several(vec![Reactivated, NoLongerAdmin]))
    );
}
