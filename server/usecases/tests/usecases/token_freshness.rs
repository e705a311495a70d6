//! Making a credential takes a password that was proved a moment ago.

use crate::{bearers::*, people::*};
use domain::{Refusal, account::AccountEvent, text::Problem};
use usecases::{Settings, account, sessions, tokens::Wanted};

const WRONG: Refusal = Refusal::BadField { field: "current_password", problem: Problem::Unknown };

#[test]
fn ten_minutes_after_signing_in_no_token_is_made() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        house.advance(Settings::FRESH - MICROSECOND);
        let program = ada.token("ci", &[], NO_SCOPES).await;
        house.advance(MICROSECOND);
        let before = house.rows(&[]).await;
        for wanted in [Wanted::default(), Wanted { name: "\n", ..Wanted::default() }] {
            let created = ada.create(&wanted).await.map(|created| created.listed);
            assert_eq!(refused(created), Refusal::ReauthenticationRequired);
        }
        assert_eq!(house.rows(&[]).await, before);
        // What gives nobody a credential needs no password.
        ada.assign(&program, &["dev"]).await.unwrap();
        ada.remove(&program).await.unwrap();
    });
}

#[test]
fn whoever_proves_the_password_again_gets_another_cookie_and_makes_tokens_for_ten_minutes() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let other = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        house.advance(Settings::FRESH);
        refused(ada.create(&Wanted::default()).await.map(|created| created.listed));
        let fresh = ada.confirm(PASSWORD).await.unwrap();
        assert_ne!(fresh.cookie, ada.cookie);
        assert!(!ada.is_signed_in().await, "the session is replaced by another");
        assert!(fresh.is_signed_in().await && other.is_signed_in().await);
        let (own, _) = sessions::list(&fresh.context().await).await.unwrap();
        assert_eq!(own.len(), 2);
        fresh.create(&Wanted::default()).await.unwrap();
        let created = other.create(&Wanted::default()).await.map(|created| created.listed);
        assert_eq!(refused(created), Refusal::ReauthenticationRequired, "each browser proves it for itself");
        house.advance(Settings::FRESH - MICROSECOND);
        fresh.create(&Wanted::default()).await.unwrap();
        house.advance(MICROSECOND);
        let created = fresh.create(&Wanted::default()).await.map(|created| created.listed);
        assert_eq!(refused(created), Refusal::ReauthenticationRequired);
        let log = account::recent(&fresh.context().await).await.unwrap();
        assert_eq!(log[0].code, AccountEvent::Confirmed.code());
    });
}

#[test]
fn a_wrong_password_confirms_nothing_and_leaves_the_session_as_it_is() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        house.advance(Settings::FRESH);
        let before = house.rows(&["attempts"]).await;
        for wrong in ["", "a slow walk over wet gras", &"x".repeat(5_000), "a\0b"] {
            assert_eq!(refused(ada.confirm(wrong).await), WRONG);
        }
        assert_eq!(house.rows(&["attempts"]).await, before);
        assert!(ada.is_signed_in().await);
        let created = ada.create(&Wanted::default()).await.map(|created| created.listed);
        assert_eq!(refused(created), Refusal::ReauthenticationRequired);
        let nobody = account::confirm(&house.stranger().await, PASSWORD).await.map(|_| ());
        assert_eq!(refused(nobody), Refusal::NotSignedIn);
    });
}

#[test]
fn confirming_counts_as_guessing() {
    on_both(async |house| {
        let mut ada = house.found("Northwind", "ada@northwind.example").await;
        for _ in 0..3 {
            // A right one is no guess.
            ada = ada.confirm(PASSWORD).await.unwrap();
        }
        for _ in 0..10 {
            assert_eq!(refused(ada.confirm("wrong").await), WRONG);
        }
        let why = refused(ada.confirm(PASSWORD).await);
        assert_eq!(why, Refusal::TooManyRequests { retry_after: MINUTE }, "not even the right one");
        let door = house.browser(None, ada.ip).await;
        assert_eq!(refused(sessions::sign_in(&door, &ada.email, PASSWORD).await), why);
        assert!(ada.is_signed_in().await);
        house.advance(MINUTE);
        ada.confirm(PASSWORD).await.unwrap();
    });
}

/// The request was under way when its session ended.
#[test]
fn whoever_was_switched_off_meanwhile_confirms_no_session_into_being() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let under_way = bob.context().await;
        ada.deactivate(&bob).await.unwrap();
        let confirmed = account::confirm(&under_way, PASSWORD).await.map(|_| ());
        let bobs = format!(
            "select count(*) from sessions where user_id in {}",
            "(select id from users where email like 'bob@%')"
        );
        assert_eq!(house.trial.number(&bobs).await, 0, "{confirmed:?}");
    });
}
