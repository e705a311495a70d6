//! Every reason a rule says no, as data. `app::words` turns each into a sentence, `app::error` into a status.

use crate::{
    permission::Permission,
    text::{OrganizationName, Problem},
    time::Timestamp,
    token::{Lifetime, Scope},
};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    // Who asks
    NotSignedIn,
    /// Absent, or not this person's to see: one answer for both, so that nothing can be probed.
    NotFound,
    AdminsOnly,
    /// Not even an admin: whoever runs the installation decides.
    OperatorOnly,
    /// The asker's membership in this organization is switched off.
    MembershipDeactivated,
    /// Right password, but every membership is deactivated. Names where, so that they know whom to ask.
    AccountDeactivated {
        organizations: Vec<OrganizationName>,
    },
    WrongCredentials,
    /// Right for reading, too long ago for this: whoever walks up to an open screen must not make a credential.
    ReauthenticationRequired,
    SignUpsClosed,
    /// The operator has closed the organization for now.
    OrganizationSuspended,

    // Tokens
    /// Not a token's form, or a typo in one: said without asking the database.
    TokenMalformed,
    /// Removed, or never made: one answer for both.
    TokenUnknown,
    TokenExpired {
        at: Timestamp,
    },
    /// The token was made without this scope.
    ScopeMissing {
        scope: Scope,
    },
    /// What no token can do.
    PeopleOnly,
    /// Longer than the operator lets any token live.
    TokenLifetime {
        most: Lifetime,
    },
    NoCluster,

    // Logins
    /// Nobody has answered the machine's request yet.
    LoginPending,
    /// The machine asks more often than it was told to.
    LoginTooSoon {
        retry_after: Duration,
    },
    LoginDenied,
    /// Not answered in time, taken already, or never asked: one answer for all.
    LoginExpired,
    /// No request that waits for an answer shows this code.
    LoginCodeUnknown,
    /// Ended by its owner, by a new password, by a deactivation or by time; or there never was one: one answer for all.
    LoginEnded,

    // Members
    FounderStays,
    OwnMembership,
    LastActiveAdmin,
    AlreadyDeactivated,
    AlreadyActive,
    AlreadyFounder,
    /// They have this role already.
    RoleUnchanged,
    /// What is asked takes an active member.
    NotActive,
    /// Whoever is removed is deactivated first, in every organization of theirs.
    StillActive,
    MemberLimit {
        most: u32,
    },

    // Invitations
    InvitationExpired {
        at: Timestamp,
    },
    InvitationRevoked,
    InvitationAccepted,
    InviterNoLongerAdmin,
    /// A deactivated member can't come back through an invitation.
    DeactivatedMember,
    AlreadyMember,
    /// Signed in as somebody else than the invited address.
    InvitedSomebodyElse,
    /// The invited address has an account: sign in to accept.
    SignInToAccept,

    // Grants and namespaces
    PermissionWithheld(Permission),
    /// Somebody changed it since it was read; the caller shows both.
    StaleVersion,
    UnknownNamespace {
        name: String,
    },
    /// An inviter passes on only what they have.
    NamespaceNotHeld {
        name: String,
    },
    NamespaceTaken {
        name: String,
    },
    /// No organization gets a name of the cluster's own.
    NameReserved {
        name: String,
    },
    /// It begins with another organization's slug.
    NameOfAnother {
        name: String,
    },
    /// Somebody else made it in the cluster.
    NameTakenInCluster {
        name: String,
    },
    NamespaceLimit {
        most: u32,
    },
    /// A limit below what is there.
    LimitTooLow {
        present: u32,
    },
    /// An end is given to what somebody has.
    NotGranted,
    AlreadyGiven,
    NotGiven,

    // The operator
    /// An act of the operator is decided by nobody who asked for it.
    OwnRequest,
    RequestDecided,
    AlreadyRequested,
    AlreadySuspended,
    NotSuspended,
    NothingHeld,
    /// The database is no older than what the cluster was told.
    NotOlder,
    AlreadyOperator,
    NotOperator,
    /// An installation keeps at least one who can run it from its pages.
    LastOperator,

    // Links in mails
    LinkExpired,
    LinkUnknown,

    // Input
    BadField {
        field: &'static str,
        problem: Problem,
    },
    TooMany {
        field: &'static str,
        most: usize,
    },
    TooManyRequests {
        retry_after: Duration,
    },
}

impl Refusal {
    /// The stable name of this reason on the wire and in the log. Programs match on it: never rename one.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotSignedIn => "not_signed_in",
            Self::NotFound => "not_found",
            Self::AdminsOnly => "admins_only",
            Self::OperatorOnly => "operator_only",
            Self::MembershipDeactivated => "membership_deactivated",
            Self::AccountDeactivated { .. } => "account_deactivated",
            Self::WrongCredentials => "wrong_credentials",
            Self::ReauthenticationRequired => "reauthentication_required",
            Self::SignUpsClosed => "sign_ups_closed",
            Self::OrganizationSuspended => "organization_suspended",
            Self::TokenMalformed => "token_malformed",
            Self::TokenUnknown => "token_unknown",
            Self::TokenExpired { .. } => "token_expired",
            Self::ScopeMissing { .. } => "scope_missing",
            Self::PeopleOnly => "people_only",
            Self::TokenLifetime { .. } => "token_lifetime",
            Self::NoCluster => "no_cluster",
            // The names of RFC 8628, section 3.5, where it has one.
            Self::LoginPending => "authorization_pending",
            Self::LoginTooSoon { .. } => "slow_down",
            Self::LoginDenied => "login_denied",
            Self::LoginExpired => "login_expired",
            Self::LoginCodeUnknown => "login_code_unknown",
            Self::LoginEnded => "login_ended",
            Self::FounderStays => "founder_stays",
            Self::OwnMembership => "own_membership",
            Self::LastActiveAdmin => "last_active_admin",
            Self::AlreadyDeactivated => "already_deactivated",
            Self::AlreadyActive => "already_active",
            Self::AlreadyFounder => "already_founder",
            Self::RoleUnchanged => "role_unchanged",
            Self::NotActive => "not_active",
            Self::StillActive => "still_active",
            Self::MemberLimit { .. } => "member_limit",
            Self::InvitationExpired { .. } => "invitation_expired",
            Self::InvitationRevoked => "invitation_revoked",
            Self::InvitationAccepted => "invitation_accepted",
            Self::InviterNoLongerAdmin => "inviter_no_longer_admin",
            Self::DeactivatedMember => "deactivated_member",
            Self::AlreadyMember => "already_member",
            Self::InvitedSomebodyElse => "invited_somebody_else",
            Self::SignInToAccept => "sign_in_to_accept",
            Self::PermissionWithheld(_) => "permission_withheld",
            Self::StaleVersion => "stale_version",
            Self::UnknownNamespace { .. } => "unknown_namespace",
            Self::NamespaceNotHeld { .. } => "namespace_not_held",
            Self::NamespaceTaken { .. } => "namespace_taken",
            Self::NameReserved { .. } => "name_reserved",
            Self::NameOfAnother { .. } => "name_of_another",
            Self::NameTakenInCluster { .. } => "name_taken_in_cluster",
            Self::NamespaceLimit { .. } => "namespace_limit",
            Self::LimitTooLow { .. } => "limit_too_low",
            Self::NotGranted => "not_granted",
            Self::AlreadyGiven => "already_given",
            Self::NotGiven => "not_given",
            Self::OwnRequest => "own_request",
            Self::RequestDecided => "request_decided",
            Self::AlreadyRequested => "already_requested",
            Self::AlreadySuspended => "already_suspended",
            Self::NotSuspended => "not_suspended",
            Self::NothingHeld => "nothing_held",
            Self::NotOlder => "not_older",
            Self::AlreadyOperator => "already_operator",
            Self::NotOperator => "not_operator",
            Self::LastOperator => "last_operator",
            Self::LinkExpired => "link_expired",
            Self::LinkUnknown => "link_unknown",
            Self::BadField { .. } => "bad_field",
            Self::TooMany { .. } => "too_many",
            Self::TooManyRequests { .. } => "too_many_requests",
        }
    }

    /// Turns a text's problem into a refusal that names the field it came from.
    pub fn field(field: &'static str) -> impl FnOnce(Problem) -> Self {
        move |problem| Self::BadField { field, problem }
    }
}
