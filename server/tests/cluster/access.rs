//! "Check against the cluster", asked of a real API server with the rights that are shipped.

use crate::{
    browser::Person,
    measure::{AT_FIRST, within},
    place::{Place, on_cluster},
};
use bailiwick::judge::ApiServer;
use controller::connect;
use domain::membership::Role;
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};

impl Place {
    /// Lets the pages ask, as `bailiwick serve` does.
    pub(crate) async fn lend_judge(&self) {
        let client = connect::by_kubeconfig(self.controllers()).await.unwrap();
        self.house.installation.lend(Arc::new(ApiServer::new(client)));
    }

    /// What came of checking everybody in a namespace: each by address or name.
    async fn checked(&self, namespace: &str) -> Vec<(String, Value)> {
        let fields = [("organization", self.id.as_str()), ("namespace", namespace)];
        let answer = self.ada.read("access/check-in", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let checked = answer.json();
        assert_eq!(checked["inquiry"], "answered", "{checked}");
        let line = |line: &Value| {
            let who = &line["who"];
            let name = who["member"]["email"].as_str().or_else(|| who["token"]["name"].as_str()).unwrap();
            (name.to_owned(), line["cluster"].clone())
        };
        checked["lines"].as_array().unwrap().iter().map(line).collect()
    }

    async fn agrees(&self, namespace: &str) -> bool {
        self.checked(namespace).await.iter().all(|(_, found)| *found == json!({ "refused": [], "beyond": [] }))
    }

    async fn finding(&self, namespace: &str, name: &str) -> Value {
        let found = self.checked(namespace).await.into_iter().find(|(who, _)| who == name);
        found.unwrap_or_else(|| panic!("no line of {name}")).1
    }

    /// Binds a subject in a namespace, as somebody might by hand.
    fn bind(&self, name: &str, namespace: &str, role: &str, subject: &Value) {
        self.create(&json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": { "name": name, "namespace": namespace },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role },
            "subjects": [subject],
        }));
    }
}

fn subject(kind: &str, name: &str) -> Value {
    json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name })
}

async fn page(place: &Place, who: &Person, path: &str) -> String {
    let page = who.visit(&format!("/o/{}/{path}", place.id)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.drawn()
}

#[test]
fn the_cluster_agrees_with_what_was_granted_and_follows_what_is_taken() {
    on_cluster(async |place| {
        let (ada, dev) = (&place.ada, place.ada.create_namespace("dev").await);
        let bo = place.house.seat(&place.id, Role::Member).await;
        place.save(ada, &bo, &[&dev]).await;
        ada.create_token(&[("name", "ci"), ("namespaces[]", &dev)]).await;
        place.lend_judge().await;
        let standard = json!(["r:full", "w:workloads", "w:config", "w:network", "w:storage"]);
        for (name, found) in place.checked(&dev).await {
            assert_eq!(found, json!({ "refused": standard, "beyond": [] }), "{name}: no controller runs yet");
        }
        let controller = place.controller().await;
        within(AT_FIRST, "the cluster agrees", async || place.agrees(&dev).await).await;
        assert_eq!(place.checked(&dev).await.len(), 3);
        let html = page(place, ada, "namespaces?open=dev&check=1").await;
        assert!(html.contains("the cluster agrees with all 3 lines."), "{html}");
        let own = page(place, &bo, &format!("organization?open={}&check=1", bo.id().await)).await;
        assert!(own.contains("badge good") && own.contains(">the cluster agrees<"), "{own}");

        ada.deactivate(&bo).await;
        within(AT_FIRST, "it agrees that nothing is left", async || place.agrees(&dev).await).await;
        controller.stop().await;
        // Nobody brings this along.
        ada.reactivate(&bo).await;
        assert_eq!(place.finding(&dev, &bo.email).await, json!({ "refused": standard, "beyond": [] }));
        assert!(!place.agrees(&dev).await);
    });
}

#[test]
fn what_somebody_else_bound_is_named() {
    on_cluster(async |place| {
        let (ada, dev) = (&place.ada, place.ada.create_namespace("dev").await);
        let lab = ada.create_namespace("lab").await;
        let bo = place.house.seat(&place.id, Role::Member).await;
        place.save(ada, &bo, &[&dev]).await;
        let _controller = place.controller().await;
        place.lend_judge().await;
        within(AT_FIRST, "the cluster agrees", async || place.agrees(&dev).await && place.agrees(&lab).await).await;

        place.bind("theirs", &dev, "edit", &subject("User", &place.username(&bo).await));
        within(AT_FIRST, "the binding is seen", async || !place.agrees(&dev).await).await;
        let found = place.finding(&dev, &bo.email).await;
        println!("{found}");
        assert_eq!((&found["refused"], &found["beyond"][0]["permissions"]), (&json!([]), &json!(["w:pods"])));
        let reason = found["beyond"][0]["reason"].as_str().unwrap();
        assert!(reason.contains(&format!("\"theirs/{dev}\"")) && reason.contains("\"edit\""), "{reason}");
        assert_eq!(place.finding(&dev, &ada.email).await, json!({ "refused": [], "beyond": [] }), "nobody else's");
        let html = page(place, ada, "namespaces?open=dev&check=1").await;
        assert!(html.contains("the cluster allows more") && html.contains("theirs/"), "{html}");

        // By the organization's group, where this console gave nothing at all.
        let group = format!("bailiwick:organization:{}", place.house.organization(&place.id).await.id);
        place.bind("group", &lab, "view", &subject("Group", &group));
        let check = async || {
            let fields = [("organization", place.id.as_str()), ("member", &bo.id().await)];
            bo.read("access/check-of", &fields).await.json()
        };
        within(AT_FIRST, "the group's binding is seen", async || check().await["lines"][1].is_object()).await;
        let in_lab = &check().await["lines"][1];
        assert_eq!((&in_lab["namespace"], &in_lab["permissions"]), (&json!(lab), &json!([])));
        assert_eq!(in_lab["cluster"]["beyond"][0]["permissions"], json!(["r:full"]));
        assert!(in_lab["cluster"]["beyond"][0]["reason"].as_str().unwrap().contains("Group"), "{in_lab}");
    });
}

#[test]
fn a_binding_that_is_gone_while_nobody_looks_is_found_missing() {
    on_cluster(async |place| {
        let (ada, dev) = (&place.ada, place.ada.create_namespace("dev").await);
        let controller = place.controller().await;
        place.lend_judge().await;
        within(AT_FIRST, "the cluster agrees", async || place.agrees(&dev).await).await;
        controller.stop().await;
        place.kubectl(&["delete", "rolebindings", "--all", "-n", &dev]);
        within(AT_FIRST, "the deletion is seen", async || !place.agrees(&dev).await).await;
        let html = page(place, ada, "namespaces?open=dev&check=1").await;
        assert!(html.contains("the cluster allows less"), "{html}");
        assert!(html.contains("Not allowed, or not yet: r:full, w:workloads, w:config, w:network and w:storage."));

        // A binding to a role that is not there gives nothing either.
        let username = place.username(ada).await;
        place.bind("dangling", &dev, "bailiwick:no-such-role", &subject("User", &username));
        assert_eq!(place.finding(&dev, &ada.email).await["refused"].as_array().unwrap().len(), 5);
    });
}

#[test]
fn a_cluster_that_does_not_answer_is_said_to_be_so() {
    on_cluster(async |place| {
        place.ada.create_namespace("dev").await;
        let mut file: Value = serde_json::from_str(&std::fs::read_to_string(place.controllers()).unwrap()).unwrap();
        file["clusters"][0]["cluster"]["server"] = json!("https://127.0.0.1:9");
        let nobody = place.write("nobody.json", &file.to_string());
        let client = connect::by_kubeconfig(Path::new(&nobody)).await.unwrap();
        place.house.installation.lend(Arc::new(ApiServer::new(client)));
        let html = page(place, &place.ada, "namespaces?open=dev&check=1").await;
        assert!(html.contains("The check failed: the cluster does not answer"), "{html}");
        assert!(html.contains("given by"), "{html}");
    });
}
