//! What no admin gives: `w:pods` and `w:full`.

use crate::{
    Context, Error,
    gates::Work,
    grants::{is_active, name_of_holder, named_holder, touch},
    namespaces::named_one,
};
use domain::{
    Refusal,
    access::Action,
    activity::{ActivityEvent, Named},
    grant::Holder,
    id::LetterId,
    letter::AccessChange,
    permission::Permission,
    text::Problem,
    time::Timestamp,
    token::Lifetime,
};
use storage::{
    members,
    namespaces::{self, Namespace},
    withheld::{self, New, Withheld},
};

/// A tick is the admins' to give; what they give is not given here a second time.
fn only_withheld(permission: Permission) -> Result<(), Refusal> {
    if permission.is_withheld() {
        Ok(())
    } else {
        Err(Refusal::BadField { field: "permission", problem: Problem::Unknown })
    }
}

/// A withheld permission that somebody has, and the name by which people know them.
#[derive(Debug, Clone)]
pub struct Given {
    pub whose: Named,
    pub withheld: Withheld,
}

/// What operators have given in one organization, by namespace.
pub async fn given(context: &Context, slug: &str) -> Result<Vec<Given>, Error> {
    let mut look = context.as_operator()?.look(slug, Action::SeeGrants).await?;
    let organization = look.organization.id;
    let mut given = Vec::new();
    for withheld in withheld::of_organization(&mut look.c, organization).await? {
        match name_of_holder(&mut look.c, organization, withheld.holder).await {
            Ok(whose) => given.push(Given { whose, withheld }),
            // A token that ended and is not swept up yet has nothing any longer.
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    given.sort_by_key(|it| (it.withheld.namespace.clone(), it.whose.to_string(), it.withheld.permission));
    Ok(given)
}

/// Gives a withheld permission, until it is taken or for so long.
///
/// # Errors
/// [`Refusal::NotFound`] for the holder, [`Refusal::UnknownNamespace`], [`Refusal::NotActive`], [`Refusal::TokenExpired`],
/// [`Refusal::AlreadyGiven`];
/// [`Refusal::BadField`] for a permission that admins give themselves.
pub async fn give(
    context: &Context,
    slug: &str,
    holder: Holder,
    name: &str,
    permission: Permission,
    lasts: Lifetime,
) -> Result<Option<Timestamp>, Error> {
    let mut work = context.begin(slug, Action::GivePermission).await?;
    let all = namespaces::list(&mut work.c, work.organization.id).await?;
    let ends_at = insert(&mut work, holder, named_one(&all, name)?, permission, lasts).await?;
    work.commit_recorded().await?;
    Ok(ends_at)
}

pub(super) async fn insert(
    work: &mut Work,
    holder: Holder,
    namespace: &Namespace,
    permission: Permission,
    lasts: Lifetime,
) -> Result<Option<Timestamp>, Error> {
    only_withheld(permission)?;
    let whose = named_holder(work, holder).await?;
    is_active(work, holder).await?;
    let name = namespace.name.clone();
    let organization = work.organization.id;
    let ends_at = lasts.ends(work.now);
    let by = work.by().to_owned();
    let new = New {
        id: LetterId::from_random(crate::dice::random()).uuid(),
        organization,
        namespace: namespace.id,
        holder,
        permission,
        granted_by: &by,
        ends_at,
    };
    let now = work.now;
    if !withheld::insert(&mut work.c, new, now).await? {
        return Err(Refusal::AlreadyGiven.into());
    }
    touch(work, holder).await?;
    let change = AccessChange::PermissionGiven { namespace: name.clone(), permission, ends_at };
    tell(work, holder, &whose, change).await?;
    work.record(&ActivityEvent::PermissionGiven { whose, namespace: name, permission, ends_at }).await?;
    Ok(ends_at)
}

/// Takes a withheld permission back.
///
/// # Errors
/// [`Refusal::NotFound`] for the holder, [`Refusal::UnknownNamespace`], [`Refusal::NotGiven`].
pub async fn take(
    context: &Context,
    slug: &str,
    holder: Holder,
    name: &str,
    permission: Permission,
) -> Result<(), Error> {
    let mut work = context.begin(slug, Action::TakePermission).await?;
    let all = namespaces::list(&mut work.c, work.organization.id).await?;
    delete(&mut work, holder, named_one(&all, name)?, permission).await?;
    work.commit_recorded().await
}

pub(super) async fn delete(
    work: &mut Work,
    holder: Holder,
    namespace: &Namespace,
    permission: Permission,
) -> Result<(), Error> {
    only_withheld(permission)?;
    let whose = named_holder(work, holder).await?;
    let name = namespace.name.clone();
    let has = withheld::of(&mut work.c, holder, work.now).await?;
    let found = has.iter().find(|it| it.namespace_id == namespace.id && it.permission == permission);
    let id = found.ok_or(Refusal::NotGiven)?.id;
    withheld::delete(&mut work.c, id).await?;
    touch(work, holder).await?;
    let change = AccessChange::PermissionRevoked { namespace: name.clone(), permission };
    tell(work, holder, &whose, change).await?;
    work.record(&ActivityEvent::PermissionRevoked { whose, namespace: name, permission }).await
}

/// A token reads no mail.
async fn tell(work: &mut Work, holder: Holder, whose: &Named, change: AccessChange) -> Result<(), Error> {
    let (Holder::Member(id), Named::Member { email }) = (holder, whose) else { return Ok(()) };
    let organization = work.organization.id;
    let user = members::find(&mut work.c, organization, id).await?.ok_or(Refusal::NotFound)?.user;
    work.tell_access(email, user, change).await
}
