//! The way to a collector: our own client, on our own runtime. Whether it takes what is sent is said once, not for each span.

use super::said;
use crate::remote::causes;
use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::{runtime::Handle, time::timeout};

/// How long one batch may be on its way where nothing is said of it. As the specification has it.
const PATIENCE: Duration = Duration::from_secs(10);
const PATIENCES: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
/// In bytes. It says little more than yes.
const LARGEST_ANSWER: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Collector {
    way: Way,
    /// The batches are made on a thread of their own, where no connection can be opened.
    runtime: Handle,
    patience: Duration,
    away: AtomicBool,
}

#[derive(Debug, Clone)]
enum Way {
    Tls(Client<HttpsConnector<HttpConnector>, Body>),
    Plain(Client<HttpConnector, Body>),
}

impl Collector {
    /// `None` for a scheme that is neither `http` nor `https`.
    ///
    /// # Errors
    /// As a sentence: this machine trusts no certificates.
    pub(super) fn reached_by(scheme: &str) -> Option<Result<Self, String>> {
        let mut builder = Client::builder(TokioExecutor::new());
        // A batch comes every few seconds, and a function stands still in between: nothing is kept open.
        builder.pool_max_idle_per_host(0);
        let way = match scheme {
            "http" => Ok(Way::Plain(builder.build_http())),
            "https" => HttpsConnectorBuilder::new()
                .with_native_roots()
                .map(|roots| Way::Tls(builder.build(roots.https_only().enable_http1().build())))
                .map_err(|error| format!("the certificates that this machine trusts can't be read: {error}")),
            _ => return None,
        };
        let patience = said(&PATIENCES).and_then(|(_, millis)| millis.parse().ok());
        let patience = patience.map_or(PATIENCE, Duration::from_millis);
        Some(way.map(|way| Self { way, runtime: Handle::current(), patience, away: AtomicBool::new(false) }))
    }

    pub(super) fn is_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
    }

    pub(super) fn is_gone(&self, why: &str) {
        if !self.away.swap(true, Ordering::Relaxed) {
            tracing::warn!(why, "the collector does not take traces: until it does, they are dropped");
        }
    }

    fn is_there(&self) {
        if self.away.swap(false, Ordering::Relaxed) {
            tracing::info!("the collector takes traces again");
        }
    }
}

impl Way {
    async fn ask(self, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
        let request = request.map(Body::from);
        let answer = match self {
            Self::Tls(client) => client.request(request).await,
            Self::Plain(client) => client.request(request).await,
        };
        let (parts, body) = answer.map_err(|error| causes(&error))?.into_parts();
        let body = to_bytes(Body::new(body), LARGEST_ANSWER).await.map_err(|error| causes(&error))?;
        Ok(Response::from_parts(parts, body))
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (way, patience) = (self.way.clone(), self.patience);
        let asked = self.runtime.spawn(async move { timeout(patience, way.ask(request)).await });
        let answer = match asked.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(format!("no answer within {patience:?}")),
            // The runtime is gone: the program ends.
            Err(error) => Err(error.to_string()),
        };
        match &answer {
            Ok(answer) if answer.status().is_success() => self.is_there(),
            Ok(answer) => self.is_gone(&format!("it answers with status {}", answer.status().as_u16())),
            Err(why) => self.is_gone(why),
        }
        answer.map_err(HttpError::from)
    }
}
