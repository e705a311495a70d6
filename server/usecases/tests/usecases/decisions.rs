//! Deciding a request: by whom, once, and only while it can be done.

use crate::{
    people::*,
    requests::{Scenery, decide, scenery},
    tenants::ABSENT,
};
use domain::{Refusal, permission::Permission::WritePods, text::Problem, token::Lifetime};
use usecases::{
    operator::{self, Verdict},
    requests::{self, Asked},
};

#[test]
fn nobody_decides_what_they_asked_for_themselves_by_hand_or_by_a_program_of_theirs() {
    on_both(async |house| {
        let Scenery { ada, bob, olga, .. } = scenery(&house).await;
        operator::add(&olga.acting().await, &ada.email, None).await.unwrap();
        let request = ada.ask_for_namespaces(30).await;
        let own = ada.acting().await;
        let (_, secret) = operator::make_credential(&own, "mine").await.unwrap();
        let arm = house.knock(&secret).await.unwrap();
        // And so is what that program makes.
        let (_, secret) = operator::make_credential(&arm, "longer").await.unwrap();
        let longer = house.knock(&secret).await.unwrap();
        for by in [&own, &arm, &longer] {
            for verdict in [Verdict::Approve, Verdict::Decline] {
                let decided = operator::decide(by, &request, verdict, "");
                assert_eq!(house.refuses(decided).await, Refusal::OwnRequest);
            }
        }
        // What a colleague asks for, they decide.
        let colleagues = bob.ask(Asked::NamespaceLimit { limit: 31 }, "We grow.").await.unwrap();
        operator::decide(&longer, &colleagues, Verdict::Decline, "").await.unwrap();
        operator::decide(&olga.acting().await, &request, Verdict::Approve, "").await.unwrap();
    });
}

#[test]
fn a_request_that_has_become_impossible_is_refused_and_waits_on() {
    on_both(async |house| {
        let Scenery { ada, bob, eve, .. } = scenery(&house).await;
        let (slug, by) = (ada.slug.as_str(), house.operator());
        let holder = eve.holder().await;
        let namespace = || "dev".to_owned();
        let make = ada.ask(Asked::MakeAdmin { member: eve.id().await }, "x").await.unwrap();
        let limit = ada.ask(Asked::MemberLimit { limit: 3 }, "x").await.unwrap();
        let give =
            Asked::GivePermission { holder, namespace: namespace(), permission: WritePods, lifetime: Lifetime::Hour };
        let give = ada.ask(give, "x").await.unwrap();
        let delete = ada.ask(Asked::DeleteNamespace { namespace: namespace() }, "x").await.unwrap();
        let founder = ada.ask(Asked::ChangeFounder { member: bob.id().await }, "x").await.unwrap();

        ada.deactivate(&eve).await.unwrap();
        ada.welcome("new@northwind.example").await;
        ada.welcome("newer@northwind.example").await;
        operator::delete(&by, slug, "dev").await.unwrap();
        operator::change_founder(&by, slug, &bob.id().await).await.unwrap();
        let gone = Refusal::UnknownNamespace { name: "northwind-dev".into() };
        for (request, refusal) in [
            (&make, Refusal::NotActive),
            (&limit, Refusal::LimitTooLow { present: 4 }),
            (&give, gone.clone()),
            (&delete, gone),
            (&founder, Refusal::AlreadyFounder),
        ] {
            assert_eq!(house.refuses(decide(&house, request, Verdict::Approve)).await, refusal);
        }
        assert_eq!(operator::overview(&by).await.unwrap().waiting, 5);
        for request in [make, limit, give, delete, founder] {
            decide(&house, &request, Verdict::Decline).await.unwrap();
        }
        assert_eq!(operator::overview(&by).await.unwrap().waiting, 0);
        assert_eq!(house.refuses(decide(&house, ABSENT, Verdict::Approve)).await, Refusal::NotFound);
        assert_eq!(house.refuses(decide(&house, "nonsense", Verdict::Approve)).await, Refusal::NotFound);
    });
}

#[test]
fn a_bad_note_decides_nothing() {
    on_both(async |house| {
        let Scenery { ada, .. } = scenery(&house).await;
        let request = ada.ask_for_namespaces(30).await;
        for (note, problem) in
            [("a\0b".to_owned(), Problem::Invisible), ("x".repeat(501), Problem::TooLong { most: 500 })]
        {
            let by = house.operator();
            let decided = operator::decide(&by, &request, Verdict::Approve, &note);
            assert_eq!(house.refuses(decided).await, Refusal::BadField { field: "note", problem });
        }
    });
}

#[test]
fn a_request_decided_twice_at_once_is_carried_out_once() {
    on_both(async |house| {
        let Scenery { ada, eve, .. } = scenery(&house).await;
        let (here, there) = (house.operator(), house.elsewhere().await.operator());
        let holder = eve.holder().await;
        let slug = ada.slug.as_str();
        for round in 0..20 {
            let namespace = "dev".to_owned();
            let give = Asked::GivePermission { holder, namespace, permission: WritePods, lifetime: Lifetime::Never };
            let request = ada.ask(give, "x").await.unwrap();
            let other = if round % 2 == 0 { Verdict::Approve } else { Verdict::Decline };
            let (one, two) = tokio::join!(
                operator::decide(&here, &request, Verdict::Approve, ""),
                operator::decide(&there, &request, other, "")
            );
            let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
            assert_eq!(refused(lost), Refusal::RequestDecided, "round {round}");
            let given = house.trial.number("select count(*) from withheld_grants").await;
            let approved = won.unwrap().request.state() == "approved";
            assert_eq!(given, i64::from(approved), "round {round}");
            if approved {
                operator::take(&here, slug, holder, "dev", WritePods).await.unwrap();
            }
            house.advance(HOUR / 10);
            house.trial.execute("delete from attempts").await;
        }
        let codes = ada.back().await.codes().await;
        let count = |code| codes.iter().filter(|it| **it == code).count();
        assert_eq!(count("request.approved") + count("request.declined"), 20);
        assert_eq!(count("request.approved"), count("permission.given"));
    });
}

#[test]
fn a_withdrawal_and_an_approval_at_once_end_a_request_one_way() {
    on_both(async |house| {
        let Scenery { ada, .. } = scenery(&house).await;
        let by = house.elsewhere().await.operator();
        for limit in 20..40 {
            let request = ada.ask_for_namespaces(limit).await;
            let context = ada.context().await;
            let (withdrawn, decided) = tokio::join!(
                requests::withdraw(&context, &ada.slug, &request),
                operator::decide(&by, &request, Verdict::Approve, "")
            );
            assert_ne!(withdrawn.is_ok(), decided.is_ok(), "{limit}");
            let carried_out = house.organization(&ada.slug).await.namespace_limit == i64::from(limit);
            assert_eq!(carried_out, decided.is_ok(), "{limit}");
        }
    });
}
