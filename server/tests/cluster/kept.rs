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
fn a_removed_token_is_refused_within_two_seconds_even_where_answers_are_kept_for_two_minutes() {
    let Some(own) = Own::keeping_answers_for("2m") else { return };
    let kubeconfig = own.facts.get("KUBECONFIG");
    at(Path::new(kubeconfig), On::Sqlite, audience(&own.facts), async |place| {
        let dev = place.ada.create_namespace("dev").await;
        let tokens = place.tokens(50, &dev).await;
        let front = Front::open(&place.house, &own.facts).await;
        let _controller = place.controller().await;
        for token in &tokens {
            within(AT_FIRST, "the token works", async || place.is_let_in(token, &dev).await).await;
        }
        sleep_until(Instant::now() + KEPT_ANYWAY).await;
        let asked = front.asked();
        let mut refused = Vec::new();
        for token in &tokens {
            assert!(place.is_let_in(token, &dev).await);
            place.remove(token).await;
            refused.push(within(SOON, "refused", async || !place.is_let_in(token, &dev).await).await);
        }
        told("from a token's removal to the first refusal, with answers kept for 2 m", refused);
        for token in &tokens {
            let answered = place.requests.with_token(&token.secret, &dev).await;
            assert!(matches!(answered, Answered::Forbidden(_)), "whose it is, is still known: {answered:?}");
        }
        assert_eq!(front.asked(), asked, "every answer was the one that is kept");
    });
}
