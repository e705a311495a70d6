//! The ways to the API when they are shut: no database, another version's, no credential, no server.

use crate::{
    house::on_both,
    machine::{Ran, bare, both_ways, ran},
};
use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse},
};
use std::{
    fs,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

const LIST: [&str; 3] = ["operator", "organization", "list"];

#[test]
fn where_no_database_is_none_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let ran = ran(bare().args(LIST).env("BAILIWICK_DATA", folder.path()), "");
    assert_eq!(ran.exit, 1, "{ran:?}");
    ran.says("BAILIWICK_DATA");
    ran.says("bailiwick migrate");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_database_of_another_version_is_left_as_it_is() {
    on_both(async |house| {
        let folder = tempfile::tempdir().unwrap();
        let list = || {
            let mut command = bare();
            command.args(LIST).env("BAILIWICK_DATA", folder.path()).env("BAILIWICK_DATABASE_URL", house.trial.url());
            ran(&mut command, "")
        };
        house.trial.as_if_newer().await;
        let refused = list();
        assert_eq!(refused.exit, 1, "{refused:?}");
        refused.says("of a newer bailiwick");
        house.trial.as_if_older().await;
        let refused = list();
        assert_eq!(refused.exit, 1, "{refused:?}");
        refused.says("run `bailiwick migrate`");
        assert_eq!(house.trial.db.migrations().await.unwrap().0, 1, "nothing was migrated");
    });
}

#[test]
fn nobody_is_the_operator_from_afar_without_a_credential_of_theirs() {
    both_ways(async |machine| {
        let token = machine.ada.create_token(&[("scopes[]", "members")]).await.secret;
        if !machine.is_far() {
            return;
        }
        let as_with = |credential: &str| {
            let mut command = machine.operator(&["organization", "list"]);
            ran(command.env("BAILIWICK_OPERATOR_CREDENTIAL", credential), "")
        };
        for wrong in [token.as_str(), "bwo_000000000000000000000000000000000000000000", "bwk_x", "hello"] {
            let refused = as_with(wrong);
            assert_eq!(refused.exit, 3, "{wrong}: {refused:?}");
            refused.says("bailiwick operator credential make NAME");
            assert!(!refused.err.contains(wrong), "{refused:?}");
        }
        let none = as_with("");
        assert_eq!(none.exit, 2, "{none:?}");
        none.says("BAILIWICK_OPERATOR_CREDENTIAL");

        let id = machine.json(&["credential", "list"])["credentials"][0]["id"].as_str().unwrap().to_owned();
        machine.done(&["credential", "end", &id, "--yes"]);
        assert_eq!(machine.run(&["organization", "list"]).exit, 3, "it ends at once");
    });
}

fn far(address: &str) -> Ran {
    let mut command = bare();
    command.args(LIST).args(["--server", address]).env("BAILIWICK_OPERATOR_CREDENTIAL", "bwo_secret-of-the-tests");
    ran(&mut command, "")
}

#[test]
fn a_credential_is_not_sent_in_clear_over_a_network() {
    for address in ["http://bailiwick.example", "http://192.0.2.1:3000", "bailiwick.example"] {
        let refused = far(address);
        assert_eq!(refused.exit, 2, "{address}: {refused:?}");
        assert!(!refused.err.contains("secret-of-the-tests"), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_answer_as_bailiwick_does_is_told_as_trouble() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let nobody = far(&format!("http://{address}"));
    assert_eq!(nobody.exit, 1, "{nobody:?}");
    nobody.says("Check the address and that it is up");

    // Another host's sign-in page, and a front that sends everybody there: whoever stands there gets no credential.
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let note = |page: &'static str, seen: &Arc<Mutex<Vec<String>>>| {
        let seen = seen.clone();
        async move |headers: HeaderMap| {
            let bearer = headers.get(header::AUTHORIZATION).map(|it| it.to_str().unwrap()).unwrap_or_default();
            seen.lock().unwrap().push(format!("{page} {bearer}"));
            if page == "front" {
                (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]).into_response()
            } else {
                Html("<p>Sign in</p>").into_response()
            }
        }
    };
    for page in ["front", "page"] {
        let elsewhere = Router::new().route("/elsewhere", axum::routing::get(note("elsewhere", &seen)));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = elsewhere.fallback(note(page, &seen));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let refused = tokio::task::spawn_blocking(move || far(&address)).await.unwrap();
        assert_eq!(refused.exit, 1, "{page}: {refused:?}");
        refused.says("(trouble)");
        serving.abort();
    }
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(!seen.iter().any(|it| it.starts_with("elsewhere")), "{seen:?}");
}

#[test]
fn doctor_warns_where_strangers_choose_names_without_a_prefix_and_fails_nothing_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let doctor = |settings: &[(&str, &str)]| {
        let mut command = bare();
        command.arg("doctor").env("BAILIWICK_DATA", folder.path()).envs(settings.iter().copied());
        ran(&mut command, "")
    };
    let migrated = ran(bare().arg("migrate").env("BAILIWICK_DATA", folder.path()), "");
    assert_eq!(migrated.exit, 0, "{migrated:?}");
    let open = doctor(&[]);
    assert_eq!(open.exit, 0, "{open:?}");
    open.says("warn  names");
    open.says("BAILIWICK_NAMESPACE_PREFIX");
    for setting in [("BAILIWICK_NAMESPACE_PREFIX", "tenant-"), ("BAILIWICK_SIGNUPS", "closed")] {
        let quiet = doctor(&[setting]);
        assert!(quiet.exit == 0 && !quiet.out.contains("warn"), "{quiet:?}");
    }
}
