//! A token at the real API server: who it is there, what it may, and when it is over.

use crate::{
    browser::{Person, Token},
    front::{Front, audience},
    given::{facts, run},
    measure::{AT_FIRST, SOON, told, within},
    place::{On, Place, on_cluster_with},
    requests::{Answered, Requests, mistyped},
};
use domain::membership::Role;
use serde_json::Value;
use std::{fs, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, interval},
};
use usecases::Cluster;

/// Section 6 of the contract: the API server itself keeps successes for ten seconds.
const OVER_WITHIN: Duration = Duration::from_secs(12);

/// What opens the API server.
pub(crate) enum Credential {
    OfToken(Token),
    /// Of a person's machine that was let in.
    OfPerson(Box<Person>, String),
}

impl Credential {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::OfToken(token) => &token.secret,
            Self::OfPerson(_, text) => text,
        }
    }
}

impl Place {
    /// As many tokens and as many people who may read this namespace: tokens first.
    pub(crate) async fn credentials(&self, count: usize, namespace: &str) -> Vec<Credential> {
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(Credential::OfToken(self.ada.create_token(&[("namespaces[]", namespace)]).await));
        }
        for _ in 0..count {
            let person = self.house.seat(&self.id, Role::Member).await;
            self.save(&self.ada, &person, &[namespace]).await;
            let shown = person.log_in().await.credential(&self.house).await.json();
            all.push(Credential::OfPerson(Box::new(person), shown["token"].as_str().unwrap().to_owned()));
        }
        all
    }

    /// Removes the token, or switches the person off.
    pub(crate) async fn end(&self, credential: &Credential) {
        match credential {
            Credential::OfPerson(person, _) => self.ada.deactivate(person).await,
            Credential::OfToken(token) => {
                let fields = [("organization", self.id.as_str()), ("token", token.id.as_str())];
                let answer = self.ada.call("tokens/remove", &fields).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
            }
        }
    }

    pub(crate) async fn is_let_in_with(&self, credential: &str, namespace: &str) -> bool {
        self.requests.with_token(credential, namespace).await == Answered::Allowed
    }
}

/// How long until nobody is known by this credential. Asked now and then: many are waited for at once.
async fn unknown(requests: Requests, credential: String, namespace: String) -> Duration {
    let (began, mut turns) = (Instant::now(), interval(Duration::from_millis(500)));
    while requests.with_token(&credential, &namespace).await != Answered::Unauthorized {
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
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let token = Token { id: text(&made["token"]["id"]), secret: text(&made["secret"]) };
        let _front = Front::open(&place.house, &facts).await;
        let _controller = place.controller().await;
        within(AT_FIRST, "the token works", async || place.is_let_in_with(&token.secret, &dev).await).await;

        let elsewhere = place.requests.with_token(&token.secret, &live).await;
        let named = format!("\"bailiwick:token:{}\"", token.id);
        assert!(matches!(&elsewhere, Answered::Forbidden(said) if said.contains(&named)), "{elsewhere:?}");
        for garbage in ["garbage", "bwk_", &mistyped(&token.secret)] {
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
        assert!(place.is_let_in_with(&token.secret, &dev).await);
    });
}

impl Place {
    /// Sets the end of a token's time, which nobody can choose so near, and makes the controller look at it.
    async fn ends_in(&self, token: &Token, time: Duration) -> Instant {
        let (end, micros) = (Instant::now() + time, i64::try_from(time.as_micros()).unwrap());
        let at = self.house.installation.clock.now().micros() + micros;
        let last_four = &token.secret[token.secret.len() - 4..];
        // As SQLite keeps it.
        self.house.trial.execute(&format!("update tokens set expires_at = {at} where last_four = '{last_four}'")).await;
        self.ada.create_token(&[]).await;
        end
    }
}

/// No database makes a difference to what an API server keeps.
#[test]
fn what_is_over_is_refused_within_two_seconds_and_unknown_within_twelve() {
    let Some(facts) = facts() else { return };
    on_cluster_with(On::Sqlite, audience(&facts), async |place| {
        let dev = place.ada.create_namespace("dev").await;
        let (all, kept) = (place.credentials(50, &dev).await, place.credentials(1, &dev).await);
        let expiring = place.ada.create_token(&[("namespaces[]", &dev), ("expires", "1h")]).await;
        let _front = Front::open(&place.house, &facts).await;
        let _controller = place.controller().await;
        let (tokens, people) = all.split_at(50);
        let kinds = [(tokens, "a token's removal"), (people, "a deactivation")];
        let mut following = Vec::new();
        for (some, what) in kinds {
            let (mut refused, mut unknowns) = (Vec::new(), JoinSet::new());
            for credential in some {
                let is_let_in = async || place.is_let_in_with(credential.text(), &dev).await;
                within(AT_FIRST, "it opens", is_let_in).await;
                place.end(credential).await;
                unknowns.spawn(unknown(place.requests.clone(), credential.text().to_owned(), dev.clone()));
                refused.push(within(SOON, "refused", async || !is_let_in().await).await);
            }
            told(&format!("from {what} to the first refusal"), refused);
            following.push((unknowns, what));
        }

        // By time alone: the console is told nothing.
        let end = place.ends_in(&expiring, Duration::from_secs(2)).await;
        let is_let_in = async || place.is_let_in_with(&expiring.secret, &dev).await;
        assert!(is_let_in().await, "not yet");
        let ends_in = end.saturating_duration_since(Instant::now());
        let took = within(ends_in + SOON, "refused", async || !is_let_in().await).await;
        assert!(took >= ends_in, "refused {:?} before its end", ends_in - took);
        println!("refused {:.1?} after its time was over", took - ends_in);
        let expired = unknown(place.requests.clone(), expiring.secret.clone(), dev.clone()).await;
        println!("nobody's {:.1?} after its time was over", took - ends_in + expired);

        for (unknowns, what) in following {
            told(&format!("from {what} until nobody is known by it"), unknowns.join_all().await);
        }
        for credential in &kept {
            assert!(place.is_let_in_with(credential.text(), &dev).await, "nobody else's is touched");
        }
    });
}
