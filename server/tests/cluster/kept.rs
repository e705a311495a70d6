//! An API server that keeps what the webhook answered knows whose a token is long after it was removed, and still lets
//! it do nothing.

use crate::{
    front::{Front, audience},
    given::Own,
    measure::{AT_FIRST, SOON, told, within},
    place::{On, at},
    requests::Answered,
};
use std::{path::Path, time::Duration};
use tokio::time::{Instant, sleep_until};

/// For so long an API server keeps an answer whatever its flags say, and a reserve.
const KEPT_ANYWAY: Duration = Duration::from_secs(11);

#[test]
fn what_is_over_is_refused_within_two_seconds_even_where_answers_are_kept_for_two_minutes() {
    let Some(own) = Own::keeping_answers_for("2m") else { return };
    let kubeconfig = own.facts.get("KUBECONFIG");
    at(Path::new(kubeconfig), On::Sqlite, audience(&own.facts), async |place| {
        let dev = place.ada.create_namespace("dev").await;
        let all = place.credentials(50, &dev).await;
        let front = Front::open(&place.house, &own.facts).await;
        let _controller = place.controller().await;
        for credential in &all {
            let is_let_in = async || place.is_let_in_with(credential.text(), &dev).await;
            within(AT_FIRST, "it opens", is_let_in).await;
        }
        sleep_until(Instant::now() + KEPT_ANYWAY).await;
        let asked = front.asked();
        let (tokens, people) = all.split_at(50);
        for (some, what) in [(tokens, "a token's removal"), (people, "a deactivation")] {
            let mut refused = Vec::new();
            for credential in some {
                let is_let_in = async || place.is_let_in_with(credential.text(), &dev).await;
                assert!(is_let_in().await);
                place.end(credential).await;
                refused.push(within(SOON, "refused", async || !is_let_in().await).await);
            }
            told(&format!("from {what} to the first refusal, with answers kept for 2 m"), refused);
        }
        for credential in &all {
            let answered = place.requests.with_token(credential.text(), &dev).await;
            assert!(matches!(answered, Answered::Forbidden(_)), "whose it is, is still known: {answered:?}");
        }
        assert_eq!(front.asked(), asked, "every answer was the one that is kept");
    });
}
