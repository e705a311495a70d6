//! Pages: the console answers an address, as somebody who is known; here it is carried out.

use super::{
    Server,
    api::error_response,
    caller::identify,
    headers::page_policy,
    plain::{notice, set_notice, without_forgery},
};
use app::{
    App, Settled,
    address::Address,
    api::{
        exchange::{Exchange, JustCreated},
        tokens::Created,
    },
    error::ApiError,
    shell,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::path;
pub(super) use domain::path::local;
use leptos::{nonce::Nonce, prelude::provide_context};
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_async_with_context};
use std::sync::Arc;
use usecases::Context;

/// Every page has a route of its own; what has none is answered by the console as well, which says so.
pub(super) fn routes(router: Router<Server>) -> Router<Server> {
    let pages = Router::new().leptos_routes_with_handler(generate_route_list(App), answer);
    router.merge(pages.method_not_allowed_fallback(not_written)).fallback(answer)
}

pub(super) async fn answer(State(server): State<Server>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return not_written().await;
    }
    let context = match identify(&server, &request, None).await {
        Ok(context) => context,
        Err(error) => return error_response(&ApiError::from(error)).into_response(),
    };
    let address = Address::parse(request.uri().path(), request.uri().query().unwrap_or_default());
    if let Some(clean) = without_forgery(&context, &address) {
        return redirect(&clean);
    }
    let left = notice(request.headers(), server.https);
    let had_notice = left.0.is_some();
    let mut response = draw(&server, context, request, move || provide_context(left.clone())).await;
    // It stays for the page that a redirect leads to.
    if had_notice && !response.status().is_redirection() {
        set_notice(response.headers_mut(), "", server.https);
    }
    response
}

async fn not_written() -> Response {
    let error = ApiError::new("method_not_allowed", "Pages are read, not written. The API is under /api/v1/.");
    ([(header::ALLOW, "GET, HEAD")], error_response(&error)).into_response()
}

/// The page of a token that was made by this very request: the only one that ever shows its secret. `address` is where a
/// reload finds the page without it.
pub(super) async fn created(server: &Server, context: Context, created: Created, address: &str) -> Response {
    // The page alone: what else an address asks for could be refused, and the secret with it.
    let address = local(address).and_then(|address| address.split('?').next()).unwrap_or(path::HOME).to_owned();
    let Ok(request) = Request::get(&address).body(Body::empty()) else {
        return error_response(&ApiError::internal()).into_response();
    };
    let more = move || {
        provide_context(JustCreated(created.clone()));
        provide_context(Settled(address.clone()));
    };
    draw(server, context, request, more).await
}

async fn draw(
    server: &Server,
    context: Context,
    mut request: Request,
    more: impl Fn() + Clone + Send + Sync + 'static,
) -> Response {
    let (site, nonce): (_, Arc<str>) = (server.assets.site.clone(), Arc::from(nonce()));
    let (exchange, value) = (Exchange::new(context), Nonce::from_value(nonce.clone()));
    let provide = move || {
        provide_context(exchange.clone());
        provide_context(value.clone());
        more();
    };
    // Whatever somebody accepts, this is a page: the framework redirects only those who say so.
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("text/html"));
    // On one thread, to its end: a page's reactive values are kept in a place of the thread, which another page would take
    // between two polls, and its views can't be given up elsewhere.
    let drawing = async move {
        let (head, body) =
            render_app_async_with_context(provide, move || shell(site.clone()))(request).await.into_parts();
        to_bytes(body, usize::MAX).await.map(|body| Response::from_parts(head, Body::from(body)))
    };
    let (runtime, span) = (tokio::runtime::Handle::current(), tracing::Span::current());
    let drawn = tokio::task::spawn_blocking(move || span.in_scope(|| runtime.block_on(drawing)));
    let Ok(Ok(mut response)) = drawn.await else {
        return error_response(&ApiError::internal()).into_response();
    };
    if response.status().is_redirection() {
        let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
        return redirect(location.unwrap_or(path::HOME));
    }
    if let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// To a path of ours; anything else leads home.
pub(super) fn redirect(path: &str) -> Response {
    let location = local(path).and_then(|path| HeaderValue::from_str(path).ok());
    let location = location.unwrap_or(HeaderValue::from_static(path::HOME));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
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
