//! The kubeconfig of a token, read by the `kubectl` that people will read it with.

use crate::{
    browser::Person,
    house::{House, on_both},
};
use serde_json::Value;
use std::{io::Write, process::Command};
use usecases::Cluster;

/// What `kubectl` makes of a kubeconfig.
#[track_caller]
pub(crate) fn viewed(kubeconfig: &str) -> Value {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(kubeconfig.as_bytes()).unwrap();
    let view = Command::new("kubectl")
        .args(["config", "view", "--raw", "--output=json", "--kubeconfig"])
        .arg(file.path())
        .output()
        .expect("kubectl runs: `.ci/tools kubectl` installs it");
    assert!(view.status.success(), "{}\n{kubeconfig}", String::from_utf8_lossy(&view.stderr));
    serde_json::from_slice(&view.stdout).unwrap()
}

async fn ada(house: &House) -> Person {
    let ada = house.found("Northwind", "ada@northwind.example").await;
    for label in ["dev", "live"] {
        ada.create_namespace(label).await;
    }
    ada
}

#[test]
fn kubectl_reads_one_cluster_one_context_and_one_user() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let fields = [("organization", "northwind"), ("namespaces[]", "live"), ("namespaces[]", "dev")];
        let made = ada.call("tokens/create", &fields).await.json();
        let (id, secret) = (made["token"]["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
        let view = viewed(made["kubeconfig"].as_str().unwrap());
        let user = format!("token-{id}");
        assert_eq!(view["clusters"].as_array().unwrap().len(), 1);
        assert_eq!(view["clusters"][0]["name"], "harbour");
        assert_eq!(view["clusters"][0]["cluster"]["server"], "https://cluster.example:6443");
        assert!(view["clusters"][0]["cluster"]["insecure-skip-tls-verify"].is_null());
        assert_eq!(view["contexts"].as_array().unwrap().len(), 1);
        assert_eq!(view["current-context"], "harbour/northwind");
        assert_eq!(view["contexts"][0]["name"], "harbour/northwind");
        assert_eq!(view["contexts"][0]["context"]["cluster"], "harbour");
        assert_eq!(view["contexts"][0]["context"]["user"], user.as_str());
        assert_eq!(view["contexts"][0]["context"]["namespace"], "northwind-dev", "the first assigned");
        assert_eq!(view["users"].as_array().unwrap().len(), 1);
        assert_eq!(view["users"][0]["name"], user.as_str());
        assert_eq!(view["users"][0]["user"], serde_json::json!({ "token": secret }));
    });
}

#[test]
fn a_blank_token_has_a_kubeconfig_without_a_namespace() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let made = ada.call("tokens/create", &[("organization", "northwind")]).await.json();
        let view = viewed(made["kubeconfig"].as_str().unwrap());
        assert!(view["contexts"][0]["context"]["namespace"].is_null(), "{view}");
    });
}

/// Only the cluster's name is the operator's own text; everything else is letters, digits and hyphens.
#[test]
fn no_name_breaks_out_of_its_place() {
    on_both(async |house| {
        let hostile =
            ["a: b", "- x", "# no", "'", "\"", "*a", "&a", "!!x", "yes", "null", "0x1f", "{}", "[", "🏴", "1e3", "~"];
        for name in hostile {
            let house = house.with(|settings| {
                settings.cluster = settings.cluster.take().map(|cluster| Cluster { name: name.into(), ..cluster });
            });
            let email = format!("ada{}@northwind.example", house.next());
            let ada = house.found(name, &email).await;
            let made = ada.call("tokens/create", &[("organization", &ada.slug), ("name", name)]).await.json();
            assert_eq!(made["token"]["name"], name);
            let view = viewed(made["kubeconfig"].as_str().unwrap());
            assert_eq!(view["clusters"][0]["name"], name);
            assert_eq!(view["current-context"], format!("{name}/{}", ada.slug), "{name}");
            assert_eq!(view["users"][0]["user"]["token"], made["secret"]);
        }
        let ada = ada(&house).await;
        for refused in ["two\nlines", "nul\0byte", "\u{202e}gnisrever", &"a".repeat(5_000)] {
            let answer = ada.call("tokens/create", &[("organization", "northwind"), ("name", refused)]).await;
            assert_eq!((answer.brief().as_str(), &answer.json()["field"]), ("422 bad_field", &"name".into()));
        }
    });
}

#[test]
fn a_plain_form_gets_the_kubeconfig_as_a_file_that_nothing_keeps() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let token = ada.create_token(&[("namespaces[]", "dev")]).await;
        let fields = [("organization", "northwind"), ("secret", token.secret.as_str())];
        let file = ada.submit("tokens/kubeconfig", &fields).await;
        assert_eq!((file.status, file.header("cache-control")), (200, "no-store"), "{}", file.text);
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"northwind-kubeconfig.yaml\"");
        assert_eq!(file.header("content-type"), "application/yaml");
        assert_eq!(viewed(&file.text)["users"][0]["user"]["token"], token.secret.as_str());
        let json = ada.call("tokens/kubeconfig", &fields).await.json();
        assert_eq!((&json["file_name"], &json["kubeconfig"]), (&"northwind-kubeconfig.yaml".into(), &file.text.into()));
    });
}

#[test]
fn nobody_has_a_kubeconfig_made_of_a_secret_that_is_not_theirs() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let sam = house.found("Southwind", "sam@southwind.example").await;
        let theirs = sam.create_token(&[]).await;
        let ask = async |secret: &str| {
            ada.call("tokens/kubeconfig", &[("organization", "northwind"), ("secret", secret)]).await.brief()
        };
        assert_eq!(ask(&theirs.secret).await, "401 token_unknown");
        assert_eq!(ask("bwk_nothing").await, "401 token_malformed");
        let own = ada.create_token(&[]).await;
        ada.call("tokens/remove", &[("organization", "northwind"), ("token", &own.id)]).await;
        assert_eq!(ask(&own.secret).await, "401 token_unknown");
    });
}

#[test]
fn without_a_cluster_there_is_no_kubeconfig_and_everything_else_works() {
    on_both(async |house| {
        let house = house.with(|settings| settings.cluster = None);
        let ada = ada(&house).await;
        let made = ada.call("tokens/create", &[("organization", "northwind")]).await.json();
        assert!(made["secret"].is_string() && made.get("kubeconfig").is_none(), "{made}");
        let fields = [("organization", "northwind"), ("secret", made["secret"].as_str().unwrap())];
        let refused = ada.call("tokens/kubeconfig", &fields).await;
        assert_eq!(refused.brief(), "409 no_cluster");
    });
}
