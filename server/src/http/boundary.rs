//! Cross-site request forgery: who may ask for a change are pages of our own, and programs that are no browser.
//!
//! `Origin` is compared with the configured base URL. `tower_http::csrf`, like the `CrossOriginProtection` of Go's net/http
//! that it follows, compares it with `Host`, which is the client's own word: a page whose name was rebound to our address
//! sends its own name in both. A proxy that rewrites `Host` does no harm here either.

use super::{Server, api::error_response};
use app::error::ApiError;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

pub(super) async fn check(State(server): State<Server>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && !is_own(request.headers(), &server.installation.settings.base_url) {
        let error = ApiError::new(
            "foreign_origin",
            "This request came from another site. Open Bailiwick itself and try again.",
        );
        return error_response(&error).into_response();
    }
    next.run(request).await
}

fn is_own(headers: &HeaderMap, base_url: &str) -> bool {
    let (Ok(fetch_site), Ok(origin)) = (only(headers, &SEC_FETCH_SITE), only(headers, &header::ORIGIN)) else {
        return false;
    };
    let own_fetch = match fetch_site {
        Some("same-origin" | "none") => true,
        Some(_) => return false,
        None => false,
    };
    match origin {
        // Our pages send no referrer, and with that browsers send `null` for a plain form of our own: their own word
        // about the site is what counts then.
        Some("null") => own_fetch,
        Some(origin) => is_at(origin, base_url),
        None => true,
    }
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A header that browsers send once at most. Of two, a front may have looked at the other one.
///
/// # Errors
/// It is there more than once, or is no text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(drop),
        (Some(_), Some(_)) => Err(()),
    }
}

/// The names by which a browser reaches its own machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Whether a page of this origin is one of ours. On somebody's own machine it is, by whichever name they typed.
fn is_at(origin: &str, base_url: &str) -> bool {
    let (Some((scheme, host, port)), Some(own)) = (parts(origin), parts(base_url)) else { return false };
    let is_loopback = |host: &String| LOOPBACK.contains(&host.as_str());
    (&scheme, &port) == (&own.0, &own.2) && (host == own.1 || (is_loopback(&host) && is_loopback(&own.1)))
}

/// Scheme, host and port, as browsers write them: in lower case, and no port where it is the scheme's own.
fn parts(origin: &str) -> Option<(String, String, Option<String>)> {
    let origin = origin.to_ascii_lowercase();
    let (scheme, rest) = origin.split_once("://")?;
    // A colon within brackets is a part of the address.
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let usual = if scheme == "https" { "443" } else { "80" };
    Some((scheme.to_owned(), host.to_owned(), port.filter(|port| *port != usual).map(ToOwned::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "http://127.0.0.1:3000";

    fn own(pairs: &[(&'static str, &'static str)], base_url: &str) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, header::HeaderValue::from_static(value));
        }
        is_own(&headers, base_url)
    }

    #[test]
    fn our_own_pages_and_programs_may_write() {
        for headers in [
            &[][..],
            &[("origin", "https://b.example"), ("sec-fetch-site", "same-origin")],
            &[("origin", "https://b.example"), ("host", "rewritten.internal:8080")],
            &[("origin", "null"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
        ] {
            for base_url in ["https://b.example", "https://B.example:443"] {
                assert!(own(headers, base_url), "{headers:?} {base_url}");
            }
        }
    }

    #[test]
    fn on_ones_own_machine_every_name_of_it_is_ours() {
        for origin in ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"] {
            for base_url in [LOCAL, "http://localhost:3000", "http://[::1]:3000"] {
                assert!(own(&[("origin", origin)], base_url), "{origin} {base_url}");
            }
            assert!(!own(&[("origin", origin)], "http://b.example:3000"), "{origin}");
        }
        for other in [
            "http://localhost:3001",
            "https://localhost:3000",
            "http://localhost",
            "http://127.0.0.1.evil.example:3000",
        ] {
            assert!(!own(&[("origin", other)], LOCAL), "{other}");
        }
    }

    #[test]
    fn a_page_whose_name_was_rebound_to_our_address_may_not_write() {
        let rebound = [("host", "evil.example:3000"), ("origin", "http://evil.example:3000")];
        assert!(!own(&rebound, LOCAL));
        assert!(!own(&[("host", "evil.example"), ("origin", "https://evil.example")], "https://b.example"));
    }

    #[test]
    fn other_sites_may_not() {
        for headers in [
            &[("host", "b.example"), ("origin", "https://evil.example")][..],
            &[("host", "b.example"), ("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
            &[("host", "b.example"), ("origin", "null")],
            &[("host", "b.example"), ("origin", "http://b.example")],
            &[("host", "b.example"), ("origin", "https://b.example:8443")],
            &[("host", "b.example"), ("origin", "b.example")],
            &[("host", "b.example"), ("origin", "")],
            &[("host", "b.example"), ("sec-fetch-site", "cross-site")],
            &[("host", "b.example"), ("sec-fetch-site", "same-site")],
            &[("host", "b.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")],
        ] {
            assert!(!own(headers, "https://b.example"), "{headers:?}");
        }
    }

    #[test]
    fn a_header_that_is_there_twice_is_refused() {
        for headers in [
            [("origin", "https://b.example"), ("origin", "https://b.example")],
            [("origin", "https://b.example"), ("origin", "https://evil.example")],
            [("origin", "https://evil.example"), ("origin", "https://b.example")],
            [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")],
        ] {
            assert!(!own(&headers, "https://b.example"), "{headers:?}");
        }
    }
}
