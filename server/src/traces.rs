//! Traces for an OpenTelemetry collector: a span for each request. All of it is set by the variables of OpenTelemetry's own
//! specification, most of which its SDK reads; without an endpoint nothing of it is made.

mod collector;

use axum::http::{HeaderMap, StatusCode, Uri};
use collector::Collector;
use opentelemetry::{
    Context, Key, KeyValue,
    propagation::TextMapPropagator,
    trace::{Span as _, SpanKind, Status, Tracer as _, TracerProvider as _},
};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{SdkTracer, SdkTracerProvider, Span},
};
use std::{env, sync::Arc, time::Duration};
use tokio::task::spawn_blocking;

/// How long anybody waits for what is pending to be sent.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// Where it goes, the particular before the general.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const PROTOCOLS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
/// The one that is spoken here.
const PROTOCOL: &str = "http/protobuf";

/// Where spans go. By default nowhere, which costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Traces(Option<Arc<Sending>>);

#[derive(Debug)]
struct Sending {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    collector: Arc<Collector>,
}

/// What the environment says, where it says anything: an empty value is none.
fn said(names: &[&'static str]) -> Option<(&'static str, String)> {
    let found = |name: &&'static str| Some((*name, env::var(*name).ok()?.trim().to_owned()));
    names.iter().find_map(|name| found(name).filter(|(_, value)| !value.is_empty()))
}

impl Traces {
    /// As the environment says. Begins to send, on the runtime that this is called on.
    ///
    /// # Errors
    /// As a sentence: the endpoint is no address, or another protocol is asked for.
    pub fn from_environment() -> Result<Self, String> {
        let Some((name, endpoint)) = said(&ENDPOINTS) else { return Ok(Self::default()) };
        let is = |name, value: &str| said(&[name]).is_some_and(|(_, said)| said.eq_ignore_ascii_case(value));
        if is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none") {
            return Ok(Self::default());
        }
        if let Some((name, protocol)) = said(&PROTOCOLS).filter(|(_, it)| !it.eq_ignore_ascii_case(PROTOCOL)) {
            return Err(format!(
                "{name} is {protocol}, but only {PROTOCOL} is spoken here: most collectors listen for it on port 4318"
            ));
        }
        // The address itself is not repeated: a password may stand in it.
        let wrong = || format!("{name} is no address that begins with http:// or https://");
        let uri: Uri = endpoint.parse().map_err(|_| wrong())?;
        let (scheme, host) = (uri.scheme_str().ok_or_else(wrong)?, uri.host().ok_or_else(wrong)?);
        let collector = Arc::new(Collector::reached_by(scheme).ok_or_else(wrong)??);
        let exporter = SpanExporter::builder().with_http().with_shared_http_client(collector.clone()).build();
        let exporter = exporter.map_err(|error| format!("traces can't be sent: {error}"))?;
        let provider = SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(exporter).build();
        tracing::info!("traces of requests go to {host}");
        Ok(Self(Some(Arc::new(Sending { tracer: provider.tracer("bailiwick"), provider, collector }))))
    }

    /// A request has come. Never its path: in some there are secrets. `told` is what stands in its head, where whoever sent it
    /// is trusted to say of which trace it is a part.
    pub(crate) fn begin(&self, id: &str, method: &'static str, route: &'static str, told: Option<&HeaderMap>) -> Trace {
        Trace(self.0.as_ref().map(|sending| {
            let parent = told.map_or_else(Context::new, |headers| {
                TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers))
            });
            let attributes = [
                KeyValue::new("http.request.method", method),
                KeyValue::new("http.route", route),
                KeyValue::new("request_id", id.to_owned()),
            ];
            let span = sending.tracer.span_builder(format!("{method} {route}")).with_kind(SpanKind::Server);
            sending.tracer.build_with_context(span.with_attributes(attributes), &parent)
        }))
    }

    /// Sends what is pending, before this process may be stopped or frozen. Waits for nobody who is away.
    pub async fn flush(&self) {
        let Some(sending) = self.0.as_ref().filter(|sending| !sending.collector.is_away()) else { return };
        let provider = sending.provider.clone();
        if tokio::time::timeout(LAST_WORDS, spawn_blocking(move || provider.force_flush())).await.is_err() {
            sending.collector.is_gone("no answer in time");
        }
    }

    /// The same for the last time.
    pub(crate) async fn end(&self) {
        if let Some(sending) = &self.0 {
            let provider = sending.provider.clone();
            // What it could not send has been told of.
            let _ = spawn_blocking(move || provider.shutdown_with_timeout(LAST_WORDS)).await;
        }
    }
}

/// Who sends this: what the environment calls it, else by our own name.
fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let named = || Resource::builder().with_attribute(version.clone());
    let called = named().build().get(&Key::from_static_str("service.name"));
    match called.filter(|name| !name.as_str().starts_with("unknown_service")) {
        Some(_) => named().build(),
        None => named().with_service_name("bailiwick").build(),
    }
}

/// A request until it is answered, or until whoever asked is gone.
pub(crate) struct Trace(Option<Span>);

impl Trace {
    pub(crate) fn answered(self, status: StatusCode) {
        if let Self(Some(mut span)) = self {
            span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
            if status.is_server_error() {
                span.set_status(Status::error(""));
            }
            span.end();
        }
    }
}
