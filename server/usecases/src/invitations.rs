//! Offering membership: sending, sending again, revoking. Taking the offer is [`accept`].

mod accept;

pub use accept::{Accepting, Joined, Preview, accept, preview};
pub(crate) use accept::{inviter_of, name_of};

use crate::{
    Context, Error,
    gates::Work,
    keys::Purpose,
    limits,
    namespaces::{named, names},
};
use domain::{
    Refusal,
    access::Action,
    activity::ActivityEvent,
    id::{InvitationId, NamespaceId},
    invitation::{MOST_AT_ONCE, Offer, Pending},
    letter::Letter,
    membership::{Status, may_add_one},
    path,
    text::{EmailAddress, NamespaceName},
};
use std::{collections::BTreeSet, time::Duration};
use storage::{grants, invitations, members, namespaces, outbox};

/// What came of one address.
#[derive(Debug, Clone)]
pub enum Outcome {
    Sent(Pending),
    /// The invitation that is pending already; it can be sent again.
    AlreadyInvited(InvitationId),
    AlreadyMember,
    /// Only an admin's reactivation brings a deactivated member back.
    DeactivatedMember,
    Invalid,
    /// It got as many mails from here as it may within an hour.
    Limited {
        retry_after: Duration,
    },
}

/// One address of a sending, as it was typed, and what came of it.
#[derive(Debug, Clone)]
pub struct Sending {
    pub email: String,
    pub outcome: Outcome,
}

/// Invites each address. `kept` are the namespaces the invitees get, all of them the inviter's own; `None` means every
/// one the inviter has.
///
/// # Errors
/// [`Refusal::BadField`] or [`Refusal::TooMany`] on `emails`, [`Refusal::NamespaceNotHeld`],
/// [`Refusal::TooManyRequests`], [`Refusal::MemberLimit`]; then nobody is invited.
pub async fn send(
    context: &Context,
    slug: &str,
    emails: &[String],
    kept: Option<&[String]>,
) -> Result<Vec<Sending>, Error> {
    let mut work = context.begin(slug, Action::SendInvitations).await?;
    let typed = distinct(emails);
    if typed.is_empty() {
        return Err(Refusal::BadField { field: "emails", problem: domain::text::Problem::Empty }.into());
    }
    if typed.len() > MOST_AT_ONCE {
        return Err(Refusal::TooMany { field: "emails", most: MOST_AT_ONCE }.into());
    }
    let organization = work.organization.id;
    let all = namespaces::list(&mut work.c, organization).await?;
    let holder = work.holder()?;
    let has = grants::of(&mut work.c, holder, work.now).await?;
    let kept: BTreeSet<NamespaceId> = match kept {
        None => has,
        Some(wanted) => {
            let wanted = named(&all, wanted)?;
            if let Some(lacking) = wanted.values().find(|namespace| !has.contains(&namespace.id)) {
                return Err(work.refuse(Refusal::NamespaceNotHeld { name: lacking.name.to_string() }).await);
            }
            wanted.into_keys().collect()
        }
    };
    limits::invitations(context, &mut work.c, organization, typed.len()).await?;
    let kept_names = names(&all, &kept);
    // In the order of the addresses: two organizations that invite the same people at once then wait for the counters of
    // those addresses one after the other, and never in a circle.
    let mut sorted: Vec<(usize, &str)> = typed.into_iter().enumerate().collect();
    sorted.sort_by_key(|(_, text)| text.to_lowercase());
    let mut results = Vec::new();
    for (place, text) in sorted {
        let outcome = match EmailAddress::parse(text) {
            Err(_) => Outcome::Invalid,
            Ok(email) => send_one(context, &mut work, &email, &kept).await?,
        };
        if let Outcome::Sent(pending) = &outcome {
            let email = pending.offer.email.clone();
            work.record(&ActivityEvent::InvitationSent { email, namespaces: kept_names.clone() }).await?;
        }
        results.push((place, Sending { email: text.to_owned(), outcome }));
    }
    // Where that is all there is to say, it is an error, as for any other limit.
    let limited = |(_, sending): &(usize, Sending)| match sending.outcome {
        Outcome::Limited { retry_after } => Some(retry_after),
        _ => None,
    };
    let waits: Option<Vec<_>> = results.iter().map(limited).collect();
    if let Some(retry_after) = waits.and_then(|waits| waits.into_iter().min()) {
        return Err(Refusal::TooManyRequests { retry_after }.into());
    }
    let sent = results.iter().filter(|(_, sending)| matches!(sending.outcome, Outcome::Sent(_))).count() as u64;
    let taken = work.organization.members_active + work.organization.invitations_pending;
    if let Some(before) = (taken.unsigned_abs() + sent).checked_sub(1).filter(|_| sent > 0)
        && let Err(refusal) = may_add_one(before, work.organization.member_limit())
    {
        return Err(work.refuse(refusal).await);
    }
    work.commit_recorded().await?;
    results.sort_by_key(|(place, _)| *place);
    Ok(results.into_iter().map(|(_, sending)| sending).collect())
}

/// Splits each entry, and drops what names the same address again.
fn distinct(emails: &[String]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    emails
        .iter()
        .flat_map(|entry| EmailAddress::split_many(entry))
        .filter(|text| seen.insert(text.to_lowercase()))
        .collect()
}

async fn send_one(
    context: &Context,
    work: &mut Work,
    email: &EmailAddress,
    kept: &BTreeSet<NamespaceId>,
) -> Result<Outcome, Error> {
    let organization = work.organization.id;
    if let Some(member) = members::find_by_email(&mut work.c, organization, email).await? {
        return Ok(match member.status {
            Status::Active => Outcome::AlreadyMember,
            Status::Deactivated => Outcome::DeactivatedMember,
        });
    }
    if let Some(pending) = invitations::find_pending(&mut work.c, organization, email).await? {
        return Ok(Outcome::AlreadyInvited(pending.invitation.offer().id));
    }
    let invited_by = work.giver()?;
    match limits::invitation_to(context, &mut work.c, (organization, invited_by.user), email).await {
        Err(Error::Refused(Refusal::TooManyRequests { retry_after })) => return Ok(Outcome::Limited { retry_after }),
        counted => counted?,
    }
    let offer = Offer {
        id: InvitationId::from_random(crate::dice::random()),
        organization,
        email: email.clone(),
        invited_by,
        namespaces: kept.clone(),
        nonce: crate::dice::random(),
    };
    let pending = Pending::send(offer, work.now, context.settings().invitation_lifetime);
    let version = work.version();
    invitations::insert(&mut work.c, &pending, version).await?;
    work.write_letter(email, &Letter::Invitation { invitation: pending.offer.id }).await?;
    Ok(Outcome::Sent(pending))
}

async fn pending(
    c: &mut storage::Connection,
    work: &storage::organizations::Organization,
    invitation: &str,
) -> Result<Pending, Error> {
    let id: InvitationId = invitation.parse().map_err(|_| Refusal::NotFound)?;
    let stored = invitations::find(c, id).await?.ok_or(Refusal::NotFound)?;
    if stored.invitation.offer().organization != work.id {
        return Err(Refusal::NotFound.into());
    }
    Ok(stored.invitation.pending()?)
}

/// The link of an invitation, whole: the very one that was mailed.
pub(crate) fn link_of(context: &crate::Installation, offer: &Offer) -> String {
    let secret = context.keys.link_secret(Purpose::Invitation, offer.id.uuid(), &offer.nonce);
    format!("{}{}", context.settings.base_url, path::invitation(&secret))
}

/// # Errors
/// [`Refusal::InvitationAccepted`], [`Refusal::InvitationRevoked`].
pub async fn link(context: &Context, slug: &str, invitation: &str) -> Result<String, Error> {
    let mut look = context.look(slug, Action::CopyInvitationLink).await?;
    let pending = pending(&mut look.c, &look.organization, invitation).await?;
    Ok(link_of(&context.installation, &pending.offer))
}

/// Mails the same link again and extends its life from now.
///
/// # Errors
/// As [`link`], and [`Refusal::TooManyRequests`].
pub async fn resend(context: &Context, slug: &str, invitation: &str) -> Result<Pending, Error> {
    let mut work = context.begin(slug, Action::ResendInvitation).await?;
    let organization = work.organization.clone();
    let pending = pending(&mut work.c, &organization, invitation).await?;
    let email = pending.offer.email.clone();
    let sender = (organization.id, work.giver()?.user);
    limits::invitation_to(context, &mut work.c, sender, &email).await?;
    let pending = pending.resend(work.now, context.settings().invitation_lifetime);
    let version = work.version();
    invitations::extend(&mut work.c, &pending, version).await?;
    outbox::withdraw(&mut work.c, pending.offer.id).await?;
    work.write_letter(&email, &Letter::Invitation { invitation: pending.offer.id }).await?;
    work.commit(ActivityEvent::InvitationResent { email }).await?;
    Ok(pending)
}

/// Kills the link at once; a mail that has not left never leaves.
///
/// # Errors
/// As [`link`].
pub async fn revoke(context: &Context, slug: &str, invitation: &str) -> Result<Offer, Error> {
    let mut work = context.begin(slug, Action::RevokeInvitation).await?;
    let organization = work.organization.clone();
    let revoked = pending(&mut work.c, &organization, invitation).await?.revoke(work.now);
    let version = work.version();
    invitations::revoke(&mut work.c, &revoked, version).await?;
    outbox::withdraw(&mut work.c, revoked.offer.id).await?;
    work.commit(ActivityEvent::InvitationRevoked { email: revoked.offer.email.clone() }).await?;
    Ok(revoked.offer)
}

/// The names of the namespaces an offer carries, of those that still exist.
pub(crate) async fn namespaces_of(
    c: &mut storage::Connection,
    offer: &Offer,
    ids: &BTreeSet<NamespaceId>,
) -> Result<Vec<NamespaceName>, Error> {
    Ok(names(&namespaces::list(c, offer.organization).await?, ids))
}
