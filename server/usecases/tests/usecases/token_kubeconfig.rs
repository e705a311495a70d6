//! The kubeconfig that comes with a token.

use crate::{bearers::*, people::*};
use domain::{Refusal, token::Lifetime};
use serde_json::{Value, json};
use usecases::{
    Cluster,
    tokens::{self, Kubeconfig, Wanted},
};

fn connected(house: &House) -> House {
    house.with(|settings| settings.cluster = Some(Cluster::at("https://k8s.example:6443").unwrap()))
}

async fn again(person: &Person, secret: &str) -> Result<Kubeconfig, usecases::Error> {
    tokens::kubeconfig(&person.context().await, &person.slug, secret).await
}

#[test]
fn a_kubeconfig_leads_to_the_cluster_with_this_secret_and_the_first_namespace() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await.at(&connected(&house));
        for label in ["live", "dev"] {
            ada.create_namespace(label).await;
        }
        let namespaces = texts(["live", "dev"]);
        let created = ada.create(&Wanted { name: "ci", namespaces: &namespaces, ..Wanted::default() }).await.unwrap();
        let (text, user) = (created.kubeconfig.unwrap(), format!("token-{}", created.listed.token.id));
        let read: Value = serde_saphyr::from_str(&text).unwrap();
        let context = json!({ "cluster": "cluster", "user": user, "namespace": "northwind-dev" });
        assert_eq!(
            read,
            json!({
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{ "name": "cluster", "cluster": { "server": "https://k8s.example:6443" } }],
                "users": [{ "name": user, "user": { "token": created.secret.reveal() } }],
                "contexts": [{ "name": "cluster/northwind", "context": context }],
                "current-context": "cluster/northwind",
                "preferences": {},
            })
        );
        let later = again(&ada, created.secret.reveal()).await.unwrap();
        assert_eq!((later.file_name.as_str(), &later.text), ("northwind-kubeconfig.yaml", &text));
    });
}

#[test]
fn a_kubeconfig_that_is_made_again_says_what_the_token_has_by_then() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await.at(&connected(&house));
        ada.create_namespace("dev").await;
        let program = ada.token("", &[], NO_SCOPES).await;
        let text = again(&ada, program.secret.reveal()).await.unwrap().text;
        assert!(!text.contains("namespace"), "a blank token has no default namespace");
        ada.assign(&program, &["dev"]).await.unwrap();
        let text = again(&ada, program.secret.reveal()).await.unwrap().text;
        assert!(text.contains("namespace: northwind-dev"), "{text}");
    });
}

#[test]
fn no_name_of_a_token_changes_its_kubeconfig() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await.at(&connected(&house));
        let text_of = async |name: &str| {
            let created = ada.create(&Wanted { name, ..Wanted::default() }).await.unwrap();
            let text = created.kubeconfig.unwrap();
            let read: Value = serde_saphyr::from_str(&text).unwrap();
            assert_eq!(read["users"][0]["user"]["token"], created.secret.reveal(), "{name}");
            text.replace(created.secret.reveal(), "SECRET").replace(&created.listed.token.id.to_string(), "ID")
        };
        let plain = text_of("").await;
        for name in ["a: b", "|-", "\"", "'", "- x", "*a", "#", "exec:", "insecure-skip-tls-verify: true", "<script>"] {
            assert_eq!(text_of(name).await, plain, "{name}");
        }
    });
}

#[test]
fn only_a_secret_that_opens_this_organization_makes_a_kubeconfig() {
    on_both(async |house| {
        let house = connected(&house);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let (mine, theirs) = (ada.token("", &[], NO_SCOPES).await, carl.token("", &[], NO_SCOPES).await);
        let before = house.rows(&[]).await;
        again(&ada, mine.secret.reveal()).await.unwrap();
        again(&carl, theirs.secret.reveal()).await.unwrap();
        let foreign = again(&ada, theirs.secret.reveal()).await.map(|kubeconfig| kubeconfig.text);
        assert_eq!(refused(foreign), Refusal::TokenUnknown);
        let mut typo = mine.secret.reveal().to_owned();
        typo.replace_range(20..21, if &typo[20..21] == "a" { "b" } else { "a" });
        for text in [typo.as_str(), "", "bwk_", mine.mask().as_str(), &format!(" {}", mine.secret.reveal())] {
            let made = again(&ada, text).await.map(|kubeconfig| kubeconfig.text);
            assert_eq!(refused(made), Refusal::TokenMalformed, "{text}");
        }
        assert_eq!(house.rows(&[]).await, before, "and nothing of it is kept");
        ada.remove(&mine).await.unwrap();
        let removed = again(&ada, mine.secret.reveal()).await.map(|kubeconfig| kubeconfig.text);
        assert_eq!(refused(removed), Refusal::TokenUnknown);
    });
}

#[test]
fn without_a_cluster_there_is_no_kubeconfig() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let created = ada.create(&Wanted { expires: Some(Lifetime::Never), ..Wanted::default() }).await.unwrap();
        assert!(created.kubeconfig.is_none());
        let made = again(&ada, created.secret.reveal()).await.map(|kubeconfig| kubeconfig.text);
        assert_eq!(refused(made), Refusal::NoCluster);
    });
}
