//! What only the operator can do, asked for by an admin: the wish, and how it ends. A request ends once.

use crate::{
    activity::Named,
    grant::Holder,
    id::{MemberId, NamespaceId, OrganizationId, RequestId, UserId},
    permission::Permission,
    refusal::Refusal,
    text::{EmailAddress, NamespaceName, Remark},
    time::Timestamp,
    token::Lifetime,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An act of the operator, with the ids that carry it out and the names by which people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Wish {
    MakeAdmin { member: MemberId, email: EmailAddress },
    TakeAdmin { member: MemberId, email: EmailAddress },
    ChangeFounder { member: MemberId, email: EmailAddress },
    GivePermission(Withheld),
    TakePermission(Withheld),
    NamespaceLimit { limit: u32 },
    MemberLimit { limit: u32 },
    RemoveUser { member: MemberId, email: EmailAddress },
    AdoptNamespace { name: NamespaceName },
    DeleteNamespace { namespace: NamespaceId, name: NamespaceName },
}

/// A permission that no admin gives: to whom, where, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    pub holder: Holder,
    pub named: Named,
    pub namespace: NamespaceId,
    pub name: NamespaceName,
    pub permission: Permission,
    /// [`Lifetime::Never`]: until it is taken.
    pub lifetime: Lifetime,
}

impl Wish {
    /// The stable name of the kind, in answers and in filters.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::MakeAdmin { .. } => "make_admin",
            Self::TakeAdmin { .. } => "take_admin",
            Self::ChangeFounder { .. } => "change_founder",
            Self::GivePermission(_) => "give_permission",
            Self::TakePermission(_) => "take_permission",
            Self::NamespaceLimit { .. } => "namespace_limit",
            Self::MemberLimit { .. } => "member_limit",
            Self::RemoveUser { .. } => "remove_user",
            Self::AdoptNamespace { .. } => "adopt_namespace",
            Self::DeleteNamespace { .. } => "delete_namespace",
        }
    }
}

/// What is asked for, as an order that follows "please" or a name: `make bo@example.org an admin`.
impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MakeAdmin { email, .. } => write!(f, "make {email} an admin"),
            Self::TakeAdmin { email, .. } => write!(f, "take the role of admin from {email}"),
            Self::ChangeFounder { email, .. } => write!(f, "make {email} the founder"),
            Self::GivePermission(Withheld { named, name, permission, lifetime, .. }) => {
                write!(f, "give {named} {permission} in {name}")?;
                if lifetime.duration().is_some() { write!(f, " for {}", lifetime.words()) } else { Ok(()) }
            }
            Self::TakePermission(Withheld { named, name, permission, .. }) => {
                write!(f, "take {permission} in {name} from {named}")
            }
            Self::NamespaceLimit { limit } => write!(f, "let the organization have {limit} namespaces"),
            Self::MemberLimit { limit } => write!(f, "let the organization have {limit} active members"),
            Self::RemoveUser { email, .. } => write!(f, "remove {email} completely"),
            Self::AdoptNamespace { name } => write!(f, "adopt the namespace {name}"),
            Self::DeleteNamespace { name, .. } => write!(f, "delete the namespace {name}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: RequestId,
    pub organization: OrganizationId,
    pub wish: Wish,
    pub reason: Remark,
    pub requested_by: UserId,
    pub requested_at: Timestamp,
    /// `None` while it waits.
    pub outcome: Option<Outcome>,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub how: How,
    /// By whom, as people read it.
    pub by: String,
    pub at: Timestamp,
    pub note: Option<Remark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Approved,
    Declined,
    /// By whoever asked, or another admin of theirs.
    Withdrawn,
}

impl How {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Approved, Self::Declined, Self::Withdrawn].into_iter().find(|how| how.as_str() == text)
    }
}

impl Request {
    /// `waiting`, or how it ended.
    pub fn state(&self) -> &'static str {
        self.outcome.as_ref().map_or("waiting", |outcome| outcome.how.as_str())
    }

    /// # Errors
    /// [`Refusal::RequestDecided`].
    pub fn may_be_withdrawn(&self) -> Result<(), Refusal> {
        if self.outcome.is_some() { Err(Refusal::RequestDecided) } else { Ok(()) }
    }

    /// `operator` is the account of whoever decides, by their own hand or through a program of theirs; at the command line
    /// there is none.
    ///
    /// # Errors
    /// [`Refusal::RequestDecided`]; [`Refusal::OwnRequest`]: nobody approves, or declines, what they asked for themselves.
    pub fn may_be_decided_by(&self, operator: Option<UserId>) -> Result<(), Refusal> {
        self.may_be_withdrawn()?;
        if operator == Some(self.requested_by) { Err(Refusal::OwnRequest) } else { Ok(()) }
    }
}
