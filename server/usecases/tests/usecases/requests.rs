//! Asking the operator, and the operator's answer: from the admin's side, and from the other.

use crate::{bearers::*, people::*, tenants::ABSENT};
use domain::{
    Refusal,
    activity::ActivityEvent,
    grant::Holder,
    membership::{Role, Status},
    permission::Permission::{ReadFull, WritePods},
    request::How,
    text::Problem,
    token::Lifetime,
};
use usecases::{
    Error,
    operator::{self, Verdict},
    outbox::Delivery,
    requests::{self, Asked},
};

pub(crate) async fn states(person: &Person) -> Vec<(String, &'static str)> {
    let page = requests::list(&person.context().await, &person.slug, "").await.unwrap();
    page.requests.iter().map(|filed| (filed.request.wish.to_string(), filed.request.state())).collect()
}

pub(crate) async fn decide(house: &House, request: &str, verdict: Verdict) -> Result<requests::Filed, Error> {
    operator::decide(&house.operator(), request, verdict, "").await
}

/// An admin, a member, a namespace and an operator; all mail sent.
pub(crate) struct Scenery {
    pub(crate) ada: Person,
    pub(crate) bob: Person,
    pub(crate) eve: Person,
    pub(crate) olga: Person,
}

pub(crate) async fn scenery(house: &House) -> Scenery {
    let ada = house.found("Northwind", "ada@northwind.example").await;
    ada.create_namespace("dev").await;
    let bob = ada.welcome_admin("bob@northwind.example").await;
    let eve = ada.welcome("eve@northwind.example").await;
    let olga = house.runs("olga@bailiwick.example").await;
    house.post().await;
    Scenery { ada, bob, eve, olga }
}

#[test]
fn every_wish_is_carried_out_with_its_approval_exactly_as_the_operator_would_do_it() {
    on_both(async |house| {
        let Scenery { ada, bob, eve, olga } = scenery(&house).await;
        let (slug, by) = (ada.slug.as_str(), olga.acting().await);
        let approve = async |asked: Asked| {
            let request = ada.ask(asked, "It is time.").await.unwrap();
            let decided = operator::decide(&by, &request, Verdict::Approve, "fine").await.unwrap();
            assert_eq!(decided.request.state(), "approved");
            let log = ada.log().await;
            let codes: Vec<_> = log[..3].iter().map(|entry| entry.event.code()).collect();
            assert_eq!(codes[1..], ["request.approved", "request.filed"], "the decision, and then the act");
            assert_eq!((log[0].position.0, log[0].position.1), (log[1].position.0, 1), "in one transaction");
            codes[0]
        };
        let (eves, holder) = (eve.id().await, eve.holder().await);
        let namespace = || "dev".to_owned();
        assert_eq!(approve(Asked::MakeAdmin { member: eves.clone() }).await, "member.role_changed");
        assert_eq!(eve.member().await.role, Role::Admin);
        assert_eq!(approve(Asked::TakeAdmin { member: eves.clone() }).await, "member.role_changed");
        assert_eq!(eve.member().await.role, Role::Member);
        let (permission, lifetime) = (WritePods, Lifetime::Hour);
        let give = Asked::GivePermission { holder, namespace: namespace(), permission, lifetime };
        assert_eq!(approve(give).await, "permission.given");
        let take = Asked::TakePermission { holder, namespace: namespace(), permission };
        assert_eq!(approve(take).await, "permission.revoked");
        assert_eq!(approve(Asked::NamespaceLimit { limit: 12 }).await, "limit.namespaces");
        assert_eq!(approve(Asked::MemberLimit { limit: 9 }).await, "limit.members");
        assert_eq!(approve(Asked::AdoptNamespace { name: "team-a".into() }).await, "namespace.adopted");
        assert_eq!(approve(Asked::DeleteNamespace { namespace: namespace() }).await, "namespace.deleted");
        let organization = house.organization(slug).await;
        assert_eq!((organization.namespace_limit, organization.member_limit()), (12, Some(9)));
        ada.deactivate(&eve).await.unwrap();
        assert_eq!(approve(Asked::RemoveUser { member: eves }).await, "user.removed");
        let bobs = bob.id().await;
        assert_eq!(approve(Asked::ChangeFounder { member: bobs }).await, "founder.changed");
        assert_eq!(house.organization(slug).await.founder, bob.user);
    });
}

#[test]
fn both_sides_are_told_by_mail() {
    on_both(async |house| {
        let Scenery { ada, olga, .. } = scenery(&house).await;
        let oscar = house.runs("oscar@bailiwick.example").await;
        house.post().await;
        let request = ada.ask_for_namespaces(30).await;
        let told = ["olga@bailiwick.example", "oscar@bailiwick.example"];
        // Invited, so that their account stays when they are no operator.
        ada.invite(&oscar.email).await;
        operator::remove(&house.operator(), &oscar.email).await.unwrap();
        let dropped = house.post().await.iter().filter(|it| matches!(it, Delivery::Dropped)).count();
        assert_eq!(dropped, 1, "no operator now");
        let mail = house.mails_to(told[0]).pop().unwrap();
        assert_eq!(mail.subject, "Northwind asks: let the organization have 30 namespaces");
        assert!(
            mail.text.contains("We grow.") && mail.text.contains("https://bailiwick.example/operator"),
            "{}",
            mail.text
        );
        assert_eq!(house.mails_to(told[1]).len(), 1, "the invitation alone");

        operator::decide(&olga.acting().await, &request, Verdict::Decline, "Not this\nyear.").await.unwrap();
        house.post().await;
        let mail = house.mails_to(&ada.email).pop().unwrap();
        assert_eq!(mail.subject, "Declined: let the organization have 30 namespaces");
        assert!(mail.text.contains("  - Not this\n  - year."), "{}", mail.text);
        assert!(mail.text.contains("https://bailiwick.example/o/northwind/settings"), "{}", mail.text);

        let request = ada.ask_for_namespaces(31).await;
        decide(&house, &request, Verdict::Approve).await.unwrap();
        let sent = house.mailer.sent().len();
        house.post().await;
        let subjects: Vec<_> = house.mailer.sent()[sent..].iter().map(|mail| mail.subject.clone()).collect();
        assert_eq!(subjects, ["Approved: let the organization have 31 namespaces"], "nobody decides what is decided");
    });
}

#[test]
fn declining_changes_nothing_but_the_request() {
    on_both(async |house| {
        let Scenery { ada, .. } = scenery(&house).await;
        let request = ada.ask_for_namespaces(30).await;
        let declined = decide(&house, &request, Verdict::Decline).await.unwrap();
        let outcome = declined.request.outcome.unwrap();
        assert_eq!((outcome.how, outcome.by.as_str(), outcome.at), (How::Declined, "Operator", house.now()));
        assert_eq!(house.organization(&ada.slug).await.namespace_limit, 10);
        assert!(matches!(ada.log().await[0].event, ActivityEvent::RequestDeclined { note: None, .. }));
        assert_eq!(states(&ada).await, [("let the organization have 30 namespaces".to_owned(), "declined")]);
        assert_eq!(ada.ask_for_namespaces(30).await.len(), 36, "and may be asked again");
    });
}

#[test]
fn a_request_is_filed_by_admins_alone_and_for_what_the_operator_would_not_be_refused() {
    on_both(async |house| {
        let Scenery { ada, bob, eve, .. } = scenery(&house).await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let program = ada.token("ci", &["dev"], EVERY_SCOPE).await;
        let slug = ada.slug.as_str();
        let more = || Asked::NamespaceLimit { limit: 30 };
        let filed = async |context, asked| requests::file(&context, slug, asked, "Please.").await;
        assert_eq!(refused(filed(eve.context().await, more()).await), Refusal::AdminsOnly);
        assert_eq!(refused(filed(program.context().await, more()).await), Refusal::PeopleOnly);
        assert_eq!(house.refuses(filed(carl.context().await, more())).await, Refusal::NotFound);
        assert_eq!(house.refuses(filed(house.stranger().await, more())).await, Refusal::NotSignedIn);
        assert_eq!(
            house.refuses(filed(house.operator(), more())).await,
            Refusal::PeopleOnly,
            "they have no account here"
        );

        let (founder, eves, bobs, carls) = (ada.id().await, eve.id().await, bob.id().await, carl.id().await);
        let holder = eve.holder().await;
        let give = |holder, namespace: &str, permission| {
            let (namespace, lifetime) = (namespace.to_owned(), Lifetime::Never);
            Asked::GivePermission { holder, namespace, permission, lifetime }
        };
        let take = |holder| Asked::TakePermission { holder, namespace: "dev".into(), permission: WritePods };
        let member = |id: &str| id.to_owned();
        let unknown = |name: &str| Refusal::UnknownNamespace { name: name.to_owned() };
        let standard = Refusal::BadField { field: "permission", problem: Problem::Unknown };
        for (asked, refusal) in [
            (Asked::MakeAdmin { member: member(&bobs) }, Refusal::RoleUnchanged),
            (Asked::MakeAdmin { member: member(&carls) }, Refusal::NotFound),
            (Asked::MakeAdmin { member: member(ABSENT) }, Refusal::NotFound),
            (Asked::TakeAdmin { member: member(&eves) }, Refusal::RoleUnchanged),
            (Asked::TakeAdmin { member: member(&founder) }, Refusal::FounderStays),
            (Asked::ChangeFounder { member: member(&founder) }, Refusal::AlreadyFounder),
            (Asked::RemoveUser { member: member(&eves) }, Refusal::StillActive),
            (Asked::RemoveUser { member: member(&founder) }, Refusal::FounderStays),
            (give(holder, "nowhere", WritePods), unknown("nowhere")),
            (give(holder, "dev", ReadFull), standard),
            (give(carl.holder().await, "dev", WritePods), Refusal::NotFound),
            (take(holder), Refusal::NotGiven),
            (Asked::NamespaceLimit { limit: 0 }, Refusal::LimitTooLow { present: 1 }),
            (Asked::MemberLimit { limit: 2 }, Refusal::LimitTooLow { present: 3 }),
            (
                Asked::AdoptNamespace { name: "northwind-dev".into() },
                Refusal::NamespaceTaken { name: "northwind-dev".into() },
            ),
            (
                Asked::AdoptNamespace { name: "kube-system".into() },
                Refusal::NameReserved { name: "kube-system".into() },
            ),
            (
                Asked::AdoptNamespace { name: "A".into() },
                Refusal::BadField { field: "namespace", problem: Problem::NotDnsSafe },
            ),
            (Asked::DeleteNamespace { namespace: "nowhere".into() }, unknown("nowhere")),
        ] {
            assert_eq!(house.refuses(ada.ask(asked.clone(), "Please.")).await, refusal, "{asked:?}");
        }
        operator::give(&house.operator(), slug, holder, "dev", WritePods, Lifetime::Never).await.unwrap();
        assert_eq!(house.refuses(ada.ask(give(holder, "dev", WritePods), "Please.")).await, Refusal::AlreadyGiven);
        ada.deactivate(&eve).await.unwrap();
        for asked in [Asked::MakeAdmin { member: eves.clone() }, Asked::ChangeFounder { member: eves }] {
            assert_eq!(house.refuses(ada.ask(asked, "Please.")).await, Refusal::NotActive);
        }
        let off = eve.holder().await;
        assert_eq!(house.refuses(ada.ask(give(off, "dev", WritePods), "Please.")).await, Refusal::NotActive);
        for (reason, problem) in [
            ("", Problem::Empty),
            (" \n ", Problem::Empty),
            ("a\0b", Problem::Invisible),
            ("a\u{202E}b", Problem::Invisible),
            (&"x".repeat(600), Problem::TooLong { most: 500 }),
        ] {
            let refusal = Refusal::BadField { field: "reason", problem };
            assert_eq!(house.refuses(ada.ask(more(), reason)).await, refusal, "{reason:?}");
        }
    });
}

/// What other organizations have must not be found out by asking for it.
#[test]
fn asking_to_adopt_a_namespace_tells_nothing_of_other_organizations() {
    on_both(async |house| {
        let Scenery { ada, .. } = scenery(&house).await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let theirs = carl.create_namespace("secret").await;
        let request = ada.ask(Asked::AdoptNamespace { name: theirs.clone() }, "Ours.").await.unwrap();
        let approved = decide(&house, &request, Verdict::Approve);
        assert_eq!(house.refuses(approved).await, Refusal::NamespaceTaken { name: theirs });
    });
}

#[test]
fn the_same_is_asked_for_once_while_it_waits_and_too_much_is_not_asked_for_at_all() {
    on_both(async |house| {
        let Scenery { ada, bob, .. } = scenery(&house).await;
        let request = ada.ask_for_namespaces(30).await;
        let again = bob.ask(Asked::NamespaceLimit { limit: 30 }, "Another reason.");
        assert_eq!(house.refuses(again).await, Refusal::AlreadyRequested);
        requests::withdraw(&bob.context().await, &bob.slug, &request).await.unwrap();
        ada.ask_for_namespaces(30).await;
        for limit in 31..59 {
            ada.ask_for_namespaces(limit).await;
        }
        // Each is a mail to every operator.
        let flood = ada.ask(Asked::NamespaceLimit { limit: 60 }, "We grow.");
        assert!(matches!(house.refuses(flood).await, Refusal::TooManyRequests { .. }));
        house.advance(HOUR);
        ada.back().await.ask_for_namespaces(60).await;
    });
}

#[test]
fn a_request_is_withdrawn_by_any_admin_of_its_organization_and_by_nobody_else() {
    on_both(async |house| {
        let Scenery { ada, bob, eve, .. } = scenery(&house).await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let request = ada.ask_for_namespaces(30).await;
        let withdraw =
            async |by: &Person, slug: &str, request: &str| requests::withdraw(&by.context().await, slug, request).await;
        assert_eq!(refused(withdraw(&eve, &eve.slug, &request).await), Refusal::AdminsOnly);
        for (slug, request) in [(&ada.slug, &request), (&carl.slug, &request), (&carl.slug, &ABSENT.to_owned())] {
            assert_eq!(house.refuses(withdraw(&carl, slug, request)).await, Refusal::NotFound);
        }
        withdraw(&bob, &bob.slug, &request).await.unwrap();
        assert!(matches!(ada.log().await[0].event, ActivityEvent::RequestWithdrawn { .. }));
        assert_eq!(states(&ada).await[0].1, "withdrawn");
        assert_eq!(house.refuses(withdraw(&bob, &bob.slug, &request)).await, Refusal::RequestDecided);
        for verdict in [Verdict::Approve, Verdict::Decline] {
            assert_eq!(house.refuses(decide(&house, &request, verdict)).await, Refusal::RequestDecided);
        }
        // Its mail to the operators is not sent any more.
        assert!(house.post().await.iter().all(|it| matches!(it, Delivery::Dropped)));
    });
}

#[test]
fn lists_show_each_request_once_however_many_there_are() {
    on_both(async |house| {
        let Scenery { ada, .. } = scenery(&house).await;
        let by = house.operator();
        for limit in 0..120 {
            // Several at one time: the clock stands still for three of them.
            if limit % 3 == 0 {
                house.advance(MINUTE);
            }
            house.trial.execute("delete from attempts").await;
            let ada = if limit % 40 == 0 { ada.back().await } else { ada.clone() };
            let ada = if ada.is_signed_in().await { ada } else { ada.back().await };
            ada.ask_for_namespaces(20 + limit).await;
        }
        let ada = ada.back().await;
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = requests::list(&ada.context().await, &ada.slug, &cursor).await.unwrap();
            seen.extend(page.requests.iter().map(|filed| filed.request.id));
            match page.next {
                Some(next) => cursor = next,
                None => break,
            }
        }
        let of_operator = async |waiting| {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = operator::requests(&by, waiting, &cursor).await.unwrap();
                seen.extend(page.requests.iter().map(|filed| filed.request.id));
                match page.next {
                    Some(next) => cursor = next,
                    None => return seen,
                }
            }
        };
        assert_eq!(seen.iter().collect::<std::collections::BTreeSet<_>>().len(), 120);
        assert_eq!(of_operator(false).await, seen, "the newest first");
        seen.reverse();
        assert_eq!(of_operator(true).await, seen, "whoever has waited longest first");
        for cursor in ["x", "1", "1.x", "-1.00000000-0000-4000-8000-000000000000", "\0", "99999999999999999999.x"] {
            let refusal = Refusal::BadField { field: "cursor", problem: Problem::Unknown };
            assert_eq!(house.refuses(operator::requests(&by, true, cursor)).await, refusal, "{cursor:?}");
            let context = ada.context().await;
            assert_eq!(house.refuses(requests::list(&context, &ada.slug, cursor)).await, refusal, "{cursor:?}");
        }
    });
}

#[test]
fn a_request_of_somebody_who_is_gone_is_decided_without_a_mail_to_them() {
    on_both(async |house| {
        let Scenery { ada, bob, .. } = scenery(&house).await;
        let request = bob.ask(Asked::NamespaceLimit { limit: 30 }, "We grow.").await.unwrap();
        ada.deactivate(&bob).await.unwrap();
        assert_eq!(bob.member().await.status, Status::Deactivated);
        operator::remove_user(&house.operator(), &ada.slug, &bob.id().await).await.unwrap();
        house.post().await;
        decide(&house, &request, Verdict::Approve).await.unwrap();
        assert!(house.post().await.is_empty());
        let filed = requests::list(&ada.context().await, &ada.slug, "").await.unwrap().requests.remove(0);
        assert!(filed.email.as_str().ends_with("@removed.invalid"), "{}", filed.email);
    });
}

#[test]
fn what_waits_for_a_token_is_asked_for_by_its_mask() {
    on_both(async |house| {
        let Scenery { ada, .. } = scenery(&house).await;
        let program = ada.token("ci", &["dev"], NO_SCOPES).await;
        let (holder, namespace) = (Holder::Token(program.token), "dev".to_owned());
        let give = Asked::GivePermission { holder, namespace, permission: WritePods, lifetime: Lifetime::EightHours };
        let request = ada.ask(give, "Deploys.").await.unwrap();
        let [(wish, _)] = <[_; 1]>::try_from(states(&ada).await).unwrap();
        assert_eq!(wish, format!("give the token “ci” ({}) w:pods in northwind-dev for 8 hours", program.mask()));
        assert_eq!(requests::waiting(&ada.context().await, &ada.slug).await.unwrap().len(), 1);
        // The time runs from the decision on.
        house.advance(HOUR);
        decide(&house, &request, Verdict::Approve).await.unwrap();
        let ada = ada.back().await;
        let log = ada.log().await;
        let ActivityEvent::PermissionGiven { ends_at, .. } = &log[0].event else { panic!("{:?}", log[0].event) };
        assert_eq!(*ends_at, Some(house.now().plus(8 * HOUR)));
    });
}
