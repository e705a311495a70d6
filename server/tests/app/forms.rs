//! Plain forms, as a browser sends them before the scripts have come, or without them.

use crate::{
    browser::{Answer, Browser, Person},
    house::{House, PASSWORD, on_both},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

const NAMESPACES: &str = "/o/northwind/namespaces?create=1";

/// Whatever the answer left for the next page, readable.
fn left_behind(answer: &Answer) -> String {
    let flash = answer.cookies().into_iter().filter_map(|line| line.strip_prefix("__Host-bailiwick-flash="));
    let bytes = flash.flat_map(|line| URL_SAFE_NO_PAD.decode(line.split(';').next().unwrap()).unwrap());
    String::from_utf8(bytes.collect()).unwrap()
}

/// The tag of the input of this name.
#[track_caller]
fn input<'a>(page: &'a Answer, name: &str) -> &'a str {
    let tags = page.text.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("textarea"));
    let mut named = tags.filter(|tag| tag.contains(&format!("name=\"{name}\"")));
    named.next().unwrap_or_else(|| panic!("no input {name}: {}", page.text)).split('>').next().unwrap()
}

/// The text of the element with this id.
#[track_caller]
fn words<'a>(page: &'a Answer, id: &str) -> &'a str {
    let after = page.text.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("no {id}: {}", page.text));
    after.split('>').nth(1).unwrap().split('<').next().unwrap()
}

async fn ada(house: &House) -> Person {
    house.found("Northwind", "ada@northwind.example").await
}

#[test]
fn what_was_done_is_said_once_on_the_next_page() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let fields = [("organization", "northwind"), ("id", "dev"), ("back", NAMESPACES)];
        let done =
            ada.submit("namespaces/create", &[&fields[..], &[("next", "/o/northwind/namespaces")]].concat()).await;
        assert_eq!((done.status, done.location()), (303, "/o/northwind/namespaces"));
        assert_eq!(done.text, "");
        let page = ada.visit(done.location()).await;
        assert_eq!(
            words(&page, "announcement"),
            "The namespace northwind-dev is there. You have access to it; give it to others on the Organization page."
        );
        assert!(page.text.contains("northwind-dev"));
        let again = ada.visit(done.location()).await;
        assert!(!again.text.contains("The namespace northwind-dev is there."), "said twice");
    });
}

/// The notice waits for a page: an answer that leads on to another leaves it where it is.
#[test]
fn a_notice_survives_the_redirects_before_the_page() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let done = ada.submit("account/rename", &[("first_name", "Ada"), ("last_name", "L"), ("next", "/")]).await;
        assert_eq!(done.location(), "/");
        let home = ada.visit("/").await;
        assert_eq!(home.location(), "/o/northwind/organization");
        let page = ada.visit(home.location()).await;
        assert_eq!(words(&page, "announcement"), "Your names are saved.");
    });
}

#[test]
fn without_a_next_a_form_leads_where_its_function_says_and_else_back() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let names = [("first_name", "Ada"), ("last_name", "L"), ("back", "/account")];
        assert_eq!(ada.submit("account/rename", &names).await.location(), "/account");
        let out = ada.submit("sessions/sign-out", &[("back", "/account")]).await;
        assert_eq!(out.location(), "/sign-in");
        assert!(ada.session().is_none());
        let asked = ada.submit("sessions/forgot-password", &[("email", "x@x.example"), ("back", "/account")]).await;
        assert_eq!(asked.location(), "/forgot-password?sent");
        assert!(ada.visit(asked.location()).await.text.contains("a mail is on its way"));
    });
}

#[test]
fn a_wrong_field_is_named_where_it_stands_with_what_was_typed() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let fields = [("organization", "northwind"), ("id", "Not DNS-safe"), ("back", NAMESPACES)];
        let failed = ada.submit("namespaces/create", &fields).await;
        assert_eq!((failed.status, failed.location()), (303, NAMESPACES));
        let page = ada.visit(failed.location()).await;
        let tag = input(&page, "id");
        assert!(tag.contains("aria-invalid=\"true\"") && tag.contains("value=\"Not DNS-safe\""), "{tag}");
        assert!(words(&page, "id-error").contains("lower-case letters"), "{}", words(&page, "id-error"));
        let again = ada.visit(failed.location()).await;
        assert!(!input(&again, "id").contains("aria-invalid"), "said twice");

        let many = [("organization", "northwind"), ("emails[]", ""), ("back", "/o/northwind/organization?invite=1")];
        let failed = ada.submit("invitations/send", &many).await;
        let page = ada.visit(failed.location()).await;
        assert!(input(&page, "emails[]").contains("aria-invalid=\"true\""), "{}", input(&page, "emails[]"));
        assert_eq!(words(&page, "emails-error"), "Type at least one email address.");
    });
}

const SIGN_UP: [(&str, &str); 5] = [
    ("organization_name", "Northwind"),
    ("first_name", "Ada"),
    ("last_name", "Lovelace"),
    ("email", "ada@northwind.example"),
    ("back", "/sign-up"),
];

#[test]
fn a_sign_up_that_failed_keeps_everything_but_the_password() {
    on_both(async |house| {
        let browser = house.anonymous();
        let failed = browser.submit("sessions/sign-up", &[&SIGN_UP[..], &[("password", "too short 7")]].concat()).await;
        assert_eq!((failed.status, failed.location()), (303, "/sign-up"));
        assert!(!left_behind(&failed).contains("too short 7"), "{}", left_behind(&failed));
        let page = browser.visit(failed.location()).await;
        for (name, typed) in &SIGN_UP[..4] {
            assert!(input(&page, name).contains(&format!("value=\"{typed}\"")), "{}", input(&page, name));
            assert!(!input(&page, name).contains("aria-invalid"), "{}", input(&page, name));
        }
        assert!(input(&page, "password").contains("aria-invalid=\"true\""), "{}", input(&page, "password"));
        assert!(words(&page, "password-error").contains("at least 15"), "{}", words(&page, "password-error"));
        assert!(!page.text.contains("too short 7"));

        let done = browser.submit("sessions/sign-up", &[&SIGN_UP[..], &[("password", PASSWORD)]].concat()).await;
        assert_eq!((done.status, done.location()), (303, "/o/northwind/organization"));
        let page = browser.visit(done.location()).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("Who is in Northwind, and which namespaces each may work in."));
        assert!(page.text.contains("Ada Lovelace") && page.text.contains("ada@northwind.example"));
    });
}

#[test]
fn signing_in_by_a_plain_form_sets_the_cookie_and_leads_on() {
    on_both(async |house| {
        ada(&house).await;
        let browser = house.anonymous();
        let lost = browser.visit("/o/northwind/activity").await;
        assert_eq!((lost.status, lost.location()), (303, "/sign-in?next=/o/northwind/activity"));
        let door = browser.visit(lost.location()).await;
        assert!(input(&door, "next").contains("value=\"/o/northwind/activity\""), "{}", input(&door, "next"));

        let back = ("back", lost.location());
        let next = ("next", "/o/northwind/activity");
        let wrong = [("email", "Ada@Northwind.example"), ("password", "not my password at all"), back, next];
        let failed = browser.submit("sessions/sign-in", &wrong).await;
        assert_eq!((failed.status, failed.location()), (303, lost.location()));
        assert!(browser.session().is_none());
        assert!(!left_behind(&failed).contains("not my password at all"), "{}", left_behind(&failed));
        let door = browser.visit(failed.location()).await;
        assert!(door.text.contains("The email address or the password is wrong."), "{}", door.text);
        assert!(input(&door, "email").contains("value=\"Ada@Northwind.example\""), "{}", input(&door, "email"));
        assert!(!door.text.contains("not my password at all"));

        let right = [wrong[0], ("password", PASSWORD), back, next];
        let done = browser.submit("sessions/sign-in", &right).await;
        assert_eq!((done.status, done.location()), (303, "/o/northwind/activity"));
        assert!(browser.session().is_some());
        assert_eq!(browser.visit(done.location()).await.status, 200);
    });
}

#[test]
fn no_password_comes_back_from_any_form() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let secrets = ["my present secret words", "my future secret words"];
        let fields = [("current_password", secrets[0]), ("password", secrets[1]), ("back", "/account")];
        let failed = ada.submit("account/change-password", &fields).await;
        let page = ada.visit(failed.location()).await;
        assert!(input(&page, "current_password").contains("aria-invalid=\"true\""));
        let reset = [("secret", "some secret of a link"), ("password", secrets[1]), ("back", "/sign-in")];
        let lost = ada.submit("sessions/reset-password", &reset).await;
        for text in [left_behind(&failed), left_behind(&lost), page.text] {
            for secret in [secrets[0], secrets[1], "some secret of a link"] {
                assert!(!text.contains(secret), "{secret} is in {text}");
            }
        }
    });
}

/// Cookies of more than 4096 bytes are dropped by browsers, and the error with them.
#[test]
fn an_error_arrives_however_much_was_typed() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let long = "x".repeat(100_000);
        let fields = [("organization", "northwind"), ("id", &long), ("back", NAMESPACES)];
        let failed = ada.submit("namespaces/create", &fields).await;
        assert!(failed.cookies().iter().all(|line| line.len() < 4000));
        let page = ada.visit(failed.location()).await;
        assert!(words(&page, "id-error").contains("20 characters at most"), "{}", words(&page, "id-error"));
    });
}

/// Whatever stands in that cookie is read by the page as words, never as a page.
#[test]
fn a_forged_flash_shows_no_page_of_its_own() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let forged = r#"{"notice":"<script>alert(1)</script><img src=x onerror=alert(1)>"}"#;
        ada.browser.take_cookie("__Host-bailiwick-flash", &URL_SAFE_NO_PAD.encode(forged));
        let page = ada.visit("/account").await;
        assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"), "{}", page.text);
        for nonsense in ["%%%", "bnVsbA", "e30", "W10", &"A".repeat(5000)] {
            ada.browser.take_cookie("__Host-bailiwick-flash", nonsense);
            assert_eq!(ada.visit("/account").await.status, 200, "{nonsense}");
        }
        // Under the name of a house without TLS, which a neighbour could plant.
        let browser: &Browser = &ada.browser;
        browser.take_cookie("bailiwick-flash", &URL_SAFE_NO_PAD.encode(r#"{"notice":"Call me at 555"}"#));
        assert!(!ada.visit("/account").await.text.contains("Call me at 555"));
    });
}
