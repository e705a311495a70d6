//! How often something may be tried.

use crate::people::*;
use domain::Refusal;
use usecases::{
    invitations::{self, Outcome},
    password_reset, sessions,
};

#[test]
fn one_address_gets_three_mails_an_hour() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        let resend = async || invitations::resend(&ada.context().await, &ada.slug, &invited.id).await;
        house.advance(10 * MINUTE);
        resend().await.unwrap();
        resend().await.unwrap();
        assert_eq!(refused(resend().await), Refusal::TooManyRequests { retry_after: 50 * MINUTE });
        house.post().await;
        let sent = house.mails_to("bob@northwind.example").len();
        assert!((1..=3).contains(&sent), "a letter that had not left is replaced by its successor: {sent}");
        house.advance(50 * MINUTE);
        let ada = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        invitations::resend(&ada.context().await, &ada.slug, &invited.id).await.unwrap();
    });
}

#[test]
fn what_one_organization_sends_to_an_address_uses_up_no_others_mails() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        for _ in 0..2 {
            invitations::resend(&ada.context().await, &ada.slug, &invited.id).await.unwrap();
        }
        refused(invitations::resend(&ada.context().await, &ada.slug, &invited.id).await);
        carl.invite("bob@northwind.example").await;
        let bob = house.sign_up("Bobs", "bob@northwind.example").await;
        assert!(bob.is_ok());
        house.post().await;
        assert!(house.mails_to("bob@northwind.example").iter().any(|mail| mail.text.contains("/verify/")));
    });
}

#[test]
fn an_address_over_its_limit_is_reported_and_the_others_of_a_sending_are_invited() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for _ in 0..3 {
            let invited = ada.invite("bob@northwind.example").await;
            invitations::revoke(&ada.context().await, &ada.slug, &invited.id).await.unwrap();
        }
        let alone = ada.send("bob@northwind.example").await;
        assert_eq!(refused(alone), Refusal::TooManyRequests { retry_after: HOUR });
        let both = texts(["eve@northwind.example", "bob@northwind.example"]);
        let sent = invitations::send(&ada.context().await, &ada.slug, &both, None).await.unwrap();
        assert!(matches!(sent[0].outcome, Outcome::Sent(_)), "{:?}", sent[0].outcome);
        assert!(matches!(sent[1].outcome, Outcome::Limited { retry_after: HOUR }), "{:?}", sent[1].outcome);
        assert_eq!(house.organization(&ada.slug).await.invitations_pending, 1);
    });
}

#[test]
fn strangers_use_up_nobodys_new_password() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let one = house.stranger().await;
        for _ in 0..5 {
            password_reset::request(&one, &ada.email).await.unwrap();
        }
        house.post().await;
        assert_eq!(house.mails_to(&ada.email).len(), 3, "one address is enough for three");
        for _ in 0..30 {
            password_reset::request(&house.stranger().await, &ada.email).await.unwrap();
        }
        house.post().await;
        assert_eq!(house.mails_to(&ada.email).len(), 20, "all of them for twenty");
        let signed_in = sessions::sign_in(&house.stranger().await, &ada.email, PASSWORD).await.unwrap();
        let mut own = house.stranger().await;
        own.caller.device = Some(signed_in.cookie.device().to_owned());
        for _ in 0..4 {
            password_reset::request(&own, &ada.email).await.unwrap();
        }
        house.post().await;
        assert_eq!(house.mails_to(&ada.email).len(), 23, "her own browser has three of its own");
    });
}

#[test]
fn an_organization_sends_two_hundred_invitations_an_hour() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        assert_eq!(house.installation.settings.invitations_per_hour, 200);
        let send = async |from: usize, n: usize| {
            let emails: Vec<_> = (from..from + n).map(|i| format!("p{i}@northwind.example")).collect();
            invitations::send(&ada.context().await, &ada.slug, &emails, None).await
        };
        send(0, 100).await.unwrap();
        house.advance(59 * MINUTE);
        send(100, 99).await.unwrap();
        assert_eq!(refused(send(199, 2).await), Refusal::TooManyRequests { retry_after: MINUTE });
        assert_eq!(house.organization(&ada.slug).await.invitations_pending, 199, "all of a sending or none");
        send(199, 1).await.unwrap();
        refused(send(200, 1).await);
        let other = house.found("Contoso", "carl@contoso.example").await;
        other.invite("bob@northwind.example").await;
        house.advance(MINUTE);
        let ada = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        ada.invite("late@northwind.example").await;
    });
}

#[test]
fn a_stranger_asks_for_thirty_things_a_minute() {
    on_both(async |house| {
        let stranger = house.stranger().await;
        for n in 0..30 {
            password_reset::request(&stranger, &format!("p{n}@x.example")).await.unwrap();
        }
        let why = refused(password_reset::request(&stranger, "p@x.example").await);
        assert_eq!(why, Refusal::TooManyRequests { retry_after: MINUTE });
        password_reset::request(&house.stranger().await, "p@x.example").await.unwrap();
    });
}

/// As a server sees its IPv4 visitors when it listens on `[::]`: they must not all count as one network.
#[test]
fn an_address_of_the_older_kind_in_the_newer_ones_clothes_is_itself() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        for n in 0..12 {
            let visitor = house.browser(None, format!("::ffff:192.0.2.{n}").parse().unwrap()).await;
            let why = refused(sessions::sign_in(&visitor, &format!("p{n}@x.example"), "x").await);
            assert_eq!(why, Refusal::WrongCredentials, "{n}");
        }
    });
}
