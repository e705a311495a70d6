//! What the controller itself may do: the least that works.
//!
//! RBAC knows no labels, so it may change role bindings anywhere; but it can bind the three roles below and no other, and
//! nothing can be gained through it that `bailiwick:w:full` does not give.

use super::{owned, rule};
use domain::binding::ClusterRole as Bound;
use k8s_openapi::{
    api::{
        core::v1::{Namespace, ServiceAccount},
        rbac::v1::{ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject},
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};

/// Where the controller lives, and keeps its Lease.
pub const NAMESPACE: &str = domain::namespace::CONTROLLERS_OWN;
/// The Lease that says which of several controllers writes.
pub const LEASE: &str = "bailiwick-controller";
const SERVICE_ACCOUNT: &str = "bailiwick-controller";
const NAME: &str = "bailiwick:controller";
const RBAC: &str = "rbac.authorization.k8s.io";

pub(super) fn namespace() -> Namespace {
    Namespace {
        metadata: ObjectMeta { name: Some(NAMESPACE.to_owned()), ..ObjectMeta::default() },
        ..Namespace::default()
    }
}

pub(super) fn service_account() -> ServiceAccount {
    ServiceAccount { metadata: inside(SERVICE_ACCOUNT), ..ServiceAccount::default() }
}

pub(crate) fn cluster_role() -> ClusterRole {
    let bound = Bound::ALL.map(Bound::name);
    ClusterRole {
        metadata: ObjectMeta { name: Some(NAME.to_owned()), ..ObjectMeta::default() },
        rules: Some(vec![
            rule(&[RBAC], &["rolebindings"], &["get", "list", "watch", "create", "patch", "delete"]),
            // Instead of holding what it binds, which would be everything, secrets included.
            // Reading and watching the three tells whether they are there and filled: a binding to a role that is missing gives
            // nothing, and the API server takes it without a word. A name holds for a list too that selects by it.
            PolicyRule {
                resource_names: Some(bound.into()),
                ..rule(&[RBAC], &["clusterroles"], &["bind", "get", "list", "watch"])
            },
            rule(&[""], &["namespaces"], &["get", "list", "watch", "create", "patch"]),
            // "Check against the cluster".
            rule(&["authorization.k8s.io"], &["subjectaccessreviews"], &["create"]),
        ]),
        aggregation_rule: None,
    }
}

pub(super) fn cluster_role_binding() -> ClusterRoleBinding {
    ClusterRoleBinding {
        metadata: ObjectMeta { name: Some(NAME.to_owned()), ..ObjectMeta::default() },
        role_ref: role_ref("ClusterRole"),
        subjects: Some(vec![subject()]),
    }
}

/// Leases only where its own is: elsewhere they are the heartbeat of nodes and of the cluster's own controllers.
pub(crate) fn role() -> Role {
    let lease = &["coordination.k8s.io"];
    Role {
        metadata: inside(NAME),
        rules: Some(vec![
            // What does not exist yet can't be named.
            rule(lease, &["leases"], &["create"]),
            PolicyRule { resource_names: Some(owned(&[LEASE])), ..rule(lease, &["leases"], &["get", "update"]) },
        ]),
    }
}

pub(super) fn role_binding() -> RoleBinding {
    RoleBinding { metadata: inside(NAME), role_ref: role_ref("Role"), subjects: Some(vec![subject()]) }
}

fn inside(name: &str) -> ObjectMeta {
    ObjectMeta { name: Some(name.to_owned()), namespace: Some(NAMESPACE.to_owned()), ..ObjectMeta::default() }
}

fn role_ref(kind: &str) -> RoleRef {
    RoleRef { api_group: RBAC.to_owned(), kind: kind.to_owned(), name: NAME.to_owned() }
}

fn subject() -> Subject {
    Subject {
        kind: "ServiceAccount".to_owned(),
        name: SERVICE_ACCOUNT.to_owned(),
        namespace: Some(NAMESPACE.to_owned()),
        api_group: None,
    }
}
