//! Whether the program runs, and whether it can do its work.

use super::Server;
use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use std::time::Duration;
use usecases::Installation;

pub(super) async fn alive() -> &'static str {
    "alive\n"
}

#[derive(Serialize)]
pub(super) struct Readiness {
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

/// 200 while the database answers, 503 otherwise. Trouble with mail or the cluster is told but fails nothing: the console works.
pub(super) async fn ready(State(server): State<Server>) -> (StatusCode, Json<Readiness>) {
    let state = tokio::time::timeout(PATIENCE, usecases::outbox::state(&server.installation)).await;
    let mail = match tokio::time::timeout(PATIENCE, server.mailer.check()).await {
        Ok(Ok(())) => "ok".to_owned(),
        Ok(Err(error)) => error.reason,
        Err(_) => "The mail server does not answer in time.".to_owned(),
    };
    let cluster = tokio::time::timeout(PATIENCE, cluster(&server.installation)).await.unwrap_or_default();
    match state {
        Ok(Ok(state)) => {
            let (mails_waiting, mails_given_up) = (state.waiting - state.given_up, state.given_up);
            (StatusCode::OK, Json(Readiness { database: "ok", mail, cluster, mails_waiting, mails_given_up }))
        }
        Ok(Err(_)) | Err(_) => {
            let readiness = Readiness { database: "not reachable", mail, cluster, mails_waiting: 0, mails_given_up: 0 };
            (StatusCode::SERVICE_UNAVAILABLE, Json(readiness))
        }
    }
}

/// Whether somebody keeps the cluster as it should be. Not known while the database is away.
async fn cluster(installation: &Installation) -> Option<String> {
    if installation.settings.enforced {
        return Some(usecases::cluster::health(&installation.db, installation.clock.now()).await.ok()?.to_string());
    }
    installation.settings.cluster.as_ref().map(|_| "not followed: there is no controller".to_owned())
}
