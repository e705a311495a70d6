//! Who may be given which permission where.

use crate::{
    id::{MemberId, NamespaceId, TokenId, UserId},
    permission::Permission,
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Who gives something: a person, by their own hand or through a token that they made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Giver {
    /// For a token, whoever made it.
    pub user: UserId,
    pub token: Option<TokenId>,
}

impl From<UserId> for Giver {
    fn from(user: UserId) -> Self {
        Self { user, token: None }
    }
}

/// Who may have a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    Member(MemberId),
    Token(TokenId),
}

impl From<MemberId> for Holder {
    fn from(id: MemberId) -> Self {
        Self::Member(id)
    }
}

impl From<TokenId> for Holder {
    fn from(id: TokenId) -> Self {
        Self::Token(id)
    }
}

/// What a save changes, in namespaces: shown before it happens, written to the activity log after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change<N: Ord = NamespaceId> {
    pub added: BTreeSet<N>,
    pub removed: BTreeSet<N>,
}

impl<N: Ord + Clone> Change<N> {
    pub fn between(before: &BTreeSet<N>, after: &BTreeSet<N>) -> Self {
        Self {
            added: after.difference(before).cloned().collect(),
            removed: before.difference(after).cloned().collect(),
        }
    }

    /// The same change on top of what somebody else made of it meanwhile: theirs, with what is added, without what is removed.
    pub fn onto(&self, theirs: &BTreeSet<N>) -> BTreeSet<N> {
        theirs.union(&self.added).filter(|name| !self.removed.contains(name)).cloned().collect()
    }

    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    pub fn len(&self) -> usize {
        self.added.len() + self.removed.len()
    }
}

/// What a new member gets: of the namespaces kept at sending, those the inviter still has. Never more than the
/// inviter has, and never a withheld permission: a tick stands for [`Permission::STANDARD`] alone.
pub fn inherited(kept: &BTreeSet<NamespaceId>, inviter_has: &BTreeSet<NamespaceId>) -> BTreeSet<NamespaceId> {
    kept.intersection(inviter_has).copied().collect()
}

/// Whether an admin may give this permission.
///
/// # Errors
/// [`Refusal::PermissionWithheld`] for `w:pods` and `w:full`: only the operator gives those.
pub fn admin_may_give(permission: Permission) -> Result<(), Refusal> {
    if permission.is_withheld() { Err(Refusal::PermissionWithheld(permission)) } else { Ok(()) }
}
