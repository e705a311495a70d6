//! Changing a password, and setting a new one for one that was forgotten.

use crate::people::*;
use domain::{Refusal, text::Problem};
use usecases::{
    account,
    invitations::{self, Accepting},
    password_reset, sessions,
};

const NEW: &str = "a quick run over dry sand";

#[test]
fn changing_the_password_ends_every_other_session() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let other = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        let context = ada.context().await;
        let wrong = account::change_password(&context, "not the password of ada", NEW).await;
        assert!(matches!(refused(wrong), Refusal::BadField { field: "current_password", .. }));
        let short = account::change_password(&context, PASSWORD, "short").await;
        assert!(matches!(refused(short), Refusal::BadField { field: "password", .. }));
        assert!(other.is_signed_in().await);
        let cookie = account::change_password(&context, PASSWORD, NEW).await.unwrap();
        assert!(!ada.is_signed_in().await, "a copy of the old cookie is worth nothing");
        assert!(!other.is_signed_in().await);
        let anew = house.browser(Some(cookie.value()), ada.ip).await;
        assert_eq!(anew.caller.person().unwrap().user, ada.user);
        assert_eq!(sessions::list(&anew).await.unwrap().0.len(), 1, "this one alone is left");
        assert_eq!(refused(house.sign_in(&ada.email, &ada.slug, PASSWORD).await), Refusal::WrongCredentials);
        house.sign_in(&ada.email, &ada.slug, NEW).await.unwrap();
        house.post().await;
        assert_eq!(house.mails_to(&ada.email).pop().unwrap().subject, "Your password was changed");
    });
}

#[test]
fn resetting_the_password_ends_every_session() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        password_reset::request(&house.stranger().await, "Ada@northwind.example").await.unwrap();
        house.post().await;
        let secret = house.secret_to(&ada.email);
        let scanner = house.read_only().await.stranger().await;
        assert_eq!(password_reset::waiting(&scanner, &secret).await.unwrap().id, ada.user);
        assert!(ada.is_signed_in().await, "asking for a reset ends nothing");
        password_reset::finish(&house.stranger().await, &secret, NEW).await.unwrap();
        assert!(!ada.is_signed_in().await);
        refused(house.sign_in(&ada.email, &ada.slug, PASSWORD).await);
        house.sign_in(&ada.email, &ada.slug, NEW).await.unwrap();
    });
}

#[test]
fn a_reset_link_works_once_and_ends_its_siblings() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let mut secrets = Vec::new();
        for _ in 0..2 {
            password_reset::request(&house.stranger().await, &ada.email).await.unwrap();
            house.post().await;
            secrets.push(house.secret_to(&ada.email));
        }
        password_reset::finish(&house.stranger().await, &secrets[1], NEW).await.unwrap();
        for secret in &secrets {
            let again = password_reset::finish(&house.stranger().await, secret, NEW).await;
            assert_eq!(refused(again), Refusal::LinkUnknown);
        }
    });
}

#[test]
fn of_many_who_use_one_reset_link_at_once_one_sets_the_password() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        password_reset::request(&house.stranger().await, &ada.email).await.unwrap();
        house.post().await;
        let secret = house.secret_to(&ada.email);
        let mut crowd = tokio::task::JoinSet::new();
        for n in 0..10 {
            let (stranger, secret) = (house.stranger().await, secret.clone());
            crowd.spawn(async move { password_reset::finish(&stranger, &secret, &format!("{NEW} {n}")).await });
        }
        let outcomes = crowd.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        outcomes
            .into_iter()
            .filter(Result::is_err)
            .for_each(|outcome| assert_eq!(refused(outcome), Refusal::LinkUnknown));
    });
}

#[test]
fn a_reset_link_lives_half_an_hour_to_the_microsecond() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        password_reset::request(&house.stranger().await, &ada.email).await.unwrap();
        house.post().await;
        let secret = house.secret_to(&ada.email);
        house.advance(HOUR / 2);
        let late = password_reset::finish(&house.stranger().await, &secret, NEW).await;
        assert_eq!(refused(late), Refusal::LinkExpired);
        password_reset::request(&house.stranger().await, &ada.email).await.unwrap();
        house.post().await;
        house.advance(HOUR / 2 - MICROSECOND);
        password_reset::finish(&house.stranger().await, &house.secret_to(&ada.email), NEW).await.unwrap();
    });
}

#[test]
fn asking_for_a_reset_answers_the_same_for_an_address_that_is_unknown() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        password_reset::request(&house.stranger().await, "nobody@northwind.example").await.unwrap();
        assert!(house.post().await.is_empty());
        let stranger = house.stranger().await;
        for _ in 0..5 {
            password_reset::request(&stranger, "ada@northwind.example").await.unwrap();
        }
        house.post().await;
        assert_eq!(house.mails_to("ada@northwind.example").len(), 3, "and the same above the limit of mails");
    });
}

#[test]
fn a_changed_password_ends_the_resets_that_were_asked_for() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        password_reset::request(&house.stranger().await, &ada.email).await.unwrap();
        house.post().await;
        let secret = house.secret_to(&ada.email);
        account::change_password(&ada.context().await, PASSWORD, NEW).await.unwrap();
        let used = password_reset::finish(&house.stranger().await, &secret, PASSWORD).await;
        assert_eq!(refused(used), Refusal::LinkUnknown);
    });
}

#[test]
fn a_session_that_ended_meanwhile_changes_no_password() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let under_way = ada.context().await;
        sessions::sign_out(&ada.context().await).await.unwrap();
        let changed = account::change_password(&under_way, PASSWORD, NEW).await.map(|_| ());
        assert_eq!(refused(changed), Refusal::NotSignedIn);
        house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
    });
}

#[test]
fn a_password_made_of_the_organizations_name_is_refused_wherever_one_is_chosen() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@elsewhere.example").await;
        let made = "Northwind123456789012";
        let changed = account::change_password(&ada.context().await, PASSWORD, made).await.map(|_| ());
        password_reset::request(&house.stranger().await, &ada.email).await.unwrap();
        house.post().await;
        let reset = password_reset::finish(&house.stranger().await, &house.secret_to(&ada.email), made).await;
        let secret = ada.invite("bo@elsewhere.example").await.secret;
        let brings = Accepting { first_name: "Bo", last_name: "Roe", password: made };
        let joined = invitations::accept(&house.stranger().await, &secret, brings).await.map(|_| ());
        for refusal in [refused(changed), refused(reset), refused(joined)] {
            assert_eq!(refusal, Refusal::BadField { field: "password", problem: Problem::PasswordFromNames });
        }
    });
}

/// Whoever knows the old password may be signing in at the very moment of its reset.
#[test]
fn after_a_reset_no_session_of_the_old_password_is_left() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (mut old, mut new) = (PASSWORD, NEW);
        for round in 0..20 {
            password_reset::request(&house.stranger().await, &ada.email).await.unwrap();
            house.post().await;
            let secret = house.secret_to(&ada.email);
            let resetter = house.stranger().await;
            let (thief, done) = tokio::join!(
                house.sign_in(&ada.email, &ada.slug, old),
                password_reset::finish(&resetter, &secret, new)
            );
            done.unwrap();
            if let Ok(thief) = thief {
                assert!(!thief.is_signed_in().await, "round {round}");
            }
            (old, new) = (new, old);
            house.advance(HOUR);
        }
    });
}

#[test]
fn new_names_are_shown_and_found() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        account::rename(&ada.context().await, "Österreich", "O'Neil").await.unwrap();
        let member = ada.member().await;
        assert_eq!((member.first_name.as_str(), member.last_name.as_str()), ("Österreich", "O'Neil"));
        let query = usecases::members::Query { search: "ÖSTERR".into(), ..Default::default() };
        let page = usecases::members::list(&ada.context().await, &ada.slug, &query).await.unwrap();
        assert_eq!((page.rows.len(), page.total), (1, 1));
        let why = refused(account::rename(&ada.context().await, "Ada", "").await);
        assert!(matches!(why, Refusal::BadField { field: "last_name", .. }));
        let log = account::recent(&ada.context().await).await.unwrap();
        assert!(log.iter().any(|entry| entry.code == "names_changed" && entry.ip == Some(ada.ip.to_string())));
    });
}
