//! The API server is away for a while: the console goes on, says so, and the cluster follows when it is back.

use crate::{
    measure::{AT_FIRST, within},
    place::{On, asked, on_cluster_with},
    relay::Relay,
};
use domain::membership::Role;
use std::time::Duration;
use tokio::time::{Instant, interval};

/// Longer than a heartbeat and the longest wait before another try, and long enough for the Lease to lapse.
/// `BAILIWICK_TEST_OUTAGE` asks for another, in seconds.
const OUTAGE: u64 = 13;
/// A heartbeat, the time for its answer, and a reserve.
const NOTICED_WITHIN: Duration = Duration::from_secs(9);
/// Issue 4 promises it.
const CONVERGED_WITHIN: Duration = Duration::from_secs(10);

const AWAY: &str = "The cluster does not answer, so it is out of sync with this page since ";

#[test]
fn while_the_api_server_is_away_the_console_works_and_afterwards_the_cluster_follows() {
    on_cluster_with(
        On::Sqlite,
        |_| {},
        async |place| {
            let outage = Duration::from_secs(asked("BAILIWICK_TEST_OUTAGE", OUTAGE));
            let dev = place.ada.create_namespace("dev").await;
            let mut people = Vec::new();
            for _ in 0..20 {
                let member = place.house.seat(&place.id, Role::Member).await;
                place.save(&place.ada, &member, &[&dev]).await;
                people.push((place.username(&member).await, member));
            }
            let way = Relay::to(&place.server).await;
            let controller = place.controller_through(&way).await;
            within(AT_FIRST, "in sync", async || place.sync_of(&dev).await == "in_sync").await;
            assert!(!place.page("namespaces").await.contains(AWAY));

            let now = || place.house.installation.clock.now();
            let cut = now();
            way.cut().await;
            let began = Instant::now();
            let noticed =
                within(NOTICED_WITHIN, "the page says so", async || place.page("namespaces").await.contains(AWAY))
                    .await;
            // With its tags: the time stands in one of them.
            let page = place.ada.visit(&format!("/o/{}/namespaces", place.id)).await.text;
            let since = page.split(AWAY).nth(1).unwrap().split("datetime=\"").nth(1).unwrap();
            let since = domain::time::Timestamp::parse(since.split('"').next().unwrap()).unwrap();
            assert!(since.micros() / 1_000_000 >= cut.micros() / 1_000_000 && since <= now(), "{cut:?} {since:?}");

            // Whoever is switched off meanwhile is spread over the whole of it, up to its end.
            let (off, on) = people.split_at(8);
            let left = outage.saturating_sub(began.elapsed());
            let mut turns = interval(left / u32::try_from(off.len()).unwrap());
            turns.tick().await;
            for (_, member) in off {
                turns.tick().await;
                let asked = Instant::now();
                place.ada.deactivate(member).await;
                let page = place.page("organization").await;
                assert!(
                    asked.elapsed() < Duration::from_secs(2),
                    "the console waits for nobody: {:?}",
                    asked.elapsed()
                );
                let [said, waiting] = ["withdrawn in the cluster", "being withdrawn in the cluster"]
                    .map(|words| page.matches(words).count());
                assert!(said > 0 && said == waiting, "{said} of {waiting}");
                assert!(place.page("namespaces").await.contains(AWAY));
            }
            assert!(place.may_read(&off[0].0, &dev).await, "nothing has been withdrawn yet");
            let away = began.elapsed();

            way.mend();
            let began = Instant::now();
            for (username, _) in off {
                let most = CONVERGED_WITHIN.saturating_sub(began.elapsed());
                within(most, "each is refused", async || !place.may_read(username, &dev).await).await;
            }
            let refused = began.elapsed();
            within(CONVERGED_WITHIN - refused, "the pages say so", async || {
                let page = place.page("organization").await;
                !page.contains("being withdrawn") && !place.page("namespaces").await.contains(AWAY)
            })
            .await;
            println!(
                "noticed after {noticed:.1?}, away for {away:.1?}; all refused {refused:.1?} after the return, \
             all told after {:.1?}",
                began.elapsed()
            );
            for (username, _) in on {
                assert!(place.may_read(username, &dev).await, "nobody else is touched");
            }
            controller.stop().await;
        },
    );
}
