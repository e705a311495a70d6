//! Asking the operator: what no admin can do, with the facts filled in.

use crate::{
    Context, Error,
    gates::Work,
    grants::{is_active, named_holder},
    limits,
    members::parse_id,
    namespaces::named_one,
};
use domain::{
    Refusal,
    access::Action,
    activity::ActivityEvent,
    grant::Holder,
    id::{MemberId, RequestId},
    letter::Letter,
    membership::Role,
    permission::Permission,
    request::{How, Outcome, Request, Wish, Withheld},
    text::{EmailAddress, NamespaceName, Problem, Remark},
    time::Timestamp,
    token::Lifetime,
};
use std::str::FromStr;
pub use storage::requests::Filed;
use storage::{
    members::{self, Member},
    namespaces, operators, organizations, requests,
};

pub const PAGE: u32 = 50;

/// What is asked for, by the ids and names that a caller has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    MakeAdmin { member: String },
    TakeAdmin { member: String },
    ChangeFounder { member: String },
    GivePermission { holder: Holder, namespace: String, permission: Permission, lifetime: Lifetime },
    TakePermission { holder: Holder, namespace: String, permission: Permission },
    NamespaceLimit { limit: u32 },
    MemberLimit { limit: u32 },
    RemoveUser { member: String },
    AdoptNamespace { name: String },
    DeleteNamespace { namespace: String },
}

/// The organization's requests, the newest first.
#[derive(Debug, Clone)]
pub struct Page {
    pub organization: organizations::Organization,
    pub requests: Vec<Filed>,
    pub next: Option<String>,
}

pub(crate) fn place(at: Timestamp, id: &impl ToString) -> String {
    format!("{}.{}", at.micros(), id.to_string())
}

pub(crate) fn cursor_of(filed: &Filed) -> String {
    place(filed.request.requested_at, &filed.request.id)
}

/// Reads a [`place`]; an empty text is none.
pub(crate) fn parse_place<I: FromStr>(text: &str) -> Result<Option<(Timestamp, I)>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    // Not before 1970: PostgreSQL keeps no time before 4714 BC.
    let time = |at: &str| at.parse().ok().filter(|micros: &i64| *micros >= 0);
    let parts = text.split_once('.').and_then(|(at, id)| Some((time(at)?, id.parse().ok()?)));
    let (at, id) = parts.ok_or(Refusal::BadField { field: "cursor", problem: Problem::Unknown })?;
    Ok(Some((Timestamp::from_micros(at), id)))
}

pub(crate) fn parse_cursor(text: &str) -> Result<Option<(Timestamp, RequestId)>, Refusal> {
    parse_place(text)
}

/// # Errors
/// [`Refusal::BadField`] on `cursor`.
pub async fn list(context: &Context, slug: &str, cursor: &str) -> Result<Page, Error> {
    let after = parse_cursor(cursor)?;
    let mut look = context.look(slug, Action::SeeRequests).await?;
    let mut requests = requests::page_of(&mut look.c, look.organization.id, after, PAGE + 1).await?;
    let more = requests.len() > PAGE as usize;
    requests.truncate(PAGE as usize);
    let next = if more { requests.last().map(cursor_of) } else { None };
    Ok(Page { organization: look.organization, requests, next })
}

/// Those that wait, for the places where they were asked.
pub async fn waiting(context: &Context, slug: &str) -> Result<Vec<Filed>, Error> {
    let mut look = context.look(slug, Action::SeeRequests).await?;
    Ok(requests::waiting_of(&mut look.c, look.organization.id).await?)
}

/// Asks the operator. Every operator gets a mail.
///
/// # Errors
/// [`Refusal::BadField`] on `reason`; what would refuse the act as things stand; [`Refusal::AlreadyRequested`];
/// [`Refusal::TooManyRequests`].
pub async fn file(context: &Context, slug: &str, asked: Asked, reason: &str) -> Result<Request, Error> {
    let mut work = context.begin(slug, Action::FileRequest).await?;
    let requested_by = work.member()?.user;
    let reason = Remark::parse(reason).map_err(Refusal::field("reason"))?;
    let wish = wish(&mut work, asked).await?;
    let organization = work.organization.id;
    if requests::waiting_of(&mut work.c, organization).await?.iter().any(|filed| filed.request.wish == wish) {
        return Err(Refusal::AlreadyRequested.into());
    }
    limits::request_to_operator(context, &mut work.c, organization).await?;
    let id = RequestId::from_random(crate::dice::random());
    let requested_at = work.now;
    let request = Request { id, organization, wish, reason, requested_by, requested_at, outcome: None };
    requests::insert(&mut work.c, &request).await?;
    for operator in operators::all(&mut work.c).await? {
        let letter = Letter::RequestFiled { user: operator.user, request: id };
        work.write_letter(&operator.email, &letter).await?;
    }
    let (wish, reason) = (request.wish.clone(), request.reason.clone());
    work.commit(ActivityEvent::RequestFiled { wish, reason }).await?;
    Ok(request)
}

/// Takes a request back. Any admin may: it is the organization's.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::RequestDecided`].
pub async fn withdraw(context: &Context, slug: &str, request: &str) -> Result<(), Error> {
    let mut work = context.begin(slug, Action::WithdrawRequest).await?;
    let id: RequestId = request.parse().map_err(|_| Refusal::NotFound)?;
    let organization = work.organization.id;
    let filed = requests::find(&mut work.c, id).await?.filter(|filed| filed.request.organization == organization);
    let filed = filed.ok_or(Refusal::NotFound)?;
    filed.request.may_be_withdrawn()?;
    let outcome = Outcome { how: How::Withdrawn, by: work.by().to_owned(), at: work.now, note: None };
    requests::end(&mut work.c, id, &outcome).await?;
    work.commit(ActivityEvent::RequestWithdrawn { wish: filed.request.wish }).await
}

async fn member(work: &mut Work, id: &str) -> Result<Member, Error> {
    let (organization, id) = (work.organization.id, parse_id(id)?);
    members::find(&mut work.c, organization, id).await?.ok_or(Error::Refused(Refusal::NotFound))
}

/// Fills in the facts, and refuses what the operator would be refused as things stand.
async fn wish(work: &mut Work, asked: Asked) -> Result<Wish, Error> {
    let founder = work.organization.founder;
    let admins = members::active_admins(&mut work.c, work.organization.id).await?;
    let named = |member: Member| -> (MemberId, EmailAddress) { (member.id, member.email) };
    Ok(match asked {
        Asked::MakeAdmin { member: id } => {
            let found = member(work, &id).await?;
            found.membership(founder).with_role(Role::Admin, admins)?;
            let (member, email) = named(found);
            Wish::MakeAdmin { member, email }
        }
        Asked::TakeAdmin { member: id } => {
            let found = member(work, &id).await?;
            found.membership(founder).with_role(Role::Member, admins)?;
            let (member, email) = named(found);
            Wish::TakeAdmin { member, email }
        }
        Asked::ChangeFounder { member: id } => {
            let found = member(work, &id).await?;
            found.membership(founder).into_founder()?;
            let (member, email) = named(found);
            Wish::ChangeFounder { member, email }
        }
        Asked::GivePermission { holder, namespace, permission, lifetime } => {
            let asked = withheld(work, holder, &namespace, permission, lifetime).await?;
            is_active(work, holder).await?;
            if has(work, &asked).await? {
                return Err(Refusal::AlreadyGiven.into());
            }
            Wish::GivePermission(asked)
        }
        Asked::TakePermission { holder, namespace, permission } => {
            let asked = withheld(work, holder, &namespace, permission, Lifetime::Never).await?;
            if !has(work, &asked).await? {
                return Err(Refusal::NotGiven.into());
            }
            Wish::TakePermission(asked)
        }
        Asked::NamespaceLimit { limit } => {
            let present = namespaces::count(&mut work.c, work.organization.id).await?;
            higher(limit, present)?;
            Wish::NamespaceLimit { limit }
        }
        Asked::MemberLimit { limit } => {
            higher(limit, u32::try_from(work.organization.members_active).unwrap_or(u32::MAX))?;
            Wish::MemberLimit { limit }
        }
        Asked::RemoveUser { member: id } => {
            let found = member(work, &id).await?;
            found.membership(founder).may_be_removed()?;
            let (member, email) = named(found);
            Wish::RemoveUser { member, email }
        }
        Asked::AdoptNamespace { name } => {
            let name = NamespaceName::parse(name.trim()).map_err(Refusal::field("namespace"))?;
            work.rules().may_be_taken(&name)?;
            // Of other organizations nothing is told.
            let all = namespaces::list(&mut work.c, work.organization.id).await?;
            if all.iter().any(|own| own.name == name) {
                return Err(Refusal::NamespaceTaken { name: name.to_string() }.into());
            }
            Wish::AdoptNamespace { name }
        }
        Asked::DeleteNamespace { namespace } => {
            let all = namespaces::list(&mut work.c, work.organization.id).await?;
            let found = named_one(&all, &namespace)?;
            Wish::DeleteNamespace { namespace: found.id, name: found.name.clone() }
        }
    })
}

fn higher(limit: u32, present: u32) -> Result<(), Refusal> {
    if limit < present { Err(Refusal::LimitTooLow { present }) } else { Ok(()) }
}

/// Whether the holder has now what a wish is about.
async fn has(work: &mut Work, asked: &Withheld) -> Result<bool, Error> {
    let has = storage::withheld::of(&mut work.c, asked.holder, work.now).await?;
    Ok(has.iter().any(|it| it.namespace_id == asked.namespace && it.permission == asked.permission))
}

async fn withheld(
    work: &mut Work,
    holder: Holder,
    namespace: &str,
    permission: Permission,
    lifetime: Lifetime,
) -> Result<Withheld, Error> {
    if !permission.is_withheld() {
        // An admin gives these by a tick.
        return Err(Refusal::BadField { field: "permission", problem: Problem::Unknown }.into());
    }
    let whose = named_holder(work, holder).await?;
    let all = namespaces::list(&mut work.c, work.organization.id).await?;
    let found = named_one(&all, namespace)?;
    Ok(Withheld { holder, named: whose, namespace: found.id, name: found.name.clone(), permission, lifetime })
}
