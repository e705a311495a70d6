//! Namespaces: creating them, and who may work in each.

use crate::{
    Context, Error,
    cluster::{Following, Sync},
    gates::Work,
    judge::Owner,
};
use domain::{
    Refusal,
    access::Action,
    activity::ActivityEvent,
    grant::Change,
    id::NamespaceId,
    membership::Membership,
    namespace::may_add_one,
    text::{NamespaceLabel, NamespaceName},
};
use std::collections::{BTreeMap, BTreeSet};
pub use storage::namespaces::Namespace as Stored;
use storage::{
    grants,
    namespaces::{self, Namespace, Person},
    organizations::{self, Organization},
};

/// How many people a namespace names before it only counts them.
pub const PEOPLE_NAMED: u32 = 50;

/// A namespace and who may work in it.
#[derive(Debug, Clone)]
pub struct WithPeople {
    pub namespace: Namespace,
    /// Active members with a grant.
    pub people: u64,
    /// The first [`PEOPLE_NAMED`] of them, by address.
    pub named: Vec<Person>,
    pub sync: Sync,
}

/// The namespaces of an organization, as one of its people sees them.
#[derive(Debug, Clone)]
pub struct List {
    pub organization: Organization,
    /// The asker's own membership; a token has none.
    pub own: Option<Membership>,
    pub namespaces: Vec<WithPeople>,
    /// How far the cluster has followed.
    pub following: Following,
}

pub async fn list(context: &Context, slug: &str) -> Result<List, Error> {
    let mut look = context.look(slug, Action::SeeNamespaces).await?;
    let organization = look.organization.clone();
    let counts: BTreeMap<NamespaceId, i64> = namespaces::people_counts(&mut look.c, organization.id, context.now())
        .await?
        .into_iter()
        .map(|count| (count.namespace, count.people))
        .collect();
    let following = Following::read(context, &mut look.c, organization.id).await?;
    let mut listed = Vec::new();
    for namespace in namespaces::list(&mut look.c, organization.id).await? {
        let named = namespaces::people(&mut look.c, namespace.id, context.now(), PEOPLE_NAMED).await?;
        let people = counts.get(&namespace.id).copied().unwrap_or(0).unsigned_abs();
        let sync = following.of_namespace(&namespace.name, organization.version);
        listed.push(WithPeople { namespace, people, named, sync });
    }
    Ok(List { own: look.membership(), organization, namespaces: listed, following })
}

/// What they are called, in order.
pub async fn all_names(context: &Context, slug: &str) -> Result<Vec<NamespaceName>, Error> {
    let mut look = context.look(slug, Action::SeeNamespaces).await?;
    let all = namespaces::list(&mut look.c, look.organization.id).await?;
    Ok(all.into_iter().map(|namespace| namespace.name).collect())
}

/// Makes a namespace. Who makes it gets the first grant in it, and nobody else does.
///
/// # Errors
/// [`Refusal::BadField`] on `id`, [`Refusal::NamespaceLimit`], [`Refusal::NameReserved`], [`Refusal::NamespaceTaken`],
/// [`Refusal::NameOfAnother`]; [`Refusal::NameTakenInCluster`], where this process reaches the cluster.
pub async fn create(context: &Context, slug: &str, id: &str) -> Result<Namespace, Error> {
    let taken_in_cluster = is_taken_in_cluster(context, slug, id).await;
    let mut work = context.begin(slug, Action::CreateNamespace).await?;
    let label = NamespaceLabel::parse(id).map_err(Refusal::field("id"))?;
    let member = work.member()?.clone();
    let organization = work.organization.clone();
    let limit = u32::try_from(organization.namespace_limit).unwrap_or(0);
    if let Err(refusal) = may_add_one(namespaces::count(&mut work.c, organization.id).await?, limit) {
        return Err(work.refuse(refusal).await);
    }
    let name = match work.rules().name_of(&organization.slug, &label) {
        Ok(name) => name,
        // Whoever reaches for a name of the cluster's own is seen in the log.
        Err(refusal @ Refusal::NameReserved { .. }) => return Err(work.refuse(refusal).await),
        Err(refusal) => return Err(refusal.into()),
    };
    namespaces::lock_names(&mut work.c).await?;
    let new = namespaces::New {
        id: NamespaceId::from_random(crate::dice::random()),
        organization: organization.id,
        label: &label,
        name: &name,
        created_by: member.user,
    };
    let made = new.id;
    if !namespaces::insert(&mut work.c, new, work.now).await? {
        return Err(Refusal::NamespaceTaken { name: name.to_string() }.into());
    }
    belongs_to(&mut work, &name).await?;
    if taken_in_cluster {
        return Err(Refusal::NameTakenInCluster { name: name.to_string() }.into());
    }
    let first = Change { added: BTreeSet::from([made]), removed: BTreeSet::new() };
    grants::apply(&mut work.c, member.id, &first, member.user, work.now).await?;
    let version = work.version();
    storage::members::set_version(&mut work.c, organization.id, member.id, version).await?;
    let created_at = work.now;
    work.commit(ActivityEvent::NamespaceCreated { namespace: name.clone() }).await?;
    Ok(Namespace { id: made, label, name, created_at, created_by: member.email, adopted: false })
}

/// Whether the name that this would get is somebody else's in the cluster already. Asked before the organization is locked,
/// since the cluster may be slow; of one that does not answer nothing is known, and the controller says what it finds.
async fn is_taken_in_cluster(context: &Context, slug: &str, id: &str) -> bool {
    let Some(judge) = context.installation.judge() else { return false };
    // Whoever may not create anything learns nothing about the cluster, and is refused in a moment.
    let Ok(look) = context.look(slug, Action::CreateNamespace).await else { return false };
    let organization = look.organization;
    drop(look.c);
    let Ok(label) = NamespaceLabel::parse(id) else { return false };
    let Ok(name) = context.settings().namespaces.name_of(&organization.slug, &label) else { return false };
    match judge.owner_of(&name).await {
        // What the organization had, and the console let go, it may have again.
        Ok(Owner::Organization(owner)) => owner != organization.id,
        Ok(Owner::Others) => true,
        Ok(Owner::Nobody) | Err(_) => false,
    }
}

/// Checks that the organization may have this name, under the lock of all names.
///
/// # Errors
/// [`Refusal::NameOfAnother`] where it begins with the slug of another organization, unless it begins with a longer one of its
/// own.
pub(crate) async fn belongs_to(work: &mut Work, name: &NamespaceName) -> Result<(), Error> {
    let slugs: Vec<_> = work.rules().owners_of(name).collect();
    for slug in slugs {
        if slug == work.organization.slug {
            return Ok(());
        }
        if organizations::find_by_slug(&mut work.c, &slug).await?.is_some() {
            return Err(Refusal::NameOfAnother { name: name.to_string() }.into());
        }
    }
    Ok(())
}

/// Finds namespaces by what a caller calls them: the full name (`northwind-dev`) or the organization's own part (`dev`).
///
/// # Errors
/// [`Refusal::UnknownNamespace`] for the first that the organization does not have.
pub(crate) fn named<'a>(
    all: &'a [Namespace],
    wanted: &[String],
) -> Result<BTreeMap<NamespaceId, &'a Namespace>, Refusal> {
    wanted
        .iter()
        .map(|text| text.trim())
        // An empty entry says "none" in a form, where an empty list can't be written.
        .filter(|text| !text.is_empty())
        .map(|text| named_one(all, text).map(|namespace| (namespace.id, namespace)))
        .collect()
}

/// The same for one of them, which has to be there.
///
/// # Errors
/// [`Refusal::UnknownNamespace`].
pub(crate) fn named_one<'a>(all: &'a [Namespace], wanted: &str) -> Result<&'a Namespace, Refusal> {
    let text = wanted.trim();
    all.iter()
        .find(|namespace| namespace.name.as_str() == text)
        .or_else(|| all.iter().find(|namespace| namespace.label.as_str() == text))
        .ok_or_else(|| Refusal::UnknownNamespace { name: text.chars().take(63).collect() })
}

/// The names behind ids, in order.
pub(crate) fn names(all: &[Namespace], ids: &BTreeSet<NamespaceId>) -> Vec<NamespaceName> {
    all.iter().filter(|namespace| ids.contains(&namespace.id)).map(|namespace| namespace.name.clone()).collect()
}
