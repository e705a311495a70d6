//! A token at the real API server: who it is there, what it may, and when it is over.

use crate::{
    browser::Token,
    front::{Front, audience},
    given::{facts, run},
    measure::{AT_FIRST, SOON, told, within},
    place::{On, Place, on_cluster_with},
    requests::{Answered, Requests},
};
use std::{fs, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, interval},
};
use usecases::Cluster;

/// Section 6 of the contract: the API server itself keeps successes for ten seconds.
const OVER_WITHIN: Duration = Duration::from_secs(12);

impl Place {
    /// So many tokens that may read this namespace.
    pub(crate) async fn tokens(&self, count: usize, namespace: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        for _ in 0..count {
            tokens.push(self.ada.create_token(&[("namespaces[]", namespace)]).await);
        }
        tokens
    }

    pub(crate) async fn remove(&self, token: &Token) {
        let answer = self.ada.call("tokens/remove", &[("organization", &self.id), ("token", &token.id)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    pub(crate) async fn is_let_in(&self, token: &Token, namespace: &str) -> bool {
        self.requests.with_token(&token.secret, namespace).await == Answered::Allowed
    }
}

/// How long until nobody is known by this credential. Asked a few times a second: many are waited for at once.
async fn unknown(requests: Requests, secret: String, namespace: String) -> Duration {
    let (began, mut turns) = (Instant::now(), interval(Duration::from_millis(250)));
    while requests.with_token(&secret, &namespace).await != Answered::Unauthorized {
        assert!(began.elapsed() < OVER_WITHIN, "somebody is still known by this credential");
        turns.tick().await;
    }
    began.elapsed()
}

#[test]
fn a_token_opens_its_own_namespaces_at_the_api_server() {
    let Some(facts) = facts() else { return };
    let connect = |settings: &mut usecases::Settings| {
        let cluster = Cluster::at(facts.get("SERVER")).unwrap();
        let pem = fs::read_to_string(facts.get("CA_FILE")).unwrap();
        audience(&facts)(settings);
        settings.cluster = Some(cluster.proved_by(&pem).unwrap().called("harbour").unwrap());
    };
    on_cluster_with(On::Both, connect, async |place| {
        let ada = &place.ada;
        let (dev, live) = (ada.create_namespace("dev").await, ada.create_namespace("live").await);
        let organization = ("organization", place.id.as_str());
        let made = ada.call("tokens/create", &[organization, ("namespaces[]", &dev)]).await.json();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let token = Token { id: text(&made["token"]["id"]), secret: text(&made["secret"]) };
        let _front = Front::open(&place.house, &facts).await;
        let _controller = place.controller().await;
        within(AT_FIRST, "the token works", async || place.is_let_in(&token, &dev).await).await;

        let elsewhere = place.requests.with_token(&token.secret, &live).await;
        let named = format!("\"bailiwick:token:{}\"", token.id);
        assert!(matches!(&elsewhere, Answered::Forbidden(said) if said.contains(&named)), "{elsewhere:?}");
        for garbage in ["garbage", "bwk_", &format!("{}x", &token.secret[..token.secret.len() - 1])] {
            assert_eq!(place.requests.with_token(garbage, &dev).await, Answered::Unauthorized, "{garbage}");
        }

        // As it is downloaded, with nothing beside it.
        let file = place.write("kubeconfig.yaml", made["kubeconfig"].as_str().unwrap());
        let file = file.to_str().unwrap();
        let names =
            run(&["--kubeconfig", file, "create", "configmap", "greeting", "-o", "jsonpath={.metadata.namespace}"]);
        assert!(names.status.success(), "{}", String::from_utf8_lossy(&names.stderr));
        assert_eq!(String::from_utf8_lossy(&names.stdout), dev, "its namespace is the default");
        let pods = run(&["--kubeconfig", file, "auth", "can-i", "create", "pods"]);
        assert_eq!(String::from_utf8_lossy(&pods.stdout).trim(), "no");
        assert!(place.is_let_in(&token, &dev).await);
    });
}

impl Place {
    /// Sets the end of a token's time, which nobody can choose so near, and makes the controller look at it.
    async fn ends_in(&self, token: &Token, time: Duration) -> Instant {
        let (end, micros) = (Instant::now() + time, i64::try_from(time.as_micros()).unwrap());
        let at = self.house.installation.clock.now().micros() + micros;
        let at = match self.house.trial.db.kind() {
            "SQLite" => at.to_string(),
            _ => format!("to_timestamp({at} / 1000000.0)"),
        };
        let update = format!("update tokens set expires_at = {at} where last_four = '{}'", &token.secret[36..]);
        self.house.trial.execute(&update).await;
        self.ada.create_token(&[]).await;
        end
    }
}

/// No database makes a difference to what an API server keeps.
#[test]
fn a_token_that_is_over_is_refused_within_two_seconds_and_unknown_within_twelve() {
    let Some(facts) = facts() else { return };
    on_cluster_with(On::Sqlite, audience(&facts), async |place| {
        let dev = place.ada.create_namespace("dev").await;
        let (tokens, kept) = (place.tokens(50, &dev).await, place.tokens(1, &dev).await);
        let expiring = place.ada.create_token(&[("namespaces[]", &dev), ("expires", "1h")]).await;
        let _front = Front::open(&place.house, &facts).await;
        let _controller = place.controller().await;
        let (mut refused, mut following) = (Vec::new(), JoinSet::new());
        for token in tokens {
            within(AT_FIRST, "the token works", async || place.is_let_in(&token, &dev).await).await;
            place.remove(&token).await;
            following.spawn(unknown(place.requests.clone(), token.secret.clone(), dev.clone()));
            refused.push(within(SOON, "refused", async || !place.is_let_in(&token, &dev).await).await);
        }
        told("from a token's removal to the first refusal", refused);

        // By time alone: the console is told nothing.
        let end = place.ends_in(&expiring, Duration::from_secs(2)).await;
        assert!(place.is_let_in(&expiring, &dev).await, "not yet");
        let ends_in = end.saturating_duration_since(Instant::now());
        let took = within(ends_in + SOON, "refused", async || !place.is_let_in(&expiring, &dev).await).await;
        assert!(took >= ends_in, "refused {:?} before its end", ends_in - took);
        println!("refused {:.1?} after its time was over", took - ends_in);
        let expired = unknown(place.requests.clone(), expiring.secret.clone(), dev.clone()).await;
        println!("nobody's {:.1?} after its time was over", took - ends_in + expired);

        told("from a token's removal until it is nobody's", following.join_all().await);
        assert!(place.is_let_in(&kept[0], &dev).await, "no other token is touched");
    });
}
