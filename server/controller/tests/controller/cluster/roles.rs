//! The ClusterRoles behind the bindings are missing, emptied or stripped. Others use those of the cluster meanwhile: each test has
//! roles of its own, and its controller is led to them.

use super::{Room, Running, cluster};
use crate::people::user;
use controller::{Failure, Report};
use domain::{
    binding::{Binding, ClusterRole},
    permission::Permission,
};
use http::Request;
use k8s_openapi::api::rbac::v1::ClusterRole as Object;
use kube::{Api, Client, api::ListParams, client::Body};
use serde_json::{Value, json};
use std::time::Duration;

const STANDARD: ClusterRole = ClusterRole::Standard;
const PODS: ClusterRole = ClusterRole::Withheld(Permission::WritePods);
const RBAC: &str = "rbac.authorization.k8s.io";
const NOTICED_WITHIN: Duration = Duration::from_secs(5);

/// Roles like those that are shipped, under names of the test's own. They are gone when it ends.
struct Own<'a> {
    room: &'a Room,
}

impl Room {
    /// Filled, and no controller of the API server's refills them.
    fn own_roles(&self) -> Own<'_> {
        let own = Own { room: self };
        ClusterRole::ALL.into_iter().for_each(|role| own.put(role));
        own
    }
}

impl Own<'_> {
    fn name(&self, role: ClusterRole) -> String {
        role.name().replace("bailiwick:", &format!("{}:", self.room.id))
    }

    fn create(&self, kind: &str, name: &str, rest: &Value) {
        let mut object = rest.clone();
        object["apiVersion"] = json!(format!("{RBAC}/v1"));
        object["kind"] = json!(kind);
        object["metadata"] = json!({ "name": name, "labels": { "test": self.room.id } });
        self.room.cluster.apply(&object);
    }

    fn shipped(&self, role: ClusterRole) -> Value {
        let text = self.room.cluster.kubectl(&["get", "clusterrole", &role.name(), "-o", "json"]);
        serde_json::from_str::<Value>(&text).unwrap()["rules"].take()
    }

    fn put(&self, role: ClusterRole) {
        self.create("ClusterRole", &self.name(role), &json!({ "rules": self.shipped(role) }));
    }

    fn take(&self, role: ClusterRole) {
        self.room.cluster.kubectl(&["delete", "clusterrole", &self.name(role)]);
    }

    fn set_rules(&self, role: ClusterRole, rules: &Value) {
        let patch = json!({ "rules": rules }).to_string();
        self.room.cluster.kubectl(&["patch", "clusterrole", &self.name(role), "-p", &patch]);
    }

    /// The right to watch them, as it is shipped for the others.
    fn may_be_watched(&self) {
        let name = format!("{}:watch", self.room.id);
        let names = ClusterRole::ALL.map(|role| self.name(role));
        let rule = json!({
            "apiGroups": [RBAC], "resources": ["clusterroles"], "resourceNames": names, "verbs": ["list", "watch"],
        });
        self.create("ClusterRole", &name, &json!({ "rules": [rule] }));
        let binding = json!({
            "roleRef": { "apiGroup": RBAC, "kind": "ClusterRole", "name": name },
            "subjects": [{ "kind": "ServiceAccount", "name": "bailiwick-controller", "namespace": "bailiwick" }],
        });
        self.create("ClusterRoleBinding", &name, &binding);
    }

    /// A controller that takes them for those that are shipped.
    async fn controller(&self) -> Running {
        let (client, id) = (self.room.cluster.as_controller(None).await, self.room.id.clone());
        let lead = move |mut request: Request<Body>| {
            if request.uri().path().ends_with("/clusterroles") {
                let uri = request.uri().to_string().replace("bailiwick%3A", &format!("{id}%3A"));
                assert!(uri.contains(&id), "{uri}");
                *request.uri_mut() = uri.parse().unwrap();
            }
            let client = client.clone();
            async move { client.send(request).await }
        };
        self.room.controller_with("a", Client::new(tower::service_fn(lead), "default"), 0)
    }

    async fn reported(&self, since: usize, what: &str, is_so: impl Fn(&Report) -> bool) -> Report {
        self.room.desk.report_within(NOTICED_WITHIN, since, what, is_so).await
    }
}

impl Drop for Own<'_> {
    fn drop(&mut self) {
        let label = format!("test={}", self.room.id);
        self.room.cluster.run(&["delete", "clusterroles,clusterrolebindings", "-l", &label, "--wait=false"]);
    }
}

/// What the report says of a binding, as it is shown.
fn why(report: &Report, binding: &Binding) -> String {
    report.bindings[&binding.key()].as_ref().map_or_else(Failure::to_string, |()| "in sync".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_taken_away_or_stripped_makes_its_bindings_failing_until_it_is_back() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let own = room.own_roles();
    own.may_be_watched();
    let (bob, pods) = (room.grant("dev", user(1), STANDARD), room.grant("dev", user(1), PODS));
    let carol = room.grant("dev", user(2), STANDARD);
    let (both, namespaces) = ([bob.clone(), pods.clone()], [room.named("dev")]);
    let controller = own.controller().await;
    let version = room.desk.want(room.organization, &both, &namespaces);
    room.desk.in_sync(version).await;

    let since = room.desk.count();
    own.take(STANDARD);
    let report = own.reported(since, "the role is missing", |it| !it.is_in_sync()).await;
    assert_eq!(
        why(&report, &bob),
        "the ClusterRole bailiwick:standard is missing: apply the manifests again with `bailiwick cluster manifests | kubectl apply \
         -f -`"
    );
    assert_eq!((why(&report, &pods).as_str(), report.drift.len()), ("in sync", 0), "bound to another role");
    assert_eq!(room.objects().await.len(), 2, "the bindings stay");

    // What is given and taken meanwhile is written all the same.
    let version = room.desk.want(room.organization, &[bob.clone(), carol.clone()], &namespaces);
    let report = own.reported(since, "another is given", |it| it.version == version).await;
    assert!(why(&report, &carol).contains("is missing") && report.is_withdrawn(), "{report:?}");
    assert_eq!(room.objects().await.len(), 2);
    // And is missed when somebody takes it.
    let since = room.desk.count();
    let (namespace, name) = (room.named("dev"), carol.name().to_string());
    room.cluster.kubectl(&["-n", namespace.as_str(), "delete", "rolebinding", &name]);
    own.reported(since, "it is made again", |it| it.drift.iter().any(|it| it.key == carol.key())).await;

    let since = room.desk.count();
    own.put(STANDARD);
    let report = own.reported(since, "the role is back", Report::is_in_sync).await;
    assert_eq!(report.bindings.len(), 2);

    let since = room.desk.count();
    own.set_rules(STANDARD, &json!([]));
    let report = own.reported(since, "the role is empty", |it| !it.is_in_sync()).await;
    assert!(why(&report, &bob).starts_with("the ClusterRole bailiwick:standard is empty: "), "{report:?}");

    let mut less = own.shipped(STANDARD);
    let claims = |rule: &Value| rule["resources"][0] == "persistentvolumeclaims";
    less.as_array_mut().unwrap().retain(|rule| !claims(rule));
    let since = room.desk.count();
    own.set_rules(STANDARD, &less);
    let stripped = |it: &Report| why(it, &bob).contains("lacks the right to create persistentvolumeclaims, and 4 more");
    own.reported(since, "the role is stripped", stripped).await;

    let since = room.desk.count();
    own.set_rules(STANDARD, &own.shipped(STANDARD));
    own.reported(since, "the role is whole", Report::is_in_sync).await;
    controller.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aggregated_role_gives_nothing_until_it_is_filled() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let own = room.own_roles();
    own.may_be_watched();
    own.take(STANDARD);
    let label = format!("{}/part", room.id);
    let selectors = json!([{ "matchLabels": { &label: "true" } }]);
    own.create(
        "ClusterRole",
        &own.name(STANDARD),
        &json!({ "aggregationRule": { "clusterRoleSelectors": selectors }, "rules": [] }),
    );
    let controller = own.controller().await;
    let bob = room.grant("dev", user(1), STANDARD);
    let version = room.desk.want(room.organization, std::slice::from_ref(&bob), &[room.named("dev")]);
    let report = own.reported(0, "nobody has filled it", |it| it.version == version).await;
    assert!(why(&report, &bob).contains("check that the cluster's kube-controller-manager runs"), "{report:?}");

    let part = format!("{}:part", room.id);
    own.create("ClusterRole", &part, &json!({ "rules": own.shipped(STANDARD) }));
    let since = room.desk.count();
    room.cluster.kubectl(&["label", "clusterrole", &part, &format!("{label}=true")]);
    own.reported(since, "it is filled", Report::is_in_sync).await;
    controller.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_to_watch_roles_everything_else_goes_on_until_it_is_given() {
    let Some(cluster) = cluster().await else { return };
    let room = cluster.room().await;
    let own = room.own_roles();
    own.take(STANDARD);
    let controller = own.controller().await;
    let (bob, namespaces) = (room.grant("dev", user(1), STANDARD), [room.named("dev")]);
    let version = room.desk.want(room.organization, std::slice::from_ref(&bob), &namespaces);
    room.desk.in_sync(version).await;
    let version = room.desk.want(room.organization, &[], &namespaces);
    room.desk.in_sync(version).await;
    assert_eq!(room.objects().await, Vec::<Value>::new());

    let version = room.desk.want(room.organization, std::slice::from_ref(&bob), &namespaces);
    room.desk.in_sync(version).await;
    let since = room.desk.count();
    own.may_be_watched();
    let most = Duration::from_secs(20);
    room.desk.report_within(most, since, "it is read", |it| why(it, &bob).contains("is missing")).await;
    controller.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_rights_are_enough_to_watch_the_shipped_roles_and_no_other() {
    let Some(cluster) = cluster().await else { return };
    cluster.install().await;
    let api = Api::<Object>::all(cluster.as_controller(None).await);
    for role in ClusterRole::ALL {
        let by_name = ListParams::default().fields(&format!("metadata.name={}", role.name()));
        assert_eq!(api.list(&by_name).await.unwrap().items.len(), 1, "{role:?}");
    }
    for other in [ListParams::default(), ListParams::default().fields("metadata.name=cluster-admin")] {
        let kube::Error::Api(status) = api.list(&other).await.unwrap_err() else { panic!("{other:?}") };
        assert_eq!(status.code, 403);
    }
}
