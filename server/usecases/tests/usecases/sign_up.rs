//! Making an account together with its organization.

use crate::people::*;
use domain::{
    Refusal,
    membership::{Role, Status},
};
use std::time::Duration;
use usecases::{
    Settings, password_reset, sessions,
    sign_up::{self, SignedUp, Wanted},
};

#[test]
fn the_very_first_person_is_in_at_once_and_every_later_one_proves_their_address() {
    on_both(async |house| {
        assert!(sign_up::is_first(&house.stranger().await).await.unwrap());
        assert!(matches!(house.sign_up("Northwind", "ada@northwind.example").await.unwrap(), SignedUp::In(_)));
        assert!(!sign_up::is_first(&house.stranger().await).await.unwrap());
        assert!(house.post().await.is_empty());

        let second = house.sign_up("Contoso", "carl@contoso.example").await.unwrap();
        assert!(matches!(second, SignedUp::VerifyEmail));
        assert_eq!(house.trial.number("select count(*) from users").await, 1, "until the proof, nothing is created");
        assert_eq!(house.trial.number("select count(*) from organizations").await, 1);
        refused(house.sign_in("carl@contoso.example", "contoso", PASSWORD).await);
        house.post().await;
        let secret = house.secret_to("carl@contoso.example");
        let founded = sign_up::verify(&house.stranger().await, &secret).await.unwrap();
        assert_eq!(founded.organization.slug.as_str(), "contoso");
        let carl = house.member("contoso", "carl@contoso.example").await;
        assert_eq!((carl.role, carl.status, carl.invited_by), (Role::Admin, Status::Active, None));
        house.sign_in("carl@contoso.example", "contoso", PASSWORD).await.unwrap();
    });
}

#[test]
fn of_many_first_people_at_once_one_is_first() {
    on_both(async |house| {
        let mut crowd = tokio::task::JoinSet::new();
        for n in 0..8 {
            let house = house.clone();
            crowd.spawn(async move { house.sign_up("Northwind", &format!("ada{n}@northwind.example")).await.unwrap() });
        }
        let outcomes = crowd.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, SignedUp::In(_))).count(), 1);
        assert_eq!(house.trial.number("select count(*) from users").await, 1);
    });
}

#[test]
fn of_many_first_people_at_once_where_sign_ups_are_closed_one_gets_in_at_all() {
    on_both(async |house| {
        let closed = house.with(|settings| settings.sign_ups_open = false);
        let mut crowd = tokio::task::JoinSet::new();
        for n in 0..8 {
            let closed = closed.clone();
            crowd.spawn(async move { closed.sign_up("Northwind", &format!("ada{n}@northwind.example")).await });
        }
        let outcomes = crowd.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Ok(SignedUp::In(_)))).count(), 1);
        for outcome in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(refused(outcome), Refusal::SignUpsClosed);
        }
        assert_eq!(house.trial.number("select count(*) from sign_ups").await, 0);
    });
}

#[test]
fn an_address_that_has_an_account_gets_the_same_answer_and_another_mail() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        let known = house.sign_up("Contoso", "ADA@Northwind.example").await.unwrap();
        let unknown = house.sign_up("Contoso", "carl@contoso.example").await.unwrap();
        assert!(matches!((known, unknown), (SignedUp::VerifyEmail, SignedUp::VerifyEmail)));
        house.post().await;
        let mail = house.mails_to("ada@northwind.example").pop().unwrap();
        assert_eq!(mail.subject, "You already have an account");
        assert!(!mail.text.contains("/verify/"), "{}", mail.text);
        assert_eq!(house.trial.number("select count(*) from sign_ups").await, 1);
    });
}

#[test]
fn over_the_limit_of_mails_the_answer_stays_the_same_and_no_mail_goes() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        for email in ["ada@northwind.example", "carl@contoso.example"] {
            let stranger = house.stranger().await;
            for _ in 0..5 {
                let wanted = Wanted::parse("Contoso", "Carl", "Stranger", email, PASSWORD).unwrap();
                assert!(matches!(sign_up::request(&stranger, wanted).await.unwrap(), SignedUp::VerifyEmail));
            }
            house.post().await;
            assert_eq!(house.mails_to(email).len(), 3, "{email}");
        }
    });
}

#[test]
fn a_link_to_prove_an_address_works_once() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        house.sign_up("Contoso", "carl@contoso.example").await.unwrap();
        house.post().await;
        let secret = house.secret_to("carl@contoso.example");
        // Looking changes nothing, where nothing can be changed.
        let scanner = house.read_only().await.stranger().await;
        assert_eq!(sign_up::waiting(&scanner, &secret).await.unwrap().email.as_str(), "carl@contoso.example");
        let mut crowd = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (stranger, secret) = (house.stranger().await, secret.clone());
            crowd.spawn(async move { sign_up::verify(&stranger, &secret).await });
        }
        let outcomes = crowd.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        for outcome in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(refused(outcome), Refusal::LinkUnknown);
        }
        assert_eq!(house.trial.number("select count(*) from organizations").await, 2);
    });
}

#[test]
fn a_link_to_prove_an_address_lives_a_day_to_the_microsecond() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        for email in ["early@contoso.example", "late@contoso.example"] {
            house.sign_up("Contoso", email).await.unwrap();
        }
        house.post().await;
        house.advance(Settings::VERIFICATION_LIFETIME - MICROSECOND);
        sign_up::verify(&house.stranger().await, &house.secret_to("early@contoso.example")).await.unwrap();
        house.advance(MICROSECOND);
        let late = sign_up::verify(&house.stranger().await, &house.secret_to("late@contoso.example")).await;
        assert_eq!(refused(late), Refusal::LinkExpired);
    });
}

#[test]
fn a_link_for_one_purpose_opens_no_other_door() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        house.sign_up("Contoso", "carl@contoso.example").await.unwrap();
        password_reset::request(&house.stranger().await, &ada.email).await.unwrap();
        house.post().await;
        let (verify, reset) = (house.secret_to("carl@contoso.example"), house.secret_to(&ada.email));
        let stranger = house.stranger().await;
        for secret in [&invited.secret, &reset] {
            assert_eq!(refused(sign_up::verify(&stranger, secret).await), Refusal::LinkUnknown);
        }
        for secret in [&invited.secret, &verify] {
            assert_eq!(refused(password_reset::finish(&stranger, secret, PASSWORD).await), Refusal::LinkUnknown);
        }
        for secret in [&verify, &reset] {
            assert_eq!(refused(usecases::invitations::preview(&stranger, secret).await), Refusal::LinkUnknown);
        }
    });
}

#[test]
fn closed_sign_ups_let_in_the_first_person_and_whoever_is_invited() {
    on_both(async |house| {
        let house = house.with(|settings| settings.sign_ups_open = false);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for email in ["carl@contoso.example", "ada@northwind.example"] {
            assert_eq!(refused(house.sign_up("Contoso", email).await), Refusal::SignUpsClosed);
        }
        assert!(house.post().await.is_empty());
        ada.welcome("bob@northwind.example").await;
    });
}

#[test]
fn organizations_of_one_name_have_addresses_of_their_own() {
    on_both(async |house| {
        let mut slugs = Vec::new();
        for n in 0..3 {
            slugs.push(house.found("North Wind!", &format!("ada{n}@northwind.example")).await.slug);
        }
        slugs.push(house.found("日本", "yuki@nihon.example").await.slug);
        assert_eq!(slugs, ["north-wind", "north-wind-2", "north-wind-3", "organization"]);
    });
}

#[test]
fn an_address_that_got_an_account_meanwhile_is_not_founded_again() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        house.sign_up("Contoso", "bob@contoso.example").await.unwrap();
        house.post().await;
        let secret = house.secret_to("bob@contoso.example");
        ada.welcome("bob@contoso.example").await;
        assert_eq!(refused(sign_up::verify(&house.stranger().await, &secret).await), Refusal::LinkUnknown);
        assert_eq!(house.trial.number("select count(*) from organizations").await, 1);
        house.advance(Duration::from_secs(1));
        sessions::sign_in(&house.stranger().await, "bob@contoso.example", PASSWORD).await.unwrap();
    });
}
