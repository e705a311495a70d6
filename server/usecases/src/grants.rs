//! Who may work where.

use crate::{
    Context, Error, Present,
    cluster::{Following, Sync},
    members::parse_id,
    namespaces::{named, names},
};
use domain::{
    Refusal,
    access::{Action, decide},
    activity::ActivityEvent,
    binding::{BindingName, ClusterRole, Subject},
    grant::Change,
    letter::Letter,
    text::NamespaceName,
};
use std::collections::BTreeSet;
use storage::{
    grants, members,
    members::Member,
    namespaces::{self, Namespace},
};

/// One member's grants, beside every namespace of the organization.
#[derive(Debug, Clone)]
pub struct Grants {
    pub member: Member,
    /// Every namespace, whether this member has it, and whether the cluster has applied that.
    pub namespaces: Vec<(Namespace, bool, Sync)>,
}

/// The member's grants: an admin may see anybody's, a member their own.
pub async fn of(context: &Context, slug: &str, member: &str) -> Result<Grants, Error> {
    let mut look = context.look(slug, Action::SeeOwnGrants).await?;
    let id = parse_id(member);
    let own = look.member.as_ref().map(|member| member.id);
    if own.is_none() || id.as_ref().ok() != own.as_ref() {
        decide(context.actor(), look.organization.id, look.membership().as_ref(), Action::SeeGrants)?;
    }
    let id = id?;
    let organization = look.organization.id;
    let member = members::find(&mut look.c, organization, id).await?.ok_or(Refusal::NotFound)?;
    let has = grants::of(&mut look.c, id).await?;
    let all = namespaces::list(&mut look.c, organization).await?;
    let following = Following::read(context, &mut look.c, organization).await?;
    let binding = BindingName { subject: Subject::User(member.user), role: ClusterRole::Standard };
    let version = member.version;
    let namespaces = all.into_iter().map(|namespace| {
        let granted = has.contains(&namespace.id);
        let sync = following.of_binding(&namespace.name, binding, version);
        (namespace, granted, sync)
    });
    Ok(Grants { member, namespaces: namespaces.collect() })
}

/// What the asker could pass on: the namespaces they have themselves.
pub async fn own(context: &Context, slug: &str) -> Result<Vec<NamespaceName>, Error> {
    let mut look = context.look(slug, Action::SeeOwnGrants).await?;
    let own = look.member.as_ref().ok_or(Refusal::PeopleOnly)?.id;
    let has = grants::of(&mut look.c, own).await?;
    Ok(names(&namespaces::list(&mut look.c, look.organization.id).await?, &has))
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
    let has = grants::of(&mut work.c, id).await?;
    if target.version != version {
        return Err(Error::Stale(Present { namespaces: names(&all, &has), version: target.version }));
    }
    let wanted: BTreeSet<_> = named(&all, wanted)?.into_keys().collect();
    let change = Change::between(&has, &wanted);
    if change.is_empty() {
        return Ok(target.version);
    }
    let by = work.giver()?;
    grants::apply(&mut work.c, id, &change, by, work.now).await?;
    let version = work.version();
    members::set_version(&mut work.c, organization, id, version).await?;
    let (added, removed) = (names(&all, &change.added), names(&all, &change.removed));
    if by != target.user.into() {
        let change = domain::letter::AccessChange::Namespaces { added: added.clone(), removed: removed.clone() };
        let letter = Letter::AccessChanged { user: target.user, organization, change };
        work.write_letter(&target.email, &letter).await?;
    }
    work.commit(ActivityEvent::GrantsChanged { email: target.email, added, removed }).await?;
    Ok(version)
}
