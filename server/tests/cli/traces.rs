//! A span for each request, as a collector gets it from the program itself; and a collector that is not there, or no use.

use crate::{
    house::PASSWORD,
    machine::{bare, ran},
    serving::{Serving, ask, post, sign_in},
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post as at_post,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind, status::StatusCode as Outcome},
};
use prost::Message;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinSet,
    time::Instant,
};

const EMAIL: &str = "ada@northwind.example";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";
/// From the signal to the end: issue 6 promises it.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

/// Takes what comes, and keeps it.
#[derive(Clone, Default)]
pub(crate) struct Collector {
    taken: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    answers: watch::Sender<Option<StatusCode>>,
}

impl Collector {
    /// One that takes everything, and where it is.
    pub(crate) async fn start() -> (Self, String) {
        let collector = Self::default();
        collector.answers.send_replace(Some(StatusCode::OK));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/v1/traces", at_post(take)).with_state(collector.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (collector, address)
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        let taken = self.taken.lock().unwrap();
        let sent = taken.iter().map(|(_, body)| ExportTraceServiceRequest::decode(body.clone()).unwrap());
        let resources = sent.flat_map(|request| request.resource_spans);
        let scopes = resources.flat_map(|resource| {
            let who = of(&resource.resource.unwrap().attributes);
            assert_eq!((who["service.name"].as_str(), who.contains_key("service.version")), ("console", true));
            resource.scope_spans
        });
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// The span of the request whose answer says so.
    fn of(&self, answer: &str) -> Span {
        let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
        let mut spans = self.spans();
        spans.retain(|span| of(&span.attributes)["request_id"] == id);
        assert_eq!(spans.len(), 1, "{spans:?}");
        spans.remove(0)
    }
}

async fn take(State(collector): State<Collector>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let answer = collector.answers.subscribe().wait_for(Option::is_some).await.unwrap().unwrap();
    if answer.is_success() {
        collector.taken.lock().unwrap().push((headers, body));
    }
    answer
}

/// Attributes as texts.
fn of(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => panic!("{other:?}"),
    };
    let pairs = attributes.iter().map(|pair| {
        let value = pair.value.as_ref().unwrap().value.as_ref().unwrap();
        (pair.key.clone(), text(value))
    });
    pairs.collect()
}

fn get(path: &str, head: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{head}\r\n")
}

pub(crate) fn settings(endpoint: &str) -> Vec<(&'static str, String)> {
    vec![("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.to_owned()), ("OTEL_SERVICE_NAME", "console".to_owned())]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn found(port: u16) {
    let fields = [("organization_name", "Northwind"), ("first_name", "Ada"), ("last_name", "Okafor"), ("email", EMAIL)];
    let answer = post(port, "sessions/sign-up", "", &[&fields[..], &[("password", PASSWORD)]].concat()).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_gets_a_span_of_each_request_and_no_secret() {
    let (collector, address) = Collector::start().await;
    let mut settings = settings(&address);
    settings.push(("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20of-the-collector".to_owned()));
    let serving = Serving::start(settings);
    serving.until_ready().await;
    found(serving.port).await;
    let cookie = sign_in(serving.port, EMAIL).await;
    let head = format!("cookie: {cookie}\r\ntraceparent: 00-{TRACE}-{PARENT}-01\r\n");
    let page = ask(serving.port, &get("/invitations/a-secret-in-a-path?x=a-secret-in-a-query", &head)).await.unwrap();
    let current = ask(serving.port, &get("/api/v1/sessions/current", &head)).await.unwrap();
    assert!(current.starts_with("HTTP/1.1 200"), "{current}");
    let refused = post(serving.port, "sessions/sign-in", "", &[("email", EMAIL), ("password", "a wrong one")]).await;
    // What is pending goes before the program does.
    serving.stop().await;

    let reads = |answer: &str, name: &str, status: &str| {
        let span = collector.of(answer);
        let says = of(&span.attributes);
        let (method, route) = name.split_once(' ').unwrap();
        assert_eq!(span.name, name);
        assert_eq!(says["http.request.method"], method);
        assert_eq!(says["http.route"], route);
        assert_eq!(says["http.response.status_code"], status);
        assert_eq!(says.len(), 4, "{says:?}");
        assert_eq!(span.kind, i32::from(SpanKind::Server));
        assert!(span.start_time_unix_nano < span.end_time_unix_nano);
        assert!(span.events.is_empty() && span.links.is_empty() && span.trace_state.is_empty(), "{span:?}");
        // Nobody here is trusted to say of what this is a part.
        assert!(span.parent_span_id.is_empty() && hex(&span.trace_id) != TRACE, "{span:?}");
    };
    let status = |answer: &str| answer.split(' ').nth(1).unwrap().to_owned();
    reads(&page, "GET page", &status(&page));
    reads(&current, "GET api/v1/sessions/current", "200");
    let refused = refused.unwrap();
    reads(&refused, "POST api/v1/sessions/sign-in", &status(&refused));

    let taken = collector.taken.lock().unwrap().clone();
    let sent: String = taken.iter().map(|(_, body)| String::from_utf8_lossy(body).into_owned()).collect();
    let secrets = [PASSWORD, EMAIL, "a-secret-in-a", "a wrong one", cookie.split('=').nth(1).unwrap(), "Okafor"];
    for secret in secrets {
        assert!(!sent.contains(secret), "{secret} was sent to the collector");
    }
    assert!(taken.iter().all(|(headers, _)| headers["authorization"] == "Bearer of-the-collector"));
    assert!(!serving.log().contains("of-the-collector"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_says_of_which_trace_a_request_is_a_part() {
    let (collector, address) = Collector::start().await;
    let mut settings = settings(&address);
    settings.push(("BAILIWICK_TRUSTED_PROXIES", "127.0.0.1".to_owned()));
    let serving = Serving::start(settings);
    serving.until_ready().await;
    let part = ask(serving.port, &get("/sign-in", &format!("traceparent: 00-{TRACE}-{PARENT}-01\r\n"))).await.unwrap();
    let unsampled = format!("traceparent: 00-{TRACE}-{PARENT}-00\r\nx-request-id: not-wanted\r\n");
    ask(serving.port, &get("/sign-in", &unsampled)).await.unwrap();
    let odd = ask(serving.port, &get("/sign-in", "traceparent: 00-none-of-this-01\r\n")).await.unwrap();
    serving.stop().await;
    let span = collector.of(&part);
    assert_eq!((hex(&span.trace_id).as_str(), hex(&span.parent_span_id).as_str()), (TRACE, PARENT));
    assert!(collector.of(&odd).parent_span_id.is_empty());
    assert!(collector.spans().iter().all(|span| of(&span.attributes)["request_id"] != "not-wanted"));
}

/// Answers how long a crowd's requests took, all of them together.
async fn crowd(port: u16, requests: usize) -> Duration {
    let began = Instant::now();
    let (mut crowd, at_once) = (JoinSet::new(), Arc::new(Semaphore::new(8)));
    for _ in 0..requests {
        let turn = at_once.clone().acquire_owned().await.unwrap();
        crowd.spawn(async move {
            let answer = ask(port, &get("/healthz", "")).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            drop(turn);
        });
    }
    crowd.join_all().await;
    began.elapsed()
}

/// How much memory it has, in kilobytes.
fn memory(serving: &Serving) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", serving.id())).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// More than a queue holds, several times.
const REQUESTS: usize = 8_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_not_there_or_says_nothing_holds_nobody_up_and_is_told_of_once() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (silent, address) = Collector::start().await;
    silent.answers.send_replace(None);
    for (what, endpoint) in [("nowhere", format!("http://{closed}")), ("silent", address)] {
        let mut settings = settings(&endpoint);
        // A batch is begun all the time.
        settings
            .extend([("OTEL_BSP_SCHEDULE_DELAY", "20".to_owned()), ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000".to_owned())]);
        let serving = Serving::start(settings);
        serving.until_ready().await;
        let first = crowd(serving.port, REQUESTS).await;
        let before = memory(&serving);
        let second = crowd(serving.port, REQUESTS).await;
        let after = memory(&serving);
        println!("{what}: {REQUESTS} requests in {first:.1?} and in {second:.1?}, memory {before:?} and {after:?} kB");
        if let (Some(before), Some(after)) = (before, after) {
            assert!(after < before + 8_192, "spans are kept: {before} kB, then {after} kB");
        }
        let took = serving.stop().await;
        assert!(took < STOPS_WITHIN, "{took:?}");
        let log = serving.log();
        let told: Vec<_> = log.lines().filter(|line| line.contains("collector")).collect();
        assert!(told.len() == 1 && told[0].contains("does not take traces"), "{log}");
        assert!(!log.contains("ERROR"), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_comes_back_gets_spans_again() {
    let (collector, address) = Collector::start().await;
    collector.answers.send_replace(Some(StatusCode::SERVICE_UNAVAILABLE));
    let mut settings = settings(&address);
    settings.extend([("OTEL_BSP_SCHEDULE_DELAY", "20".to_owned()), ("BAILIWICK_LOG", "info".to_owned())]);
    let serving = Serving::start(settings);
    serving.until_ready().await;
    let began = Instant::now();
    while !serving.log().contains("the collector does not take traces") {
        assert!(began.elapsed() < STOPS_WITHIN, "{}", serving.log());
        ask(serving.port, &get("/healthz", "")).await.unwrap();
    }
    collector.answers.send_replace(Some(StatusCode::OK));
    while !serving.log().contains("the collector takes traces again") {
        assert!(began.elapsed() < 2 * STOPS_WITHIN, "{}", serving.log());
        ask(serving.port, &get("/healthz", "")).await.unwrap();
    }
    let last = ask(serving.port, &get("/sign-in", "")).await.unwrap();
    serving.stop().await;
    collector.of(&last);
}

#[test]
fn what_can_not_be_meant_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let start = |name: &str, value: &str, more: &[(&str, &str)]| {
        let mut command = bare();
        command.arg("serve").env("BAILIWICK_DATA", folder.path()).env("BAILIWICK_LISTEN", "127.0.0.1:0");
        ran(command.env(name, value).envs(more.iter().copied()), "")
    };
    for wrong in ["collector:4318", "ftp://collector", "no address", "http://"] {
        let refused = start("OTEL_EXPORTER_OTLP_ENDPOINT", wrong, &[]);
        assert_eq!(refused.exit, 1, "{refused:?}");
        refused.says("OTEL_EXPORTER_OTLP_ENDPOINT");
    }
    let grpc = [("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
    let refused = start("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317", &grpc);
    assert_eq!(refused.exit, 1, "{refused:?}");
    refused.says("4318");
}

/// The status of a span says what the server itself did wrong, and nothing that people did.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_servers_own_failures_are_errors() {
    let (collector, address) = Collector::start().await;
    let serving = Serving::start(settings(&address));
    serving.until_ready().await;
    let missing = ask(serving.port, &get("/api/v1/nothing", "")).await.unwrap();
    assert!(missing.starts_with("HTTP/1.1 404"), "{missing}");
    serving.stop().await;
    assert!(collector.of(&missing).status.is_none_or(|status| status.code == i32::from(Outcome::Unset)));
}
