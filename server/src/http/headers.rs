//! Headers that every answer has, whatever made it.

use super::Server;
use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

/// The policy of a page: scripts of this very answer, and nothing from elsewhere. `strict-dynamic` lets the loader import
/// the module, `wasm-unsafe-eval` lets that compile; neither lets a text become a script.
pub(super) fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// What is no page loads nothing.
const OTHER_POLICY: &str =
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) async fn add(State(server): State<Server>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut always = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    always(header::CONTENT_SECURITY_POLICY, OTHER_POLICY);
    always(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    always(header::REFERRER_POLICY, "no-referrer");
    always(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    always(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    always(header::CACHE_CONTROL, "no-store");
    if server.https {
        always(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    response
}
