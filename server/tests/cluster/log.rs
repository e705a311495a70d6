//! What API servers ask about stands in no log. It needs none of them.

use crate::{browser::Ask, captured::Log, house::on_both};
use secrecy::ExposeSecret;
use serde_json::json;

#[test]
fn no_token_that_an_api_server_asks_about_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::level_filters::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (token, removed) = (ada.create_token(&[]).await, ada.create_token(&[]).await);
        ada.call("tokens/remove", &[("organization", "northwind"), ("token", &removed.id)]).await;
        let other = "a-token-of-some-other-issuer".to_owned();
        let secrets = [token.secret.clone(), removed.secret.clone(), other];
        let own = house.installation.keys.cluster_secret().expose_secret().to_owned();
        let ask = async |token: &str, credential: &str, version: &str, audience: &str| {
            let body = json!({
                "apiVersion": format!("authentication.k8s.io/{version}"), "kind": "TokenReview",
                "spec": { "token": token, "audiences": [audience] },
            });
            let ask = Ask::post("/cluster/v1/token-review", body.to_string()).with("content-type", "application/json");
            house.anonymous().send(ask.with("authorization", format!("Bearer {credential}"))).await.status
        };
        let api = "https://kubernetes.default.svc";
        let mut seen = Vec::new();
        let mut all = async || {
            for secret in &secrets {
                seen.push(ask(secret, &own, "v1", api).await);
                seen.push(ask(secret, &own, "v1beta1", api).await);
                seen.push(ask(secret, &own, "v1", "vault").await);
                seen.push(ask(secret, &own, "v9", api).await);
                seen.push(ask(secret, secret, "v1", api).await);
            }
        };
        all().await;
        house.post().await;
        house.installation.db.close().await;
        all().await;
        for status in [200, 400, 401, 503] {
            assert!(seen.contains(&status), "{seen:?}");
        }
        let log = log.text();
        assert!(log.contains("the database can't be used"), "trouble is logged: {log}");
        for secret in secrets.iter().chain([&own]) {
            let line = log.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{}", line.unwrap_or_default());
        }
    });
}
