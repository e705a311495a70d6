//! The operator's pages, as a browser without scripts sees them.

use crate::{
    browser::Answer,
    desk::{ada, appoint, fill, olga},
    failed::Failed,
    house::{PASSWORD, on_both},
};
use domain::membership::Role;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

const DESK: [&str; 6] = [
    "/operator",
    "/operator/requests",
    "/operator/organizations",
    "/operator/cluster",
    "/operator/mail",
    "/operator/activity",
];

/// A question's address, the function that its form posts to, what is typed, and what the page says afterwards.
type Act<'a> = (String, &'a str, &'a [(&'a str, &'a str)], String);

#[test]
fn the_operators_pages_are_for_operators_alone() {
    on_both(async |house| {
        let cast = house.cast().await;
        let olga = olga(&house).await;
        let pages = DESK.into_iter().chain(["/operator/organizations/northwind", "/operator/requests?show=all"]);
        for page in pages {
            let door = cast.asker(0).await.visit(page).await;
            assert_eq!(door.location(), format!("/sign-in?next={}", page.replace('?', "%3F").replace('=', "%3D")));
            for column in 1..5 {
                let answer = cast.asker(column).await.visit(page).await;
                assert_eq!(answer.status, 403, "{page} to {}", crate::calls::ASKERS[column]);
                assert!(answer.shows("Only the operator of this installation can do this."), "{page}");
            }
            let answer = olga.visit(page).await;
            assert_eq!(answer.status, 200, "{page}: {}", answer.text);
            assert!(answer.shows("<h1") && answer.shows("aria-label=\"Operator\""), "{page}");
        }
        // Not even what there is not tells them anything.
        for page in ["/operator/nothing", "/operator/organizations/nowhere", "/operator/organizations/northwind/x"] {
            assert_eq!(cast.founder.visit(page).await.status, 403, "{page}");
            assert_eq!(olga.visit(page).await.status, 404, "{page}");
        }
        house.advance(usecases::Settings::SESSION_IDLE);
    });
}

#[test]
fn the_settings_page_is_for_admins() {
    on_both(async |house| {
        let cast = house.cast().await;
        for page in ["/o/northwind/settings", "/o/northwind/settings?ask=member_limit"] {
            let statuses = [303, 403, 200, 200, 404, 303];
            for (column, expected) in statuses.into_iter().enumerate() {
                let answer = cast.asker(column).await.visit(page).await;
                assert_eq!(answer.status, expected, "{page} to {}", crate::calls::ASKERS[column]);
            }
        }
        let seen = |page: &Answer| page.shows("href=\"/o/northwind/settings\"");
        assert!(seen(&cast.admin.visit("/o/northwind/organization").await));
        assert!(!seen(&cast.member.visit("/o/northwind/organization").await));
    });
}

#[test]
fn an_operator_without_an_organization_finds_their_way() {
    on_both(async |house| {
        ada(&house).await;
        let olga = olga(&house).await;
        assert_eq!(olga.visit("/").await.location(), "/operator");
        let page = olga.visit("/operator").await;
        assert!(page.shows("href=\"/operator\" aria-current=\"page\""), "{}", page.text);
        assert!(!page.text.contains("/o/northwind/organization"));
        let lost = olga.visit("/o/northwind/organization").await;
        assert_eq!(lost.status, 404);
        assert!(lost.shows("href=\"/operator\"") && lost.shows("To the operator's page"));
        assert_eq!(olga.visit("/account").await.status, 200);
        // Whoever is both has both ways.
        appoint(&house, "ada@northwind.example").await;
        let both = house.again("ada@northwind.example", "northwind").await;
        assert_eq!(both.visit("/").await.location(), "/o/northwind/organization");
        let page = both.visit("/o/northwind/organization").await;
        assert!(page.shows("href=\"/operator\"") && page.shows("href=\"/o/northwind/settings\""));
    });
}

/// Every act of the organization's page, by the form that its question shows.
#[test]
fn an_operator_acts_on_an_organization_by_plain_forms() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let olga = olga(&house).await;
        ada.create_namespace("dev").await;
        let (bo, cy) = (house.seat("northwind", Role::Member).await, house.seat("northwind", Role::Member).await);
        let token = ada.create_token(&[("name", "ci"), ("namespaces[]", "northwind-dev")]).await;
        ada.deactivate(&cy).await;
        let (bo_id, cy_id) = (bo.id().await, cy.id().await);
        let place = "/operator/organizations/northwind";
        let give_bo = format!("give=member.{bo_id}");
        let acts: [Act; 12] = [
            (format!("make-admin={bo_id}"), "operator/make-admin", &[], format!("{} is an admin now.", bo.email)),
            (
                format!("take-admin={bo_id}"),
                "operator/take-admin",
                &[],
                format!("{} is no admin any longer.", bo.email),
            ),
            (give_bo, "operator/give-permission", &[("lasts", "1h")], "w:pods in northwind-dev is given.".into()),
            (
                format!("give=token.{}", token.id),
                "operator/give-permission",
                &[("permission", "w:full"), ("lasts", "never")],
                "w:full in northwind-dev is given.".into(),
            ),
            (
                format!("make-founder={bo_id}"),
                "operator/change-founder",
                &[],
                format!("{} is the founder now.", bo.email),
            ),
            (
                "namespace-limit=1".into(),
                "operator/limit-namespaces",
                &[("limit", "3")],
                "may have 3 namespaces".into(),
            ),
            (
                "member-limit=1".into(),
                "operator/limit-members",
                &[("limit", "2")],
                "limit of active members is changed".into(),
            ),
            (
                "adopt=1".into(),
                "operator/adopt-namespace",
                &[("namespace", "legacy-lab")],
                "The namespace legacy-lab belongs to northwind now.".into(),
            ),
            (
                "delete-namespace=legacy-lab".into(),
                "operator/delete-namespace",
                &[],
                "legacy-lab is deleted here".into(),
            ),
            (format!("remove-user={cy_id}"), "operator/remove-user", &[], "Bo Seated is removed.".into()),
            ("suspend=1".into(), "operator/suspend", &[("reason", "A test.")], "northwind is suspended.".into()),
            ("resume=1".into(), "operator/resume", &[], "northwind is open again.".into()),
        ];
        for (query, function, typed, said) in acts {
            let page = fill(&olga, &format!("{place}?{query}"), function, typed).await;
            assert!(page.shows(&said), "{query}: {}", page.text);
            assert!(!page.text.contains("<dialog open"), "{query} is asked again");
        }
        let page = olga.visit(place).await;
        for words in ["ends in 1 hour", "no end", "the token “ci”", "1 of 3", "2 of 2 active"] {
            assert!(page.shows(words), "{words}: {}", page.text);
        }
        let given = page.drawn().split("id=\"take-").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let page = fill(&olga, &format!("{place}?take={given}"), "operator/take-permission", &[]).await;
        assert!(page.shows("is taken back."), "{}", page.text);
    });
}

#[test]
fn who_is_still_active_is_not_removed_and_the_question_says_why() {
    on_both(async |house| {
        ada(&house).await;
        let olga = olga(&house).await;
        let bo = house.seat("northwind", Role::Member).await;
        let page = olga.visit(&format!("/operator/organizations/northwind?remove-user={}", bo.id().await)).await;
        assert!(page.shows("This person is still active") && !page.text.contains("operator/remove-user"));
    });
}

/// Whoever walks up to an open screen must not act as the operator.
#[test]
fn an_old_sign_in_is_proved_again_before_an_act() {
    on_both(async |house| {
        ada(&house).await;
        let olga = olga(&house).await;
        house.advance(6 * MINUTE);
        let question = "/operator/organizations/northwind?suspend=1";
        let page = olga.visit(question).await;
        assert!(page.shows("Confirm that it is you") && !page.text.contains("operator/suspend"), "{}", page.text);
        let page = fill(&olga, question, "account/confirm-password", &[("current_password", PASSWORD)]).await;
        assert!(page.shows("Suspend Northwind?"), "{}", page.text);
        // The question stood open for too long: the press leads to the same proof.
        house.advance(11 * MINUTE);
        let late = [("organization", "northwind"), ("back", question)];
        let done = olga.submit("operator/suspend", &late).await;
        assert_eq!(Failed::of(&done).back, question);
        assert!(olga.visit(done.location()).await.shows("Confirm that it is you"));
        // What is one press has a question of its own to lead to.
        let page = olga.visit("/operator/mail?retry=all").await;
        assert!(page.shows("Confirm that it is you"));
    });
}

#[test]
fn a_mail_that_fails_is_seen_and_sent_again() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let olga = olga(&house).await;
        ada.invite("bo@northwind.example").await;
        let page = olga.visit("/operator/mail").await;
        assert!(page.shows("bo@northwind.example") && page.shows("Invitation"), "{}", page.text);
        let id = page.drawn().split("id=\"retry-").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let page = fill(&olga, &format!("/operator/mail?retry={id}"), "operator/retry-mail", &[]).await;
        assert!(page.shows("1 mail will be tried again now."), "{}", page.text);
        house.post().await;
        assert!(olga.visit("/operator/mail").await.shows("Every mail has gone out."));
        assert!(olga.visit("/operator/activity").await.shows("had 1 mail sent again"));
    });
}

#[test]
fn a_suspended_organization_says_so_and_leads_nowhere_in_circles() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let olga = olga(&house).await;
        let bo = house.seat("northwind", Role::Member).await;
        // Whoever is in another organization as well keeps that one, and is told of the other.
        let sue = house.found("Southwind", "sue@southwind.example").await;
        let secret = sue.copy_link(&sue.invite("ada@northwind.example").await).await;
        assert_eq!(ada.call("invitations/accept", &[("secret", &secret)]).await.status, 200);
        assert_eq!(olga.call("operator/suspend", &[("organization", "northwind")]).await.status, 200);
        for page in ["organization", "namespaces", "settings", "activity", "api-access"] {
            let answer = ada.visit(&format!("/o/northwind/{page}")).await;
            assert_eq!(answer.status, 403, "{page}");
            assert!(answer.shows("suspended by the operator"), "{page}: {}", answer.text);
            assert!(bo.visit(&format!("/o/northwind/{page}")).await.location().starts_with("/sign-in"), "{page}");
        }
        assert_eq!(ada.visit("/").await.location(), "/o/southwind/organization");
        assert!(ada.visit("/account").await.shows("Northwind is suspended by the operator"));
        let browser = house.anonymous();
        let fields = [("email", bo.email.as_str()), ("password", PASSWORD), ("back", "/sign-in")];
        let done = browser.submit("sessions/sign-in", &fields).await;
        assert!(browser.visit(done.location()).await.shows("This organization is suspended by the operator"));
        assert!(olga.visit("/operator/organizations").await.shows("suspended"));
        assert_eq!(olga.call("operator/resume", &[("organization", "northwind")]).await.status, 200);
        assert_eq!(ada.visit("/o/northwind/organization").await.status, 200);
        assert_eq!(bo.visit("/o/northwind/organization").await.status, 200, "the session is back with it");
    });
}

#[test]
fn sign_ups_and_operators_are_switched_by_their_questions() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let olga = olga(&house).await;
        let page = fill(&olga, "/operator?close-sign-ups=1", "operator/close-sign-ups", &[]).await;
        assert!(page.shows("open-sign-ups") && page.shows("Sign-up is closed"), "{}", page.text);
        assert_eq!(house.anonymous().visit("/sign-up").await.status, 403);
        assert!(!house.anonymous().visit("/sign-in").await.text.contains("Create an organization"));
        fill(&olga, "/operator?open-sign-ups=1", "operator/open-sign-ups", &[]).await;
        assert_eq!(house.anonymous().visit("/sign-up").await.status, 200);

        let page = fill(&olga, "/operator?add-operator=1", "operator/add-operator", &[("email", &ada.email)]).await;
        assert!(page.shows("ada@northwind.example is an operator now."), "{}", page.text);
        let remove = format!("/operator?remove-operator={}", ada.email);
        let page = fill(&olga, &remove, "operator/remove-operator", &[]).await;
        assert!(page.shows("is no operator any longer."), "{}", page.text);
        assert!(!page.text.contains("name=\"remove-operator\""), "the last one can't be removed");
    });
}

#[test]
fn a_restore_is_seen_and_confirmed_after_a_look_at_what_it_brings_back() {
    on_both(async |house| {
        let house = house.with(|settings| settings.enforced = true);
        let ada = ada(&house).await;
        ada.create_namespace("dev").await;
        let olga = olga(&house).await;
        let question = "/operator/cluster?confirm-restore=yes";
        assert!(!olga.visit(question).await.text.contains("restored database"), "nothing waits");
        let since = house.is_an_older_copy().await.to_string();
        let page = olga.visit("/operator/cluster").await;
        assert!(page.shows("older database") && page.shows(">Confirm restore<"), "{}", page.text);
        assert!(!page.text.contains("Every organization is followed"));
        assert!(olga.visit("/operator").await.shows("older database"));
        let theirs = ada.visit("/o/northwind/namespaces").await.drawn();
        assert!(theirs.contains("brought back from an older copy"), "{theirs}");
        let ready = crate::readiness::details(&house).await.json();
        let said = format!("not followed since {since}: the database is older than what the cluster was told");
        assert_eq!(ready["cluster"], said.as_str());

        let page = olga.visit(question).await;
        for words in ["comes back in the cluster", "taken away there", "Look at people and tokens first", &since] {
            assert!(page.shows(words), "{words}: {}", page.text);
        }
        let other = olga.call("operator/confirm-restore", &[("since", "2026-01-01T00:00:00Z")]).await;
        assert_eq!(other.brief(), "409 not_older");
        let page = fill(&olga, question, "operator/confirm-restore", &[("since", &since)]).await;
        assert!(page.shows("The restore is confirmed") && page.shows("followed"), "{}", page.text);
        assert!(!page.text.contains("Confirm restore"));
        let again = olga.call("operator/confirm-restore", &[("since", &since)]).await;
        assert_eq!(again.brief(), "409 not_older");
        let log = olga.visit("/operator/activity").await.drawn();
        assert!(log.contains("had the cluster follow the database as it was restored"), "{log}");
    });
}
