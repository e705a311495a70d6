//! What the cluster should hold, and what the controller says of it. Not through the gates: nothing of an organization
//! changes here, the cluster follows what was changed.

mod controllers;
mod following;
mod told;

pub(crate) use controllers::connection;
pub use controllers::{Health, Lease, Standing, await_one, health, stands};
pub use following::{Following, Sync};
pub use told::{count_up, told};

use crate::{Context, Error, Installation};
use domain::{
    Refusal,
    access::Action,
    binding::{self, Binding, ClusterRole, Facts, Given, Member, Subject, Token},
    grant::Holder,
    id::{LetterId, OrganizationId},
    membership::Status,
    namespace::PodSecurity,
    text::NamespaceName,
    time::Timestamp,
    told::Told,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use storage::{
    cluster, namespaces,
    withheld::{self, Withheld},
};

pub use storage::cluster::{Drift, Trouble};
use storage::organizations::{self, Organization};

/// Organizations that one question answers; the rest is asked for again.
const AT_ONCE: u32 = 1_000;
const DRIFTS_SHOWN: u32 = 20;
/// How long what was found different is kept.
pub(crate) const DRIFTS_KEPT: Duration = Duration::from_secs(90 * 86_400);

/// What the cluster should hold of one organization.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub organization: OrganizationId,
    /// The organization's, when this was read: what follows it is newer still, never older.
    pub version: i64,
    pub bindings: Vec<Binding>,
    pub namespaces: Vec<NamespaceName>,
    /// Those of them that were in the cluster before, and may be taken over there.
    pub adopted: BTreeSet<NamespaceName>,
    /// What pods are held to in those that are made.
    pub pod_security: Option<PodSecurity>,
    /// The operator wants many deletions at once to be done.
    pub confirmed: bool,
    /// When the wish changes by time alone: the next end of a token or of a grant.
    pub until: Option<Timestamp>,
    /// Whether the cluster has yet to agree with this version: then it is counted before the cluster is told of it.
    pub news: bool,
    pub told: Option<Told>,
}

pub async fn organizations(installation: &Installation) -> Result<Vec<OrganizationId>, Error> {
    Ok(organizations::all(&mut installation.db.read().await?).await?)
}

/// Organizations that the cluster has yet to follow. What changes by time alone is not among them: each wish says until when
/// it holds.
pub async fn behind(installation: &Installation) -> Result<Vec<OrganizationId>, Error> {
    Ok(cluster::behind(&mut installation.db.read().await?, AT_ONCE).await?)
}

/// What one organization wants now; `None` when there is no such organization.
pub async fn wanted(installation: &Installation, organization: OrganizationId) -> Result<Option<Wanted>, Error> {
    let mut c = installation.db.read().await?;
    // Read first: what is read afterwards may be newer, and then this version is applied once more.
    let Some(stored) = organizations::find(&mut c, organization).await? else { return Ok(None) };
    let now = installation.clock.now();
    let facts = facts(&mut c, &stored, now).await?;
    let bindings = binding::wanted(&facts, now).map_err(|_| Error::Broken("an organization without members".into()))?;
    let namespaces = namespaces::list(&mut c, organization).await?;
    // Suspending takes everything from everybody: whoever did it meant it.
    let state = cluster::state(&mut c, organization).await?;
    let confirmed = stored.suspended || state.as_ref().is_some_and(|state| state.confirmed);
    let adopted =
        namespaces.iter().filter(|namespace| namespace.adopted).map(|namespace| namespace.name.clone()).collect();
    let namespaces = namespaces.into_iter().map(|namespace| namespace.name).collect();
    let until = binding::next_end(&facts, now);
    // Asked again: what was read since the first time may be of a version that the cluster was not told of.
    let newest = organizations::find(&mut c, organization).await?.map_or(stored.version, |stored| stored.version);
    let news = state.is_none_or(|state| state.applied_version < newest);
    // Read last: where a copy is brought back meanwhile, its count goes with whatever was read.
    let told = storage::told::read(&mut c).await?;
    let (version, pod_security) = (stored.version, installation.settings.namespaces.pod_security);
    Ok(Some(Wanted {
        organization,
        version,
        bindings,
        namespaces,
        adopted,
        pod_security,
        confirmed,
        until,
        news,
        told,
    }))
}

/// Whether a wish of this version, which was to hold until then, is still all there is to say: without computing another.
pub async fn is_current(
    installation: &Installation,
    organization: OrganizationId,
    version: i64,
    until: Option<Timestamp>,
) -> Result<bool, Error> {
    let mut c = installation.db.read().await?;
    let Some(stored) = organizations::find(&mut c, organization).await? else { return Ok(false) };
    // An older one than it has is no news but a trouble, which it has to see. What is confirmed is said again each time.
    let same =
        stored.version == version && !stored.suspended && until.is_none_or(|until| installation.clock.now() < until);
    Ok(same && !cluster::state(&mut c, organization).await?.is_some_and(|state| state.confirmed))
}

async fn facts(c: &mut storage::Connection, organization: &Organization, now: Timestamp) -> Result<Facts, Error> {
    let mut members: BTreeMap<_, Member> = BTreeMap::new();
    // Whoever has no grant wants nothing, but an organization is never without its founder.
    let founder = organization.founder;
    let nobody = |user, email| Member { user, status: Status::Active, email, given: Vec::new() };
    members.insert(founder, nobody(founder, String::new()));
    for grant in cluster::member_grants(c, organization.id).await? {
        let member = members.entry(grant.user).or_insert_with(|| nobody(grant.user, String::new()));
        let ends_at = grant.ends_at();
        member.email = grant.email;
        member.given.push(standard(grant.namespace, grant.granted_by, grant.granted_at, ends_at));
    }
    let mut tokens: BTreeMap<_, Token> = BTreeMap::new();
    for grant in cluster::token_grants(c, organization.id, now).await? {
        let label = grant.name.unwrap_or_else(|| grant.mask.to_string());
        let token =
            Token { token: grant.token, label, expires_at: grant.expires_at, removed: false, given: Vec::new() };
        let token = tokens.entry(grant.token).or_insert(token);
        token.given.push(standard(grant.namespace, grant.granted_by, grant.granted_at, grant.ends_at));
    }
    for Withheld { holder, namespace, permission, granted_by: by, granted_at: at, ends_at, .. } in
        withheld::of_organization(c, organization.id).await?
    {
        let given = Given { namespace, role: ClusterRole::of(permission), by, at, ends_at };
        match holder {
            Holder::Member(id) => {
                let Some(member) = storage::members::find(c, organization.id, id).await? else { continue };
                let entry = members.entry(member.user);
                let entry =
                    entry.or_insert_with(|| Member { status: member.status, ..nobody(member.user, String::new()) });
                (entry.email, entry.status) = (member.email.to_string(), member.status);
                entry.given.push(given);
            }
            Holder::Token(id) => {
                let Some(token) = storage::tokens::find(c, organization.id, id).await? else { continue };
                let label = token.name.map_or_else(|| token.mask.to_string(), |name| name.to_string());
                let fresh = Token { token: id, label, expires_at: token.expires_at, removed: false, given: Vec::new() };
                tokens.entry(id).or_insert(fresh).given.push(given);
            }
        }
    }
    Ok(Facts {
        organization: organization.id,
        suspended: organization.suspended,
        active_admins: storage::members::active_admins(c, organization.id).await?,
        members: members.into_values().collect(),
        tokens: tokens.into_values().collect(),
    })
}

/// A tick.
fn standard(namespace: NamespaceName, by: String, at: Timestamp, ends_at: Option<Timestamp>) -> Given {
    Given { namespace, role: ClusterRole::Standard, by, at, ends_at }
}

/// What came of bringing the cluster to what an organization wants.
#[derive(Debug, Clone)]
pub struct Report {
    pub organization: OrganizationId,
    /// The version that was wanted.
    pub version: i64,
    pub outcome: Outcome,
    /// Whether everything that is no longer wanted is gone.
    pub withdrawn: bool,
    /// Every binding that the cluster does not take, those of before included.
    pub troubles: Vec<Trouble>,
    /// What was found different since the last report.
    pub drifts: Vec<Drift>,
}

#[derive(Debug, Clone)]
pub enum Outcome {
    /// The cluster agrees, but for [`Report::troubles`].
    Followed,
    /// So many deletions of so many bindings wait for the operator.
    Held { deletions: u64, of: u64 },
    /// The cluster can't be brought along now, and why, as a sentence.
    Failed(String),
}

/// What becomes of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Kept,
    NoSuchOrganization,
    /// It speaks of a version that the organization has not reached: believed, it would say "in sync" of what nobody has
    /// done yet.
    NoSuchVersion,
}

/// Writes down what the controller says.
pub async fn report(installation: &Installation, report: &Report) -> Result<Taken, Error> {
    let now = installation.clock.now();
    let mut c = installation.db.write().await?;
    let organization = report.organization;
    match organizations::find(&mut c, organization).await? {
        None => return Ok(Taken::NoSuchOrganization),
        Some(stored) if stored.version < report.version => return Ok(Taken::NoSuchVersion),
        Some(_) => {}
    }
    match &report.outcome {
        Outcome::Followed => cluster::followed(&mut c, organization, report.version, now).await?,
        Outcome::Held { deletions, of } => {
            let count = |n: &u64| i64::try_from(*n).unwrap_or(i64::MAX);
            let why = format!("{deletions} of {of} bindings would be deleted at once; the operator has to confirm it");
            cluster::troubled(&mut c, organization, &why, Some((count(deletions), count(of))), now).await?;
        }
        Outcome::Failed(why) => cluster::troubled(&mut c, organization, why, None, now).await?,
    }
    if report.withdrawn {
        cluster::withdrawn(&mut c, organization, report.version, now).await?;
    }
    let before = cluster::troubles(&mut c, organization).await?;
    let same = |trouble: &Trouble| {
        let old = before.iter().find(|old| old.namespace == trouble.namespace && old.name == trouble.name);
        old.filter(|old| old.reason == trouble.reason).map_or(now, |old| old.since)
    };
    let troubles: Vec<_> =
        report.troubles.iter().map(|trouble| Trouble { since: same(trouble), ..trouble.clone() }).collect();
    cluster::set_troubles(&mut c, organization, &troubles).await?;
    for drift in &report.drifts {
        let id = LetterId::from_random(crate::dice::random()).uuid();
        cluster::add_drift(&mut c, id, organization, drift).await?;
    }
    c.commit().await?;
    installation.live.ring(organization);
    Ok(Taken::Kept)
}

/// What was found different in the cluster lately, the latest first.
pub async fn drifts(context: &Context, slug: &str) -> Result<Vec<Drift>, Error> {
    let mut look = context.look(slug, Action::SeeNamespaces).await?;
    Ok(cluster::drifts(&mut look.c, look.organization.id, DRIFTS_SHOWN).await?)
}

/// How much was found different in the cluster, of every organization and for as long as it is kept.
pub async fn count_drifts(installation: &Installation) -> Result<i64, Error> {
    let since = installation.clock.now().minus(DRIFTS_KEPT);
    Ok(cluster::count_drifts(&mut installation.db.read().await?, since).await?)
}

/// Who the cluster should take somebody for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub subject: Subject,
    pub organization: OrganizationId,
}

/// Whose credential this is; `None` for one that opens nothing: unknown, expired, removed, or not ours at all.
///
/// # Errors
/// [`Error::Unavailable`]: then nobody may be told "no", since an API server remembers it.
pub async fn identify(installation: &Installation, credential: &str) -> Result<Option<Identity>, Error> {
    if let Some(identity) = crate::logins::identify(installation, credential).await? {
        return Ok(Some(identity));
    }
    match installation.token_with(credential).await {
        Ok(token) => Ok(Some(Identity { subject: Subject::Token(token.id), organization: token.organization })),
        Err(Error::Refused(
            Refusal::TokenMalformed
            | Refusal::TokenUnknown
            | Refusal::TokenExpired { .. }
            | Refusal::OrganizationSuspended,
        )) => Ok(None),
        Err(error) => Err(error),
    }
}
