//! Sending invitations, sending them again, revoking them.

use crate::people::*;
use domain::{Refusal, text::Problem};
use usecases::invitations::{self, Outcome};

async fn outcomes(person: &Person, emails: &[String]) -> Vec<(String, &'static str)> {
    let sent = invitations::send(&person.context().await, &person.slug, emails, None).await.unwrap();
    sent.into_iter()
        .map(|sending| {
            let word = match sending.outcome {
                Outcome::Sent(_) => "sent",
                Outcome::AlreadyInvited(_) => "already_invited",
                Outcome::AlreadyMember => "already_member",
                Outcome::DeactivatedMember => "deactivated_member",
                Outcome::Invalid => "invalid",
                Outcome::Limited { .. } => "limited",
            };
            (sending.email, word)
        })
        .collect()
}

#[test]
fn each_address_is_told_what_came_of_it() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.welcome("bob@northwind.example").await;
        let carl = ada.welcome("carl@northwind.example").await;
        ada.deactivate(&carl).await.unwrap();
        let eve = ada.invite("eve@northwind.example").await;
        let pasted = texts([
            "new@northwind.example, BOB@northwind.example carl@northwind.example",
            "eve@northwind.example;\nnot-an-address",
            "ada@northwind.example",
        ]);
        assert_eq!(
            outcomes(&ada, &pasted).await,
            [
                ("new@northwind.example", "sent"),
                ("BOB@northwind.example", "already_member"),
                ("carl@northwind.example", "deactivated_member"),
                ("eve@northwind.example", "already_invited"),
                ("not-an-address", "invalid"),
                ("ada@northwind.example", "already_member"),
            ]
            .map(|(email, word)| (email.to_owned(), word))
        );
        let Outcome::AlreadyInvited(id) = ada.send("eve@northwind.example").await.unwrap() else { panic!() };
        assert_eq!(id.to_string(), eve.id, "the one that is pending is named, so that it can be sent again");
    });
}

#[test]
fn an_address_that_is_pasted_twice_is_invited_once() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let pasted = texts(["bob@northwind.example bob@northwind.example", "Bob@Northwind.example"]);
        assert_eq!(outcomes(&ada, &pasted).await, [("bob@northwind.example".to_owned(), "sent")]);
        house.post().await;
        assert_eq!(house.mails_to("bob@northwind.example").len(), 1);
        assert_eq!(ada.codes().await, ["organization.created", "invitation.sent"]);
    });
}

#[test]
fn a_hundred_addresses_are_invited_and_a_hundred_and_one_are_not() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let addresses = |n: usize| (0..n).map(|i| format!("p{i}@northwind.example")).collect::<Vec<_>>();
        let context = ada.context().await;
        let sent = invitations::send(&context, &ada.slug, &addresses(101), None).await;
        assert_eq!(refused(sent), Refusal::TooMany { field: "emails", most: 100 });
        assert_eq!(house.organization(&ada.slug).await.invitations_pending, 0);
        assert_eq!(outcomes(&ada, &[addresses(100).join(" ")]).await.len(), 100);
        assert_eq!(house.organization(&ada.slug).await.invitations_pending, 100);
    });
}

#[test]
fn no_address_at_all_is_a_mistake_of_the_field() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for nothing in [vec![], texts([""]), texts([" , ;\n"])] {
            let sent = invitations::send(&ada.context().await, &ada.slug, &nothing, None).await;
            assert_eq!(refused(sent), Refusal::BadField { field: "emails", problem: Problem::Empty });
        }
    });
}

#[test]
fn the_link_stays_the_same_when_it_is_sent_again() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        house.post().await;
        assert_eq!(house.secret_to("bob@northwind.example"), invited.secret, "the admin copies the mailed link");
        house.advance(DAY);
        let ada = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        let pending = invitations::resend(&ada.context().await, &ada.slug, &invited.id).await.unwrap();
        assert_eq!(pending.expires_at, house.now().plus(7 * DAY));
        house.post().await;
        assert_eq!(house.mails_to("bob@northwind.example").len(), 2);
        assert_eq!(house.secret_to("bob@northwind.example"), invited.secret);
        house.accept(&invited).await.unwrap();
    });
}

#[test]
fn no_table_holds_a_secret_that_opens_anything() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        usecases::password_reset::request(&house.stranger().await, &ada.email).await.unwrap();
        house.sign_up("Contoso", "carl@contoso.example").await.unwrap();
        house.post().await;
        let secrets =
            [&invited.secret, &ada.cookie, &house.secret_to(&ada.email), &house.secret_to("carl@contoso.example")];
        let rows = house.trial.everything().await;
        assert!(rows.contains("bob@northwind.example"), "the whole database was read");
        for secret in secrets {
            assert!(!rows.contains(&secret[..22]) || !rows.contains(&secret[22..]), "{secret}");
            assert!(!rows.contains(secret.as_str()));
        }
        assert!(!rows.contains(PASSWORD));
    });
}

#[test]
fn one_address_may_be_invited_into_several_organizations() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let (first, second) = (ada.invite("bob@bob.example").await, carl.invite("bob@bob.example").await);
        let joined = house.accept(&first).await.unwrap();
        let cookie = joined.cookie.unwrap();
        let bob = house.browser(Some(cookie.value()), "10.9.9.9".parse().unwrap()).await;
        let joined = invitations::accept(&bob, &second.secret, NOTHING).await.unwrap();
        assert_eq!(joined.organization.slug.as_str(), carl.slug);
        let (_, organizations) = usecases::sessions::current(&bob).await.unwrap();
        assert_eq!(organizations.len(), 2);
    });
}
