//! What the controller itself may do.

use super::cluster;
use controller::access::{Act, may};

const CONTROLLER: &str = "system:serviceaccount:bailiwick:bailiwick-controller";

/// As `kubectl auth can-i --list` prints it: all of it, beside what everybody may.
const MAY: &str = "\
clusterroles.rbac.authorization.k8s.io [bailiwick:standard] [bind,get,list,watch]
clusterroles.rbac.authorization.k8s.io [bailiwick:w:full] [bind,get,list,watch]
clusterroles.rbac.authorization.k8s.io [bailiwick:w:pods] [bind,get,list,watch]
leases.coordination.k8s.io [] [create]
leases.coordination.k8s.io [bailiwick-controller] [get,update]
namespaces [] [create,get,list,patch,watch]
rolebindings.rbac.authorization.k8s.io [] [create,delete,get,list,patch,watch]
subjectaccessreviews.authorization.k8s.io [] [create]
";

#[tokio::test(flavor = "multi_thread")]
async fn the_controller_may_do_what_it_needs_and_nothing_else() {
    let Some(cluster) = cluster().await else { return };
    cluster.install().await;
    let list = |user: &str| -> Vec<String> {
        let text = cluster.kubectl(&["auth", "can-i", "--list", "-n", "bailiwick", "--as", user]);
        text.lines().skip(1).map(row).collect()
    };
    let everybody = list("nobody-in-particular");
    let mut own: Vec<_> = list(CONTROLLER).into_iter().filter(|line| !everybody.contains(line)).collect();
    own.sort();
    own.dedup();
    assert_eq!(own.iter().map(|line| format!("{line}\n")).collect::<String>(), MAY);
}

/// `resource [names] [verbs]`, each list in order: an API server may join rules of the same resource in any.
fn row(line: &str) -> String {
    let lists: Vec<_> = line.split('[').collect();
    let sorted = |list: &str| {
        let mut words: Vec<_> = list.trim().trim_end_matches(']').split_whitespace().collect();
        words.sort_unstable();
        words.join(",")
    };
    let [resource, .., names, verbs] = lists.as_slice() else { return line.to_owned() };
    format!("{} [{}] [{}]", resource.trim(), sorted(names), sorted(verbs))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_controller_can_neither_read_secrets_nor_become_anybody() {
    let Some(cluster) = cluster().await else { return };
    cluster.install().await;
    for (verb, group, resource) in [
        ("get", "", "secrets"),
        ("list", "", "secrets"),
        ("impersonate", "", "users"),
        ("escalate", "rbac.authorization.k8s.io", "clusterroles"),
        ("bind", "rbac.authorization.k8s.io", "clusterroles"),
        ("create", "rbac.authorization.k8s.io", "clusterrolebindings"),
        ("patch", "rbac.authorization.k8s.io", "clusterroles"),
        ("delete", "", "namespaces"),
        ("create", "", "pods"),
        ("get", "coordination.k8s.io", "leases"),
    ] {
        let act =
            Act { namespace: "kube-system".into(), verb: verb.into(), group: group.into(), resource: resource.into() };
        let verdict = may(&cluster.admin, CONTROLLER, &[], &act).await.unwrap();
        assert!(!verdict.allowed, "{act:?}: {}", verdict.reason);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn applying_the_manifests_again_changes_nothing() {
    let Some(cluster) = cluster().await else { return };
    cluster.install().await;
    let said = cluster.apply_manifests();
    assert!(said.lines().count() > 12, "{said}");
    assert!(said.lines().all(|line| line.ends_with(" unchanged")), "{said}");
}
