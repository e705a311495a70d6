//! Plain forms, as a browser sends them before the program has come, or without it.

use crate::{
    browser::{Answer, Person},
    calls::CALLS,
    desk::{fill, form},
    failed::{ADDED, Failed, clean, left_behind},
    forged::too_many,
    house::{House, PASSWORD, on_both},
};

const NAMESPACES: &str = "/o/northwind/namespaces?create=1";
const INVITE: &str = "/o/northwind/organization?search=a%20b&invite=1";

/// The tags of the inputs of this name.
fn inputs(page: &Answer, name: &str) -> Vec<String> {
    let drawn = page.drawn();
    let tags = drawn.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("textarea"));
    let named = tags.filter(|tag| tag.contains(&format!("name=\"{name}\"")));
    named.map(|tag| tag.split('>').next().unwrap().to_owned()).collect()
}

/// The tag of the first input of this name.
#[track_caller]
fn input(page: &Answer, name: &str) -> String {
    inputs(page, name).into_iter().next().unwrap_or_else(|| panic!("no input {name}: {}", page.text))
}

/// The text of the element with this id.
#[track_caller]
fn words(page: &Answer, id: &str) -> String {
    let drawn = page.drawn();
    let after = drawn.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("no {id}: {drawn}"));
    after.split_once('>').unwrap().1.split('<').next().unwrap().trim().to_owned()
}

/// Whatever is on this page leads on from the address as it was before a form failed.
#[track_caller]
fn leads_on_from(page: &Answer, back: &str) {
    assert_eq!(page.status, 200, "{}", page.text);
    let backs = inputs(page, "back");
    let own = format!("value=\"{}\"", back.replace('&', "&amp;"));
    assert!(!backs.is_empty() && backs.iter().all(|tag| tag.contains(&own)), "{own}: {backs:?}");
    for added in ADDED {
        assert!(!page.text.contains(added), "{added} is on the page: {}", page.text);
    }
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
        assert!(page.shows("northwind-dev"));
        let again = ada.visit(done.location()).await;
        assert!(!again.text.contains("The namespace northwind-dev is there."), "said twice");
    });
}

#[test]
fn who_was_invited_is_said_once_and_then_stands_in_the_table() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let people = "/o/northwind/organization";
        let fields = [("organization", "northwind"), ("emails[]", "bo@northwind.example, no"), ("back", INVITE)];
        let done = ada.submit("invitations/send", &[&fields[..], &[("next", people)]].concat()).await;
        assert_eq!((done.status, done.location(), done.text.as_str()), (303, people, ""));
        let said = left_behind(&done);
        let said = said.lines().last().unwrap();
        assert!(said.contains("1 invitation sent"), "{said}");
        let page = ada.visit(people).await;
        assert_eq!(words(&page, "announcement"), said);
        assert!(page.carried().contains(&said.into()), "the program draws the same: {:?}", page.carried());
        leads_on_from(&page, people);
        let again = ada.visit(people).await;
        assert!(!again.text.contains(said), "said twice");
        assert!(again.shows("bo@northwind.example"), "{}", again.text);
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
        assert!(home.cookies().is_empty(), "{:?}", home.cookies());
        let page = ada.visit(home.location()).await;
        assert_eq!(words(&page, "announcement"), "Your names are saved.");
        assert_eq!(words(&ada.visit(home.location()).await, "announcement"), "");
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
        assert!(ada.visit(asked.location()).await.shows("a mail is on its way"));
    });
}

#[test]
fn a_wrong_field_is_named_where_it_stands_with_what_was_typed() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let many = [("organization", "northwind"), ("emails[]", ""), ("back", INVITE)];
        let answer = ada.submit("invitations/send", &many).await;
        let failed = Failed::of(&answer);
        assert_eq!((failed.back.as_str(), failed.function.as_str()), (INVITE, "/api/v1/invitations/send"));
        assert_eq!((&failed.error["code"], &failed.error["field"]), (&"bad_field".into(), &"emails".into()));
        let page = ada.visit(answer.location()).await;
        assert!(input(&page, "emails[]").contains("aria-invalid=\"true\""), "{}", input(&page, "emails[]"));
        assert_eq!(words(&page, "emails-error"), "Type at least one email address.");
        leads_on_from(&page, INVITE);
        let again = ada.visit(&failed.back).await;
        assert!(!input(&again, "emails[]").contains("aria-invalid") && words(&again, "emails-error").is_empty());

        let fields = [("organization", "northwind"), ("id", "Not DNS-safe"), ("back", NAMESPACES)];
        let answer = ada.submit("namespaces/create", &fields).await;
        assert_eq!(Failed::of(&answer).back, NAMESPACES);
        let page = ada.visit(answer.location()).await;
        let tag = input(&page, "id");
        assert!(tag.contains("aria-invalid=\"true\"") && tag.contains("value=\"Not DNS-safe\""), "{tag}");
        assert!(words(&page, "id-error").contains("lower-case letters"), "{}", words(&page, "id-error"));
        leads_on_from(&page, NAMESPACES);
        let again = ada.visit(NAMESPACES).await;
        assert!(!input(&again, "id").contains("aria-invalid") && words(&again, "id-error").is_empty());
    });
}

/// The page of another form with a field of that name says nothing of it.
#[test]
fn an_error_stands_at_the_form_that_failed_and_at_no_other() {
    on_both(async |house| {
        ada(&house).await;
        let browser = house.anonymous();
        let fields = [("email", "a@x.example"), ("first_name", ""), ("back", "/sign-in")];
        let answer = browser.submit("account/rename", &fields).await;
        assert_eq!(Failed::of(&answer).error["code"], "bad_request");
        let page = browser.visit(answer.location()).await;
        assert!(input(&page, "email").contains("value=\"\""), "{}", input(&page, "email"));
        let said = Failed::of(&answer).error["message"].as_str().unwrap().to_owned();
        assert!(!page.shows(&said), "{}", page.text);
        leads_on_from(&page, "/sign-in");
    });
}

/// Failed, looked at, put right: nothing of the first try is in the way of the second.
#[test]
fn a_form_that_failed_is_sent_again_from_the_very_page_that_says_so() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let wrong = too_many();
        let page = fill(&ada, INVITE, "invitations/send", &[("emails[]", &wrong)]).await;
        assert!(page.shows(&format!(">{wrong}</textarea>")), "{}", page.text);
        leads_on_from(&page, INVITE);
        let mut fields = form(&page, "invitations/send");
        fields.iter_mut().find(|(name, _)| name == "emails[]").unwrap().1 = "bo@northwind.example".to_owned();
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let done = ada.submit("invitations/send", &fields).await;
        assert_eq!((done.status, done.location()), (303, "/o/northwind/organization?search=a%20b"));
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
        let answer = browser.submit("sessions/sign-up", &[&SIGN_UP[..], &[("password", "too short 7")]].concat()).await;
        assert_eq!(Failed::of(&answer).back, "/sign-up");
        assert!(!left_behind(&answer).contains("too short 7"), "{}", left_behind(&answer));
        let page = browser.visit(answer.location()).await;
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
        let drawn = page.drawn();
        assert!(drawn.contains("Who is in Northwind, and which namespaces each may work in."), "{drawn}");
        assert!(drawn.contains("Ada Lovelace") && drawn.contains("ada@northwind.example"), "{drawn}");
    });
}

#[test]
fn signing_in_by_a_plain_form_sets_the_cookie_and_leads_on() {
    on_both(async |house| {
        ada(&house).await;
        let browser = house.anonymous();
        let wanted = "/o/northwind/organization?status=active";
        let lost = browser.visit(wanted).await;
        assert_eq!(lost.location(), "/sign-in?next=/o/northwind/organization%3Fstatus%3Dactive");
        let door = browser.visit(lost.location()).await;
        assert!(input(&door, "next").contains(&format!("value=\"{wanted}\"")), "{}", input(&door, "next"));
        leads_on_from(&door, lost.location());

        let (back, next) = (("back", lost.location()), ("next", wanted));
        let wrong = [("email", "Ada@Northwind.example"), ("password", "not my password at all"), back, next];
        let answer = browser.submit("sessions/sign-in", &wrong).await;
        assert_eq!(Failed::of(&answer).back, lost.location());
        assert_eq!(Failed::of(&answer).typed, [("email".to_owned(), "Ada@Northwind.example".to_owned())]);
        assert!(browser.session().is_none() && answer.cookies().is_empty());
        assert!(!left_behind(&answer).contains("not my password at all"), "{}", left_behind(&answer));
        let door = browser.visit(answer.location()).await;
        assert!(door.shows("The email address or the password is wrong."), "{}", door.text);
        assert!(input(&door, "email").contains("value=\"Ada@Northwind.example\""), "{}", input(&door, "email"));
        assert!(!door.text.contains("not my password at all"));
        assert!(input(&door, "next").contains(&format!("value=\"{wanted}\"")), "{}", input(&door, "next"));
        leads_on_from(&door, lost.location());

        let right = [wrong[0], ("password", PASSWORD), back, next];
        let done = browser.submit("sessions/sign-in", &right).await;
        assert_eq!((done.status, done.location()), (303, wanted));
        assert!(browser.session().is_some());
        let page = browser.visit(done.location()).await;
        assert_eq!(page.status, 200);
        leads_on_from(&page, wanted);
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

/// Of every function there is, whatever its secrets are called.
#[test]
fn no_secret_that_a_function_takes_stands_in_an_address() {
    on_both(async |house| {
        let ada = ada(&house).await;
        for call in CALLS.iter().filter(|call| call.method == "POST") {
            let (mut fields, mut secrets) =
                (vec![("back", "/sign-in"), ("unasked", "1"), ("unasked", "2")], Vec::new());
            for field in call.fields.split('&').filter(|field| !field.is_empty()) {
                let (name, value) = field.split_once('=').unwrap();
                let secret = ["{password}", "{new password}", "{verification}", "{reset}", "{link}"].contains(&value)
                    || ["{token secret}", "{device code}", "{login secret}"].contains(&value);
                fields.push((name, if secret { "hush hush, not a word" } else { value }));
                secrets.extend(secret.then_some(name));
            }
            // Each time another, since some of them end a session.
            for browser in [ada.elsewhere().await.browser, house.anonymous()] {
                let answer = browser.submit(call.function, &fields).await;
                let left = left_behind(&answer);
                assert!(!left.contains("hush"), "{} gives back {secrets:?}: {left}", call.function);
                if !secrets.is_empty() {
                    assert!(Failed::of(&answer).typed.iter().all(|(name, _)| !secrets.contains(&name.as_str())));
                    assert!(!browser.visit(answer.location()).await.text.contains("hush"), "{}", call.function);
                }
            }
        }
    });
}

/// Proxies refuse addresses of more than 8 KB, and with it the page that says what was wrong.
#[test]
fn an_error_arrives_however_much_was_typed() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let (long, umlauts) = ("x".repeat(100_000), "ä€𝒳".repeat(400));
        let kept = ("kept", "a short one");
        let many = too_many();
        for typed in [vec![&*long], vec![&*umlauts, &*long], vec![&*umlauts; 8], vec!["<%&=+ ?#>"; 1_000]] {
            let mut fields = vec![("organization", "northwind"), ("back", INVITE), kept, ("emails[]", &*many)];
            fields.extend(typed.iter().map(|text| ("emails[]", *text)));
            let answer = ada.submit("invitations/send", &fields).await;
            assert!(answer.location().len() <= 4_000, "{}", answer.location().len());
            let failed = Failed::of(&answer);
            let typed = |name: &str, text: &str| failed.typed.contains(&(name.to_owned(), text.to_owned()));
            assert!(typed(kept.0, kept.1) && !typed("emails[]", &long), "the longest go first: {:?}", failed.typed);
            assert_eq!((failed.back.as_str(), &failed.error["field"]), (INVITE, &"emails".into()), "{}", failed.error);
            let page = ada.visit(answer.location()).await;
            assert_eq!(words(&page, "emails-error"), failed.error["message"].as_str().unwrap().replace('&', "&amp;"));
        }
        let fields = [("organization", "northwind"), ("id", &*long), ("back", NAMESPACES)];
        let answer = ada.submit("namespaces/create", &fields).await;
        assert!(answer.location().len() <= 4_000, "{}", answer.location().len());
        let page = ada.visit(answer.location()).await;
        assert!(words(&page, "id-error").contains("20 characters at most"), "{}", words(&page, "id-error"));
    });
}

/// Neither what an error quotes nor the page that a form stands on makes an address too long.
#[test]
fn an_address_is_not_too_long_whatever_it_is_made_of() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let id = ada.id().await;
        let (long, searched) =
            ("x".repeat(100_000), format!("/o/northwind/organization?search={}", "%C3%A4".repeat(2_000)));
        let own = [("organization", "northwind"), ("member", &*id), ("version", "1")];
        let here = ("back", "/o/northwind/organization");
        for more in [[("namespaces[]", &*long), here], [("namespaces[]", "nowhere"), ("back", &*searched)]] {
            let answer = ada.submit("grants/save", &[&own[..], &more].concat()).await;
            let length = answer.location().len();
            assert!(answer.status == 303 && length <= 4_000, "{length}: {}", &answer.location()[..200]);
            assert!(answer.location().starts_with("/o/northwind/organization"), "{}", answer.location());
            assert_eq!(ada.visit(answer.location()).await.status, 200);
        }
    });
}

/// Not even a person who is known is told by an address what was too much to be read.
#[test]
fn what_was_refused_before_it_was_read_leads_home_and_says_nothing_that_is_not_so() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let fields = [("organization", "northwind"), ("emails[]", &*"x".repeat(200_000)), ("back", INVITE)];
        let answer = ada.submit("invitations/send", &fields).await;
        assert_eq!((answer.status, clean(answer.location()).as_str()), (303, "/"));
        let form = ada.posting("invitations/send", &fields).with("accept", "text/html");
        let answer = ada.send(form.with("content-type", "text/plain")).await;
        assert_eq!((answer.status, clean(answer.location()).as_str()), (303, "/"));
    });
}
