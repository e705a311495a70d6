//! WHO MAY DO WHAT. Every read and every write names an [`Action`]; [`decide`] answers for all of them.
//! `tests/rules/who_may_do_what.rs` writes the whole table to `tests/who_may_do_what.txt`, where a change shows as
//! a diff.

use crate::{
    id::{OrganizationId, UserId},
    membership::{Membership, Role, Status},
    refusal::Refusal,
    token::{Bearer, Scope},
};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    Anonymous,
    User(UserId),
    /// A program with an organization's API access token. It has a policy of its own, whoever made it.
    Token(Bearer),
    /// Whoever runs the installation, at its command line.
    Operator,
    /// Bailiwick itself: an invitation accepted by its link, a clean-up.
    System,
}

impl Actor {
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(*id),
            Self::Anonymous | Self::Token(_) | Self::Operator | Self::System => None,
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
    SeeTokens,
    CreateToken,
    AssignToken,
    RemoveToken,
}

impl Action {
    pub const ALL: [Self; 20] = [
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
        Self::SeeTokens,
        Self::CreateToken,
        Self::AssignToken,
        Self::RemoveToken,
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
            Self::SeeTokens => "tokens.list",
            Self::CreateToken => "tokens.create",
            Self::AssignToken => "tokens.assign",
            Self::RemoveToken => "tokens.remove",
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
            | Self::CreateNamespace
            | Self::SeeTokens
            | Self::CreateToken
            | Self::AssignToken
            | Self::RemoveToken => Needs::Admin,
            // The link is the right to accept; the invitation's own rules say the rest.
            Self::AcceptInvitation => Needs::Link,
            Self::ChangeRole => Needs::Operator,
        }
    }

    /// What a token needs for it (product contract, section 5): reading its organization is every token's, some writes
    /// are opted in to, and what makes or ends credentials is never a program's.
    fn needs_of_token(self) -> TokenNeeds {
        match self {
            Self::SeeOrganization
            | Self::SeeMembers
            | Self::SeeNamespaces
            | Self::SeeActivity
            | Self::SeeOwnGrants
            | Self::SeeGrants => TokenNeeds::Nothing,
            // A link opens an account's door, so it is no mere reading.
            Self::SendInvitations | Self::CopyInvitationLink | Self::ResendInvitation | Self::RevokeInvitation => {
                TokenNeeds::Scope(Scope::Invitations)
            }
            Self::DeactivateMember | Self::ReactivateMember => TokenNeeds::Scope(Scope::Members),
            Self::SaveGrants => TokenNeeds::Scope(Scope::Grants),
            Self::AcceptInvitation
            | Self::ChangeRole
            | Self::CreateNamespace
            | Self::SeeTokens
            | Self::CreateToken
            | Self::AssignToken
            | Self::RemoveToken => TokenNeeds::Person,
        }
    }
}

enum Needs {
    Member,
    Admin,
    Link,
    Operator,
}

enum TokenNeeds {
    Nothing,
    Scope(Scope),
    /// No token can do it: it takes a person who is signed in.
    Person,
}

/// The one place that says yes or no. `organization` is the one asked about, `membership` the actor's own in it, read in
/// the same transaction as what follows.
///
/// # Errors
/// [`Refusal::NotSignedIn`] for a stranger without a session; [`Refusal::NotFound`] for whoever is of another
/// organization, so that its existence can't be probed; [`Refusal::MembershipDeactivated`]; [`Refusal::AdminsOnly`];
/// [`Refusal::OperatorOnly`]; for a token [`Refusal::ScopeMissing`] and [`Refusal::PeopleOnly`].
pub fn decide(
    actor: Actor,
    organization: OrganizationId,
    membership: Option<&Membership>,
    action: Action,
) -> Result<(), Refusal> {
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
        Actor::Token(bearer) if bearer.organization != organization => Err(Refusal::NotFound),
        Actor::Token(bearer) => match action.needs_of_token() {
            TokenNeeds::Nothing => Ok(()),
            TokenNeeds::Scope(scope) if bearer.scopes.has(scope) => Ok(()),
            TokenNeeds::Scope(scope) => Err(Refusal::ScopeMissing { scope }),
            TokenNeeds::Person => Err(Refusal::PeopleOnly),
        },
        Actor::User(user) => {
            // A row of somebody else, or of another organization, must never speak for the asker, whatever a query returned.
            let own = membership.filter(|own| own.user == user && own.organization == organization);
            let Some(own) = own else {
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
