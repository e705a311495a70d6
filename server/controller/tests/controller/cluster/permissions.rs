//! Each permission allows what the product contract says, and nothing beside it: asked of the API server itself.

use super::{Cluster, cluster, unique, within};
use controller::access::{Act, may};
use domain::permission::Permission;
use serde_json::json;
use std::time::Duration;

/// `resource.group`, as kubectl writes it; a verb in front.
const R_FULL: &[&str] = &[
    "+ get pods",
    "+ list pods",
    "+ watch pods",
    "+ get pods/log",
    "+ list configmaps",
    "+ list events",
    "+ get namespaces",
    "+ list deployments.apps",
    "+ get cronjobs.batch",
    "+ list roles.rbac.authorization.k8s.io",
    "+ list leases.coordination.k8s.io",
    "- get secrets",
    "- list secrets",
    "- watch secrets",
    "- create pods",
    "- delete pods",
    "- create pods/exec",
    "- get pods/exec",
    "- get pods/portforward",
    "- get pods/attach",
    "- get pods/proxy",
    "- get services/proxy",
    "- create deployments.apps",
    "- update configmaps",
    "- create serviceaccounts/token",
    "- impersonate serviceaccounts",
];
const W_WORKLOADS: &[&str] = &[
    "+ create deployments.apps",
    "+ patch deployments.apps",
    "+ patch deployments.apps/scale",
    "+ delete statefulsets.apps",
    "+ update daemonsets.apps",
    "+ deletecollection replicasets.apps",
    "+ create jobs.batch",
    "+ delete cronjobs.batch",
    "+ create horizontalpodautoscalers.autoscaling",
    "+ patch poddisruptionbudgets.policy",
    "- create pods",
    "- delete pods",
    "- get secrets",
    "- create services",
    "- update deployments.apps/status",
    "- create configmaps",
];
const W_CONFIG: &[&str] = &[
    "+ get secrets",
    "+ list secrets",
    "+ create secrets",
    "+ delete secrets",
    "+ create configmaps",
    "+ patch configmaps",
    "- create pods",
    "- list pods",
    "- create serviceaccounts",
    "- create deployments.apps",
];
const W_NETWORK: &[&str] = &[
    "+ create services",
    "+ delete ingresses.networking.k8s.io",
    "+ patch networkpolicies.networking.k8s.io",
    "+ get endpoints",
    "+ list endpointslices.discovery.k8s.io",
    "- update endpoints",
    "- create endpointslices.discovery.k8s.io",
    "- get services/proxy",
    "- create pods",
    "- get secrets",
];
const W_STORAGE: &[&str] = &[
    "+ create persistentvolumeclaims",
    "+ patch persistentvolumeclaims",
    "+ delete persistentvolumeclaims",
    "- create persistentvolumes",
    "- create pods",
    "- get secrets",
];
const W_PODS: &[&str] = &[
    "+ create pods",
    "+ patch pods",
    "+ delete pods",
    "+ create pods/exec",
    "+ get pods/exec",
    "+ create pods/attach",
    "+ create pods/portforward",
    "+ patch pods/ephemeralcontainers",
    "+ create pods/eviction",
    "- get secrets",
    "- create deployments.apps",
    "- get pods/proxy",
    "- create pods/binding",
    "- create configmaps",
];
const W_FULL: &[&str] = &[
    "+ create pods",
    "+ create pods/exec",
    "+ get secrets",
    "+ create deployments.apps",
    "+ create roles.rbac.authorization.k8s.io",
    "+ create rolebindings.rbac.authorization.k8s.io",
    "+ create persistentvolumeclaims",
    "- create namespaces",
    "- delete namespaces",
    "- patch namespaces",
    "- create resourcequotas",
    "- create clusterroles.rbac.authorization.k8s.io",
];
const STANDARD: &[&str] = &[
    "+ list pods",
    "+ get pods/log",
    "+ create deployments.apps",
    "+ get secrets",
    "+ create services",
    "+ create persistentvolumeclaims",
    "- create pods",
    "- delete pods",
    "- patch pods",
    "- create pods/exec",
    "- get pods/exec",
    "- get pods/attach",
    "- create pods/portforward",
    "- patch pods/ephemeralcontainers",
    "- create rolebindings.rbac.authorization.k8s.io",
    "- bind roles.rbac.authorization.k8s.io",
    "- escalate roles.rbac.authorization.k8s.io",
    "- create serviceaccounts/token",
    "- patch namespaces",
];

fn promised(permission: Permission) -> &'static [&'static str] {
    match permission {
        Permission::ReadFull => R_FULL,
        Permission::WriteWorkloads => W_WORKLOADS,
        Permission::WriteConfig => W_CONFIG,
        Permission::WriteNetwork => W_NETWORK,
        Permission::WriteStorage => W_STORAGE,
        Permission::WritePods => W_PODS,
        Permission::WriteFull => W_FULL,
    }
}

impl Cluster {
    /// A namespace where the user named like the role has this role.
    async fn where_bound(&self, roles: &[String]) -> String {
        self.install().await;
        let namespace = format!("permissions-{:08x}", unique() & 0xffff_ffff);
        self.kubectl(&["create", "namespace", &namespace]);
        for role in roles {
            let name = role.replace(':', "-");
            self.apply(&json!({
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "RoleBinding",
                "metadata": { "name": name, "namespace": namespace },
                "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role },
                "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": role }],
            }));
        }
        let first = roles.first().unwrap();
        let act = |resource: &str| Act {
            namespace: namespace.clone(),
            verb: "get".into(),
            resource: resource.into(),
            ..Act::default()
        };
        within(Duration::from_secs(5), "the bindings are in force", async || {
            may(&self.admin, first, &[], &act("pods")).await.unwrap().allowed
                || may(&self.admin, first, &[], &act("configmaps")).await.unwrap().allowed
        })
        .await;
        namespace
    }

    async fn allows(&self, user: &str, namespace: &str, act: &str) -> bool {
        let (verb, full) = act.split_once(' ').unwrap();
        let (full, part) =
            full.split_once('/').map_or((full, String::new()), |(full, part)| (full, format!("/{part}")));
        let (resource, group) = full.split_once('.').unwrap_or((full, ""));
        let act = Act {
            namespace: namespace.into(),
            verb: verb.into(),
            group: group.into(),
            resource: format!("{resource}{part}"),
        };
        may(&self.admin, user, &[], &act).await.unwrap().allowed
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_permission_allows_what_it_promises_and_refuses_the_rest() {
    let Some(cluster) = cluster().await else { return };
    let all: Vec<_> = Permission::STANDARD.into_iter().chain(Permission::WITHHELD).collect();
    let name = |permission: &Permission| format!("bailiwick:{permission}");
    let roles: Vec<_> = all.iter().map(name).chain(["bailiwick:standard".to_owned()]).collect();
    let namespace = cluster.where_bound(&roles).await;
    let mut table: Vec<_> = all.iter().map(|permission| (name(permission), promised(*permission))).collect();
    table.push(("bailiwick:standard".into(), STANDARD));
    let mut wrong = Vec::new();
    for (role, promises) in table {
        for promise in promises {
            let (sign, act) = promise.split_once(' ').unwrap();
            if cluster.allows(&role, &namespace, act).await != (sign == "+") {
                wrong.push(format!("{role}: {promise}"));
            }
            assert!(!cluster.allows(&role, "default", act).await, "{role} reaches into another namespace: {act}");
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    cluster.kubectl(&["delete", "namespace", &namespace, "--wait=false"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_reaches_everything_in_a_namespace_that_this_api_server_knows_but_secrets() {
    let Some(cluster) = cluster().await else { return };
    let roles = ["bailiwick:r:full".to_owned()];
    let namespace = cluster.where_bound(&roles).await;
    let resources = cluster.kubectl(&["api-resources", "--namespaced", "--verbs=get,list", "-o", "name"]);
    let mut refused = Vec::new();
    for resource in resources.lines() {
        for verb in ["get", "list", "watch"] {
            if !cluster.allows(&roles[0], &namespace, &format!("{verb} {resource}")).await {
                refused.push(format!("{verb} {resource}"));
            }
        }
    }
    assert_eq!(refused, ["get secrets", "list secrets", "watch secrets"]);
    cluster.kubectl(&["delete", "namespace", &namespace, "--wait=false"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_extension_lets_view_read_a_tick_reads_too() {
    let Some(cluster) = cluster().await else { return };
    let roles = ["bailiwick:standard".to_owned()];
    let namespace = cluster.where_bound(&roles).await;
    let group = format!("g{:08x}.example.com", unique() & 0xffff_ffff);
    cluster.apply(&json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": { "name": group, "labels": { "rbac.authorization.k8s.io/aggregate-to-view": "true" } },
        "rules": [{ "apiGroups": [group], "resources": ["gadgets"], "verbs": ["get", "list", "watch"] }],
    }));
    within(Duration::from_secs(20), "aggregated", async || {
        cluster.allows(&roles[0], &namespace, &format!("list gadgets.{group}")).await
    })
    .await;
    assert!(!cluster.allows(&roles[0], &namespace, &format!("create gadgets.{group}")).await);
    cluster.kubectl(&["delete", "clusterrole", &group]);
    cluster.kubectl(&["delete", "namespace", &namespace, "--wait=false"]);
}
