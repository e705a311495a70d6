//! The database is an older copy of what the cluster was told.

use super::{Room, cluster, within};
use crate::people::user;
use controller::{Lease, plan::Deletions};
use domain::binding::ClusterRole;
use serde_json::{Value, json};
use std::time::Duration;

const STANDARD: ClusterRole = ClusterRole::Standard;
/// So often a controller comes by while nothing is written: every two seconds.
const TURNS: usize = 3;

impl Room {
    /// What the cluster remembers.
    fn remembers(&self) -> i64 {
        let path = "jsonpath={.metadata.annotations.bailiwick/told}";
        let text = self.cluster.kubectl(&["get", "lease", "bailiwick-controller", "-n", &self.id, "-o", path]);
        text.rsplit_once('.').map_or(0, |(_, count)| count.parse().unwrap())
    }

    /// Every object of the test's that a controller may write, and each time that it was written.
    fn all_written(&self) -> Vec<Value> {
        let all = self.cluster.kubectl(&["get", "rolebindings,namespaces", "-A", "-o", "json"]);
        let all: Value = serde_json::from_str(&all).unwrap();
        let own = |it: &&Value| it["metadata"].to_string().contains(&self.id);
        let version = |it: &Value| json!([it["metadata"]["name"], it["metadata"]["resourceVersion"]]);
        all["items"].as_array().unwrap().iter().filter(own).map(version).collect()
    }

    /// Nothing is written, however often the controller hears that it may have something to do.
    async fn stays_as_it_is(&self) {
        let before = self.all_written();
        let mut standings = self.desk.standings.subscribe();
        for _ in 0..TURNS {
            let told = standings.borrow_and_update().len();
            self.desk.push(self.organization);
            let again = standings.wait_for(|all| all.len() > told);
            tokio::time::timeout(Duration::from_secs(10), again).await.expect("it comes by").unwrap();
        }
        assert_eq!(self.all_written(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_is_not_followed_until_that_is_meant_by_whoever_runs_and_whoever_comes() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    room.desk.counts(0);
    let namespaces = [room.named("dev")];
    let (bob, carol) = (room.grant("dev", user(1), STANDARD), room.grant("dev", user(2), STANDARD));
    let first = room.controller("first").await;
    let version = room.desk.want(room.organization, std::slice::from_ref(&bob), &namespaces);
    room.desk.in_sync(version).await;
    assert_eq!((room.desk.counted(), room.remembers()), (1, 1), "remembered before anything was told");
    let backup = room.desk.copy();

    let version = room.desk.want(room.organization, std::slice::from_ref(&carol), &namespaces);
    room.desk.in_sync(version).await;
    assert_eq!((room.desk.counted(), room.remembers()), (2, 2));
    // Under a controller that runs.
    room.desk.restore(&backup);
    room.desk.push(room.organization);
    room.desk.is_remembered(2).await;
    room.stays_as_it_is().await;
    // What somebody else does to it meanwhile is not repaired either.
    let own = format!("{}-dev", room.id);
    room.cluster.kubectl(&["delete", "rolebindings", "-n", &own, "--all"]);
    room.stays_as_it_is().await;
    first.kill();
    let second = room.controller("second").await;
    room.desk.stands("second", &Lease::Ours).await;
    room.stays_as_it_is().await;
    assert_eq!((room.desk.counted(), room.remembers()), (1, 2), "and it does not count its way up");

    room.desk.counts(1_000_000_000);
    let reports = room.desk.count();
    let followed = |report: &controller::Report| report.version == 1 && report.is_in_sync();
    room.desk.report_within(Duration::from_secs(5), reports, "it is meant", followed).await;
    let bindings = room.cluster.kubectl(&["get", "rolebindings", "-n", &own, "-o", "name"]);
    assert!(bindings.contains(&bob.name().to_string()) && !bindings.contains(&carol.name().to_string()), "{bindings}");
    assert!(room.remembers() >= 1_000_000_000);
    let version = room.desk.want(room.organization, &[bob, carol], &namespaces);
    room.desk.in_sync(version).await;
    second.stop().await;
    assert_eq!(room.remembers(), room.desk.counted());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leads_next_and_whatever_breaks_off_finds_the_database_no_older() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    room.desk.counts(0);
    let namespaces = [room.named("dev")];
    let mut bindings = Vec::new();
    for number in 0..3 {
        let controller = room.controller(&format!("controller-{number}")).await;
        bindings.push(room.grant("dev", user(number), STANDARD));
        let version = room.desk.want(room.organization, &bindings, &namespaces);
        let done = |report: &controller::Report| report.version == version && report.is_in_sync();
        room.desk.report_within(Duration::from_secs(15), 0, "followed", done).await;
        assert!(room.remembers() <= room.desk.counted());
        // Counted, and not told any more: as by one that dies between the two.
        room.desk.counts(room.desk.counted() + 1);
        if number == 1 {
            controller.stop().await;
        } else {
            controller.kill();
        }
    }
    // The Lease is deleted under a controller, which has not forgotten.
    let last = room.controller("last").await;
    room.desk.stands("last", &Lease::Ours).await;
    let version = room.desk.want_so(room.organization, &[], &namespaces, Deletions::Confirmed);
    room.desk.in_sync(version).await;
    let remembered = room.remembers();
    room.cluster.kubectl(&["delete", "lease", "bailiwick-controller", "-n", &room.id]);
    within(Duration::from_secs(10), "made again", async || {
        room.cluster.run(&["get", "lease", "bailiwick-controller", "-n", &room.id]).status.success()
    })
    .await;
    assert_eq!(room.remembers(), remembered);
    last.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_database_that_takes_the_cluster_over_is_followed_at_once() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {
            "name": "bailiwick-controller", "namespace": room.id,
            "annotations": { "bailiwick/told": "0b0e7f52-6f3c-4f4e-9d0a-3f6b9d1c2a10.500", "note": "of before" },
        },
    });
    room.cluster.apply(&lease);
    room.desk.counts(0);
    let controller = room.controller("first").await;
    let version = room.desk.want(room.organization, &[], &[room.named("dev")]);
    room.desk.in_sync(version).await;
    assert_eq!(room.remembers(), 1);
    controller.stop().await;
}
