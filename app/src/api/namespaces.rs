//! Namespaces of an organization.

#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use super::{ApiError, grants::Sync, requests::Waiting};
use crate::api::client::Browser;
use domain::{
    namespace::Prefix,
    text::{EmailAddress, NamespaceLabel, NamespaceName, OrganizationName},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// `id` is the organization's own part (`dev`), `name` what the cluster calls it (`northwind-dev`, behind the installation's
/// prefix where it has one).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    pub id: NamespaceLabel,
    pub name: NamespaceName,
    pub created_at: Timestamp,
    pub created_by: EmailAddress,
    /// Active members with access.
    pub people: u64,
    /// The first of them, by address.
    pub members: Vec<EmailAddress>,
    pub sync: Sync,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespaces {
    pub namespaces: Vec<Namespace>,
    pub limit: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneNamespace {
    pub namespace: Namespace,
}

/// All that the page of an organization's namespaces shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub name: OrganizationName,
    /// Whether the asker may change anything here.
    pub admin: bool,
    pub namespaces: Vec<Namespace>,
    pub limit: u32,
    /// What stands before the name of each that is created: nothing, or a text like `tenant-`.
    pub prefix: Prefix,
    pub cluster: Cluster,
    /// What waits for the operator, for an admin.
    pub waiting: Vec<Waiting>,
}

/// How far the cluster follows an organization, as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Whether a controller keeps one as this console says.
    pub enforced: bool,
    /// Since when its API server does not answer.
    pub away_since: Option<Timestamp>,
    /// Why nothing is brought along.
    pub stopped: Option<Stopped>,
    /// What it does not take.
    pub troubles: Vec<Trouble>,
    /// What was found other than it should be lately, the latest first.
    pub drifts: Vec<Drift>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// A sentence without its end.
    pub why: String,
    pub since: Timestamp,
}

/// A binding that the cluster does not take; its `name` is empty for a namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub namespace: String,
    pub name: String,
    pub reason: String,
    pub since: Timestamp,
}

/// What was found different in the cluster, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    pub namespace: String,
    pub name: String,
    pub what: String,
    pub changed_by: Option<String>,
    pub done: String,
    pub at: Timestamp,
}

#[cfg(feature = "ssr")]
mod rows {
    use super::{Cluster, Drift, Namespace, Namespaces, Stopped, Trouble};
    use usecases::{
        cluster::{self, Following},
        namespaces::List,
    };

    impl From<List> for Namespaces {
        fn from(list: List) -> Self {
            let limit = u32::try_from(list.organization.namespace_limit).unwrap_or(0);
            let namespaces = list.namespaces.into_iter().map(|listed| Namespace {
                id: listed.namespace.label,
                name: listed.namespace.name,
                created_at: listed.namespace.created_at,
                created_by: listed.namespace.created_by,
                people: listed.people,
                members: listed.named.into_iter().map(|person| person.email).collect(),
                sync: listed.sync.into(),
            });
            Self { namespaces: namespaces.collect(), limit }
        }
    }

    pub(super) fn cluster(following: &Following, drifts: Vec<cluster::Drift>) -> Cluster {
        let troubles = following.troubles().iter().cloned();
        Cluster {
            enforced: following.is_enforced(),
            away_since: following.away_since(),
            stopped: following.trouble().map(|(why, since)| Stopped { why, since }),
            troubles: troubles.map(trouble).collect(),
            drifts: drifts.into_iter().map(drift).collect(),
        }
    }

    fn trouble(trouble: cluster::Trouble) -> Trouble {
        let cluster::Trouble { namespace, name, reason, since } = trouble;
        Trouble { namespace, name, reason, since }
    }

    fn drift(drift: cluster::Drift) -> Drift {
        let cluster::Drift { namespace, name, what, changed_by, done, at } = drift;
        Drift { namespace, name, what, changed_by, done, at }
    }
}

#[server(name = ListCall, prefix = "/api/v1", endpoint = "namespaces/list", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn list(organization: String) -> Result<Namespaces, ApiError> {
    Ok(usecases::namespaces::list(&context()?, &organization).await?.into())
}

/// As `list`, with all else that the page shows.
#[server(name = PageCall, prefix = "/api/v1", endpoint = "namespaces/page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn page(organization: String) -> Result<Page, ApiError> {
    let context = context()?;
    let list = usecases::namespaces::list(&context, &organization).await?;
    let drifts = if list.following.is_enforced() {
        usecases::cluster::drifts(&context, &organization).await?
    } else {
        Vec::new()
    };
    let cluster = rows::cluster(&list.following, drifts);
    let (name, admin) = (list.organization.name.clone(), list.own.is_some_and(|own| own.is_active_admin()));
    let Namespaces { namespaces, limit } = list.into();
    let waiting = if admin { Waiting::load(&context, &organization).await? } else { Vec::new() };
    let prefix = context.settings().namespaces.prefix.clone();
    Ok(Page { name, admin, namespaces, limit, prefix, cluster, waiting })
}

/// Makes a namespace; who makes it gets the first access to it. For admins.
///
/// # Errors
/// 422 `bad_field` on `id`: 1–20 characters (fewer behind a long prefix), lower-case letters, digits and hyphens. 409
/// `namespace_limit`, `namespace_taken`; `name_reserved` for a name of the cluster's own, `name_of_another` for one that begins
/// with another organization's slug, `name_taken_in_cluster` where the cluster has one that is not the organization's.
#[server(name = CreateCall, prefix = "/api/v1", endpoint = "namespaces/create", client = Browser)]
pub async fn create(organization: String, id: String) -> Result<OneNamespace, ApiError> {
    let context = context()?;
    let made = usecases::namespaces::create(&context, &organization, &id).await?;
    let enforced = context.settings().enforced;
    exchange::notice(format!(
        "The namespace {} is there. You have access to it; give it to others on the Organization page.",
        made.name
    ));
    let members = vec![made.created_by.clone()];
    Ok(OneNamespace {
        namespace: Namespace {
            id: made.label,
            name: made.name,
            created_at: made.created_at,
            created_by: made.created_by,
            people: 1,
            members,
            sync: if enforced { Sync::Applying } else { Sync::NoCluster },
        },
    })
}
