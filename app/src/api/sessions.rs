//! Accounts: signing up, in and out.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use domain::{
    id::{OrganizationId, UserId},
    membership::Role,
    text::{EmailAddress, OrganizationName, PersonName, Slug},
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

/// Asks for an account with its organization. The answer is the same for every address, but for the very first person of
/// an installation, who is let in at once.
#[server(name = SignUpCall, prefix = "/api/v1", endpoint = "sessions/sign-up")]
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

/// Uses the mailed link: makes the account and its organization, and signs in.
#[server(name = VerifyCall, prefix = "/api/v1", endpoint = "sessions/verify")]
pub async fn verify(secret: String) -> Result<Entered, ApiError> {
    let founded = usecases::sign_up::verify(&context()?, &secret).await?;
    exchange::sign_in_with(&founded.cookie);
    exchange::next(domain::path::organization(&founded.organization.slug));
    Ok(founded.into())
}

#[server(name = SignInCall, prefix = "/api/v1", endpoint = "sessions/sign-in")]
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

#[server(name = SignOutCall, prefix = "/api/v1", endpoint = "sessions/sign-out")]
pub async fn sign_out() -> Result<Done, ApiError> {
    usecases::sessions::sign_out(&context()?).await?;
    exchange::sign_out();
    exchange::next(domain::path::SIGN_IN);
    Ok(Done {})
}

/// Who is signed in, and the organizations open to them.
#[server(name = CurrentCall, prefix = "/api/v1", endpoint = "sessions/current", input = server_fn::codec::GetUrl)]
pub async fn current() -> Result<Current, ApiError> {
    let (person, organizations) = usecases::sessions::current(&context()?).await?;
    Ok(Current {
        user: UserFacts {
            id: person.user,
            email: person.email,
            first_name: person.first_name,
            last_name: person.last_name,
        },
        organizations: organizations
            .into_iter()
            .map(|own| OwnOrganization { id: own.id, organization: own.slug, name: own.name, role: own.role })
            .collect(),
    })
}

/// Mails a link to choose a new password, if the address has an account. The answer is the same for every address.
#[server(name = ForgotPasswordCall, prefix = "/api/v1", endpoint = "sessions/forgot-password")]
pub async fn forgot_password(email: String) -> Result<Done, ApiError> {
    usecases::password_reset::request(&context()?, &email).await?;
    exchange::next(format!("{}?sent", domain::path::FORGOT_PASSWORD));
    Ok(Done {})
}

/// Chooses a new password by the mailed link; ends every session of that person.
#[server(name = ResetPasswordCall, prefix = "/api/v1", endpoint = "sessions/reset-password")]
pub async fn reset_password(secret: String, password: String) -> Result<Done, ApiError> {
    usecases::password_reset::finish(&context()?, &secret, &password).await?;
    exchange::next(domain::path::SIGN_IN);
    exchange::notice("Your password is changed. Sign in with the new one.");
    Ok(Done {})
}
