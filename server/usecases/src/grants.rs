//! Who may work where.

use crate::{
    Context, Error, Present,
    cluster::{Following, Sync},
    gates::{Look, Work},
    members::parse_id,
    namespaces::{named, named_one, names},
};
use domain::{
    Refusal,
    access::{Action, decide},
    activity::ActivityEvent,
    activity::Named,
    binding::{BindingName, ClusterRole, Subject},
    grant::{Change, Holder},
    id::{NamespaceId, OrganizationId},
    letter::AccessChange,
    membership::Status,
    text::{EmailAddress, NamespaceName, Problem},
    time::Timestamp,
    token::{Lifetime, is_expired},
};
use std::collections::BTreeSet;
pub use storage::withheld::Withheld;
use storage::{
    Connection, grants, members,
    members::Member,
    namespaces::{self, Namespace},
    tokens, withheld,
};

/// One member's grants, beside every namespace of the organization.
#[derive(Debug, Clone)]
pub struct Grants {
    pub member: Member,
    /// Every namespace of the organization.
    pub namespaces: Vec<Held>,
}

/// What a member, or a token, has in one namespace.
#[derive(Debug, Clone)]
pub struct Held {
    pub namespace: Namespace,
    pub granted: bool,
    /// When the tick ends by itself.
    pub ends_at: Option<Timestamp>,
    /// What the operator has given here beside it.
    pub withheld: Vec<Withheld>,
    /// Whether the cluster has applied the tick.
    pub sync: Sync,
}

/// Looks at what a member was given: an admin may at anybody's, a member at their own.
pub(crate) async fn look_at(context: &Context, slug: &str, member: &str) -> Result<(Look, Member), Error> {
    let mut look = context.look(slug, Action::SeeOwnGrants).await?;
    let id = parse_id(member);
    let own = look.member.as_ref().map(|member| member.id);
    if own.is_none() || id.as_ref().ok() != own.as_ref() {
        decide(context.actor(), look.organization.place(), look.membership().as_ref(), Action::SeeGrants)?;
    }
    let member = members::find(&mut look.c, look.organization.id, id?).await?.ok_or(Refusal::NotFound)?;
    Ok((look, member))
}

/// The member's grants.
pub async fn of(context: &Context, slug: &str, member: &str) -> Result<Grants, Error> {
    let (mut look, member) = look_at(context, slug, member).await?;
    let namespaces = held(context, &mut look, member.id.into(), Subject::User(member.user), member.version).await?;
    Ok(Grants { member, namespaces })
}

/// What a token has, beside every namespace of the organization.
pub async fn of_token(context: &Context, slug: &str, token: &str) -> Result<Vec<Held>, Error> {
    let mut look = context.look(slug, Action::SeeTokens).await?;
    let (organization, id) = (look.organization.id, crate::tokens::parse_id(token)?);
    let token = tokens::find(&mut look.c, organization, id).await?.ok_or(Refusal::NotFound)?;
    held(context, &mut look, id.into(), Subject::Token(id), token.version).await
}

async fn held(
    context: &Context,
    look: &mut Look,
    holder: Holder,
    subject: Subject,
    version: i64,
) -> Result<Vec<Held>, Error> {
    let organization = look.organization.id;
    let has = grants::with_ends(&mut look.c, holder, context.now()).await?;
    let withheld = withheld::of(&mut look.c, holder, context.now()).await?;
    let all = namespaces::list(&mut look.c, organization).await?;
    let following = Following::read(context, &mut look.c, organization).await?;
    let binding = BindingName { subject, role: ClusterRole::Standard };
    let held = all.into_iter().map(|namespace| Held {
        granted: has.contains_key(&namespace.id),
        ends_at: has.get(&namespace.id).copied().flatten(),
        withheld: withheld.iter().filter(|it| it.namespace_id == namespace.id).cloned().collect(),
        sync: following.of_binding(&namespace.name, binding, version),
        namespace,
    });
    Ok(held.collect())
}

/// Makes `wanted` the full set of this member's namespaces. `version` is the one the caller saw.
///
/// # Errors
/// [`Error::Stale`] when somebody changed this member since: nothing is written; [`Refusal::UnknownNamespace`].
pub async fn save(context: &Context, slug: &str, member: &str, wanted: &[String], version: i64) -> Result<i64, Error> {
    let mut work = context.begin(slug, Action::SaveGrants).await?;
    let id = parse_id(member)?;
    let organization = work.organization.id;
    let target = members::find(&mut work.c, organization, id).await?.ok_or(Refusal::NotFound)?;
    let all = namespaces::list(&mut work.c, organization).await?;
    let has = grants::of(&mut work.c, id, work.now).await?;
    if target.version != version {
        return Err(Error::Stale(Present { namespaces: names(&all, &has), version: target.version }));
    }
    let wanted: BTreeSet<_> = named(&all, wanted)?.into_keys().collect();
    keep(work, target, &all, Change::between(&has, &wanted)).await
}

/// One tick that was given or taken.
#[derive(Debug, Clone)]
pub struct Changed {
    pub email: EmailAddress,
    pub namespace: NamespaceName,
    /// The member's, from now on.
    pub version: i64,
}

/// Gives a member one namespace more. What else they have stays, whatever somebody else makes of it meanwhile: so there is no
/// version that could be stale. `member` is an id or an address.
///
/// # Errors
/// [`Refusal::UnknownNamespace`]; [`Refusal::BadField`] on `member` for an address that is no member's.
pub async fn give(context: &Context, slug: &str, member: &str, namespace: &str) -> Result<Changed, Error> {
    change_one(context, slug, member, namespace, |has, id| has.insert(id)).await
}

/// Takes one namespace from a member. What else they have stays.
///
/// # Errors
/// As [`give`].
pub async fn take(context: &Context, slug: &str, member: &str, namespace: &str) -> Result<Changed, Error> {
    change_one(context, slug, member, namespace, |has, id| has.remove(&id)).await
}

async fn change_one(
    context: &Context,
    slug: &str,
    member: &str,
    namespace: &str,
    change: impl FnOnce(&mut BTreeSet<NamespaceId>, NamespaceId) -> bool,
) -> Result<Changed, Error> {
    let mut work = context.begin(slug, Action::SaveGrants).await?;
    let target = named_member(&mut work, member).await?;
    let all = namespaces::list(&mut work.c, work.organization.id).await?;
    let found = named_one(&all, namespace)?;
    let has = grants::of(&mut work.c, target.id, work.now).await?;
    let mut wanted = has.clone();
    change(&mut wanted, found.id);
    let email = target.email.clone();
    let version = keep(work, target, &all, Change::between(&has, &wanted)).await?;
    Ok(Changed { email, namespace: found.name.clone(), version })
}

/// By id, or by the address that somebody typed.
async fn named_member(work: &mut Work, member: &str) -> Result<Member, Error> {
    let organization = work.organization.id;
    let text = member.trim();
    if !text.contains('@') {
        return members::find(&mut work.c, organization, parse_id(text)?).await?.ok_or(Refusal::NotFound.into());
    }
    let email = EmailAddress::parse(text).map_err(Refusal::field("member"))?;
    let unknown = Refusal::BadField { field: "member", problem: Problem::Unknown };
    members::find_by_email(&mut work.c, organization, &email).await?.ok_or(unknown.into())
}

/// Writes what changes, tells the member of it unless they did it themselves, and answers the version they have now.
async fn keep(mut work: Work, target: Member, all: &[Namespace], change: Change) -> Result<i64, Error> {
    if change.is_empty() {
        return Ok(target.version);
    }
    let (by, organization) = (work.giver()?, work.organization.id);
    grants::apply(&mut work.c, target.id, &change, by, work.now).await?;
    let version = work.version();
    members::set_version(&mut work.c, organization, target.id, version).await?;
    let (added, removed) = (names(all, &change.added), names(all, &change.removed));
    if by != target.user.into() {
        let change = AccessChange::Namespaces { added: added.clone(), removed: removed.clone() };
        work.tell_access(&target.email, target.user, change).await?;
    }
    work.commit(ActivityEvent::GrantsChanged { email: target.email, added, removed }).await?;
    Ok(version)
}

/// Who has a grant, by id and by the name that people read.
pub(crate) async fn named_holder(work: &mut Work, holder: Holder) -> Result<Named, Error> {
    let organization = work.organization.id;
    name_of_holder(&mut work.c, organization, holder).await
}

pub(crate) async fn name_of_holder(
    c: &mut Connection,
    organization: OrganizationId,
    holder: Holder,
) -> Result<Named, Error> {
    Ok(match holder {
        Holder::Member(id) => {
            let member = members::find(c, organization, id).await?.ok_or(Refusal::NotFound)?;
            Named::Member { email: member.email }
        }
        Holder::Token(id) => {
            let token = tokens::find(c, organization, id).await?.ok_or(Refusal::NotFound)?;
            Named::Token { token: token.mask, name: token.name }
        }
    })
}

/// Whether what somebody is given now would do anything.
///
/// # Errors
/// [`Refusal::NotActive`] for a member who is switched off, [`Refusal::TokenExpired`] for a token that is over.
pub(crate) async fn is_active(work: &mut Work, holder: Holder) -> Result<(), Error> {
    let organization = work.organization.id;
    match holder {
        Holder::Member(id) => {
            let member = members::find(&mut work.c, organization, id).await?.ok_or(Refusal::NotFound)?;
            if member.status == Status::Deactivated { Err(Refusal::NotActive.into()) } else { Ok(()) }
        }
        Holder::Token(id) => {
            let token = tokens::find(&mut work.c, organization, id).await?.ok_or(Refusal::NotFound)?;
            match token.expires_at.filter(|_| is_expired(token.expires_at, work.now)) {
                Some(at) => Err(Refusal::TokenExpired { at }.into()),
                None => Ok(()),
            }
        }
    }
}

/// Marks that what a member or a token has was changed.
pub(crate) async fn touch(work: &mut Work, holder: Holder) -> Result<(), Error> {
    let (organization, version) = (work.organization.id, work.version());
    match holder {
        Holder::Member(id) => members::set_version(&mut work.c, organization, id, version).await?,
        Holder::Token(id) => tokens::set_version(&mut work.c, id, version).await?,
    }
    Ok(())
}

/// Gives a tick an end, so long from now, or takes its end away.
///
/// # Errors
/// [`Refusal::UnknownNamespace`]; [`Refusal::NotGranted`] where there is no tick.
pub async fn limit(
    context: &Context,
    slug: &str,
    holder: Holder,
    namespace: &str,
    lasts: Lifetime,
) -> Result<Option<Timestamp>, Error> {
    let mut work = context.begin(slug, Action::LimitGrant).await?;
    // What a token has, only people decide.
    if matches!(holder, Holder::Token(_))
        && let Err(refusal) = work.also(Action::AssignToken)
    {
        return Err(work.refuse(refusal).await);
    }
    let whose = named_holder(&mut work, holder).await?;
    let all = namespaces::list(&mut work.c, work.organization.id).await?;
    let found = named_one(&all, namespace)?;
    let ends_at = lasts.ends(work.now);
    if !grants::limit(&mut work.c, holder, found.id, ends_at, work.now).await? {
        return Err(Refusal::NotGranted.into());
    }
    touch(&mut work, holder).await?;
    work.commit(ActivityEvent::GrantLimited { whose, namespace: found.name.clone(), ends_at }).await?;
    Ok(ends_at)
}

/// Takes back the grants of one organization whose time is over.
pub(crate) async fn end(context: &Context, organization: OrganizationId) -> Result<(), Error> {
    let mut work = context.begin_at(organization, Action::EndGrants).await?;
    let now = work.now;
    for grants::Over { holder, namespace, name } in grants::over_in(&mut work.c, organization, now).await? {
        grants::delete(&mut work.c, holder, namespace).await?;
        let whose = named_holder(&mut work, holder).await?;
        touch(&mut work, holder).await?;
        work.record(&ActivityEvent::GrantEnded { whose, namespace: name }).await?;
    }
    for Withheld { id, holder, namespace, permission, .. } in withheld::over_in(&mut work.c, organization, now).await? {
        withheld::delete(&mut work.c, id).await?;
        let whose = named_holder(&mut work, holder).await?;
        touch(&mut work, holder).await?;
        work.record(&ActivityEvent::PermissionEnded { whose, namespace, permission }).await?;
    }
    work.commit_recorded().await
}
