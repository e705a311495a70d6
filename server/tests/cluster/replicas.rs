//! Two replicas at one database: one of them writes, and when it dies the other does.

use crate::{
    measure::{AT_FIRST, within},
    place::{On, Place, on_cluster_with},
};
use bailiwick::office::Here;
use domain::membership::Role;
use std::time::Duration;

/// Issue 4 promises it.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(20);

#[test]
fn when_the_replica_that_writes_is_killed_the_other_withdraws_within_twenty_seconds() {
    on_cluster_with(
        On::Postgres,
        |_| {},
        async |place: &Place| {
            let dev = place.ada.create_namespace("dev").await;
            let (bo, chika) =
                (place.house.seat(&place.id, Role::Member).await, place.house.seat(&place.id, Role::Member).await);
            for member in [&bo, &chika] {
                place.save(&place.ada, member, &[&dev]).await;
            }
            let (bo, chika) = ((place.username(&bo).await, bo), (place.username(&chika).await, chika));
            let first = place.controller().await;
            within(AT_FIRST, "the grants", async || place.may_read(&chika.0, &dev).await).await;
            let leader = place.leader();

            let replica = place.replica().await;
            let second = place.controller_of(Here::new(replica.installation.clone())).await;
            // At the replica that does not write: the other one finds it in the database.
            let ada = replica.again(&place.ada.email, &place.id).await;
            ada.deactivate(&bo.1).await;
            let took = within(Duration::from_secs(5), "found", async || !place.may_read(&bo.0, &dev).await).await;
            println!("what another replica changed was withdrawn after {took:.1?}");
            assert_eq!(place.leader(), leader);

            first.kill();
            ada.deactivate(&chika.1).await;
            let took = within(TAKEN_OVER_WITHIN, "taken over", async || !place.may_read(&chika.0, &dev).await).await;
            println!("withdrawn {took:.1?} after the replica that wrote was killed");
            assert_ne!(place.leader(), leader);
            second.stop().await;
            replica.installation.db.close().await;
        },
    );
}
