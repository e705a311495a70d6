//! The ClusterRoles: one for each permission, the one that a tick binds, and the controller's own.
//!
//! Written out resource by resource. A `*` would hand out secrets, `pods/exec` and whatever the next version brings.

pub(crate) mod controllers_own;
mod manifests;
pub(crate) mod wrong;

pub use controllers_own::{LEASE, NAMESPACE};
pub use manifests::{files, manifests};

use domain::{binding::ClusterRole as Role, permission::Permission};
use k8s_openapi::{
    api::rbac::v1::{AggregationRule, ClusterRole, PolicyRule},
    apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta},
};
use std::collections::BTreeMap;

/// On every role that a tick gives.
const AGGREGATE_TO_STANDARD: &str = "bailiwick/aggregate-to-standard";
/// On `view` of Kubernetes itself, and on what extensions let their objects be read by. Without secrets, by agreement.
const AGGREGATE_TO_VIEW: &str = "rbac.authorization.k8s.io/aggregate-to-view";
/// On all that makes up Kubernetes' own `admin`.
const AGGREGATE_TO_ADMIN: &str = "rbac.authorization.k8s.io/aggregate-to-admin";

const READ: &[&str] = &["get", "list", "watch"];
/// Reading too: who may change a thing and can't see it can't use kubectl.
const WRITE: &[&str] = &["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
/// A part of an object, such as its scale, is neither made nor deleted.
const CHANGE: &[&str] = &["get", "update", "patch"];

/// `bailiwick:r:full`, `bailiwick:w:pods`, and so on.
pub fn name(permission: Permission) -> String {
    format!("bailiwick:{permission}")
}

/// Every role that a grant stands for: one for each permission, and `bailiwick:standard`.
pub fn permissions() -> Vec<ClusterRole> {
    let each = Permission::STANDARD.into_iter().chain(Permission::WITHHELD).map(permission);
    each.chain([standard()]).collect()
}

/// What a tick binds. Includes what extensions let `view` read: that belongs to `r:full`.
fn standard() -> ClusterRole {
    aggregated(&Role::Standard.name(), &[AGGREGATE_TO_STANDARD, AGGREGATE_TO_VIEW])
}

fn permission(permission: Permission) -> ClusterRole {
    let rules = match permission {
        Permission::ReadFull => read_full(),
        Permission::WriteWorkloads => vec![
            rule(&["apps"], &["daemonsets", "deployments", "replicasets", "statefulsets"], WRITE),
            rule(&["apps"], &["deployments/scale", "replicasets/scale", "statefulsets/scale"], CHANGE),
            rule(&["batch"], &["cronjobs", "jobs"], WRITE),
            rule(&["autoscaling"], &["horizontalpodautoscalers"], WRITE),
            rule(&["policy"], &["poddisruptionbudgets"], WRITE),
        ],
        Permission::WriteConfig => vec![rule(&[""], &["configmaps", "secrets"], WRITE)],
        Permission::WriteNetwork => vec![
            rule(&[""], &["services"], WRITE),
            rule(&["networking.k8s.io"], &["ingresses", "networkpolicies"], WRITE),
            // Where an ingress lived until 1.22.
            rule(&["extensions"], &["ingresses"], WRITE),
            // Writing endpoints would send a service's traffic into other namespaces (CVE-2021-25740).
            rule(&[""], &["endpoints"], READ),
            rule(&["discovery.k8s.io"], &["endpointslices"], READ),
        ],
        Permission::WriteStorage => vec![rule(&[""], &["persistentvolumeclaims"], WRITE)],
        Permission::WritePods => vec![
            rule(&[""], &["pods"], WRITE),
            rule(&[""], &["pods/ephemeralcontainers", "pods/resize"], CHANGE),
            rule(&[""], &["pods/eviction"], &["create"]),
            // Over WebSockets these are a GET, as the API server counts them; from 1.35 on it asks for `create` as well.
            rule(&[""], &["pods/attach", "pods/exec", "pods/portforward"], &["create", "get"]),
        ],
        // Kubernetes' own `admin`, whatever it is made of in this version. Bound by this name, so that every role
        // of ours can be told by its name, and the controller needs no right to bind another.
        Permission::WriteFull => return aggregated(&name(permission), &[AGGREGATE_TO_ADMIN]),
    };
    let labels =
        (!permission.is_withheld()).then(|| BTreeMap::from([(AGGREGATE_TO_STANDARD.to_owned(), "true".to_owned())]));
    ClusterRole {
        metadata: ObjectMeta { name: Some(name(permission)), labels, ..ObjectMeta::default() },
        rules: Some(rules),
        aggregation_rule: None,
    }
}

/// Everything in a namespace that is not a secret. Never `pods/exec`, `…/proxy` and their like: to the API server,
/// opening one of these is a `get`.
fn read_full() -> Vec<PolicyRule> {
    vec![
        rule(
            &[""],
            &[
                "configmaps",
                "endpoints",
                "events",
                "limitranges",
                "namespaces",
                "namespaces/status",
                "persistentvolumeclaims",
                "persistentvolumeclaims/status",
                "pods",
                "pods/log",
                "pods/status",
                "podtemplates",
                "replicationcontrollers",
                "replicationcontrollers/scale",
                "replicationcontrollers/status",
                "resourcequotas",
                "resourcequotas/status",
                "serviceaccounts",
                "services",
                "services/status",
            ],
            READ,
        ),
        rule(
            &["apps"],
            &[
                "controllerrevisions",
                "daemonsets",
                "daemonsets/status",
                "deployments",
                "deployments/scale",
                "deployments/status",
                "replicasets",
                "replicasets/scale",
                "replicasets/status",
                "statefulsets",
                "statefulsets/scale",
                "statefulsets/status",
            ],
            READ,
        ),
        rule(&["autoscaling"], &["horizontalpodautoscalers", "horizontalpodautoscalers/status"], READ),
        rule(&["batch"], &["cronjobs", "cronjobs/status", "jobs", "jobs/status"], READ),
        rule(&["certificates.k8s.io"], &["podcertificaterequests"], READ),
        rule(&["coordination.k8s.io"], &["leasecandidates", "leases"], READ),
        rule(&["discovery.k8s.io"], &["endpointslices"], READ),
        rule(&["events.k8s.io"], &["events"], READ),
        rule(&["extensions"], &["ingresses", "ingresses/status"], READ),
        rule(&["metrics.k8s.io"], &["pods"], READ),
        rule(
            &["networking.k8s.io"],
            &["ingresses", "ingresses/status", "networkpolicies", "networkpolicies/status"],
            READ,
        ),
        rule(&["policy"], &["poddisruptionbudgets", "poddisruptionbudgets/status"], READ),
        rule(&["rbac.authorization.k8s.io"], &["rolebindings", "roles"], READ),
        rule(&["resource.k8s.io"], &["resourceclaims", "resourceclaims/status", "resourceclaimtemplates"], READ),
        rule(&["scheduling.k8s.io"], &["podgroups", "workloads"], READ),
        rule(&["storage.k8s.io"], &["csistoragecapacities"], READ),
    ]
}

/// A role that the API server's own controller fills. Without `rules`, so that applying the manifests again does not
/// empty it until they are filled in anew.
fn aggregated(name: &str, labels: &[&str]) -> ClusterRole {
    let selector = |label: &&str| LabelSelector {
        match_labels: Some(BTreeMap::from([((*label).to_owned(), "true".to_owned())])),
        match_expressions: None,
    };
    ClusterRole {
        metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
        rules: None,
        aggregation_rule: Some(AggregationRule { cluster_role_selectors: Some(labels.iter().map(selector).collect()) }),
    }
}

fn rule(groups: &[&str], resources: &[&str], verbs: &[&str]) -> PolicyRule {
    PolicyRule {
        api_groups: Some(owned(groups)),
        resources: Some(owned(resources)),
        verbs: owned(verbs),
        ..PolicyRule::default()
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
