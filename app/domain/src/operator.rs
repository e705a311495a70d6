//! Whoever runs the installation: what happens to it as a whole, apart from any organization.

use crate::text::EmailAddress;
use serde::{Deserialize, Serialize};

/// What operators did to the installation itself. What they do to an organization stands in that organization's own log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code")]
pub enum OperatorEvent {
    #[serde(rename = "operator.added")]
    Added { email: EmailAddress },
    #[serde(rename = "operator.removed")]
    Removed { email: EmailAddress },
    #[serde(rename = "credential.made")]
    CredentialMade { name: String },
    #[serde(rename = "credential.ended")]
    CredentialEnded { name: String },
    #[serde(rename = "sign_ups.opened")]
    SignUpsOpened,
    #[serde(rename = "sign_ups.closed")]
    SignUpsClosed,
    #[serde(rename = "user.removed")]
    UserRemoved { name: String },
    #[serde(rename = "mail.retried")]
    MailRetried { letters: u64 },
}

impl OperatorEvent {
    /// The stable name of what happened.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Added { .. } => "operator.added",
            Self::Removed { .. } => "operator.removed",
            Self::CredentialMade { .. } => "credential.made",
            Self::CredentialEnded { .. } => "credential.ended",
            Self::SignUpsOpened => "sign_ups.opened",
            Self::SignUpsClosed => "sign_ups.closed",
            Self::UserRemoved { .. } => "user.removed",
            Self::MailRetried { .. } => "mail.retried",
        }
    }
}
