//! What API servers ask: whose is this token? (Webhook token authentication, `authentication.k8s.io`.)

pub(super) mod office;

use super::{Server, api::error_response, caller::bearer};
use app::error::ApiError;
use axum::{
    Json,
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use controller::review::{Question, User};
use domain::binding::group;
use usecases::cluster::{Identity, identify};

/// In bytes. A review is a few hundred, and tokens of other issuers come along: a long one is 16 KiB.
const LARGEST_REVIEW: usize = 64 * 1024;

pub(super) async fn review(State(server): State<Server>, request: Request) -> Response {
    let installation = &server.installation;
    let shown = bearer(request.headers()).unwrap_or_default();
    // Whoever may ask could try tokens: it takes the API server's own credential.
    if !installation.keys.is_cluster(&shown) {
        let why = "Only an API server may ask this. `bailiwick cluster webhook-config` prints what it needs.";
        return error_response(&ApiError::new("not_an_api_server", why));
    }
    let Ok(body) = to_bytes(request.into_body(), LARGEST_REVIEW).await else {
        return error_response(&ApiError::new("body_too_large", "This is no TokenReview: it is too large."));
    };
    let Ok(question) = Question::parse(&body) else {
        let why = "This is no TokenReview of authentication.k8s.io/v1 or v1beta1 with a token.";
        return error_response(&ApiError::new("bad_request", why));
    };
    let own = &installation.settings.cluster_audiences;
    if question.is_for_others(own) {
        // An API server under another name than was configured gets "nobody" for every token, and says only that.
        let asked = question.audiences();
        tracing::info!(
            ?asked,
            ?own,
            "a token was asked about for an audience that is not ours; see BAILIWICK_CLUSTER_AUDIENCES"
        );
        return Json(question.answer(None, own)).into_response();
    }
    match identify(installation, question.token()).await {
        Ok(identity) => Json(question.answer(identity.map(user), own)).into_response(),
        // Never "nobody" because of trouble of ours: the API server would refuse people whom nobody switched off.
        Err(error) => error_response(&ApiError::from(error)),
    }
}

/// Fixed words and ids: nothing that a person typed.
fn user(Identity { subject, organization }: Identity) -> User {
    User { username: subject.username(), uid: subject.label(), groups: vec![group(organization)] }
}
