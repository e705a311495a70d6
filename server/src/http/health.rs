//! Whether the program runs, and whether it can do its work: for anybody, in one word.

use super::Server;
use crate::readiness::Details;
use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use std::sync::atomic::Ordering;

pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// Why it is not is told where metrics are.
#[derive(Serialize)]
pub(super) struct Ready {
    ready: bool,
}

/// 200 while the database can be used and nobody has told us to stop, 503 otherwise: as it was found a moment ago, so that
/// whoever asks costs nothing.
pub(super) async fn ready(State(server): State<Server>) -> (StatusCode, Json<Ready>) {
    let leaving = server.leaving.load(Ordering::Relaxed);
    let ready = !leaving && server.readiness.is_ready(&server.installation, &server.mailer).await;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready }))
}

/// The same with the reasons, and with how mail and the cluster are.
pub(super) async fn details(State(server): State<Server>) -> (StatusCode, Json<Details>) {
    let leaving = server.leaving.load(Ordering::Relaxed);
    let details = server.readiness.details(&server.installation, &server.mailer, leaving).await;
    let status = if details.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(details))
}
