//! The API: server functions, with one place for what may come in, for statuses and error bodies, and for plain forms.

use super::{
    Server,
    caller::{bearer, cookie_name, identify},
    flash,
    pages::{self, local, redirect},
};
use app::{
    api::exchange::{Answer, CookieChange, Exchange, Instead},
    error::ApiError,
    pages::{Flash, Visit},
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
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

/// What is typed into fields of these names is never handed back.
const SECRET_FIELDS: [&str; 4] = ["password", "current_password", "secret", "device_code"];

pub(super) async fn answer(State(server): State<Server>, request: Request) -> Response {
    // Our own scripts post for a page that is open, and read JSON unless the answer is shown instead of a page.
    let enhanced = request.headers().contains_key(ENHANCED);
    // A plain form of a page, as a browser without our scripts sends it.
    let plain = request.method() == Method::POST
        && !enhanced
        && request
            .headers()
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
    let action = request.uri().path().to_owned();
    let (fields, outcome) = run(&server, request).await;
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let wanted = field("next").and_then(local).map(ToOwned::to_owned);
    let outcome = match outcome {
        Ok(Done { context, answer: Answer { instead: Some(instead), next, .. }, .. }) if plain || enhanced => {
            let address = wanted.or(next).unwrap_or_else(|| "/".to_owned());
            return in_place(&server, context, instead, &address).await;
        }
        Ok(done) => Ok((done.response, done.answer)),
        Err(error) => Err(error),
    };
    if !plain {
        return match outcome {
            Ok((response, answer)) => with_answer(response, answer, wanted, server.https),
            Err(error) => {
                let mut response = error_response(&error);
                if response.status() == StatusCode::METHOD_NOT_ALLOWED {
                    let there = if registered(&action, &Method::GET).is_some() { "GET, HEAD" } else { "POST" };
                    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(there));
                }
                response
            }
        };
    }
    let back = field("back").and_then(local).unwrap_or("/").to_owned();
    match outcome {
        Ok((_, answer)) => {
            let next = wanted.or(answer.next).unwrap_or(back);
            let mut response = redirect(&next);
            flash::append(response.headers_mut(), session_cookie(answer.cookie, server.https));
            if answer.notice.is_some() {
                let left = Flash { notice: answer.notice, ..Flash::default() };
                flash::append(response.headers_mut(), flash::leave(left, server.https));
            }
            response
        }
        Err(error) => {
            let typed = fields
                .iter()
                .filter(|(name, _)| !SECRET_FIELDS.contains(&name.as_str()) && name != "back" && name != "next");
            let left =
                Flash { notice: None, action: Some(action), error: Some(error), values: typed.cloned().collect() };
            let mut response = redirect(&back);
            flash::append(response.headers_mut(), flash::leave(left, server.https));
            response
        }
    }
}

/// Set by our own scripts.
const ENHANCED: HeaderName = HeaderName::from_static("bailiwick-enhanced");

/// What is kept nowhere is shown in this very answer.
async fn in_place(server: &Server, context: Context, instead: Instead, next: &str) -> Response {
    match instead {
        Instead::Token(created) => {
            pages::show(server, Visit { created: Some(created), ..pages::visit(context, next) }).await
        }
        // The name is made of a slug: letters, digits and hyphens.
        Instead::File(file) => {
            let disposition = format!("attachment; filename=\"{}\"", file.file_name);
            let headers =
                [(header::CONTENT_TYPE, "application/yaml".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
            (headers, file.kubeconfig).into_response()
        }
    }
}

type Fields = Vec<(String, String)>;

/// A function that did what it was asked, and for whom.
struct Done {
    context: Context,
    response: Response,
    answer: Answer,
}

/// Checks what may come in, finds the function, and runs it. Answers what was typed, for a plain form.
async fn run(server: &Server, request: Request) -> (Fields, Result<Done, ApiError>) {
    let (mut parts, body) = request.into_parts();
    // A HEAD is a GET whose body nobody wants.
    if parts.method == Method::HEAD {
        parts.method = Method::GET;
    }
    let path = parts.uri.path().to_owned();
    if !matches!(parts.method, Method::GET | Method::POST) || registered(&path, &parts.method).is_none() {
        return (Vec::new(), Err(not_there(&path)));
    }
    if parts.uri.query().is_some_and(|query| query.len() > LONGEST_QUERY) {
        return (Vec::new(), Err(too_large()));
    }
    if parts.method == Method::POST && !is_form(&parts.headers) {
        let message = "Send the fields as application/x-www-form-urlencoded.";
        return (Vec::new(), Err(ApiError::new("unsupported_content_type", message)));
    }
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return (Vec::new(), Err(too_large())) };
    let fields: Fields = form_urlencoded::parse(&body).into_owned().collect();
    // Leptos redirects by itself what looks like a plain form, to wherever the Referer says; it is never shown one.
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::REFERER);
    let outcome = call(server, &path, Request::from_parts(parts, body)).await;
    (fields, outcome)
}

async fn call(server: &Server, path: &str, request: Request<Bytes>) -> Result<Done, ApiError> {
    let context = identify(server, &request, bearer(request.headers())).await?;
    let (response, answer) = perform(&context, path, request).await?;
    Ok(Done { context, response, answer })
}

/// How often a function is run once more because another transaction was in its way.
const MORE_TRIES: u32 = 3;

/// Runs a function for whoever asks, known already: by their request, or as the operator at the command line. What another
/// transaction was in the way of is done again: nothing of it was kept.
///
/// # Errors
/// There is no such function, or it says no.
pub(crate) async fn perform(
    context: &Context,
    path: &str,
    request: Request<Bytes>,
) -> Result<(Response, Answer), ApiError> {
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

async fn perform_once(context: &Context, path: &str, request: Request) -> Result<(Response, Answer), ApiError> {
    let mut function = registered(path, request.method()).ok_or_else(|| not_there(path))?;
    let (mut response, answer) = Exchange::new(context.clone()).run(function.run(request)).await;
    if response.headers_mut().remove(FAILED).is_none() {
        return Ok((response, answer));
    }
    // The body is the error as the function returned it; its status is our own table's business.
    let body = to_bytes(response.into_body(), LARGEST_BODY).await.map_err(|_| ApiError::internal())?;
    Err(serde_json::from_slice(&body).unwrap_or_else(|_| ApiError::internal()))
}

/// Leptos marks a failed function's answer with this header.
const FAILED: HeaderName = HeaderName::from_static("serverfnerror");

type Function = server_fn::middleware::BoxedService<Request, Response>;

fn registered(path: &str, method: &Method) -> Option<Function> {
    server_fn::axum::get_server_fn_service(path, method.clone())
}

fn not_there(path: &str) -> ApiError {
    let other = [Method::GET, Method::POST].iter().any(|method| registered(path, method).is_some());
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

/// Adds what the function said beside its JSON, for our own scripts.
fn with_answer(mut response: Response, answer: Answer, wanted: Option<String>, https: bool) -> Response {
    let headers = response.headers_mut();
    flash::append(headers, session_cookie(answer.cookie, https));
    if let Some(next) = wanted.or(answer.next).and_then(|next| HeaderValue::from_str(&next).ok()) {
        headers.insert(HeaderName::from_static("bailiwick-next"), next);
    }
    let notice = answer.notice.map(|notice| utf8_percent_encode(&notice, NON_ALPHANUMERIC).to_string());
    if let Some(notice) = notice.and_then(|notice| HeaderValue::from_str(&notice).ok()) {
        headers.insert(HeaderName::from_static("bailiwick-notice"), notice);
    }
    response
}

fn session_cookie(change: Option<CookieChange>, https: bool) -> Option<HeaderValue> {
    let name = cookie_name(https);
    let secure = if https { "; Secure" } else { "" };
    let (value, seconds) = match change? {
        CookieChange::Set(value) => (value, Settings::SESSION_LONGEST.as_secs()),
        CookieChange::Remove => (String::new(), 0),
    };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")).ok()
}
