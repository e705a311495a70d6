//! The organization's audit log: one variant per thing that can happen, each with a code that never changes.

use crate::{
    text::{EmailAddress, NamespaceName, OrganizationName, TokenName},
    time::Timestamp,
    token::{Mask, Scopes},
};
use serde::{Deserialize, Serialize};

/// What happened. Carries names as they were then: the log must read the same when people and namespaces are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code")]
pub enum ActivityEvent {
    #[serde(rename = "organization.created")]
    OrganizationCreated { name: OrganizationName },
    #[serde(rename = "invitation.sent")]
    InvitationSent { email: EmailAddress, namespaces: Vec<NamespaceName> },
    #[serde(rename = "invitation.resent")]
    InvitationResent { email: EmailAddress },
    #[serde(rename = "invitation.revoked")]
    InvitationRevoked { email: EmailAddress },
    #[serde(rename = "invitation.accepted")]
    InvitationAccepted { email: EmailAddress, namespaces: Vec<NamespaceName> },
    #[serde(rename = "member.deactivated")]
    MemberDeactivated { email: EmailAddress },
    #[serde(rename = "member.reactivated")]
    MemberReactivated { email: EmailAddress },
    #[serde(rename = "member.role_changed")]
    MemberRoleChanged { email: EmailAddress, admin: bool },
    #[serde(rename = "grants.changed")]
    GrantsChanged { email: EmailAddress, added: Vec<NamespaceName>, removed: Vec<NamespaceName> },
    #[serde(rename = "namespace.created")]
    NamespaceCreated { namespace: NamespaceName },
    #[serde(rename = "token.created")]
    TokenCreated {
        token: Mask,
        name: Option<TokenName>,
        namespaces: Vec<NamespaceName>,
        scopes: Scopes,
        expires_at: Option<Timestamp>,
    },
    #[serde(rename = "token.assigned")]
    TokenAssigned { token: Mask, name: Option<TokenName>, added: Vec<NamespaceName>, removed: Vec<NamespaceName> },
    #[serde(rename = "token.removed")]
    TokenRemoved { token: Mask, name: Option<TokenName> },
    /// Somebody of the organization tried what the rules do not allow.
    #[serde(rename = "refused")]
    Refused { action: String, reason: String },
}

impl ActivityEvent {
    /// Every code, for the filter on the page.
    pub const CODES: [&'static str; 14] = [
        "organization.created",
        "invitation.sent",
        "invitation.resent",
        "invitation.revoked",
        "invitation.accepted",
        "member.deactivated",
        "member.reactivated",
        "member.role_changed",
        "grants.changed",
        "namespace.created",
        "token.created",
        "token.assigned",
        "token.removed",
        "refused",
    ];

    pub const fn code(&self) -> &'static str {
        match self {
            Self::OrganizationCreated { .. } => "organization.created",
            Self::InvitationSent { .. } => "invitation.sent",
            Self::InvitationResent { .. } => "invitation.resent",
            Self::InvitationRevoked { .. } => "invitation.revoked",
            Self::InvitationAccepted { .. } => "invitation.accepted",
            Self::MemberDeactivated { .. } => "member.deactivated",
            Self::MemberReactivated { .. } => "member.reactivated",
            Self::MemberRoleChanged { .. } => "member.role_changed",
            Self::GrantsChanged { .. } => "grants.changed",
            Self::NamespaceCreated { .. } => "namespace.created",
            Self::TokenCreated { .. } => "token.created",
            Self::TokenAssigned { .. } => "token.assigned",
            Self::TokenRemoved { .. } => "token.removed",
            Self::Refused { .. } => "refused",
        }
    }
}
