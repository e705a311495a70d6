//! What is sent to the API server, and what is made of its answers.

use crate::{
    people::{binding, organization, token, user},
    script::{Answer, Script, status},
};
use controller::{
    Failure, Term,
    access::{Act, Verdict, may},
    apply::{Done, Writer},
    object::{label, role_binding},
    plan::Step,
};
use domain::{
    binding::{Binding, ClusterRole},
    namespace::PodSecurity,
};
use serde_json::{Value, json};

const AT: &str = "/apis/rbac.authorization.k8s.io/v1/namespaces/northwind-a/rolebindings";

fn bob() -> Binding {
    binding("northwind-a", user(1), ClusterRole::Standard)
}

fn writer(script: &Script) -> Writer {
    Writer::new(script.client(), Term::unlimited())
}

/// The object as the API server would give it back.
fn there(binding: &Binding, manager: &str) -> Answer {
    let mut object = serde_json::to_value(role_binding(binding)).unwrap();
    object["metadata"]["uid"] = "7".into();
    object["metadata"]["resourceVersion"] = "9".into();
    object["metadata"]["managedFields"] =
        json!([{ "manager": manager, "operation": "Update", "fieldsV1": { "f:subjects": {} } }]);
    Answer::Says(200, object)
}

#[tokio::test]
async fn a_binding_is_made_by_post_under_our_name() {
    let script = Script::default().on(&format!("POST {AT}?&fieldManager=bailiwick"), there(&bob(), "bailiwick"));
    let done = writer(&script).step(&Step::Create(bob())).await;
    assert!(matches!(done, Ok(Done::Created(_))), "{done:?}");
    script.is_played();
    let (_, sent) = script.calls.lock().unwrap()[0].clone();
    let id = user(1).label();
    assert_eq!(
        sent,
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {
                "name": format!("bailiwick-{id}"),
                "namespace": "northwind-a",
                "labels": {
                    "app.kubernetes.io/managed-by": "bailiwick",
                    "bailiwick/organization": organization(1).to_string(),
                    "bailiwick/subject": id,
                },
                "annotations": {
                    "bailiwick/subject-name": "bob@northwind.example",
                    "bailiwick/granted-by": "ada@northwind.example",
                    "bailiwick/granted-at": "2026-11-24T12:00:00Z",
                },
            },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "bailiwick:standard" },
            "subjects": [{
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "User",
                "name": user(1).username(),
            }],
        })
    );
}

#[tokio::test]
async fn a_taken_name_is_looked_at_and_never_written_over() {
    let taken = || status(409, "AlreadyExists", "exists");
    let name = bob().name();
    let foreign =
        Script::default().on(&format!("POST {AT}"), taken()).on(&format!("GET {AT}/{name}"), there(&bob(), "kubectl"));
    assert_eq!(writer(&foreign).step(&Step::Create(bob())).await, Err(Failure::Foreign));
    foreign.is_played();

    let own = Script::default()
        .on(&format!("POST {AT}"), taken())
        .on(&format!("GET {AT}/{name}"), there(&bob(), "bailiwick"));
    assert_eq!(writer(&own).step(&Step::Create(bob())).await, Ok(Done::Unchanged));
    own.is_played();

    let gone = Script::default()
        .on(&format!("POST {AT}"), taken())
        .on(&format!("GET {AT}/{name}"), status(404, "NotFound", "gone"));
    assert_eq!(writer(&gone).step(&Step::Create(bob())).await, Err(Failure::Conflict));
    gone.is_played();
}

#[tokio::test]
async fn a_patch_and_a_deletion_name_the_very_object() {
    let name = bob().name();
    let script = Script::default()
        .on(&format!("PATCH {AT}/{name}?&force=true&fieldManager=bailiwick"), there(&bob(), "bailiwick"))
        .on(&format!("DELETE {AT}/{name}"), Answer::Says(200, json!({ "kind": "Status", "status": "Success" })));
    let writer = writer(&script);
    let patched = writer.step(&Step::Patch { binding: bob(), uid: "7".into() }).await;
    assert!(matches!(patched, Ok(Done::Patched(_))), "{patched:?}");
    assert_eq!(writer.step(&Step::Delete { key: bob().key(), uid: "7".into() }).await, Ok(Done::Deleted));
    script.is_played();
    let calls = script.calls.lock().unwrap();
    assert_eq!(calls[0].1["metadata"]["uid"], "7");
    assert_eq!(calls[1].1["preconditions"], json!({ "uid": "7" }));
}

#[tokio::test]
async fn what_is_gone_already_is_deleted_and_what_is_another_by_now_is_not() {
    let delete = Step::Delete { key: bob().key(), uid: "7".into() };
    for (answer, done) in [
        (status(404, "NotFound", "gone"), Ok(Done::Deleted)),
        (status(409, "Conflict", "the UID differs"), Err(Failure::Conflict)),
    ] {
        let script = Script::default().on("DELETE", answer);
        assert_eq!(writer(&script).step(&delete).await, done);
        script.is_played();
    }
}

#[tokio::test]
async fn every_answer_becomes_a_reason_that_somebody_can_act_on() {
    let mut ending =
        json!({ "kind": "Status", "status": "Failure", "code": 403, "reason": "Forbidden", "message": "no" });
    ending["details"] = json!({ "causes": [{ "reason": "NamespaceTerminating", "message": "it ends", "field": "metadata.namespace" }] });
    for (answer, failure) in [
        (status(404, "NotFound", "namespaces not found"), Failure::NamespaceMissing),
        (Answer::Says(403, ending), Failure::NamespaceEnding),
        (status(403, "Forbidden", "may not\nbind"), Failure::Forbidden("may not bind".into())),
        (status(401, "Unauthorized", "who?"), Failure::Forbidden("who?".into())),
        (status(409, "Conflict", "changed"), Failure::Conflict),
        (status(422, "Invalid", "a bad name"), Failure::Refused("a bad name".into())),
        (status(500, "InternalError", "etcd"), Failure::Unavailable("etcd".into())),
        (Answer::Breaks, Failure::Unavailable("connection refused".into())),
    ] {
        let script = Script::default().on("POST", answer);
        assert_eq!(writer(&script).step(&Step::Create(bob())).await, Err(failure));
        script.is_played();
    }
}

#[tokio::test]
async fn an_answer_that_is_no_answer_counts_as_none() {
    for body in [json!([]), json!({}), Value::Null, json!({ "kind": "RoleBinding", "metadata": 7 })] {
        let script = Script::default().on("POST", Answer::Says(200, body.clone()));
        let outcome = writer(&script).step(&Step::Create(bob())).await;
        assert!(matches!(outcome, Err(Failure::Unavailable(_))), "{body}: {outcome:?}");
    }
}

#[tokio::test]
async fn an_api_server_that_says_nothing_is_not_waited_for() {
    let script = Script::default().on("POST", Answer::Hangs);
    let outcome = writer(&script).step(&Step::Create(bob())).await;
    assert_eq!(outcome, Err(Failure::Unavailable("no answer within 3 s".into())));
}

#[tokio::test]
async fn one_that_fails_stops_no_other_and_deletions_come_first() {
    let (good, bad) = (bob(), binding("northwind-b", user(2), ClusterRole::Standard));
    let lost = binding("northwind-a", token(1), ClusterRole::Standard);
    let script = Script::default()
        .on("DELETE", status(403, "Forbidden", "no"))
        .on(&format!("POST {AT}"), there(&good, "bailiwick"))
        .on("POST", status(404, "NotFound", "no such namespace"));
    let steps =
        vec![Step::Delete { key: lost.key(), uid: "1".into() }, Step::Create(bad.clone()), Step::Create(good.clone())];
    let outcomes = writer(&script).carry_out(steps).await;
    script.is_played();
    assert_eq!(outcomes[&lost.key()], Err(Failure::Forbidden("no".into())));
    assert_eq!(outcomes[&bad.key()], Err(Failure::NamespaceMissing));
    assert!(matches!(outcomes[&good.key()], Ok(Done::Created(_))));
    assert!(script.calls.lock().unwrap()[0].0.starts_with("DELETE"));
}

#[tokio::test]
async fn an_api_server_that_is_away_is_not_asked_again_for_each_binding() {
    let many: Vec<_> =
        (0..200).map(|number| Step::Create(binding("northwind-a", user(number), ClusterRole::Standard))).collect();
    let mut script = Script::default();
    for _ in 0..16 {
        script = script.on("POST", Answer::Breaks);
    }
    let outcomes = writer(&script).carry_out(many).await;
    assert_eq!(outcomes.len(), 200);
    assert!(outcomes.values().all(|outcome| matches!(outcome, Err(Failure::Unavailable(_)))));
    assert!(script.calls.lock().unwrap().len() <= 16);
}

#[tokio::test]
async fn a_namespace_is_taken_only_where_it_is_free_or_the_organizations_own() {
    let name = domain::text::NamespaceName::parse("northwind-a").unwrap();
    let labelled = |label: Value| Answer::Says(200, json!({ "metadata": { "name": "northwind-a", "labels": label } }));
    let exists = || status(409, "AlreadyExists", "exists");
    let own = json!({ "bailiwick/organization": organization(1).to_string() });
    let other = json!({ "bailiwick/organization": organization(2).to_string() });
    for (found, outcome) in [
        (own, Ok(())),
        (other, Err(Failure::Foreign)),
        (json!({}), Err(Failure::Foreign)),
        (json!({ "bailiwick/organization": "x" }), Err(Failure::Foreign)),
    ] {
        let script = Script::default()
            .on("POST /api/v1/namespaces", exists())
            .on("GET /api/v1/namespaces/northwind-a", labelled(found));
        assert_eq!(writer(&script).make_namespace(&name, organization(1), None).await, outcome);
        script.is_played();
    }
}

#[tokio::test]
async fn asking_who_may_do_what_sends_the_whole_question() {
    let review = json!({ "spec": {}, "status": { "allowed": true, "reason": "RBAC: allowed by bailiwick-user-1" } });
    let script =
        Script::default().on("POST /apis/authorization.k8s.io/v1/subjectaccessreviews", Answer::Says(201, review));
    let act = Act {
        namespace: "northwind-a".into(),
        verb: "get".into(),
        group: "apps".into(),
        resource: "deployments/scale".into(),
    };
    let verdict = may(&script.client(), "bailiwick:user:1", &["bailiwick:organization:2".into()], &act).await;
    assert_eq!(verdict, Ok(Verdict { allowed: true, reason: "RBAC: allowed by bailiwick-user-1".into() }));
    script.is_played();
    assert_eq!(
        script.calls.lock().unwrap()[0].1["spec"],
        json!({
            "user": "bailiwick:user:1",
            "groups": ["bailiwick:organization:2"],
            "resourceAttributes": {
                "namespace": "northwind-a", "verb": "get", "group": "apps", "resource": "deployments", "subresource": "scale",
            },
        })
    );
}

#[tokio::test]
async fn a_level_is_put_back_only_where_the_namespace_is_the_organizations_and_told_only_if_somebody_took_it() {
    let name = domain::text::NamespaceName::parse("northwind-a").unwrap();
    let (own, other) = (organization(1).to_string(), organization(2).to_string());
    let found = |owner: &str, level: Option<&str>, manager: &str| {
        let mut labels = json!({ "bailiwick/organization": owner });
        let mut fields = json!({ "f:metadata": { "f:labels": {} } });
        if let Some(level) = level {
            labels[label::POD_SECURITY] = level.into();
            fields["f:metadata"]["f:labels"][format!("f:{}", label::POD_SECURITY)] = json!({});
        }
        let entry = json!({ "manager": manager, "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": fields });
        let metadata = json!({ "name": "northwind-a", "uid": "u", "labels": labels, "managedFields": [entry] });
        Answer::Says(200, json!({ "metadata": metadata }))
    };
    let told = Some("kubectl-label");
    for (labels, was_kept, written, by) in [
        (found(&own, Some("baseline"), "kubectl-label"), true, false, None),
        (found(&own, None, "bailiwick"), false, true, None),
        (found(&own, Some("restricted"), "bailiwick"), true, true, None),
        (found(&own, Some("privileged"), "kubectl-label"), true, true, Some(told)),
        (found(&own, Some("privileged"), "kubectl-label"), false, true, Some(told)),
        (found(&own, None, "bailiwick"), true, true, Some(None)),
    ] {
        let mut script = Script::default().on("GET /api/v1/namespaces/northwind-a", labels);
        if written {
            script = script.on("PATCH /api/v1/namespaces/northwind-a", Answer::Says(200, json!({ "metadata": {} })));
        }
        let kept = writer(&script).keep_level(&name, organization(1), PodSecurity::Baseline, was_kept).await.unwrap();
        script.is_played();
        let found = kept.map(|drift| drift.change.map(|change| change.by));
        assert_eq!(found.as_ref().map(|by| by.as_deref()), by);
        if written {
            let sent = script.calls.lock().unwrap()[1].1["metadata"].clone();
            assert_eq!((&sent["uid"], &sent["labels"][label::POD_SECURITY]), (&json!("u"), &json!("baseline")));
        }
    }
    let script = Script::default().on("GET /api/v1/namespaces/northwind-a", found(&other, None, "bailiwick"));
    let kept = writer(&script).keep_level(&name, organization(1), PodSecurity::Baseline, true).await;
    assert_eq!(kept, Err(Failure::Foreign));
    script.is_played();
}
