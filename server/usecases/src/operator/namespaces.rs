//! Namespaces that were in the cluster before, and those that go.

use crate::{
    Context, Error,
    gates::Work,
    namespaces::{belongs_to, named_one},
};
use domain::{
    Refusal,
    access::Action,
    activity::ActivityEvent,
    id::NamespaceId,
    namespace::may_add_one,
    text::{NamespaceLabel, NamespaceName},
};
use std::collections::BTreeSet;
use storage::namespaces::{self, Namespace, New};

/// Gives an organization a namespace that the cluster has already. Nobody gets a grant in it by that.
///
/// # Errors
/// [`Refusal::BadField`] on `namespace`, [`Refusal::NameReserved`], [`Refusal::NamespaceLimit`], [`Refusal::NamespaceTaken`],
/// [`Refusal::NameOfAnother`].
pub async fn adopt(context: &Context, slug: &str, name: &str) -> Result<NamespaceName, Error> {
    let mut work = context.begin(slug, Action::AdoptNamespace).await?;
    let name = NamespaceName::parse(name.trim()).map_err(Refusal::field("namespace"))?;
    insert(&mut work, &name).await?;
    work.commit_recorded().await?;
    Ok(name)
}

pub(super) async fn insert(work: &mut Work, name: &NamespaceName) -> Result<(), Error> {
    let organization = work.organization.clone();
    let limit = u32::try_from(organization.namespace_limit).unwrap_or(0);
    work.rules().may_be_taken(name)?;
    may_add_one(namespaces::count(&mut work.c, organization.id).await?, limit)?;
    namespaces::lock_names(&mut work.c).await?;
    let all = namespaces::list(&mut work.c, organization.id).await?;
    let taken: BTreeSet<_> = all.into_iter().map(|own| own.label).collect();
    let label = NamespaceLabel::of_name(name, &organization.slug, &taken);
    let id = NamespaceId::from_random(crate::dice::random());
    // Whoever made it in the cluster has no account here; the founder stands for the organization.
    let new = New { id, organization: organization.id, label: &label, name, created_by: organization.founder };
    let now = work.now;
    if !namespaces::insert(&mut work.c, new, now).await? {
        return Err(Refusal::NamespaceTaken { name: name.to_string() }.into());
    }
    belongs_to(work, name).await?;
    namespaces::adopt(&mut work.c, id, now).await?;
    work.record(&ActivityEvent::NamespaceAdopted { namespace: name.clone() }).await
}

/// Takes a namespace from its organization, with everything given in it. What runs in it in the cluster stays there, until
/// whoever runs the cluster deletes it.
///
/// # Errors
/// [`Refusal::UnknownNamespace`].
pub async fn delete(context: &Context, slug: &str, name: &str) -> Result<NamespaceName, Error> {
    let mut work = context.begin(slug, Action::DeleteNamespace).await?;
    let all = namespaces::list(&mut work.c, work.organization.id).await?;
    let found = named_one(&all, name)?;
    take_away(&mut work, found).await?;
    work.commit_recorded().await?;
    Ok(found.name.clone())
}

pub(super) async fn take_away(work: &mut Work, gone: &Namespace) -> Result<(), Error> {
    let organization = work.organization.id;
    namespaces::delete(&mut work.c, organization, gone.id).await?;
    work.record(&ActivityEvent::NamespaceDeleted { namespace: gone.name.clone() }).await
}
