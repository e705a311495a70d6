//! Somebody meddles with our bindings: it is put right, and the console says what was found and who did it.

use crate::{
    measure::{AT_FIRST, within},
    place::on_cluster,
};
use domain::membership::Role;
use serde_json::{Value, json};
use std::time::Duration;
use usecases::{Context, cluster};

/// Issue 4 promises five seconds.
const REPAIRED_WITHIN: Duration = Duration::from_secs(5);

#[test]
fn what_is_done_by_kubectl_is_put_right_and_told_on_the_page() {
    on_cluster(async |place| {
        let (ada, dev) = (&place.ada, place.ada.create_namespace("dev").await);
        let bo = place.house.seat(&place.id, Role::Member).await;
        place.save(ada, &bo, &[&dev]).await;
        let _controller = place.controller().await;
        let username = place.username(&bo).await;
        within(AT_FIRST, "the grant", async || place.may_read(&username, &dev).await).await;
        within(AT_FIRST, "in sync", async || place.sync_of(&dev).await == "in_sync").await;
        assert!(place.page("namespaces").await.contains("in sync"));

        place.create(&json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": { "name": "theirs", "namespace": dev, "labels": { "team": "others" } },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view" },
            "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": username }],
        }));
        let foreign =
            || place.kubectl(&["get", "rolebinding", "theirs", "-n", &dev, "-o", "yaml", "--show-managed-fields"]);
        let before = foreign();
        let of_bo = || {
            let all = place.objects(&["rolebindings", "-n", &dev]);
            let own = |it: &Value| it["subjects"][0]["name"] == username && it["metadata"]["name"] != "theirs";
            all.into_iter().find(own)
        };
        let essence = |it: &Value| json!([it["metadata"]["labels"], it["metadata"]["annotations"], it["subjects"]]);
        let good = of_bo().unwrap();
        let (name, good) = (good["metadata"]["name"].as_str().unwrap().to_owned(), essence(&good));
        let context = Context::operator(place.house.installation.clone());

        let mallory = r#"{"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"mallory"}]}"#;
        let cases: [(&[&str], Option<&str>); 4] = [
            (&["delete", "rolebinding", &name], None),
            (&["patch", "rolebinding", &name, "-p", mallory], Some("kubectl-patch")),
            (
                &["label", "--overwrite", "rolebinding", &name, "app.kubernetes.io/managed-by=somebody"],
                Some("kubectl-label"),
            ),
            (&["label", "--overwrite", "rolebinding", &name, "bailiwick/subject=user-mallory"], Some("kubectl-label")),
        ];
        for (told, (command, by)) in cases.into_iter().enumerate() {
            place.kubectl(&[&["-n", &dev], command].concat());
            let took =
                within(REPAIRED_WITHIN, "repaired", async || of_bo().is_some_and(|it| essence(&it) == good)).await;
            println!("{}: repaired after {took:.1?}", command[..2].join(" "));
            within(REPAIRED_WITHIN, "told", async || cluster::drifts(&context, &place.id).await.unwrap().len() > told)
                .await;
            let drifts = cluster::drifts(&context, &place.id).await.unwrap();
            assert_eq!(drifts.len(), told + 1, "each is told once: {drifts:?}");
            let drift = &drifts[0];
            assert_eq!((&drift.namespace, &drift.name), (&dev, &name));
            assert_eq!(drift.changed_by.as_deref(), by, "{command:?}");
            let page = place.page("namespaces").await;
            assert!(page.contains(&name) && page.contains(&drift.what) && page.contains(&drift.done), "{drift:?}");
            assert!(by.is_none_or(|by| page.contains(&format!("changed by {by}"))), "{drift:?}");
            assert!(place.may_read(&username, &dev).await);
        }
        assert_eq!(foreign(), before);
        within(REPAIRED_WITHIN, "in sync again", async || place.sync_of(&dev).await == "in_sync").await;
    });
}
