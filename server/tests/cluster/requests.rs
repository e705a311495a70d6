//! Requests to the API server: each a new one, with a token or in somebody's name.

use axum::http::Request;
use controller::{Client, Failure};
use serde_json::Value;

/// What the API server says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answered {
    Allowed,
    /// It knows who asks, and lets them not. What it said.
    Forbidden(String),
    /// It knows nobody by this credential.
    Unauthorized,
}

/// The same with one letter wrong, whatever that letter is.
pub(crate) fn mistyped(secret: &str) -> String {
    let (before, after) = secret.split_at(secret.len() - 10);
    let other = if after.starts_with('0') { '1' } else { '0' };
    format!("{before}{other}{}", &after[1..])
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

    /// What is there, if it is. All of these as the administrator, and faster than kubectl.
    pub(crate) async fn find(&self, path: &str) -> Option<Value> {
        match self.by_admin("GET", path, Vec::new()).await {
            Ok(object) => Some(object),
            Err(Failure::NamespaceMissing) => None,
            Err(other) => panic!("{path}: {other}"),
        }
    }

    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        let mut list = self.find(path).await.unwrap_or_else(|| panic!("no {path}"));
        serde_json::from_value(list["items"].take()).unwrap()
    }

    pub(crate) async fn make(&self, path: &str, object: &Value) -> Value {
        let made = self.by_admin("POST", path, object.to_string().into_bytes()).await;
        made.unwrap_or_else(|failure| panic!("{path}: {failure}"))
    }

    /// Deletes it, if it is there.
    pub(crate) async fn delete(&self, path: &str) {
        let deleted = self.by_admin("DELETE", path, Vec::new()).await;
        assert!(matches!(deleted, Ok(_) | Err(Failure::NamespaceMissing)), "{path}: {deleted:?}");
    }

    async fn by_admin(&self, method: &str, path: &str, body: Vec<u8>) -> Result<Value, Failure> {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let answer = self.admin.request_text(request.body(body).unwrap()).await?;
        Ok(serde_json::from_str(&answer).unwrap())
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
