//! Names that the cluster has already, and what pods are held to in namespaces that are made.

use crate::{
    measure::{AT_FIRST, within},
    place::on_cluster,
};
use serde_json::json;

#[test]
fn a_name_that_the_cluster_has_is_refused_before_it_takes_a_place() {
    on_cluster(async |place| {
        place.lend_judge().await;
        let theirs = format!("{}-theirs", place.id);
        place.create(&json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": theirs } }));
        let create = async |id: &str| {
            place.ada.call("namespaces/create", &[("organization", place.id.as_str()), ("id", id)]).await.brief()
        };
        assert_eq!(create("theirs").await, "409 name_taken_in_cluster");
        assert_eq!(create("ours").await, "200");
        let list = place.ada.read("namespaces/list", &[("organization", &place.id)]).await.json();
        assert_eq!(list["namespaces"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn a_made_namespace_takes_no_privileged_pod_and_an_adopted_one_is_as_it_was() {
    on_cluster(async |place| {
        let theirs = format!("{}-theirs", place.id);
        place.create(&json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": theirs } }));
        let _controller = place.controller().await;
        let own = place.ada.create_namespace("own").await;
        usecases::operator::adopt(&place.by_operator(), &place.id, &theirs).await.unwrap();
        place.in_sync(&own).await;
        place.in_sync(&theirs).await;
        let level = |namespace: &str| {
            let label = "jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/enforce}";
            place.kubectl(&["get", "namespace", namespace, "-o", label])
        };
        assert_eq!((level(&own).as_str(), level(&theirs).as_str()), ("baseline", ""));

        place.kubectl(&["label", "--overwrite", "namespace", &own, "pod-security.kubernetes.io/enforce=privileged"]);
        within(AT_FIRST, "the level is put back", async || level(&own) == "baseline").await;
        let context = usecases::Context::operator(place.house.installation.clone());
        within(AT_FIRST, "and told", async || {
            let drifts = usecases::cluster::drifts(&context, &place.id).await.unwrap();
            drifts.iter().any(|drift| {
                let by = drift.changed_by.as_deref();
                drift.namespace == own && drift.what.contains("pod-security") && by == Some("kubectl-label")
            })
        })
        .await;
    });
}
