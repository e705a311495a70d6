//! The two ways to the API: in this very process, on the database of the configuration; or to a server that runs.

use super::ended::{Ended, Exit};
use crate::{
    http::perform,
    remote::{Answer, Fields, Remote, Trouble, question},
};
use app::api::exchange::Answer as Said;
use axum::{body::to_bytes, http::Method};
use controller::ServerAddress;
use std::sync::Arc;
use usecases::{Context, Installation};

/// What a server is told to prove that an operator's program asks: never an argument, which other users of a machine see.
pub(super) const CREDENTIAL: &str = "BAILIWICK_OPERATOR_CREDENTIAL";

pub(super) enum Transport {
    /// Whoever can open the database is its operator: no listener, no credential.
    Here(Arc<Installation>),
    There(Box<Remote>),
}

impl Transport {
    /// # Errors
    /// Without a credential, or where this machine trusts nobody.
    pub(super) fn to(server: &ServerAddress, credential: Option<String>) -> Result<Self, Ended> {
        let credential = credential.filter(|it| !it.trim().is_empty()).ok_or_else(|| {
            let message = format!(
                "--server needs a credential in {CREDENTIAL}. Make one at the machine itself: \
                 bailiwick operator credential make NAME"
            );
            Ended::new(Exit::Usage, "no_credential", message)
        })?;
        let remote = Remote::at(server).map_err(Ended::trouble)?;
        let remote = remote.with_bearer(credential.trim()).ok_or_else(|| {
            Ended::new(Exit::Usage, "token_malformed", format!("{CREDENTIAL} holds what no credential is made of."))
        })?;
        Ok(Self::There(Box::new(remote)))
    }

    pub(super) async fn call(&self, method: Method, function: &str, fields: &Fields) -> Result<Answer, Ended> {
        match self {
            Self::Here(installation) => here(installation.clone(), method, function, fields).await,
            Self::There(remote) => remote.call(method, function, fields).await.map_err(|trouble| match trouble {
                Trouble::Refused(error) => refused(Ended::of(error.status(), error)),
                Trouble::Unreached(why) => Ended::trouble(why),
            }),
        }
    }

    pub(super) async fn close(self) {
        if let Self::Here(installation) = self {
            installation.db.close().await;
        }
    }
}

async fn here(
    installation: Arc<Installation>,
    method: Method,
    function: &str,
    fields: &Fields,
) -> Result<Answer, Ended> {
    let context = Context::operator(installation);
    let path = format!("/api/v1/{function}");
    let request = question(method, &path, fields).map_err(|error| Ended::trouble(error.to_string()))?;
    let (response, Said { notice, .. }) =
        perform(&context, &path, request).await.map_err(|error| Ended::of(error.status(), error))?;
    let body = to_bytes(response.into_body(), usize::MAX).await.map_err(|error| Ended::trouble(error.to_string()))?;
    let json = serde_json::from_slice(&body).map_err(|error| Ended::trouble(error.to_string()))?;
    Ok(Answer { json, notice })
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_without_a_credential_is_a_mistake_of_the_caller() {
        let address: ServerAddress = "https://bailiwick.example".parse().unwrap();
        for none in [None, Some(String::new()), Some(" ".into()), Some("bwo_\u{7}".into())] {
            let ended = Transport::to(&address, none).map(|_| ()).unwrap_err();
            assert_eq!(ended.exit_code(), std::process::ExitCode::from(2));
        }
    }
}
