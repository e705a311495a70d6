//! One request and its answer on a connection: who sends it, how long its body may take, and when the answer has ended.

use super::phase::{Connection, End};
use axum::{
    BoxError, Router,
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::body::{Body as HttpBody, Bytes, Frame, Incoming, SizeHint};
use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep_until};
use tower::Service;

/// In seconds. By then some request under way has ended.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// What hyper calls for each request of a connection.
pub(super) struct Exchange {
    router: Router,
    peer: SocketAddr,
    connection: Arc<Connection>,
    body_timeout: Duration,
}

impl Exchange {
    pub(super) fn new(router: Router, peer: SocketAddr, connection: Arc<Connection>, body_timeout: Duration) -> Self {
        Self { router, peer, connection, body_timeout }
    }

    fn received(&self, request: Request<Incoming>) -> (Request, Arc<AtomicBool>) {
        let (since, late) = (Instant::now(), Arc::new(AtomicBool::new(false)));
        let deadline = since + self.body_timeout;
        let connection = self.connection.clone();
        let mut request = request
            .map(|body| Body::new(ReceivedBody { body, connection, since, deadline, timer: None, late: late.clone() }));
        request.extensions_mut().insert(ConnectInfo(self.peer));
        (request, late)
    }
}

impl hyper::service::Service<Request<Incoming>> for Exchange {
    type Response = Response<SentBody>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let connection = self.connection.clone();
        if !connection.work() {
            return Box::pin(async { Err(io::Error::from(ErrorKind::ConnectionAborted).into()) });
        }
        let answered = |response: Response, connection| response.map(|body| SentBody { body, connection });
        if connection.reserved && !is_reserved_for(request.uri().path()) {
            connection.count(End::Full);
            let headers = [(header::RETRY_AFTER, RETRY_AFTER), (header::CONNECTION, CLOSE)];
            let response = (StatusCode::SERVICE_UNAVAILABLE, headers).into_response();
            return Box::pin(async move { Ok(answered(response, connection)) });
        }
        let (request, late) = self.received(request);
        let answer = self.router.clone().call(request);
        Box::pin(async move {
            let Ok(mut response) = answer.await;
            if late.load(Ordering::Relaxed) {
                response = body_timeout(response);
            } else if connection.reserved {
                // What it asks next takes an ordinary place.
                response.headers_mut().insert(header::CONNECTION, CLOSE);
            }
            Ok(answered(response, connection))
        })
    }
}

/// What stays reachable when requests under way have all places.
fn is_reserved_for(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz") || path.starts_with("/cluster/")
}

/// In place of what was said of the half of a request. Keeps the headers that every answer has.
fn body_timeout(response: Response) -> Response {
    let mut headers = response.into_parts().0.headers;
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::SET_COOKIE] {
        headers.remove(name);
    }
    headers.insert(header::CONNECTION, CLOSE);
    (StatusCode::REQUEST_TIMEOUT, headers, "The rest of this request did not come in time.\n").into_response()
}

/// The body of a request, which has to be there in time. Handlers may read it on another thread.
struct ReceivedBody {
    body: Incoming,
    connection: Arc<Connection>,
    since: Instant,
    deadline: Instant,
    /// Most bodies come with their head, and need none.
    timer: Option<Pin<Box<Sleep>>>,
    late: Arc<AtomicBool>,
}

impl HttpBody for ReceivedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            if self.connection.work() {
                return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
            }
            return Poll::Ready(Some(Err(io::Error::from(ErrorKind::ConnectionAborted).into())));
        }
        self.connection.await_body(self.since);
        let deadline = self.deadline;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        ready!(timer.as_mut().poll(cx));
        if !self.late.swap(true, Ordering::Relaxed) {
            self.connection.count(End::BodyTimeout);
        }
        Poll::Ready(Some(Err(io::Error::from(ErrorKind::TimedOut).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for ReceivedBody {
    fn drop(&mut self) {
        self.connection.leave_body();
    }
}

/// The body of an answer. When hyper lets go of it, all of it was handed to the socket.
pub(super) struct SentBody {
    body: Body,
    connection: Arc<Connection>,
}

impl HttpBody for SentBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for SentBody {
    fn drop(&mut self) {
        self.connection.answered();
    }
}
