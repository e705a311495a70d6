//! A person at the real API server: the kubeconfig that `bailiwick login` wrote, and the real program as its plugin.

use crate::{
    front::{Front, for_people},
    given::facts,
    laptop::Laptop,
    measure::{AT_FIRST, SOON, within},
    place::{On, on_cluster_with},
    requests::{Answered, mistyped},
};
use domain::membership::Role;
use serde_json::Value;
use std::fs;
use usecases::Cluster;

#[test]
fn a_person_works_with_kubectl_where_they_may_until_they_are_deactivated() {
    let Some(facts) = facts() else { return };
    let connect = |settings: &mut usecases::Settings| {
        let cluster = Cluster::at(facts.get("SERVER")).unwrap();
        let pem = fs::read_to_string(facts.get("CA_FILE")).unwrap();
        settings.cluster_audiences = vec![facts.get("SERVER").to_owned()];
        settings.cluster = Some(cluster.proved_by(&pem).unwrap().called("harbour").unwrap());
    };
    on_cluster_with(On::Both, connect, async |place| {
        let ada = &place.ada;
        let (dev, live) = (ada.create_namespace("dev").await, ada.create_namespace("live").await);
        let bo = place.house.seat(&place.id, Role::Member).await;
        place.save(ada, &bo, &[&dev]).await;
        let _front = Front::open(&place.house, &facts).await;
        let people = for_people(&place.house, &facts).await;
        let _controller = place.controller().await;
        let laptop = Laptop::new(&people.address).with("SSL_CERT_FILE", facts.get("CA_FILE"));
        let said = laptop.let_in_by(&bo, &[]).await;
        assert!(said.well, "{said:?}");

        // As anybody would type it: the context, its namespace and the plugin are what the program wrote.
        let configmaps = async |namespace: &str| laptop.kubectl(&["get", "configmaps", "-n", namespace]).await;
        let allowed = async || configmaps(&dev).await.well;
        within(AT_FIRST, "they may work where they were let", allowed).await;
        let made = laptop.kubectl(&["create", "configmap", "greeting", "-o", "jsonpath={.metadata.namespace}"]).await;
        assert_eq!((made.out.as_str(), made.well), (dev.as_str(), true), "{made:?}");
        let elsewhere = configmaps(&live).await;
        let username = place.username(&bo).await;
        assert!(!elsewhere.well && elsewhere.err.contains("Forbidden"), "{elsewhere:?}");
        assert!(elsewhere.err.contains(&format!("\"{username}\"")), "{elsewhere:?}");
        assert_eq!(laptop.kubectl(&["auth", "can-i", "create", "pods"]).await.out.trim(), "no");

        // What kubectl was given before, as it lies in its memory.
        let printed: Value = serde_json::from_str(&laptop.credential(&place.id).await.out).unwrap();
        let credential = printed["status"]["token"].as_str().unwrap();
        let answered = async |credential: &str, namespace: &str| place.requests.with_token(credential, namespace).await;
        assert_eq!(answered(credential, &dev).await, Answered::Allowed);
        assert!(matches!(answered(credential, &live).await, Answered::Forbidden(_)));
        let wrong = mistyped(credential);
        assert_eq!(answered(&wrong, &dev).await, Answered::Unauthorized);

        ada.deactivate(&bo).await;
        let refused = async || answered(credential, &dev).await != Answered::Allowed;
        let refused = within(SOON, "they may do nothing any longer", refused).await;
        // How long until nobody is known by it, `authentication` says of many people.
        println!("deactivated: refused after {refused:.1?}");
        let ended = configmaps(&dev).await;
        assert!(!ended.well && ended.err.contains("has ended"), "{ended:?}");
        assert!(ended.err.contains(&format!("bailiwick login --server {}", people.address)), "{ended:?}");

        ada.reactivate(&bo).await;
        assert!(!configmaps(&dev).await.well, "the machine is let in anew, or not at all");
        assert!(laptop.let_in_by(&bo.elsewhere().await, &[]).await.well);
        within(AT_FIRST, "they are back", async || configmaps(&dev).await.well).await;
    });
}
