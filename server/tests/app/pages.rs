//! Pages: who sees which, and that what people call themselves is shown as words.

use crate::{
    browser::{Answer, Browser},
    house::{PASSWORD, on_both},
};
use serde_json::Value;
use tokio::task::JoinSet;

/// Runs of what the pages show: `200`, a path they lead to, or another status.
fn outcome(answer: &Answer) -> String {
    if answer.status == 303 { answer.location().to_owned() } else { answer.status.to_string() }
}

/// Who visits: anonymous, member, admin, founder, admin of another organization, deactivated with the old cookie.
/// `door` stands for the sign-in page that leads back to here.
const PAGES: [(&str, [&str; 6]); 20] = [
    ("/", ["/sign-in", "home", "home", "home", "their home", "/sign-in"]),
    ("/sign-in", ["200", "/", "/", "/", "/", "200"]),
    ("/sign-up", ["200", "/", "/", "/", "/", "200"]),
    ("/sign-up?sent", ["200", "/", "/", "/", "/", "200"]),
    ("/forgot-password", ["200"; 6]),
    ("/forgot-password?sent", ["200"; 6]),
    ("/verify/{verification}", ["200"; 6]),
    ("/reset-password/{reset}", ["200"; 6]),
    ("/invitations/{link}", ["200"; 6]),
    ("/account", ["door", "200", "200", "200", "200", "door"]),
    ("/device", ["door", "200", "200", "200", "200", "door"]),
    ("/device?code=BBBB-BBBB", ["door", "404", "404", "404", "404", "door"]),
    ("/o/northwind", ["home", "home", "home", "home", "home", "home"]),
    ("/o/northwind/organization", ["door", "200", "200", "200", "404", "door"]),
    ("/o/northwind/organization?invite=1", ["door", "200", "200", "200", "404", "door"]),
    ("/o/northwind/namespaces", ["door", "200", "200", "200", "404", "door"]),
    ("/o/northwind/access", ["door", "403", "200", "200", "404", "door"]),
    ("/o/northwind/access?search=nobody", ["door", "403", "200", "200", "404", "door"]),
    ("/o/northwind/activity", ["door", "403", "200", "200", "404", "door"]),
    ("/o/northwind/nothing", ["404"; 6]),
];

#[test]
fn every_page_is_shown_to_whom_it_is_for() {
    on_both(async |house| {
        let cast = house.cast().await;
        let mut wrong = Vec::new();
        for (page, expected) in PAGES {
            for (column, expected) in expected.into_iter().enumerate() {
                let path = match page.split_once('{') {
                    Some((before, word)) => {
                        let secret = cast.fill(&format!("secret={{{word}"), 3).await.remove(0).1;
                        format!("{before}{secret}")
                    }
                    None => page.to_owned(),
                };
                let expected = match expected {
                    "home" => "/o/northwind/organization".to_owned(),
                    "their home" => "/o/southwind/organization".to_owned(),
                    "door" => format!("/sign-in?next={}", path.replace('?', "%3F").replace('=', "%3D")),
                    other => other.to_owned(),
                };
                let answer = cast.asker(column).await.visit(&path).await;
                if outcome(&answer) != expected {
                    wrong.push(format!(
                        "{path} to {}: {} and not {expected}",
                        crate::calls::ASKERS[column],
                        outcome(&answer)
                    ));
                }
                if answer.status != 303 {
                    assert!(answer.text.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{path}");
                    assert!(answer.shows("<h1") && answer.shows("</html>"), "{path}");
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn a_page_of_others_looks_as_one_that_is_not_there() {
    on_both(async |house| {
        let cast = house.cast().await;
        for page in ["organization", "namespaces", "access", "activity"] {
            let theirs = cast.founder.visit(&format!("/o/southwind/{page}")).await;
            let nobodys = cast.founder.visit(&format!("/o/no-where/{page}")).await;
            let nonce = |answer: &Answer| {
                let policy = answer.header("content-security-policy");
                policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned()
            };
            let plain = |answer: &Answer, slug: &str| answer.text.replace(&nonce(answer), "").replace(slug, "");
            assert_eq!((theirs.status, nobodys.status), (404, 404));
            assert_eq!(plain(&theirs, "southwind"), plain(&nobodys, "no-where"), "{page}");
            assert!(!theirs.text.contains("sam@southwind.example") && !theirs.text.contains("Southwind"));
        }
    });
}

const ADMINS_WORDS: [&str; 8] = [
    "Invite a User",
    "Send Invite",
    "name=\"deactivate\"",
    "name=\"revoke\"",
    "Create a namespace",
    "/activity",
    "/o/northwind/access",
    "/invitations/resend",
];

#[test]
fn a_member_sees_no_button_of_an_admin() {
    on_both(async |house| {
        let cast = house.cast().await;
        cast.founder.invite("guest@northwind.example").await;
        let mut seen = String::new();
        for path in
            ["/o/northwind/organization", "/o/northwind/organization?invite=1", "/o/northwind/namespaces?create=1"]
        {
            let (founders, members) = (cast.founder.visit(path).await, cast.member.visit(path).await);
            for word in ADMINS_WORDS {
                assert!(!members.text.contains(word), "{path}: {word}");
            }
            seen.push_str(&founders.drawn());
        }
        // Nor is it handed to their browser's program, which would show it to whoever asks that.
        let guests = cast.member.visit("/o/northwind/organization").await;
        assert!(!guests.text.contains("bwk_") && !guests.text.contains("password_hash"), "{}", guests.text);
        let missing: Vec<_> = ADMINS_WORDS.into_iter().filter(|word| !seen.contains(word)).collect();
        assert!(missing.is_empty(), "not even an admin sees {missing:?}");
    });
}

#[test]
fn a_link_that_is_over_says_so_and_nothing_else() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invitation = ada.invite("bo@northwind.example").await;
        let secret = ada.copy_link(&invitation).await;
        let visit = async |path: String| house.anonymous().visit(&path).await;
        let end = secret.strip_suffix(secret.chars().last().unwrap()).unwrap();
        for (path, status) in [
            (format!("/invitations/{secret}"), 200),
            (format!("/invitations/{end}"), 404),
            (format!("/invitations/{end}-"), 404),
            (format!("/invitations/{}", secret.to_lowercase()), 404),
            (format!("/verify/{secret}"), 404),
            (format!("/reset-password/{secret}"), 404),
            (format!("/invitations/{secret}/more"), 404),
        ] {
            assert_eq!(visit(path.clone()).await.status, status, "{path}");
        }
        house.advance(usecases::Settings::INVITATION_LIFETIME);
        let over = visit(format!("/invitations/{secret}")).await;
        assert_eq!(over.status, 410);
        assert!(over.shows("This invitation ended on 30 Nov 2026"), "{}", over.text);
        assert!(!over.text.contains("bo@northwind.example") && !over.text.contains(&secret));
    });
}

/// Names may have any character that can be seen; on a page they are words.
#[test]
fn hostile_names_are_inert() {
    on_both(async |house| {
        let name = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}&lt;b&gt;";
        // In a script it would end that, or begin a comment in which the script's end is none.
        let last_name = "</script ><!--<script>=HYPERLINK(\"https://evil.example\")\\u003c`${7*7}`\\";
        let browser = house.anonymous();
        let fields = [
            ("organization_name", name),
            ("first_name", name),
            ("last_name", last_name),
            ("email", "ada@northwind.example"),
            ("password", PASSWORD),
        ];
        let signed_up = browser.call("sessions/sign-up", &fields).await;
        assert_eq!(signed_up.status, 200, "{}", signed_up.text);
        let slug = signed_up.json()["organization"].as_str().unwrap().to_owned();
        let ada = crate::browser::Person { browser, email: "ada@northwind.example".into(), slug };
        let invitation = ada.invite("bo@northwind.example").await;
        let secret = ada.copy_link(&invitation).await;
        let stranger = house.anonymous();
        let pages: [(&Browser, String); 7] = [
            (&ada, format!("/o/{}/organization", ada.slug)),
            (&ada, format!("/o/{}/organization?invite=1&search={}", ada.slug, crate::browser::encode(&[("", name)]))),
            (&ada, format!("/o/{}/namespaces", ada.slug)),
            (&ada, format!("/o/{}/activity", ada.slug)),
            (&ada, "/account".to_owned()),
            (&ada, "/nothing".to_owned()),
            (&stranger, format!("/invitations/{secret}")),
        ];
        for (who, path) in pages {
            let page = who.visit(&path).await;
            let shown = page.shows("&lt;script&gt;alert(1)") || page.shows("&lt;script>alert(1)");
            assert!(shown || path == "/nothing", "{path} does not show the name");
            // Between tags, and within the quotes of an attribute.
            assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"), "{path}");
            let below_title = page.text.split("</title>").last().unwrap();
            assert!(!below_title.contains("\"'>&lt;img"), "{path}: a quote ended an attribute");
            let carrying = page.scripts().into_iter().filter(|(_, script)| script.contains("__RESOLVED_RESOURCES"));
            for (_, script) in carrying {
                assert!(!script.contains('<'), "{path}: {script}");
            }
            // And the program reads what was typed, letter for letter.
            let carried: Vec<_> = page.carried().iter().flat_map(texts).collect();
            assert!(carried.iter().any(|text| text == name), "{path}: {carried:?}");
        }
        for mail in house.mails_to("bo@northwind.example").await {
            assert!(!mail.html.contains("<script>") && !mail.html.contains("<img src=x"), "{}", mail.html);
            assert!(!mail.subject.contains('\n'));
        }
    });
}

/// Every text in some JSON.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// What is drawn for somebody is drawn of what they may see, whoever else is drawn for on the same threads meanwhile.
#[test]
fn pages_that_are_drawn_at_once_have_nothing_of_each_other() {
    on_both(async |house| {
        let cast = house.cast().await;
        let mut crowd = JoinSet::new();
        for n in 0..240_usize {
            let (who, own, foreign) = match n % 4 {
                0 => (&cast.founder.browser, "ada@northwind.example", "southwind"),
                1 => (&cast.stranger.browser, "sam@southwind.example", "northwind"),
                2 => (&cast.member.browser, cast.member.email.as_str(), "southwind"),
                _ => (&house.anonymous(), "", "wind.example"),
            };
            let (who, own) = (who.clone(), own.to_owned());
            let slug = if n % 4 == 1 { "southwind" } else { "northwind" };
            crowd.spawn(async move {
                let path = match n % 3 {
                    0 => format!("/o/{slug}/organization"),
                    1 => format!("/o/{slug}/organization?invite=1"),
                    _ => "/no/where".to_owned(),
                };
                let page = who.visit(&path).await;
                let page = if page.status == 303 { who.visit(page.location()).await } else { page };
                assert!(page.text.contains(&own), "{path}: {}", page.text);
                assert!(page.shows("</html>") && !page.text.contains(foreign), "{path} to {own}: {}", page.text);
                assert_eq!(page.status, if n % 3 == 2 { 404 } else { 200 }, "{path} to {own}");
            });
        }
        crowd.join_all().await;
    });
}

#[test]
fn pages_hold_nothing_that_opens_a_door() {
    on_both(async |house| {
        let cast = house.cast().await;
        let invitation = cast.founder.invite("bo@northwind.example").await;
        let link = cast.founder.copy_link(&invitation).await;
        let hash = house.trial.texts("select password_hash from users").await.remove(0);
        for path in ["/o/northwind/organization", "/o/northwind/activity", "/o/northwind/namespaces", "/account"] {
            let page = cast.founder.visit(path).await;
            let cookie = cast.founder.session().unwrap();
            for secret in [PASSWORD, &cookie, &hash, "$argon2", &link] {
                assert!(!page.text.contains(secret), "{secret} is on {path}");
            }
        }
        // An admin may copy the link, and asks for it.
        let asked = cast.founder.visit(&format!("/o/northwind/organization?link={invitation}")).await;
        assert!(asked.shows(&link));
        let member = cast.member.visit(&format!("/o/northwind/organization?link={invitation}")).await;
        assert!(!member.text.contains(&link));
    });
}
