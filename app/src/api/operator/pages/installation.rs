//! The pages of the installation as a whole: the overview, the cluster, the mail.

use super::Viewer;
#[cfg(feature = "ssr")]
use crate::api::exchange::context;
use crate::api::{
    ApiError,
    client::Browser,
    operator::{
        directory::{Cluster, Mail, Overview},
        installation::{Credential, Operator},
    },
    requests::Request,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use usecases::{cluster::Health, operator};

/// How many requests stand on the first page.
#[cfg(feature = "ssr")]
const REQUESTS_SHOWN: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverviewPage {
    pub overview: Overview,
    /// As `operator/cluster` says it.
    pub cluster: Option<String>,
    /// How many organizations the cluster does not follow, wholly or in part.
    pub differing: u64,
    /// Those that have waited longest.
    pub requests: Vec<Request>,
    pub operators: Vec<Operator>,
    pub credentials: Vec<Credential>,
    pub viewer: Viewer,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterPage {
    pub cluster: Cluster,
    /// Who holds the Lease instead of a controller of this installation.
    pub holder: Option<String>,
    pub viewer: Viewer,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailPage {
    pub mail: Mail,
    pub viewer: Viewer,
}

/// Figures, what waits, and who runs the installation.
#[server(name = OverviewPageCall, prefix = "/api/v1", endpoint = "operator/overview-page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn overview_page() -> Result<OverviewPage, ApiError> {
    let context = context()?;
    let overview = Overview::from(operator::overview(&context).await?);
    let Cluster { state: cluster, differing, .. } = operator::cluster(&context).await?.into();
    let requests = operator::requests(&context, true, "").await?.requests;
    let operators = operator::list(&context).await?;
    let credentials = operator::credentials(&context).await?;
    Ok(OverviewPage {
        overview,
        cluster,
        differing: differing.len() as u64,
        requests: requests.into_iter().take(REQUESTS_SHOWN).map(Request::from).collect(),
        operators: operators.into_iter().map(Operator::from).collect(),
        credentials: credentials.into_iter().map(Credential::from).collect(),
        viewer: Viewer::of(&context),
    })
}

/// As `operator/cluster`, with all else that the page shows.
#[server(name = ClusterPageCall, prefix = "/api/v1", endpoint = "operator/cluster-page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn cluster_page() -> Result<ClusterPage, ApiError> {
    let context = context()?;
    let cluster = operator::cluster(&context).await?;
    let holder = match &cluster.health {
        Health::Behind { holder, .. } => Some(holder.clone()),
        _ => None,
    };
    Ok(ClusterPage { cluster: cluster.into(), holder, viewer: Viewer::of(&context) })
}

/// As `operator/mail`, with all else that the page shows.
#[server(name = MailPageCall, prefix = "/api/v1", endpoint = "operator/mail-page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn mail_page(#[server(default)] cursor: String) -> Result<MailPage, ApiError> {
    let context = context()?;
    let mail = Mail::from(operator::mail(&context, &cursor).await?);
    Ok(MailPage { mail, viewer: Viewer::of(&context) })
}
