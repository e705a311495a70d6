//! One type per kind of id, so that a user's id can never stand where an organization's is wanted.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// The text is not an id of ours. Says nothing about whether such a thing exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes an id of 122 random bits (UUID version 4): ids are never guessed, whoever sees one.
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// The id of nothing: what is random is never nil. Stands for a text that is no id, where it is the gate that
            /// says first who may ask.
            pub const NOTHING: Self = Self(Uuid::nil());

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)
            }
        }
    )+};
}

ids! {
    OrganizationId,
    UserId,
    MemberId,
    InvitationId,
    NamespaceId,
    /// An API access token. Not its secret: it may be shown and logged.
    TokenId,
    SessionId,
    /// Something that only the operator can do, asked for by an admin.
    RequestId,
    /// What programs of the operator's bring.
    CredentialId,
    /// A person's way into the cluster from one machine.
    LoginId,
    /// A machine that waits for its person to let it in.
    LoginRequestId,
    /// A sign-up that waits for its address to be proved.
    SignUpId,
    /// A password reset that somebody asked for.
    ResetId,
    /// A letter in the outbox. Also the local part of the mail's Message-ID.
    LetterId,
}
