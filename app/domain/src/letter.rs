//! What waits in the outbox. Ids only: links and names are looked up when the mail is written, so the outbox
//! holds no secret, and a letter that waited says what is true when it leaves.

use crate::{
    grant::Change,
    id::{InvitationId, OrganizationId, RequestId, ResetId, SignUpId, TokenId, UserId},
    permission::Permission,
    text::NamespaceName,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    Invitation {
        invitation: InvitationId,
    },
    Verification {
        sign_up: SignUpId,
    },
    /// Somebody tried to sign up with an address that has an account.
    AccountExists {
        user: UserId,
    },
    PasswordReset {
        reset: ResetId,
    },
    PasswordChanged {
        user: UserId,
    },
    AccessChanged {
        user: UserId,
        organization: OrganizationId,
        change: AccessChange,
    },
    /// Tokens of one organization end soon; those that are removed meanwhile are left out.
    TokensExpire {
        user: UserId,
        organization: OrganizationId,
        tokens: Vec<TokenId>,
    },
    /// To an operator: an admin asks for something.
    RequestFiled {
        user: UserId,
        request: RequestId,
    },
    /// To whoever asked: the operator has decided.
    RequestDecided {
        user: UserId,
        request: RequestId,
    },
    /// To an admin: the operator closed the organization, or opened it again.
    StandingChanged {
        user: UserId,
        organization: OrganizationId,
        suspended: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessChange {
    Namespaces {
        added: Vec<NamespaceName>,
        removed: Vec<NamespaceName>,
    },
    Deactivated,
    Reactivated,
    /// A withheld permission, given by the operator.
    PermissionGiven {
        namespace: NamespaceName,
        permission: Permission,
        ends_at: Option<Timestamp>,
    },
    PermissionRevoked {
        namespace: NamespaceName,
        permission: Permission,
    },
    MadeAdmin,
    NoLongerAdmin,
    MadeFounder,
}

impl From<Change<NamespaceName>> for AccessChange {
    fn from(change: Change<NamespaceName>) -> Self {
        Self::Namespaces { added: change.added.into_iter().collect(), removed: change.removed.into_iter().collect() }
    }
}

impl Letter {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::Verification { .. } => "verification",
            Self::AccountExists { .. } => "account_exists",
            Self::PasswordReset { .. } => "password_reset",
            Self::PasswordChanged { .. } => "password_changed",
            Self::AccessChanged { .. } => "access_changed",
            Self::TokensExpire { .. } => "tokens_expire",
            Self::RequestFiled { .. } => "request_filed",
            Self::RequestDecided { .. } => "request_decided",
            Self::StandingChanged { .. } => "standing_changed",
        }
    }
}
