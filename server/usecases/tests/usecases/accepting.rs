//! Using an invitation's link.

use crate::people::*;
use domain::{
    Refusal,
    membership::{Role, Status},
};
use std::time::Duration;
use usecases::{
    Settings,
    invitations::{self, Accepting},
    members,
};

#[test]
fn fifty_who_use_one_link_at_once_become_one_member() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        let mut crowd = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (house, invited) = (house.clone(), invited.clone());
            crowd.spawn(async move { house.accept(&invited).await.map(|joined| joined.member.id) });
        }
        let outcomes = crowd.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        for outcome in outcomes.into_iter().filter(Result::is_err) {
            let why = refused(outcome);
            assert!(matches!(why, Refusal::InvitationAccepted | Refusal::SignInToAccept), "{why:?}");
        }
        assert_eq!(house.trial.number("select count(*) from members").await, 2);
        assert_eq!(house.trial.number("select count(*) from users").await, 2);
        assert_eq!(house.trial.number("select count(*) from sessions").await, 2);
        assert_eq!(ada.codes().await.iter().filter(|code| **code == "invitation.accepted").count(), 1);
    });
}

#[test]
fn an_invitation_lives_until_the_last_microsecond_before_its_end() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (early, late) = (ada.invite("early@northwind.example").await, ada.invite("late@northwind.example").await);
        house.advance(Settings::INVITATION_LIFETIME - MICROSECOND);
        house.accept(&early).await.unwrap();
        house.advance(MICROSECOND);
        let at = house.now();
        assert_eq!(refused(house.accept(&late).await), Refusal::InvitationExpired { at });
        let stranger = house.stranger().await;
        assert_eq!(refused(invitations::preview(&stranger, &late.secret).await), Refusal::InvitationExpired { at });
    });
}

#[test]
fn an_expired_invitation_comes_back_to_life_when_it_is_sent_again() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        house.advance(Settings::INVITATION_LIFETIME);
        refused(house.accept(&invited).await);
        let ada = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        invitations::resend(&ada.context().await, &ada.slug, &invited.id).await.unwrap();
        house.advance(Settings::INVITATION_LIFETIME - MICROSECOND);
        house.accept(&invited).await.unwrap();
    });
}

#[test]
fn looking_at_an_invitation_changes_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let invited = ada.invite("bob@northwind.example").await;
        let blind = house.read_only().await;
        for _ in 0..3 {
            let seen = invitations::preview(&blind.stranger().await, &invited.secret).await.unwrap();
            assert_eq!(seen.email.as_str(), invited.email);
            assert_eq!(seen.invited_by.as_str(), ada.email);
            assert_eq!(seen.organization.name.as_str(), "Northwind");
            assert_eq!(seen.namespaces.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["northwind-dev"]);
            assert_eq!(seen.expires_at, house.now().plus(Settings::INVITATION_LIFETIME));
            assert!(seen.needs_account);
        }
        house.accept(&invited).await.unwrap();
    });
}

#[test]
fn a_revoked_link_is_dead_at_once() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        invitations::revoke(&ada.context().await, &ada.slug, &invited.id).await.unwrap();
        assert_eq!(refused(house.accept(&invited).await), Refusal::InvitationRevoked);
        let again = invitations::resend(&ada.context().await, &ada.slug, &invited.id).await;
        assert_eq!(refused(again), Refusal::InvitationRevoked);
        let link = invitations::link(&ada.context().await, &ada.slug, &invited.id).await;
        assert_eq!(refused(link), Refusal::InvitationRevoked);
        // Inviting anew makes another link, and the old one stays dead.
        let anew = ada.invite("bob@northwind.example").await;
        assert_ne!(anew.secret, invited.secret);
        assert_eq!(refused(house.accept(&invited).await), Refusal::InvitationRevoked);
        house.accept(&anew).await.unwrap();
        let revoked = invitations::revoke(&ada.context().await, &ada.slug, &anew.id).await;
        assert_eq!(refused(revoked), Refusal::InvitationAccepted);
    });
}

#[test]
fn a_link_that_this_house_did_not_make_is_unknown() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        let (id, proof) = invited.secret.split_at(22);
        let other = ada.invite("eve@northwind.example").await;
        let mixed = format!("{id}{}", &other.secret[22..]);
        let zeros = "0".repeat(44);
        for secret in ["", "x", id, proof, &mixed, &zeros, &format!("{}é", &invited.secret[..42])] {
            let stranger = house.stranger().await;
            assert_eq!(refused(invitations::preview(&stranger, secret).await), Refusal::LinkUnknown, "{secret}");
            assert_eq!(refused(invitations::accept(&stranger, secret, NEWCOMER).await), Refusal::LinkUnknown);
        }
    });
}

#[test]
fn nobody_elses_account_can_use_a_link() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = house.found("Contoso", "bob@contoso.example").await;
        let eve = house.found("Fabrikam", "eve@fabrikam.example").await;
        let invited = ada.invite(&bob.email).await;
        let taken = invitations::accept(&eve.context().await, &invited.secret, NEWCOMER).await;
        assert_eq!(refused(taken), Refusal::InvitedSomebodyElse);
        // Without a session, only Bob's own password proves Bob.
        assert_eq!(
            refused(invitations::accept(&house.stranger().await, &invited.secret, NOTHING).await),
            Refusal::SignInToAccept
        );
        let guess = Accepting { password: "not the password of bob", ..NEWCOMER };
        let guessed = invitations::accept(&house.stranger().await, &invited.secret, guess).await;
        assert_eq!(refused(guessed), Refusal::WrongCredentials);
        assert_eq!(house.organization(&ada.slug).await.members_active, 1);

        let joined = invitations::accept(&bob.context().await, &invited.secret, NOTHING).await.unwrap();
        assert_eq!(joined.member.user, bob.user);
        assert!(joined.cookie.is_none(), "Bob is signed in already");
        assert!(invitations::preview(&house.stranger().await, &invited.secret).await.is_err());
    });
}

#[test]
fn guesses_at_the_password_of_an_invited_account_are_counted() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = house.found("Contoso", "bob@contoso.example").await;
        let invited = ada.invite(&bob.email).await;
        let guesser = house.stranger().await;
        let guess = Accepting { password: "not the password of bob", ..NOTHING };
        for _ in 0..10 {
            let guessed = invitations::accept(&guesser, &invited.secret, guess).await;
            assert_eq!(refused(guessed), Refusal::WrongCredentials);
        }
        let guessed = invitations::accept(&guesser, &invited.secret, guess).await;
        assert!(matches!(refused(guessed), Refusal::TooManyRequests { .. }));
    });
}

#[test]
fn a_deactivated_member_cannot_come_back_through_an_invitation() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        // No use case makes a member of somebody whose invitation is pending; the tables can hold it all the same.
        let bob = house.seat(&ada.slug, "bob@northwind.example", ("Bob", "Builder")).await;
        house
            .trial
            .execute("update users set password_hash = (select password_hash from users where email like 'ada%')")
            .await;
        let accepting = Accepting { password: PASSWORD, ..NOTHING };
        let as_bob = async || invitations::accept(&house.stranger().await, &invited.secret, accepting).await;
        assert_eq!(refused(as_bob().await), Refusal::AlreadyMember);
        members::deactivate(&ada.context().await, &ada.slug, &bob.to_string(), &[]).await.unwrap();
        assert_eq!(refused(as_bob().await), Refusal::DeactivatedMember);
        assert_eq!(house.member(&ada.slug, "bob@northwind.example").await.status, Status::Deactivated);
    });
}

#[test]
fn an_inviter_who_is_no_longer_an_active_admin_brings_nobody_in() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = ada.welcome_admin("carl@northwind.example").await;
        let invited = carl.invite("bob@northwind.example").await;
        let refuses = async || {
            let stranger = house.stranger().await;
            assert_eq!(refused(invitations::preview(&stranger, &invited.secret).await), Refusal::InviterNoLongerAdmin);
            assert_eq!(refused(house.accept(&invited).await), Refusal::InviterNoLongerAdmin);
        };
        carl.become_role(Role::Member).await.unwrap();
        refuses().await;
        carl.become_role(Role::Admin).await.unwrap();
        ada.deactivate(&carl).await.unwrap();
        refuses().await;
        assert_eq!(house.trial.number("select count(*) from users").await, 2, "no account was made on the way");
        ada.reactivate(&carl).await.unwrap();
        house.accept(&invited).await.unwrap();
    });
}

#[test]
fn whoever_registers_through_an_invitation_is_signed_in_as_a_member() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let context = bob.context().await;
        let person = context.signed_in().unwrap();
        assert_eq!((person.email.as_str(), person.first_name.as_str()), ("bob@northwind.example", "New"));
        let member = bob.member().await;
        assert_eq!((member.role, member.status), (Role::Member, Status::Active));
        assert_eq!(member.invited_by.as_deref(), Some("ada@northwind.example"));
    });
}

#[test]
fn a_newcomers_names_and_password_are_asked_for_by_field() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        for (field, brings) in [
            ("first_name", Accepting { first_name: "", ..NEWCOMER }),
            ("last_name", Accepting { last_name: "\u{202E}", ..NEWCOMER }),
            ("password", Accepting { password: "short", ..NEWCOMER }),
            ("password", Accepting { password: "bob@northwind.example", ..NEWCOMER }),
        ] {
            let why = refused(invitations::accept(&house.stranger().await, &invited.secret, brings).await);
            assert!(matches!(why, Refusal::BadField { field: named, .. } if named == field), "{field}: {why:?}");
        }
        house.advance(Duration::from_secs(1));
        house.accept(&invited).await.unwrap();
    });
}
