//! What deletes or closes: shown first, confirmed, and not done without.

use crate::{
    house::on_both,
    machine::{Machine, both_ways, ran},
};

const SLUG: &str = "northwind";

/// Nobody is there to be asked: nothing happens, and what would have gone is told.
async fn needs_a_confirmation(machine: &Machine, arguments: &[&str], shown: &str) {
    assert_eq!(machine.changes_nothing(5, arguments).await, "not_confirmed");
    let ran = machine.run(arguments);
    assert!(ran.err.contains(shown) && ran.err.contains("--yes"), "{ran:?}");
}

#[test]
fn a_person_is_removed_after_deactivation_and_a_confirmation() {
    both_ways(async |machine| {
        let bo = machine.bo.email.as_str();
        machine.done(&["user", "make-admin", SLUG, bo]);
        machine.bo.create_token(&[("name", "of bo")]).await;
        let remove = ["user", "remove", SLUG, bo];
        let with = |more: &'static str| [&remove[..], &[more]].concat();
        assert_eq!(machine.changes_nothing(3, &with("--yes")).await, "still_active");
        assert_eq!(machine.changes_nothing(3, &with("--dry-run")).await, "still_active");
        machine.done(&["user", "deactivate", SLUG, bo]).says(&format!("{bo} is deactivated"));

        machine.changes_nothing(0, &with("--dry-run")).await;
        let dry = machine.done(&with("--dry-run"));
        assert!(dry.out.contains("of bo") && dry.out.contains("Nothing was changed."), "{dry:?}");
        let preview = machine.json(&with("--dry-run"));
        assert_eq!(preview["organizations"][0], SLUG, "{preview}");
        assert_eq!(preview["tokens"][0]["name"], "of bo", "{preview}");
        needs_a_confirmation(machine, &remove, "of bo").await;

        let gone = machine.json(&with("--yes"));
        assert_eq!(gone["name"], "Bo Seated", "{gone}");
        assert!(!machine.done(&["user", "list", SLUG]).out.contains(bo));
        assert_eq!(machine.changes_nothing(4, &with("--yes")).await, "not_found");
        assert!(machine.done(&["token", "list", SLUG]).out.contains("of bo"), "tokens stay with their organization");
    });
}

#[test]
fn somebody_who_was_switched_off_is_switched_on_again() {
    both_ways(async |machine| {
        let bo = machine.bo.email.as_str();
        machine.done(&["user", "deactivate", SLUG, bo]);
        assert_eq!(machine.changes_nothing(3, &["user", "deactivate", SLUG, bo]).await, "already_deactivated");
        machine.done(&["user", "reactivate", SLUG, bo]).says("is active again");
        assert_eq!(machine.done(&["user", "list", SLUG]).row(bo)[1], "active");
    });
}

#[test]
fn a_namespace_is_adopted_and_taken_away_by_either_of_its_names() {
    both_ways(async |machine| {
        machine.done(&["namespace", "adopt", SLUG, "legacy-batch"]).says("legacy-batch");
        let listed = machine.json(&["namespace", "list", SLUG]);
        let names: Vec<_> = listed["namespaces"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
        assert_eq!(names, ["legacy-batch", "northwind-dev", "northwind-lab"]);
        assert_eq!(machine.changes_nothing(3, &["namespace", "adopt", SLUG, "legacy-batch"]).await, "namespace_taken");

        machine.changes_nothing(0, &["namespace", "delete", SLUG, "dev", "--dry-run"]).await;
        machine
            .done(&["namespace", "delete", SLUG, "dev", "--dry-run"])
            .says("1 person will lose access: ada@northwind.example");
        let preview = machine.json(&["namespace", "delete", SLUG, "dev", "--dry-run"]);
        assert_eq!(preview["namespace"]["name"], "northwind-dev", "{preview}");
        needs_a_confirmation(machine, &["namespace", "delete", SLUG, "dev"], "northwind-dev will be taken").await;
        machine.done(&["namespace", "delete", SLUG, "dev", "--yes"]).says("kubectl delete namespace northwind-dev");
        machine.done(&["namespace", "delete", SLUG, "northwind-lab", "--yes"]);
        assert_eq!(machine.changes_nothing(4, &["namespace", "delete", SLUG, "lab", "--yes"]).await, "not_found");
        let left = machine.done(&["namespace", "list", SLUG]);
        assert!(left.out.contains("legacy-batch") && !left.out.contains("northwind-"), "{left:?}");
    });
}

#[test]
fn an_organization_is_suspended_and_resumed() {
    both_ways(async |machine| {
        let suspend = ["organization", "suspend", SLUG, "--reason", "the bill\nis open"];
        needs_a_confirmation(machine, &suspend, "Northwind (northwind) will be closed: 2 active members").await;
        machine.done(&[&suspend[..], &["--yes"]].concat()).says("northwind is suspended. Nothing of it is lost.");
        assert_eq!(machine.done(&["organization", "list"]).row(SLUG)[1], "suspended");
        assert_eq!(machine.changes_nothing(3, &[&suspend[..], &["--yes"]].concat()).await, "already_suspended");
        machine.done(&["organization", "resume", SLUG]).says("northwind is open again.");
        assert_eq!(machine.changes_nothing(3, &["organization", "resume", SLUG]).await, "not_suspended");
        assert_eq!(machine.changes_nothing(3, &["organization", "confirm-deletions", SLUG]).await, "nothing_held");
        // A reason on two lines is one row.
        let activity = machine.done(&["activity"]);
        assert!(activity.out.contains("the bill is open"), "{activity:?}");
    });
}

#[test]
fn an_operator_is_removed_by_their_address_and_a_credential_by_its_id() {
    both_ways(async |machine| {
        machine.done(&["create", "--email", &machine.bo.email]);
        machine.done(&["create", "--email", &machine.ada.email]);
        needs_a_confirmation(machine, &["remove", &machine.bo.email], "the credentials they made end").await;
        machine.done(&["remove", &machine.bo.email, "--yes"]).says("is no operator any longer");
        assert_eq!(machine.changes_nothing(3, &["remove", &machine.bo.email, "--yes"]).await, "not_operator");
        assert_eq!(machine.changes_nothing(3, &["remove", &machine.ada.email, "--yes"]).await, "last_operator");

        let made = machine.json(&["credential", "make", "backup"]);
        let id = made["id"].as_str().unwrap();
        machine.house.note(made["secret"].as_str().unwrap());
        needs_a_confirmation(machine, &["credential", "end", id], "“backup”").await;
        machine.done(&["credential", "end", id, "--yes"]).says("The credential is ended.");
        assert_eq!(machine.changes_nothing(4, &["credential", "end", id, "--yes"]).await, "not_found");
    });
}

#[test]
fn a_restore_is_confirmed_by_whoever_has_read_what_it_brings_back() {
    on_both(async |house| {
        let machine = Machine::beside(&house).await;
        // The controller is elsewhere, so that none of its own is asked for here.
        let run = |arguments: &[&str]| {
            ran(machine.operator(&[&["cluster"], arguments].concat()).env("BAILIWICK_CONTROLLER", "remote"), "")
        };
        let confirm = ["confirm-restore", "--yes"];
        assert_eq!(run(&confirm).exit, 3, "nothing was restored");
        house.on_real_time().is_an_older_copy().await;
        run(&[]).says("run `bailiwick operator cluster confirm-restore`");
        let asked = run(&confirm[..1]);
        assert!(asked.exit == 5 && asked.err.contains("come back there") && asked.err.contains("--yes"), "{asked:?}");
        let doctor = ran(machine.program().arg("doctor").env("BAILIWICK_CONTROLLER", "remote"), "");
        assert!(doctor.out.contains("the database is older than what the cluster was told"), "{doctor:?}");
        let done = run(&confirm);
        assert_eq!(done.exit, 0, "{done:?}");
        done.says("The restore is confirmed");
        assert_eq!(run(&confirm).exit, 3, "once is enough");
        house.post().await;
    });
}
