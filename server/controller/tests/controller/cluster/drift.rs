//! Others meddle with what is in the cluster: what is ours is put right, and what is not stays as it is.

use super::{Room, cluster};
use crate::people::{token, user};
use controller::{
    Failure,
    drift::{Part, Repair},
    object::{Claim, label},
};
use domain::{
    binding::{Binding, ClusterRole},
    namespace::PodSecurity,
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

const STANDARD: ClusterRole = ClusterRole::Standard;

/// Issue 4 promises five seconds.
const REPAIRED_WITHIN: Duration = Duration::from_secs(5);

/// What is done by kubectl, what is told of it: which part, by whom, and how it was put right.
type Case<'a> = (&'a [&'a str], Vec<Part>, Option<&'a str>, Repair);

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_to_a_binding_by_kubectl_is_put_right_and_told() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let controller = room.controller("a").await;
    let bob = room.grant("dev", user(1), STANDARD);
    let version = room.desk.want(room.organization, std::slice::from_ref(&bob), &[room.named("dev")]);
    room.desk.in_sync(version).await;
    let (name, namespace) = (bob.name().to_string(), room.named("dev").to_string());
    let (name, namespace) = (name.as_str(), namespace.as_str());
    let managed_by = format!("{}=somebody-else", label::MANAGED_BY);
    let unmanaged = format!("{}-", label::MANAGED_BY);
    let organization = format!("{}=00000000-0000-4000-8000-000000000000", label::ORGANIZATION);
    let subject = format!("{}=user-mallory", label::SUBJECT);
    let mallory = r#"{"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"mallory"}]}"#;
    let labels = |keys: &[&str]| keys.iter().map(|key| Part::Label((*key).to_owned())).collect::<Vec<_>>();
    let cases: [Case; 7] = [
        (&["delete", "rolebinding", name], vec![Part::Object], None, Repair::Recreated),
        (&["patch", "rolebinding", name, "-p", mallory], vec![Part::Subjects], Some("kubectl-patch"), Repair::Patched),
        (
            &["label", "--overwrite", "rolebinding", name, &managed_by],
            labels(&[label::MANAGED_BY]),
            Some("kubectl-label"),
            Repair::Patched,
        ),
        (&["label", "rolebinding", name, &unmanaged], labels(&[label::MANAGED_BY]), None, Repair::Patched),
        (
            &["label", "--overwrite", "rolebinding", name, &organization],
            labels(&[label::ORGANIZATION]),
            Some("kubectl-label"),
            Repair::Patched,
        ),
        (
            &["label", "--overwrite", "rolebinding", name, &subject],
            labels(&[label::SUBJECT]),
            Some("kubectl-label"),
            Repair::Patched,
        ),
        (
            &["annotate", "--overwrite", "rolebinding", name, "bailiwick/granted-by=nobody"],
            vec![Part::Annotation("bailiwick/granted-by".into())],
            Some("kubectl-annotate"),
            Repair::Patched,
        ),
    ];
    for (command, what, by, repair) in cases {
        let (since, began) = (room.desk.count(), Instant::now());
        room.cluster.kubectl(&[&["-n", namespace], command].concat());
        let report = room.desk.report_within(REPAIRED_WITHIN, since, "repaired", |it| !it.drift.is_empty()).await;
        println!("{command:?}: repaired {:?} after it was asked for", began.elapsed());
        let found = &report.drift[0];
        assert_eq!((&found.key, &found.what, found.repair), (&bob.key(), &what, repair), "{command:?}");
        assert_eq!(found.change.as_ref().map(|change| change.by.as_str()), by, "{command:?}");
        assert!(report.is_in_sync());
        let object = &room.objects().await[0];
        assert_eq!(object["subjects"][0]["name"], bob.subject.username());
        assert_eq!(
            object["metadata"]["labels"],
            json!({
                label::MANAGED_BY: label::BAILIWICK,
                label::ORGANIZATION: room.organization.to_string(),
                label::SUBJECT: bob.subject.label(),
            })
        );
        assert_eq!(object["metadata"]["annotations"]["bailiwick/granted-by"], bob.note.granted_by);
    }
    controller.stop().await;
}

/// What others have put there: an ordinary binding, one with our labels, a copy of one of ours, one under the name of
/// one that is wanted.
fn foreign(room: &Room, wanted: &Binding) -> Vec<Value> {
    let object = |name: &str, labels: Value| {
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": { "name": name, "namespace": room.named("dev").as_str(), "labels": labels },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view" },
            "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "carol" }],
        })
    };
    let ours = json!({ label::MANAGED_BY: label::BAILIWICK, label::ORGANIZATION: room.organization.to_string() });
    let unwanted = room.grant("dev", user(9), STANDARD).name().to_string();
    vec![
        object("team", json!({ "team": "blue" })),
        object("claims-to-be-ours", ours.clone()),
        object(&unwanted, ours),
        object(&wanted.name().to_string(), json!({})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_made_stays_byte_for_byte_and_what_claims_to_be_ours_is_told() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let controller = room.controller("a").await;
    let (bob, blocked) = (room.grant("dev", user(1), STANDARD), room.grant("dev", user(2), STANDARD));
    let namespaces = [room.named("dev")];
    let version = room.desk.want(room.organization, std::slice::from_ref(&bob), &namespaces);
    room.desk.in_sync(version).await;

    let foreign = foreign(&room, &blocked);
    foreign.iter().for_each(|object| room.cluster.apply(object));
    // A copy with everything in it, the field managers too.
    let mut copy =
        room.objects().await.into_iter().find(|it| it["metadata"]["name"] == bob.name().to_string()).unwrap();
    copy["metadata"]["name"] = "bailiwick-user-copy".into();
    copy["metadata"].as_object_mut().unwrap().retain(|key, _| !["uid", "resourceVersion"].contains(&key.as_str()));
    room.cluster.apply(&copy);
    let theirs = async || -> Vec<Value> {
        let all = room.objects().await;
        all.into_iter().filter(|it| it["metadata"]["name"] != bob.name().to_string()).collect()
    };
    let before = theirs().await;
    assert_eq!(before.len(), 5);

    for round in 0..3 {
        let wanted = [bob.clone(), blocked.clone(), room.grant("dev", token(round), STANDARD)];
        let version = room.desk.want(room.organization, &wanted, &namespaces);
        let report = room.desk.report(0, "looked", |it| it.version == version && it.bindings.len() == 3).await;
        assert_eq!(report.bindings[&blocked.key()], Err(Failure::Foreign));
        assert_eq!(report.bindings.values().filter(|state| state.is_ok()).count(), 2);
        let claims: Vec<_> = report.claimed.iter().map(|it| (it.name.as_str(), it.why)).collect();
        let unwanted = room.grant("dev", user(9), STANDARD).name().to_string();
        assert_eq!(
            claims,
            [
                (unwanted.as_str(), Claim::OtherWriter),
                ("bailiwick-user-copy", Claim::OtherName),
                ("claims-to-be-ours", Claim::OtherName),
            ]
        );
    }
    let version = room.desk.want(room.organization, std::slice::from_ref(&bob), &namespaces);
    room.desk.in_sync(version).await;
    assert_eq!(before, theirs().await);
    controller.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binding_whose_role_was_exchanged_by_hand_is_no_longer_ours() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let controller = room.controller("a").await;
    let bob = room.grant("dev", user(1), STANDARD);
    let version = room.desk.want(room.organization, std::slice::from_ref(&bob), &[room.named("dev")]);
    room.desk.in_sync(version).await;
    controller.stop().await;
    let mut object = room.objects().await[0].clone();
    object["roleRef"]["name"] = "view".into();
    object["metadata"]
        .as_object_mut()
        .unwrap()
        .retain(|key, _| ["name", "namespace", "labels"].contains(&key.as_str()));
    room.cluster.kubectl(&["-n", room.named("dev").as_str(), "delete", "rolebinding", &bob.name().to_string()]);
    room.cluster.apply(&object);
    let before = room.objects().await;
    let successor = room.controller("b").await;
    let report = room.desk.report(0, "foreign", |it| it.bindings[&bob.key()] == Err(Failure::Foreign)).await;
    assert_eq!(report.claimed[0].why, Claim::OtherWriter);
    assert_eq!(before, room.objects().await);
    // Whoever did it takes it away: then there is room again, and it is filled at once.
    let since = room.desk.count();
    room.cluster.kubectl(&["-n", room.named("dev").as_str(), "delete", "rolebinding", &bob.name().to_string()]);
    room.desk.report_within(REPAIRED_WITHIN, since, "made anew", |it| it.is_in_sync()).await;
    successor.stop().await;
}

impl Room {
    fn level(&self, ending: &str) -> String {
        let label = "jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/enforce}";
        self.cluster.kubectl(&["get", "namespace", self.named(ending).as_str(), "-o", label])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_made_namespace_holds_its_pods_to_the_level_whatever_is_done_to_the_label() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let controller = room.controller("a").await;
    let namespaces = [room.named("dev")];
    // As an older version made it: without a level, which nobody took away.
    let version = room.desk.want(room.organization, &[], &namespaces);
    room.desk.in_sync(version).await;
    assert_eq!(room.level("dev"), "");
    *room.desk.pod_security.lock().unwrap() = Some(PodSecurity::Baseline);
    let version = room.desk.want(room.organization, &[], &namespaces);
    assert!(room.desk.in_sync(version).await.namespace_drift.is_empty());
    assert_eq!(room.level("dev"), "baseline");

    let label = label::POD_SECURITY;
    for (change, by) in [(format!("{label}=privileged"), Some("kubectl-label")), (format!("{label}-"), None)] {
        let since = room.desk.count();
        room.cluster.kubectl(&["label", "--overwrite", "namespace", room.named("dev").as_str(), &change]);
        let repaired = room.desk.report_within(REPAIRED_WITHIN, since, "repaired", |it| !it.namespace_drift.is_empty());
        let report = repaired.await;
        let drift = &report.namespace_drift[0];
        assert_eq!((&drift.namespace, &drift.what), (&namespaces[0], &vec![Part::Label(label.to_owned())]));
        assert_eq!(drift.change.as_ref().map(|change| change.by.as_str()), by, "{change}");
        assert!(report.is_in_sync());
        assert_eq!(room.level("dev"), "baseline");
    }

    *room.desk.pod_security.lock().unwrap() = Some(PodSecurity::Restricted);
    let version = room.desk.want(room.organization, &[], &[room.named("dev"), room.named("live")]);
    assert!(room.desk.in_sync(version).await.namespace_drift.is_empty(), "another setting is nobody's drift");
    assert_eq!((room.level("dev"), room.level("live")), ("restricted".to_owned(), "restricted".to_owned()));
    controller.stop().await;
}
