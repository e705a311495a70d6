//! Whoever runs the installation: what their programs bring, and what happens to it as a whole, apart from any organization.

use crate::{
    refusal::Refusal,
    text::EmailAddress,
    token::{checksum, digits, random_digits},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What every credential of the operator's begins with: told apart from an organization's tokens, and found by scanners.
pub const PREFIX: &str = "bwo_";

/// The secret of a credential that the operator's programs bring, in the form of a token's. Its checksum is of the prefix
/// too, so that no slip of a key turns one into the other.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Makes a secret of random bytes; takes as many as it needs.
    pub fn from_random(byte: impl FnMut() -> u8) -> Self {
        let text = format!("{PREFIX}{}", random_digits(byte));
        let check = checksum(&text);
        Self(text + &check)
    }

    /// # Errors
    /// [`Refusal::TokenMalformed`] for what no installation ever gave out, or somebody mistyped.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        match digits(text, PREFIX) {
            Some((random, check)) if check == checksum(&format!("{PREFIX}{random}")) => Ok(Self(text.to_owned())),
            _ => Err(Refusal::TokenMalformed),
        }
    }

    /// The secret itself: for the answer that makes it, for its hash, and for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({PREFIX}…)")
    }
}

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
    #[serde(rename = "restore.confirmed")]
    RestoreConfirmed,
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
            Self::RestoreConfirmed => "restore.confirmed",
        }
    }
}
