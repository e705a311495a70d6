//! What admins ask of the operator, as browsers without scripts see it from both sides.

use crate::{
    desk::{ada, appoint, asking, fill, olga, requested},
    house::on_both,
};
use domain::membership::Role;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// From the row of a person to the answer: every step is a page and a plain form.
#[test]
fn a_permission_is_asked_for_approved_and_seen_from_both_sides() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let olga = olga(&house).await;
        ada.create_namespace("dev").await;
        let bo = house.seat("northwind", Role::Member).await;
        let row = format!("/o/northwind/organization?open={}", bo.id().await);

        let page = ada.visit(&row).await;
        let ask = asking(&page, "ask-w:pods-northwind-dev");
        let typed = [("reason", "A deploy hangs,\nand I must look into it."), ("lasts", "8h")];
        let page = fill(&ada, &ask, "requests/file", &typed).await;
        assert!(page.shows("The operator is asked."), "{}", page.text);
        assert!(page.shows("asked on 23 Nov 2026"), "{}", page.text);
        assert!(!page.text.contains("id=\"ask-w:pods-northwind-dev\""), "asked twice");
        let page = ada.visit("/o/northwind/settings").await;
        for words in
            [&*format!("give {} w:pods in northwind-dev for 8 hours", bo.email), "waiting", "A deploy hangs,\nand"]
        {
            assert!(page.shows(words), "{words}: {}", page.text);
        }

        let page = olga.visit("/operator").await;
        assert!(page.shows(" waiting</span>"), "{}", page.text);
        let id = requested(&page);
        let question = format!("/operator/requests?approve={id}");
        let page = olga.visit(&question).await;
        for words in ["ada@northwind.example of Northwind asks for it", "exec, attach, port-forward", "after 8 hours"] {
            assert!(page.shows(words), "{words}: {}", page.text);
        }
        let page = fill(&olga, &question, "operator/approve", &[("note", "Until tonight.")]).await;
        assert!(page.shows("The request is approved.") && page.shows("Nothing waits"), "{}", page.text);

        let page = ada.visit("/o/northwind/settings").await;
        for words in ["approved", "approved by olga@operators.example", "Until tonight."] {
            assert!(page.shows(words), "{words}: {}", page.text);
        }
        let page = ada.visit(&row).await;
        assert!(page.shows("given by olga@operators.example, ends in 8 hours"), "{}", page.text);
        let own = bo.visit(&row).await;
        assert!(own.shows("given by olga@operators.example") && !own.text.contains("ask=take_permission"));
        let log = ada.visit("/o/northwind/activity").await;
        assert!(log.shows("<span class=\"role\">operator</span>"), "{}", log.text);
        assert!(log.shows(&format!("gave {} w:pods in northwind-dev until 23 Nov 2026, 17:30 UTC", bo.email)));
        let desk = olga.visit("/operator/activity").await;
        assert!(desk.shows("approved a request") && desk.shows("/operator/organizations/northwind"));

        house.advance(8 * 60 * MINUTE);
        usecases::upkeep::end_grants(&house.installation).await.unwrap();
        let page = house.again(&ada.email, "northwind").await.visit(&row).await;
        assert!(!page.text.contains("given by olga") && page.shows("ask=give_permission"), "{}", page.text);
    });
}

#[test]
fn a_request_is_declined_with_a_note_or_withdrawn() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let olga = olga(&house).await;
        let ask = async |limit: &str| {
            let typed = [("limit", limit), ("reason", "We grow.")];
            fill(&ada, "/o/northwind/settings?ask=namespace_limit", "requests/file", &typed).await
        };
        ask("40").await;
        let id = requested(&olga.visit("/operator/requests").await);
        let page =
            fill(&olga, &format!("/operator?decline={id}"), "operator/decline", &[("note", "Tidy up first.")]).await;
        assert!(page.shows("The request is declined."), "{}", page.text);
        let page = ada.visit("/o/northwind/settings").await;
        assert!(page.shows("declined") && page.shows("Tidy up first."), "{}", page.text);
        assert!(olga.visit("/operator/requests?show=all").await.shows("Tidy up first."));

        let page = ask("30").await;
        let id = page.drawn().split("id=\"withdraw-").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fields = [("organization", "northwind"), ("request", &id), ("back", "/o/northwind/settings")];
        let done = ada.submit("requests/withdraw", &fields).await;
        let page = ada.visit(done.location()).await;
        assert!(page.shows("withdrawn by ada@northwind.example"), "{}", page.text);
        // Too late: the page says so instead of asking.
        let page = olga.visit(&format!("/operator/requests?approve={id}")).await;
        assert!(!page.text.contains("<dialog open") && page.shows("Nothing waits"));
        let late = olga.submit("operator/approve", &[("request", &id), ("back", "/operator/requests")]).await;
        assert!(olga.visit(late.location()).await.shows("This request has ended already."));
    });
}

#[test]
fn nobody_decides_what_they_asked_for_themselves() {
    on_both(async |house| {
        let ada = ada(&house).await;
        appoint(&house, &ada.email).await;
        let both = house.again(&ada.email, "northwind").await;
        let typed = [("limit", "40"), ("reason", "We grow.")];
        fill(&both, "/o/northwind/settings?ask=namespace_limit", "requests/file", &typed).await;
        let page = both.visit("/operator/requests").await;
        assert!(page.shows("Yours: another operator decides.") && !page.text.contains("name=\"approve\""));
        let olga = olga(&house).await;
        assert!(olga.visit("/operator/requests").await.shows("name=\"approve\""));
    });
}

#[test]
fn a_tick_is_given_an_end_and_the_rows_count_down_to_it() {
    on_both(async |house| {
        let ada = ada(&house).await;
        ada.create_namespace("dev").await;
        let row = format!("/o/northwind/organization?open={}", ada.id().await);
        let page = ada.visit(&row).await;
        let set = asking(&page, "ends-northwind-dev");
        assert!(page.shows("Set an end") && ada.visit(&set).await.shows("Now it has no end."));
        let page = fill(&ada, &set, "grants/limit", &[("lasts", "30d")]).await;
        assert!(page.shows("ends in 30 days") && page.shows("Change the end"), "{}", page.text);
        house.advance(27 * DAY);
        let later = house.again(&ada.email, "northwind").await;
        assert!(later.visit(&row).await.shows("ends in 3 days"));
        let page = fill(&later, &set, "grants/limit", &[("lasts", "never")]).await;
        assert!(page.shows("Set an end") && !page.text.contains("ends in"), "{}", page.text);

        let token = later.create_token(&[("namespaces[]", "northwind-dev")]).await;
        let assign = format!("/o/northwind/api-access?assign={}", token.id);
        let set = asking(&later.visit(&assign).await, "ends-northwind-dev");
        let page = fill(&later, &set, "grants/limit", &[("lasts", "8h")]).await;
        assert!(page.shows("ends in 8 hours"), "{}", page.text);
        let ask = asking(&page, "ask-w:full-northwind-dev");
        let page = fill(&later, &ask, "requests/file", &[("reason", "Our own RBAC.")]).await;
        assert!(page.shows("asked on 20 Dec 2026"), "{}", page.text);
    });
}

/// A member sees how things stand, and no way to ask.
#[test]
fn only_admins_are_offered_to_ask() {
    on_both(async |house| {
        let cast = house.cast().await;
        cast.founder.create_namespace("dev").await;
        let row = format!("/o/northwind/organization?open={}", cast.member.id().await);
        let (admins, members) = (cast.admin.visit(&row).await, cast.member.visit(&row).await);
        for words in ["ask=give_permission", "ask=make_admin", "ask=change_founder"] {
            assert!(admins.shows(words), "{words}");
            assert!(!members.text.contains(words), "{words}");
        }
        let question = format!("{row}&ask=make_admin&member={}", cast.member.id().await);
        assert!(cast.admin.visit(&question).await.shows("requests/file"));
        assert!(!cast.member.visit(&question).await.text.contains("requests/file"));
    });
}

/// Every question that a page can be asked for, from the places where they stand.
#[test]
fn each_kind_of_wish_has_a_question_and_is_asked_once() {
    on_both(async |house| {
        let ada = ada(&house).await;
        ada.create_namespace("dev").await;
        let (bo, cy) = (house.seat("northwind", Role::Member).await, house.seat("northwind", Role::Member).await);
        let di = house.seat("northwind", Role::Admin).await;
        ada.deactivate(&cy).await;
        let (bo, cy, di) = (bo.id().await, cy.id().await, di.id().await);
        let people = "/o/northwind/organization";
        let settings = "/o/northwind/settings";
        let reason = ("reason", "Because.");
        let wishes: [(String, &[(&str, &str)]); 8] = [
            (format!("{people}?open={bo}&ask=make_admin&member={bo}"), &[reason]),
            (format!("{people}?open={di}&ask=take_admin&member={di}"), &[reason]),
            (format!("{people}?ask=change_founder"), &[reason]),
            (format!("{people}?open={cy}&ask=remove_user&member={cy}"), &[reason]),
            ("/o/northwind/namespaces?ask=namespace_limit".to_owned(), &[reason, ("limit", "20")]),
            (format!("{settings}?ask=member_limit"), &[reason, ("limit", "20")]),
            (format!("{settings}?ask=adopt_namespace"), &[reason, ("namespace", "legacy")]),
            (format!("{settings}?ask=delete_namespace"), &[reason]),
        ];
        for (page, typed) in wishes {
            let done = fill(&ada, &page, "requests/file", typed).await;
            assert!(done.shows("The operator is asked."), "{page}: {}", done.text);
            let again = fill(&ada, &page, "requests/file", typed).await;
            assert!(again.shows("The very same is asked already"), "{page}: {}", again.text);
        }
        let open = ada.visit(&format!("{people}?open={bo}")).await;
        assert!(open.shows("asked on 23 Nov 2026") && !open.text.contains("id=\"ask-make_admin"));
        assert_eq!(ada.visit(settings).await.drawn().matches("id=\"withdraw-").count(), 8);
    });
}

/// What people write to each other stays words.
#[test]
fn hostile_reasons_and_notes_are_inert() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let olga = olga(&house).await;
        let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
        let typed = [("limit", "40"), ("reason", hostile)];
        fill(&ada, "/o/northwind/settings?ask=namespace_limit", "requests/file", &typed).await;
        let id = requested(&olga.visit("/operator/requests").await);
        let question = format!("/operator/requests?approve={id}");
        let pages = [
            (&ada, "/o/northwind/settings"),
            (&olga, "/operator"),
            (&olga, "/operator/requests"),
            (&olga, &*question),
            (&olga, "/operator/organizations/northwind"),
        ];
        for (who, path) in pages {
            let page = who.visit(path).await;
            assert!(page.shows("alert(1)"), "{path} does not show it");
            assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"), "{path}");
        }
        fill(&olga, &format!("/operator/requests?decline={id}"), "operator/decline", &[]).await;
    });
}
