//! The Users table, and switching members off and on.

use crate::{Context, Error, gates::Work, namespaces::named_one, tokens};
use domain::{
    Refusal,
    access::{Action, decide},
    activity::ActivityEvent,
    id::MemberId,
    letter::AccessChange,
    membership::{Membership, Role, may_add_one},
    text::{EmailAddress, Problem},
    time::Timestamp,
};
use std::{collections::BTreeSet, ops::RangeInclusive};
pub use storage::{
    members::Member as Stored,
    roster::{Row, Show, Sort},
};
use storage::{
    members::{self, Member},
    namespaces,
    organizations::Organization,
    roster::{self, Filter, Key},
    roster_sorts, sessions,
};
use uuid::Uuid;

/// How many rows a page has, unless asked otherwise, and at most.
pub const PAGE: u32 = 50;
pub const LARGEST_PAGE: u32 = 200;
/// In characters. Longer than anything there is to find, and short enough for SQLite, which refuses patterns of 50,000.
pub const LONGEST_SEARCH: usize = 500;
/// What a cursor may hold, in bytes: two names and two addresses, each as long as they can be, and room to spare.
const LONGEST_KEY: usize = 4096;

/// What is asked of the table.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub search: String,
    pub show: Option<Show>,
    pub role: Option<Role>,
    /// Members with a grant in it, by its full name or the organization's own part. Only for those who may see grants.
    pub namespace: Option<String>,
    pub sort: Sort,
    pub descending: bool,
    /// As [`Page::next`] or [`Page::previous`] gave it.
    pub cursor: Option<String>,
    /// Towards the beginning from the cursor, instead of towards the end.
    pub backwards: bool,
    pub limit: Option<u32>,
}

/// One page of the table.
#[derive(Debug, Clone)]
pub struct Page {
    pub organization: Organization,
    /// The asker's own membership; a token has none.
    pub own: Option<Membership>,
    pub active_admins: u64,
    /// Whether the asker may see what others were given, and when they were last active.
    pub sees_grants: bool,
    pub rows: Vec<Row>,
    /// How many rows there are in all, with this search and filter.
    pub total: u64,
    pub next: Option<String>,
    /// To be asked for `backwards`.
    pub previous: Option<String>,
}

/// A member who is switched off from now on.
#[derive(Debug, Clone)]
pub struct Deactivated {
    pub member: Member,
    pub removed_tokens: u64,
}

/// The id and what the row is ordered by: enough to go on from, whether or not the row is still there.
fn cursor_of(row: &Row, sort: Sort) -> String {
    let micros = |at: Timestamp| at.micros().to_string();
    let key = match sort {
        Sort::Email => row.email.clone(),
        Sort::Name | Sort::InvitedBy | Sort::Status => row.key.clone(),
        Sort::Joined => micros(row.since),
        Sort::LastActive => row.last_active().map(micros).unwrap_or_default(),
    };
    format!("{}~{key}", row.id.simple())
}

fn parse_cursor(text: &str, sort: Sort) -> Result<(Key<'_>, Uuid), Refusal> {
    // Inside of what both databases can keep.
    const TIMES: RangeInclusive<i64> = 0..=Timestamp::LATEST.micros();
    let wrong = || Refusal::BadField { field: "cursor", problem: Problem::Unknown };
    let (id, key) = text.split_once('~').ok_or_else(wrong)?;
    let id = Uuid::try_parse(id).map_err(|_| wrong())?;
    let key = match sort {
        Sort::Email => EmailAddress::parse(key).is_ok().then_some(Key::Text(key)),
        Sort::Name | Sort::InvitedBy | Sort::Status => {
            (key.len() <= LONGEST_KEY && !key.contains('\0')).then_some(Key::Text(key))
        }
        Sort::LastActive if key.is_empty() => Some(Key::Time(None)),
        Sort::Joined | Sort::LastActive => {
            let micros = key.parse().ok().filter(|micros| TIMES.contains(micros));
            micros.map(|micros| Key::Time(Some(Timestamp::from_micros(micros))))
        }
    };
    Ok((key.ok_or_else(wrong)?, id))
}

pub(crate) fn parse_search(text: &str) -> Result<&str, Refusal> {
    let wrong = |problem| Refusal::BadField { field: "search", problem };
    let text = text.trim();
    if text.chars().count() > LONGEST_SEARCH {
        return Err(wrong(Problem::TooLong { most: LONGEST_SEARCH }));
    }
    // PostgreSQL takes no NUL in a text.
    if text.contains('\0') { Err(wrong(Problem::Invisible)) } else { Ok(text) }
}

/// A page of members and invitees. In the order of addresses and without a search or a filter by role or namespace, its cost
/// does not grow with the organization.
///
/// # Errors
/// [`Refusal::BadField`] on `cursor`, `search` and `namespace`. What [`Action::SeeGrants`] is refused with, for a filter by
/// namespace and an order by activity: the first tells who was given what, and the second when somebody was here.
pub async fn list(context: &Context, slug: &str, query: &Query) -> Result<Page, Error> {
    let sort = query.sort;
    let after = query.cursor.as_deref().map(|cursor| parse_cursor(cursor, sort)).transpose()?;
    let search = parse_search(&query.search)?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let mut look = context.look(slug, Action::SeeMembers).await?;
    let (organization, own) = (look.organization.clone(), look.membership());
    let seeing = decide(context.actor(), organization.place(), own.as_ref(), Action::SeeGrants);
    let wanted = query.namespace.as_deref().map(str::trim).filter(|name| !name.is_empty());
    if wanted.is_some() || sort == Sort::LastActive {
        seeing.clone()?;
    }
    let namespace = match wanted {
        None => None,
        Some(name) => {
            let all = namespaces::list(&mut look.c, organization.id).await?;
            let unknown = |_| Refusal::BadField { field: "namespace", problem: Problem::Unknown };
            Some(named_one(&all, name).map_err(unknown)?.id)
        }
    };
    let show = query.show.unwrap_or(Show::All);
    let filter = Filter { show, role: query.role, namespace, search, now: context.now() };
    let Query { descending, backwards, .. } = *query;
    let page = roster::Page { filter, sort, descending, backwards, after, limit: limit + 1 };
    let mut rows = roster_sorts::page(&mut look.c, organization.id, &page).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    if backwards {
        rows.reverse();
    }
    // Where we came from is there; in the direction we went, the one row too many says whether there is more.
    let (before, beyond) = if backwards { (more, after.is_some()) } else { (after.is_some(), more) };
    let cursor = |row: Option<&Row>| row.map(|row| cursor_of(row, sort));
    let next = if beyond { cursor(rows.last()) } else { None };
    let previous = if before { cursor(rows.first()) } else { None };
    let total = match known_total(&organization, &filter) {
        Some(total) => total.unsigned_abs(),
        None => roster::count(&mut look.c, organization.id, &filter).await?,
    };
    if seeing.is_err() {
        rows.iter_mut().for_each(Row::forget_last_active);
    }
    let active_admins = members::active_admins(&mut look.c, organization.id).await?;
    Ok(Page { organization, own, active_admins, sees_grants: seeing.is_ok(), rows, total, next, previous })
}

/// How many rows there are, where the organization counts them itself.
fn known_total(organization: &Organization, filter: &Filter<'_>) -> Option<i64> {
    let Organization { members_active, members_deactivated, invitations_pending, .. } = *organization;
    if !filter.search.is_empty() || filter.role.is_some() || filter.namespace.is_some() {
        return None;
    }
    match filter.show {
        Show::All => Some(members_active + members_deactivated + invitations_pending),
        Show::Active => Some(members_active),
        Show::Deactivated => Some(members_deactivated),
        Show::Invited => Some(invitations_pending),
        Show::InviteSent | Show::InviteExpired => None,
    }
}

/// One member, for a row that changed.
pub async fn find(context: &Context, slug: &str, member: &str) -> Result<Member, Error> {
    let mut look = context.look(slug, Action::SeeMembers).await?;
    let id = parse_id(member)?;
    members::find(&mut look.c, look.organization.id, id).await?.ok_or(Error::Refused(Refusal::NotFound))
}

pub(crate) fn parse_id(member: &str) -> Result<MemberId, Refusal> {
    member.parse().map_err(|_| Refusal::NotFound)
}

async fn target(work: &mut Work, member: &str) -> Result<Member, Error> {
    let id = parse_id(member)?;
    let organization = work.organization.id;
    members::find(&mut work.c, organization, id).await?.ok_or(Error::Refused(Refusal::NotFound))
}

/// Switches a member off. Every session of theirs ends in the same transaction, and so do their logins here and the named
/// tokens, all of which this member made; tokens that are not named stay, as nothing that happens to a person touches one.
///
/// # Errors
/// As [`Membership::deactivate`]; [`Refusal::NotFound`] for a token that this member did not make.
pub async fn deactivate(
    context: &Context,
    slug: &str,
    member: &str,
    remove_tokens: &[String],
) -> Result<Deactivated, Error> {
    let mut work = context.begin(slug, Action::DeactivateMember).await?;
    let target = target(&mut work, member).await?;
    let by = context.actor().user();
    let organization = work.organization.clone();
    let active_admins = members::active_admins(&mut work.c, organization.id).await?;
    let changed = match target.membership(organization.founder).deactivate(by, active_admins) {
        Ok(changed) => changed,
        Err(refusal) => return Err(work.refuse(refusal).await),
    };
    sessions::delete_all(&mut work.c, target.user).await?;
    // For good: whoever is switched on again signs in anew, and so do their machines. A lost one must not come back with them.
    storage::logins::end_of_member(&mut work.c, target.id).await?;
    let mut removed = 0;
    // An empty entry says "none" in a form.
    let ids: BTreeSet<&str> = remove_tokens.iter().map(String::as_str).filter(|id| !id.is_empty()).collect();
    if !ids.is_empty()
        && let Err(refusal) = work.also(Action::RemoveToken)
    {
        return Err(work.refuse(refusal).await);
    }
    for id in ids {
        let token = storage::tokens::find(&mut work.c, organization.id, tokens::parse_id(id)?).await?;
        let token = token.filter(|token| token.maker == target.user).ok_or(Refusal::NotFound)?;
        tokens::end(&mut work, &token).await?;
        removed += 1;
    }
    let member = keep(work, target, changed, AccessChange::Deactivated).await?;
    Ok(Deactivated { member, removed_tokens: removed })
}

/// Switches a member on again, with the namespaces they had.
///
/// # Errors
/// [`Refusal::AlreadyActive`], [`Refusal::MemberLimit`].
pub async fn reactivate(context: &Context, slug: &str, member: &str) -> Result<Member, Error> {
    let mut work = context.begin(slug, Action::ReactivateMember).await?;
    let target = target(&mut work, member).await?;
    let fits = may_add_one(work.organization.members_active.unsigned_abs(), work.organization.member_limit());
    let changed = target.membership(work.organization.founder).reactivate();
    let changed = match changed.and_then(|changed| fits.map(|()| changed)) {
        Ok(changed) => changed,
        Err(refusal) => return Err(work.refuse(refusal).await),
    };
    keep(work, target, changed, AccessChange::Reactivated).await
}

/// Ends every session of a member, on every device, and their logins here: for a machine that was lost. They stay a member, and
/// sign in again.
///
/// # Errors
/// [`Refusal::NotFound`] for whoever is no member here.
pub async fn end_sessions(context: &Context, slug: &str, member: &str) -> Result<Member, Error> {
    let mut work = context.begin(slug, Action::EndMemberSessions).await?;
    let target = target(&mut work, member).await?;
    sessions::delete_all(&mut work.c, target.user).await?;
    // After the sessions, so that what one of them approves at this moment is seen.
    storage::logins::end_of_member(&mut work.c, target.id).await?;
    work.commit(ActivityEvent::MemberSessionsEnded { email: target.email.clone() }).await?;
    Ok(target)
}

async fn keep(mut work: Work, target: Member, changed: Membership, change: AccessChange) -> Result<Member, Error> {
    let version = work.version();
    members::set_status(&mut work.c, &changed, version).await?;
    let email = target.email.clone();
    let event = match change {
        AccessChange::Reactivated => ActivityEvent::MemberReactivated { email },
        _ => ActivityEvent::MemberDeactivated { email },
    };
    work.tell_access(&target.email, target.user, change).await?;
    work.commit(event).await?;
    Ok(Member { status: changed.status, version, ..target })
}
