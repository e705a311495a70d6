//! The organization's audit log: one variant per thing that can happen, each with a code that never changes.

use crate::{
    permission::Permission,
    request::Wish,
    text::{EmailAddress, MachineName, NamespaceName, OrganizationName, Remark, TokenName},
    time::Timestamp,
    token::{Mask, Scopes},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whose a grant is, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    Member { email: EmailAddress },
    Token { token: Mask, name: Option<TokenName> },
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member { email } => email.fmt(f),
            Self::Token { token, name: Some(name) } => write!(f, "the token “{name}” ({token})"),
            Self::Token { token, name: None } => write!(f, "the token {token}"),
        }
    }
}

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
    /// An admin signed a member out everywhere.
    #[serde(rename = "member.sessions_ended")]
    MemberSessionsEnded { email: EmailAddress },
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
    /// A member let a machine into the cluster in their own name.
    #[serde(rename = "login.approved")]
    LoginApproved { machine: Option<MachineName> },
    /// A withheld permission, which the operator alone gives.
    #[serde(rename = "permission.given")]
    PermissionGiven { whose: Named, namespace: NamespaceName, permission: Permission, ends_at: Option<Timestamp> },
    #[serde(rename = "permission.revoked")]
    PermissionRevoked { whose: Named, namespace: NamespaceName, permission: Permission },
    /// By time alone.
    #[serde(rename = "permission.ended")]
    PermissionEnded { whose: Named, namespace: NamespaceName, permission: Permission },
    /// A grant was given an end, or lost it.
    #[serde(rename = "grant.limited")]
    GrantLimited { whose: Named, namespace: NamespaceName, ends_at: Option<Timestamp> },
    /// By time alone.
    #[serde(rename = "grant.ended")]
    GrantEnded { whose: Named, namespace: NamespaceName },
    #[serde(rename = "founder.changed")]
    FounderChanged { email: EmailAddress },
    #[serde(rename = "limit.namespaces")]
    NamespaceLimitChanged { limit: u32 },
    #[serde(rename = "limit.members")]
    MemberLimitChanged { limit: Option<u32> },
    /// The person and all that opened anything for them; the name stays for whoever reads this.
    #[serde(rename = "user.removed")]
    UserRemoved { name: String },
    #[serde(rename = "namespace.adopted")]
    NamespaceAdopted { namespace: NamespaceName },
    #[serde(rename = "namespace.deleted")]
    NamespaceDeleted { namespace: NamespaceName },
    #[serde(rename = "organization.suspended")]
    OrganizationSuspended { reason: Option<Remark> },
    #[serde(rename = "organization.resumed")]
    OrganizationResumed,
    #[serde(rename = "request.filed")]
    RequestFiled { wish: Wish, reason: Remark },
    #[serde(rename = "request.withdrawn")]
    RequestWithdrawn { wish: Wish },
    #[serde(rename = "request.approved")]
    RequestApproved { wish: Wish, note: Option<Remark> },
    #[serde(rename = "request.declined")]
    RequestDeclined { wish: Wish, note: Option<Remark> },
    /// Many bindings were to go from the cluster at once, and the operator said that this is meant.
    #[serde(rename = "deletions.confirmed")]
    DeletionsConfirmed { deletions: u64 },
    /// Somebody of the organization tried what the rules do not allow, so many times since the line before about the same.
    #[serde(rename = "refused")]
    Refused {
        action: String,
        reason: String,
        #[serde(default = "once")]
        times: u64,
    },
}

/// Lines from before repeats were counted.
const fn once() -> u64 {
    1
}

impl ActivityEvent {
    /// Every code, for the filter on the page.
    pub const CODES: [&'static str; 34] = [
        "organization.created",
        "invitation.sent",
        "invitation.resent",
        "invitation.revoked",
        "invitation.accepted",
        "member.deactivated",
        "member.reactivated",
        "member.sessions_ended",
        "member.role_changed",
        "grants.changed",
        "namespace.created",
        "token.created",
        "token.assigned",
        "token.removed",
        "login.approved",
        "permission.given",
        "permission.revoked",
        "permission.ended",
        "grant.limited",
        "grant.ended",
        "founder.changed",
        "limit.namespaces",
        "limit.members",
        "user.removed",
        "namespace.adopted",
        "namespace.deleted",
        "organization.suspended",
        "organization.resumed",
        "request.filed",
        "request.withdrawn",
        "request.approved",
        "request.declined",
        "deletions.confirmed",
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
            Self::MemberSessionsEnded { .. } => "member.sessions_ended",
            Self::MemberRoleChanged { .. } => "member.role_changed",
            Self::GrantsChanged { .. } => "grants.changed",
            Self::NamespaceCreated { .. } => "namespace.created",
            Self::TokenCreated { .. } => "token.created",
            Self::TokenAssigned { .. } => "token.assigned",
            Self::TokenRemoved { .. } => "token.removed",
            Self::LoginApproved { .. } => "login.approved",
            Self::PermissionGiven { .. } => "permission.given",
            Self::PermissionRevoked { .. } => "permission.revoked",
            Self::PermissionEnded { .. } => "permission.ended",
            Self::GrantLimited { .. } => "grant.limited",
            Self::GrantEnded { .. } => "grant.ended",
            Self::FounderChanged { .. } => "founder.changed",
            Self::NamespaceLimitChanged { .. } => "limit.namespaces",
            Self::MemberLimitChanged { .. } => "limit.members",
            Self::UserRemoved { .. } => "user.removed",
            Self::NamespaceAdopted { .. } => "namespace.adopted",
            Self::NamespaceDeleted { .. } => "namespace.deleted",
            Self::OrganizationSuspended { .. } => "organization.suspended",
            Self::OrganizationResumed => "organization.resumed",
            Self::RequestFiled { .. } => "request.filed",
            Self::RequestWithdrawn { .. } => "request.withdrawn",
            Self::RequestApproved { .. } => "request.approved",
            Self::RequestDeclined { .. } => "request.declined",
            Self::DeletionsConfirmed { .. } => "deletions.confirmed",
            Self::Refused { .. } => "refused",
        }
    }
}
