//! Switching members off and on, and the operator's change of a role.

use crate::people::*;
use domain::{
    Refusal,
    letter::GATHERED,
    membership::{Role, Status},
};
use usecases::members;

#[test]
fn a_deactivated_person_has_no_session_from_the_answer_on() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let second = house.sign_in(&bob.email, &bob.slug, PASSWORD).await.unwrap();
        assert!(bob.is_signed_in().await && second.is_signed_in().await);
        let member = ada.deactivate(&bob).await.unwrap();
        assert_eq!((member.status, member.version), (Status::Deactivated, bob.member().await.version));
        assert!(!bob.is_signed_in().await && !second.is_signed_in().await);
        assert_eq!(house.trial.number("select count(*) from sessions").await, 1, "Ada's own");
        ada.reactivate(&bob).await.unwrap();
        assert!(!bob.is_signed_in().await, "what ended stays ended");
        house.sign_in(&bob.email, &bob.slug, PASSWORD).await.unwrap();
    });
}

#[test]
fn requests_during_a_deactivation_stop_at_its_answer() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let (stop, watch) = tokio::sync::watch::channel(false);
        let mut crowd = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (bob, watch) = (bob.clone(), watch.clone());
            crowd.spawn(async move {
                loop {
                    // Asked before the request, so that a request that began after the answer is known to have.
                    let answered = *watch.borrow();
                    let signed_in = bob.is_signed_in().await;
                    assert!(!(answered && signed_in), "let in after the answer");
                    if answered {
                        return;
                    }
                }
            });
        }
        ada.deactivate(&bob).await.unwrap();
        stop.send(true).unwrap();
        crowd.join_all().await;
    });
}

#[test]
fn a_request_that_was_let_in_before_a_deactivation_can_write_nothing_after_it() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = ada.welcome_admin("carl@northwind.example").await;
        let context = carl.context().await;
        ada.deactivate(&carl).await.unwrap();
        let made = usecases::namespaces::create(&context, &carl.slug, "dev").await;
        assert_eq!(refused(made), Refusal::MembershipDeactivated);
        let seen = members::list(&context, &carl.slug, &members::Query::default()).await;
        assert_eq!(refused(seen), Refusal::MembershipDeactivated);
    });
}

#[test]
fn whoever_is_deactivated_in_one_organization_goes_on_working_in_the_other() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = house.found("Contoso", "bob@contoso.example").await;
        let invited = ada.invite(&bob.email).await;
        usecases::invitations::accept(&bob.context().await, &invited.secret, NOTHING).await.unwrap();
        let at_adas = Person { slug: ada.slug.clone(), ..bob.clone() };
        ada.deactivate(&at_adas).await.unwrap();
        assert!(!bob.is_signed_in().await);
        let bob = house.sign_in(&bob.email, &bob.slug, PASSWORD).await.unwrap();
        bob.create_namespace("dev").await;
        let (_, organizations) = usecases::sessions::current(&bob.context().await).await.unwrap();
        assert_eq!(organizations.iter().map(|own| own.slug.as_str()).collect::<Vec<_>>(), ["contoso"]);
        let seen = members::list(&bob.context().await, &ada.slug, &members::Query::default()).await;
        assert_eq!(refused(seen), Refusal::MembershipDeactivated);
    });
}

#[test]
fn the_founder_and_oneself_stay_and_nothing_is_done_twice() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = ada.welcome_admin("carl@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        assert_eq!(refused(carl.deactivate(&ada).await), Refusal::FounderStays);
        assert_eq!(refused(ada.deactivate(&ada).await), Refusal::FounderStays);
        assert_eq!(refused(carl.deactivate(&carl).await), Refusal::OwnMembership);
        assert_eq!(refused(ada.become_role(Role::Member).await), Refusal::FounderStays);
        assert_eq!(refused(ada.reactivate(&bob).await), Refusal::AlreadyActive);
        ada.deactivate(&bob).await.unwrap();
        assert_eq!(refused(carl.deactivate(&bob).await), Refusal::AlreadyDeactivated);
        assert_eq!(refused(bob.deactivate(&carl).await), Refusal::NotSignedIn);
    });
}

#[test]
fn a_member_is_told_by_mail_that_they_were_switched_off_and_on() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        house.post().await;
        let before = house.mails_to(&bob.email).len();
        ada.deactivate(&bob).await.unwrap();
        house.advance(GATHERED);
        house.post().await;
        ada.reactivate(&bob).await.unwrap();
        house.advance(GATHERED);
        house.post().await;
        let subjects: Vec<_> =
            house.mails_to(&bob.email).split_off(before).into_iter().map(|mail| mail.subject).collect();
        assert_eq!(subjects, ["Your access to Northwind was switched off", "Your access to Northwind is back"]);
    });
}

#[test]
fn the_operator_gives_and_takes_the_role_and_the_log_says_so() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        assert_eq!(bob.become_role(Role::Admin).await.unwrap().role, Role::Admin);
        bob.create_namespace("dev").await;
        bob.become_role(Role::Member).await.unwrap();
        let made = usecases::namespaces::create(&bob.context().await, &bob.slug, "more").await;
        assert_eq!(refused(made), Refusal::AdminsOnly);
        let query = usecases::activity::Query { code: "member.role_changed".into(), ..Default::default() };
        let page = usecases::activity::list(&ada.context().await, &ada.slug, &query).await.unwrap();
        assert_eq!(page.entries.iter().map(|entry| entry.actor_kind.as_str()).collect::<Vec<_>>(), ["operator"; 2]);
    });
}
