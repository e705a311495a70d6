//! Each permission allows what the product contract says, and nothing beside it: asked of the API server itself.

use super::{Cluster, cluster, unique, within};
use controller::access::{Act, may};
use domain::{effective::Act as Probe, permission::Permission};
use futures::future::join_all;
use serde_json::json;
use std::time::Duration;

/// Who may do what: a letter for each of [`columns`], a dot where it is refused. What Kubernetes' own `admin` may, and so
/// `w:full`, differs from version to version: `?` where the product contract does not speak of it.
const TABLE: &[&str] = &[
    "R....PFT get,list,watch pods",
    ".....PF. create,update,patch,delete,deletecollection pods",
    "R.....FT get pods/log",
    "R.....FT get pods/status",
    "........ patch pods/status",
    ".....PF. get,create pods/exec",
    ".....PF. get,create pods/attach",
    ".....PF. get,create pods/portforward",
    ".....P?. patch,update pods/ephemeralcontainers",
    ".....P?. create pods/eviction",
    "......?. get,create pods/proxy",
    "........ create pods/binding",
    "R.C...FT get,list,watch configmaps",
    "..C...FT create,update,patch,delete,deletecollection configmaps",
    "..C...FT get,list,watch secrets",
    "..C...FT create,update,patch,delete,deletecollection secrets",
    "R..N..FT get,list,watch services",
    "...N..FT create,update,patch,delete services",
    "......?. get,create services/proxy",
    "R..N..FT get,list,watch endpoints",
    "......?. create,update,patch,delete endpoints",
    "R..N..?T get,list,watch endpointslices.discovery.k8s.io",
    "......?. create,update,patch,delete endpointslices.discovery.k8s.io",
    "R..N..FT get,list,watch ingresses.networking.k8s.io",
    "...N..FT create,update,patch,delete ingresses.networking.k8s.io",
    "R..N..FT get,list,watch networkpolicies.networking.k8s.io",
    "...N..FT create,update,patch,delete networkpolicies.networking.k8s.io",
    "RW....FT get,list,watch deployments.apps",
    ".W....FT create,update,patch,delete,deletecollection deployments.apps",
    "RW....FT get deployments.apps/scale",
    ".W....FT patch,update deployments.apps/scale",
    "......?. update deployments.apps/status",
    ".W....FT create,update,patch,delete statefulsets.apps",
    ".W....FT create,update,patch,delete daemonsets.apps",
    ".W....FT create,update,patch,delete replicasets.apps",
    "RW....FT get,list,watch jobs.batch",
    ".W....FT create,update,patch,delete jobs.batch",
    "RW....FT get,list,watch cronjobs.batch",
    ".W....FT create,update,patch,delete cronjobs.batch",
    "RW....FT get,list,watch horizontalpodautoscalers.autoscaling",
    ".W....FT create,update,patch,delete horizontalpodautoscalers.autoscaling",
    "RW....FT get,list,watch poddisruptionbudgets.policy",
    ".W....FT create,update,patch,delete poddisruptionbudgets.policy",
    "......F. create,update,patch,delete replicationcontrollers",
    "R...S.FT get,list,watch persistentvolumeclaims",
    "....S.FT create,update,patch,delete persistentvolumeclaims",
    "........ get persistentvolumes",
    "........ create,delete persistentvolumes",
    "R.....FT get,list,watch roles.rbac.authorization.k8s.io",
    "......F. create,update,patch,delete roles.rbac.authorization.k8s.io",
    "R.....FT get,list,watch rolebindings.rbac.authorization.k8s.io",
    "......F. create,update,patch,delete rolebindings.rbac.authorization.k8s.io",
    "........ bind,escalate roles.rbac.authorization.k8s.io",
    "........ bind,escalate clusterroles.rbac.authorization.k8s.io",
    "........ create,delete clusterroles.rbac.authorization.k8s.io",
    "........ create,delete clusterrolebindings.rbac.authorization.k8s.io",
    "R.....FT get,list,watch serviceaccounts",
    "......F. create,delete serviceaccounts",
    "......?. create serviceaccounts/token",
    "......?. impersonate serviceaccounts",
    "........ impersonate users",
    "........ impersonate groups",
    "R.....FT get,list,watch events",
    "R.....?T get,list,watch leases.coordination.k8s.io",
    "......?. create,delete leases.coordination.k8s.io",
    "R.....FT get,list,watch resourcequotas",
    "........ create,delete resourcequotas",
    "R.....FT get,list,watch limitranges",
    "........ create,delete limitranges",
    "R.....FT get namespaces",
    "........ create namespaces",
    "........ patch,delete namespaces",
    "........ get,list nodes",
    "........ create customresourcedefinitions.apiextensions.k8s.io",
];

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
        // The API server takes them in one after the other.
        let last = roles.last().unwrap();
        let act = |resource: &str| Act {
            namespace: namespace.clone(),
            verb: "get".into(),
            resource: resource.into(),
            ..Act::default()
        };
        within(Duration::from_secs(5), "the bindings are in force", async || {
            may(&self.admin, last, &[], &act("pods")).await.unwrap().allowed
                || may(&self.admin, last, &[], &act("configmaps")).await.unwrap().allowed
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

/// `r:full`, `w:workloads`, `w:config`, `w:network`, `w:storage`, `w:pods`, `w:full`, and what a tick gives.
fn columns() -> Vec<(char, String)> {
    let all = Permission::STANDARD.into_iter().chain(Permission::WITHHELD).map(|it| format!("bailiwick:{it}"));
    "RWCNSPFT".chars().zip(all.chain(["bailiwick:standard".to_owned()])).collect()
}

/// Each act of the table on its own: what each column says of it.
fn acts() -> Vec<(String, Vec<char>)> {
    let each = TABLE.iter().flat_map(|row| {
        let [marks, verbs, resource] = row.split(' ').collect::<Vec<_>>()[..] else { panic!("{row}") };
        verbs.split(',').map(move |verb| (format!("{verb} {resource}"), marks.chars().collect()))
    });
    each.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_permission_allows_what_it_promises_and_refuses_the_rest() {
    let Some(cluster) = cluster().await else { return };
    let columns = columns();
    let roles: Vec<_> = columns.iter().map(|(_, role)| role.clone()).collect();
    let namespace = cluster.where_bound(&roles).await;
    let mut wrong = Vec::new();
    for (act, marks) in acts() {
        assert_eq!(marks.len(), columns.len(), "{act}");
        let asked = columns.iter().zip(&marks).map(async |((letter, role), mark)| {
            assert!([letter, &'.', &'?'].contains(&mark), "{act}: {mark} where {letter} belongs");
            let allowed = cluster.allows(role, &namespace, &act).await;
            let elsewhere = allowed && cluster.allows(role, "default", &act).await;
            (allowed != (mark == letter) && *mark != '?' || elsewhere)
                .then(|| format!("{role} may {act}: {allowed}, elsewhere: {elsewhere}"))
        });
        wrong.extend(join_all(asked).await.into_iter().flatten());
    }
    assert_eq!(wrong, Vec::<String>::new());

    // kubectl says the same as whoever asks the API server directly.
    for (at, (letter, role)) in columns.iter().enumerate() {
        for (mark, said) in [(*letter, "yes"), ('.', "no")] {
            let (act, _) = acts().into_iter().find(|(_, marks)| marks[at] == mark).unwrap();
            let (verb, resource) = act.split_once(' ').unwrap();
            // To kubectl, what stands behind a slash is a name.
            let (resource, part) = resource.split_once('/').unwrap_or((resource, ""));
            let part = format!("--subresource={part}");
            let answer = cluster.run(&["auth", "can-i", verb, resource, &part, "-n", &namespace, "--as", role]);
            assert_eq!(String::from_utf8_lossy(&answer.stdout).trim(), said, "{role}: {act}");
        }
    }
    cluster.kubectl(&["delete", "namespace", &namespace, "--wait=false"]);
}

/// "Check against the cluster" tells permissions apart by these acts alone.
#[tokio::test(flavor = "multi_thread")]
async fn each_telling_act_is_allowed_to_its_own_permission_and_to_everything_and_to_no_other() {
    let Some(cluster) = cluster().await else { return };
    let name = |permission: Permission| format!("bailiwick:{permission}");
    let roles: Vec<_> = Probe::for_each_permission().map(|(permission, _)| name(permission)).collect();
    let namespace = cluster.where_bound(&roles).await;
    let mut wrong = Vec::new();
    for (told, Probe { verb, group, resource }) in Probe::for_each_permission() {
        let act =
            Act { namespace: namespace.clone(), verb: verb.into(), group: group.into(), resource: resource.into() };
        for (permission, _) in Probe::for_each_permission() {
            let allowed = may(&cluster.admin, &name(permission), &[], &act).await.unwrap().allowed;
            if allowed != (permission == told || permission == Permission::WriteFull) {
                wrong.push(format!("{verb} {resource} to {permission}: {allowed}"));
            }
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
