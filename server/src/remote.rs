//! A Bailiwick that runs elsewhere, asked over HTTP: for the commands that people run on their own machines.

use app::error::ApiError;
use axum::{
    body::{Body, to_bytes},
    http::{Request, Uri, header},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::de::DeserializeOwned;
use std::{fmt, net::IpAddr, time::Duration};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// In bytes: an answer with a cluster's certificates is some thousands.
const LARGEST_ANSWER: usize = 1024 * 1024;

pub(crate) struct Remote {
    way: Way,
    /// `https://host:port`, with no slash at its end.
    server: String,
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

/// The address in the one spelling under which things are kept.
fn address(server: &str) -> Result<String, String> {
    let wrong = || format!("{server:?} is no address of the form https://host or https://host:port");
    let uri: Uri = server.trim().trim_end_matches('/').parse().map_err(|_| wrong())?;
    let (Some(scheme), Some(host), Some(authority)) = (uri.scheme_str(), uri.host(), uri.authority()) else {
        return Err(wrong());
    };
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.as_str().contains('@') {
        return Err(wrong());
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match scheme {
        "https" => {}
        "http" if loopback => {}
        "http" => {
            return Err(format!(
                "{server} is not https: whoever listens on the way would get your access to the cluster"
            ));
        }
        _ => return Err(wrong()),
    }
    Ok(format!("{scheme}://{}", authority.as_str().to_ascii_lowercase()))
}

impl Remote {
    /// The Bailiwick at this address. Says nothing about whether anybody is there.
    ///
    /// # Errors
    /// As a sentence: it is no address, or not `https` and not on this very machine; this machine trusts no certificates.
    pub(crate) fn at(server: &str) -> Result<Self, String> {
        let server = address(server)?;
        let way = if server.starts_with("https:") {
            let roots = HttpsConnectorBuilder::new().with_native_roots();
            let roots =
                roots.map_err(|error| format!("the certificates that this machine trusts can't be read: {error}"))?;
            Way::Tls(Client::builder(TokioExecutor::new()).build(roots.https_only().enable_http1().build()))
        } else {
            Way::Loopback(Client::builder(TokioExecutor::new()).build_http())
        };
        Ok(Self { way, server })
    }

    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Asks a writing function.
    ///
    /// # Errors
    /// What Bailiwick refuses, or why it could not be asked.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        function: &str,
        fields: &[(&str, &str)],
    ) -> Result<T, Trouble> {
        let server = &self.server;
        let unreached = |why: String| Trouble::Unreached(format!("{server} can't be asked: {why}"));
        let answer = tokio::time::timeout(PATIENCE, self.ask(function, fields)).await;
        let (status, body) = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(why)) => return Err(unreached(why)),
            Err(_) => return Err(unreached(format!("no answer within {} s", PATIENCE.as_secs()))),
        };
        let strange = || {
            let what = if (300..400).contains(&status) { "leads elsewhere" } else { "answers what Bailiwick does not" };
            Trouble::Unreached(format!("{server} {what} (status {status}). Is this the address of Bailiwick itself?"))
        };
        if status == 200 {
            return serde_json::from_slice(&body).map_err(|_| strange());
        }
        Err(serde_json::from_slice(&body).map_or_else(|_| strange(), Trouble::Refused))
    }

    async fn ask(&self, function: &str, fields: &[(&str, &str)]) -> Result<(u16, Vec<u8>), String> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(format!("{}/api/v1/{function}", self.server))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, user_agent())
            .body(Body::from(form))
            .map_err(|error| error.to_string())?;
        let answer = match &self.way {
            Way::Tls(client) => client.request(request).await,
            Way::Loopback(client) => client.request(request).await,
        };
        let answer = answer.map_err(|error| causes(&error))?;
        let status = answer.status().as_u16();
        let body = to_bytes(Body::new(answer.into_body()), LARGEST_ANSWER).await.map_err(|error| causes(&error))?;
        Ok((status, body.to_vec()))
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
fn causes(error: &dyn std::error::Error) -> String {
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
    fn an_address_has_one_spelling_and_is_https_but_for_this_very_machine() {
        for (written, kept) in [
            ("https://bailiwick.example", "https://bailiwick.example"),
            ("https://Bailiwick.Example:8443/", "https://bailiwick.example:8443"),
            (" https://bailiwick.example// ", "https://bailiwick.example"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[::1]:3000/", "http://[::1]:3000"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(address(written), Ok(kept.to_owned()), "{written}");
        }
        for wrong in [
            "",
            "bailiwick.example",
            "bailiwick.example:443",
            "http://bailiwick.example",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "http://10.0.0.1",
            "ftp://bailiwick.example",
            "https://me:hunter2@bailiwick.example",
            "https://bailiwick.example/console",
            "https://bailiwick.example?x=1",
            "https://",
            "file:///etc/passwd",
            "https://a b",
        ] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_another_machine_says_gives_a_terminal_no_orders() {
        let said = Trouble::Refused(ApiError::new("internal", "\u{1b}[2Jgone\r\nbailiwick: all is well\u{7}"));
        assert_eq!(said.to_string(), "[2Jgonebailiwick: all is well");
    }
}
