//! The office of a controller far away: what it wants to know of every organization, and what it says of the cluster. What
//! happens with it is what happens where both run in one process.

use super::super::{Server, api::error_response, caller::bearer};
use crate::office::{as_kept, in_words, next_changes, wish};
use app::error::ApiError;
use axum::{
    Json, Router,
    body::to_bytes,
    extract::{Path, Request, State},
    http::{StatusCode, Uri},
    middleware::{Next, from_fn_with_state},
    response::{AppendHeaders, IntoResponse, Response},
    routing::{get, post},
};
use controller::{
    Report, Standing,
    wire::{self, Changes, Counted, Remembered, Wish},
};
use domain::{Refusal, id::OrganizationId, namespace::PodSecurity, time::Timestamp};
use serde::de::DeserializeOwned;
use std::time::Duration;
use usecases::{
    Installation,
    cluster::{self, Taken},
};

/// In bytes. A few names.
const LARGEST_STANDING: usize = 16 * 1024;

pub(in crate::http) fn routes(server: &Server) -> Router<Server> {
    Router::new()
        .route(wire::CHANGES, get(changes))
        .route(wire::CONNECTION, post(connection))
        .route(wire::COUNT, post(count_up))
        .route(wire::ORGANIZATIONS, get(organizations))
        .route(&wire::wanted_of("{organization}"), get(wanted))
        .route(&wire::report_of("{organization}"), post(report))
        .route_layer(from_fn_with_state(server.clone(), only_controllers))
}

/// Before anything else of the request is read: who knows the credential may learn every organization's grants.
async fn only_controllers(State(server): State<Server>, request: Request, next: Next) -> Response {
    let shown = bearer(request.headers()).unwrap_or_default();
    if !server.installation.keys.is_controller(&shown) {
        let why = "Only a controller may ask this. `bailiwick cluster controller-credential` prints what it needs.";
        return error_response(&ApiError::new("not_a_controller", why));
    }
    next.run(request).await
}

async fn changes(State(server): State<Server>, uri: Uri) -> Response {
    let asked = |name: &str| asked(&uri, name);
    let longest = wire::LONGEST_WAIT;
    let wait = asked("seconds").and_then(|it| it.parse().ok()).map_or(longest, Duration::from_secs).min(longest);
    let bell = &server.installation.bell;
    let since = bell.mark_at(asked("after").and_then(|after| after.parse().ok()));
    let (organizations, mark) = match tokio::time::timeout(wait, next_changes(&server.installation, since)).await {
        Ok(Ok(Some(changed))) => changed,
        Ok(Ok(None)) | Err(_) => (Vec::new(), since),
        Ok(Err(error)) => return refused(error),
    };
    Json(Changes { organizations, next: mark.to_string() }).into_response()
}

async fn organizations(State(server): State<Server>) -> Response {
    match cluster::organizations(&server.installation).await {
        Ok(all) => Json(all).into_response(),
        Err(error) => refused(error),
    }
}

async fn wanted(State(server): State<Server>, Path(organization): Path<String>, uri: Uri) -> Response {
    let Ok(organization) = organization.parse::<OrganizationId>() else { return unknown() };
    let installation = &server.installation;
    let level = installation.settings.namespaces.pod_security.map_or(wire::NO_POD_SECURITY, PodSecurity::as_str);
    // A controller of the version before says nothing of it, and knows nothing of it.
    let same_level = asked(&uri, wire::POD_SECURITY).is_none_or(|kept| kept == level);
    if let Some(version) = asked(&uri, "newer_than").and_then(|it| it.parse().ok()).filter(|_| same_level) {
        let until = asked(&uri, "until").as_deref().and_then(Timestamp::parse);
        match cluster::is_current(installation, organization, version, until).await {
            Ok(true) => return nothing_newer(installation).await,
            Ok(false) => {}
            Err(error) => return refused(error),
        }
    }
    match cluster::wanted(installation, organization).await {
        Ok(Some(wanted)) => Json(Wish { wanted: wish(wanted), now: installation.clock.now() }).into_response(),
        Ok(None) => unknown(),
        Err(error) => refused(error),
    }
}

/// What is counted goes beside it: a wish that did not change may still be one of an older copy of the database.
async fn nothing_newer(installation: &Installation) -> Response {
    match cluster::told(installation).await {
        Ok(told) => {
            let told = told.map(|told| (wire::TOLD, told.to_string()));
            (StatusCode::NO_CONTENT, AppendHeaders(told)).into_response()
        }
        Err(error) => refused(error),
    }
}

async fn count_up(State(server): State<Server>, request: Request) -> Response {
    let Remembered { remembered } = match read(request, LARGEST_STANDING).await {
        Ok(remembered) => remembered,
        Err(error) => return error_response(&error),
    };
    match cluster::count_up(&server.installation, remembered).await {
        Ok(told) => Json(Counted { told }).into_response(),
        Err(error) => refused(error),
    }
}

async fn report(State(server): State<Server>, Path(organization): Path<String>, request: Request) -> Response {
    let Ok(organization) = organization.parse::<OrganizationId>() else { return unknown() };
    let report: Report = match read(request, wire::LARGEST).await {
        Ok(report) => report,
        Err(error) => return error_response(&error),
    };
    // When it was so is when it is told here: the other clock may be anything.
    let report = Report { at: server.installation.clock.now(), ..report };
    match cluster::report(&server.installation, &in_words(organization, report)).await {
        Ok(Taken::Kept) => StatusCode::NO_CONTENT.into_response(),
        Ok(Taken::NoSuchOrganization) => unknown(),
        Ok(Taken::NoSuchVersion) => {
            let why = "The organization is not at this version. Ask what it wants, and report on that.";
            error_response(&ApiError::new("bad_request", why))
        }
        Err(error) => refused(error),
    }
}

async fn connection(State(server): State<Server>, request: Request) -> Response {
    let standing: Standing = match read(request, LARGEST_STANDING).await {
        Ok(standing) => standing,
        Err(error) => return error_response(&error),
    };
    match cluster::stands(&server.installation, &as_kept(standing)).await {
        Ok(told) => Json(Counted { told }).into_response(),
        Err(error) => refused(error),
    }
}

fn asked(uri: &Uri, name: &str) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

async fn read<T: DeserializeOwned>(request: Request, most: usize) -> Result<T, ApiError> {
    let Ok(body) = to_bytes(request.into_body(), most).await else {
        return Err(ApiError::new("body_too_large", "This is more than a controller has to say."));
    };
    serde_json::from_slice(&body).map_err(|error| {
        tracing::warn!(%error, "what a controller says can't be read; is it of the same version as this server?");
        ApiError::new("bad_request", "This is nothing that a controller of this server's version says.")
    })
}

fn unknown() -> Response {
    refused(Refusal::NotFound.into())
}

fn refused(error: usecases::Error) -> Response {
    error_response(&ApiError::from(error))
}
