//! The operator's pages and what admins ask of them, as browsers without scripts see both sides.

use crate::{
    browser::{Answer, Browser, Person},
    house::{House, PASSWORD, on_both},
};
use domain::{
    id::UserId,
    membership::Role,
    text::{EmailAddress, PersonName},
};
use sha2::{Digest, Sha256};
use std::time::Duration;
use storage::users::User;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// Makes somebody an operator who has an account already.
async fn appoint(house: &House, email: &str) {
    let mut c = house.installation.db.write().await.unwrap();
    let user = storage::users::find_by_email(&mut c, &EmailAddress::parse(email).unwrap()).await.unwrap().unwrap();
    storage::operators::insert(&mut c, user.id, "Operator", house.installation.clock.now()).await.unwrap();
    c.commit().await.unwrap();
}

/// An operator who is in no organization, signed in.
async fn olga(house: &House) -> Person {
    let email = "olga@operators.example";
    let mut c = house.installation.db.write().await.unwrap();
    let founder = EmailAddress::parse("ada@northwind.example").unwrap();
    let founder = storage::users::find_by_email(&mut c, &founder).await.unwrap().unwrap();
    let user = User {
        id: UserId::from_random(Sha256::digest(email)[..16].try_into().unwrap()),
        email: EmailAddress::parse(email).unwrap(),
        first_name: PersonName::parse("Olga").unwrap(),
        last_name: PersonName::parse("Petrova").unwrap(),
        password_hash: founder.password_hash,
    };
    storage::users::insert(&mut c, &user, house.installation.clock.now()).await.unwrap();
    c.commit().await.unwrap();
    appoint(house, email).await;
    house.again(email, "").await
}

async fn ada(house: &House) -> Person {
    house.found("Northwind", "ada@northwind.example").await
}

/// One attribute of a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

/// What a browser would send of the form that posts to this function, as it stands on the page.
#[track_caller]
fn form(page: &Answer, function: &str) -> Vec<(String, String)> {
    let opening = format!("action=\"/api/v1/{function}\"");
    let inside = page.text.split(&opening).nth(1).unwrap_or_else(|| panic!("no form for {function}: {}", page.text));
    let inside = inside.split("</form>").next().unwrap();
    let mut fields = Vec::new();
    for tag in inside.split('<') {
        let Some(name) = attribute(tag, "name") else { continue };
        if tag.starts_with("input") && !tag.contains("type=\"checkbox\"") {
            fields.push((name, attribute(tag, "value").unwrap_or_default()));
        } else if tag.starts_with("textarea") {
            fields.push((name, String::new()));
        } else if tag.starts_with("select") {
            let options = inside.split(&format!("name=\"{name}\"")).nth(1).unwrap().split("</select>").next().unwrap();
            let options: Vec<_> = options.split('<').filter(|tag| tag.starts_with("option")).collect();
            let chosen = options.iter().find(|tag| tag.contains(" selected")).or(options.first()).unwrap();
            fields.push((name, attribute(chosen, "value").unwrap_or_default()));
        }
    }
    fields
}

/// Opens a page, types into the form that it shows for this function, presses its button, and sees what comes then.
async fn fill(who: &Browser, path: &str, function: &str, typed: &[(&str, &str)]) -> Answer {
    let page = who.visit(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    let mut fields = form(&page, function);
    for (name, value) in typed {
        let field = fields.iter_mut().find(|(field, _)| field == name);
        field.unwrap_or_else(|| panic!("no field {name} in {function}")).1 = (*value).to_owned();
    }
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let done = who.submit(function, &fields).await;
    assert_eq!(done.status, 303, "{function}: {}", done.text);
    who.visit(done.location()).await
}

/// The addresses on this page that ask the operator, by the id of their link.
#[track_caller]
fn asking(page: &Answer, id: &str) -> String {
    let tag = page.text.split('<').find(|tag| tag.starts_with("a ") && attribute(tag, "id").as_deref() == Some(id));
    attribute(tag.unwrap_or_else(|| panic!("no link {id}: {}", page.text)), "href").unwrap()
}

/// The id of the only request on a page, by the button that opens its question.
#[track_caller]
fn requested(page: &Answer) -> String {
    let after = page.text.split("id=\"approve-").nth(1).unwrap_or_else(|| panic!("nothing to approve: {}", page.text));
    after.split('"').next().unwrap().to_owned()
}

const DESK: [&str; 6] = [
    "/operator",
    "/operator/requests",
    "/operator/organizations",
    "/operator/cluster",
    "/operator/mail",
    "/operator/activity",
];

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
                assert!(answer.text.contains("Only the operator of this installation can do this."), "{page}");
            }
            let answer = olga.visit(page).await;
            assert_eq!(answer.status, 200, "{page}: {}", answer.text);
            assert!(answer.text.contains("<h1") && answer.text.contains("aria-label=\"Operator\""), "{page}");
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
        let seen = |page: &Answer| page.text.contains("href=\"/o/northwind/settings\"");
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
        assert!(page.text.contains("href=\"/operator\" aria-current=\"page\""), "{}", page.text);
        assert!(!page.text.contains("/o/northwind/organization"));
        let lost = olga.visit("/o/northwind/organization").await;
        assert_eq!(lost.status, 404);
        assert!(lost.text.contains("href=\"/operator\"") && lost.text.contains("To the operator's page"));
        assert_eq!(olga.visit("/account").await.status, 200);
        // Whoever is both has both ways.
        appoint(&house, "ada@northwind.example").await;
        let both = house.again("ada@northwind.example", "northwind").await;
        assert_eq!(both.visit("/").await.location(), "/o/northwind/organization");
        let page = both.visit("/o/northwind/organization").await;
        assert!(page.text.contains("href=\"/operator\"") && page.text.contains("href=\"/o/northwind/settings\""));
    });
}

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
        assert!(page.text.contains("The operator is asked."), "{}", page.text);
        assert!(page.text.contains("asked on 23 Nov 2026"), "{}", page.text);
        assert!(!page.text.contains("id=\"ask-w:pods-northwind-dev\""), "asked twice");
        let page = ada.visit("/o/northwind/settings").await;
        for words in
            [&*format!("give {} w:pods in northwind-dev for 8 hours", bo.email), "waiting", "A deploy hangs,\nand"]
        {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }

        let page = olga.visit("/operator").await;
        assert!(page.text.contains(" waiting</span>"), "{}", page.text);
        let id = requested(&page);
        let question = format!("/operator/requests?approve={id}");
        let page = olga.visit(&question).await;
        for words in ["ada@northwind.example of Northwind asks for it", "exec, attach, port-forward", "after 8 hours"] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        let page = fill(&olga, &question, "operator/approve", &[("note", "Until tonight.")]).await;
        assert!(page.text.contains("The request is approved.") && page.text.contains("Nothing waits"), "{}", page.text);

        let page = ada.visit("/o/northwind/settings").await;
        for words in ["approved", "approved by olga@operators.example", "Until tonight."] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        let page = ada.visit(&row).await;
        assert!(page.text.contains("given by olga@operators.example, ends in 8 hours"), "{}", page.text);
        let own = bo.visit(&row).await;
        assert!(own.text.contains("given by olga@operators.example") && !own.text.contains("ask=take_permission"));
        let log = ada.visit("/o/northwind/activity").await;
        assert!(log.text.contains("<span class=\"role\">operator</span>"), "{}", log.text);
        assert!(log.text.contains(&format!("gave {} w:pods in northwind-dev until 23 Nov 2026, 17:30 UTC", bo.email)));
        let desk = olga.visit("/operator/activity").await;
        assert!(desk.text.contains("approved a request") && desk.text.contains("/operator/organizations/northwind"));

        house.advance(8 * 60 * MINUTE);
        usecases::upkeep::end_grants(&house.installation).await.unwrap();
        let page = house.again(&ada.email, "northwind").await.visit(&row).await;
        assert!(!page.text.contains("given by olga") && page.text.contains("ask=give_permission"), "{}", page.text);
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
        assert!(page.text.contains("The request is declined."), "{}", page.text);
        let page = ada.visit("/o/northwind/settings").await;
        assert!(page.text.contains("declined") && page.text.contains("Tidy up first."), "{}", page.text);
        assert!(olga.visit("/operator/requests?show=all").await.text.contains("Tidy up first."));

        let page = ask("30").await;
        let id = page.text.split("id=\"withdraw-").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fields = [("organization", "northwind"), ("request", &id), ("back", "/o/northwind/settings")];
        let done = ada.submit("requests/withdraw", &fields).await;
        let page = ada.visit(done.location()).await;
        assert!(page.text.contains("withdrawn by ada@northwind.example"), "{}", page.text);
        // Too late: the page says so instead of asking.
        let page = olga.visit(&format!("/operator/requests?approve={id}")).await;
        assert!(!page.text.contains("<dialog open") && page.text.contains("Nothing waits"));
        let late = olga.submit("operator/approve", &[("request", &id), ("back", "/operator/requests")]).await;
        assert!(olga.visit(late.location()).await.text.contains("This request has ended already."));
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
        assert!(page.text.contains("Yours: another operator decides.") && !page.text.contains("name=\"approve\""));
        let olga = olga(&house).await;
        assert!(olga.visit("/operator/requests").await.text.contains("name=\"approve\""));
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
        let acts: [(String, &str, &[(&str, &str)], String); 12] = [
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
            assert!(page.text.contains(&said), "{query}: {}", page.text);
            assert!(!page.text.contains("<dialog open"), "{query} is asked again");
        }
        let page = olga.visit(place).await;
        for words in ["ends in 1 hour", "no end", "the token “ci”", "1 of 3", "2 of 2 active"] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        let given = page.text.split("id=\"take-").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let page = fill(&olga, &format!("{place}?take={given}"), "operator/take-permission", &[]).await;
        assert!(page.text.contains("is taken back."), "{}", page.text);
    });
}

#[test]
fn who_is_still_active_is_not_removed_and_the_question_says_why() {
    on_both(async |house| {
        ada(&house).await;
        let olga = olga(&house).await;
        let bo = house.seat("northwind", Role::Member).await;
        let page = olga.visit(&format!("/operator/organizations/northwind?remove-user={}", bo.id().await)).await;
        assert!(page.text.contains("This person is still active") && !page.text.contains("operator/remove-user"));
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
        assert!(
            page.text.contains("Confirm that it is you") && !page.text.contains("operator/suspend"),
            "{}",
            page.text
        );
        let page = fill(&olga, question, "account/confirm-password", &[("current_password", PASSWORD)]).await;
        assert!(page.text.contains("Suspend Northwind?"), "{}", page.text);
        // The question stood open for too long: the press leads to the same proof.
        house.advance(11 * MINUTE);
        let late = [("organization", "northwind"), ("back", question)];
        let done = olga.submit("operator/suspend", &late).await;
        assert_eq!(done.location(), question);
        assert!(olga.visit(done.location()).await.text.contains("Confirm that it is you"));
        // What is one press has a question of its own to lead to.
        let page = olga.visit("/operator/mail?retry=all").await;
        assert!(page.text.contains("Confirm that it is you"));
    });
}

#[test]
fn a_mail_that_fails_is_seen_and_sent_again() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let olga = olga(&house).await;
        ada.invite("bo@northwind.example").await;
        let page = olga.visit("/operator/mail").await;
        assert!(page.text.contains("bo@northwind.example") && page.text.contains("Invitation"), "{}", page.text);
        let id = page.text.split("id=\"retry-").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let page = fill(&olga, &format!("/operator/mail?retry={id}"), "operator/retry-mail", &[]).await;
        assert!(page.text.contains("1 mail will be tried again now."), "{}", page.text);
        house.post().await;
        assert!(olga.visit("/operator/mail").await.text.contains("Every mail has gone out."));
        assert!(olga.visit("/operator/activity").await.text.contains("had 1 mail sent again"));
    });
}

#[test]
fn a_suspended_organization_says_so_and_leads_nowhere_in_circles() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let olga = olga(&house).await;
        assert_eq!(olga.call("operator/suspend", &[("organization", "northwind")]).await.status, 200);
        for page in ["organization", "namespaces", "settings", "activity", "api-access"] {
            let answer = ada.visit(&format!("/o/northwind/{page}")).await;
            assert_eq!(answer.status, 403, "{page}");
            assert!(answer.text.contains("suspended by the operator") && answer.text.contains("href=\"/account\""));
        }
        assert_eq!(ada.visit("/").await.location(), "/account");
        assert!(ada.visit("/account").await.text.contains("Northwind is suspended by the operator"));
        let browser = house.anonymous();
        let fields = [("email", "ada@northwind.example"), ("password", PASSWORD), ("back", "/sign-in")];
        let done = browser.submit("sessions/sign-in", &fields).await;
        assert!(browser.visit(done.location()).await.text.contains("This organization is suspended by the operator"));
        assert!(olga.visit("/operator/organizations").await.text.contains("suspended"));
        assert_eq!(olga.call("operator/resume", &[("organization", "northwind")]).await.status, 200);
        assert_eq!(ada.visit("/").await.location(), "/o/northwind/organization");
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
        assert!(page.text.contains("Set an end") && ada.visit(&set).await.text.contains("Now it has no end."));
        let page = fill(&ada, &set, "grants/limit", &[("lasts", "30d")]).await;
        assert!(page.text.contains("ends in 30 days") && page.text.contains("Change the end"), "{}", page.text);
        house.advance(27 * DAY);
        let later = house.again(&ada.email, "northwind").await;
        assert!(later.visit(&row).await.text.contains("ends in 3 days"));
        let page = fill(&later, &set, "grants/limit", &[("lasts", "never")]).await;
        assert!(page.text.contains("Set an end") && !page.text.contains("ends in"), "{}", page.text);

        let token = later.create_token(&[("namespaces[]", "northwind-dev")]).await;
        let assign = format!("/o/northwind/api-access?assign={}", token.id);
        let set = asking(&later.visit(&assign).await, "ends-northwind-dev");
        let page = fill(&later, &set, "grants/limit", &[("lasts", "8h")]).await;
        assert!(page.text.contains("ends in 8 hours"), "{}", page.text);
        let ask = asking(&page, "ask-w:full-northwind-dev");
        let page = fill(&later, &ask, "requests/file", &[("reason", "Our own RBAC.")]).await;
        assert!(page.text.contains("asked on 20 Dec 2026"), "{}", page.text);
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
            assert!(admins.text.contains(words), "{words}");
            assert!(!members.text.contains(words), "{words}");
        }
        let question = format!("{row}&ask=make_admin&member={}", cast.member.id().await);
        assert!(cast.admin.visit(&question).await.text.contains("requests/file"));
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
            assert!(done.text.contains("The operator is asked."), "{page}: {}", done.text);
            let again = fill(&ada, &page, "requests/file", typed).await;
            assert!(again.text.contains("The very same is asked already"), "{page}: {}", again.text);
        }
        let open = ada.visit(&format!("{people}?open={bo}")).await;
        assert!(open.text.contains("asked on 23 Nov 2026") && !open.text.contains("id=\"ask-make_admin"));
        assert_eq!(ada.visit(settings).await.text.matches("id=\"withdraw-").count(), 8);
    });
}

#[test]
fn sign_ups_and_operators_are_switched_by_their_questions() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let olga = olga(&house).await;
        let page = fill(&olga, "/operator?close-sign-ups=1", "operator/close-sign-ups", &[]).await;
        assert!(page.text.contains("open-sign-ups") && page.text.contains("Sign-up is closed"), "{}", page.text);
        assert_eq!(house.anonymous().visit("/sign-up").await.status, 403);
        assert!(!house.anonymous().visit("/sign-in").await.text.contains("Create an organization"));
        fill(&olga, "/operator?open-sign-ups=1", "operator/open-sign-ups", &[]).await;
        assert_eq!(house.anonymous().visit("/sign-up").await.status, 200);

        let page = fill(&olga, "/operator?add-operator=1", "operator/add-operator", &[("email", &ada.email)]).await;
        assert!(page.text.contains("ada@northwind.example is an operator now."), "{}", page.text);
        let remove = format!("/operator?remove-operator={}", ada.email);
        let page = fill(&olga, &remove, "operator/remove-operator", &[]).await;
        assert!(page.text.contains("is no operator any longer."), "{}", page.text);
        assert!(!page.text.contains("name=\"remove-operator\""), "the last one can't be removed");
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
            assert!(page.text.contains("alert(1)"), "{path} does not show it");
            assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"), "{path}");
        }
        fill(&olga, &question, "operator/decline", &[]).await;
    });
}
