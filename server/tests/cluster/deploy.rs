//! What is shipped to run the program elsewhere: a real API server takes it, and the program knows all that it is told there.

use crate::{
    browser::Ask,
    place::{On, Place, on_cluster_with},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The program's own promise for the time from SIGTERM to its end.
const STOPPED_WITHIN: u64 = 10;

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The names in the README's table, which are all that there are.
fn settings() -> BTreeSet<String> {
    let readme = fs::read_to_string(file("README.md")).unwrap();
    let first_cells = readme.lines().filter_map(|line| line.strip_prefix("| `BAILIWICK_")?.split(" | ").next());
    let names = first_cells.flat_map(|cell| cell.split("`, `BAILIWICK_"));
    names.map(|name| format!("BAILIWICK_{}", name.trim_matches('`'))).collect()
}

/// What the API server would do, while it does nothing.
fn dry_run(place: &Place, words: &[&str]) -> String {
    place.kubectl(&[&["apply", "--dry-run=server"], words].concat())
}

/// Whatever `kubectl apply -k` would make, as the API server fills it in.
fn objects(place: &Place) -> Vec<Value> {
    let all = dry_run(place, &["-o", "json", "-k", file("deploy/kubernetes").to_str().unwrap()]);
    let mut all: Value = serde_json::from_str(&all).unwrap();
    serde_json::from_value(all["items"].take()).unwrap()
}

fn only<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let found: Vec<_> = objects.iter().filter(|object| object["kind"] == kind).collect();
    let [one] = found[..] else { panic!("{kind}: {found:?}") };
    one
}

#[test]
fn what_is_shipped_for_a_cluster_is_accepted_by_a_real_one() {
    on_cluster_with(
        On::Sqlite,
        |_| {},
        async |place: &Place| {
            let mut said = dry_run(place, &["-k", file("deploy/kubernetes").to_str().unwrap()]);
            let mut budget = fs::read_to_string(file("deploy/kubernetes/disruption.yaml")).unwrap();
            // An old server knows the same object by another version, as the file says.
            if !place.kubectl(&["api-versions"]).lines().any(|version| version == "policy/v1") {
                budget = budget.replace("policy/v1\n", "policy/v1beta1\n");
            }
            let budget = place.write("disruption.yaml", &budget);
            said += &dry_run(place, &["-f", budget.to_str().unwrap()]);
            println!("{said}");
            for line in said.lines() {
                assert!(line.ends_with("(server dry run)"), "{line}");
            }
            for name in [
                "clusterrole.rbac.authorization.k8s.io/bailiwick:standard ",
                "serviceaccount/bailiwick-controller ",
                "configmap/bailiwick-",
                "deployment.apps/bailiwick ",
                "service/bailiwick ",
                "poddisruptionbudget.policy/bailiwick ",
            ] {
                assert!(said.lines().any(|line| line.starts_with(name)), "no {name}");
            }
        },
    );
}

#[test]
fn the_pod_has_no_rights_on_its_node_and_knows_what_it_is_told_and_asked() {
    on_cluster_with(
        On::Sqlite,
        |_| {},
        async |place: &Place| {
            let objects = objects(place);
            let deployment = only(&objects, "Deployment");
            let pod = &deployment["spec"]["template"]["spec"];
            let [container] = &pod["containers"].as_array().unwrap()[..] else { panic!("{pod}") };
            no_rights(pod, container);
            known_settings(pod, container, only(&objects, "ConfigMap"));
            replaced_without_a_gap(deployment);

            let service = only(&objects, "Service");
            assert_eq!(service["spec"]["selector"], deployment["spec"]["template"]["metadata"]["labels"]);
            assert_eq!(service["spec"]["ports"][0]["targetPort"], container["ports"][0]["name"]);
            for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
                let asked = &container[probe]["httpGet"];
                assert_eq!(asked["port"], container["ports"][0]["name"], "{probe}");
                let answer = place.house.anonymous().send(Ask::get(asked["path"].as_str().unwrap())).await;
                assert_eq!(answer.status, 200, "{probe}: {}", answer.text);
            }
            // One that asked for more would end every replica whenever the database is away.
            assert_eq!(container["livenessProbe"]["httpGet"]["path"], "/healthz");
            assert_eq!(container["readinessProbe"]["httpGet"]["path"], "/readyz");
        },
    );
}

fn no_rights(pod: &Value, container: &Value) {
    let of_pod = &pod["securityContext"];
    assert_eq!(of_pod["runAsNonRoot"], true);
    // Without a number, the kubelet can't tell that the image's user is not root.
    assert!(of_pod["runAsUser"].as_u64().is_some_and(|user| user > 0), "{of_pod}");
    assert_eq!(of_pod["seccompProfile"], json!({ "type": "RuntimeDefault" }));
    let own = json!({
        "allowPrivilegeEscalation": false,
        "capabilities": { "drop": ["ALL"] },
        "readOnlyRootFilesystem": true,
    });
    assert_eq!(container["securityContext"], own);
    assert_eq!(pod["volumes"], Value::Null, "nothing is kept in a pod");
    for kind in ["requests", "limits"] {
        let amounts = &container["resources"][kind];
        assert!(amounts["cpu"].is_string() && amounts["memory"].is_string(), "{kind}: {amounts}");
    }
}

fn known_settings(pod: &Value, container: &Value, map: &Value) {
    assert_eq!(container["envFrom"], json!([{ "configMapRef": { "name": map["metadata"]["name"] } }]));
    let (known, told) = (settings(), map["data"].as_object().unwrap());
    assert!(known.contains("BAILIWICK_LISTEN"), "the README's table: {known:?}");
    let secret: Vec<_> = container["env"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(secret, ["BAILIWICK_DATABASE_URL", "BAILIWICK_SECRET_KEY", "BAILIWICK_SMTP_URL"]);
    for (variable, name) in container["env"].as_array().unwrap().iter().zip(&secret) {
        // Not optional: without it the program would go on with what is lost with the pod.
        let from = json!({ "secretKeyRef": { "name": "bailiwick", "key": name } });
        assert_eq!(variable["valueFrom"], from);
        assert!(!told.contains_key(*name), "{name} is no secret in a ConfigMap");
    }
    for name in told.keys().map(String::as_str).chain(secret) {
        assert!(known.contains(name), "{name} is no setting of the README");
    }
    // Kubernetes itself would tell of the Service `bailiwick` by BAILIWICK_PORT, which is no setting.
    assert_eq!(pod["enableServiceLinks"], false);
    let port = told["BAILIWICK_LISTEN"].as_str().unwrap().rsplit_once(':').unwrap().1;
    assert_eq!(container["ports"][0]["containerPort"].to_string(), port);
}

fn replaced_without_a_gap(deployment: &Value) {
    let (spec, pod) = (&deployment["spec"], &deployment["spec"]["template"]["spec"]);
    assert!(spec["replicas"].as_u64().unwrap() >= 2);
    assert_eq!(spec["strategy"]["rollingUpdate"]["maxUnavailable"], 0);
    assert!(pod["terminationGracePeriodSeconds"].as_u64().unwrap() > STOPPED_WITHIN);
    assert_eq!(pod["serviceAccountName"], "bailiwick-controller");
}

#[test]
fn the_unit_for_systemd_sets_what_the_readme_names_and_waits_for_the_end() {
    let unit = fs::read_to_string(file("deploy/systemd/bailiwick.service")).unwrap();
    let known = settings();
    // What it proposes in a comment counts as well.
    let lines = unit.lines().map(|line| line.trim_start_matches('#'));
    let set: Vec<_> = lines.filter_map(|line| line.strip_prefix("Environment=")?.split_once('=')).collect();
    assert!(set.contains(&("BAILIWICK_DATA", "/var/lib/bailiwick")), "{set:?}");
    for (name, _) in set {
        assert!(known.contains(name), "{name} is no setting of the README");
    }
    let patience = unit.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")).unwrap();
    assert!(patience.parse::<u64>().unwrap() > STOPPED_WITHIN);
}

#[test]
fn the_template_for_a_function_sets_what_the_readme_names_and_all_that_a_function_needs() {
    let template = fs::read_to_string(file("deploy/lambda/template.yaml")).unwrap();
    let names = template.lines().filter_map(|line| line.trim().split_once(": ")).map(|(name, _)| name);
    let set: BTreeSet<_> = names.filter(|name| name.starts_with("BAILIWICK_")).map(ToOwned::to_owned).collect();
    let known = settings();
    assert!(set.is_subset(&known), "{:?} are no settings of the README", set.difference(&known));
    let needed = ["BASE_URL", "DATABASE_URL", "SECRET_KEY", "SMTP_URL"].map(|name| format!("BAILIWICK_{name}"));
    assert!(set.is_superset(&needed.into()), "{set:?}");
}
