//! The two ways to the API: in this very process, on the database of the configuration; or to a server that runs.

use super::ended::{Ended, Exit};
use crate::http::perform;
use app::{api::exchange::Answer as Said, error::ApiError};
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{
        HeaderValue, Method, Request, Uri,
        header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT},
    },
};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::{error::Error, str::FromStr, sync::Arc, time::Duration};
use usecases::{Context, Installation};

/// What a server is told to prove that an operator's program asks: never an argument, which other users of a machine see.
pub(super) const CREDENTIAL: &str = "BAILIWICK_OPERATOR_CREDENTIAL";

/// How long a server may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// In bytes. The longest page of anything is a small part of this.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

pub(super) type Fields = Vec<(&'static str, String)>;

/// What a function of the API answers: its JSON, and what a person is told beside it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) json: Value,
    pub(super) notice: Option<String>,
}

pub(super) enum Transport {
    /// Whoever can open the database is its operator: no listener, no credential.
    Here(Arc<Installation>),
    There(Box<There>),
}

impl Transport {
    pub(super) async fn call(&self, method: Method, function: &str, fields: &Fields) -> Result<Answer, Ended> {
        let path = format!("/api/v1/{function}");
        match self {
            Self::Here(installation) => here(installation.clone(), method, &path, fields).await,
            Self::There(there) => there.call(method, &path, fields).await,
        }
    }

    pub(super) async fn close(self) {
        if let Self::Here(installation) = self {
            installation.db.close().await;
        }
    }
}

fn written(fields: &Fields) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// One request of either way: what is read stands in the query, what is written in the body.
fn request<B: From<String>>(method: Method, address: &str, fields: &Fields) -> Result<Request<B>, Ended> {
    let written = written(fields);
    let (address, body) = match method {
        Method::GET if written.is_empty() => (address.to_owned(), String::new()),
        Method::GET => (format!("{address}?{written}"), String::new()),
        _ => (address.to_owned(), written),
    };
    Request::builder()
        .method(method)
        .uri(address)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json")
        .body(B::from(body))
        .map_err(|error| Ended::trouble(error.to_string()))
}

async fn here(installation: Arc<Installation>, method: Method, path: &str, fields: &Fields) -> Result<Answer, Ended> {
    let context = Context::operator(installation);
    let (response, Said { notice, .. }) = perform(&context, path, request::<Body>(method, path, fields)?)
        .await
        .map_err(|error| Ended::of(error.status(), error))?;
    let body = to_bytes(response.into_body(), LARGEST_ANSWER).await;
    let body = body.map_err(|error| Ended::trouble(error.to_string()))?;
    Ok(Answer { json: read(&body)?, notice })
}

fn read(body: &[u8]) -> Result<Value, Ended> {
    serde_json::from_slice(body).map_err(|_| Ended::trouble("The answer is no JSON. Is this Bailiwick?"))
}

/// The address of a server: `https://…`, or plain HTTP where it never leaves this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address(String);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let uri: Uri =
            text.parse().map_err(|_| "it is no address; it looks like https://bailiwick.example".to_owned())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("it looks like https://bailiwick.example".to_owned());
        };
        if authority.as_str().contains('@') || !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err("it is a scheme and a host and no more, like https://bailiwick.example".to_owned());
        }
        let host = authority.host().trim_matches(['[', ']']);
        let loopback = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        match scheme {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err("the credential would go over the network in clear: use https://".to_owned()),
            _ => return Err("it begins with https://".to_owned()),
        }
        Ok(Self(format!("{scheme}://{authority}")))
    }
}

pub(super) struct There {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    address: Address,
    bearer: HeaderValue,
}

impl There {
    /// # Errors
    /// Without a credential, or where this machine trusts nobody.
    pub(super) fn new(address: Address, credential: Option<String>) -> Result<Self, Ended> {
        let credential = credential.filter(|it| !it.trim().is_empty()).ok_or_else(|| {
            let message = format!(
                "--server needs a credential in {CREDENTIAL}. Make one at the machine itself: \
                 bailiwick operator credential make NAME"
            );
            Ended::new(Exit::Usage, "no_credential", message)
        })?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", credential.trim())).map_err(|_| {
            Ended::new(Exit::Usage, "token_malformed", format!("{CREDENTIAL} holds what no credential is made of."))
        })?;
        bearer.set_sensitive(true);
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| Ended::trouble(format!("No certificates to trust are found on this machine: {error}")))?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector), address, bearer })
    }

    async fn call(&self, method: Method, path: &str, fields: &Fields) -> Result<Answer, Ended> {
        let address = &self.address.0;
        let mut request = request::<Full<Bytes>>(method, &format!("{address}{path}"), fields)?;
        request.headers_mut().insert(AUTHORIZATION, self.bearer.clone());
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let asked = async {
            let response = self.client.request(request).await.map_err(|error| reasons(&error))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(|error| reasons(&*error))?;
            Ok((parts, body.to_bytes()))
        };
        let silent = |_| Err(format!("nothing comes back within {} seconds", PATIENCE.as_secs()));
        let outcome: Result<_, String> = tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(silent);
        let (parts, body) =
            outcome.map_err(|why| Ended::trouble(format!(
                "{address} can't be asked: {why}. Check the address and that it is up; SSL_CERT_FILE names certificates to trust."
            )))?;
        if parts.status.is_success() {
            let notice = parts.headers.get("bailiwick-notice").and_then(|notice| notice.to_str().ok());
            let notice = notice.map(|notice| percent_decode_str(notice).decode_utf8_lossy().into_owned());
            return Ok(Answer { json: read(&body)?, notice });
        }
        match serde_json::from_slice::<ApiError>(&body) {
            Ok(error) => Err(refused(Ended::of(parts.status.as_u16(), error))),
            // A front, or something else altogether: a redirect is not followed either, the credential is this host's.
            Err(_) => Err(Ended::trouble(format!("{address} answers {}, and not as Bailiwick does.", parts.status))),
        }
    }
}

const AGENT: &str = concat!("bailiwick/", env!("CARGO_PKG_VERSION"));

/// The API speaks of an organization's tokens to whoever brings what it does not know.
fn refused(ended: Ended) -> Ended {
    match ended.code() {
        "token_unknown" | "token_malformed" | "operator_only" => ended.saying(format!(
            "What {CREDENTIAL} holds is no credential of the operator's here, or was ended. Make one at the machine \
             itself: bailiwick operator credential make NAME"
        )),
        _ => ended,
    }
}

/// An error with all that it comes from: the outermost of hyper's says only "client error".
fn reasons(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_never_crosses_the_network_in_clear() {
        for good in [
            "https://bailiwick.example",
            "https://bailiwick.example:8443/",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
        ] {
            assert_eq!(good.parse::<Address>().unwrap().0, good.trim_end_matches('/'));
        }
        assert!("http://localhost:3000".parse::<Address>().is_ok());
        for bad in [
            "http://bailiwick.example",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://localhost@bailiwick.example",
            "bailiwick.example",
            "https://bailiwick.example/console",
            "https://bailiwick.example?x=1",
            "https://me:secret@bailiwick.example",
            "ftp://bailiwick.example",
            "https://",
            "",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_server_without_a_credential_is_a_mistake_of_the_caller() {
        let address: Address = "https://bailiwick.example".parse().unwrap();
        for none in [None, Some(String::new()), Some(" ".into()), Some("bwo_\u{7}".into())] {
            let ended = There::new(address.clone(), none).map(|_| ()).unwrap_err();
            assert_eq!(ended.exit_code(), std::process::ExitCode::from(2));
        }
    }
}
