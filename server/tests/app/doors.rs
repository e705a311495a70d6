//! The doors tell nobody who has an account, and open to no guessing.

use crate::{
    browser::Answer,
    failed::Failed,
    house::{House, PASSWORD, on_both},
};
use std::time::Duration;

/// One request of a stranger, with the answer as they see it.
async fn seen(house: &House, function: &str, fields: &[(&str, &str)]) -> [Answer; 2] {
    let mut fields = fields.to_vec();
    fields.push(("back", "/sign-in"));
    [house.anonymous().call(function, &fields).await, house.anonymous().submit(function, &fields).await]
}

/// Status, body and headers; an address hands back what was typed, which differs, and a proof that it was this server.
fn same(what: &str, known: &[Answer; 2], unknown: &[Answer; 2]) {
    for (known, unknown) in known.iter().zip(unknown) {
        assert_eq!(known.status, unknown.status, "{what}");
        assert_eq!(known.text, unknown.text, "{what}");
        let without_typed = |answer: &Answer| {
            let mut headers = answer.headers_but_id();
            let failed = answer.location().contains("__err").then(|| {
                headers.remove("location");
                let Failed { back, function, error, typed } = Failed::of(answer);
                (back, function, error, typed.into_iter().map(|(name, _)| name).collect::<Vec<_>>())
            });
            (headers, failed)
        };
        assert_eq!(without_typed(known), without_typed(unknown), "{what}");
    }
}

#[test]
fn signing_in_does_not_tell_who_has_an_account() {
    on_both(async |house| {
        let cast = house.cast().await;
        let switched_off = house.seat("northwind", domain::membership::Role::Member).await;
        cast.founder.deactivate(&switched_off).await;
        let wrong = ("password", "not the password of anybody");
        let unknown = seen(&house, "sessions/sign-in", &[("email", "nobody@elsewhere.example"), wrong]).await;
        assert_eq!(unknown[0].brief(), "401 wrong_credentials");
        assert_eq!(Failed::of(&unknown[1]).error["code"], "wrong_credentials");
        for email in [&cast.founder.email, &cast.member.email, &switched_off.email] {
            same(email, &seen(&house, "sessions/sign-in", &[("email", email), wrong]).await, &unknown);
        }
        for email in ["", "no address", "a@b", "nobody@elsewhere.example\0"] {
            same(email, &seen(&house, "sessions/sign-in", &[("email", email), wrong]).await, &unknown);
        }
    });
}

#[test]
fn forgetting_a_password_does_not_tell_who_has_an_account() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        // More often than mails may go to one address: an error then would tell.
        for _ in 0..12 {
            let known = seen(&house, "sessions/forgot-password", &[("email", &ada.email)]).await;
            let unknown = seen(&house, "sessions/forgot-password", &[("email", "nobody@elsewhere.example")]).await;
            assert_eq!((known[0].status, known[1].location()), (200, "/forgot-password?sent"));
            same("forgotten", &known, &unknown);
        }
        assert_eq!(house.mails_to("ada@northwind.example").await.len(), 20);
        assert_eq!(house.mails_to("nobody@elsewhere.example").await.len(), 0);
    });
}

#[test]
fn signing_up_does_not_tell_who_has_an_account() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        let sign_up = async |email: &str| {
            let fields = [("organization_name", "Second"), ("first_name", "S"), ("last_name", "S"), ("email", email)];
            seen(&house, "sessions/sign-up", &[&fields[..], &[("password", PASSWORD)]].concat()).await
        };
        for _ in 0..3 {
            let (known, unknown) = (sign_up("ada@northwind.example").await, sign_up("new@elsewhere.example").await);
            assert_eq!((known[0].status, known[0].text.as_str()), (200, r#"{"next":"verify_email"}"#));
            same("sign-up", &known, &unknown);
        }
        let mails = house.mails_to("ada@northwind.example").await;
        assert_eq!(mails.len(), 6);
        assert!(mails.iter().all(|mail| !mail.text.contains("/verify/")), "{}", mails[0].text);
        assert!(house.mails_to("new@elsewhere.example").await.iter().all(|mail| mail.text.contains("/verify/")));
    });
}

#[test]
fn inviting_does_not_tell_who_has_an_account_elsewhere() {
    on_both(async |house| {
        let cast = house.cast().await;
        let outcome = async |email: &str| {
            let fields = [("organization", "northwind"), ("emails[]", email)];
            let answer = cast.founder.call("invitations/send", &fields).await;
            let json = answer.json();
            let invitation = json["results"][0]["invitation"].as_str().unwrap();
            let text = answer.text.replace(email, "somebody").replace(invitation, "an id");
            let notice = answer.header("bailiwick-notice").replace(&percent(email), "somebody");
            (answer.status, text, notice, answer.headers.len())
        };
        assert_eq!(outcome(&cast.stranger.email).await, outcome("nobody@elsewhere.example").await);
    });
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[test]
fn who_guesses_too_often_is_told_to_wait_and_for_how_long() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        let guesser = house.anonymous();
        for _ in 0..10 {
            let fields = [("email", "ada@northwind.example"), ("password", "a guess like any other")];
            assert_eq!(guesser.call("sessions/sign-in", &fields).await.brief(), "401 wrong_credentials");
        }
        let right = [("email", "ada@northwind.example"), ("password", PASSWORD), ("back", "/sign-in")];
        let refused = guesser.call("sessions/sign-in", &right).await;
        assert_eq!(refused.brief(), "429 too_many_requests", "not even the right one");
        assert_eq!(refused.header("retry-after"), "60");
        assert_eq!(refused.json()["retry_after"], 60);
        let plain = guesser.submit("sessions/sign-in", &right).await;
        assert_eq!(Failed::of(&plain).back, "/sign-in");
        assert!(guesser.visit(plain.location()).await.shows("Too many tries in a short time. Wait"));

        assert_eq!(house.anonymous().call("sessions/sign-in", &right).await.status, 200, "others are not locked out");
        let spoofed = guesser.posting("sessions/sign-in", &right).with("x-forwarded-for", "192.0.2.99");
        assert_eq!(guesser.send(spoofed).await.status, 429, "whoever is no proxy of ours speaks for nobody");
        house.advance(Duration::from_secs(60));
        assert_eq!(guesser.call("sessions/sign-in", &right).await.status, 200);
    });
}

#[test]
fn who_invites_too_many_is_told_to_wait() {
    on_both(async |house| {
        let house = house.with(|settings| settings.invitations_per_hour = 2);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.invite("one@x.example").await;
        let two = [("organization", "northwind"), ("emails[]", "two@x.example three@x.example")];
        let refused = ada.call("invitations/send", &two).await;
        assert_eq!(refused.brief(), "429 too_many_requests");
        assert_eq!(refused.header("retry-after"), "3600");
        assert_eq!(house.mails_to("two@x.example").await.len(), 0, "all of them or none");
    });
}

#[test]
fn where_sign_up_is_closed_nobody_signs_up_but_the_first() {
    on_both(async |house| {
        let closed = house.with(|settings| settings.sign_ups_open = false);
        closed.found("Northwind", "ada@northwind.example").await;
        for email in ["ada@northwind.example", "new@elsewhere.example"] {
            let fields = [("organization_name", "Second"), ("first_name", "S"), ("last_name", "S"), ("email", email)];
            let fields = [&fields[..], &[("password", PASSWORD)]].concat();
            let answer = closed.anonymous().call("sessions/sign-up", &fields).await;
            assert_eq!(answer.brief(), "403 sign_ups_closed");
        }
        let page = closed.anonymous().visit("/sign-up").await;
        assert_eq!(page.status, 403);
        assert!(page.shows("Sign-up is closed on this installation."));
    });
}
