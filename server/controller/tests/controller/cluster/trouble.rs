//! The API server, or the office, is away for a while.

use super::{Room, cluster, now, relay::Relay, within};
use crate::people::user;
use controller::{Connection, Failure, Trouble};
use domain::{binding::ClusterRole, time::Timestamp};
use std::time::Duration;
use tokio::time::{Instant, timeout};

const STANDARD: ClusterRole = ClusterRole::Standard;

/// Issue 4 promises ten seconds.
const CONVERGED_WITHIN: Duration = Duration::from_secs(10);
const LAPSED: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread")]
async fn an_api_server_that_was_away_is_noticed_and_brought_up_to_date() {
    let Some(cluster) = cluster().await else { return };
    let relay = Relay::to(&cluster.address()).await;
    let room = cluster.room().await;
    let controller = room.controller_by("a", Some(&relay.address)).await;
    let namespaces = [room.named("dev")];
    let (bob, carol) = (room.grant("dev", user(1), STANDARD), room.grant("dev", user(2), STANDARD));
    let version = room.desk.want(room.organization, std::slice::from_ref(&bob), &namespaces);
    room.desk.in_sync(version).await;

    relay.cut().await;
    let began = Instant::now();
    room.connection(|it| matches!(it, Connection::Disconnected { .. })).await;
    println!("noticed after {:?} that the API server is away", began.elapsed());
    let version = room.desk.want(room.organization, &[carol], &namespaces);
    let away = |report: &controller::Report| report.version == version && report.concerns_all().is_some();
    let told = room.desk.report(0, "away", away).await;
    assert!(matches!(told.lingering.get(&bob.key()), Some(Failure::Unavailable(_))), "{told:?}");
    assert!(!told.is_withdrawn() && !told.is_in_sync());
    // Long enough for every wait to have become the longest, and for the Lease to have lapsed.
    within(Duration::from_secs(30), "the lease lapses", async || now().since(room.renewed_at()) > LAPSED).await;
    // Meanwhile somebody else meddles.
    let name = room.objects().await[0]["metadata"]["name"].as_str().unwrap().to_owned();
    room.cluster.kubectl(&["-n", room.named("dev").as_str(), "label", "rolebinding", &name, "bailiwick/subject-"]);

    relay.mend();
    let began = Instant::now();
    room.desk.report_within(CONVERGED_WITHIN, 0, "converged", |it| it.version == version && it.is_in_sync()).await;
    println!("converged {:?} after the API server came back", began.elapsed());
    assert_eq!(room.objects().await.len(), 1);
    room.connection(|it| matches!(it, Connection::Connected { .. })).await;
    controller.stop().await;
}

impl Room {
    fn renewed_at(&self) -> Timestamp {
        let path = "jsonpath={.spec.renewTime}";
        let text = self.cluster.kubectl(&["get", "lease", "bailiwick-controller", "-n", &self.id, "-o", path]);
        Timestamp::parse(&text).unwrap()
    }

    /// Waits until this is the last that was said of the connection.
    async fn connection(&self, is_so: impl Fn(&Connection) -> bool) {
        let mut connections = self.desk.connections.subscribe();
        let waited = timeout(CONVERGED_WITHIN, connections.wait_for(|all| all.last().is_some_and(&is_so))).await;
        waited.expect("the connection is spoken of").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_controller_that_starts_without_an_api_server_waits_for_it() {
    let Some(cluster) = cluster().await else { return };
    let relay = Relay::to(&cluster.address()).await;
    relay.cut().await;
    let room = cluster.room().await;
    let controller = room.controller_by("a", Some(&relay.address)).await;
    let version = room.desk.want(room.organization, &[room.grant("dev", user(1), STANDARD)], &[room.named("dev")]);
    room.connection(|it| matches!(it, Connection::Disconnected { .. })).await;
    relay.mend();
    let began = Instant::now();
    room.desk.in_sync(version).await;
    println!("in sync {:?} after the API server came", began.elapsed());
    controller.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_an_error_nor_an_older_wish_deletes_anything() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let controller = room.controller("a").await;
    let namespaces = [room.named("dev")];
    let grants = [1, 2].map(|number| room.grant("dev", user(number), STANDARD));
    room.desk.want(room.organization, &grants, &namespaces);
    let version = room.desk.want(room.organization, &grants, &namespaces);
    room.desk.in_sync(version).await;
    let before = room.objects().await;

    *room.desk.trouble.lock().unwrap() = Some(Trouble("the database is away".into()));
    let asked = room.desk.times_asked();
    room.desk.push(room.organization);
    // It is asked again and again, by itself.
    room.desk.was_asked(asked + 3).await;
    assert_eq!(before, room.objects().await);

    room.desk.falls_back(room.organization);
    *room.desk.trouble.lock().unwrap() = None;
    let asked = room.desk.times_asked();
    room.desk.was_asked(asked + 3).await;
    assert_eq!(before, room.objects().await);

    let version = room.desk.want(room.organization, &grants[..1], &namespaces);
    let version = room.desk.want(room.organization, &grants[..1], &namespaces).max(version);
    room.desk.in_sync(version).await;
    within(Duration::from_secs(1), "then it goes on", async || room.objects().await.len() == 1).await;
    controller.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_was_deleted_comes_back_with_its_bindings() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let controller = room.controller("a").await;
    let bob = room.grant("dev", user(1), STANDARD);
    let version = room.desk.want(room.organization, std::slice::from_ref(&bob), &[room.named("dev")]);
    room.desk.in_sync(version).await;
    let since = room.desk.count();
    room.cluster.kubectl(&["delete", "namespace", room.named("dev").as_str(), "--wait=false"]);
    let most = Duration::from_secs(30);
    let ending = |report: &controller::Report| report.bindings[&bob.key()] == Err(Failure::NamespaceEnding);
    room.desk.report_within(most, since, "the namespace ends", ending).await;
    let since = room.desk.count();
    room.desk.report_within(most, since, "made anew", controller::Report::is_in_sync).await;
    assert!(room.may(user(1), "list", "configmaps", "dev").await);
    controller.stop().await;
}
