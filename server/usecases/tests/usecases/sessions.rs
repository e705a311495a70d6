//! Signed-in browsers: how long they stay so, and what ends them.

use crate::people::*;
use domain::Refusal;
use std::time::Duration;
use usecases::{Settings, sessions, upkeep};

const IDLE: Duration = Settings::SESSION_IDLE;

#[test]
fn a_session_ends_after_an_hour_without_use_to_the_microsecond() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        house.advance(IDLE - MICROSECOND);
        assert!(ada.is_signed_in().await);
        house.advance(IDLE - MICROSECOND);
        assert!(ada.is_signed_in().await, "each use begins the hour anew");
        house.advance(IDLE);
        assert!(!ada.is_signed_in().await);
        house.trial.execute("delete from attempts").await;
        assert!(!ada.is_signed_in().await, "and looking does not wake it up");
    });
}

#[test]
fn a_session_that_is_used_all_the_time_ends_after_a_day() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for _ in 0..47 {
            house.advance(HOUR / 2);
            assert!(ada.is_signed_in().await);
            upkeep::write_seen(&house.installation).await.unwrap();
        }
        house.advance(HOUR / 2 - MICROSECOND);
        assert!(ada.is_signed_in().await);
        house.advance(MICROSECOND);
        assert!(!ada.is_signed_in().await);
    });
}

#[test]
fn another_process_knows_of_a_sessions_use_once_it_is_written_down() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        house.advance(IDLE - MINUTE);
        assert!(ada.is_signed_in().await);
        upkeep::write_seen(&house.installation).await.unwrap();
        house.advance(IDLE - MICROSECOND);
        let elsewhere = Person { house: house.elsewhere().await, ..ada };
        assert!(elsewhere.is_signed_in().await);
    });
}

#[test]
fn a_later_use_is_never_overwritten_by_an_earlier_one() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let there = house.elsewhere().await;
        house.advance(MINUTE);
        assert!(ada.is_signed_in().await);
        house.advance(MINUTE);
        assert!(Person { house: there.clone(), ..ada.clone() }.is_signed_in().await);
        upkeep::write_seen(&there.installation).await.unwrap();
        upkeep::write_seen(&house.installation).await.unwrap();
        let (own, _) = sessions::list(&ada.context().await).await.unwrap();
        assert_eq!(own[0].last_seen_at, house.now());
    });
}

#[test]
fn checking_a_session_writes_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let blind = Person { house: house.read_only().await, ..ada.clone() };
        for _ in 0..100 {
            house.advance(MINUTE);
            assert!(blind.is_signed_in().await);
        }
        // Here a write would have failed: this one does.
        assert!(sessions::sign_out(&blind.context().await).await.is_err());
        assert!(upkeep::write_seen(&blind.house.installation).await.is_err());
    });
}

#[test]
fn sweeping_takes_what_is_over_and_leaves_what_is_in_use() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let idle = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        // Back from lunch in the last minute of the hour, and swept before that was written down.
        house.advance(IDLE - Duration::from_secs(30));
        assert!(ada.is_signed_in().await);
        house.advance(Duration::from_secs(40));
        upkeep::sweep(&house.installation).await.unwrap();
        assert!(ada.is_signed_in().await);
        assert!(!idle.is_signed_in().await);
        upkeep::write_seen(&house.installation).await.unwrap();
        house.advance(2 * IDLE + MICROSECOND);
        upkeep::sweep(&house.installation).await.unwrap();
        assert_eq!(house.trial.number("select count(*) from sessions").await, 0);
    });
}

#[test]
fn an_unknown_or_empty_cookie_is_nobodys() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for cookie in ["", "x", &ada.cookie[1..], &ada.cookie.to_lowercase(), &format!("{} ", ada.cookie)] {
            assert!(!Person { cookie: cookie.to_owned(), ..ada.clone() }.is_signed_in().await, "{cookie}");
        }
        assert!(ada.is_signed_in().await);
    });
}

#[test]
fn signing_out_ends_this_session_alone() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let other = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        sessions::sign_out(&ada.context().await).await.unwrap();
        assert!(!ada.is_signed_in().await);
        assert!(other.is_signed_in().await);
        sessions::sign_out(&ada.context().await).await.unwrap();
    });
}

#[test]
fn people_end_their_own_sessions_and_nobody_elses() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let second = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        let third = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        let (own, asking) = sessions::list(&ada.context().await).await.unwrap();
        assert_eq!(own.len(), 3);
        assert!(own.iter().any(|session| session.id == asking));
        let (_, bobs) = sessions::list(&bob.context().await).await.unwrap();
        let context = ada.context().await;
        for foreign in [bobs.to_string(), "00000000-0000-4000-8000-000000000000".into(), "x".into()] {
            assert_eq!(refused(sessions::end(&context, &foreign).await), Refusal::NotFound);
        }
        let (_, seconds) = sessions::list(&second.context().await).await.unwrap();
        sessions::end(&context, &seconds.to_string()).await.unwrap();
        assert!(!second.is_signed_in().await && third.is_signed_in().await && bob.is_signed_in().await);
        assert_eq!(sessions::end_others(&context).await.unwrap(), 1);
        assert!(!third.is_signed_in().await && ada.is_signed_in().await && bob.is_signed_in().await);
    });
}
