//! Pages: read the visit, let the console answer, carry it out.

use super::{Server, api::error_response, caller::identify, flash, headers::page_policy};
use app::{
    error::ApiError,
    pages::{Answer, Flash, Query, Visit},
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::sync::Arc;
use usecases::Context;

pub(super) async fn answer(State(server): State<Server>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let error = ApiError::new("method_not_allowed", "Pages are read, not written. The API is under /api/v1/.");
        return ([(header::ALLOW, "GET, HEAD")], error_response(&error)).into_response();
    }
    let context = match identify(&server, &request, None).await {
        Ok(context) => context,
        Err(error) => return error_response(&ApiError::from(error)).into_response(),
    };
    let left = flash::read(request.headers(), server.https);
    let had_flash = left.is_some();
    let address = request.uri().path_and_query().map_or("/", |address| address.as_str());
    let visit = Visit { flash: left.unwrap_or_default(), ..visit(context, address) };
    let mut response = show(&server, visit).await;
    // The flash stays for the page that a redirect leads to.
    if had_flash && !response.status().is_redirection() {
        flash::append(response.headers_mut(), flash::remove(server.https));
    }
    response
}

/// A visit to an address of ours: a path, and perhaps a query.
pub(super) fn visit(context: Context, address: &str) -> Visit {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let query = Query(form_urlencoded::parse(query.as_bytes()).into_owned().collect());
    Visit { context, path: path.to_owned(), query, flash: Flash::default(), created: None }
}

/// The page that answers a visit.
pub(super) async fn show(server: &Server, visit: Visit) -> Response {
    let nonce = nonce();
    match app::pages::answer(visit, &server.assets.site, Arc::from(nonce.as_str())).await {
        Answer::Page { status, html } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = (status, Html(html)).into_response();
            if let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce)) {
                response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            response
        }
        Answer::Redirect(path) => redirect(&path),
    }
}

/// To a path of ours; anything else leads home.
pub(super) fn redirect(path: &str) -> Response {
    let location = local(path).and_then(|path| HeaderValue::from_str(path).ok());
    let location = location.unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// A path of this very origin. `//host` and `/\host` lead elsewhere in browsers, and so do control characters they skip.
pub(super) fn local(path: &str) -> Option<&str> {
    let own = path.starts_with('/')
        && !path.starts_with("//")
        && path.is_ascii()
        && !path.contains('\\')
        && !path.bytes().any(|byte| byte.is_ascii_control());
    own.then_some(path)
}

/// 128 random bits: nobody can write a script into a page that this answer's policy lets run.
#[expect(clippy::disallowed_methods, reason = "a nonce per answer is this module's own business")]
fn nonce() -> String {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        // Without randomness no script may run at all: an unguessable nonce that nobody is told.
        return "none".to_owned();
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_never_leaves_our_own_origin() {
        for bad in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "evil",
            "/a\r\nSet-Cookie: x=1",
            "/\t/evil.example",
        ] {
            assert_eq!(local(bad), None, "{bad:?}");
        }
        assert_eq!(local("/o/northwind/organization?search=a%20b"), Some("/o/northwind/organization?search=a%20b"));
    }
}
