//! A Bailiwick that runs elsewhere, asked over HTTP: for the commands that people run on their own machines.

use app::error::ApiError;
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, HeaderValue, Method, Request, header},
};
use controller::ServerAddress;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{fmt, time::Duration};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// In bytes. The longest page of anything is a small part of this.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// What a function of the API is asked with.
pub(crate) type Fields = Vec<(&'static str, String)>;

/// What it answers: its JSON, and what a person is told beside it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) json: Value,
    pub(crate) notice: Option<String>,
}

pub(crate) struct Remote {
    way: Way,
    server: ServerAddress,
    bearer: Option<HeaderValue>,
}

enum Way {
    Tls(Client<HttpsConnector<HttpConnector>, Body>),
    /// To this very machine, where nobody listens in between.
    Loopback(Client<HttpConnector, Body>),
}

/// Why something was not done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Bailiwick says no.
    Refused(ApiError),
    /// Nobody answers there, or it is not Bailiwick who does. As a sentence.
    Unreached(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self {
            Self::Refused(error) => &error.message,
            Self::Unreached(why) => why,
        };
        // What another machine says is written to a terminal, which obeys control characters.
        sentence.chars().filter(|c| !c.is_control()).try_for_each(|c| write!(f, "{c}"))
    }
}

impl std::error::Error for Trouble {}

/// One question to the API: what is read stands in the query, what is written in the body.
///
/// # Errors
/// The address is none.
pub(crate) fn question(method: Method, address: &str, fields: &Fields) -> Result<Request<Bytes>, axum::http::Error> {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let (address, body) = match method {
        Method::GET if form.is_empty() => (address.to_owned(), form),
        Method::GET => (format!("{address}?{form}"), String::new()),
        _ => (address.to_owned(), form),
    };
    Request::builder()
        .method(method)
        .uri(address)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .body(Bytes::from(body))
}

impl Remote {
    /// The Bailiwick at this address. Says nothing about whether anybody is there.
    ///
    /// # Errors
    /// As a sentence: this machine trusts no certificates.
    pub(crate) fn at(server: &ServerAddress) -> Result<Self, String> {
        let way = if server.is_encrypted() {
            let roots = HttpsConnectorBuilder::new().with_native_roots();
            let roots =
                roots.map_err(|error| format!("the certificates that this machine trusts can't be read: {error}"))?;
            Way::Tls(Client::builder(TokioExecutor::new()).build(roots.https_only().enable_http1().build()))
        } else {
            Way::Loopback(Client::builder(TokioExecutor::new()).build_http())
        };
        Ok(Self { way, server: server.clone(), bearer: None })
    }

    /// The same, asked with a secret in the header. `None`: no header can carry it.
    pub(crate) fn with_bearer(self, secret: &str) -> Option<Self> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {secret}")).ok()?;
        bearer.set_sensitive(true);
        Some(Self { bearer: Some(bearer), ..self })
    }

    pub(crate) fn server(&self) -> &ServerAddress {
        &self.server
    }

    /// Asks a writing function, and knows what its answer looks like.
    ///
    /// # Errors
    /// What Bailiwick refuses, or why it could not be asked.
    pub(crate) async fn post<T: DeserializeOwned>(&self, function: &str, fields: &Fields) -> Result<T, Trouble> {
        let answer = self.call(Method::POST, function, fields).await?;
        T::deserialize(answer.json).map_err(|_| self.strange(200))
    }

    /// Asks a function.
    ///
    /// # Errors
    /// What Bailiwick refuses, or why it could not be asked.
    pub(crate) async fn call(&self, method: Method, function: &str, fields: &Fields) -> Result<Answer, Trouble> {
        let silent = |_| Err(format!("no answer within {} s", PATIENCE.as_secs()));
        let asked = tokio::time::timeout(PATIENCE, self.ask(method, function, fields)).await.unwrap_or_else(silent);
        let (status, headers, body) = asked.map_err(|why| {
            Trouble::Unreached(format!(
                "{} can't be asked: {why}. Check the address and that it is up; SSL_CERT_FILE names certificates to trust",
                self.server
            ))
        })?;
        if status != 200 {
            // A redirect is not followed: the secret is for this host.
            return Err(serde_json::from_slice(&body).map_or_else(|_| self.strange(status), Trouble::Refused));
        }
        let json = serde_json::from_slice(&body).map_err(|_| self.strange(status))?;
        let notice = headers.get("bailiwick-notice").and_then(|notice| notice.to_str().ok());
        let notice = notice.map(|notice| percent_decode_str(notice).decode_utf8_lossy().into_owned());
        Ok(Answer { json, notice })
    }

    fn strange(&self, status: u16) -> Trouble {
        let what = if (300..400).contains(&status) { "leads elsewhere" } else { "answers what Bailiwick does not" };
        let server = &self.server;
        Trouble::Unreached(format!("{server} {what} (status {status}). Is this the address of Bailiwick itself?"))
    }

    async fn ask(&self, method: Method, function: &str, fields: &Fields) -> Result<(u16, HeaderMap, Vec<u8>), String> {
        let request = question(method, &format!("{}/api/v1/{function}", self.server), fields);
        let mut request = request.map_err(|error| error.to_string())?.map(Body::from);
        let agent = HeaderValue::from_str(&user_agent()).map_err(|error| error.to_string())?;
        request.headers_mut().insert(header::USER_AGENT, agent);
        request.headers_mut().extend(self.bearer.clone().map(|bearer| (header::AUTHORIZATION, bearer)));
        let answer = match &self.way {
            Way::Tls(client) => client.request(request).await,
            Way::Loopback(client) => client.request(request).await,
        };
        let (parts, body) = answer.map_err(|error| causes(&error))?.into_parts();
        let body = to_bytes(Body::new(body), LARGEST_ANSWER).await.map_err(|error| causes(&error))?;
        Ok((parts.status.as_u16(), parts.headers, body.to_vec()))
    }
}

/// As its owner sees it in the list: `bailiwick on Linux`.
fn user_agent() -> String {
    let system = match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "Macintosh",
        "windows" => "Windows",
        other => other,
    };
    format!("bailiwick/{} ({system})", env!("CARGO_PKG_VERSION"))
}

/// The outermost says "client error"; what it was stands further in.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_machine_says_gives_a_terminal_no_orders() {
        let said = Trouble::Refused(ApiError::new("internal", "\u{1b}[2Jgone\r\nbailiwick: all is well\u{7}"));
        assert_eq!(said.to_string(), "[2Jgonebailiwick: all is well");
    }
}
