//! Wherever a browser is sent, it is a path of ours.

use crate::{
    browser::{Answer, Ask},
    failed::{Failed, clean},
    house::on_both,
};
use std::time::Duration;

const ELSEWHERE: [&str; 16] = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "https:evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "/a\r\nSet-Cookie: session=1",
    "/\u{2f}\u{ff0f}evil.example",
    "\u{0}/x",
];

/// A path that no browser reads as another host.
#[track_caller]
fn stays_home(what: &str, answer: &Answer) {
    let Some(value) = answer.headers.get("location") else { return };
    let path = value.to_str().expect("ASCII");
    assert!(path.starts_with('/') && !path.starts_with("//"), "{what}: {path}");
    assert!(path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'), "{what}: {path:?}");
    assert!(!path.contains("evil"), "{what}: {path}");
}

#[test]
fn no_field_of_a_form_leads_to_another_site() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for elsewhere in ELSEWHERE {
            for (name, id) in [("next", "?"), ("back", "?"), ("next", ""), ("back", "")] {
                let fields = [("organization", "northwind"), ("id", id), (name, elsewhere)];
                let failed = ada.submit("namespaces/create", &fields).await;
                assert_eq!(Failed::of(&failed).back, "/", "{name}={elsewhere}");
                stays_home(elsewhere, &failed);
                let here = [("next", elsewhere), ("back", "/o/northwind/organization?invite=1")];
                let failed = ada.submit("namespaces/create", &[&fields[..2], &here].concat()).await;
                assert_eq!(Failed::of(&failed).back, here[1].1, "{elsewhere}");
                stays_home(elsewhere, &failed);
            }
            let both = [("first_name", "A"), ("last_name", "B"), ("next", elsewhere), ("back", elsewhere)];
            let done = ada.submit("account/rename", &both).await;
            assert_eq!((done.status, done.location()), (303, "/"), "{elsewhere}");
            let told = ada.call("account/rename", &both).await;
            assert_eq!(told.status, 200);
            // A program is led nowhere.
            assert!(!told.headers.contains_key("location"), "{elsewhere}: {}", told.location());
        }
    });
}

#[test]
fn no_header_leads_to_another_site() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let evil = "https://evil.example/o/northwind/namespaces";
        for id in ["?", "dev"] {
            let fields = [("organization", "northwind"), ("id", id)];
            let ask = ada.posting("namespaces/create", &fields).with("accept", "text/html").with("origin", "null");
            let ask = ask.with("referer", evil).with("x-forwarded-host", "evil.example").with("host", "evil.example");
            let answer = ada.send(ask.with("forwarded", "host=evil.example").with("x-original-url", evil)).await;
            assert_eq!((answer.status, clean(answer.location()).as_str()), (303, "/"));
            stays_home(id, &answer);
        }
        for path in ["/", "/o/northwind", "/o/northwind/activity", "/account"] {
            for browser in [&house.anonymous(), &ada.browser] {
                let ask = Ask::get(path).with("host", "evil.example").with("referer", evil);
                stays_home(path, &browser.send(ask.with("x-forwarded-host", "evil.example")).await);
            }
        }
    });
}

#[test]
fn no_address_leads_to_another_site() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for path in [
            "//evil.example",
            "//evil.example/..",
            "/o//evil.example",
            "/o/%5cevil.example",
            "/o/%2f%2fevil.example",
            "/o/..%2f..%2f%2fevil.example",
            "/sign-in?next=//evil.example",
            "/sign-in?next=https%3A%2F%2Fevil.example",
            "/sign-up?next=//evil.example",
            "/o/northwind/organization?invite=1&search=//evil.example",
        ] {
            for browser in [&house.anonymous(), &ada.browser] {
                let answer = browser.visit(path).await;
                assert!(answer.status < 500, "{path}: {}", answer.status);
                stays_home_unless_asked_for(path, &answer);
            }
        }
    });
}

/// As [`stays_home`], for addresses that name the other host themselves, as part of a path of ours.
#[track_caller]
fn stays_home_unless_asked_for(what: &str, answer: &Answer) {
    let location = answer.location();
    assert!(location.is_empty() || (location.starts_with('/') && !location[1..].starts_with(['/', '\\'])), "{what}");
}

/// A page keeps what somebody typed behind `next=`; the answer to its form looks at it once more.
#[test]
fn a_sign_in_that_was_lured_ends_at_home() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        for elsewhere in ELSEWHERE {
            house.advance(Duration::from_secs(60)); // an account signs in so often a minute
            let fields =
                [("email", "ada@northwind.example"), ("password", crate::house::PASSWORD), ("next", elsewhere)];
            let answer = house.anonymous().submit("sessions/sign-in", &fields).await;
            assert_eq!((answer.status, answer.location()), (303, "/"), "{elsewhere}");
            let own = [fields[0], fields[1], ("next", "/o/northwind/activity?code=refused")];
            let answer = house.anonymous().submit("sessions/sign-in", &own).await;
            assert_eq!(answer.location(), "/o/northwind/activity?code=refused");
        }
    });
}

#[test]
fn links_in_mails_begin_with_the_configured_address() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let fields = [("organization", "northwind"), ("emails[]", "bo@northwind.example")];
        let ask = ada.posting("invitations/send", &fields).with("host", "evil.example").with("origin", "null");
        assert_eq!(ada.send(ask.with("x-forwarded-host", "evil.example")).await.status, 200);
        for mail in house.mails_to("bo@northwind.example").await {
            assert!(mail.text.contains("https://bailiwick.example/invitations/"), "{}", mail.text);
            assert!(!mail.text.contains("evil") && !mail.html.contains("evil"), "{}", mail.text);
        }
    });
}
