//! What is wanted comes into the cluster, and goes when it is no longer wanted.

use super::{Room, cluster, within};
use crate::people::{binding, token, user};
use controller::{
    Failure,
    access::{Act, may},
    plan::Deletions,
};
use domain::{
    binding::{Binding, ClusterRole, Subject},
    permission::Permission,
};
use std::time::Duration;
use tokio::time::Instant;

const STANDARD: ClusterRole = ClusterRole::Standard;
const FULL: ClusterRole = ClusterRole::Withheld(Permission::WriteFull);

impl Room {
    pub(crate) fn grant(&self, ending: &str, subject: Subject, role: ClusterRole) -> Binding {
        Binding { organization: self.organization, ..binding(self.named(ending).as_str(), subject, role) }
    }

    pub(crate) async fn may(&self, subject: Subject, verb: &str, resource: &str, ending: &str) -> bool {
        let act = Act {
            namespace: self.named(ending).to_string(),
            verb: verb.into(),
            resource: resource.into(),
            ..Act::default()
        };
        may(&self.cluster.admin, &subject.username(), &[], &act).await.unwrap().allowed
    }

    /// Every role binding of the test's namespaces, as the API server has them.
    pub(crate) async fn objects(&self) -> Vec<serde_json::Value> {
        let all = self.cluster.kubectl(&["get", "rolebindings", "-A", "-o", "json", "--show-managed-fields"]);
        let all: serde_json::Value = serde_json::from_str(&all).unwrap();
        let own = |it: &&serde_json::Value| {
            let namespace = it["metadata"]["namespace"].as_str().unwrap();
            namespace.starts_with(&format!("{}-", self.id))
        };
        all["items"].as_array().unwrap().iter().filter(own).cloned().collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_is_fulfilled_changed_and_withdrawn() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let controller = room.controller("a").await;
    let (bob, program) = (room.grant("dev", user(1), STANDARD), room.grant("dev", token(1), STANDARD));
    let namespaces = [room.named("dev")];

    let version = room.desk.want(room.organization, &[bob.clone(), program.clone()], &namespaces);
    let report = room.desk.in_sync(version).await;
    assert_eq!(report.bindings.len(), 2);
    assert!(report.drift.is_empty() && report.claimed.is_empty());
    assert!(room.may(user(1), "list", "configmaps", "dev").await);
    assert!(room.may(token(1), "create", "secrets", "dev").await);
    assert!(!room.may(user(1), "create", "pods", "dev").await);

    let mut renamed = bob.clone();
    renamed.note.subject = "system:masters".into();
    let full = room.grant("dev", user(1), FULL);
    let version = room.desk.want(room.organization, &[renamed, full], &namespaces);
    let report = room.desk.in_sync(version).await;
    assert!(report.drift.is_empty(), "a wish that changes is nobody's drift");
    assert!(room.may(user(1), "create", "pods/exec", "dev").await);
    assert!(!room.may(token(1), "list", "configmaps", "dev").await);
    for object in room.objects().await {
        let name = |it: &serde_json::Value| it.to_string();
        assert!(
            !name(&object["subjects"]).contains("system:") && !name(&object["metadata"]["labels"]).contains("system:")
        );
    }

    let version = room.desk.want(room.organization, &[], &namespaces);
    room.desk.in_sync(version).await;
    assert_eq!(room.objects().await, Vec::<serde_json::Value>::new());
    assert!(!room.may(user(1), "list", "configmaps", "dev").await);
    controller.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_look_writes_nothing() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let controller = room.controller("a").await;
    let grants = [1, 2, 3].map(|number| room.grant("dev", user(number), STANDARD));
    let version = room.desk.want(room.organization, &grants, &[room.named("dev")]);
    room.desk.in_sync(version).await;
    let before = room.objects().await;

    let asked = room.desk.times_asked();
    room.desk.push(room.organization);
    room.desk.was_asked(asked + 1).await;
    // The next answer comes after the look of this one has ended: an organization is looked at one look at a time.
    room.desk.push(room.organization);
    room.desk.was_asked(asked + 2).await;
    controller.stop().await;
    // A controller that knows nothing yet finds the same.
    let asked = room.desk.times_asked();
    let successor = room.controller("b").await;
    room.desk.was_asked(asked + 1).await;
    successor.stop().await;
    assert_eq!(before, room.objects().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_is_made_and_a_name_that_somebody_else_has_is_not_touched() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let taken = room.named("taken");
    room.cluster.kubectl(&["create", "namespace", taken.as_str()]);
    let before = room.cluster.kubectl(&["get", "namespace", taken.as_str(), "-o", "json", "--show-managed-fields"]);
    let controller = room.controller("a").await;
    let grants = [room.grant("dev", user(1), STANDARD), room.grant("taken", user(1), STANDARD)];
    room.desk.want(room.organization, &grants, &[room.named("dev"), taken.clone()]);
    let report = room.desk.report(0, "the namespace is somebody else's", |it| it.namespaces.contains_key(&taken)).await;
    assert_eq!(report.namespaces[&taken], Err(Failure::Foreign));
    assert_eq!(report.bindings[&grants[1].key()], Err(Failure::Foreign));
    assert_eq!(report.bindings[&grants[0].key()], Ok(()), "one that fails stops no other");
    let label = room.cluster.kubectl(&[
        "get",
        "namespace",
        room.named("dev").as_str(),
        "-o",
        "jsonpath={.metadata.labels.bailiwick/organization}",
    ]);
    assert_eq!(label, room.organization.to_string());
    let after = room.cluster.kubectl(&["get", "namespace", taken.as_str(), "-o", "json", "--show-managed-fields"]);
    assert_eq!(before, after);

    // The operator adopts it: then it is the organization's, and what it was stays.
    let writer = controller::apply::Writer::new(room.cluster.as_controller(None).await, controller::Term::unlimited());
    writer.adopt_namespace(&taken, room.organization).await.unwrap();
    let report = room.desk.report(0, "adopted", |it| it.is_in_sync()).await;
    assert_eq!(report.namespaces.len(), 2);
    let other = domain::id::OrganizationId::from_random([7; 16]);
    assert_eq!(writer.adopt_namespace(&taken, other).await, Err(Failure::Foreign));
    controller.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_that_would_delete_many_waits_for_its_confirmation() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let controller = room.controller("a").await;
    let grants: Vec<_> = (0..8).map(|number| room.grant("dev", user(number), STANDARD)).collect();
    let namespaces = [room.named("dev")];
    let version = room.desk.want(room.organization, &grants, &namespaces);
    room.desk.in_sync(version).await;
    room.desk.want(room.organization, &[], &namespaces);
    let report = room.desk.report(0, "held", |it| it.held.is_some()).await;
    assert_eq!(report.held.map(|it| (it.deletions, it.of)), Some((8, 8)));
    assert!(!report.is_withdrawn());
    assert_eq!(room.objects().await.len(), 8);
    let version = room.desk.want_so(room.organization, &[], &namespaces, Deletions::Confirmed);
    room.desk.in_sync(version).await;
    assert_eq!(room.objects().await.len(), 0);
    controller.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_bindings_come_and_a_grant_is_felt_at_once() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let controller = room.controller("a").await;
    let namespaces = [room.named("dev")];
    let first = room.desk.want(room.organization, &[], &namespaces);
    room.desk.in_sync(first).await;

    let grants: Vec<_> = (0..200).map(|number| room.grant("dev", user(number), STANDARD)).collect();
    let began = Instant::now();
    let version = room.desk.want(room.organization, &grants, &namespaces);
    room.desk.in_sync(version).await;
    println!("200 bindings: {:?}", began.elapsed());

    let mut felt = Vec::new();
    let mut ended = Vec::new();
    for number in 0..20 {
        let alone = [grants.clone(), vec![room.grant("dev", token(number), STANDARD)]].concat();
        room.desk.want(room.organization, &alone, &namespaces);
        let allowed = async || room.may(token(number), "list", "configmaps", "dev").await;
        felt.push(within(Duration::from_secs(2), "a grant is felt", allowed).await);
        room.desk.want(room.organization, &grants, &namespaces);
        let refused = async || !room.may(token(number), "list", "configmaps", "dev").await;
        ended.push(within(Duration::from_secs(2), "a withdrawal is felt", refused).await);
    }
    felt.sort();
    ended.sort();
    println!("a grant is felt after {:?} (median), {:?} (longest)", felt[10], felt[19]);
    println!("a withdrawal is felt after {:?} (median), {:?} (longest)", ended[10], ended[19]);
    controller.stop().await;
}
