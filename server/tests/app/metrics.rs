//! What Prometheus is told.

use crate::{
    browser::{Answer, Ask},
    house::{House, on_both},
};
use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use std::{
    collections::{BTreeMap, BTreeSet},
    future::poll_fn,
    pin::pin,
    task::Poll,
    time::Duration,
};
use tower::ServiceExt;
use usecases::cluster::{self, Drift, Lease, Outcome, Report, Standing};

/// What is told, by name and labels.
struct Told(BTreeMap<String, f64>);

impl Told {
    async fn by(house: &House) -> Self {
        let text = house.metrics.render(&house.installation).await;
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let told: BTreeMap<_, _> = lines
            .map(|line| {
                let (series, value) = line.rsplit_once(' ').expect(line);
                assert!(series.starts_with("bailiwick_"), "{line}");
                (series.to_owned(), value.parse().expect(line))
            })
            .collect();
        assert_eq!(
            told.len(),
            text.lines().filter(|line| !line.starts_with('#')).count(),
            "one was told twice: {text}"
        );
        Self(told)
    }

    #[track_caller]
    fn value(&self, series: &str) -> f64 {
        *self.0.get(series).unwrap_or_else(|| panic!("no {series} in {:#?}", self.0.keys()))
    }

    #[track_caller]
    fn assert(&self, expected: &[(&str, f64)]) {
        for (series, value) in expected {
            let told = self.value(series);
            assert!((told - value).abs() < 1e-6, "{series} is {told} and not {value}");
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.keys().any(|series| series.starts_with(name))
    }
}

fn requests(method: &str, route: &str, status: &str) -> String {
    format!("bailiwick_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}")
}

async fn ask_prometheus_listener(house: &House, method: &str, path: &str) -> Answer {
    let router = bailiwick::metrics::router(house.metrics.clone(), house.installation.clone());
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Answer { status, headers, text: String::from_utf8_lossy(&body).into_owned() }
}

#[test]
fn whoever_reaches_the_console_is_told_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for browser in [&house.anonymous(), &*ada] {
            for path in ["/metrics", "/metrics/", "//metrics", "/api/v1/metrics", "/cluster/v1/metrics"] {
                let answer = browser.visit(path).await;
                assert_ne!(answer.status, 200, "{path}");
                assert!(!answer.text.contains("bailiwick_"), "{path}: {}", answer.text);
            }
        }
    });
}

#[test]
fn prometheus_finds_one_page_and_nothing_of_the_console() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        house.anonymous().visit("/sign-in").await;
        let answer = ask_prometheus_listener(&house, "GET", "/metrics").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        assert!(answer.text.contains(&requests("GET", "page", "2xx")), "{}", answer.text);
        assert!(answer.text.contains("# TYPE bailiwick_http_requests_total counter"), "{}", answer.text);
        assert!(answer.text.contains("# TYPE bailiwick_http_request_duration_seconds histogram"), "{}", answer.text);
        let version = format!("bailiwick_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
        assert!(answer.text.lines().any(|line| line == version), "{}", answer.text);
        for path in ["/", "/sign-in", "/healthz", "/api/v1/sessions/current"] {
            assert_eq!(ask_prometheus_listener(&house, "GET", path).await.status, 404, "{path}");
        }
        assert_eq!(ask_prometheus_listener(&house, "POST", "/metrics").await.status, 405);
    });
}

#[test]
fn requests_are_counted_by_what_was_asked_and_how_it_went() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        let nobody = house.anonymous();
        for _ in 0..3 {
            nobody.visit("/sign-in").await;
        }
        nobody.visit("/no/such/page").await;
        nobody.send(Ask::get("/sign-in").method("HEAD")).await;
        nobody.read("sessions/current", &[]).await;
        nobody.send(Ask::get("/healthz")).await;
        nobody.send(Ask::get("/readyz")).await;
        nobody.send(Ask::get("/pkg/0123/bailiwick.js")).await;
        nobody.send(Ask::post("/cluster/v1/token-review", "")).await;
        nobody.send(Ask::get("/cluster/v1/organizations")).await;
        nobody.send(Ask::get("/cluster/v1/changes")).await;
        nobody.send(Ask::post("/api/v1/sessions/sign-in", "").with("sec-fetch-site", "cross-site")).await;
        let told = Told::by(&house).await;
        told.assert(&[
            (&requests("GET", "page", "2xx"), 3.0),
            (&requests("GET", "page", "4xx"), 1.0),
            (&requests("HEAD", "page", "2xx"), 1.0),
            (&requests("GET", "api/v1/sessions/current", "4xx"), 1.0),
            (&requests("GET", "health", "2xx"), 2.0),
            (&requests("GET", "asset", "4xx"), 1.0),
            (&requests("POST", "token_review", "4xx"), 1.0),
            (&requests("GET", "cluster", "4xx"), 1.0),
            (&requests("GET", "cluster_changes", "4xx"), 1.0),
            (&requests("POST", "api/v1/sessions/sign-in", "4xx"), 1.0),
            ("bailiwick_http_request_duration_seconds_count{route=\"page\"}", 5.0),
            ("bailiwick_http_request_duration_seconds_bucket{route=\"page\",le=\"+Inf\"}", 5.0),
            ("bailiwick_http_requests_under_way", 0.0),
        ]);
    });
}

#[test]
fn whatever_is_asked_no_more_is_told() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        // By somebody of each kind, so that each way it may go has gone.
        let round = async |word: &'static str| {
            for browser in [&house.anonymous(), &*ada] {
                for path in ["/", "/o/", "/o/northwind/", "/invitations/", "/pkg/", "/pkg/0123/", "/metrics/", "/%ff/"]
                {
                    for method in ["GET", "POST", word] {
                        browser.send(Ask::get(format!("{path}{word}")).method(method)).await;
                    }
                }
                for function in ["", "sessions/", "sessions/current/", "sessions/current%2f", "sessions/CURRENT"] {
                    for method in ["GET", "POST", word] {
                        browser.send(Ask::get(format!("/api/v1/{function}{word}")).method(method)).await;
                    }
                }
                let query = format!("/api/v1/sessions/current?{word}={word}");
                browser.send(Ask::get(query).with("x-request-id", word).with("user-agent", word)).await;
                for path in ["organizations/", "changes/", "token-review/"] {
                    browser.send(Ask::get(format!("/cluster/v1/{path}{word}/wanted"))).await;
                }
            }
            Told::by(&house).await.0.into_keys().collect::<BTreeSet<_>>()
        };
        let first = round("first").await;
        for word in ["second", "third", "fourth", "fifth"] {
            let now = round(word).await;
            assert_eq!(now.difference(&first).collect::<Vec<_>>(), Vec::<&String>::new(), "{word}");
        }
        assert!(first.contains(&requests("other", "page", "4xx")), "{first:#?}");
        assert!(first.contains(&requests("GET", "other", "4xx")), "{first:#?}");
    });
}

#[test]
fn letters_that_wait_are_told_with_how_long_the_oldest_has() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        house.post().await;
        let (waiting, given_up) = ("bailiwick_outbox_waiting", "bailiwick_outbox_given_up");
        let oldest = "bailiwick_outbox_oldest_seconds";
        Told::by(&house).await.assert(&[(waiting, 0.0), (given_up, 0.0), (oldest, 0.0)]);
        ada.invite("bo@northwind.example").await;
        house.advance(Duration::from_secs(90));
        ada.invite("cy@northwind.example").await;
        house.advance(Duration::from_millis(500));
        Told::by(&house).await.assert(&[(waiting, 2.0), (given_up, 0.0), (oldest, 90.5)]);
        house
            .trial
            .execute("update outbox set given_up_at = created_at where recipient = 'bo@northwind.example'")
            .await;
        Told::by(&house).await.assert(&[(waiting, 1.0), (given_up, 1.0), (oldest, 0.5)]);
        house.post().await;
        Told::by(&house).await.assert(&[(waiting, 0.0), (given_up, 1.0), (oldest, 0.0)]);
        house.trial.execute("delete from outbox").await;
    });
}

#[test]
fn the_cluster_is_told_of_where_one_is_kept() {
    on_both(async |house| {
        assert!(!Told::by(&house).await.has("bailiwick_cluster"));
        let house = house.with(|settings| settings.enforced = true);
        house.found("Northwind", "ada@northwind.example").await;
        house.found("Southwind", "sam@southwind.example").await;
        let (followed, behind) = ("bailiwick_cluster_followed", "bailiwick_cluster_organizations_behind");
        let drifts = "bailiwick_cluster_drifts";
        Told::by(&house).await.assert(&[(followed, 0.0), (behind, 2.0), (drifts, 0.0)]);

        let (identity, lease) = ("one".into(), Lease::Ours);
        let standing = Standing { identity, connected: true, version: None, lease, remembered: None };
        cluster::stands(&house.installation, &standing).await.unwrap();
        let northwind = house.organization("northwind").await;
        let drift = Drift {
            namespace: "northwind-dev".into(),
            name: "bailiwick-x".into(),
            what: "it was deleted".into(),
            changed_by: None,
            done: "made again".into(),
            at: house.installation.clock.now(),
        };
        let report = Report {
            organization: northwind.id,
            version: northwind.version,
            outcome: Outcome::Followed,
            withdrawn: true,
            troubles: Vec::new(),
            drifts: vec![drift.clone(), drift],
        };
        cluster::report(&house.installation, &report).await.unwrap();
        Told::by(&house).await.assert(&[(followed, 1.0), (behind, 1.0), (drifts, 2.0)]);
        house.is_an_older_copy().await;
        Told::by(&house).await.assert(&[(followed, 0.0)]);
        house.advance(Duration::from_secs(91 * 86_400));
        Told::by(&house).await.assert(&[(followed, 0.0), (drifts, 0.0)]);
    });
}

#[test]
fn the_pool_is_told_of_as_it_is_used() {
    on_both(async |house| {
        let pool = if house.trial.db.kind() == "SQLite" { "read" } else { "all" };
        let of = |name: &str| format!("bailiwick_database_connections{name}{{pool=\"{pool}\"}}");
        let used = async || {
            let told = Told::by(&house).await;
            told.assert(&[(&of("_max"), 8.0), ("bailiwick_database_up", 1.0)]);
            told.value(&of("")) - told.value(&of("_idle"))
        };
        let held = [house.installation.db.read().await.unwrap(), house.installation.db.read().await.unwrap()];
        assert!(used().await >= 2.0);
        drop(held);
    });
}

#[test]
fn without_its_database_it_tells_the_rest() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        house.anonymous().visit("/sign-in").await;
        Told::by(&house).await.assert(&[("bailiwick_database_up", 1.0)]);
        house.installation.db.close().await;
        let told = Told::by(&house).await;
        told.assert(&[("bailiwick_database_up", 0.0), (&requests("GET", "page", "2xx"), 1.0)]);
        assert!(told.has("bailiwick_database_connections_max{") && told.has("bailiwick_build_info{"));
        assert!(!told.has("bailiwick_outbox"), "what is not known is not told");
        assert_eq!(ask_prometheus_listener(&house, "GET", "/metrics").await.status, 200);
    });
}

/// All connections are taken, as by statements that hang.
#[test]
fn while_the_database_lets_everybody_wait_it_tells_so_in_time_and_who_waits() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let mut held = Vec::new();
        for _ in 0..8 {
            held.push(house.installation.db.read().await.unwrap());
        }
        let under_way = "bailiwick_http_requests_under_way";
        {
            let mut asked = pin!(ada.visit("/account"));
            assert!(poll_fn(|context| Poll::Ready(asked.as_mut().poll(context))).await.is_pending());
            let told = tokio::time::timeout(Duration::from_secs(3), Told::by(&house)).await.expect("told in time");
            told.assert(&[("bailiwick_database_up", 0.0), (under_way, 1.0)]);
        }
        drop(held);
        // Whoever asked is gone, without an answer.
        Told::by(&house).await.assert(&[("bailiwick_database_up", 1.0), (under_way, 0.0)]);
    });
}
