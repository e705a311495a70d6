//! HTTP: what stands in front of the pages and the API, and what carries their answers out.
//!
//! The order, from outside in: each request is counted and named, headers on every answer (404 and 500 too), a panic becomes a 500, the origin of a write is
//! checked, and only then does anything read the request.

mod api;
mod boundary;
mod caller;
mod cluster;
mod forwarded;
mod headers;
mod health;
mod listeners;
mod live;
mod pages;
mod plain;
mod site;
mod watch;

pub(crate) use api::perform;
pub use listeners::Listeners;
pub use live::Polled;
pub use site::Assets;

use crate::{metrics::Metrics, readiness::Readiness, traces::Traces};
use axum::{
    Router,
    extract::FromRef,
    middleware::{from_fn_with_state, map_response_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use ipnet::IpNet;
use leptos::config::LeptosOptions;
use std::{
    net::IpAddr,
    sync::{Arc, atomic::AtomicBool},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use usecases::Installation;

/// What every request needs to know of this server.
#[derive(Debug, Clone)]
pub struct Server {
    pub installation: Arc<Installation>,
    pub assets: Arc<Assets>,
    /// Browsers come over TLS: cookies are `Secure`, and stay so.
    pub https: bool,
    pub trusted_proxies: Arc<[IpNet]>,
    pub mailer: mailer::Mailer,
    /// Browsers that wait for changes.
    pub listeners: Listeners,
    /// Told to stop, and still serving: whoever sends requests here should send them elsewhere.
    pub leaving: Arc<AtomicBool>,
    pub readiness: Readiness,
    pub metrics: Metrics,
    pub traces: Traces,
}

/// Routes of the framework ask for it.
impl FromRef<Server> for LeptosOptions {
    fn from_ref(server: &Server) -> Self {
        server.assets.site.options.clone()
    }
}

impl Server {
    /// Whether this is a proxy of our own, which may say for whom it asks.
    fn trusts(&self, ip: &IpAddr) -> bool {
        self.trusted_proxies.iter().any(|proxy| proxy.contains(ip))
    }
}

/// The whole program as one service.
pub fn router(server: Server) -> Router {
    // Small answers are sent as they are; the rest at the quickest level, since they are made for one reader.
    let compression = CompressionLayer::new().quality(tower_http::CompressionLevel::Fastest);
    let router = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/cluster/v1/token-review", post(cluster::review))
        .merge(cluster::office::routes(&server))
        .route("/favicon.svg", get(site::favicon))
        .route("/pkg/{version}/{*file}", get(site::file))
        .route("/api/v1/live", get(live::listen))
        .route("/api/v1/{*function}", axum::routing::any(api::answer));
    pages::routes(router)
        .layer(compression)
        .layer(from_fn_with_state(server.clone(), boundary::check))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(map_response_with_state(server.clone(), headers::add))
        .layer(from_fn_with_state(server.clone(), watch::watch))
        .with_state(server)
}

/// Why it is ready or not, for whoever runs it: served beside the metrics, and never to strangers.
pub fn details(server: Server) -> Router {
    Router::new().route("/readyz", get(health::details)).with_state(server)
}

/// The panic itself is in the log; nobody outside is told what it said.
fn after_panic(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    api::error_response(&app::error::ApiError::internal()).into_response()
}
