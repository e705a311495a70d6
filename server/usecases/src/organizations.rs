//! An organization as its people see it.

use crate::{
    Context, Error,
    cluster::{Following, Sync},
};
use domain::{access::Action, membership::Membership};
pub use storage::organizations::{Organization, OwnOrganization};
use storage::{namespaces, tokens};

/// The organization, and the asker's own membership; a token has none.
pub async fn see(context: &Context, slug: &str) -> Result<(Organization, Option<Membership>), Error> {
    let look = context.look(slug, Action::SeeOrganization).await?;
    let membership = look.membership();
    Ok((look.organization, membership))
}

/// How much of everything there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Active members.
    pub people: u64,
    pub namespaces: u64,
    /// How many of the namespaces the cluster holds as they should be, and how many it can't; `None` without a cluster.
    pub cluster: Option<InCluster>,
    /// Tokens that have not ended, for whom may see them.
    pub tokens: Option<u64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InCluster {
    pub in_sync: u64,
    pub failing: u64,
    /// It does not answer, or is not brought along: what was in sync may not be any longer.
    pub stopped: bool,
}

/// What stands beside the pages in the navigation.
pub async fn counts(context: &Context, slug: &str) -> Result<Counts, Error> {
    let mut look = context.look(slug, Action::SeeNamespaces).await?;
    let organization = look.organization.clone();
    let following = Following::read(context, &mut look.c, organization.id).await?;
    let namespaces = namespaces::list(&mut look.c, organization.id).await?;
    let cluster = following.is_enforced().then(|| {
        let stopped = following.away_since().is_some() || following.trouble().is_some();
        let mut cluster = InCluster { stopped, ..InCluster::default() };
        for namespace in &namespaces {
            match following.of_namespace(&namespace.name, organization.version) {
                Sync::InSync => cluster.in_sync += 1,
                Sync::Failing(_) => cluster.failing += 1,
                Sync::Applying | Sync::NoCluster => {}
            }
        }
        cluster
    });
    let sees_tokens = look.membership().is_some_and(|own| own.is_active_admin());
    let tokens = if sees_tokens {
        Some(tokens::count(&mut look.c, organization.id, context.ended_since()).await?)
    } else {
        None
    };
    Ok(Counts {
        people: organization.members_active.unsigned_abs(),
        namespaces: namespaces.len() as u64,
        cluster,
        tokens,
    })
}
