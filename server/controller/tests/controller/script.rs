//! An API server that answers what the test has written down, and takes note of every call that nobody expected.

use controller::Client;
use http::{Request, Response};
use kube::client::Body;
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

#[derive(Clone, Default)]
pub(crate) struct Script {
    expected: Arc<Mutex<VecDeque<Expected>>>,
    /// Method, path, and what was sent.
    pub(crate) calls: Arc<Mutex<Vec<(String, Value)>>>,
    unexpected: Arc<Mutex<Vec<String>>>,
}

struct Expected {
    call: String,
    answer: Answer,
}

#[derive(Clone)]
pub(crate) enum Answer {
    Says(u16, Value),
    /// The connection breaks.
    Breaks,
    /// No answer ever comes.
    Hangs,
}

/// A failure as Kubernetes words it.
pub(crate) fn status(code: u16, reason: &str, message: &str) -> Answer {
    let body = json!({
        "apiVersion": "v1", "kind": "Status", "metadata": {}, "status": "Failure",
        "code": code, "reason": reason, "message": message,
    });
    Answer::Says(code, body)
}

impl Script {
    /// Once, in any order with the others: `GET /version`, or a part of the path that is enough.
    #[must_use]
    pub(crate) fn on(self, call: &str, answer: Answer) -> Self {
        self.expected.lock().unwrap().push_back(Expected { call: call.into(), answer });
        self
    }

    pub(crate) fn client(&self) -> Client {
        let script = self.clone();
        let answer = move |request: Request<Body>| {
            let script = script.clone();
            async move { script.answer(request).await }
        };
        Client::new(tower::service_fn(answer), "default")
    }

    async fn answer(&self, request: Request<Body>) -> Result<Response<Body>, std::io::Error> {
        let call = format!("{} {}", request.method(), request.uri());
        let sent = request.into_body().collect_bytes().await.unwrap();
        self.calls.lock().unwrap().push((call.clone(), serde_json::from_slice(&sent).unwrap_or_default()));
        let found = {
            let mut expected = self.expected.lock().unwrap();
            let place = expected.iter().position(|it| call.starts_with(&it.call));
            place.and_then(|place| expected.remove(place))
        };
        match found.map(|it| it.answer) {
            Some(Answer::Says(code, body)) => {
                Ok(Response::builder().status(code).body(Body::from(body.to_string().into_bytes())).unwrap())
            }
            Some(Answer::Breaks) => Err(std::io::ErrorKind::ConnectionRefused.into()),
            Some(Answer::Hangs) => std::future::pending().await,
            None => {
                self.unexpected.lock().unwrap().push(call);
                Err(std::io::ErrorKind::Unsupported.into())
            }
        }
    }

    /// Everything that was written down happened, and nothing else.
    pub(crate) fn is_played(&self) {
        assert_eq!(*self.unexpected.lock().unwrap(), Vec::<String>::new(), "nobody expected these");
        let left: Vec<_> = self.expected.lock().unwrap().iter().map(|it| it.call.clone()).collect();
        assert_eq!(left, Vec::<String>::new(), "these did not happen");
    }
}
