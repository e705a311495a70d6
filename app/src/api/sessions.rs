//! Accounts: signing up, in and out.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use crate::api::client::Browser;
use domain::{
    id::{OrganizationId, UserId},
    membership::Role,
    text::{EmailAddress, OrganizationName, PersonName, Slug},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserFacts {
    pub id: UserId,
    pub email: EmailAddress,
    pub first_name: PersonName,
    pub last_name: PersonName,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnOrganization {
    pub id: OrganizationId,
    pub organization: Slug,
    pub name: OrganizationName,
    pub role: Role,
}

/// Who is in, with the organization they are in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// The slug, as everywhere.
    pub organization: Slug,
    pub name: OrganizationName,
    pub user: UserFacts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SignedUp {
    In(Entered),
    Next { next: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Current {
    pub user: UserFacts,
    pub organizations: Vec<OwnOrganization>,
    pub operator: bool,
    /// How many requests wait, for an operator.
    pub waiting: Option<u64>,
    /// Of the organization that was asked for, or the first; `null` where it is none of theirs.
    pub counts: Option<Counts>,
}

/// How much of everything an organization has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub organization: Slug,
    /// Active members.
    pub people: u64,
    pub namespaces: u64,
    /// How far the cluster follows; `null` without one.
    pub cluster: Option<InCluster>,
    /// Tokens that have not ended; `null` for whom may not see them.
    pub tokens: Option<u64>,
}

/// Of the namespaces: those that the cluster holds as they should be, and those that it can't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InCluster {
    pub in_sync: u64,
    pub failing: u64,
    /// The cluster does not answer, or is not brought along.
    pub stopped: bool,
}

/// What the pages before signing in need to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// Nobody has an account yet.
    pub first: bool,
    /// Whether anybody may sign up.
    pub open: bool,
    /// Whoever this browser is signed in as, and where home is for them.
    pub email: Option<EmailAddress>,
    pub home: Option<String>,
}

/// What the link that proves an address would make. It does not repeat the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyPreview {
    pub organization_name: OrganizationName,
    pub first_name: PersonName,
    pub last_name: PersonName,
    pub email: EmailAddress,
    pub expires_at: Timestamp,
    /// Whoever this browser is signed in as.
    pub signed_in: Option<EmailAddress>,
}

/// Whose password the link changes. It does not repeat the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetPreview {
    pub email: EmailAddress,
}

/// An answer that says nothing but that it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {}

#[cfg(feature = "ssr")]
impl From<usecases::sign_up::Founded> for Entered {
    fn from(founded: usecases::sign_up::Founded) -> Self {
        let usecases::sign_up::Founded { user, organization, .. } = founded;
        Self {
            organization: organization.slug,
            name: organization.name,
            user: UserFacts { id: user.id, email: user.email, first_name: user.first_name, last_name: user.last_name },
        }
    }
}

#[cfg(feature = "ssr")]
impl From<usecases::SignedIn> for UserFacts {
    fn from(person: usecases::SignedIn) -> Self {
        let usecases::SignedIn { user, email, first_name, last_name, .. } = person;
        Self { id: user, email, first_name, last_name }
    }
}

#[cfg(feature = "ssr")]
impl From<usecases::organizations::OwnOrganization> for OwnOrganization {
    fn from(own: usecases::organizations::OwnOrganization) -> Self {
        Self { id: own.id, organization: own.slug, name: own.name, role: own.role }
    }
}

/// Asks for an account with its organization. The answer is the same for every address, but for the very first person of
/// an installation, who is let in at once.
#[server(name = SignUpCall, prefix = "/api/v1", endpoint = "sessions/sign-up", client = Browser)]
pub async fn sign_up(
    organization_name: String,
    first_name: String,
    last_name: String,
    email: String,
    password: String,
) -> Result<SignedUp, ApiError> {
    use usecases::sign_up::{SignedUp as Outcome, Wanted, request};
    let wanted = Wanted::parse(&organization_name, &first_name, &last_name, &email, &password)?;
    match request(&context()?, wanted).await? {
        Outcome::VerifyEmail => {
            exchange::next(format!("{}?sent", domain::path::SIGN_UP));
            Ok(SignedUp::Next { next: "verify_email".into() })
        }
        Outcome::In(founded) => {
            exchange::sign_in_with(&founded.cookie);
            exchange::next(domain::path::organization(&founded.organization.slug));
            Ok(SignedUp::In(founded.into()))
        }
    }
}

/// What the mailed link would make. A POST, so that the secret stands in no query string; it changes nothing, so that a mail
/// scanner may look.
#[server(name = VerifyPreviewCall, prefix = "/api/v1", endpoint = "sessions/verify-preview", client = Browser)]
pub async fn verify_preview(secret: String) -> Result<VerifyPreview, ApiError> {
    let context = context()?;
    let waiting = usecases::sign_up::waiting(&context, &secret).await?;
    Ok(VerifyPreview {
        organization_name: waiting.organization_name,
        first_name: waiting.first_name,
        last_name: waiting.last_name,
        email: waiting.email,
        expires_at: waiting.expires_at,
        signed_in: context.signed_in().ok().map(|person| person.email.clone()),
    })
}

/// Uses the mailed link: makes the account and its organization, and signs in.
#[server(name = VerifyCall, prefix = "/api/v1", endpoint = "sessions/verify", client = Browser)]
pub async fn verify(secret: String) -> Result<Entered, ApiError> {
    let founded = usecases::sign_up::verify(&context()?, &secret).await?;
    exchange::sign_in_with(&founded.cookie);
    exchange::next(domain::path::organization(&founded.organization.slug));
    Ok(founded.into())
}

#[server(name = SignInCall, prefix = "/api/v1", endpoint = "sessions/sign-in", client = Browser)]
pub async fn sign_in(email: String, password: String) -> Result<UserAnswer, ApiError> {
    let session = usecases::sessions::sign_in(&context()?, &email, &password).await?;
    exchange::sign_in_with(&session.cookie);
    exchange::next(domain::path::HOME);
    let user = session.user;
    Ok(UserAnswer {
        user: UserFacts { id: user.id, email: user.email, first_name: user.first_name, last_name: user.last_name },
    })
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAnswer {
    pub user: UserFacts,
}

#[server(name = SignOutCall, prefix = "/api/v1", endpoint = "sessions/sign-out", client = Browser)]
pub async fn sign_out() -> Result<Done, ApiError> {
    usecases::sessions::sign_out(&context()?).await?;
    exchange::sign_out();
    exchange::next(domain::path::SIGN_IN);
    Ok(Done {})
}

/// Who is signed in, and the organizations open to them; how much there is in one of them.
#[server(name = CurrentCall, prefix = "/api/v1", endpoint = "sessions/current", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn current(organization: Option<String>) -> Result<Current, ApiError> {
    let context = context()?;
    let (person, organizations) = usecases::sessions::current(&context).await?;
    let asked = organization.filter(|slug| !slug.is_empty());
    let open = organizations.iter().find(|own| asked.as_ref().is_none_or(|slug| own.slug.as_str() == slug));
    let counts = match open {
        Some(own) => Some(counted(&own.slug, usecases::organizations::counts(&context, own.slug.as_str()).await?)),
        None => None,
    };
    let operator = person.operator;
    let waiting = if operator { Some(usecases::operator::waiting(&context).await?) } else { None };
    Ok(Current {
        operator,
        waiting,
        user: person.into(),
        organizations: organizations.into_iter().map(OwnOrganization::from).collect(),
        counts,
    })
}

#[cfg(feature = "ssr")]
fn counted(organization: &Slug, counts: usecases::organizations::Counts) -> Counts {
    use usecases::organizations::{Counts as Found, InCluster as There};
    let Found { people, namespaces, cluster, tokens } = counts;
    let cluster = cluster.map(|There { in_sync, failing, stopped }| InCluster { in_sync, failing, stopped });
    Counts { organization: organization.clone(), people, namespaces, cluster, tokens }
}

/// Whether this installation has anybody yet, whether it lets people sign up, and where whoever asks is at home.
#[server(name = DoorCall, prefix = "/api/v1", endpoint = "sessions/door", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn door() -> Result<Door, ApiError> {
    let context = context()?;
    let first = usecases::sign_up::is_first(&context).await?;
    let open = usecases::sign_up::is_open(&context).await?;
    if context.signed_in().is_err() {
        return Ok(Door { first, open, email: None, home: None });
    }
    let (person, organizations) = usecases::sessions::current(&context).await?;
    let home = match organizations.first() {
        Some(own) => domain::path::organization(&own.slug),
        None if person.operator => domain::path::OPERATOR.into(),
        None => domain::path::ACCOUNT.into(),
    };
    Ok(Door { first, open, email: Some(person.email), home: Some(home) })
}

/// Mails a link to choose a new password, if the address has an account. The answer is the same for every address.
#[server(name = ForgotPasswordCall, prefix = "/api/v1", endpoint = "sessions/forgot-password", client = Browser)]
pub async fn forgot_password(email: String) -> Result<Done, ApiError> {
    usecases::password_reset::request(&context()?, &email).await?;
    exchange::next(format!("{}?sent", domain::path::FORGOT_PASSWORD));
    Ok(Done {})
}

/// Whose password the mailed link changes. A POST, so that the secret stands in no query string; it changes nothing.
#[server(name = ResetPreviewCall, prefix = "/api/v1", endpoint = "sessions/reset-preview", client = Browser)]
pub async fn reset_preview(secret: String) -> Result<ResetPreview, ApiError> {
    let user = usecases::password_reset::waiting(&context()?, &secret).await?;
    Ok(ResetPreview { email: user.email })
}

/// Chooses a new password by the mailed link; ends every session of that person.
#[server(name = ResetPasswordCall, prefix = "/api/v1", endpoint = "sessions/reset-password", client = Browser)]
pub async fn reset_password(secret: String, password: String) -> Result<Done, ApiError> {
    usecases::password_reset::finish(&context()?, &secret, &password).await?;
    exchange::next(domain::path::SIGN_IN);
    exchange::notice("Your password is changed. Sign in with the new one.");
    Ok(Done {})
}
