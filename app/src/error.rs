//! What crosses the wire when something was not done: a stable code, and a sentence that a person can act on.
//! Never a foreign library's message: those can name files, tables and hosts.

use domain::{Refusal, text::NamespaceName};
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    pub code: String,
    pub message: String,
    /// The input that is wrong, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// For `stale_version`: what is there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<Present>,
    /// For `too_many_requests`: seconds until trying again can succeed. Also the header `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// A member's namespaces as they stand, for somebody who meant to save others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    pub namespaces: Vec<NamespaceName>,
    pub version: i64,
}

impl ApiError {
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), field: None, present: None, retry_after: None }
    }

    pub fn not_found() -> Self {
        Refusal::NotFound.into()
    }

    /// Whether it is about who asks: they can say so, and ask again.
    pub fn asks_who(&self) -> bool {
        matches!(self.code.as_str(), "not_signed_in" | "reauthentication_required")
    }

    /// Whether the very same may be answered later.
    pub fn is_passing(&self) -> bool {
        matches!(self.code.as_str(), "not_signed_in" | "unavailable")
    }

    /// The one table of codes and statuses.
    pub fn status(&self) -> u16 {
        match self.code.as_str() {
            // A machine that waits reads the code; RFC 8628 has it so.
            "bad_request" | "authorization_pending" => 400,
            // 401 for a sign-in that is too old, as RFC 9470 has it for tokens: the asker is known, the proof is not enough.
            "not_signed_in"
            | "wrong_credentials"
            | "sign_in_to_accept"
            | "not_an_api_server"
            | "not_a_controller"
            | "reauthentication_required"
            | "token_malformed"
            | "token_unknown"
            | "token_expired"
            | "login_ended" => 401,
            "admins_only"
            | "operator_only"
            | "membership_deactivated"
            | "account_deactivated"
            | "sign_ups_closed"
            | "inviter_no_longer_admin"
            | "invited_somebody_else"
            | "permission_withheld"
            | "namespace_not_held"
            | "scope_missing"
            | "people_only"
            | "own_request"
            | "organization_suspended"
            | "login_denied"
            | "foreign_origin" => 403,
            "not_found" | "link_unknown" | "login_code_unknown" => 404,
            "method_not_allowed" => 405,
            "founder_stays"
            | "own_membership"
            | "last_active_admin"
            | "already_deactivated"
            | "already_active"
            | "deactivated_member"
            | "already_member"
            | "stale_version"
            | "namespace_taken"
            | "name_reserved"
            | "name_of_another"
            | "name_taken_in_cluster"
            | "namespace_limit"
            | "already_founder"
            | "role_unchanged"
            | "not_active"
            | "still_active"
            | "member_limit"
            | "limit_too_low"
            | "not_granted"
            | "already_given"
            | "not_given"
            | "request_decided"
            | "already_requested"
            | "already_suspended"
            | "not_suspended"
            | "nothing_held"
            | "not_older"
            | "already_operator"
            | "not_operator"
            | "last_operator"
            | "no_cluster" => 409,
            "invitation_expired" | "invitation_revoked" | "invitation_accepted" | "link_expired" | "login_expired" => {
                410
            }
            "body_too_large" => 413,
            "unsupported_content_type" => 415,
            "bad_field" | "too_many" | "unknown_namespace" | "token_lifetime" => 422,
            "too_many_requests" | "slow_down" => 429,
            "unavailable" | Self::CONTENDED => 503,
            _ => 500,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let field = match &refusal {
            Refusal::BadField { field, .. } | Refusal::TooMany { field, .. } => Some((*field).to_owned()),
            Refusal::NamespaceTaken { .. } => Some("id".to_owned()),
            Refusal::TokenLifetime { .. } => Some("expires".to_owned()),
            _ => None,
        };
        let retry_after = match &refusal {
            Refusal::TooManyRequests { retry_after } | Refusal::LoginTooSoon { retry_after } => {
                Some(retry_after.as_secs().max(1))
            }
            _ => None,
        };
        let message = crate::words::refusal(&refusal);
        Self { field, retry_after, ..Self::new(refusal.code(), message) }
    }
}

/// Errors of the framework: a request that could not be read is the client's mistake, the rest is ours.
impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::new(
                    "bad_request",
                    "Something in the request is missing or can't be read. Check the names of its parts.",
                )
            }
            ServerFnErrorErr::Request(_) => {
                Self::new("unavailable", "The server can't be reached. Check the connection and try again.")
            }
            _ => Self::internal(),
        }
    }
}

impl ApiError {
    /// The code of what was not done because another transaction was in the way. It is done again where functions are run, so
    /// nobody outside is told it.
    pub const CONTENDED: &str = "contended";

    pub fn internal() -> Self {
        Self::new("internal", "Something went wrong on our side; nothing was changed. Try again in a moment.")
    }

    /// More people sign in at this moment than can be served soon.
    pub fn busy() -> Self {
        let message = "Too many people are signing in at this moment; nothing was changed. Try again in a few seconds.";
        Self { retry_after: Some(3), ..Self::new("unavailable", message) }
    }

    pub fn unavailable() -> Self {
        let message = "Bailiwick can't reach its database at the moment; nothing was changed. Try again in a moment.";
        Self { retry_after: Some(5), ..Self::new("unavailable", message) }
    }
}

#[cfg(feature = "ssr")]
impl From<usecases::Error> for ApiError {
    fn from(error: usecases::Error) -> Self {
        match error {
            usecases::Error::Refused(refusal) => refusal.into(),
            usecases::Error::Stale(present) => {
                let usecases::Present { namespaces, version } = present;
                Self { present: Some(Present { namespaces, version }), ..Refusal::StaleVersion.into() }
            }
            // Handled here, so logged here: what the database said stays on this side of the wire.
            usecases::Error::Unavailable(why) => {
                tracing::error!(why, "the database can't be used");
                Self::unavailable()
            }
            usecases::Error::Busy => {
                tracing::warn!("too many passwords wait to be checked; one more was sent away");
                Self::busy()
            }
            usecases::Error::Contended(why) => {
                tracing::debug!(why, "another transaction was in the way");
                Self { code: Self::CONTENDED.to_owned(), ..Self::unavailable() }
            }
            usecases::Error::Broken(why) => {
                tracing::error!(why, "a use case failed");
                Self::internal()
            }
        }
    }
}
