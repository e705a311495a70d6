//! WHO MAY DO WHAT. Every read and every write names an [`Action`]; [`decide`] answers for all of them.
//! `tests/rules/who_may_do_what.rs` writes the whole table to `tests/who_may_do_what.txt`, where a change shows as
//! a diff.

use crate::{
    id::UserId,
    membership::{Membership, Role, Status},
    refusal::Refusal,
};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    Anonymous,
    User(UserId),
    /// Whoever runs the installation, at its command line.
    Operator,
    /// Bailiwick itself: an invitation accepted by its link, a clean-up.
    System,
}

impl Actor {
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(*id),
            Self::Anonymous | Self::Operator | Self::System => None,
        }
    }
}

/// What can be asked of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    SeeOrganization,
    SeeMembers,
    SeeNamespaces,
    SeeActivity,
    SeeOwnGrants,
    SeeGrants,
    SendInvitations,
    CopyInvitationLink,
    ResendInvitation,
    RevokeInvitation,
    AcceptInvitation,
    DeactivateMember,
    ReactivateMember,
    ChangeRole,
    SaveGrants,
    CreateNamespace,
}

impl Action {
    pub const ALL: [Self; 16] = [
        Self::SeeOrganization,
        Self::SeeMembers,
        Self::SeeNamespaces,
        Self::SeeActivity,
        Self::SeeOwnGrants,
        Self::SeeGrants,
        Self::SendInvitations,
        Self::CopyInvitationLink,
        Self::ResendInvitation,
        Self::RevokeInvitation,
        Self::AcceptInvitation,
        Self::DeactivateMember,
        Self::ReactivateMember,
        Self::ChangeRole,
        Self::SaveGrants,
        Self::CreateNamespace,
    ];

    /// The name under which a refused attempt stands in the activity log. Stable.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SeeOrganization => "organization.see",
            Self::SeeMembers => "members.list",
            Self::SeeNamespaces => "namespaces.list",
            Self::SeeActivity => "activity.list",
            Self::SeeOwnGrants => "grants.own",
            Self::SeeGrants => "grants.of",
            Self::SendInvitations => "invitations.send",
            Self::CopyInvitationLink => "invitations.link",
            Self::ResendInvitation => "invitations.resend",
            Self::RevokeInvitation => "invitations.revoke",
            Self::AcceptInvitation => "invitations.accept",
            Self::DeactivateMember => "members.deactivate",
            Self::ReactivateMember => "members.reactivate",
            Self::ChangeRole => "members.role",
            Self::SaveGrants => "grants.save",
            Self::CreateNamespace => "namespaces.create",
        }
    }

    fn needs(self) -> Needs {
        match self {
            Self::SeeOrganization | Self::SeeMembers | Self::SeeNamespaces | Self::SeeOwnGrants => Needs::Member,
            Self::SeeActivity
            | Self::SeeGrants
            | Self::SendInvitations
            | Self::CopyInvitationLink
            | Self::ResendInvitation
            | Self::RevokeInvitation
            | Self::DeactivateMember
            | Self::ReactivateMember
            | Self::SaveGrants
            | Self::CreateNamespace => Needs::Admin,
            // The link is the right to accept; the invitation's own rules say the rest.
            Self::AcceptInvitation => Needs::Link,
            Self::ChangeRole => Needs::Operator,
        }
    }
}

enum Needs {
    Member,
    Admin,
    Link,
    Operator,
}

/// The one place that says yes or no. `membership` is the actor's own, in the organization asked about,
/// read in the same transaction as what follows.
///
/// # Errors
/// [`Refusal::NotSignedIn`] for a stranger without a session; [`Refusal::NotFound`] for one with a session but no
/// membership, so that an organization's existence can't be probed; [`Refusal::MembershipDeactivated`];
/// [`Refusal::AdminsOnly`].
pub fn decide(actor: Actor, membership: Option<&Membership>, action: Action) -> Result<(), Refusal> {
    let needs = action.needs();
    match actor {
        // The operator acts through the same gates, and has no business with a person's own link.
        Actor::Operator => match needs {
            Needs::Link => Err(Refusal::NotFound),
            Needs::Member | Needs::Admin | Needs::Operator => Ok(()),
        },
        Actor::System | Actor::Anonymous | Actor::User(_) if matches!(needs, Needs::Link) => Ok(()),
        Actor::Anonymous => Err(Refusal::NotSignedIn),
        Actor::System => Err(Refusal::NotFound),
        Actor::User(user) => {
            // A row of somebody else must never speak for the asker, whatever a query returned.
            let Some(own) = membership.filter(|own| own.user == user) else {
                return Err(Refusal::NotFound);
            };
            match (own.status, needs, own.role) {
                (Status::Deactivated, _, _) => Err(Refusal::MembershipDeactivated),
                (Status::Active, Needs::Member, _) | (Status::Active, Needs::Admin, Role::Admin) => Ok(()),
                (Status::Active, Needs::Admin, Role::Member) => Err(Refusal::AdminsOnly),
                (Status::Active, Needs::Operator, _) => Err(Refusal::OperatorOnly),
                (Status::Active, Needs::Link, _) => Ok(()),
            }
        }
    }
}
