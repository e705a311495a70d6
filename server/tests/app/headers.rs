//! What every answer has on it, whatever made it; and what none may say.

use crate::{
    browser::{Answer, Ask, Browser},
    calls::CALLS,
    failed::Failed,
    house::{House, PASSWORD, on_both},
};

/// Each kind of answer once: what it is, and the answer.
async fn kinds(house: &House) -> Vec<(&'static str, Answer)> {
    let ada = house.found("Northwind", "ada@northwind.example").await;
    let nobody = house.anonymous();
    let wrong = [("email", "ada@northwind.example"), ("password", "not the password of anybody")];
    let here = [("organization", "northwind"), ("id", "?"), ("back", "/o/northwind/namespaces?create=1")];
    let api = "/api/v1/namespaces/create";
    vec![
        ("a page for anybody", nobody.visit("/sign-in").await),
        ("a page for somebody", ada.visit("/o/northwind/organization").await),
        ("a page that is not there", ada.visit("/o/northwind/nothing").await),
        ("a page that is not theirs", ada.visit("/o/southwind/organization").await),
        ("a door that leads elsewhere", nobody.visit("/o/northwind/activity").await),
        ("a page that is written to", ada.send(Ask::post("/sign-in", "")).await),
        ("a page that is written to and not there", ada.send(Ask::post("/no/where", "")).await),
        ("a page whose address is forged", ada.visit("/sign-in?__path=/api/v1/x&__err=e").await),
        ("an answer", ada.read("sessions/current", &[]).await),
        ("a new session", nobody.call("sessions/sign-in", &[wrong[0], ("password", PASSWORD)]).await),
        ("not signed in", house.anonymous().read("sessions/current", &[]).await),
        ("a wrong password", house.anonymous().call("sessions/sign-in", &wrong).await),
        ("a wrong field", ada.call("namespaces/create", &here).await),
        ("a wrong field of a plain form", ada.submit("namespaces/create", &here).await),
        ("nothing there", ada.read("nothing/there", &[]).await),
        ("the wrong method", ada.send(Ask::get(api)).await),
        ("the wrong kind", ada.send(Ask::post(api, "").with("content-type", "text/plain")).await),
        ("too much", ada.send(Ask::post(api, vec![b'a'; 2_000_000])).await),
        ("another site", ada.send(Ask::post(api, "").with("sec-fetch-site", "cross-site")).await),
        ("unreadable", ada.send(Ask::post(api, "")).await),
        ("alive", nobody.send(Ask::get("/healthz")).await),
        ("ready", nobody.send(Ask::get("/readyz")).await),
        ("alive, written to", nobody.send(Ask::post("/healthz", "")).await),
        ("a picture", nobody.send(Ask::get("/favicon.svg")).await),
        ("no file", nobody.send(Ask::get("/pkg/0123/bailiwick.js")).await),
        ("no file of a strange name", nobody.send(Ask::get("/pkg/%ff/%fe")).await),
        ("a path of a strange name", nobody.send(Ask::get("/%ff/..%2f..%2fetc/passwd")).await),
    ]
}

fn is_page(answer: &Answer) -> bool {
    answer.header("content-type").starts_with("text/html")
}

#[test]
fn every_kind_of_answer_protects_whoever_reads_it() {
    on_both(async |house| {
        for (what, answer) in kinds(&house).await {
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{what}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{what}");
            assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{what}");
            assert!(answer.header("strict-transport-security").starts_with("max-age=63072000"), "{what}");
            let kept = if what == "a picture" && answer.status == 200 { "public, max-age=86400" } else { "no-store" };
            assert_eq!(answer.header("cache-control"), kept, "{what}");
            let policy = answer.header("content-security-policy");
            for part in ["default-src '", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
                assert!(policy.contains(part), "{what}: {part} is not in {policy}");
            }
            for weak in ["unsafe-inline", "'unsafe-eval'", "*", "http:", "https:", "data:", "blob:"] {
                assert!(!policy.contains(weak), "{what}: {weak} is in {policy}");
            }
            for told in ["server", "x-powered-by", "access-control-allow-origin", "serverfnerror"] {
                assert!(!answer.headers.contains_key(told), "{what}: {told}");
            }
        }
    });
}

#[test]
fn without_tls_no_browser_is_told_to_ask_for_it() {
    on_both(async |house| {
        for (what, answer) in kinds(&house.without_tls()).await {
            assert!(!answer.headers.contains_key("strict-transport-security"), "{what}");
            assert!(answer.headers.contains_key("content-security-policy"), "{what}");
        }
    });
}

#[test]
fn a_page_runs_the_scripts_of_its_own_answer_alone() {
    on_both(async |house| {
        let mut nonces = Vec::new();
        for (what, answer) in kinds(&house).await.into_iter().filter(|(_, answer)| is_page(answer)) {
            let policy = answer.header("content-security-policy");
            let nonce = policy.split("script-src 'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
            assert!(nonce.len() >= 22, "{what}: {nonce}");
            let (own, nonced) = (format!("nonce=\"{nonce}\""), |tag: &str| tag.matches("nonce=").count() == 1);
            let scripts = answer.scripts();
            assert!(scripts.len() > 2 && scripts.iter().any(|(_, it)| it.contains("__RESOLVED_RESOURCES")), "{what}");
            for (tag, script) in scripts {
                assert!(tag.contains(&own) && nonced(tag) && !tag.contains("src="), "{what}: <script{tag}>");
                // Nothing in it begins another, or a comment in which its end is none.
                assert!(!script.contains("<!--") && !script.contains("<script"), "{what}: {script}");
            }
            for link in answer.drawn().split("<link").skip(1).map(|link| link.split('>').next().unwrap().to_owned()) {
                let loaded = link.contains("modulepreload") || link.contains("preload");
                // What is loaded early runs by the nonce of the script that asks for it.
                assert!(!loaded || link.contains("href=\"/pkg/"), "{what}: <link{link}>");
                assert!(
                    link.contains("href=\"/pkg/") || link.contains("href=\"/favicon.svg\""),
                    "{what}: <link{link}>"
                );
            }
            for inline in [" onclick=", " onload=", " onerror=", " style=\"", "javascript:"] {
                assert!(!answer.text.contains(inline), "{what}: {inline}");
            }
            nonces.push(nonce);
        }
        let all = nonces.len();
        assert!(all >= 4);
        nonces.sort();
        nonces.dedup();
        assert_eq!(nonces.len(), all, "a nonce was used twice");
    });
}

#[test]
fn cookies_are_bound_to_this_host_and_to_tls() {
    on_both(async |house| {
        let sign_in = async |browser: &Browser| {
            browser.call("sessions/sign-in", &[("email", "ada@northwind.example"), ("password", PASSWORD)]).await
        };
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let answer = sign_in(&house.anonymous()).await;
        let [line, device] = answer.cookies()[..] else { panic!("{:?}", answer.cookies()) };
        let (value, flags) = device.split_once("; ").unwrap();
        assert_eq!(flags, "Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure");
        assert!(value.starts_with("__Host-bailiwick-device="), "{value}");
        let (value, flags) = line.split_once("; ").unwrap();
        assert_eq!(flags, "Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure");
        assert!(value.starts_with("__Host-bailiwick=") && value.len() > "__Host-bailiwick=".len() + 42, "{value}");
        let out = ada.call("sessions/sign-out", &[]).await;
        assert_eq!(out.cookies(), ["__Host-bailiwick=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"]);
        assert_eq!(out.header("clear-site-data"), "\"cache\"", "what people typed, and other sites, keep theirs");
        let out = house.again("ada@northwind.example", "northwind").await.submit("sessions/sign-out", &[]).await;
        assert_eq!(out.header("clear-site-data"), "\"cache\"");
        assert!(!answer.headers.contains_key("clear-site-data"));

        let failed = house.anonymous().submit("sessions/sign-in", &[("email", "x"), ("password", "y")]).await;
        Failed::of(&failed);
        assert!(failed.cookies().is_empty(), "{:?}", failed.cookies());
        let rename = [("first_name", "Ada"), ("last_name", "L"), ("next", "/o/northwind/organization")];
        let noticed = async |browser: &Browser| {
            let said = browser.submit("account/rename", &rename).await;
            let page = browser.visit(said.location()).await;
            assert_eq!(page.status, 200);
            let [said, taken] = [&said, &page].map(|answer| answer.cookies().join("\n"));
            (said, taken)
        };
        let (said, taken) = noticed(&house.again("ada@northwind.example", "northwind").await.browser).await;
        let (value, flags) = said.split_once("; ").unwrap();
        assert_eq!(flags, "Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        assert!(value.starts_with("__Host-bailiwick-notice=") && value.len() > 40, "{value}");
        assert_eq!(taken, "__Host-bailiwick-notice=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure");

        let answer = sign_in(&house.without_tls().anonymous()).await;
        let [line, device] = answer.cookies()[..] else { panic!("{:?}", answer.cookies()) };
        assert!(device.starts_with("bailiwick-device=") && device.ends_with("; HttpOnly; SameSite=Lax"), "{device}");
        assert!(line.starts_with("bailiwick=") && line.ends_with("; HttpOnly; SameSite=Lax"), "{line}");
        let (said, taken) =
            noticed(&house.without_tls().again("ada@northwind.example", "northwind").await.browser).await;
        assert!(said.starts_with("bailiwick-notice=") && said.ends_with("; HttpOnly; SameSite=Lax"), "{said}");
        assert_eq!(taken, "bailiwick-notice=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    });
}

/// A cookie of the other name, as a neighbour without TLS could plant it, is nobody's session.
#[test]
fn a_cookie_under_another_name_opens_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let session = ada.session().unwrap();
        for cookies in [
            format!("bailiwick={session}"),
            format!("__host-bailiwick={session}"),
            format!("__Host-bailiwick={session}x"),
            format!("__Host-bailiwick=\"{session}\""),
            "__Host-bailiwick=".to_owned(),
        ] {
            let ask = Ask::get("/api/v1/sessions/current").with("cookie", &cookies);
            assert_eq!(ada.send(ask).await.brief(), "401 not_signed_in", "{cookies}");
        }
        let ask = Ask::get("/api/v1/sessions/current").with("authorization", format!("Bearer {session}"));
        assert_eq!(house.anonymous().send(ask).await.brief(), "401 token_malformed", "a cookie is no bearer token");
    });
}

/// What only somebody who has seen our source, our machine or our database could say.
const HINTS: [&str; 21] = [
    "panicked",
    "backtrace",
    "sql",
    "postgres",
    "select ",
    "insert into",
    "constraint",
    ".rs:",
    "/src/",
    "/root",
    "/home",
    "/tmp",
    "leptos",
    "axum",
    "serde",
    "hyper",
    "tokio",
    "server_fn",
    "deserial",
    "missing field",
    "utf-8",
];

#[test]
fn no_error_tells_what_it_is_made_of() {
    on_both(async |house| {
        for (what, answer) in kinds(&house).await.into_iter().filter(|(_, answer)| answer.status >= 400) {
            let text = answer.text.to_lowercase();
            // A page says how its bytes are read; its words and what its scripts carry are the console's own.
            for hint in HINTS.iter().filter(|hint| !is_page(&answer) || **hint != "utf-8") {
                assert!(!text.contains(hint), "{what}: {hint} is in {text}");
            }
        }
    });
}

#[test]
fn without_its_database_it_asks_to_come_back_and_tells_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let fields = CALLS[0].fields.replace("{address}", "a@b.example").replace("{password}", PASSWORD);
        house.installation.db.close().await;
        let sign_up = Ask::post("/api/v1/sessions/sign-up", fields);
        for ask in [Ask::get("/api/v1/sessions/current"), Ask::get("/account"), Ask::get("/sign-in"), sign_up] {
            let answer = ada.send(ask.clone()).await;
            assert_eq!(answer.status, 503, "{}", ask.path);
            assert_eq!(answer.header("retry-after"), "5", "{}", ask.path);
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert!(answer.cookies().is_empty(), "nobody is signed out: {:?}", answer.cookies());
            let text = answer.text.to_lowercase();
            assert!(HINTS.iter().all(|hint| !text.contains(hint)), "{text}");
        }
        let ready = ada.send(Ask::get("/readyz")).await;
        assert_eq!((ready.status, ready.text.as_str()), (503, r#"{"ready":false}"#));
        assert_eq!(ada.send(Ask::get("/healthz")).await.status, 200);
    });
}
