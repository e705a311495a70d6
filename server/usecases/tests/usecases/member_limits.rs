//! How many members an organization may have: as many as there are, unless the operator says otherwise.

use crate::people::*;
use domain::Refusal;
use usecases::{
    invitations::{self, Outcome},
    members, operator,
};

const FULL: Refusal = Refusal::MemberLimit { most: 3 };

/// Three active members, and a limit of three.
async fn full(house: &House) -> [Person; 3] {
    let ada = house.found("Northwind", "ada@northwind.example").await;
    let bob = ada.welcome("bob@northwind.example").await;
    let eve = ada.welcome("eve@northwind.example").await;
    operator::limit_members(&house.operator(), &ada.slug, Some(3)).await.unwrap();
    [ada, bob, eve]
}

#[test]
fn an_organization_that_is_full_invites_nobody_and_the_attempt_is_logged() {
    on_both(async |house| {
        let [ada, bob, _] = full(&house).await;
        let before = house.rows_but_log().await;
        assert_eq!(refused(ada.send("new@northwind.example").await), FULL);
        assert_eq!(house.rows_but_log().await, before, "not even a mail is counted");
        assert_eq!(ada.codes().await.last(), Some(&"refused"));
        // What invites nobody needs no room.
        assert!(matches!(ada.send(&bob.email).await.unwrap(), Outcome::AlreadyMember));
        assert!(matches!(ada.send("no-address").await.unwrap(), Outcome::Invalid));
    });
}

#[test]
fn those_who_are_invited_count_too_and_of_many_either_all_are_invited_or_nobody() {
    on_both(async |house| {
        let [ada, ..] = full(&house).await;
        operator::limit_members(&house.operator(), &ada.slug, Some(5)).await.unwrap();
        ada.invite("one@northwind.example").await;
        let context = ada.context().await;
        let two = texts(["two@northwind.example", "three@northwind.example"]);
        let refusal = refused(invitations::send(&context, &ada.slug, &two, None).await);
        assert_eq!(refusal, Refusal::MemberLimit { most: 5 });
        assert_eq!(house.organization(&ada.slug).await.invitations_pending, 1);
        // The one who waits already is no second one.
        let sent = texts(["one@northwind.example", "two@northwind.example"]);
        let sent = invitations::send(&context, &ada.slug, &sent, None).await.unwrap();
        assert!(matches!(sent[0].outcome, Outcome::AlreadyInvited(_)) && matches!(sent[1].outcome, Outcome::Sent(_)));
        assert_eq!(refused(ada.send("three@northwind.example").await), Refusal::MemberLimit { most: 5 });
        let Outcome::AlreadyInvited(id) = sent[0].outcome.clone() else { panic!() };
        invitations::revoke(&context, &ada.slug, &id.to_string()).await.unwrap();
        ada.invite("three@northwind.example").await;
    });
}

#[test]
fn whoever_comes_too_late_gets_no_account_and_may_come_when_there_is_room() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let invited = ada.invite("new@northwind.example").await;
        operator::limit_members(&house.operator(), &ada.slug, Some(2)).await.unwrap();
        assert_eq!(house.refuses(house.accept(&invited)).await, Refusal::MemberLimit { most: 2 });
        invitations::preview(&house.stranger().await, &invited.secret).await.unwrap();
        ada.deactivate(&bob).await.unwrap();
        house.accept(&invited).await.unwrap();
        assert_eq!(refused(ada.reactivate(&bob).await), Refusal::MemberLimit { most: 2 });
        assert_eq!(ada.codes().await.last(), Some(&"refused"));
        let (by, id) = (house.operator(), bob.id().await);
        let by_operator = members::reactivate(&by, &ada.slug, &id);
        assert_eq!(house.refuses(by_operator).await, Refusal::MemberLimit { most: 2 }, "the operator raises it first");
        operator::limit_members(&house.operator(), &ada.slug, Some(3)).await.unwrap();
        ada.reactivate(&bob).await.unwrap();
    });
}

#[test]
fn however_many_come_at_once_no_more_get_in_than_there_is_room_for() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let off = ada.welcome("off@northwind.example").await;
        let mut invited = Vec::new();
        for n in 0..8 {
            invited.push(ada.invite(&format!("n{n}@northwind.example")).await);
        }
        ada.deactivate(&off).await.unwrap();
        operator::limit_members(&house.operator(), &ada.slug, Some(4)).await.unwrap();
        let there = house.elsewhere().await;
        let mut crowd = tokio::task::JoinSet::new();
        for (n, invited) in invited.into_iter().enumerate() {
            let house = if n % 2 == 0 { house.clone() } else { there.clone() };
            crowd.spawn(async move { house.accept(&invited).await.map(drop) });
        }
        let (back, id) = (ada.context().await, off.id().await);
        let slug = ada.slug.clone();
        crowd.spawn(async move { members::reactivate(&back, &slug, &id).await.map(drop) });
        let outcomes = crowd.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3);
        for outcome in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(refused(outcome), Refusal::MemberLimit { most: 4 });
        }
        assert_eq!(house.organization(&ada.slug).await.members_active, 4);
        assert_eq!(house.trial.number("select count(*) from members where status = 'active'").await, 4);
    });
}

/// A limit that is set while people come in is never passed, whichever comes first.
#[test]
fn a_limit_and_an_acceptance_at_once_agree() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let by = house.elsewhere().await.operator();
        for present in 1..6 {
            let invited = ada.invite(&format!("n{present}@northwind.example")).await;
            let (limited, joined) =
                tokio::join!(operator::limit_members(&by, &ada.slug, Some(present)), house.accept(&invited));
            match (limited, joined) {
                (Ok(()), Err(error)) => {
                    assert_eq!(refused::<()>(Err(error)), Refusal::MemberLimit { most: present });
                    operator::limit_members(&by, &ada.slug, None).await.unwrap();
                    house.accept(&invited).await.unwrap();
                }
                (Err(error), Ok(_)) => {
                    assert_eq!(refused::<()>(Err(error)), Refusal::LimitTooLow { present: present + 1 });
                }
                (limited, joined) => panic!("{limited:?} {}", joined.is_ok()),
            }
        }
    });
}
