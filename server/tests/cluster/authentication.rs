//! A token at the real API server: who it is there, what it may, and when it is over.

use crate::{
    front::Front,
    place::{Place, facts, on_cluster_with, run, within},
};
use std::{fs, time::Duration};
use tokio::time::Instant;
use usecases::Cluster;

/// Section 6 of the contract: the API server itself keeps successes for ten seconds.
const OVER_WITHIN: Duration = Duration::from_secs(12);

/// Asks for the configuration in a namespace as whoever has this credential; answers what kubectl said against it.
async fn list(place: &Place, credential: &str, namespace: &str) -> Result<(), String> {
    let facts = facts().unwrap();
    let nothing = place.write("no-kubeconfig", "");
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    let words = ["--kubeconfig", nothing.to_str().unwrap(), "--server", facts.get("SERVER")].map(str::to_owned);
    let more = ["--certificate-authority", facts.get("CA_FILE"), "--token", credential, "get", "--raw", &path];
    let words = words.into_iter().chain(more.map(str::to_owned)).collect::<Vec<_>>();
    let kubectl = move || run(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let answer = tokio::task::spawn_blocking(kubectl).await.unwrap();
    if answer.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&answer.stderr).into_owned()) }
}

fn is_unauthorized(answer: &Result<(), String>) -> bool {
    answer.as_ref().is_err_and(|said| said.contains("Unauthorized"))
}

fn is_forbidden(answer: &Result<(), String>) -> bool {
    answer.as_ref().is_err_and(|said| said.contains("Forbidden"))
}

/// How long after its end the first refusal of any kind comes, and how long until nobody is known by this credential.
async fn over(place: &Place, credential: &str, namespace: &str, ends_in: Duration) -> (Duration, Duration) {
    let (began, mut refused) = (Instant::now(), None);
    let unknown = within(OVER_WITHIN + ends_in, "nobody is known by this credential", async || {
        let answer = list(place, credential, namespace).await;
        if answer.is_err() {
            refused.get_or_insert(began.elapsed());
        }
        is_unauthorized(&answer)
    })
    .await;
    let refused = refused.unwrap();
    assert!(refused >= ends_in, "refused {:?} before its end", ends_in - refused);
    (refused - ends_in, unknown - ends_in)
}

#[test]
fn a_token_opens_its_own_namespaces_at_the_api_server_until_it_ends() {
    let Some(facts) = facts() else { return };
    let connect = |settings: &mut usecases::Settings| {
        let cluster = Cluster::at(facts.get("SERVER")).unwrap();
        let pem = fs::read_to_string(facts.get("CA_FILE")).unwrap();
        // Its issuer, and so its audience, is its own address.
        settings.cluster_audiences = vec![facts.get("SERVER").to_owned()];
        settings.cluster = Some(cluster.proved_by(&pem).unwrap().called("harbour").unwrap());
    };
    on_cluster_with(connect, async |place| {
        let ada = &place.ada;
        let (dev, live) = (ada.create_namespace("dev").await, ada.create_namespace("live").await);
        let organization = ("organization", place.id.as_str());
        let made = ada.call("tokens/create", &[organization, ("namespaces[]", &dev)]).await.json();
        let removed = ada.create_token(&[("namespaces[]", &dev)]).await;
        let expired = ada.create_token(&[("namespaces[]", &dev), ("expires", "1h")]).await;
        let (id, secret) = (made["token"]["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
        let _front = Front::open(&place.house, &facts).await;
        let _controller = place.controller().await;
        for secret in [secret, &removed.secret, &expired.secret] {
            let allowed = async || list(place, secret, &dev).await.is_ok();
            within(Duration::from_secs(30), "the token works", allowed).await;
        }

        let elsewhere = list(place, secret, &live).await;
        assert!(is_forbidden(&elsewhere), "{elsewhere:?}");
        assert!(elsewhere.unwrap_err().contains(&format!("\"bailiwick:token:{id}\"")));
        for garbage in ["garbage", "bwk_", &format!("{}x", &secret[..secret.len() - 1])] {
            let answer = list(place, garbage, &dev).await;
            assert!(is_unauthorized(&answer), "{garbage}: {answer:?}");
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

        // By time alone: the console is told nothing.
        let ends_in = Duration::from_secs(2);
        let (set, now) = (Instant::now(), place.house.installation.clock.now().micros());
        let end = now + i64::try_from(ends_in.as_micros()).unwrap();
        let end = match place.house.trial.db.kind() {
            "SQLite" => end.to_string(),
            _ => format!("to_timestamp({end} / 1000000.0)"),
        };
        let tail = &expired.secret[expired.secret.len() - 4..];
        let update = format!("update tokens set expires_at = {end} where last_four = '{tail}'");
        place.house.trial.execute(&update).await;
        assert!(list(place, &expired.secret, &dev).await.is_ok(), "not yet");
        let answer = ada.call("tokens/remove", &[organization, ("token", &removed.id)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let ends_in = ends_in.saturating_sub(set.elapsed());
        let (removal, expiry) = tokio::join!(
            over(place, &removed.secret, &dev, Duration::ZERO),
            over(place, &expired.secret, &dev, ends_in)
        );
        println!("removed: refused after {:.1?}, unknown after {:.1?}", removal.0, removal.1);
        println!("expired: refused after {:.1?}, unknown after {:.1?}", expiry.0, expiry.1);
        for (refused, _) in [removal, expiry] {
            assert!(refused <= Duration::from_secs(2), "{refused:?}");
        }
        assert!(list(place, secret, &dev).await.is_ok(), "no other token is touched");
    });
}
