//! Whatever is written into any field: done, or refused with a sentence; never a fault of ours.

use crate::{
    browser::{Ask, encode},
    calls::{CALLS, Fields},
    house::{PASSWORD, on_both},
};
use serde_json::Value;
use std::time::Duration;

const HOSTILE: [&str; 16] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "{{7*7}}${7*7}",
    "=HYPERLINK(\"https://evil.example\")",
    "\u{200b}\u{200d}\u{2060}",
    "👩‍👩‍👧 🏴",
    "two\r\nlines",
    "nul\0byte",
    "\u{202e}gnisrever",
    "' or 1=1 --",
    "'; drop table users; --",
    "../../etc/passwd",
    "%00%0a%ff",
    "system:masters",
    "-9223372036854775809",
    "",
];

/// The fields with the one at this place replaced.
fn replaced(fields: &Fields, at: usize, value: &str) -> Fields {
    let mut fields = fields.clone();
    value.clone_into(&mut fields[at].1);
    fields
}

#[test]
fn no_text_in_any_field_is_a_fault_of_ours() {
    on_both(async |house| {
        let cast = house.cast().await;
        let long = "a".repeat(5000);
        // Hashing takes longer than everything else together.
        let few = ["<script>alert(1)</script>", "👩‍👩‍👧 🏴", "nul\0byte", "", &long];
        let many = [&HOSTILE[..], &[&long]].concat();
        for call in &CALLS {
            let texts = if call.fields.contains("password}") { &few[..] } else { &many };
            for at in 0..call.fields.split('&').filter(|field| !field.is_empty()).count() {
                // What was tried before is over: nothing here is about limits.
                house.advance(Duration::from_secs(60));
                let fields = cast.fill(call.fields, 3).await;
                for text in texts {
                    let fields = replaced(&fields, at, text);
                    let asker = cast.asker(3).await;
                    let answer = call.ask(&asker, &fields).await;
                    let what = format!(
                        "{} {}={:?}: {}",
                        call.function,
                        fields[at].0,
                        text.get(..40).unwrap_or(text),
                        answer.text
                    );
                    assert!(answer.status < 500, "{what}");
                    if answer.status != 200 {
                        assert!((400..500).contains(&answer.status), "{what}");
                        answer.code();
                        let echo = text.len() > 6 && answer.text.contains(*text);
                        assert!(!echo || answer.brief() == "422 unknown_namespace", "{what}");
                    }
                }
            }
        }
    });
}

/// What can't be a name, an address or a namespace, wherever one is asked for.
#[test]
fn texts_that_deceive_are_refused_and_the_field_is_named() {
    on_both(async |house| {
        let cast = house.cast().await;
        let long = "a".repeat(5000);
        let deceiving = ["", "  ", "two\r\nlines", "nul\0byte", "\u{202e}gnisrever", "\u{200b}\u{200d}", &long];
        let addresses = ["<script>@x.example", "a b@x.example", "a@x.example, b@x.example", "@", "a@b", "ä@x.example"];
        let ids = ["-dev", "dev-", "Dev", "d.ev", "d_ev", "<b>", "kube system", "aaaaaaaaaaaaaaaaaaaaa", "système"];
        for (function, field, more) in [
            ("sessions/sign-up", "organization_name", &[][..]),
            ("sessions/sign-up", "first_name", &[]),
            ("sessions/sign-up", "last_name", &[]),
            ("sessions/sign-up", "email", &addresses),
            ("sessions/forgot-password", "email", &addresses),
            ("account/rename", "first_name", &[]),
            ("account/rename", "last_name", &[]),
            ("invitations/accept", "first_name", &[]),
            ("invitations/accept", "last_name", &[]),
            ("namespaces/create", "id", &ids),
        ] {
            let call = CALLS.iter().find(|call| call.function == function).unwrap();
            let fields = cast.fill(call.fields, 3).await;
            let at = fields.iter().position(|(name, _)| name == field).unwrap();
            let before = house.rows().await;
            for text in deceiving.iter().chain(more) {
                let asker = cast.founder.browser.clone();
                let asker = if function.starts_with("sessions/") { house.anonymous() } else { asker };
                let answer = call.ask(&asker, &replaced(&fields, at, text)).await;
                assert_eq!(answer.brief(), "422 bad_field", "{function} {field}={text:?}");
                assert_eq!(answer.json()["field"], field, "{function} {text:?}");
            }
            assert_eq!(house.rows().await, before, "{function} {field}");
        }
    });
}

#[test]
fn an_address_that_is_none_is_told_apart_and_the_others_are_invited() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let mut fields = vec![("organization", "northwind")];
        let bad = ["<script>@x.example", "nul\0@x.example", "a@b", "\u{202e}@x.example", "=HYPERLINK(1)@x"];
        fields.extend(bad.map(|email| ("emails[]", email)));
        fields.push(("emails[]", "good@x.example"));
        let answer = ada.call("invitations/send", &fields).await.json();
        let results = answer["results"].as_array().unwrap();
        let sent: Vec<_> = results.iter().filter(|result| result["outcome"] == "sent").collect();
        assert_eq!(sent.len(), 1, "{answer}");
        assert_eq!(sent[0]["email"], "good@x.example");
        assert_eq!(results.len(), bad.len() + 1, "{answer}");
    });
}

#[test]
fn a_hundred_addresses_are_invited_and_a_hundred_and_one_are_too_many() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let emails: Vec<String> = (0..101).map(|n| format!("p{n}@x.example")).collect();
        let send = async |emails: &[String]| {
            let own = [("organization", "northwind")];
            let fields: Vec<_> =
                own.into_iter().chain(emails.iter().map(|email| ("emails[]", email.as_str()))).collect();
            ada.call("invitations/send", &fields).await
        };
        let before = house.rows().await;
        let refused = send(&emails).await;
        assert_eq!((refused.brief().as_str(), refused.json()["field"].as_str()), ("422 too_many", Some("emails")));
        let pasted =
            ada.call("invitations/send", &[("organization", "northwind"), ("emails[]", &emails.join("\n"))]).await;
        assert_eq!(pasted.brief(), "422 too_many");
        assert_eq!(house.rows().await, before);
        let sent = send(&emails[1..]).await;
        assert_eq!(sent.json()["results"].as_array().unwrap().len(), 100, "{}", sent.text);
    });
}

const MORE: [(&str, &str); 12] = [
    ("role", "admin"),
    ("organization_id", "01234567-89ab-4cde-8f01-23456789abcd"),
    ("user_id", "01234567-89ab-4cde-8f01-23456789abcd"),
    ("email_verified", "true"),
    ("created_by", "evil@evil.example"),
    ("invited_by", "evil@evil.example"),
    ("password_hash", "x"),
    ("namespace_limit", "1000"),
    ("status", "active"),
    ("founder", "true"),
    ("is_admin", "1"),
    ("__proto__[admin]", "1"),
];

/// An answer in which ids, times and names that differ from request to request are left out.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let varies = |key: &str| key == "organization" || key == "last_four";
            let steady = map.iter().filter(|(key, value)| !varies(key) || !value.is_string());
            steady.map(|(key, value)| (key.clone(), shape(value))).collect()
        }
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(text) if text.contains(['-', '@', ':']) || text.starts_with("bw") => "…".into(),
        Value::Number(_) => 0.into(),
        other => other.clone(),
    }
}

#[test]
fn fields_that_nobody_asked_for_change_nothing() {
    on_both(async |house| {
        let cast = house.cast().await;
        for call in CALLS.iter().filter(|call| call.method == "POST") {
            let plain = call.ask(&cast.asker(3).await, &cast.fill(call.fields, 3).await).await;
            let mut fields = cast.fill(call.fields, 3).await;
            for (name, value) in MORE {
                if !fields.iter().any(|(own, _)| own == name) {
                    fields.push((name.to_owned(), value.to_owned()));
                }
            }
            let more = call.ask(&cast.asker(3).await, &fields).await;
            assert!(more.status == 200 || (400..500).contains(&more.status), "{} {}", call.function, more.text);
            if more.status == 200 {
                assert_eq!(shape(&more.json()), shape(&plain.json()), "{}", call.function);
            }
        }
        let everything = house.trial.everything().await;
        assert!(!everything.contains("evil@evil.example"));
        // Whoever is seated as an admin, to be asked about, is called so.
        let admins = "select count(*) from members where role = 'admin' and email not like 'admin-%'";
        // The two founders, and the founders of what was signed up and verified along the way.
        let organizations = house.trial.number("select count(*) from organizations").await;
        assert_eq!(house.trial.number(admins).await, organizations);
        assert_eq!(house.trial.number("select count(distinct namespace_limit) from organizations").await, 1);
    });
}

#[test]
fn nobody_raises_themselves() {
    on_both(async |house| {
        let cast = house.cast().await;
        let id = cast.member.id().await;
        let own = [("organization", "northwind"), ("member", id.as_str()), ("role", "admin"), ("version", "1")];
        for function in ["grants/save", "members/reactivate", "members/deactivate"] {
            let answer = cast.member.call(function, &own).await;
            assert_eq!(answer.brief(), "403 admins_only", "{function}");
        }
        let rename = [("first_name", "Bo"), ("last_name", "B"), ("role", "admin"), ("email", "ada@northwind.example")];
        cast.member.call("account/rename", &rename).await;
        let current = cast.member.read("sessions/current", &[]).await.json();
        assert_eq!(current["organizations"][0]["role"], "member");
        assert_eq!(current["user"]["email"], cast.member.email.as_str());
    });
}

#[test]
fn a_field_that_stands_twice_is_refused() {
    on_both(async |house| {
        let cast = house.cast().await;
        let single = |name: &str| !name.ends_with("[]");
        for call in CALLS.iter().filter(|call| call.method == "POST") {
            let fields = cast.fill(call.fields, 3).await;
            for (name, _) in fields.iter().filter(|(name, _)| single(name)) {
                let mut fields = fields.clone();
                fields.push((name.clone(), "a second one".to_owned()));
                let asker = cast.asker(3).await;
                let before = house.rows().await;
                let answer = call.ask(&asker, &fields).await;
                assert_eq!(answer.brief(), "400 bad_request", "{} {name}", call.function);
                assert_eq!(house.rows().await, before, "{} {name}", call.function);
            }
        }
    });
}

#[test]
fn what_is_no_text_is_refused() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let path = "/api/v1/namespaces/create";
        let before = house.rows().await;
        for body in [
            b"organization=northwind&id=\xff\xfe".as_slice(),
            b"organization=northwind&id=%ff%fe",
            b"organization=northwind&id=%C3",
            b"organization=northwind&id=%ED%A0%80",
            b"organization=northwind&id=%zz",
            b"organization=northwind&id=%",
            b"organization=northwind&id=a%00b",
            b"organization=northwind&id[]=dev",
            b"organization=northwind&id[a]=dev",
            b"organization=northwind&id[a][b][c][d][e][f][g][h]=dev",
            b"organization=northwind&id[9999999999]=dev",
            b"organization=northwind%00&id=dev",
            b"{\"organization\":\"northwind\",\"id\":\"dev\"}",
        ] {
            let what = String::from_utf8_lossy(body);
            let answer = ada.send(Ask::post(path, body).with("accept", "application/json")).await;
            assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.text);
            answer.code();
        }
        assert_eq!(house.rows().await, before);
        let queries =
            ["organization=%ff", "organization=northwind&limit=%ff", "organization=northwind%00", "organization=%"];
        for query in queries {
            let answer = ada.send(Ask::get(format!("/api/v1/members/list?{query}"))).await;
            assert!((400..500).contains(&answer.status), "{query}: {} {}", answer.status, answer.text);
            answer.code();
        }
        for path in ["/api/v1/members/%ff", "/api/v1/%00", "/api/v1/../../etc", "/api/v1//members/list", "/api/v1/x/"] {
            let answer = ada.send(Ask::get(path)).await;
            assert_eq!(answer.brief(), "404 not_found", "{path}");
        }
    });
}

#[test]
fn pages_answer_any_address_and_any_header() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let long = format!("/o/northwind/organization?search={}", "a".repeat(20_000));
        for text in HOSTILE {
            let text = encode(&[("", text)]);
            let text = text.trim_start_matches('=');
            for path in [
                format!("/o/{text}/organization"),
                format!("/invitations/{text}"),
                format!("/verify/{text}"),
                format!("/reset-password/{text}"),
                format!("/o/northwind/organization?search={text}&status={text}&sort={text}&cursor={text}"),
                format!("/o/northwind/organization?search={text}&from={text}&to={text}"),
                format!("/o/northwind/organization?role={text}&namespace={text}&limit={text}"),
                format!("/o/northwind/organization?sort=name&cursor={text}"),
                format!("/o/northwind/organization?open={text}&deactivate={text}&revoke={text}&link={text}"),
                format!("/o/northwind/activity?actor={text}&code={text}"),
                format!("/o/northwind/api-access?cursor={text}&assign={text}&remove={text}"),
                format!("/o/northwind/activity?since={text}&until={text}&cursor={text}"),
                format!("/sign-in?next={text}&email={text}"),
                format!("/sign-in?__path={text}&__err={text}&__typed={text}&__proof={text}"),
                format!("/o/northwind/organization?invite=1&{text}={text}&__typed={text}"),
                format!("/{text}?{text}"),
                long.clone(),
            ] {
                for browser in [&ada.browser, &house.anonymous()] {
                    let answer = browser.visit(&path).await;
                    assert!(answer.status < 500, "{path}: {}", answer.status);
                    assert!(!answer.text.contains("<script>alert") && !answer.text.contains("<img src=x"), "{path}");
                }
            }
        }
        for (name, value) in [
            ("cookie", b"__Host-bailiwick=\xff\xfe; ;;=;a".as_slice()),
            ("user-agent", b"\xff\xfe"),
            ("accept", b"\xff"),
            ("accept-encoding", b"\xff, br;q=x"),
            ("origin", b"\xff"),
            ("x-forwarded-for", b"\xff, nobody"),
        ] {
            let answer = house.anonymous().send(Ask::get("/sign-in").with(name, value)).await;
            assert_eq!(answer.status, 200, "{name}");
        }
        // What a browser calls itself is shown on pages and kept in rows.
        let agent = format!("<script>alert(1)</script>{}", "x".repeat(5000));
        let fields = [("email", "ada@northwind.example"), ("password", PASSWORD)];
        let sign_in = ada.posting("sessions/sign-in", &fields).with("user-agent", &agent);
        assert_eq!(ada.send(sign_in).await.status, 200);
        let page = ada.visit("/account").await;
        assert!(!page.text.contains("<script>alert") && !page.text.contains(&"x".repeat(300)));
    });
}
