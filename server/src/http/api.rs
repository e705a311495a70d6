//! The API: server functions, with one place for what may come in, for statuses and error bodies, and for plain forms.

use super::{
    Server,
    caller::{bearer, cookie_name, device_cookie_name, identify},
    pages::{self, local, redirect},
    plain::{self, Fields, append, set_notice},
};
use app::{
    api::{
        client::NOTICE,
        exchange::{Answer, CookieChange, Exchange, Instead},
    },
    error::ApiError,
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use leptos::prelude::provide_context;
use leptos_axum::handle_server_fns_with_context;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};
use usecases::{Context, Settings};

/// In bytes. A hundred addresses of the longest kind are a quarter of this.
const LARGEST_BODY: usize = 128 * 1024;

/// In bytes: filters and cursors are a few hundred.
const LONGEST_QUERY: usize = 16 * 1024;

pub(super) async fn answer(State(server): State<Server>, request: Request) -> Response {
    // A plain form of a page, as a browser without our program sends it.
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let plain = request.method() == Method::POST && accepts.contains("text/html");
    let action = request.uri().path().to_owned();
    let (fields, context, outcome) = run(&server, request).await;
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if !plain {
        return match outcome {
            Ok((response, answer)) => with_answer(response, answer, server.https),
            Err(error) => {
                let mut response = error_response(&error);
                if response.status() == StatusCode::METHOD_NOT_ALLOWED {
                    let there = if registered(&action, &Method::GET) { "GET, HEAD" } else { "POST" };
                    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(there));
                }
                response
            }
        };
    }
    let back = field("back").and_then(local).unwrap_or("/");
    let answer = match outcome {
        Ok((_, answer)) => answer,
        Err(error) => return plain::failed(context.as_ref(), back, &action, error, &fields),
    };
    // What is no address at all can't be shown in this very answer.
    let next = field("next").and_then(local).filter(|next| next.parse::<Uri>().is_ok());
    let next = next.or(answer.next.as_deref()).unwrap_or(back);
    let mut response = match (answer.instead, context) {
        (Some(Instead::Token(created)), Some(context)) => pages::created(&server, context, created, next).await,
        (Some(Instead::File(file)), _) => saved(file),
        _ => redirect(next),
    };
    append_session(response.headers_mut(), answer.cookie, server.https);
    append_device(response.headers_mut(), answer.device, server.https);
    if let Some(notice) = answer.notice {
        set_notice(response.headers_mut(), &notice, server.https);
    }
    response
}

/// A file for the person's own disk. The name is made of a slug: letters, digits and hyphens.
fn saved(file: app::api::tokens::Kubeconfig) -> Response {
    let disposition = format!("attachment; filename=\"{}\"", file.file_name);
    let headers = [(header::CONTENT_TYPE, "application/yaml".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, file.kubeconfig).into_response()
}

type Outcome = Result<(Response, Answer), ApiError>;

/// Checks what may come in, finds the function, and runs it. Answers what was typed and who asked, for a plain form.
async fn run(server: &Server, request: Request) -> (Fields, Option<Context>, Outcome) {
    let (mut parts, body) = request.into_parts();
    // A HEAD is a GET whose body nobody wants.
    if parts.method == Method::HEAD {
        parts.method = Method::GET;
    }
    let path = parts.uri.path().to_owned();
    let refused = |error| (Fields::new(), None, Err(error));
    if !matches!(parts.method, Method::GET | Method::POST) || !registered(&path, &parts.method) {
        return refused(not_there(&path));
    }
    if parts.uri.query().is_some_and(|query| query.len() > LONGEST_QUERY) {
        return refused(too_large());
    }
    if parts.method == Method::POST && !is_form(&parts.headers) {
        let message = "Send the fields as application/x-www-form-urlencoded.";
        return refused(ApiError::new("unsupported_content_type", message));
    }
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return refused(too_large()) };
    let fields: Fields = form_urlencoded::parse(&body).into_owned().collect();
    // Leptos redirects by itself what looks like a plain form, to wherever the Referer says; it is never shown one.
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::REFERER);
    let request = Request::from_parts(parts, body);
    match identify(server, &request, bearer(request.headers())).await {
        Ok(context) => {
            let outcome = perform(&context, &path, request).await;
            (fields, Some(context), outcome)
        }
        Err(error) => (fields, None, Err(error.into())),
    }
}

/// How often a function is run once more because another transaction was in its way.
const MORE_TRIES: u32 = 3;

/// Runs a function for whoever asks, known already: by their request, or as the operator at the command line. What another
/// transaction was in the way of is done again: nothing of it was kept.
///
/// # Errors
/// There is no such function, or it says no.
pub(crate) async fn perform(context: &Context, path: &str, request: Request<Bytes>) -> Outcome {
    let mut more = 0..MORE_TRIES;
    loop {
        match perform_once(context, path, request.clone().map(Body::from)).await {
            Err(error) if error.code == ApiError::CONTENDED => match more.next() {
                Some(again) => tokio::time::sleep(pause(again)).await,
                None => return Err(ApiError::unavailable()),
            },
            done => return done,
        }
    }
}

/// Longer each time, and of two that were in each other's way, not for as long.
fn pause(again: u32) -> Duration {
    let spread = RandomState::new().hash_one(again) % 64;
    Duration::from_millis((10 << again) + spread)
}

async fn perform_once(context: &Context, path: &str, request: Request) -> Outcome {
    if !registered(path, request.method()) {
        return Err(not_there(path));
    }
    let exchange = Exchange::new(context.clone());
    let provided = exchange.clone();
    let answered = handle_server_fns_with_context(move || provide_context(provided.clone()), request).await;
    let mut response = answered.into_response();
    if response.headers_mut().remove(FAILED).is_none() {
        return Ok((response, exchange.answer()));
    }
    // The body is the error as the function returned it; its status is our own table's business.
    let body = to_bytes(response.into_body(), LARGEST_BODY).await.map_err(|_| ApiError::internal())?;
    Err(serde_json::from_slice(&body).unwrap_or_else(|_| ApiError::internal()))
}

/// Leptos marks a failed function's answer with this header.
const FAILED: HeaderName = HeaderName::from_static("serverfnerror");

fn registered(path: &str, method: &Method) -> bool {
    server_fn::axum::get_server_fn_service(path, method.clone()).is_some()
}

fn not_there(path: &str) -> ApiError {
    let other = [Method::GET, Method::POST].iter().any(|method| registered(path, method));
    if other {
        ApiError::new("method_not_allowed", "This path is asked by the other method: reads are GET, writes are POST.")
    } else {
        ApiError::not_found()
    }
}

fn too_large() -> ApiError {
    ApiError::new("body_too_large", "This is more than the server reads at once. Send less.")
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

pub(super) fn error_response(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(error)).into_response();
    if error.code.starts_with("token_") && error.status() == 401 {
        // RFC 6750, section 3.1: so that a program's own library knows that asking again won't help.
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Adds what the function said beside its JSON, for our own program.
fn with_answer(mut response: Response, answer: Answer, https: bool) -> Response {
    let headers = response.headers_mut();
    append_session(headers, answer.cookie, https);
    append_device(headers, answer.device, https);
    let notice = answer.notice.map(|notice| utf8_percent_encode(&notice, NON_ALPHANUMERIC).to_string());
    if let Some(notice) = notice.and_then(|notice| HeaderValue::from_str(&notice).ok()) {
        headers.insert(HeaderName::from_static(NOTICE), notice);
    }
    response
}

/// What a browser forgets at sign-out, the kept pages that its Back button would show among it. The cache alone: `cookies`
/// would sign out of every site of the same domain, and `storage` would drop what people have typed and not sent yet.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

fn append_session(headers: &mut HeaderMap, change: Option<CookieChange>, https: bool) {
    let name = cookie_name(https);
    let secure = if https { "; Secure" } else { "" };
    let (value, seconds) = match change {
        Some(CookieChange::Set(value)) => (value, Settings::SESSION_LONGEST.as_secs()),
        Some(CookieChange::Remove) => {
            headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
            (String::new(), 0)
        }
        None => return,
    };
    append(headers, &format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"));
}

/// The longest that browsers keep a cookie (RFC 6265bis, 5.5): 400 days, in seconds.
const DEVICE_KEPT: u64 = 400 * 86_400;

fn append_device(headers: &mut HeaderMap, device: Option<String>, https: bool) {
    let Some(device) = device else { return };
    let (name, secure) = (device_cookie_name(https), if https { "; Secure" } else { "" });
    append(headers, &format!("{name}={device}; Path=/; Max-Age={DEVICE_KEPT}; HttpOnly; SameSite=Lax{secure}"));
}
