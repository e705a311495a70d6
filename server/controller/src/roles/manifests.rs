//! The roles as YAML, for `kubectl apply`.

use super::{controllers_own, permissions};
use serde::Serialize;

/// All of them, as one text of several documents.
pub fn manifests() -> String {
    files().into_iter().filter(|(name, _)| *name != KUSTOMIZATION).map(|(_, text)| text).collect()
}

const KUSTOMIZATION: &str = "kustomization.yaml";
const PERMISSIONS: &str = "permissions.yaml";
const CONTROLLER: &str = "controller.yaml";

/// The same as the files of `deploy/cluster`, for `kubectl apply -k`.
pub fn files() -> Vec<(&'static str, String)> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Kustomization {
        api_version: &'static str,
        kind: &'static str,
        resources: [&'static str; 2],
    }
    let kustomization = Kustomization {
        api_version: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        resources: [PERMISSIONS, CONTROLLER],
    };
    let controller = [
        document(&controllers_own::namespace()),
        document(&controllers_own::service_account()),
        document(&controllers_own::cluster_role()),
        document(&controllers_own::cluster_role_binding()),
        document(&controllers_own::role()),
        document(&controllers_own::role_binding()),
    ];
    vec![
        (KUSTOMIZATION, document(&kustomization)),
        (PERMISSIONS, permissions().iter().map(document).collect()),
        (CONTROLLER, controller.concat()),
    ]
}

fn document(object: &impl Serialize) -> String {
    // Every one of them is fixed, and a test writes them all: what could not be written would have failed there.
    let text = serde_saphyr::to_string(object).unwrap_or_default();
    format!("---\n{text}")
}
