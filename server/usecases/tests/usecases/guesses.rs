//! Guesses at passwords cost the guesser, and nobody who knows theirs.

use crate::people::*;
use domain::{Refusal, account::AccountEvent};
use std::{net::IpAddr, time::Duration};
use usecases::{Context, account, invitations, sessions, upkeep};

const ADA: &str = "ada@northwind.example";

async fn guess(context: &Context, email: &str) -> Refusal {
    refused(sessions::sign_in(context, email, "not the password").await.map(|_| ()))
}

async fn is_let_in(context: &Context, email: &str) -> bool {
    sessions::sign_in(context, email, PASSWORD).await.is_ok()
}

fn is_told_to_wait(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::TooManyRequests { .. })
}

#[test]
fn ten_guesses_at_an_account_close_it_to_that_address_for_the_minute_and_to_no_other() {
    on_both(async |house| {
        house.found("Northwind", ADA).await;
        house.found("Contoso", "carl@contoso.example").await;
        let guesser = house.stranger().await;
        for _ in 0..10 {
            assert_eq!(guess(&guesser, ADA).await, Refusal::WrongCredentials);
            house.advance(Duration::from_secs(1));
        }
        let wait = Duration::from_secs(50);
        assert_eq!(guess(&guesser, ADA).await, Refusal::TooManyRequests { retry_after: wait });
        assert!(!is_let_in(&guesser, ADA).await, "not even with the right one");
        assert!(is_let_in(&guesser, "carl@contoso.example").await, "another account behind the same address");
        assert!(is_let_in(&house.stranger().await, ADA).await, "the same account from another address");
        house.advance(wait);
        assert!(is_let_in(&guesser, ADA).await);
    });
}

#[test]
fn every_spelling_of_an_address_has_the_same_counter() {
    on_both(async |house| {
        house.found("Northwind", ADA).await;
        for known in [ADA, "nobody@northwind.example"] {
            let guesser = house.stranger().await;
            let spellings =
                [known.to_owned(), known.to_uppercase(), format!("  {known}\t"), format!("\u{200B}{known}\u{FEFF}")];
            for n in 0..10 {
                assert_eq!(guess(&guesser, &spellings[n % 4]).await, Refusal::WrongCredentials, "{known}");
            }
            for spelling in spellings {
                assert!(is_told_to_wait(&guess(&guesser, &spelling).await), "{spelling:?}");
            }
        }
    });
}

#[test]
fn guesses_sent_at_once_do_not_slip_through_together() {
    on_both(async |house| {
        house.found("Northwind", ADA).await;
        let guesser = house.stranger().await;
        let mut crowd = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let guesser = guesser.clone();
            crowd.spawn(async move { guess(&guesser, ADA).await });
        }
        let refusals = crowd.join_all().await;
        assert_eq!(refusals.iter().filter(|why| **why == Refusal::WrongCredentials).count(), 10);
    });
}

#[test]
fn guesses_from_many_addresses_are_checked_ten_a_minute_and_a_browser_that_signed_in_before_is_let_in() {
    on_both(async |house| {
        let ada = house.found("Northwind", ADA).await;
        let mut own = house.stranger().await;
        let signed_in = sessions::sign_in(&own, ADA, PASSWORD).await.unwrap();
        own.caller.device = Some(signed_in.cookie.device().to_owned());
        let mut checked = 0;
        for _ in 0..120 {
            match guess(&house.stranger().await, ADA).await {
                Refusal::WrongCredentials => checked += 1,
                other => assert!(is_told_to_wait(&other), "{other:?}"),
            }
        }
        assert_eq!(checked, 10);
        assert!(!is_let_in(&house.stranger().await, ADA).await);
        assert!(is_let_in(&own, ADA).await);
        account::confirm(&ada.context().await, PASSWORD).await.unwrap();
        // What remembers a browser is another account's, or made up.
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let carls = sessions::sign_in(&carl.context().await, &carl.email, PASSWORD).await.unwrap();
        for device in [carls.cookie.device(), "", "made up", &"0".repeat(44)] {
            let mut stranger = house.stranger().await;
            stranger.caller.device = Some(device.to_owned());
            assert!(!is_let_in(&stranger, ADA).await, "{device}");
        }
    });
}

#[test]
fn a_browser_that_signed_in_before_guesses_ten_times_a_minute_too() {
    on_both(async |house| {
        let ada = house.found("Northwind", ADA).await;
        let signed_in = sessions::sign_in(&ada.context().await, ADA, PASSWORD).await.unwrap();
        let device = signed_in.cookie.device().to_owned();
        // Wherever it is taken.
        let elsewhere = async || {
            let mut context = house.stranger().await;
            context.caller.device = Some(device.clone());
            context
        };
        for _ in 0..10 {
            assert_eq!(guess(&elsewhere().await, ADA).await, Refusal::WrongCredentials);
        }
        assert!(!is_let_in(&elsewhere().await, ADA).await);
        assert!(is_let_in(&house.stranger().await, ADA).await, "what it did closes no other door");
    });
}

#[test]
fn a_browser_remembers_four_accounts() {
    on_both(async |house| {
        let mut context = house.stranger().await;
        let mut before = String::new();
        for n in 0..5 {
            let person = house.found(&format!("Organization {n}"), &format!("p{n}@x.example")).await;
            let signed_in = sessions::sign_in(&context, &person.email, PASSWORD).await.unwrap();
            before = signed_in.cookie.device().to_owned();
            context.caller.device = Some(before.clone());
        }
        assert_eq!(before.split('.').count(), 4);
        let again = sessions::sign_in(&context, "p2@x.example", PASSWORD).await.unwrap();
        let own = before.split('.').nth(2).unwrap();
        assert!(again.cookie.device().starts_with(own), "it keeps what it has");
    });
}

#[test]
fn guesses_wait_before_they_are_checked_and_the_more_the_longer() {
    on_both(async |house| {
        house.found("Northwind", ADA).await;
        let guesser = house.stranger().await;
        let mut waits = Vec::new();
        for _ in 0..11 {
            let before = house.installation.clock.waited();
            guess(&guesser, ADA).await;
            waits.push(house.installation.clock.waited().saturating_sub(before).as_millis());
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 100, 200, 400, 800, 1600, 0], "the last one is refused at once");
        let sprayer = house.stranger().await;
        let before = house.installation.clock.waited();
        for n in 0..12 {
            assert_eq!(guess(&sprayer, &format!("p{n}@x.example")).await, Refusal::WrongCredentials);
        }
        let waited = house.installation.clock.waited().saturating_sub(before);
        assert_eq!(waited.as_millis(), 100 + 200, "one address, many accounts");
    });
}

#[test]
fn a_network_of_the_newer_kind_is_counted_as_a_whole() {
    on_both(async |house| {
        house.found("Northwind", ADA).await;
        let neighbour = async |ip: &str| house.browser(None, ip.parse::<IpAddr>().unwrap()).await;
        for n in 0..10 {
            let why = guess(&neighbour(&format!("2001:db8:1:2::{n}")).await, ADA).await;
            assert_eq!(why, Refusal::WrongCredentials);
        }
        assert!(is_told_to_wait(&guess(&neighbour("2001:db8:1:2:ffff::1").await, ADA).await));
        assert_eq!(guess(&neighbour("2001:db8:1:3::1").await, ADA).await, Refusal::WrongCredentials);
    });
}

#[test]
fn an_account_signs_in_sixty_times_a_minute() {
    on_both(async |house| {
        house.found("Northwind", ADA).await;
        for _ in 0..60 {
            assert!(is_let_in(&house.stranger().await, ADA).await);
        }
        let why = refused(sessions::sign_in(&house.stranger().await, ADA, PASSWORD).await.map(|_| ()));
        assert_eq!(why, Refusal::TooManyRequests { retry_after: MINUTE });
        house.advance(MINUTE);
        assert!(is_let_in(&house.stranger().await, ADA).await);
    });
}

#[test]
fn failed_sign_ins_stand_in_the_accounts_own_log_gathered() {
    on_both(async |house| {
        let ada = house.found("Northwind", ADA).await;
        let guesser = house.stranger().await;
        for n in 0..4 {
            guess(&guesser, ADA).await;
            if n == 0 {
                upkeep::write_seen(&house.installation).await.unwrap();
            }
        }
        guess(&guesser, "nobody@x.example").await;
        house.advance(MINUTE);
        upkeep::write_seen(&house.installation).await.unwrap();
        let log = account::recent(&ada.context().await).await.unwrap();
        let failed: Vec<_> = log.iter().filter(|line| line.code == AccountEvent::SignInFailed.code()).collect();
        assert_eq!(failed.iter().map(|line| line.times).collect::<Vec<_>>(), [3, 1]);
        assert!(failed.iter().all(|line| line.ip == guesser.caller.ip.map(|ip| ip.to_string())));
        assert!(failed.iter().all(|line| line.user_agent.as_deref() == Some("Browser/1")));
        let all = "select count(*) from account_activity where code = 'sign_in_failed'";
        assert_eq!(house.trial.number(all).await, 2, "nothing of who has no account");
        let wrong = house.installation.wrong_passwords.load(std::sync::atomic::Ordering::Relaxed);
        assert_eq!(wrong, 5);
    });
}

#[test]
fn every_door_counts_the_same_guesses() {
    on_both(async |house| {
        let ada = house.found("Northwind", ADA).await;
        let bob = house.found("Contoso", "bob@contoso.example").await;
        let invited = ada.invite(&bob.email).await;
        let guesser = house.browser(None, bob.ip).await;
        for n in 0..9 {
            match n % 3 {
                0 => _ = guess(&guesser, &bob.email).await,
                1 => {
                    let brings = invitations::Accepting { password: "wrong", ..NOTHING };
                    refused(invitations::accept(&guesser, &invited.secret, brings).await.map(|_| ()));
                }
                _ => _ = refused(account::confirm(&bob.context().await, "wrong").await.map(|_| ())),
            }
        }
        assert_eq!(guess(&guesser, &bob.email).await, Refusal::WrongCredentials);
        assert!(is_told_to_wait(&guess(&guesser, &bob.email).await));
    });
}
