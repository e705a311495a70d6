//! Being in an organization: joining, being switched off and on, changing role.
//! The one rule above all: an organization always keeps at least one active admin.

use crate::{
    id::{MemberId, OrganizationId, UserId},
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};

/// Whether one more member may be active where so many are, or are about to be.
///
/// # Errors
/// [`Refusal::MemberLimit`] when `present` fill the organization's `limit`; there is none unless the operator sets it.
pub fn may_add_one(present: u64, limit: Option<u32>) -> Result<(), Refusal> {
    match limit {
        Some(most) if present >= u64::from(most) => Err(Refusal::MemberLimit { most }),
        _ => Ok(()),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Admin,
    Member,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    Deactivated,
}

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ }) => {
        impl $name {
            /// The word for it in URLs, tables and answers.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::text::Problem;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                match text.as_str() { $($word => Ok(Self::$variant),)+ _ => Err(crate::text::Problem::Unknown) }
            }
        }
    };
}

words!(Role { Admin = "admin", Member = "member" });
words!(Status { Active = "active", Deactivated = "deactivated" });

/// A user in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    pub id: MemberId,
    pub organization: OrganizationId,
    pub user: UserId,
    pub role: Role,
    pub status: Status,
    /// Whether this member created the organization.
    pub founder: bool,
}

impl Membership {
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    pub fn is_active_admin(&self) -> bool {
        self.role == Role::Admin && self.is_active()
    }

    /// Switches this member off. `by` is the person who asks; a token is nobody's own hand.
    ///
    /// `active_admins` is the organization's count at this moment, read under its lock: without the lock two
    /// admins who deactivate each other at once leave nobody.
    ///
    /// # Errors
    /// [`Refusal::AlreadyDeactivated`], [`Refusal::FounderStays`], [`Refusal::LastActiveAdmin`],
    /// [`Refusal::OwnMembership`], in this order of asking.
    pub fn deactivate(self, by: Option<UserId>, active_admins: u64) -> Result<Self, Refusal> {
        if !self.is_active() {
            return Err(Refusal::AlreadyDeactivated);
        }
        self.may_be_deactivated(by, active_admins)?;
        Ok(Self { status: Status::Deactivated, ..self })
    }

    /// What the page asks to know whether the button is enabled, and what its tooltip says.
    ///
    /// # Errors
    /// As [`Membership::deactivate`].
    pub fn may_be_deactivated(&self, by: Option<UserId>, active_admins: u64) -> Result<(), Refusal> {
        if self.founder {
            return Err(Refusal::FounderStays);
        }
        if self.is_active_admin() && active_admins <= 1 {
            return Err(Refusal::LastActiveAdmin);
        }
        if by == Some(self.user) {
            return Err(Refusal::OwnMembership);
        }
        Ok(())
    }

    /// # Errors
    /// [`Refusal::AlreadyActive`].
    pub fn reactivate(self) -> Result<Self, Refusal> {
        if self.is_active() {
            return Err(Refusal::AlreadyActive);
        }
        Ok(Self { status: Status::Active, ..self })
    }

    /// Makes this member the founder, and an admin with it. Whether the asker may do so is [`crate::access::decide`]'s
    /// question.
    ///
    /// # Errors
    /// [`Refusal::AlreadyFounder`]; [`Refusal::NotActive`]: the founder can't be deactivated, so nobody who is becomes one.
    pub fn into_founder(self) -> Result<Self, Refusal> {
        if self.founder {
            return Err(Refusal::AlreadyFounder);
        }
        if !self.is_active() {
            return Err(Refusal::NotActive);
        }
        Ok(Self { founder: true, role: Role::Admin, ..self })
    }

    /// Whether the person behind this membership may be removed with all they had.
    ///
    /// # Errors
    /// [`Refusal::FounderStays`]; [`Refusal::StillActive`]: removing is the second step, deactivating the first.
    pub fn may_be_removed(&self) -> Result<(), Refusal> {
        if self.founder {
            return Err(Refusal::FounderStays);
        }
        if self.is_active() { Err(Refusal::StillActive) } else { Ok(()) }
    }

    /// Gives or takes the role of admin. Whether the asker may do so is [`crate::access::decide`]'s question.
    ///
    /// # Errors
    /// [`Refusal::RoleUnchanged`]; [`Refusal::NotActive`] for an admin who could do nothing; [`Refusal::FounderStays`] or
    /// [`Refusal::LastActiveAdmin`] when the role would be taken from them.
    pub fn with_role(self, role: Role, active_admins: u64) -> Result<Self, Refusal> {
        if role == self.role {
            return Err(Refusal::RoleUnchanged);
        }
        if role == Role::Admin && !self.is_active() {
            return Err(Refusal::NotActive);
        }
        if role == Role::Member && self.role == Role::Admin {
            if self.founder {
                return Err(Refusal::FounderStays);
            }
            if self.is_active() && active_admins <= 1 {
                return Err(Refusal::LastActiveAdmin);
            }
        }
        Ok(Self { role, ..self })
    }
}
