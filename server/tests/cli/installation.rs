//! The installation as a whole: operators, credentials, limits, the cluster, mail, sign-ups, and what was done.

use crate::machine::{both_ways, ran};

const SLUG: &str = "northwind";

#[test]
fn the_first_operator_gets_an_account_with_the_password_that_is_handed_in() {
    both_ways(async |machine| {
        machine.done(&["list"]).says("There is no operator yet.");
        let new = ["create", "--email", "Olga@example.org", "--first-name", "Olga", "--last-name", "Petrova"];
        assert_eq!(machine.changes_nothing(4, &new[..3]).await, "not_found");
        // The rules of passwords hold here as well.
        let short = ran(&mut machine.operator(&new), "short\n");
        assert_eq!(short.exit, 3, "{short:?}");
        short.says("bad_field");

        let password = "nine grey geese over the weir";
        machine.house.note(password);
        let made = ran(&mut machine.operator(&new), &format!("{password}\r\n"));
        assert_eq!(made.exit, 0, "{made:?}");
        assert!(!made.out.contains(password) && !made.err.contains(password), "{made:?}");
        made.says("olga@example.org is an operator now.");
        assert_eq!(machine.done(&["list"]).row("olga@example.org").last(), Some(&"Olga Petrova"));
        assert_eq!(machine.json(&["list"])["operators"][0]["email"], "olga@example.org");
        let fields = [("email", "olga@example.org"), ("password", password)];
        let answer = machine.house.anonymous().call("sessions/sign-in", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    });
}

#[test]
fn whoever_has_an_account_is_asked_for_nothing() {
    both_ways(async |machine| {
        machine.done(&["create", "--email", &machine.ada.email]).says("is an operator now");
        assert_eq!(machine.changes_nothing(3, &["create", "--email", &machine.ada.email]).await, "already_operator");
    });
}

#[test]
fn a_credential_s_secret_alone_is_what_a_shell_takes() {
    both_ways(async |machine| {
        let made = machine.done(&["credential", "make", "backup"]);
        assert!(made.out.starts_with("bwo_") && made.out.trim_end().len() > 30, "{made:?}");
        assert_eq!(made.out.lines().count(), 1);
        machine.house.note(made.out.trim());
        let listed = machine.done(&["credential", "list"]);
        assert!(listed.out.contains("backup") && !listed.out.contains(made.out.trim()), "{listed:?}");
        assert_eq!(machine.changes_nothing(3, &["credential", "make", " "]).await, "bad_field");
    });
}

#[test]
fn limits_are_raised_and_lowered_as_far_as_what_there_is() {
    both_ways(async |machine| {
        let both = machine.done(&["organization", "limit", SLUG, "--namespaces", "20", "--members", "40"]);
        both.says("northwind may have 20 namespaces.");
        let row = machine.done(&["organization", "list"]);
        assert_eq!(row.row(SLUG)[2..4], ["2 of 40", "2 of 20"]);
        machine.done(&["organization", "limit", SLUG, "--members", "none"]);
        assert_eq!(
            machine.json(&["organization", "show", SLUG])["organization"]["member_limit"],
            serde_json::Value::Null
        );
        for low in [["--namespaces", "1"], ["--members", "1"]] {
            let code = machine.changes_nothing(3, &[&["organization", "limit", SLUG][..], &low].concat()).await;
            assert_eq!(code, "limit_too_low");
        }
    });
}

#[test]
fn what_there_is_and_what_waits_is_told() {
    both_ways(async |machine| {
        let show = machine.done(&["organization", "show", SLUG]);
        for fact in ["Northwind", "ada@northwind.example", "northwind-dev and northwind-lab", "2 of 10"] {
            show.says(fact);
        }
        assert_eq!(machine.changes_nothing(4, &["organization", "show", "southwind"]).await, "not_found");
        let found = machine.json(&["organization", "list", "--search", "north"]);
        assert_eq!(found["organizations"][0]["organization"], SLUG, "{found}");
        machine.done(&["organization", "list", "--search", "south"]).says("No organization is found.");

        machine.done(&["sign-ups", "close"]).says("Sign-up is closed");
        let overview = machine.json(&["overview"]);
        assert_eq!((&overview["organizations"], &overview["sign_ups_open"]), (&1.into(), &false.into()), "{overview}");
        machine.done(&["sign-ups", "open"]);
        assert_eq!(machine.done(&["overview"]).row("sign-ups"), ["sign-ups", "open"]);
        machine.done(&["cluster"]).says("no cluster is connected");
        assert_eq!(machine.json(&["cluster"])["enforced"], false);
        assert_eq!(machine.changes_nothing(3, &["cluster", "confirm-restore"]).await, "not_older");
    });
}

#[test]
fn mail_that_waits_is_shown_and_tried_again() {
    both_ways(async |machine| {
        machine.ada.invite("guest@northwind.example").await;
        let mail = machine.json(&["mail", "list"]);
        assert_eq!(mail["waiting"], 1, "{mail}");
        let id = mail["letters"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(machine.done(&["mail", "list"]).row("guest@northwind.example")[0], id);
        assert_eq!(machine.json(&["mail", "retry", &id])["letters"], 1);
        machine.house.post().await;
        machine.done(&["mail", "list"]).says("No mail waits.");
        assert_eq!(machine.changes_nothing(4, &["mail", "retry", &id]).await, "not_found");
        machine.done(&["mail", "retry"]).says("No mail has failed.");
    });
}

#[test]
fn what_operators_did_is_told_with_who_did_it() {
    both_ways(async |machine| {
        machine.done(&["sign-ups", "close"]);
        machine.done(&["user", "make-admin", SLUG, &machine.bo.email]);
        let by = if machine.is_far() { "Operator's program “laptop”" } else { "Operator" };
        let latest = machine.json(&["activity", "--limit", "1"]);
        let deeds = latest["deeds"].as_array().unwrap();
        assert_eq!(deeds.len(), 1, "{latest}");
        assert_eq!((&deeds[0]["by"], &deeds[0]["code"]), (&by.into(), &"member.role_changed".into()), "{latest}");
        let words = machine.done(&["activity"]);
        assert_eq!(words.row(&machine.bo.email)[1..3], [SLUG, by]);
        // In the organization's own log too, where its admins read it.
        let log = machine.ada.read("activity/list", &[("organization", SLUG)]).await;
        assert!(log.text.contains(by), "{}", log.text);
    });
}
