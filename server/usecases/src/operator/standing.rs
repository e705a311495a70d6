//! How an organization stands with the operator: open or suspended, and within which limits.

use crate::{Context, Error, gates::Work};
use domain::{Refusal, access::Action, activity::ActivityEvent, letter::Letter, text::Remark};
use storage::{cluster, members, namespaces, organizations};

/// Closes an organization: nobody of it gets in, its tokens and bindings stop, and nothing is lost.
///
/// # Errors
/// [`Refusal::AlreadySuspended`]; [`Refusal::BadField`] on `reason`.
pub async fn suspend(context: &Context, slug: &str, reason: &str) -> Result<(), Error> {
    let mut work = context.begin(slug, Action::SuspendOrganization).await?;
    let reason = Remark::parse_some(reason).map_err(Refusal::field("reason"))?;
    if work.organization.suspended {
        return Err(Refusal::AlreadySuspended.into());
    }
    let (id, now) = (work.organization.id, work.now);
    organizations::suspend(&mut work.c, id, Some(now)).await?;
    tell_admins(&mut work, true).await?;
    work.commit(ActivityEvent::OrganizationSuspended { reason }).await
}

/// Opens it again, with everything as it was.
///
/// # Errors
/// [`Refusal::NotSuspended`].
pub async fn resume(context: &Context, slug: &str) -> Result<(), Error> {
    let mut work = context.begin(slug, Action::ResumeOrganization).await?;
    if !work.organization.suspended {
        return Err(Refusal::NotSuspended.into());
    }
    let id = work.organization.id;
    organizations::suspend(&mut work.c, id, None).await?;
    tell_admins(&mut work, false).await?;
    work.commit(ActivityEvent::OrganizationResumed).await
}

async fn tell_admins(work: &mut Work, suspended: bool) -> Result<(), Error> {
    let organization = work.organization.id;
    for admin in members::admins(&mut work.c, organization).await? {
        let letter = Letter::StandingChanged { user: admin.user, organization, suspended };
        work.write_letter(&admin.email, &letter).await?;
    }
    Ok(())
}

/// # Errors
/// [`Refusal::LimitTooLow`] for less than the organization has.
pub async fn limit_namespaces(context: &Context, slug: &str, limit: u32) -> Result<(), Error> {
    let mut work = context.begin(slug, Action::ChangeLimits).await?;
    set_namespace_limit(&mut work, limit).await?;
    work.commit_recorded().await
}

pub(super) async fn set_namespace_limit(work: &mut Work, limit: u32) -> Result<(), Error> {
    let id = work.organization.id;
    let present = namespaces::count(&mut work.c, id).await?;
    if limit < present {
        return Err(Refusal::LimitTooLow { present }.into());
    }
    organizations::set_namespace_limit(&mut work.c, id, limit).await?;
    work.record(&ActivityEvent::NamespaceLimitChanged { limit }).await
}

/// `None`: as many as there are.
///
/// # Errors
/// [`Refusal::LimitTooLow`] for less than are active.
pub async fn limit_members(context: &Context, slug: &str, limit: Option<u32>) -> Result<(), Error> {
    let mut work = context.begin(slug, Action::ChangeLimits).await?;
    set_member_limit(&mut work, limit).await?;
    work.commit_recorded().await
}

pub(super) async fn set_member_limit(work: &mut Work, limit: Option<u32>) -> Result<(), Error> {
    let (id, present) = (work.organization.id, work.organization.members_active);
    let present = u32::try_from(present).unwrap_or(u32::MAX);
    if limit.is_some_and(|limit| limit < present) {
        return Err(Refusal::LimitTooLow { present }.into());
    }
    organizations::set_member_limit(&mut work.c, id, limit).await?;
    work.record(&ActivityEvent::MemberLimitChanged { limit }).await
}

/// Lets the controller do the many deletions that it holds back.
///
/// # Errors
/// [`Refusal::NothingHeld`].
pub async fn confirm_deletions(context: &Context, slug: &str) -> Result<u64, Error> {
    let mut work = context.begin(slug, Action::ConfirmDeletions).await?;
    let id = work.organization.id;
    let held = cluster::state(&mut work.c, id).await?.and_then(|state| state.held_deletions);
    let deletions = held.ok_or(Refusal::NothingHeld)?.unsigned_abs();
    cluster::confirm(&mut work.c, id).await?;
    work.commit(ActivityEvent::DeletionsConfirmed { deletions }).await?;
    Ok(deletions)
}
