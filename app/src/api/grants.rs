//! Who may work where.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use crate::api::client::Browser;
use domain::{permission::Permission, text::NamespaceName, time::Timestamp};
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
    /// What only the operator could give here, and has not.
    pub withheld: Vec<Permission>,
    pub sync: Sync,
    /// When the tick ends by itself.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// What the operator has given here.
    #[serde(default)]
    pub given: Vec<GivenPermission>,
}

/// A withheld permission that somebody has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenPermission {
    pub permission: Permission,
    pub by: String,
    pub at: Timestamp,
    pub ends_at: Option<Timestamp>,
}

impl NamespaceGrant {
    pub fn is_ticked(&self) -> bool {
        Permission::STANDARD.iter().all(|permission| self.permissions.contains(permission))
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
impl From<usecases::grants::Withheld> for GivenPermission {
    fn from(withheld: usecases::grants::Withheld) -> Self {
        let usecases::grants::Withheld { permission, granted_by: by, granted_at: at, ends_at, .. } = withheld;
        Self { permission, by, at, ends_at }
    }
}

#[cfg(feature = "ssr")]
impl From<usecases::grants::Grants> for Grants {
    fn from(grants: usecases::grants::Grants) -> Self {
        let namespaces = grants.namespaces.into_iter().map(|held| {
            let given: Vec<_> = held.withheld.into_iter().map(GivenPermission::from).collect();
            let has = |permission: &Permission| given.iter().any(|it| it.permission == *permission);
            let standard = Permission::STANDARD.into_iter().filter(|_| held.granted);
            let (has, lacks): (Vec<_>, Vec<_>) = Permission::WITHHELD.into_iter().partition(has);
            NamespaceGrant {
                namespace: held.namespace.name,
                permissions: standard.chain(has).collect(),
                withheld: lacks,
                sync: held.sync.into(),
                ends_at: held.ends_at,
                given,
            }
        });
        Self { namespaces: namespaces.collect(), version: grants.member.version }
    }
}

/// Every namespace of the organization, and what this member may do in each.
#[server(name = OfCall, prefix = "/api/v1", endpoint = "grants/of", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn of(organization: String, member: String) -> Result<Grants, ApiError> {
    Ok(usecases::grants::of(&context()?, &organization, &member).await?.into())
}

/// Makes `namespaces` the full set of this member's; left out, they have none. `version` is the one that was read.
#[server(name = SaveCall, prefix = "/api/v1", endpoint = "grants/save", client = Browser)]
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

/// Gives a member one namespace more; what else they have stays, so that nothing can be stale. For admins, and tokens with the
/// scope `grants`. `member` is an id or an address, `namespace` its full name or the organization's own part. Whoever has it
/// keeps it, with the end that it has.
///
/// # Errors
/// 422 `unknown_namespace`, `bad_field` on `member` for an address that is no member's; 403 `admins_only`.
#[server(name = GiveCall, prefix = "/api/v1", endpoint = "grants/give", client = Browser)]
pub async fn give(organization: String, member: String, namespace: String) -> Result<Saved, ApiError> {
    let done = usecases::grants::give(&context()?, &organization, &member, &namespace).await?;
    exchange::notice(format!("{} has access to {} now.", done.email, done.namespace));
    Ok(Saved { version: done.version })
}

/// Takes one namespace from a member; what else they have stays. Takes and refuses what `grants/give` does.
#[server(name = TakeCall, prefix = "/api/v1", endpoint = "grants/take", client = Browser)]
pub async fn take(organization: String, member: String, namespace: String) -> Result<Saved, ApiError> {
    let done = usecases::grants::take(&context()?, &organization, &member, &namespace).await?;
    exchange::notice(format!("{} has no access to {} any more.", done.email, done.namespace));
    Ok(Saved { version: done.version })
}

/// When a grant ends by itself from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limited {
    pub ends_at: Option<Timestamp>,
}

/// Gives one tick of a member, or of a token, an end: so long from now (`1h`, `8h`, `30d`, `90d`, `1y`), or none (`never`).
#[server(name = LimitCall, prefix = "/api/v1", endpoint = "grants/limit", client = Browser)]
pub async fn limit(
    organization: String,
    #[server(default)] member: Option<String>,
    #[server(default)] token: Option<String>,
    namespace: String,
    lasts: String,
) -> Result<Limited, ApiError> {
    let holder = super::requests::holder(member, token)?;
    let lasts = super::requests::lifetime(Some(&lasts))?;
    let ends_at = usecases::grants::limit(&context()?, &organization, holder, &namespace, lasts).await?;
    exchange::notice(match ends_at {
        Some(at) => format!("The access to {namespace} ends on {}.", crate::words::time(at)),
        None => format!("The access to {namespace} stays until somebody takes it away."),
    });
    Ok(Limited { ends_at })
}
