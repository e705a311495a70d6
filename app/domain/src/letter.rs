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
use std::{collections::BTreeSet, time::Duration};

/// How long a mail about somebody's access waits for what else changes of it.
pub const GATHERED: Duration = Duration::from_secs(60);

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
    /// Changes that came soon after one another: two or more, each about something else.
    Several(Vec<Self>),
}

/// What a change is about. Of two about the same the later one counts.
#[derive(PartialEq, Eq)]
enum About<'a> {
    Namespaces,
    Status,
    Role,
    Permission(&'a NamespaceName, Permission),
    Several,
}

impl AccessChange {
    /// What is left to be said once `later` has happened as well: nothing where namespaces were given and taken back. Whoever
    /// was switched off and on is told that they are back, since they may have noticed it.
    pub fn followed_by(self, later: Self) -> Option<Self> {
        let mut all = self.singly();
        for change in later.singly() {
            let before = all.iter().position(|before| before.about() == change.about()).map(|at| all.remove(at));
            all.extend(match before {
                Some(before) => before.replaced_by(change),
                None => Some(change),
            });
        }
        if all.len() > 1 { Some(Self::Several(all)) } else { all.pop() }
    }

    fn singly(self) -> Vec<Self> {
        match self {
            Self::Several(changes) => changes,
            change => vec![change],
        }
    }

    fn about(&self) -> About<'_> {
        match self {
            Self::Namespaces { .. } => About::Namespaces,
            Self::Deactivated | Self::Reactivated => About::Status,
            Self::MadeAdmin | Self::NoLongerAdmin | Self::MadeFounder => About::Role,
            Self::PermissionGiven { namespace, permission, .. } | Self::PermissionRevoked { namespace, permission } => {
                About::Permission(namespace, *permission)
            }
            Self::Several(_) => About::Several,
        }
    }

    fn replaced_by(self, later: Self) -> Option<Self> {
        let (Self::Namespaces { added, removed }, Self::Namespaces { added: given, removed: taken }) = (&self, &later)
        else {
            return Some(later);
        };
        // A name on both sides was given and taken back, or the other way round.
        let (all_added, all_removed): (BTreeSet<_>, BTreeSet<_>) =
            (added.iter().chain(given).collect(), removed.iter().chain(taken).collect());
        let only =
            |these: &BTreeSet<&NamespaceName>, those| these.difference(those).copied().cloned().collect::<Vec<_>>();
        let (added, removed) = (only(&all_added, &all_removed), only(&all_removed, &all_added));
        (!added.is_empty() || !removed.is_empty()).then_some(Self::Namespaces { added, removed })
    }
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
