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
    /// Whoever runs the installation: at its command line, or signed in as one of its operators.
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
    EndMemberSessions,
    ChangeRole,
    SaveGrants,
    CreateNamespace,
    SeeTokens,
    CreateToken,
    AssignToken,
    RemoveToken,
    /// Gives a grant an end, or takes it away.
    LimitGrant,
    SeeRequests,
    FileRequest,
    WithdrawRequest,
    DecideRequest,
    ChangeFounder,
    GivePermission,
    TakePermission,
    ChangeLimits,
    RemoveUser,
    AdoptNamespace,
    DeleteNamespace,
    SuspendOrganization,
    ResumeOrganization,
    ConfirmDeletions,
    /// A grant's time is over.
    EndGrants,
    /// Let a machine of one's own into the cluster, and have the kubeconfig for it.
    ApproveLogin,
}

impl Action {
    pub const ALL: [Self; 38] = [
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
        Self::EndMemberSessions,
        Self::ChangeRole,
        Self::SaveGrants,
        Self::CreateNamespace,
        Self::SeeTokens,
        Self::CreateToken,
        Self::AssignToken,
        Self::RemoveToken,
        Self::LimitGrant,
        Self::SeeRequests,
        Self::FileRequest,
        Self::WithdrawRequest,
        Self::DecideRequest,
        Self::ChangeFounder,
        Self::GivePermission,
        Self::TakePermission,
        Self::ChangeLimits,
        Self::RemoveUser,
        Self::AdoptNamespace,
        Self::DeleteNamespace,
        Self::SuspendOrganization,
        Self::ResumeOrganization,
        Self::ConfirmDeletions,
        Self::EndGrants,
        Self::ApproveLogin,
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
            Self::EndMemberSessions => "members.end_sessions",
            Self::ChangeRole => "members.role",
            Self::SaveGrants => "grants.save",
            Self::CreateNamespace => "namespaces.create",
            Self::SeeTokens => "tokens.list",
            Self::CreateToken => "tokens.create",
            Self::AssignToken => "tokens.assign",
            Self::RemoveToken => "tokens.remove",
            Self::LimitGrant => "grants.limit",
            Self::SeeRequests => "requests.list",
            Self::FileRequest => "requests.file",
            Self::WithdrawRequest => "requests.withdraw",
            Self::DecideRequest => "requests.decide",
            Self::ChangeFounder => "members.founder",
            Self::GivePermission => "permissions.give",
            Self::TakePermission => "permissions.take",
            Self::ChangeLimits => "limits.change",
            Self::RemoveUser => "users.remove",
            Self::AdoptNamespace => "namespaces.adopt",
            Self::DeleteNamespace => "namespaces.delete",
            Self::SuspendOrganization => "organization.suspend",
            Self::ResumeOrganization => "organization.resume",
            Self::ConfirmDeletions => "deletions.confirm",
            Self::EndGrants => "grants.end",
            Self::ApproveLogin => "logins.approve",
        }
    }

    fn needs(self) -> Needs {
        match self {
            Self::SeeOrganization
            | Self::SeeMembers
            | Self::SeeNamespaces
            | Self::SeeOwnGrants
            | Self::ApproveLogin => Needs::Member,
            Self::SeeActivity
            | Self::SeeGrants
            | Self::SendInvitations
            | Self::CopyInvitationLink
            | Self::ResendInvitation
            | Self::RevokeInvitation
            | Self::DeactivateMember
            | Self::ReactivateMember
            | Self::EndMemberSessions
            | Self::SaveGrants
            | Self::CreateNamespace
            | Self::SeeTokens
            | Self::CreateToken
            | Self::AssignToken
            | Self::RemoveToken
            | Self::LimitGrant
            | Self::SeeRequests
            | Self::FileRequest
            | Self::WithdrawRequest => Needs::Admin,
            // The link is the right to accept; the invitation's own rules say the rest.
            Self::AcceptInvitation => Needs::Link,
            Self::ChangeRole
            | Self::DecideRequest
            | Self::ChangeFounder
            | Self::GivePermission
            | Self::TakePermission
            | Self::ChangeLimits
            | Self::RemoveUser
            | Self::AdoptNamespace
            | Self::DeleteNamespace
            | Self::SuspendOrganization
            | Self::ResumeOrganization
            | Self::ConfirmDeletions => Needs::Operator,
            Self::EndGrants => Needs::Time,
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
            Self::SaveGrants | Self::LimitGrant => TokenNeeds::Scope(Scope::Grants),
            Self::AcceptInvitation
            | Self::ChangeRole
            | Self::SeeRequests
            | Self::FileRequest
            | Self::WithdrawRequest
            | Self::DecideRequest
            | Self::ChangeFounder
            | Self::GivePermission
            | Self::TakePermission
            | Self::ChangeLimits
            | Self::RemoveUser
            | Self::AdoptNamespace
            | Self::DeleteNamespace
            | Self::SuspendOrganization
            | Self::ResumeOrganization
            | Self::ConfirmDeletions
            | Self::EndGrants
            | Self::CreateNamespace
            | Self::SeeTokens
            | Self::CreateToken
            | Self::AssignToken
            | Self::RemoveToken
            | Self::EndMemberSessions
            | Self::ApproveLogin => TokenNeeds::Person,
        }
    }
}

enum Needs {
    Member,
    Admin,
    Link,
    Operator,
    /// Nobody asks for it: its time has come.
    Time,
}

enum TokenNeeds {
    Nothing,
    Scope(Scope),
    /// No token can do it: it takes a person who is signed in.
    Person,
}

/// The organization that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub organization: OrganizationId,
    /// The operator has closed it for everybody but themselves.
    pub suspended: bool,
}

impl Place {
    /// Said last, to those who would be let in otherwise: nobody else learns that the organization exists.
    fn is_open(self) -> Result<(), Refusal> {
        if self.suspended { Err(Refusal::OrganizationSuspended) } else { Ok(()) }
    }
}

/// The one place that says yes or no. `place` is the organization asked about, `membership` the actor's own in it, read in
/// the same transaction as what follows.
///
/// # Errors
/// [`Refusal::NotSignedIn`] for a stranger without a session; [`Refusal::NotFound`] for whoever is of another
/// organization, so that its existence can't be probed; [`Refusal::MembershipDeactivated`];
/// [`Refusal::OrganizationSuspended`]; [`Refusal::AdminsOnly`]; [`Refusal::OperatorOnly`]; for a token
/// [`Refusal::ScopeMissing`] and [`Refusal::PeopleOnly`].
pub fn decide(actor: Actor, place: Place, membership: Option<&Membership>, action: Action) -> Result<(), Refusal> {
    let needs = action.needs();
    match actor {
        // The operator acts through the same gates, and has no business with a person's own link, nor with the clock's.
        Actor::Operator => match needs {
            Needs::Link | Needs::Time => Err(Refusal::NotFound),
            Needs::Member | Needs::Admin | Needs::Operator => Ok(()),
        },
        Actor::System if matches!(needs, Needs::Time) => Ok(()),
        Actor::System | Actor::Anonymous | Actor::User(_) if matches!(needs, Needs::Link) => place.is_open(),
        Actor::Anonymous => Err(Refusal::NotSignedIn),
        Actor::System => Err(Refusal::NotFound),
        Actor::Token(bearer) if bearer.organization != place.organization => Err(Refusal::NotFound),
        Actor::Token(bearer) => {
            place.is_open()?;
            match action.needs_of_token() {
                TokenNeeds::Nothing => Ok(()),
                TokenNeeds::Scope(scope) if bearer.scopes.has(scope) => Ok(()),
                TokenNeeds::Scope(scope) => Err(Refusal::ScopeMissing { scope }),
                TokenNeeds::Person => Err(Refusal::PeopleOnly),
            }
        }
        Actor::User(user) => {
            // A row of somebody else, or of another organization, must never speak for the asker, whatever a query returned.
            let own = membership.filter(|own| own.user == user && own.organization == place.organization);
            let Some(own) = own else {
                return Err(Refusal::NotFound);
            };
            if own.status == Status::Deactivated {
                return Err(Refusal::MembershipDeactivated);
            }
            place.is_open()?;
            match (needs, own.role) {
                (Needs::Member | Needs::Link, _) | (Needs::Admin, Role::Admin) => Ok(()),
                (Needs::Admin, Role::Member) => Err(Refusal::AdminsOnly),
                (Needs::Operator | Needs::Time, _) => Err(Refusal::OperatorOnly),
            }
        }
    }
}
