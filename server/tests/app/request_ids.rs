//! Every answer has an id, and what was logged on the way to it has the same.

use crate::{
    browser::{Ask, Browser},
    captured::Log,
    house::{House, on_both},
};
use bailiwick::{config::LogFormat, log};
use serde_json::Value;
use std::collections::BTreeSet;
use tracing_subscriber::EnvFilter;

const ID: &str = "x-request-id";

fn is_well_formed(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

async fn id_of(browser: &Browser, sent: &str) -> String {
    browser.send(Ask::get("/healthz").with(ID, sent)).await.header(ID).to_owned()
}

#[test]
fn every_answer_has_an_id_that_no_other_has() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let mut ids = BTreeSet::new();
        let asks = [
            Ask::get("/sign-in"),
            Ask::get("/o/northwind/nothing"),
            Ask::get("/healthz"),
            Ask::get("/favicon.svg"),
            Ask::get("/pkg/%ff/%fe"),
            Ask::get("/api/v1/nothing/there"),
            Ask::get("/api/v1/sessions/current"),
            Ask::post("/api/v1/namespaces/create", "").with("sec-fetch-site", "cross-site"),
            Ask::post("/cluster/v1/token-review", ""),
            Ask::get("/healthz").method("BREW"),
        ];
        let all = asks.len();
        for ask in asks {
            let answer = ada.send(ask.clone()).await;
            assert_eq!(answer.headers.get_all(ID).iter().count(), 1, "{}", ask.path);
            assert!(is_well_formed(answer.header(ID)) && answer.header(ID).len() >= 22, "{}", answer.header(ID));
            ids.insert(answer.header(ID).to_owned());
        }
        assert_eq!(ids.len(), all);
    });
}

#[test]
fn an_id_that_a_trusted_proxy_gave_is_kept() {
    on_both(async |house| {
        let mut proxy = house.anonymous();
        proxy.house = house.behind(proxy.ip);
        for sent in ["0b8f-77.a_Z", "x", &"7".repeat(64)] {
            assert_eq!(id_of(&proxy, sent).await, sent);
        }
    });
}

#[test]
fn from_anybody_else_and_in_any_other_form_it_is_not() {
    on_both(async |house| {
        let (mut proxy, mut stranger) = (house.anonymous(), house.anonymous());
        proxy.house = house.behind(proxy.ip);
        stranger.house = proxy.house.clone();
        let id = id_of(&stranger, "of-my-own").await;
        assert!(id != "of-my-own" && is_well_formed(&id), "{id}");
        let named = Ask::get("/healthz").with(ID, "of-my-own").with("x-forwarded-for", proxy.ip.to_string());
        assert_ne!(stranger.send(named).await.header(ID), "of-my-own");
        for sent in ["", " ", "a b", "a=b", "a\"b", "a/b", "<b>", "{}", "caf\u{e9}", &"7".repeat(65)] {
            let id = id_of(&proxy, sent).await;
            assert!(id != sent && is_well_formed(&id), "{sent}: {id}");
        }
    });
}

/// Whoever has no session is looked up nowhere: the page itself asks the database, in tasks of its own.
#[test]
fn what_is_logged_while_a_page_is_drawn_names_its_request_too() {
    let log = Log::default();
    let writer = log.clone();
    let lines = log::lines(LogFormat::Json, EnvFilter::new("error"), move || writer.clone());
    // For every thread there is: any of them may draw.
    tracing::dispatcher::set_global_default(lines).unwrap();
    on_both(async |house| {
        house.installation.db.close().await;
        for path in ["/", "/sign-in?x=a-secret-in-a-query", "/no/where/a-secret-in-a-path"] {
            log.clear();
            let answer = house.anonymous().send(Ask::get(path)).await;
            assert_eq!(answer.status, 503, "{path}: {}", answer.text);
            let text = log.text();
            assert!(!text.contains("a-secret-in-a"), "{text}");
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
            let lines: Vec<_> = lines.iter().filter(|line| line["message"] == "the database can't be used").collect();
            assert!(!lines.is_empty(), "{path}: {text}");
            for line in lines {
                assert_eq!(line["spans"][0]["request_id"], answer.header(ID), "{path}: {line}");
                assert_eq!(line["spans"][0]["route"], "page", "{path}: {line}");
            }
        }
    });
}

/// What is logged, however little of it is wanted, while a request goes wrong; and the request's id.
async fn logged(house: &House, format: LogFormat, ask: Ask) -> (String, String) {
    let log = Log::default();
    let writer = log.clone();
    let lines = log::lines(format, EnvFilter::new("error"), move || writer.clone());
    let id = {
        // For this thread alone, which is the one that answers.
        let _here = tracing::dispatcher::set_default(&lines);
        house.anonymous().send(ask).await.header(ID).to_owned()
    };
    (log.text(), id)
}

#[test]
fn what_is_logged_of_a_request_names_it_and_never_its_path() {
    on_both(async |house| {
        house.installation.db.close().await;
        let pages = ("/invitations/a-secret-in-a-path", "page");
        let function = ("/api/v1/sessions/current?x=a-secret-in-a-path", "api/v1/sessions/current");
        for (path, route) in [pages, function] {
            // Somebody whose session is looked for where nothing can be.
            let ask = Ask::get(path).with("cookie", "__Host-bailiwick=0123456789012345678901234567890123456789012");
            let (text, id) = logged(&house, LogFormat::Text, ask.clone()).await;
            let line = text.lines().find(|line| line.contains("the database can't be used")).expect(&text);
            assert!(line.contains(&id) && line.contains("GET") && line.contains(route), "{line}");
            assert!(!text.contains("a-secret-in-a-path"), "{text}");

            let (text, id) = logged(&house, LogFormat::Json, ask).await;
            assert!(!text.contains("a-secret-in-a-path"), "{text}");
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
            let line = lines.iter().find(|line| line["message"] == "the database can't be used").expect(&text);
            assert_eq!(line["level"], "ERROR");
            assert!(line["timestamp"].is_string(), "{line}");
            let request = &line["spans"][0];
            assert_eq!(request["name"], "request");
            assert_eq!(request["request_id"], id.as_str());
            assert_eq!((&request["method"], &request["route"]), (&"GET".into(), &route.into()));
        }
    });
}
