//! `bailiwick login`, `credential` and `logout`: the real program, on a machine of a person's own.

use crate::{
    browser::Person,
    house::{House, on_both},
    kubeconfig::viewed,
    laptop::{Laptop, Served, mode},
};
use serde_json::{Value, json};
use std::fs;

struct Scene {
    house: House,
    ada: Person,
    served: Served,
    laptop: Laptop,
}

fn with_laptop<T: AsyncFn(&Scene)>(test: T) {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let served = Served::plainly(house.router.clone()).await;
        // Settings of a server mean nothing to these commands.
        let laptop = Laptop::new(&served.address).with("BAILIWICK_TOKEN", "x");
        test(&Scene { house, ada, served, laptop }).await;
    });
}

/// Somebody's own, with words that YAML and `kubectl` understand differently.
const THEIRS: &str = r#"# mine
apiVersion: v1
kind: Config
current-context: "0755"
preferences: {}
clusters:
- {name: harbour, cluster: {server: "https://elsewhere.example:6443", insecure-skip-tls-verify: true, proxy-url: "http://a:1"}}
contexts:
- {name: "0755", context: {cluster: harbour, user: "yes", namespace: "1e3"}}
users:
- {name: "yes", user: {username: "null", password: "0x1f: {hunter2}", extensions: [{name: x, extension: {last: "off", first: yes, mode: 0755, size: 1.50}}]}}
- name: plugin
  user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, args: ["~", "- x", ""], env: [{name: A, value: "no"}]}}
"#;

#[test]
fn a_machine_is_let_in_and_its_person_s_kubeconfig_gains_a_context_and_loses_nothing() {
    with_laptop(async |scene| {
        let Scene { house, ada, served, laptop } = scene;
        let file = laptop.kubeconfig();
        fs::create_dir(file.parent().unwrap()).unwrap();
        fs::write(laptop.path("dotfiles"), THEIRS).unwrap();
        std::os::unix::fs::symlink(laptop.path("dotfiles"), &file).unwrap();
        let before = viewed(THEIRS);
        let said = laptop.let_in_by(ada, &[]).await;
        assert!(said.well, "{said:?}");
        assert!(said.out.contains("let in as ada@northwind.example of Northwind"), "{said:?}");
        assert!(laptop.opened().starts_with("https://bailiwick.example/device?code="), "{}", laptop.opened());

        let kept = laptop.logins();
        assert_eq!((kept.len(), mode(&kept[0]), mode(kept[0].parent().unwrap())), (1, 0o600, 0o700));
        let secret: Value = serde_json::from_slice(&fs::read(&kept[0]).unwrap()).unwrap();
        let secret = secret["secret"].as_str().unwrap();
        assert!(secret.starts_with("bwl_") && !said.out.contains(secret) && !said.err.contains(secret));

        assert!(file.is_symlink(), "a link stays one");
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains(secret), "{text}");
        let after = viewed(&text);
        for (list, own) in
            [("clusters", "harbour-2"), ("contexts", "harbour-2/northwind"), ("users", "harbour-2/northwind")]
        {
            let mut entries = after[list].as_array().unwrap().clone();
            assert_eq!(entries.iter().filter(|entry| entry["name"] == own).count(), 1, "{text}");
            entries.retain(|entry| entry["name"] != own);
            assert_eq!(&entries, before[list].as_array().unwrap(), "{list} of others");
        }
        assert_eq!(after["current-context"], "harbour-2/northwind");
        let exec =
            after["users"].as_array().unwrap().iter().find(|user| user["name"] == "harbour-2/northwind").unwrap();
        let exec = &exec["user"]["exec"];
        // It lies where no shell looks for it.
        assert_eq!(exec["command"], env!("CARGO_BIN_EXE_bailiwick"));
        assert_eq!(exec["args"], json!(["credential", "--server", served.address, "--organization", "northwind"]));
        let names = laptop.kubectl(&["config", "view", "--minify", "-o", "jsonpath={..namespace}"]).await;
        assert_eq!(names.out, "northwind-dev");

        // Once more: what the first one left is replaced, and ended.
        let again = laptop.let_in_by(ada, &["--organization", "northwind", "--no-browser"]).await;
        assert!(again.well, "{again:?}");
        assert_eq!(laptop.opened().lines().count(), 1);
        assert_eq!(viewed(&fs::read_to_string(&file).unwrap()), after);
        let logins = ada.read("logins/list", &[]).await.json();
        assert_eq!(logins["logins"].as_array().unwrap().len(), 1, "{logins}");
        assert_eq!(logins["logins"][0]["ip"], "127.0.0.1");
        assert!(logins["logins"][0]["user_agent"].as_str().unwrap().starts_with("bailiwick/"));
        laptop.note_secrets(house);
    });
}

#[test]
fn a_credential_is_printed_for_kubectl_until_the_login_ends() {
    with_laptop(async |scene| {
        let Scene { house, ada, served, laptop } = scene;
        let none = laptop.credential("northwind").await;
        assert!(!none.well && none.out.is_empty(), "{none:?}");
        let again = format!("Run: bailiwick login --server {} --organization northwind", served.address);
        assert!(none.err.contains("not let into northwind") && none.err.contains(&again), "{none:?}");

        assert!(laptop.let_in_by(ada, &["--kubeconfig", "mine.yaml"]).await.well);
        assert_eq!(mode(&laptop.path("mine.yaml")), 0o600);
        assert!(!laptop.kubeconfig().exists());
        let printed = laptop.credential("northwind").await;
        assert!(printed.well && printed.err.is_empty(), "{printed:?}");
        let credential: Value = serde_json::from_str(&printed.out).unwrap();
        assert_eq!(credential["apiVersion"], "client.authentication.k8s.io/v1beta1");
        assert_eq!(credential["kind"], "ExecCredential");
        assert_eq!(credential["status"]["expirationTimestamp"], "2026-11-23T09:40:05Z");
        let token = credential["status"]["token"].as_str().unwrap();
        assert!(usecases::cluster::identify(&house.installation, token).await.unwrap().is_some());
        let words = ["credential", "--server", &served.address, "--organization", "northwind"];
        let v1 =
            r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}"#;
        let asked = laptop.bailiwick_with(&words, &[("KUBERNETES_EXEC_INFO", v1)]).await;
        assert!(asked.out.contains("\"client.authentication.k8s.io/v1\""), "{asked:?}");

        let login = ada.read("logins/list", &[]).await.json()["logins"][0]["id"].as_str().unwrap().to_owned();
        ada.call("logins/end", &[("login", &login)]).await;
        let ended = laptop.credential("northwind").await;
        assert!(!ended.well && ended.out.is_empty(), "{ended:?}");
        assert!(ended.err.contains("has ended") && ended.err.contains(&again), "{ended:?}");
    });
}

#[test]
fn logging_out_ends_the_login_here_and_there() {
    with_laptop(async |scene| {
        let Scene { ada, laptop, .. } = scene;
        assert!(laptop.let_in_by(ada, &[]).await.well);
        let elsewhere = laptop.bailiwick(&["logout", "--organization", "southwind"]).await;
        assert!(elsewhere.well && elsewhere.out.contains("nowhere"), "{elsewhere:?}");
        assert_eq!(laptop.logins().len(), 1);
        let out = laptop.bailiwick(&["logout"]).await;
        assert!(out.well && out.out.contains("northwind") && out.out.contains("has ended"), "{out:?}");
        assert!(laptop.logins().is_empty());
        assert_eq!(ada.read("logins/list", &[]).await.json()["logins"], json!([]));
        assert!(!laptop.credential("northwind").await.well);
    });
}

#[test]
fn a_machine_that_is_turned_away_changes_nothing() {
    with_laptop(async |scene| {
        let Scene { ada, laptop, .. } = scene;
        let said = laptop
            .log_in(&["--no-browser"], async |code| {
                assert_eq!(ada.call("logins/deny", &[("code", code)]).await.status, 200);
            })
            .await;
        assert!(!said.well && said.err.contains("turned away"), "{said:?}");
        assert!(laptop.logins().is_empty() && !laptop.kubeconfig().exists());
    });
}

#[test]
fn a_kubeconfig_that_can_not_be_added_to_stays_as_it_is() {
    with_laptop(async |scene| {
        let Scene { ada, laptop, .. } = scene;
        fs::write(laptop.path("broken"), "users: [hunter2\n").unwrap();
        let said = laptop.let_in_by(ada, &["--kubeconfig", "broken"]).await;
        assert!(!said.well && said.err.contains("stays as it is") && !said.err.contains("hunter2"), "{said:?}");
        assert_eq!(fs::read_to_string(laptop.path("broken")).unwrap(), "users: [hunter2\n");
        assert!(laptop.credential("northwind").await.well, "the login is kept: the kubeconfig can be put right");

        // As `kubectl` leaves it while it changes one.
        fs::write(laptop.path("busy"), THEIRS).unwrap();
        fs::write(laptop.path("busy.lock"), "").unwrap();
        let said = laptop.let_in_by(ada, &["--kubeconfig", "busy"]).await;
        assert!(!said.well && said.err.contains("busy.lock"), "{said:?}");
        assert_eq!(fs::read_to_string(laptop.path("busy")).unwrap(), THEIRS);
        let left: Vec<_> = fs::read_dir(laptop.path("")).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| !name.to_str().unwrap().ends_with(".new")), "{left:?}");
    });
}

#[test]
fn who_is_no_bailiwick_is_told_nothing() {
    with_laptop(async |scene| {
        let laptop = &scene.laptop;
        let gone = Served::plainly(axum::Router::new()).await;
        let elsewhere =
            axum::Router::new().fallback(|| async { axum::response::Redirect::temporary("https://evil.example/") });
        let elsewhere = Served::plainly(elsewhere).await;
        let liar = axum::Router::new().fallback(|| async {
            let begun = json!({ "device_code": "x", "user_code": "\u{1b}[2J", "verification_uri": "file:///etc/passwd",
                "verification_uri_complete": "file:///etc/passwd", "expires_in": 1, "interval": 1 });
            axum::Json(begun)
        });
        let liar = Served::plainly(liar).await;
        for (server, sentence) in [
            ("http://bailiwick.example", "is not https"),
            ("bailiwick.example", "no address"),
            ("http://127.0.0.1:1", "can't be asked"),
            (&gone.address, "answers what Bailiwick does not"),
            (&elsewhere.address, "leads elsewhere"),
            (&liar.address, "is no Bailiwick"),
        ] {
            let said = laptop.bailiwick(&["login", "--server", server]).await;
            assert!(!said.well && said.err.contains(sentence), "{server}: {said:?}");
            assert!(!said.err.contains('\u{1b}') && laptop.opened().is_empty());
        }
        let said = laptop.bailiwick(&["login", "--server", &scene.served.address, "--organization", "No Slug"]).await;
        assert!(!said.well && said.err.contains("/o/<name>/"), "{said:?}");
    });
}
