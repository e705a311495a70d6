//! What an API server is told when it asks whose a token is.

use crate::{
    browser::{Answer, Ask, Browser},
    house::{House, on_both},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/cluster/v1/token-review";
const API: &str = "https://kubernetes.default.svc";

fn question(version: &str, token: &str, audiences: &[&str]) -> String {
    json!({
        "apiVersion": format!("authentication.k8s.io/{version}"),
        "kind": "TokenReview",
        "metadata": { "creationTimestamp": null },
        "spec": { "token": token, "audiences": audiences },
    })
    .to_string()
}

async fn ask(browser: &Browser, credential: &str, body: impl Into<Vec<u8>>) -> Answer {
    let ask = Ask::post(format!("{PATH}?timeout=30s"), body).with("content-type", "application/json");
    browser.send(ask.with("authorization", format!("Bearer {credential}"))).await
}

/// As the API server asks.
async fn review(house: &House, version: &str, token: &str, audiences: &[&str]) -> Answer {
    let credential = house.installation.keys.cluster_secret();
    ask(&house.anonymous(), credential.expose_secret(), question(version, token, audiences)).await
}

async fn is_authenticated(house: &House, token: &str) -> bool {
    let answer = review(house, "v1", token, &[API]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["status"]["authenticated"] == true
}

#[test]
fn a_token_is_known_by_fixed_words_and_ids_in_both_versions() {
    on_both(async |house| {
        let ada = house.found("system:masters", "system.masters@northwind.example").await;
        let token = ada.create_token(&[("name", "system:masters")]).await;
        let organization = house.organization(&ada.slug).await.id;
        for version in ["v1", "v1beta1"] {
            let answer = review(&house, version, &token.secret, &[API]).await;
            assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.text);
            let said = answer.json();
            assert_eq!(said["apiVersion"], format!("authentication.k8s.io/{version}"));
            assert_eq!(said["kind"], "TokenReview");
            assert_eq!(
                said["status"],
                json!({
                    "authenticated": true,
                    "user": {
                        "username": format!("bailiwick:token:{}", token.id),
                        "uid": format!("token-{}", token.id),
                        "groups": [format!("bailiwick:organization:{organization}")],
                    },
                    "audiences": [API],
                })
            );
            assert!(!answer.text.contains("system") && !answer.text.contains(&token.secret), "{}", answer.text);
        }
    });
}

#[test]
fn what_opens_nothing_is_nobody() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (removed, hour) = (ada.create_token(&[]).await, ada.create_token(&[("expires", "1h")]).await);
        assert!(is_authenticated(&house, &removed.secret).await && is_authenticated(&house, &hour.secret).await);
        ada.call("tokens/remove", &[("organization", "northwind"), ("token", &removed.id)]).await;
        assert!(!is_authenticated(&house, &removed.secret).await, "removed");
        house.advance(Duration::from_secs(3600));
        assert!(!is_authenticated(&house, &hour.secret).await, "expired");
        let session = ada.session().unwrap();
        for other in ["bwk_", "nonsense", "system:masters", session.as_str(), &"x".repeat(9_000)] {
            assert!(!is_authenticated(&house, other).await, "{other}");
        }
    });
}

#[test]
fn a_token_is_good_for_no_other_audience() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let token = ada.create_token(&[]).await;
        let vault = review(&house, "v1", &token.secret, &["vault"]).await.json();
        assert_eq!(vault["status"], json!({ "authenticated": false }));
        let both = review(&house, "v1", &token.secret, &["vault", API]).await.json();
        assert_eq!((&both["status"]["authenticated"], &both["status"]["audiences"]), (&true.into(), &json!([API])));
    });
}

#[test]
fn nobody_but_the_api_server_may_ask() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let token = ada.create_token(&[]).await;
        let body = question("v1", &token.secret, &[]);
        for credential in ["", "x", &token.secret, &ada.session().unwrap(), "bwc_0000000000000000000000"] {
            let answer = ask(&ada, credential, body.as_str()).await;
            assert_eq!(answer.brief(), "401 not_an_api_server", "{credential}");
        }
        assert_eq!(ada.send(Ask::get(PATH)).await.status, 405);
    });
}

#[test]
fn what_is_no_review_is_refused() {
    on_both(async |house| {
        let credential = house.installation.keys.cluster_secret();
        let browser = house.anonymous();
        for body in ["", "{}", "null", "a=b", &question("v2", "x", &[]), &question("v1", "", &[])] {
            assert_eq!(ask(&browser, credential.expose_secret(), body).await.brief(), "400 bad_request", "{body}");
        }
        let huge = ask(&browser, credential.expose_secret(), vec![b' '; 100_000]).await;
        assert_eq!(huge.brief(), "413 body_too_large");
    });
}

#[test]
fn trouble_of_ours_is_never_a_no() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let token = ada.create_token(&[]).await;
        house.post().await;
        house.installation.db.close().await;
        let answer = review(&house, "v1", &token.secret, &[API]).await;
        assert_eq!(answer.brief(), "503 unavailable");
        assert_eq!(answer.json().get("status"), None::<&Value>);
        // What can be told without asking it is told.
        assert!(!is_authenticated(&house, "nonsense").await);
    });
}
