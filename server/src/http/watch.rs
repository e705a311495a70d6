//! What surrounds every request: it is counted and traced, and it has an id, by which its answer and its lines in the log are found.

use super::{Server, caller::is_from_trusted_proxy};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use controller::wire;
use std::{collections::HashSet, sync::LazyLock};
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_ID: usize = 64;

pub(super) async fn watch(State(server): State<Server>, request: Request, next: Next) -> Response {
    let id = id_of(&server, &request).unwrap_or_else(new_id);
    let (method, route) = (method_of(request.method()), route_of(&request));
    // Of the highest level, to be there however little is logged. Never the path itself: in some there are secrets.
    let span = tracing::error_span!("request", request_id = id.to_str().unwrap_or_default(), method, route);
    let under_way = server.metrics.begin(method, route);
    let told = is_from_trusted_proxy(&server, &request).then(|| request.headers());
    let trace = server.traces.begin(id.to_str().unwrap_or_default(), method, route, told);
    let mut response = next.run(request).instrument(span).await;
    under_way.answered(response.status());
    trace.answered(response.status());
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Kept only from whoever is trusted to name others: it stands in the log.
fn id_of(server: &Server, request: &Request) -> Option<HeaderValue> {
    let id = request.headers().get(REQUEST_ID).filter(|id| is_well_formed(id.as_bytes()))?;
    is_from_trusted_proxy(server, request).then(|| id.clone())
}

fn is_well_formed(id: &[u8]) -> bool {
    let known = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    (1..=LONGEST_ID).contains(&id.len()) && id.iter().all(known)
}

/// 128 random bits: no two are the same, on any replica.
#[expect(clippy::disallowed_methods, reason = "an id per request is this module's own business")]
fn new_id() -> HeaderValue {
    let mut bytes = [0; 16];
    let random = getrandom::fill(&mut bytes).ok();
    let id = random.and_then(|()| HeaderValue::from_str(&URL_SAFE_NO_PAD.encode(bytes)).ok());
    // Without randomness there is no session either; an answer still says why.
    id.unwrap_or(HeaderValue::from_static("unknown"))
}

/// Anybody may make up methods.
fn method_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// `/api/v1/` and the name of each function there is.
static FUNCTIONS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| server_fn::axum::server_fn_paths().map(|(path, _)| path).collect());

fn route_of(request: &Request) -> &'static str {
    // Whatever has no route of its own is a page, or not there.
    let Some(route) = request.extensions().get::<MatchedPath>() else { return "page" };
    match route.as_str() {
        "/healthz" | "/readyz" => "health",
        "/favicon.svg" => "asset",
        "/cluster/v1/token-review" => "token_review",
        // It waits until something changes, on purpose: beside the others it would look like trouble.
        wire::CHANGES => "cluster_changes",
        route if route.starts_with("/cluster/") => "cluster",
        route if route.starts_with("/pkg/") => "asset",
        route if route.starts_with("/api/") => {
            FUNCTIONS.get(request.uri().path()).map_or("other", |path| path.trim_start_matches('/'))
        }
        // The rest are the pages.
        _ => "page",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_of_plain_letters() {
        let longest = "a".repeat(LONGEST_ID);
        for good in ["a", "0b8f-Z.9_", &longest] {
            assert!(is_well_formed(good.as_bytes()), "{good}");
        }
        for bad in ["", "a b", "a\n", "a\"", "a=b", "ä", "a/b", &format!("{longest}a")] {
            assert!(!is_well_formed(bad.as_bytes()), "{bad}");
        }
        assert!(is_well_formed(new_id().as_bytes()));
    }
}
