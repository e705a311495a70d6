//! Whether the program runs, and whether it can do its work.

use super::Server;
use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use std::{sync::atomic::Ordering, time::Duration};
use usecases::Installation;

pub(super) async fn alive() -> &'static str {
    "alive\n"
}

#[derive(Serialize)]
pub(super) struct Readiness {
    /// Told to stop.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    leaving: bool,
    database: &'static str,
    mail: String,
    /// Left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<String>,
    mails_waiting: i64,
    mails_given_up: i64,
}

/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// 200 while the database answers and nobody has told us to stop, 503 otherwise. Trouble with mail or the cluster is told but fails nothing: the console works.
pub(super) async fn ready(State(server): State<Server>) -> (StatusCode, Json<Readiness>) {
    let state = tokio::time::timeout(PATIENCE, usecases::outbox::state(&server.installation)).await;
    let mail = match tokio::time::timeout(PATIENCE, server.mailer.check()).await {
        Ok(Ok(())) => "ok".to_owned(),
        Ok(Err(error)) => error.reason,
        Err(_) => "The mail server does not answer in time.".to_owned(),
    };
    let cluster = tokio::time::timeout(PATIENCE, cluster(&server.installation)).await.unwrap_or_default();
    let leaving = server.leaving.load(Ordering::Relaxed);
    let (database, mails_waiting, mails_given_up) = match state {
        Ok(Ok(state)) => ("ok", state.waiting - state.given_up, state.given_up),
        Ok(Err(_)) | Err(_) => ("not reachable", 0, 0),
    };
    let status = if database == "ok" && !leaving { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { leaving, database, mail, cluster, mails_waiting, mails_given_up }))
}

/// Whether somebody keeps the cluster as it should be. Not known while the database is away.
async fn cluster(installation: &Installation) -> Option<String> {
    if installation.settings.enforced {
        return Some(usecases::cluster::health(&installation.db, installation.clock.now()).await.ok()?.to_string());
    }
    installation.settings.cluster.as_ref().map(|_| "not followed: there is no controller".to_owned())
}
