//! Who may ask for a change: pages of our own, and programs that are no browser. The rules of Go's `CrossOriginProtection`
//! (net/http, 1.25), with `Origin: null` as foreign.

use super::{Server, api::error_response};
use app::error::ApiError;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

pub(super) async fn check(State(server): State<Server>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && !is_own(request.headers(), server.https, &server.installation.settings.base_url) {
        let error = ApiError::new(
            "foreign_origin",
            "This request came from another site. Open Bailiwick itself and try again.",
        );
        return error_response(&error).into_response();
    }
    next.run(request).await
}

fn is_own(headers: &HeaderMap, https: bool, base_url: &str) -> bool {
    let text = |name| headers.get(name).map(|value: &header::HeaderValue| value.to_str().unwrap_or("?"));
    let fetch_site = text(header::HeaderName::from_static("sec-fetch-site"));
    let own_fetch = match fetch_site {
        Some("same-origin" | "none") => true,
        Some(_) => return false,
        None => false,
    };
    match text(header::ORIGIN) {
        // Our pages send no referrer, and with that browsers send `null` for a plain form of our own: their own word
        // about the site is what counts then.
        Some("null") => own_fetch,
        Some(origin) => origin == base_url || is_host(origin, text(header::HOST), https),
        None => true,
    }
}

/// Whether the origin is the host that was asked, over TLS where browsers come over TLS.
fn is_host(origin: &str, host: Option<&str>, https: bool) -> bool {
    let Some((scheme, origin_host)) = origin.split_once("://") else { return false };
    let scheme_fits = if https { scheme == "https" } else { matches!(scheme, "http" | "https") };
    scheme_fits && host.is_some_and(|host| host.eq_ignore_ascii_case(origin_host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &'static str)], https: bool) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, header::HeaderValue::from_static(value));
        }
        is_own(&headers, https, if https { "https://b.example" } else { "http://127.0.0.1:3000" })
    }

    #[test]
    fn our_own_pages_and_programs_may_write() {
        assert!(own(&[("host", "b.example")], true), "a program sends neither header");
        assert!(own(
            &[("host", "b.example"), ("origin", "https://b.example"), ("sec-fetch-site", "same-origin")],
            true
        ));
        assert!(own(&[("host", "b.example"), ("origin", "null"), ("sec-fetch-site", "same-origin")], true));
        assert!(own(&[("host", "localhost:3000"), ("origin", "http://localhost:3000")], false));
    }

    #[test]
    fn other_sites_may_not() {
        for headers in [
            &[("host", "b.example"), ("origin", "https://evil.example")][..],
            &[("host", "b.example"), ("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
            &[("host", "b.example"), ("origin", "null")],
            &[("host", "b.example"), ("origin", "http://b.example")],
            &[("host", "b.example"), ("sec-fetch-site", "cross-site")],
            &[("host", "b.example"), ("sec-fetch-site", "same-site")],
            &[("host", "b.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")],
        ] {
            assert!(!own(headers, true), "{headers:?}");
        }
    }
}
