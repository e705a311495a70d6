//! Namespaces of an organization.

#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use super::{ApiError, grants::Sync};
use domain::{
    text::{EmailAddress, NamespaceLabel, NamespaceName},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// `id` is the organization's own part (`dev`), `name` what the cluster calls it (`northwind-dev`).
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

#[cfg(feature = "ssr")]
impl From<usecases::namespaces::List> for Namespaces {
    fn from(list: usecases::namespaces::List) -> Self {
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

#[server(name = ListCall, prefix = "/api/v1", endpoint = "namespaces/list", input = server_fn::codec::GetUrl)]
pub async fn list(organization: String) -> Result<Namespaces, ApiError> {
    Ok(usecases::namespaces::list(&context()?, &organization).await?.into())
}

/// Makes a namespace; who makes it gets the first access to it.
#[server(name = CreateCall, prefix = "/api/v1", endpoint = "namespaces/create")]
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
