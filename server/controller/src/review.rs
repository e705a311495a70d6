//! The question "whose token is this?" as a Kubernetes API server asks it, and its answer. Types of our own: both versions
//! in use have the same shape, and the answer is of the version that was asked.

use serde::{Deserialize, Serialize};

/// The versions that are understood (`authentication.k8s.io`). API servers send the older one unless told otherwise.
const VERSIONS: [&str; 2] = ["authentication.k8s.io/v1", "authentication.k8s.io/v1beta1"];

/// A TokenReview that was sent. Without `Debug`: it carries a credential.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    api_version: String,
    kind: String,
    spec: Spec,
}

#[derive(Clone, Deserialize)]
struct Spec {
    #[serde(default)]
    token: String,
    /// Whom the token is meant for; empty where the asker does not care.
    #[serde(default)]
    audiences: Vec<String>,
}

/// What was sent is no question of ours to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAReview;

/// Somebody, as the cluster is to know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    pub username: String,
    /// Never used again for somebody else.
    pub uid: String,
    pub groups: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    api_version: String,
    kind: &'static str,
    status: Status,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Status {
    authenticated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<User>,
    /// Those of the audiences asked for that the token is good for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audiences: Vec<String>,
}

impl Question {
    /// # Errors
    /// [`NotAReview`] for anything but a TokenReview of a version in [`VERSIONS`] that carries a token.
    pub fn parse(body: &[u8]) -> Result<Self, NotAReview> {
        let question: Self = serde_json::from_slice(body).map_err(|_| NotAReview)?;
        let known = VERSIONS.contains(&question.api_version.as_str()) && question.kind == "TokenReview";
        if known && !question.spec.token.is_empty() { Ok(question) } else { Err(NotAReview) }
    }

    pub fn token(&self) -> &str {
        &self.spec.token
    }

    /// Whom the token is meant for; empty where the asker does not care.
    pub fn audiences(&self) -> &[String] {
        &self.spec.audiences
    }

    /// Whether it is asked for somebody else: a token of ours opens API servers, and nothing beside them.
    pub fn is_for_others(&self, own: &[String]) -> bool {
        !self.spec.audiences.is_empty() && self.good_for(own).is_empty()
    }

    fn good_for(&self, own: &[String]) -> Vec<String> {
        self.spec.audiences.iter().filter(|audience| own.contains(audience)).cloned().collect()
    }

    /// `None`: nobody. Never to be said because something of ours failed: an API server remembers it.
    pub fn answer(self, user: Option<User>, own: &[String]) -> Answer {
        let user = user.filter(|_| !self.is_for_others(own));
        let audiences = if user.is_some() { self.good_for(own) } else { Vec::new() };
        let status = Status { authenticated: user.is_some(), user, audiences };
        Answer { api_version: self.api_version, kind: "TokenReview", status }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const API: &str = "https://kubernetes.default.svc";

    fn ask(version: &str, audiences: &[&str]) -> Question {
        let body = json!({
            "apiVersion": format!("authentication.k8s.io/{version}"),
            "kind": "TokenReview",
            "metadata": { "creationTimestamp": null },
            "spec": { "token": "bwk_x", "audiences": audiences },
        });
        Question::parse(body.to_string().as_bytes()).unwrap()
    }

    fn ada() -> User {
        User { username: "bailiwick:token:1".into(), uid: "1".into(), groups: vec!["bailiwick:organization:2".into()] }
    }

    fn answer(question: Question, user: Option<User>) -> Value {
        serde_json::to_value(question.answer(user, &[API.to_owned()])).unwrap()
    }

    #[test]
    fn the_answer_is_of_the_version_that_was_asked() {
        for version in ["v1", "v1beta1"] {
            let said = answer(ask(version, &[API, "others"]), Some(ada()));
            assert_eq!(
                said,
                json!({
                    "apiVersion": format!("authentication.k8s.io/{version}"),
                    "kind": "TokenReview",
                    "status": {
                        "authenticated": true,
                        "user": { "username": "bailiwick:token:1", "uid": "1", "groups": ["bailiwick:organization:2"] },
                        "audiences": [API],
                    },
                })
            );
            let nobody = answer(ask(version, &[]), None);
            assert_eq!(nobody["status"], json!({ "authenticated": false }));
        }
    }

    #[test]
    fn a_token_is_good_for_api_servers_alone() {
        assert_eq!(answer(ask("v1", &["vault"]), Some(ada()))["status"], json!({ "authenticated": false }));
        assert_eq!(answer(ask("v1", &[]), Some(ada()))["status"]["authenticated"], true);
        assert!(answer(ask("v1", &[]), Some(ada()))["status"].get("audiences").is_none());
    }

    #[test]
    fn what_is_no_review_is_not_taken_for_one() {
        for body in [
            "",
            "{}",
            "null",
            r#"{"apiVersion":"authentication.k8s.io/v2","kind":"TokenReview","spec":{"token":"x"}}"#,
            r#"{"apiVersion":"authentication.k8s.io/v1","kind":"SubjectAccessReview","spec":{"token":"x"}}"#,
            r#"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{}}"#,
            r#"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview"}"#,
            r#"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":7}}"#,
        ] {
            assert!(Question::parse(body.as_bytes()).is_err(), "{body}");
        }
    }
}
