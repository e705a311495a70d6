//! The doors of a controller far away: who may come in, what they are told, and what becomes of what they say.

use crate::{
    browser::{Answer, Ask, Browser, Person},
    house::{House, on_both},
    readiness::details,
};
use controller::{
    Connection, Failure, Lease, Report, Standing,
    plan::Deletions,
    wire::{self, Changes, Counted, Remembered, Wish},
};
use domain::{binding::Subject, id::OrganizationId, text::NamespaceName, told::Told};
use secrecy::ExposeSecret;
use serde_json::json;
use std::time::{Duration, Instant};

/// A controller with its credential.
fn controller(house: &House) -> Browser {
    let credential = house.installation.keys.controller_secret().expose_secret().to_owned();
    house.program(&credential)
}

/// A controller with its credential, and one with another, ask what an organization wants.
pub(crate) async fn tell_of(house: &House, person: &Person) {
    house.note(house.installation.keys.controller_secret().expose_secret());
    let organization = house.organization(&person.slug).await.id;
    wish(&controller(house), organization).await;
    let wrong = "bwr_of-somebody-elses-installation";
    house.note(wrong);
    assert_eq!(get(&house.program(wrong), &wire::wanted_of(organization)).await.status, 401);
}

async fn ask(browser: &Browser, method: &'static str, path: &str, body: impl Into<Vec<u8>>) -> Answer {
    browser.send(Ask::post(path, body).method(method).with("content-type", "application/json")).await
}

async fn get(browser: &Browser, path: &str) -> Answer {
    ask(browser, "GET", path, "").await
}

async fn wish(browser: &Browser, organization: OrganizationId) -> Wish {
    let answer = get(browser, &wire::wanted_of(organization)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

async fn tell(browser: &Browser, organization: OrganizationId, report: &Report) -> Answer {
    ask(browser, "POST", &wire::report_of(organization), serde_json::to_vec(report).unwrap()).await
}

async fn changes(browser: &Browser, after: &str, seconds: u64) -> Changes {
    let answer = get(browser, &format!("{}?after={after}&seconds={seconds}", wire::CHANGES)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

/// All is as this wish wants it.
fn done(wish: &Wish) -> Report {
    Report {
        version: wish.wanted.version,
        at: wish.now,
        bindings: wish.wanted.bindings.iter().map(|binding| (binding.key(), Ok(()))).collect(),
        lingering: Default::default(),
        namespaces: wish.wanted.namespaces.iter().map(|name| (name.clone(), Ok(()))).collect(),
        drift: Vec::new(),
        namespace_drift: Vec::new(),
        claimed: Vec::new(),
        held: None,
    }
}

fn doors(organization: OrganizationId) -> [(&'static str, String); 6] {
    [
        ("GET", format!("{}?seconds=0", wire::CHANGES)),
        ("GET", wire::ORGANIZATIONS.to_owned()),
        ("GET", wire::wanted_of(organization)),
        ("POST", wire::report_of(organization)),
        ("POST", wire::CONNECTION.to_owned()),
        ("POST", wire::COUNT.to_owned()),
    ]
}

#[test]
fn nobody_but_a_controller_is_let_in_and_a_controller_through_no_other_door() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let organization = house.organization(&ada.slug).await.id;
        let every = [("scopes[]", "members"), ("scopes[]", "invitations"), ("scopes[]", "grants")];
        let token = ada.create_token(&every).await.secret;
        let (keys, session) = (&house.installation.keys, ada.session().unwrap());
        let (api_server, own) = (keys.cluster_secret(), keys.controller_secret());
        let (api_server, own) = (api_server.expose_secret(), own.expose_secret());
        let wish = wish(&controller(&house), organization).await;
        let report = serde_json::to_string(&done(&wish)).unwrap();
        let before = house.rows().await;
        for (method, path) in doors(organization) {
            let cut = &own[..own.len() - 1];
            for credential in ["", "x", &token, &session, api_server, cut, "bwr_0000000000000000000000"] {
                let answer = ask(&house.program(credential), method, &path, report.as_str()).await;
                assert_eq!(answer.brief(), "401 not_a_controller", "{method} {path} {credential}");
                assert!(!answer.text.contains("northwind"), "{}", answer.text);
            }
            for anybody in [&house.anonymous(), &ada.browser] {
                assert_eq!(
                    ask(anybody, method, &path, report.as_str()).await.brief(),
                    "401 not_a_controller",
                    "{path}"
                );
            }
            let elsewhere = format!("{path}{}credential={own}&token={own}", if path.contains('?') { '&' } else { '?' });
            assert_eq!(ask(&house.anonymous(), method, &elsewhere, report.as_str()).await.status, 401, "{elsewhere}");
            let other = if method == "GET" { "POST" } else { "GET" };
            assert_eq!(ask(&controller(&house), other, &path, report.as_str()).await.status, 405, "{other} {path}");
        }
        let review = json!({
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": { "token": token },
        });
        let answer = ask(&house.program(own), "POST", "/cluster/v1/token-review", review.to_string()).await;
        assert_eq!(answer.brief(), "401 not_an_api_server");
        assert_eq!(house.program(own).read("members/list", &[("organization", "northwind")]).await.status, 401);
        assert_eq!(house.rows().await, before);
    });
}

#[test]
fn a_controller_is_told_what_every_organization_wants_and_whether_that_is_news() {
    on_both(async |house| {
        let (ada, sam) = (house.found("Northwind", "ada@northwind.example").await, "sam@southwind.example");
        house.found("Southwind", sam).await;
        let dev = ada.create_namespace("dev").await;
        ada.create_token(&[("namespaces[]", &dev), ("expires", "1h")]).await;
        let (far, one) = (controller(&house), house.organization("northwind").await.id);
        let all: Vec<OrganizationId> = serde_json::from_str(&get(&far, wire::ORGANIZATIONS).await.text).unwrap();
        assert_eq!(all.len(), 2);
        assert!(all.contains(&one) && all.contains(&house.organization("southwind").await.id));

        let first = wish(&far, one).await;
        let until = first.wanted.until.unwrap();
        assert_eq!(until, house.installation.clock.now().plus(Duration::from_secs(3600)));
        let subjects = |wish: &Wish| wish.wanted.bindings.iter().map(|it| it.subject).collect::<Vec<_>>();
        assert!(matches!(subjects(&first)[..], [Subject::User(_), Subject::Token(_)]), "{first:?}");
        assert_eq!(first.wanted.namespaces, [NamespaceName::parse(&dev).unwrap()].into());
        assert_eq!((first.now, first.wanted.deletions), (house.installation.clock.now(), Deletions::WithinReason));

        let newer = async |version: i64, until: &str| {
            let query = format!("?newer_than={version}&until={until}");
            get(&far, &(wire::wanted_of(one) + &query)).await.status
        };
        let (version, until) = (first.wanted.version, until.to_string());
        assert_eq!(newer(version, &until).await, 204);
        assert_eq!((newer(version - 1, &until).await, newer(version + 1, &until).await), (200, 200));
        house.advance(Duration::from_secs(3600));
        assert_eq!(newer(version, &until).await, 200, "by time alone");
        assert_eq!(subjects(&wish(&far, one).await).len(), 1);
        house
            .trial
            .execute(
                "insert into cluster_states select id, 0, created_at, null, null, 40, 50, (1 = 1) from organizations",
            )
            .await;
        assert_eq!(newer(version, "").await, 200, "the operator has confirmed it");
        assert_eq!(wish(&far, one).await.wanted.deletions, Deletions::Confirmed);
    });
}

#[test]
fn what_the_cluster_was_told_is_counted_from_afar_too() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (far, one) = (controller(&house), house.organization("northwind").await.id);
        let first = wish(&far, one).await.wanted;
        let before = first.told.unwrap();
        assert!(first.news);
        let count = async |remembered: Option<Told>| {
            let body = serde_json::to_vec(&Remembered { remembered }).unwrap();
            let answer = ask(&far, "POST", wire::COUNT, body).await;
            serde_json::from_str::<Counted>(&answer.text).unwrap().told.unwrap()
        };
        assert_eq!(count(Some(before)).await.count(), before.count() + 1);
        let ahead = Told::new(before.line, before.count() + 2).unwrap();
        assert_eq!(count(Some(ahead)).await.count(), before.count() + 1, "an older copy goes no further");
        let no_newer = get(&far, &format!("{}?newer_than={}", wire::wanted_of(one), first.version)).await;
        let told = no_newer.header(wire::TOLD).parse::<Told>().unwrap();
        assert_eq!((no_newer.status, told.count()), (204, before.count() + 1));
        let (identity, connection, lease) = ("far".into(), Connection::Unknown, Lease::Ours);
        let standing = Standing { identity, connection, lease, remembered: Some(ahead) };
        let answer = ask(&far, "POST", wire::CONNECTION, serde_json::to_vec(&standing).unwrap()).await;
        assert_eq!(serde_json::from_str::<Counted>(&answer.text).unwrap().told, Some(told));
        for garbage in ["", "null", "[]", r#"{"remembered":7}"#, r#"{"remembered":"x.7"}"#] {
            assert_eq!(ask(&far, "POST", wire::COUNT, garbage).await.brief(), "400 bad_request", "{garbage}");
        }
        ada.create_namespace("dev").await;
    });
}

#[test]
fn an_organization_that_is_not_there_and_what_is_no_report_are_refused_and_change_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let (far, one) = (controller(&house), house.organization("northwind").await.id);
        let wish = wish(&far, one).await;
        let good = serde_json::to_string(&done(&wish)).unwrap();
        let before = house.rows().await;
        let nobody = OrganizationId::from_random([7; 16]).to_string();
        for id in [nobody.as_str(), "northwind", "%00", "..", "0"] {
            assert_eq!(get(&far, &wire::wanted_of(id)).await.brief(), "404 not_found", "{id}");
            let answer = ask(&far, "POST", &wire::report_of(id), good.as_str()).await;
            assert_eq!(answer.brief(), "404 not_found", "{id}");
        }
        let ahead = Report { version: wish.wanted.version + 1, ..done(&wish) };
        assert_eq!(tell(&far, one, &ahead).await.brief(), "400 bad_request");
        let foreign = good.replace("northwind-dev", "Not A Namespace");
        for garbage in ["", "null", "{}", "[]", "a=b", "\0", &good[1..], &foreign] {
            for path in [wire::report_of(one), wire::CONNECTION.to_owned()] {
                let answer = ask(&far, "POST", &path, garbage).await;
                assert_eq!(answer.brief(), "400 bad_request", "{path} {garbage}");
            }
        }
        assert_eq!(ask(&far, "POST", wire::CONNECTION, vec![b' '; 20_000]).await.brief(), "413 body_too_large");
        assert_eq!(house.rows().await, before);
    });
}

#[test]
fn what_a_controller_says_stands_on_the_page_on_one_line_and_no_longer_than_a_person_reads() {
    on_both(async |house| {
        let house = house.with(|settings| settings.enforced = true);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let dev = ada.create_namespace("dev").await;
        let (far, one) = (controller(&house), house.organization("northwind").await.id);
        let page = async || ada.visit("/o/northwind/namespaces").await;
        assert!(page().await.shows("applying"));
        let now = wish(&far, one).await;
        assert_eq!(tell(&far, one, &done(&now)).await.status, 204);
        let shown = page().await.drawn();
        assert!(shown.contains("in sync") && !shown.contains("applying"), "{shown}");

        let said = format!("<script>alert(1)</script>\nin sync {}", "x".repeat(5_000));
        let failing = [(NamespaceName::parse(&dev).unwrap(), Err(Failure::Refused(said)))];
        let report = Report { namespaces: failing.into(), ..done(&now) };
        assert_eq!(tell(&far, one, &report).await.status, 204);
        let said = page().await;
        assert!(said.shows("failing") && said.shows("&lt;script&gt;"), "{}", said.text);
        assert!(!said.text.contains("<script>alert"), "{}", said.text);
        let reasons = house.trial.texts("select reason from binding_troubles").await;
        assert!(reasons.iter().all(|it| it.chars().count() <= 300 && !it.contains('\n')), "{reasons:?}");
        assert_eq!(reasons.len(), 1);
    });
}

#[test]
fn a_controller_hears_of_every_change_wherever_it_was_made() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (far, one) = (controller(&house), house.organization("northwind").await.id);
        let begun = changes(&far, "", 0).await;
        assert_eq!(begun.organizations, []);
        // Between two questions.
        ada.create_namespace("a").await;
        let [first, second] =
            [changes(&far, &begun.next, 20).await, changes(&controller(&house), &begun.next, 20).await];
        assert_eq!((&first.organizations, &second), (&vec![one], &first), "each of them hears it");
        assert_ne!(first.next, begun.next);
        // During a question.
        let asked = Instant::now();
        let (heard, _) = tokio::join!(changes(&far, &first.next, 20), ada.create_namespace("b"));
        assert_eq!(heard.organizations, [one]);
        assert!(asked.elapsed() < Duration::from_secs(2), "at once: {:?}", asked.elapsed());

        let told = wish(&far, one).await;
        assert_eq!(tell(&far, one, &done(&told)).await.status, 204);
        let quiet = changes(&far, &heard.next, 0).await;
        assert_eq!((&quiet.organizations, &quiet.next), (&vec![], &heard.next));
        // By another replica, whose bell nobody here hears.
        let replica = house.with(|_| {});
        let (heard, _) = tokio::join!(changes(&far, &quiet.next, 20), async {
            replica.again(&ada.email, "northwind").await.create_namespace("c").await
        });
        assert_eq!(heard.organizations, [one]);
        for strange in ["x", "0-99", "%00", "ffffffffffffffff-18446744073709551615"] {
            assert_eq!(changes(&far, strange, 0).await.organizations, [], "{strange}");
        }
    });
}

#[test]
fn whoever_waits_for_changes_is_answered_when_the_server_stops() {
    on_both(async |house| {
        let far = controller(&house);
        let begun = Instant::now();
        let (answer, ()) = tokio::join!(changes(&far, "", 25), async { house.installation.bell.silence() });
        assert_eq!((answer.organizations, begun.elapsed() < Duration::from_secs(2)), (Vec::new(), true));
    });
}

#[test]
fn trouble_with_the_database_is_never_an_empty_answer() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (far, one) = (controller(&house), house.organization(&ada.slug).await.id);
        let report = serde_json::to_string(&done(&wish(&far, one).await)).unwrap();
        let (identity, connection) = ("far".into(), Connection::Unknown);
        let standing = Standing { identity, connection, lease: Lease::Unknown, remembered: None };
        let standing = serde_json::to_string(&standing).unwrap();
        house.post().await;
        house.installation.db.close().await;
        for (method, path) in doors(one) {
            let path = path.replace("seconds=0", "seconds=25");
            let body = if path == wire::CONNECTION { &standing } else { &report };
            let answer = ask(&far, method, &path, body.as_str()).await;
            assert_eq!(answer.brief(), "503 unavailable", "{path}");
        }
        let current = format!("{}?newer_than=1", wire::wanted_of(one));
        assert_eq!(get(&far, &current).await.brief(), "503 unavailable");
    });
}

#[test]
fn readiness_tells_whether_the_cluster_is_followed_and_fails_for_it_no_more_than_for_mail() {
    on_both(async |house| {
        let ready = async |house: &House| {
            let answer = details(house).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            answer.json()["cluster"].as_str().map(ToOwned::to_owned)
        };
        assert_eq!(ready(&house.with(|settings| settings.cluster = None)).await, None);
        assert!(ready(&house).await.unwrap().starts_with("not followed"), "a cluster, and no controller");
        let house = house.with(|settings| settings.enforced = true);
        usecases::cluster::await_one(&house.installation).await.unwrap();
        let began = house.installation.clock.now();
        assert!(ready(&house).await.unwrap().starts_with("not followed yet"));
        house.advance(Duration::from_secs(120));
        let silent = ready(&house).await.unwrap();
        assert!(silent.starts_with("not followed") && silent.contains(&began.to_string()), "{silent}");

        let say = async |connection: Connection, lease: Lease| {
            let standing = Standing { identity: "far".into(), connection, lease, remembered: None };
            let body = serde_json::to_vec(&standing).unwrap();
            assert_eq!(ask(&controller(&house), "POST", wire::CONNECTION, body).await.status, 200);
        };
        let now = || house.installation.clock.now();
        let connected = || Connection::Connected { since: now(), version: "v1.36.0".into() };
        say(connected(), Lease::Ours).await;
        assert_eq!(ready(&house).await.unwrap(), "ok");
        say(Connection::Disconnected { since: now(), why: Failure::Conflict }, Lease::Unknown).await;
        assert_eq!(ready(&house).await.unwrap(), format!("away since {}", now()));
        house.advance(Duration::from_secs(61));
        say(connected(), Lease::Held { by: "somebody-else".into() }).await;
        let behind = ready(&house).await.unwrap();
        assert!(behind.contains("somebody-else"), "{behind}");
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let page = ada.visit("/o/northwind/namespaces").await.drawn();
        assert!(page.contains("another controller, somebody-else, holds its Lease"), "{page}");
    });
}
