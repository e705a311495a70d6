//! A controller far from the database, which asks the server over HTTP.

use crate::{
    measure::{AT_FIRST, SOON, told, within},
    place::{On, Place, on_cluster, on_cluster_with},
    remote::Remote,
};
use domain::membership::Role;
use std::time::Duration;

/// As after an outage of the API server.
const CONVERGED_WITHIN: Duration = Duration::from_secs(10);
/// Issue 4 promises it.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(20);

#[test]
fn a_controller_far_away_does_what_the_console_says_and_the_pages_say_so() {
    on_cluster(async |place| {
        let (ada, house) = (&place.ada, &place.house);
        let remote = Remote::serve(house).await;
        let controller = place.controller_of(remote.office()).await;
        let dev = ada.create_namespace("dev").await;
        within(AT_FIRST, "in sync", async || place.sync_of(&dev).await == "in_sync").await;
        assert!(place.page("namespaces").await.contains("in sync"));
        let (mut granted, mut gone) = (Vec::new(), Vec::new());
        let chika = house.seat(&place.id, Role::Member).await;
        place.save(ada, &chika, &[&dev]).await;
        let other = place.username(&chika).await;
        within(AT_FIRST, "the first grant", async || place.may_read(&other, &dev).await).await;
        for _ in 0..10 {
            let bo = house.seat(&place.id, Role::Member).await;
            let username = place.username(&bo).await;
            place.save(ada, &bo, &[&dev]).await;
            granted.push(within(AT_FIRST, "a grant is allowed", async || place.may_read(&username, &dev).await).await);
            ada.deactivate(&bo).await;
            gone.push(within(SOON, "withdrawn", async || !place.may_read(&username, &dev).await).await);
        }
        told("far away, from a grant to the first request that is allowed", granted);
        told("far away, from a deactivation to the first refusal", gone);
        within(SOON, "the page says when", async || {
            let page = place.page("organization").await;
            page.contains("withdrawn in the cluster") && !page.contains("being withdrawn")
        })
        .await;
        assert!(place.may_read(&other, &dev).await, "nobody else is touched");

        // What somebody else does in the cluster is put right, and told here.
        let binding = place.objects(&["rolebindings", "-n", &dev])[0]["metadata"]["name"].as_str().unwrap().to_owned();
        place.kubectl(&["delete", "rolebinding", "-n", &dev, &binding]);
        within(CONVERGED_WITHIN, "told", async || place.page("namespaces").await.contains("recreated")).await;
        controller.stop().await;
        assert_eq!(place.leader(), "", "the Lease is given back");
    });
}

#[test]
fn a_token_that_is_over_is_refused_by_a_controller_far_away_too() {
    on_cluster_with(
        On::Sqlite,
        |_| {},
        async |place| {
            let dev = place.ada.create_namespace("dev").await;
            let token = place.ada.create_token(&[("namespaces[]", &dev), ("expires", "1h")]).await;
            let username = format!("bailiwick:token:{}", token.id);
            let ends = place.house.installation.clock.now().plus(Duration::from_secs(8)).micros();
            place.house.trial.execute(&format!("update tokens set expires_at = {ends}")).await;
            let remote = Remote::serve(&place.house).await;
            let controller = place.controller_of(remote.office()).await;
            within(Duration::from_secs(8), "allowed", async || place.may_read(&username, &dev).await).await;
            within(Duration::from_secs(8) + SOON, "over", async || !place.may_read(&username, &dev).await).await;
            let late = place.house.installation.clock.now().micros() - ends;
            println!("far away, refused {late} µs after a token's end");
            assert!((0..2_000_000).contains(&late), "{late}");
            controller.stop().await;
        },
    );
}

#[test]
fn while_the_server_is_away_nothing_is_touched_and_afterwards_the_cluster_follows() {
    on_cluster_with(
        On::Sqlite,
        |_| {},
        async |place: &Place| {
            let (ada, house) = (&place.ada, &place.house);
            let (dev, bo, chika) = (
                ada.create_namespace("dev").await,
                house.seat(&place.id, Role::Member).await,
                house.seat(&place.id, Role::Member).await,
            );
            place.save(ada, &bo, &[&dev]).await;
            let remote = Remote::serve(house).await;
            let controller = place.controller_of(remote.office()).await;
            let (off, on) = (place.username(&bo).await, place.username(&chika).await);
            within(AT_FIRST, "the grant", async || place.may_read(&off, &dev).await).await;
            within(AT_FIRST, "in sync", async || place.sync_of(&dev).await == "in_sync").await;
            let bindings = || place.objects(&["rolebindings", "-n", &dev]);
            let before = bindings();
            let leader = place.leader();

            let left = async {
                remote.leave().await;
                // Everybody is looked at meanwhile: it sees its own binding differ, and does not know what is wanted.
                let name = before[0]["metadata"]["name"].as_str().unwrap();
                place.kubectl(&["label", "rolebinding", "-n", &dev, name, "team=others"]);
                ada.deactivate(&bo).await;
                place.save(ada, &chika, &[&dev]).await;
                remote.leave().await;
            };
            tokio::time::timeout(Duration::from_secs(60), left).await.expect("it asks again and again");
            assert_eq!(bindings().len(), before.len());
            assert!(place.may_read(&off, &dev).await && !place.may_read(&on, &dev).await, "nothing is touched");
            assert_eq!(place.sync_of(&dev).await, "applying");

            remote.come_back();
            let took = within(CONVERGED_WITHIN, "converged", async || {
                !place.may_read(&off, &dev).await && place.may_read(&on, &dev).await
            })
            .await;
            println!("converged {took:.1?} after the server's return");
            within(CONVERGED_WITHIN, "in sync", async || place.sync_of(&dev).await == "in_sync").await;
            assert_eq!(place.leader(), leader, "it has led all the time");
            controller.stop().await;
        },
    );
}

#[test]
fn a_server_without_its_database_has_nothing_deleted() {
    on_cluster_with(
        On::Postgres,
        |_| {},
        async |place: &Place| {
            let dev = place.ada.create_namespace("dev").await;
            let ada = place.username(&place.ada).await;
            // A replica that loses its database, while the other one goes on.
            let replica = place.replica().await;
            let remote = Remote::serve(&replica).await;
            let controller = place.controller_of(remote.office()).await;
            within(AT_FIRST, "the founder's grant", async || place.may_read(&ada, &dev).await).await;
            within(AT_FIRST, "in sync", async || place.sync_of(&dev).await == "in_sync").await;
            replica.installation.db.close().await;
            let binding =
                place.objects(&["rolebindings", "-n", &dev])[0]["metadata"]["name"].as_str().unwrap().to_owned();
            place.kubectl(&["label", "rolebinding", "-n", &dev, &binding, "team=others"]);
            let far = replica.program(&remote.credential);
            let answer = far.send(crate::browser::Ask::get(controller::wire::ORGANIZATIONS)).await;
            assert_eq!(answer.brief(), "503 unavailable");
            // Cut off, it comes back to the same trouble.
            tokio::time::timeout(Duration::from_secs(60), remote.leave()).await.expect("it asks again and again");
            remote.come_back();
            assert!(place.may_read(&ada, &dev).await);
            assert_eq!(place.objects(&["rolebindings", "-n", &dev]).len(), 1);
            controller.stop().await;
            assert!(place.may_read(&ada, &dev).await);
        },
    );
}

#[test]
fn a_controller_that_is_killed_is_followed_by_another_one_far_away() {
    on_cluster_with(
        On::Sqlite,
        |_| {},
        async |place: &Place| {
            let (ada, house) = (&place.ada, &place.house);
            let (dev, bo) = (ada.create_namespace("dev").await, house.seat(&place.id, Role::Member).await);
            place.save(ada, &bo, &[&dev]).await;
            let bo = (place.username(&bo).await, bo);
            let remote = Remote::serve(house).await;
            let first = place.controller_of(remote.office()).await;
            within(AT_FIRST, "the grant", async || place.may_read(&bo.0, &dev).await).await;
            let leader = place.leader();
            let second = place.controller_of(remote.office()).await;
            first.kill();
            ada.deactivate(&bo.1).await;
            let took = within(TAKEN_OVER_WITHIN, "taken over", async || !place.may_read(&bo.0, &dev).await).await;
            println!("far away, withdrawn {took:.1?} after the controller that wrote was killed");
            assert_ne!(place.leader(), leader);
            // One inside and one far away hear of the same changes; whoever writes, it is done.
            let third = place.controller().await;
            second.stop().await;
            ada.reactivate(&bo.1).await;
            within(TAKEN_OVER_WITHIN, "by the one inside", async || place.may_read(&bo.0, &dev).await).await;
            third.stop().await;
        },
    );
}
