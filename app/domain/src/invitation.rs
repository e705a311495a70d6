//! INVITATION LIFECYCLE. Each state holds only what is true then; a transition consumes one and returns the next.
//! `expired` is no state: it is a question asked with a time, so no job has to run for an offer to end.

use crate::{
    grant::Giver,
    id::{InvitationId, NamespaceId, OrganizationId, UserId},
    refusal::Refusal,
    text::EmailAddress,
    time::Timestamp,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How many addresses one sending may name (product contract, section 3).
pub const MOST_AT_ONCE: usize = 100;

/// What stays the same for the whole life of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub id: InvitationId,
    pub organization: OrganizationId,
    pub email: EmailAddress,
    pub invited_by: Giver,
    /// The namespaces kept at sending, all of them the inviter's then.
    pub namespaces: BTreeSet<NamespaceId>,
    /// With the server's key this makes the link. Sixteen random bytes.
    pub nonce: [u8; 16],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub offer: Offer,
    pub sent_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub offer: Offer,
    pub at: Timestamp,
    pub user: UserId,
    /// What the new member gets.
    pub namespaces: BTreeSet<NamespaceId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    pub offer: Offer,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invitation {
    Pending(Pending),
    Accepted(Accepted),
    Revoked(Revoked),
}

/// The inviter as they are when the invitation is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inviter {
    /// A person who is an active admin, or a token that was not removed.
    pub may_invite: bool,
    pub namespaces: BTreeSet<NamespaceId>,
    /// When those end that end by themselves.
    pub ends: BTreeMap<NamespaceId, Timestamp>,
}

impl Invitation {
    pub fn offer(&self) -> &Offer {
        match self {
            Self::Pending(Pending { offer, .. })
            | Self::Accepted(Accepted { offer, .. })
            | Self::Revoked(Revoked { offer, .. }) => offer,
        }
    }

    /// # Errors
    /// [`Refusal::InvitationAccepted`] or [`Refusal::InvitationRevoked`]: both are final.
    pub fn pending(self) -> Result<Pending, Refusal> {
        match self {
            Self::Pending(pending) => Ok(pending),
            Self::Accepted(_) => Err(Refusal::InvitationAccepted),
            Self::Revoked(_) => Err(Refusal::InvitationRevoked),
        }
    }
}

impl Pending {
    pub fn send(offer: Offer, now: Timestamp, lifetime: Duration) -> Self {
        Self { offer, sent_at: now, expires_at: now.plus(lifetime) }
    }

    /// From the very microsecond of `expires_at` on.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }

    /// Extends the life of the same link; an expired invitation comes back to life this way.
    #[must_use]
    pub fn resend(self, now: Timestamp, lifetime: Duration) -> Self {
        Self { sent_at: now, expires_at: now.plus(lifetime), ..self }
    }

    pub fn revoke(self, now: Timestamp) -> Revoked {
        Revoked { offer: self.offer, at: now }
    }

    /// Whether this invitation can be used at this moment, whoever holds the link.
    ///
    /// # Errors
    /// [`Refusal::InvitationExpired`], [`Refusal::InviterNoLongerAdmin`].
    pub fn may_be_used(&self, now: Timestamp, inviter: &Inviter) -> Result<(), Refusal> {
        if self.is_expired(now) {
            return Err(Refusal::InvitationExpired { at: self.expires_at });
        }
        if !inviter.may_invite {
            return Err(Refusal::InviterNoLongerAdmin);
        }
        Ok(())
    }

    /// The person `user`, whose proved address is `email`, takes the offer.
    ///
    /// # Errors
    /// As [`Pending::may_be_used`], and [`Refusal::InvitedSomebodyElse`] for any other address.
    pub fn accept(
        self,
        user: UserId,
        email: &EmailAddress,
        now: Timestamp,
        inviter: &Inviter,
    ) -> Result<Accepted, Refusal> {
        self.may_be_used(now, inviter)?;
        if *email != self.offer.email {
            return Err(Refusal::InvitedSomebodyElse);
        }
        let namespaces = crate::grant::inherited(&self.offer.namespaces, &inviter.namespaces);
        Ok(Accepted { offer: self.offer, at: now, user, namespaces })
    }
}

/// A line of a file that invites people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub email: String,
    /// What they get; `None`: as much as whoever invites them.
    pub namespaces: Option<Vec<String>>,
}

/// Reads comma or semicolon separated values: an address, and perhaps namespaces separated by spaces. A first line that holds
/// no address is a heading; quotes around a value, empty lines and an address that was there already are left out.
pub fn listed(file: &str) -> Vec<Listed> {
    let mut found: Vec<Listed> = Vec::new();
    for (number, line) in file.trim_start_matches('\u{feff}').lines().enumerate() {
        let mut values = line.split([',', ';', '\t']).map(|value| value.trim().trim_matches('"').trim());
        let email = values.next().unwrap_or_default();
        let is_heading = number == 0 && !email.contains('@');
        if email.is_empty() || is_heading || found.iter().any(|listed| listed.email.eq_ignore_ascii_case(email)) {
            continue;
        }
        let names: Vec<String> = values.flat_map(str::split_whitespace).map(ToOwned::to_owned).collect();
        found.push(Listed { email: email.to_owned(), namespaces: (!names.is_empty()).then_some(names) });
    }
    found
}
