//! People of an organization: found by their addresses, raised, lowered, and given what no admin gives.

use crate::machine::both_ways;
use domain::membership::Role;

const SLUG: &str = "northwind";

#[test]
fn people_are_listed_and_found_by_a_part_of_their_address() {
    both_ways(async |machine| {
        machine.ada.invite("guest@northwind.example").await;
        let all = machine.done(&["user", "list", SLUG]);
        assert!(all.out.starts_with("EMAIL"), "{all:?}");
        assert_eq!(all.row("Ada Founder")[1..3], ["active", "founder"]);
        assert_eq!(all.row(&machine.bo.email)[1..3], ["active", "member"]);
        assert_eq!(all.row("guest@northwind.example")[1..3], ["invite sent", "-"]);
        assert!(!all.out.contains('\u{1b}'), "no colour where no terminal is");

        let found = machine.json(&["user", "list", SLUG, "--search", "guest"]);
        assert_eq!(found["members"].as_array().unwrap().len(), 1, "{found}");
        assert_eq!(found["members"][0]["status"], "invite_sent");
        assert_eq!(found["total"], 1);
    });
}

#[test]
fn an_admin_is_made_and_unmade_and_the_founder_changed() {
    both_ways(async |machine| {
        let (ada, bo) = (machine.ada.email.as_str(), machine.bo.email.as_str());
        let role = |email: &str| machine.done(&["user", "list", SLUG, "--search", email]).row(email)[2].to_owned();

        machine.done(&["user", "make-admin", SLUG, bo]).says(&format!("{bo} is an admin now."));
        assert_eq!(role(bo), "admin");
        machine.done(&["user", "take-admin", SLUG, &bo.to_uppercase()]).says("is no admin any longer");
        assert_eq!(role(bo), "member");
        assert_eq!(machine.changes_nothing(3, &["user", "take-admin", SLUG, bo]).await, "role_unchanged");

        machine.done(&["user", "make-founder", SLUG, bo]).says(&format!("{bo} is the founder now."));
        assert_eq!((role(bo), role(ada)), ("founder".to_owned(), "admin".to_owned()));
        assert_eq!(machine.json(&["user", "take-admin", SLUG, ada]), serde_json::Value::Null, "as the API answers");
    });
}

#[test]
fn an_address_is_that_very_person_s_and_nobody_else_s() {
    both_ways(async |machine| {
        let other = machine.house.seat(SLUG, Role::Member).await;
        machine.ada.invite("guest@northwind.example").await;
        // A part of an address finds rows, and is nobody.
        let part = other.email.replacen("member-", "ember-", 1);
        for nobody in [part.as_str(), "nobody@northwind.example", "guest@northwind.example"] {
            assert_eq!(machine.changes_nothing(4, &["user", "make-admin", SLUG, nobody]).await, "not_found");
        }
        let ran = machine.run(&["user", "make-admin", SLUG, "guest@northwind.example"]);
        ran.says("is invited to northwind, and no member before they accept");
        let ran = machine.run(&["user", "make-admin", "southwind", &other.email]);
        assert_eq!(ran.exit, 4);
        ran.says("There is no organization southwind");
        ran.says("bailiwick operator organization list");
    });
}

#[test]
fn what_no_admin_gives_is_given_for_a_while_and_taken() {
    both_ways(async |machine| {
        let bo = machine.bo.email.as_str();
        let pods = ["--permission", "w:pods", "--namespace", "dev"];
        let give = [&["user", "give", SLUG, bo][..], &pods].concat();
        let given = machine.done(&[&give[..], &["--lasts", "8h"]].concat());
        given.says("w:pods in dev is given. It ends by itself at 20");
        assert!(given.out.trim_end().ends_with(" UTC."), "{given:?}");

        let shown = machine.done(&["user", "show", SLUG, bo]);
        assert!(shown.row("northwind-dev").iter().any(|cell| cell.starts_with("w:pods until 20")), "{shown:?}");
        let json = machine.json(&["user", "show", SLUG, bo]);
        assert_eq!(json["namespaces"][0]["given"][0]["permission"], "w:pods", "{json}");
        assert_eq!(machine.changes_nothing(3, &give).await, "already_given");

        let take = [&["user", "take", SLUG, bo][..], &pods].concat();
        machine.done(&take).says("w:pods in dev is taken back.");
        assert_eq!(machine.changes_nothing(3, &take).await, "not_given");
        let forever =
            machine.json(&[&give[..2], &[SLUG, bo, "--permission", "w:full", "--namespace", "northwind-lab"]].concat());
        assert!(forever["ends_at"].is_null(), "{forever}");
    });
}

#[test]
fn a_token_is_given_it_by_its_id() {
    both_ways(async |machine| {
        let token = machine.ada.create_token(&[("name", "deploy")]).await;
        let listed = machine.done(&["token", "list", SLUG]);
        assert_eq!(listed.row("deploy")[0], token.id);
        assert!(!listed.out.contains(&token.secret));
        let rest = ["--permission", "w:pods", "--namespace", "dev"];
        machine.done(&[&["user", "give", SLUG, "--token", &token.id][..], &rest].concat());
        machine.done(&[&["user", "take", SLUG, "--token", &token.id][..], &rest].concat());
        let unknown = "0b0e7f52-6f3c-4f4e-9d0a-3f6b9d1c2a10";
        let code = machine.changes_nothing(4, &[&["user", "give", SLUG, "--token", unknown][..], &rest].concat()).await;
        assert_eq!(code, "not_found");
        let elsewhere = ["user", "give", SLUG, &machine.bo.email, "--permission", "w:pods", "--namespace", "prod"];
        assert_eq!(machine.changes_nothing(4, &elsewhere).await, "unknown_namespace");
    });
}

#[test]
fn what_is_not_written_as_the_help_says_is_not_sent() {
    both_ways(async |machine| {
        let bo = machine.bo.email.as_str();
        let before = machine.house.rows().await;
        for wrong in [
            &["user", "make-admin", SLUG][..],
            &["user", "make-admin", SLUG, "bo"],
            &["user", "give", SLUG, "--permission", "w:pods", "--namespace", "dev"],
            &["user", "give", SLUG, bo, "--token", "x", "--permission", "w:pods", "--namespace", "dev"],
            &["user", "give", SLUG, bo, "--permission", "r:full", "--namespace", "dev"],
            &["user", "give", SLUG, bo, "--permission", "w:pods", "--namespace", "dev", "--lasts", "2w"],
            &["organization", "limit", SLUG],
            &["organization", "limit", SLUG, "--members", "many"],
            &["request", "list", "--limit", "3"],
            &["activity", "--limit", "0"],
            &["everything"],
        ] {
            let ran = machine.run(wrong);
            assert_eq!(ran.exit, 2, "{wrong:?}: {ran:?}");
            assert!(ran.out.is_empty() && !ran.err.is_empty(), "{ran:?}");
        }
        assert_eq!(machine.house.rows().await, before);
    });
}
