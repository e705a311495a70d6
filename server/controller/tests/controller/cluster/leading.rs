//! Several controllers: one writes.

use super::cluster;
use crate::people::user;
use controller::{Lease, Report};
use domain::binding::ClusterRole;
use std::{sync::atomic::Ordering, time::Duration};
use tokio::time::Instant;

const STANDARD: ClusterRole = ClusterRole::Standard;

/// What the others may take until they write; issue 4 promises twenty.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn one_controller_writes_and_another_takes_over_from_a_dead_one() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let namespaces = [room.named("dev")];
    let first = room.controller("first").await;
    let version = room.desk.want(room.organization, &[room.grant("dev", user(1), STANDARD)], &namespaces);
    room.desk.in_sync(version).await;
    let second = room.controller("second").await;
    assert_eq!(room.holder(), "first");
    room.desk.stands("first", &Lease::Ours).await;
    room.desk.stands("second", &Lease::Held { by: "first".into() }).await;

    first.kill();
    let began = Instant::now();
    let version = room.desk.want(room.organization, &[room.grant("dev", user(2), STANDARD)], &namespaces);
    room.follows_within(TAKEN_OVER_WITHIN, version).await;
    println!("taken over from a dead one after {:?}", began.elapsed());
    assert_eq!(room.holder(), "second");
    room.desk.stands("second", &Lease::Ours).await;

    let third = room.controller("third").await;
    let began = Instant::now();
    second.stop().await;
    let version = room.desk.want(room.organization, &[room.grant("dev", user(3), STANDARD)], &namespaces);
    room.follows_within(Duration::from_secs(5), version).await;
    println!("handed over by one that was stopped after {:?}", began.elapsed());
    assert_eq!(room.holder(), "third");
    third.stop().await;
    assert_eq!(room.holder(), "");
}

/// By its own clock, each of the others would find the Lease long over, or yet to begin.
#[tokio::test(flavor = "multi_thread")]
async fn controllers_whose_clocks_differ_by_hours_take_turns_like_any_others() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let first = room.controller("first").await;
    let namespaces = [room.named("dev")];
    let version = room.desk.want(room.organization, &[], &namespaces);
    room.desk.in_sync(version).await;
    let ahead = room.controller_whose_clock_is("ahead", None, 5).await;
    let behind = room.controller_whose_clock_is("behind", None, -5).await;
    for other in ["ahead", "behind"] {
        room.desk.stands(other, &Lease::Held { by: "first".into() }).await;
    }
    assert_eq!(room.holder(), "first");

    first.stop().await;
    let version = room.desk.want(room.organization, &[room.grant("dev", user(1), STANDARD)], &namespaces);
    room.desk.in_sync(version).await;
    let next = room.holder();
    let (next, last) = if next == "ahead" { (ahead, behind) } else { (behind, ahead) };
    assert_eq!(last.window.asked.load(Ordering::SeqCst), 0, "of both, one");
    next.kill();
    let version = room.desk.want(room.organization, &[room.grant("dev", user(2), STANDARD)], &namespaces);
    room.follows_within(TAKEN_OVER_WITHIN, version).await;
    last.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_run_only_one_asks_what_is_wanted() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let first = room.controller("first").await;
    let namespaces = [room.named("dev")];
    let version = room.desk.want(room.organization, &[], &namespaces);
    room.desk.in_sync(version).await;
    let second = room.controller("second").await;
    for number in 0..20 {
        let version = room.desk.want(room.organization, &[room.grant("dev", user(number), STANDARD)], &namespaces);
        room.desk.in_sync(version).await;
    }
    assert_eq!(second.window.asked.load(Ordering::SeqCst), 0);
    assert_eq!(room.holder(), "first");
    second.stop().await;
    first.stop().await;
}

impl super::Room {
    async fn follows_within(&self, patience: Duration, version: i64) {
        let follows = |report: &Report| report.version == version && report.is_in_sync();
        self.desk.report_within(patience, 0, "followed", follows).await;
    }

    fn holder(&self) -> String {
        let path = "jsonpath={.spec.holderIdentity}";
        self.cluster.kubectl(&["get", "lease", "bailiwick-controller", "-n", &self.id, "-o", path])
    }
}
