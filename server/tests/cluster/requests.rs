//! Requests to the API server: each a new one, with a token or in somebody's name.

use axum::http::Request;
use controller::{Client, Failure};

/// What the API server says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answered {
    Allowed,
    /// It knows who asks, and lets them not. What it said.
    Forbidden(String),
    /// It knows nobody by this credential.
    Unauthorized,
}

/// Two ways to one API server.
#[derive(Clone)]
pub(crate) struct Requests {
    /// As the cluster's administrator, who may speak for others.
    pub(crate) admin: Client,
    /// Without any credential.
    pub(crate) nobody: Client,
}

impl Requests {
    /// Asks for the configuration in a namespace with a token.
    pub(crate) async fn with_token(&self, secret: &str, namespace: &str) -> Answered {
        ask(&self.nobody, namespace, ("authorization", &format!("Bearer {secret}"))).await
    }

    /// Asks for the same in the name of somebody who has no credential here.
    pub(crate) async fn in_the_name_of(&self, username: &str, namespace: &str) -> Answered {
        ask(&self.admin, namespace, ("impersonate-user", username)).await
    }
}

async fn ask(client: &Client, namespace: &str, (header, value): (&str, &str)) -> Answered {
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    let request = Request::get(path).header(header, value).body(Vec::new()).unwrap();
    match client.request_text(request).await.map_err(Failure::from) {
        Ok(_) => Answered::Allowed,
        Err(Failure::Forbidden(said)) if said == "Unauthorized" => Answered::Unauthorized,
        Err(Failure::Forbidden(said)) => Answered::Forbidden(said),
        Err(other) => panic!("neither yes nor no: {other}"),
    }
}
