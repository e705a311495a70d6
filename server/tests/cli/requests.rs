//! What admins ask for, decided at the command line.

use crate::{
    browser::Person,
    machine::{Machine, both_ways},
};

const SLUG: &str = "northwind";

/// Ada asks; answers the request's id.
async fn ask(machine: &Machine, kind: &str, more: &[(&str, &str)]) -> String {
    ask_as(&machine.ada, kind, more).await
}

async fn ask_as(admin: &Person, kind: &str, more: &[(&str, &str)]) -> String {
    let fields = [&[("organization", admin.slug.as_str()), ("kind", kind), ("reason", "We need it.\nSoon.")], more];
    let answer = admin.call("requests/file", &fields.concat()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["request"].as_str().unwrap().to_owned()
}

#[test]
fn a_request_is_read_and_approved_and_the_act_is_done() {
    both_ways(async |machine| {
        machine.done(&["request", "list"]).says("No request waits.");
        let id = ask(machine, "namespace_limit", &[("limit", "20")]).await;
        let listed = machine.done(&["request", "list"]);
        assert_eq!(listed.row(&id)[2..4], [SLUG, "waiting"]);
        assert!(machine.done(&["organization", "show", SLUG]).out.contains(&id));

        let shown = machine.done(&["request", "show", &id]);
        assert!(shown.out.contains("  We need it.\n  Soon.\n"), "{shown:?}");
        let json = machine.json(&["request", "show", &id]);
        assert_eq!(json["request"]["wish"]["kind"], "namespace_limit", "{json}");

        let approved = machine.json(&["request", "approve", &id, "--note", "until Friday"]);
        assert_eq!(approved["request"]["state"], "approved", "{approved}");
        assert_eq!(machine.done(&["organization", "list"]).row(SLUG)[3], "2 of 20");
        assert_eq!(machine.changes_nothing(3, &["request", "approve", &id]).await, "request_decided");
        machine.done(&["request", "list"]).says("No request waits.");
        let shown = machine.done(&["request", "show", &id]);
        assert!(shown.out.contains("until Friday"), "{shown:?}");
        assert_eq!(machine.json(&["request", "list", "--all"])["requests"][0]["id"], id.as_str());
    });
}

#[test]
fn a_request_is_declined_and_nothing_of_it_is_done() {
    both_ways(async |machine| {
        let bo = machine.bo.id().await;
        let id = ask(machine, "make_admin", &[("member", &bo)]).await;
        machine.done(&["request", "decline", &id]).says("The request is declined. ada@northwind.example is told.");
        assert_eq!(machine.done(&["user", "list", SLUG]).row(&machine.bo.email)[2], "member");
        let unknown = "0b0e7f52-6f3c-4f4e-9d0a-3f6b9d1c2a10";
        for verb in ["show", "approve", "decline"] {
            assert_eq!(machine.changes_nothing(4, &["request", verb, unknown]).await, "not_found");
        }
    });
}

#[test]
fn approving_what_deletes_is_confirmed_like_deleting() {
    both_ways(async |machine| {
        let bo = machine.bo.id().await;
        let namespace = ask(machine, "delete_namespace", &[("namespace", "lab")]).await;
        machine.ada.deactivate(&machine.bo).await;
        let person = ask(machine, "remove_user", &[("member", &bo)]).await;
        for id in [&namespace, &person] {
            assert_eq!(machine.changes_nothing(5, &["request", "approve", id]).await, "not_confirmed");
        }
        machine.run(&["request", "approve", &person]).says("will be removed completely");
        for id in [&namespace, &person] {
            machine.done(&["request", "approve", id, "--yes"]);
        }
        assert!(!machine.done(&["user", "list", SLUG]).out.contains(&machine.bo.email));
        assert!(!machine.done(&["namespace", "list", SLUG]).out.contains("northwind-lab"));
    });
}

#[test]
fn every_page_of_a_list_is_read_and_no_more_of_a_log_than_is_asked_for() {
    both_ways(async |machine| {
        // More than a page of the API has, and of neither organization more than may be asked in an hour.
        let eve = machine.house.found("Eastwind", "eve@eastwind.example").await;
        for admin in [&machine.ada, &eve].into_iter().cycle().take(53) {
            let id = ask_as(admin, "namespace_limit", &[("limit", "20")]).await;
            let fields = [("organization", admin.slug.as_str()), ("request", id.as_str())];
            assert_eq!(admin.call("requests/withdraw", &fields).await.status, 200);
        }
        let oldest = machine.json(&["request", "list", "--all", "--limit", "1000"]);
        let rows = oldest["requests"].as_array().unwrap();
        assert_eq!(rows.len(), 53);
        assert!(oldest.get("next").is_none(), "{oldest}");
        machine.done(&["request", "show", rows[52]["id"].as_str().unwrap()]);
        let some = machine.done(&["request", "list", "--all", "--limit", "52"]);
        assert_eq!(some.out.lines().count(), 53, "a header and its rows");
        some.says("These are 52, and there are more");
        let all = machine.done(&["request", "list", "--all", "--limit", "53"]);
        assert!(!all.err.contains("there are more"), "{all:?}");
    });
}
