//! The installation as a whole: operators, what their programs bring, sign-ups, mail.

use super::super::ApiError;
#[cfg(feature = "ssr")]
use super::super::exchange::{self, context};
use crate::api::client::Browser;
use domain::{
    id::CredentialId,
    text::{EmailAddress, PersonName},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use usecases::operator;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    pub email: EmailAddress,
    pub first_name: PersonName,
    pub last_name: PersonName,
    pub added_by: String,
    pub added_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operators {
    pub operators: Vec<Operator>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    pub id: CredentialId,
    pub name: String,
    pub made_by: String,
    pub made_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    pub credentials: Vec<Credential>,
}

/// The only time that the secret is seen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeCredential {
    pub id: CredentialId,
    pub secret: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retried {
    pub letters: u64,
}

#[cfg(feature = "ssr")]
impl From<operator::Operator> for Operator {
    fn from(it: operator::Operator) -> Self {
        Self {
            email: it.email,
            first_name: it.first_name,
            last_name: it.last_name,
            added_by: it.added_by,
            added_at: it.added_at,
        }
    }
}

#[cfg(feature = "ssr")]
impl From<operator::Credential> for Credential {
    fn from(it: operator::Credential) -> Self {
        Self { id: it.id, name: it.name, made_by: it.made_by, made_at: it.made_at }
    }
}

#[server(name = OperatorsCall, prefix = "/api/v1", endpoint = "operator/operators", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn operators() -> Result<Operators, ApiError> {
    let operators = operator::list(&context()?).await?;
    Ok(Operators { operators: operators.into_iter().map(Operator::from).collect() })
}

/// Makes whoever has an account with this address an operator. With a `password` and names, whoever has none gets one.
#[server(name = AddOperatorCall, prefix = "/api/v1", endpoint = "operator/add-operator", client = Browser)]
pub async fn add_operator(
    email: String,
    #[server(default)] first_name: String,
    #[server(default)] last_name: String,
    #[server(default)] password: String,
) -> Result<(), ApiError> {
    let account = operator::NewAccount { first_name: &first_name, last_name: &last_name, password: &password };
    let account = (!password.is_empty()).then_some(account);
    let email = operator::add(&context()?, &email, account).await?;
    exchange::notice(format!("{email} is an operator now."));
    Ok(())
}

/// Makes somebody no operator any longer; the credentials they made end, and an account that is of no organization goes.
#[server(name = RemoveOperatorCall, prefix = "/api/v1", endpoint = "operator/remove-operator", client = Browser)]
pub async fn remove_operator(email: String) -> Result<(), ApiError> {
    let operator::Dismissed { email, credentials, forgotten } = operator::remove(&context()?, &email).await?;
    let ended = match credentials {
        0 => String::new(),
        1 => " The credential they made has ended.".to_owned(),
        count => format!(" The {count} credentials they made have ended."),
    };
    let account = if forgotten { " Their account, which was of no organization, is removed." } else { "" };
    exchange::notice(format!("{email} is no operator any longer.{ended}{account}"));
    Ok(())
}

#[server(name = CredentialsCall, prefix = "/api/v1", endpoint = "operator/credentials", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn credentials() -> Result<Credentials, ApiError> {
    let credentials = operator::credentials(&context()?).await?;
    Ok(Credentials { credentials: credentials.into_iter().map(Credential::from).collect() })
}

#[server(name = MakeCredentialCall, prefix = "/api/v1", endpoint = "operator/make-credential", client = Browser)]
pub async fn make_credential(name: String) -> Result<MadeCredential, ApiError> {
    let (id, secret) = operator::make_credential(&context()?, &name).await?;
    Ok(MadeCredential { id, secret })
}

#[server(name = EndCredentialCall, prefix = "/api/v1", endpoint = "operator/end-credential", client = Browser)]
pub async fn end_credential(credential: String) -> Result<(), ApiError> {
    operator::end_credential(&context()?, &credential).await?;
    exchange::notice("The credential is ended.");
    Ok(())
}

#[server(name = OpenSignUpsCall, prefix = "/api/v1", endpoint = "operator/open-sign-ups", client = Browser)]
pub async fn open_sign_ups() -> Result<(), ApiError> {
    operator::set_sign_ups(&context()?, true).await?;
    exchange::notice("Everybody may sign up.");
    Ok(())
}

#[server(name = CloseSignUpsCall, prefix = "/api/v1", endpoint = "operator/close-sign-ups", client = Browser)]
pub async fn close_sign_ups() -> Result<(), ApiError> {
    operator::set_sign_ups(&context()?, false).await?;
    exchange::notice("Sign-up is closed; people come by invitation only.");
    Ok(())
}

/// Sends a `letter` that waits now; without one, every letter that failed before.
#[server(name = RetryMailCall, prefix = "/api/v1", endpoint = "operator/retry-mail", client = Browser)]
pub async fn retry_mail(#[server(default)] letter: Option<String>) -> Result<Retried, ApiError> {
    let letters = match letter.filter(|letter| !letter.is_empty()) {
        Some(letter) => operator::retry_mail(&context()?, &letter).await.map(|()| 1)?,
        None => operator::retry_all_mail(&context()?).await?,
    };
    exchange::notice(match letters {
        0 => "No mail has failed.".to_owned(),
        n => format!("{} will be tried again now.", crate::words::count(n, "mail", "mails")),
    });
    Ok(Retried { letters })
}

/// Lets the cluster follow a database that is older than what the cluster was told. `since`: as `operator/cluster` says it.
#[server(name = ConfirmRestoreCall, prefix = "/api/v1", endpoint = "operator/confirm-restore", client = Browser)]
pub async fn confirm_restore(since: String) -> Result<(), ApiError> {
    operator::confirm_restore(&context()?, &since).await?;
    exchange::notice("The restore is confirmed; the cluster is brought to what the database says now.");
    Ok(())
}
