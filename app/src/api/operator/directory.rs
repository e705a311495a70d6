//! What operators see: every organization, every request, the cluster, the mail, and what they did themselves.

#[cfg(feature = "ssr")]
use super::super::exchange::context;
use super::super::{ApiError, requests::Request};
use crate::api::client::Browser;
use domain::{
    id::LetterId,
    text::{EmailAddress, NamespaceName, OrganizationName, Slug},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use usecases::operator;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub organizations: i64,
    pub suspended: i64,
    pub users: i64,
    pub requests_waiting: u64,
    pub mails_waiting: i64,
    pub mails_given_up: i64,
    pub sign_ups_open: bool,
    /// Configuration keeps sign-ups closed, whatever an operator decides.
    pub sign_ups_closed_by_configuration: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    pub organization: Slug,
    pub name: OrganizationName,
    pub founder: EmailAddress,
    pub members_active: i64,
    pub members_deactivated: i64,
    pub invitations_pending: i64,
    pub member_limit: Option<i64>,
    pub namespaces: i64,
    pub namespace_limit: i64,
    pub created_at: Timestamp,
    pub last_activity: Option<Timestamp>,
    pub suspended_at: Option<Timestamp>,
    pub cluster: ClusterState,
}

/// How the cluster follows one organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterState {
    /// Whether the cluster agrees with the present version.
    pub in_sync: bool,
    pub trouble: Option<String>,
    pub trouble_since: Option<Timestamp>,
    /// Deletions that wait for the operator's confirmation, of so many bindings.
    pub held_deletions: Option<i64>,
    pub held_of: Option<i64>,
    /// Bindings that the cluster does not take.
    pub failing: i64,
    /// What was found different in the last 90 days.
    pub drifts: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organizations {
    pub organizations: Vec<Organization>,
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    pub organization: Organization,
    pub namespaces: Vec<NamespaceName>,
    pub admins: Vec<EmailAddress>,
    pub requests: Vec<Request>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    pub requests: Vec<Request>,
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    pub organization: Slug,
    pub namespace: String,
    pub name: String,
    pub what: String,
    pub changed_by: Option<String>,
    pub done: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Whether a controller keeps a cluster at all.
    pub enforced: bool,
    /// Whether it is followed at all: `followed`, `awaited`, `silent`, `away`, `behind`, `older`. None where there is none.
    pub state: Option<String>,
    /// Since when it is not.
    pub since: Option<Timestamp>,
    pub version: Option<String>,
    /// Organizations that the cluster does not follow, wholly or in part.
    pub differing: Vec<Organization>,
    pub drifts: Vec<Drift>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub id: LetterId,
    pub kind: String,
    pub to: String,
    pub created_at: Timestamp,
    pub next_attempt_at: Timestamp,
    pub attempts: i64,
    pub last_error: Option<String>,
    pub given_up_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub waiting: i64,
    pub given_up: i64,
    pub letters: Vec<Letter>,
    pub next: Option<String>,
}

/// What an operator did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub at: Timestamp,
    pub by: String,
    /// The organization that it was done to; none for the installation itself.
    pub organization: Option<Slug>,
    pub code: String,
    /// As a sentence that follows their name.
    pub summary: String,
    pub ip: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub deeds: Vec<Deed>,
    pub next: Option<String>,
}

#[cfg(feature = "ssr")]
impl From<operator::Overview> for Overview {
    fn from(overview: operator::Overview) -> Self {
        Self {
            organizations: overview.counts.organizations,
            suspended: overview.counts.suspended,
            users: overview.counts.users,
            requests_waiting: overview.waiting,
            mails_waiting: overview.mail.waiting - overview.mail.given_up,
            mails_given_up: overview.mail.given_up,
            sign_ups_open: overview.sign_ups_open,
            sign_ups_closed_by_configuration: !overview.sign_ups_configured,
        }
    }
}

#[cfg(feature = "ssr")]
impl From<operator::Listed> for Organization {
    fn from(listed: operator::Listed) -> Self {
        let (suspended_at, last_activity, trouble_since) =
            (listed.suspended_at(), listed.last_activity(), listed.trouble_since());
        let in_sync = listed.trouble.is_none()
            && listed.failing == 0
            && listed.applied_version.is_some_and(|applied| applied >= listed.version);
        Self {
            organization: listed.slug,
            name: listed.name,
            founder: listed.founder,
            members_active: listed.members_active,
            members_deactivated: listed.members_deactivated,
            invitations_pending: listed.invitations_pending,
            member_limit: listed.member_limit,
            namespaces: listed.namespaces,
            namespace_limit: listed.namespace_limit,
            created_at: listed.created_at,
            last_activity,
            suspended_at,
            cluster: ClusterState {
                in_sync,
                trouble: listed.trouble,
                trouble_since,
                held_deletions: listed.held_deletions,
                held_of: listed.held_of,
                failing: listed.failing,
                drifts: listed.drifts,
            },
        }
    }
}

#[cfg(feature = "ssr")]
impl From<operator::Deed> for Deed {
    fn from(deed: operator::Deed) -> Self {
        let (organization, code, summary) = match &deed.did {
            operator::Did::Here(event) => (None, event.code(), crate::words::operator_event(event)),
            operator::Did::In(place, event) => (Some(place.slug.clone()), event.code(), crate::words::event(event)),
        };
        Self { at: deed.at, by: deed.by, organization, code: code.to_owned(), summary, ip: deed.ip }
    }
}

#[cfg(feature = "ssr")]
impl From<operator::Details> for Details {
    fn from(details: operator::Details) -> Self {
        Self {
            organization: details.listed.into(),
            namespaces: details.namespaces.into_iter().map(|it| it.name).collect(),
            admins: details.admins.into_iter().map(|it| it.email).collect(),
            requests: details.waiting.into_iter().map(Into::into).collect(),
        }
    }
}

#[cfg(feature = "ssr")]
impl From<operator::Drift> for Drift {
    fn from(drift: operator::Drift) -> Self {
        Self {
            organization: drift.slug,
            namespace: drift.namespace,
            name: drift.name,
            what: drift.what,
            changed_by: drift.changed_by,
            done: drift.done,
            at: drift.at,
        }
    }
}

#[cfg(feature = "ssr")]
impl From<operator::Cluster> for Cluster {
    fn from(cluster: operator::Cluster) -> Self {
        Self {
            enforced: cluster.enforced,
            state: cluster.enforced.then(|| cluster.health.code().to_owned()),
            since: cluster.health.since().filter(|_| cluster.enforced),
            version: cluster.version,
            differing: cluster.differing.into_iter().map(Into::into).collect(),
            drifts: cluster.drifts.into_iter().map(Drift::from).collect(),
        }
    }
}

#[cfg(feature = "ssr")]
impl From<operator::Mail> for Mail {
    fn from(mail: operator::Mail) -> Self {
        let letters = mail.letters.into_iter().map(|letter| Letter {
            kind: letter.kind().to_owned(),
            given_up_at: letter.given_up_at(),
            id: letter.id,
            to: letter.recipient,
            created_at: letter.created_at,
            next_attempt_at: letter.next_attempt_at,
            attempts: letter.attempts,
            last_error: letter.last_error,
        });
        let (waiting, given_up) = (mail.state.waiting - mail.state.given_up, mail.state.given_up);
        Self { waiting, given_up, letters: letters.collect(), next: mail.next }
    }
}

#[server(name = OverviewCall, prefix = "/api/v1", endpoint = "operator/overview", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn overview() -> Result<Overview, ApiError> {
    Ok(operator::overview(&context()?).await?.into())
}

#[server(name = OrganizationsCall, prefix = "/api/v1", endpoint = "operator/organizations", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn organizations(
    #[server(default)] search: String,
    #[server(default)] cursor: String,
) -> Result<Organizations, ApiError> {
    let page = operator::organizations(&context()?, &search, &cursor).await?;
    Ok(Organizations { organizations: page.organizations.into_iter().map(Into::into).collect(), next: page.next })
}

#[server(name = OrganizationCall, prefix = "/api/v1", endpoint = "operator/organization", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn organization(organization: String) -> Result<Details, ApiError> {
    Ok(operator::details(&context()?, &organization).await?.into())
}

/// Those that wait, the longest first; with `all`, every request, the newest first.
#[server(name = RequestsCall, prefix = "/api/v1", endpoint = "operator/requests", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn requests(#[server(default)] all: bool, #[server(default)] cursor: String) -> Result<Requests, ApiError> {
    let page = operator::requests(&context()?, !all, &cursor).await?;
    Ok(Requests { requests: page.requests.into_iter().map(Into::into).collect(), next: page.next })
}

#[server(name = ClusterCall, prefix = "/api/v1", endpoint = "operator/cluster", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn cluster() -> Result<Cluster, ApiError> {
    Ok(operator::cluster(&context()?).await?.into())
}

#[server(name = MailCall, prefix = "/api/v1", endpoint = "operator/mail", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn mail(#[server(default)] cursor: String) -> Result<Mail, ApiError> {
    Ok(operator::mail(&context()?, &cursor).await?.into())
}

/// What operators did, the latest first.
#[server(name = ActivityCall, prefix = "/api/v1", endpoint = "operator/activity", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn activity(#[server(default)] cursor: String) -> Result<Activity, ApiError> {
    let (deeds, next) = operator::activity(&context()?, &cursor).await?;
    Ok(Activity { deeds: deeds.into_iter().map(Into::into).collect(), next })
}
