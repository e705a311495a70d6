//! A person's machines in the cluster. The machine's side is RFC 8628: it begins, waits, and claims; nothing but the code
//! that it holds says who it is. Secrets pass here once and are kept nowhere.

#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use super::{
    ApiError,
    sessions::{Done, OwnOrganization, UserFacts},
    token::Kubeconfig,
};
use crate::api::client::Browser;
use domain::{
    id::LoginId,
    text::{EmailAddress, MachineName, NamespaceName, OrganizationName, Slug},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What lets a machine of somebody into the cluster, typed there; none where no cluster is connected.
#[cfg(feature = "ssr")]
pub(super) fn command(settings: &usecases::Settings) -> Option<String> {
    settings.cluster.as_ref().map(|_| format!("bailiwick login --server {}", settings.base_url))
}

/// Without `Debug`: it carries what the machine proves itself with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    pub device_code: String,
    /// `WDJB-MJHT`
    pub user_code: String,
    pub verification_uri: String,
    pub verification_uri_complete: String,
    /// Seconds.
    pub expires_in: u64,
    /// Seconds between two questions.
    pub interval: u64,
}

/// The cluster as kubeconfigs name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterFacts {
    pub name: String,
    pub server: String,
    /// PEM; null: public roots.
    pub certificate_authority: Option<String>,
    pub tls_server_name: Option<String>,
}

/// The one time that the secret is seen. Without `Debug`: nothing may print it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    pub login: LoginId,
    pub secret: String,
    pub expires_at: Timestamp,
    pub user: UserFacts,
    /// The slug, as everywhere.
    pub organization: Slug,
    pub name: OrganizationName,
    pub cluster: ClusterFacts,
    pub namespaces: Vec<NamespaceName>,
}

/// What the API server takes, for some minutes. Without `Debug`: nothing may print it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    pub token: String,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLogin {
    pub id: LoginId,
    pub organization: Slug,
    pub name: OrganizationName,
    /// As it calls itself; null: it said nothing.
    pub machine: Option<MachineName>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// Null: it was never used.
    pub last_used_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logins {
    pub logins: Vec<OwnLogin>,
}

/// A machine that waits to be let in, as its person sees it before they say whether.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingMachine {
    /// As it calls itself; null: it said nothing.
    pub machine: Option<MachineName>,
    /// The only one that it wants; null: any.
    pub organization: Option<Slug>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: Timestamp,
    /// Those of the asker that it may be let into.
    pub organizations: Vec<OwnOrganization>,
    /// Where the asker is.
    pub own_ip: Option<String>,
    /// Whether the sign-in is too old to let anybody in.
    pub must_prove: bool,
}

/// All that the page shows on which machines are let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Of the asker.
    pub email: EmailAddress,
    /// Null: no code was asked about.
    pub waiting: Option<WaitingMachine>,
}

#[cfg(feature = "ssr")]
impl From<usecases::logins::Login> for OwnLogin {
    fn from(login: usecases::logins::Login) -> Self {
        Self {
            id: login.id,
            organization: login.slug,
            name: login.name,
            machine: login.machine,
            ip: login.ip,
            user_agent: login.user_agent,
            created_at: login.created_at,
            expires_at: login.expires_at,
            last_used_at: login.last_used_at,
        }
    }
}

/// A machine asks to be let in; its person answers at `verification_uri`. `machine`: what it calls itself, which may be
/// empty; `organization`: the only one it wants, where it wants one.
#[server(name = BeginCall, prefix = "/api/v1", endpoint = "logins/begin", client = Browser)]
pub async fn begin(machine: String, organization: Option<String>) -> Result<Begun, ApiError> {
    use domain::{login, path};
    let context = context()?;
    let begun = usecases::logins::begin(&context, &machine, &organization.unwrap_or_default()).await?;
    let base = &context.settings().base_url;
    Ok(Begun {
        device_code: begun.device_code,
        verification_uri: format!("{base}{}", path::DEVICE),
        verification_uri_complete: format!("{base}{}", path::device(&begun.user_code)),
        user_code: begun.user_code.to_string(),
        expires_in: login::REQUEST_LIFETIME.as_secs(),
        interval: login::INTERVAL.as_secs(),
    })
}

/// The machine that shows this code, if one is given. It changes nothing.
#[server(name = PageCall, prefix = "/api/v1", endpoint = "logins/page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn page(code: Option<String>) -> Result<Page, ApiError> {
    use usecases::Settings;
    let context = context()?;
    let (person, organizations) = usecases::sessions::current(&context).await?;
    let now = context.now();
    let waiting = match code.filter(|code| !code.is_empty()) {
        None => None,
        Some(code) => {
            let request = usecases::logins::waiting(&context, &code).await?;
            let fits = |own: &usecases::organizations::OwnOrganization| {
                request.organization.as_ref().is_none_or(|asked| *asked == own.slug)
            };
            let organizations = organizations.into_iter().filter(fits).map(OwnOrganization::from).collect();
            Some(WaitingMachine {
                machine: request.machine,
                organization: request.organization,
                ip: request.ip,
                user_agent: request.user_agent,
                created_at: request.created_at,
                organizations,
                own_ip: context.caller.ip.map(|ip| ip.to_string()),
                // Half of what the server allows: the other half is for reading the page.
                must_prove: now >= person.signed_in_at.plus(Settings::FRESH / 2),
            })
        }
    };
    Ok(Page { email: person.email, waiting })
}

/// Lets the machine in that shows this code, in the asker's name, as a member of this organization. Takes a sign-in of the
/// last ten minutes.
#[server(name = ApproveCall, prefix = "/api/v1", endpoint = "logins/approve", client = Browser)]
pub async fn approve(organization: String, code: String) -> Result<Done, ApiError> {
    let request = usecases::logins::approve(&context()?, &organization, &code).await?;
    exchange::next(format!("{}?done", domain::path::DEVICE));
    exchange::notice(format!("You let {} in.", crate::words::machine(request.machine.as_ref())));
    Ok(Done {})
}

/// Turns the machine away that shows this code.
#[server(name = DenyCall, prefix = "/api/v1", endpoint = "logins/deny", client = Browser)]
pub async fn deny(code: String) -> Result<Done, ApiError> {
    let request = usecases::logins::deny(&context()?, &code).await?;
    exchange::next(format!("{}?done", domain::path::DEVICE));
    exchange::notice(format!("You turned {} away.", crate::words::machine(request.machine.as_ref())));
    Ok(Done {})
}

/// The machine takes its login: once. Until somebody answered it is told `authorization_pending`, and `slow_down` when it
/// asks too often.
#[server(name = ClaimCall, prefix = "/api/v1", endpoint = "logins/claim", client = Browser)]
pub async fn claim(device_code: String) -> Result<Claimed, ApiError> {
    let context = context()?;
    let usecases::logins::Claimed { secret, login, user, cluster, namespaces } =
        usecases::logins::claim(&context, &device_code).await?;
    Ok(Claimed {
        login: login.id,
        secret,
        expires_at: login.expires_at,
        user: UserFacts { id: user.id, email: user.email, first_name: user.first_name, last_name: user.last_name },
        organization: login.slug,
        name: login.name,
        cluster: ClusterFacts {
            name: cluster.name,
            server: cluster.server,
            certificate_authority: cluster.certificate_authority,
            tls_server_name: cluster.tls_server_name,
        },
        namespaces,
    })
}

/// A credential for the API server, by the secret of a login.
#[server(name = CredentialCall, prefix = "/api/v1", endpoint = "logins/credential", client = Browser)]
pub async fn credential(secret: String) -> Result<Credential, ApiError> {
    let made = usecases::logins::credential(&context()?, &secret).await?;
    Ok(Credential { token: made.token, expires_at: made.expires_at })
}

/// Ends the login that has this secret. One that has ended already stays so.
#[server(name = LogOutCall, prefix = "/api/v1", endpoint = "logins/log-out", client = Browser)]
pub async fn log_out(secret: String) -> Result<Done, ApiError> {
    usecases::logins::log_out(&context()?, &secret).await?;
    Ok(Done {})
}

/// The asker's machines that are let in, the newest first.
#[server(name = ListCall, prefix = "/api/v1", endpoint = "logins/list", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn list() -> Result<Logins, ApiError> {
    let own = usecases::logins::list(&context()?).await?;
    Ok(Logins { logins: own.into_iter().map(OwnLogin::from).collect() })
}

#[server(name = EndCall, prefix = "/api/v1", endpoint = "logins/end", client = Browser)]
pub async fn end(login: String) -> Result<Done, ApiError> {
    usecases::logins::end(&context()?, &login).await?;
    exchange::notice("That machine is let in no more.");
    Ok(Done {})
}

/// A kubeconfig without a secret, for a machine on which `bailiwick login` was run. A plain form gets it as a file.
#[server(name = KubeconfigCall, prefix = "/api/v1", endpoint = "logins/kubeconfig", client = Browser)]
pub async fn kubeconfig(organization: String) -> Result<Kubeconfig, ApiError> {
    let made = usecases::logins::kubeconfig(&context()?, &organization).await?;
    let file = Kubeconfig { file_name: made.file_name, kubeconfig: made.text };
    exchange::instead(exchange::Instead::File(file.clone()));
    Ok(file)
}
