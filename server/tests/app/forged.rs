//! An address or a cookie that says what this server never said: nobody reads it on a page of ours.

use crate::{
    browser::{Ask, Browser, Person},
    failed::{ADDED, Failed, clean, pairs, with},
    house::{House, on_both},
};
use bailiwick::http::{Server, router};
use base64::{
    Engine,
    engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD},
};
use domain::membership::Role;
use serde_json::json;
use std::sync::Arc;
use usecases::{Installation, Keys, Passwords};

const WORDS: &str = "Call us at 555 to unlock your account";
const INVITE: &str = "/o/northwind/organization?invite=1";
const SIGN_IN: &str = "/sign-in?next=/o/northwind/organization";

async fn ada(house: &House) -> Person {
    house.found("Northwind", "ada@northwind.example").await
}

/// An error as the framework writes it.
fn error(field: Option<&str>) -> String {
    URL_SAFE.encode(json!({ "code": "bad_field", "message": WORDS, "field": field }).to_string())
}

/// More addresses than are invited at once.
pub(crate) fn too_many() -> String {
    (0..101).map(|n| format!("a{n}@x.example")).collect::<Vec<_>>().join(" ")
}

/// The address that tells of a form that failed: of the invitations' where somebody is signed in, else of the door's.
async fn failed(browser: &Browser) -> String {
    let invite = [("organization", "northwind"), ("emails[]", &*too_many()), ("back", INVITE)];
    let sign_in = [("email", "nobody@x.example"), ("password", "not a password of mine"), ("back", SIGN_IN)];
    let answer = match browser.session() {
        Some(_) => browser.submit("invitations/send", &invite).await,
        None => browser.submit("sessions/sign-in", &sign_in).await,
    };
    Failed::of(&answer);
    answer.location().to_owned()
}

/// Whoever comes by this address is led to the page as it is, and told nothing.
async fn is_cleaned(browser: &Browser, address: &str, page: &str) {
    for method in ["GET", "HEAD"] {
        let answer = browser.send(Ask::get(address).method(method).with("accept", "text/html")).await;
        assert_eq!((answer.status, answer.location()), (303, page), "{method} {address}");
        assert!(answer.text.is_empty() && answer.cookies().is_empty());
    }
    let page = browser.visit(page).await;
    assert!(page.status == 200 && !page.text.contains(WORDS) && !page.text.contains("a7@x.example"), "{}", page.text);
}

async fn is_believed(browser: &Browser, address: &str) {
    let page = browser.visit(address).await;
    assert_eq!(page.status, 200, "{address}");
    assert!(page.shows(" a100@x.example</textarea>") || page.shows("password is wrong"), "{}", page.text);
}

#[test]
fn an_address_without_a_proof_says_nothing() {
    on_both(async |house| {
        let ada = ada(&house).await;
        for (browser, page, function, field) in [
            (&ada.browser, INVITE, "/api/v1/invitations/send", Some("emails")),
            (&house.anonymous(), SIGN_IN, "/api/v1/sessions/sign-in", None),
        ] {
            for more in [
                format!("__path={function}&__err={}", error(field)),
                format!("__path={function}&__err={}&__typed=email%3Dx%40x.example&__proof=", error(field)),
                format!("__path={function}&__err={}&__proof=0000000000000000000000", error(field)),
                "__typed=email%3Dx%40x.example%26emails%255B%255D%3Dno%20address".to_owned(),
                "__err".to_owned(),
                "__proof=x".to_owned(),
                format!("%5F_path={function}&%5f%5fer%72={}", error(field)),
            ] {
                is_cleaned(browser, &format!("{page}&{more}"), page).await;
                let (path, query) = page.split_once('?').unwrap();
                is_cleaned(browser, &format!("{path}?{more}&{query}"), page).await;
            }
        }
    });
}

/// Whatever kind of page it is, and whether or not there is one.
#[test]
fn every_page_is_cleaned_before_it_is_drawn() {
    on_both(async |house| {
        let cast = house.cast().await;
        let more = format!("__path=/api/v1/sessions/sign-in&__err={}", error(None));
        for page in
            ["/", "/sign-in", "/sign-up", "/account", "/o/northwind/organization", "/o/northwind/nothing", "/no/where"]
        {
            for column in 0..6 {
                let answer = cast.asker(column).await.visit(&format!("{page}?{more}")).await;
                assert_eq!((answer.status, answer.location()), (303, page), "{}", crate::calls::ASKERS[column]);
            }
        }
        for elsewhere in
            ["//evil.example", "//evil.example/..", "/%2f/evil.example", "/.//evil.example", "/\\evil.example"]
        {
            let answer = house.anonymous().visit(&format!("{elsewhere}?{more}")).await;
            let location = answer.location();
            assert!(location.starts_with('/') && !location[1..].starts_with(['/', '\\']), "{elsewhere}: {location}");
        }
    });
}

#[test]
fn what_one_person_was_told_is_told_to_nobody_else() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let bo = house.seat("northwind", Role::Admin).await;
        let (anonymous, other) = (house.anonymous(), house.anonymous());
        let (adas, nobodys) = (failed(&ada).await, failed(&anonymous).await);
        is_believed(&ada, &adas).await;
        is_believed(&ada.elsewhere().await.browser, &adas).await;
        is_cleaned(&bo, &adas, INVITE).await;
        let answer = anonymous.visit(&adas).await;
        assert_eq!((answer.status, answer.location()), (303, INVITE), "not signed in");
        // Whoever is not signed in is nobody in particular, and nobody who is.
        is_believed(&anonymous, &nobodys).await;
        is_believed(&other, &nobodys).await;
        let page = clean(&nobodys);
        let answer = ada.visit(&nobodys).await;
        assert_eq!((answer.status, answer.location()), (303, page.as_str()));
        // As of somebody whose session ended meanwhile.
        let theirs = failed(&bo).await;
        ada.deactivate(&bo).await;
        let answer = bo.visit(&theirs).await;
        assert_eq!((answer.status, answer.location()), (303, INVITE));
    });
}

#[test]
fn no_altered_address_is_believed() {
    on_both(async |house| {
        let (ada, anonymous) = (ada(&house).await, house.anonymous());
        for (browser, function, field) in
            [(&ada.browser, "/api/v1/grants/save", Some("emails")), (&anonymous, "/api/v1/sessions/sign-up", None)]
        {
            let good = failed(browser).await;
            let page = clean(&good);
            is_believed(browser, &good).await;
            let said = pairs(good.split_once('?').unwrap().1);
            let said = |name: &str| said.iter().find(|(key, _)| key == name).unwrap().1.clone();
            for (name, value) in [
                ("__err", error(field)),
                ("__err", format!("{}A", said("__err"))),
                ("__err", said("__err").trim_end_matches('=').to_owned() + "===="),
                ("__err", String::new()),
                ("__path", function.to_owned()),
                ("__path", format!("{} ", said("__path"))),
                ("__path", said("__path").to_uppercase()),
                ("__typed", format!("emails%5B%5D={WORDS}")),
                ("__typed", String::new()),
                ("__proof", String::new()),
                ("__proof", said("__proof")[1..].to_owned()),
                ("__proof", said("__proof") + "0"),
                ("__proof", said("__proof").to_lowercase()),
            ] {
                is_cleaned(browser, &with(&good, name, &value), &page).await;
            }
            for at in 0..said("__proof").len() {
                let mut proof = said("__proof").into_bytes();
                proof[at] = if proof[at] == b'a' { b'b' } else { b'a' };
                let answer = browser.visit(&with(&good, "__proof", std::str::from_utf8(&proof).unwrap())).await;
                assert_eq!((answer.status, answer.location()), (303, page.as_str()), "{at}");
            }
            // By another installation's key.
            let other = failed_elsewhere(&house, browser).await;
            is_cleaned(browser, &other, &page).await;
        }
    });
}

/// The same person, said by a server with another key.
async fn failed_elsewhere(house: &House, browser: &Browser) -> String {
    let key = "another-key-of-the-tests-that-is-long-enough".to_owned().into();
    let Installation { db, clock, settings, .. } = &*house.installation;
    let (keys, passwords) = (Keys::parse(&key).unwrap(), Passwords::new(4).unwrap());
    let installation = Installation::new(db.clone(), clock.clone(), keys, passwords, settings.clone());
    let mut other = browser.clone();
    other.house.router = router(Server { installation: Arc::new(installation), ..house.server() });
    failed(&other).await
}

/// Servers, the framework and its router read an address each in their own way; all of them must read the same.
#[test]
fn a_true_address_with_something_false_beside_it_is_not_believed() {
    on_both(async |house| {
        let (ada, anonymous) = (ada(&house).await, house.anonymous());
        for (browser, field) in [(&ada.browser, Some("emails")), (&anonymous, None)] {
            let good = failed(browser).await;
            let page = clean(&good);
            let (path, query) = good.split_once('?').unwrap();
            let said = pairs(query);
            let said = |name: &str| said.iter().find(|(key, _)| key == name).unwrap().1.clone();
            let typed = "emails%255B%255D%3DCall%2520us%26email%3Dx%40x.example";
            let doubled = [
                format!("__err={}", error(field)),
                format!("__err={}&__path={}", error(field), said("__path")),
                format!("%5F%5Ferr={}", error(field)),
                format!("__typed={typed}"),
                "__path=/api/v1/grants/save".to_owned(),
                "__proof=0".to_owned(),
                "__err".to_owned(),
                "__err=".to_owned(),
            ];
            for more in doubled {
                for address in [format!("{path}?{query}&{more}"), format!("{path}?{more}&{query}")] {
                    let answer = browser.visit(&address).await;
                    let told = format!("{address}: {} {}", answer.status, answer.drawn());
                    assert!(!answer.text.contains(WORDS) && !answer.text.contains("Call us"), "{told}");
                    assert_eq!((answer.status, answer.location()), (303, page.as_str()), "{told}");
                }
            }
        }
    });
}

/// Whatever stands in that cookie is read by the page as words, never as a page.
#[test]
fn a_forged_notice_shows_no_page_of_its_own() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let page = "/o/northwind/organization";
        let hostile = "</script><script>alert(1)</script><!--<script>\u{2028}\"'\\<img src=x onerror=alert(1)>";
        ada.browser.take_cookie("__Host-bailiwick-notice", &URL_SAFE_NO_PAD.encode(hostile));
        let shown = ada.visit(page).await;
        assert_eq!(shown.status, 200);
        assert!(!shown.text.contains("<script>alert") && !shown.text.contains("<img src=x"), "{}", shown.text);
        assert!(shown.carried().contains(&hostile.into()), "{:?}", shown.carried());
        assert!(shown.shows("&lt;/script&gt;&lt;script&gt;alert(1)"), "{}", shown.drawn());
        for nonsense in ["%%%", "bnVsbA", "e30", "W10", "_w", "gICA", "AAAA", &"A".repeat(5000), ""] {
            ada.browser.take_cookie("__Host-bailiwick-notice", nonsense);
            assert_eq!(ada.visit(page).await.status, 200, "{nonsense}");
        }
        // Under the name of a house without TLS, which a neighbour could plant.
        ada.browser.take_cookie("bailiwick-notice", &URL_SAFE_NO_PAD.encode(WORDS));
        assert!(!ada.visit(page).await.text.contains(WORDS));
        // And as the error of a form, which no cookie is.
        let flash = json!({ "action": "/api/v1/invitations/send", "error": { "code": "x", "message": WORDS } });
        ada.browser.take_cookie("__Host-bailiwick-notice", &URL_SAFE_NO_PAD.encode(flash.to_string()));
        let shown = ada.visit(INVITE).await.drawn();
        assert_eq!(shown.matches(WORDS).count(), 1, "as words of a notice, and no more: {shown}");
        for name in ADDED {
            ada.browser.take_cookie(name, "x");
        }
        assert_eq!(ada.visit(page).await.status, 200);
    });
}
