//! Who may work where.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use domain::{permission::Permission, text::NamespaceName};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Whether the cluster has applied a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sync {
    /// No cluster is configured: grants are kept, and nothing enforces them.
    NoCluster,
    InSync,
    Applying,
    Failing {
        reason: String,
    },
}

impl Sync {
    pub const fn words(&self) -> &'static str {
        match self {
            Self::NoCluster => "no cluster connected",
            Self::InSync => "in sync",
            Self::Applying => "applying",
            Self::Failing { .. } => "failing",
        }
    }

    /// The class of its badge: colour never says more than the word.
    pub const fn badge(&self) -> &'static str {
        match self {
            Self::NoCluster => "badge none",
            Self::InSync => "badge good",
            Self::Applying => "badge wait",
            Self::Failing { .. } => "badge bad",
        }
    }

    /// Whether the cluster does not hold yet what is kept here.
    pub const fn is_under_way(&self) -> bool {
        matches!(self, Self::Applying | Self::Failing { .. })
    }

    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Failing { reason } => Some(reason),
            Self::NoCluster | Self::InSync | Self::Applying => None,
        }
    }
}

#[cfg(feature = "ssr")]
impl From<usecases::cluster::Sync> for Sync {
    fn from(sync: usecases::cluster::Sync) -> Self {
        match sync {
            usecases::cluster::Sync::NoCluster => Self::NoCluster,
            usecases::cluster::Sync::InSync => Self::InSync,
            usecases::cluster::Sync::Applying => Self::Applying,
            usecases::cluster::Sync::Failing(reason) => Self::Failing { reason },
        }
    }
}

/// One namespace of the organization, and what this member may do there. Not ticked: `permissions` is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamespaceGrant {
    pub namespace: NamespaceName,
    pub permissions: Vec<Permission>,
    /// What only the operator could give here.
    pub withheld: Vec<Permission>,
    pub sync: Sync,
}

impl NamespaceGrant {
    pub fn is_ticked(&self) -> bool {
        !self.permissions.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    pub namespaces: Vec<NamespaceGrant>,
    pub version: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    pub version: i64,
}

#[cfg(feature = "ssr")]
impl From<usecases::grants::Grants> for Grants {
    fn from(grants: usecases::grants::Grants) -> Self {
        let namespaces = grants.namespaces.into_iter().map(|(namespace, granted, sync)| NamespaceGrant {
            namespace: namespace.name,
            permissions: if granted { Permission::STANDARD.to_vec() } else { Vec::new() },
            withheld: Permission::WITHHELD.to_vec(),
            sync: sync.into(),
        });
        Self { namespaces: namespaces.collect(), version: grants.member.version }
    }
}

/// Every namespace of the organization, and what this member may do in each.
#[server(name = OfCall, prefix = "/api/v1", endpoint = "grants/of", input = server_fn::codec::GetUrl)]
pub async fn of(organization: String, member: String) -> Result<Grants, ApiError> {
    Ok(usecases::grants::of(&context()?, &organization, &member).await?.into())
}

/// Makes `namespaces` the full set of this member's; left out, they have none. `version` is the one that was read.
#[server(name = SaveCall, prefix = "/api/v1", endpoint = "grants/save")]
pub async fn save(
    organization: String,
    member: String,
    #[server(default)] namespaces: Vec<String>,
    version: i64,
) -> Result<Saved, ApiError> {
    let version = usecases::grants::save(&context()?, &organization, &member, &namespaces, version).await?;
    exchange::notice("The namespaces are saved.");
    Ok(Saved { version })
}
