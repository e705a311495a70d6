//! API access tokens. Their secrets pass here once, at creation, and are kept nowhere.

#[cfg(feature = "ssr")]
use super::exchange::{self, context, must_prove};
pub use super::token::{Created, Kubeconfig, Token};
use super::{ApiError, grants::GivenPermission, requests::Waiting};
use crate::api::client::Browser;
use domain::{
    text::{EmailAddress, NamespaceName, OrganizationName, Slug},
    time::Timestamp,
    token::Lifetime,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use usecases::tokens::Listed;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    pub tokens: Vec<Token>,
    pub total: u64,
    pub next: Option<String>,
}

/// All that the page of an organization's tokens shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub name: OrganizationName,
    pub tokens: Vec<Token>,
    pub total: u64,
    pub next: Option<String>,
    /// What waits for the operator.
    pub waiting: Vec<Waiting>,
    /// Whether there is a cluster that a kubeconfig could lead to.
    pub cluster: bool,
    /// Whose password comes before a token is made, where the sign-in is too old for that.
    pub prove: Option<EmailAddress>,
    pub now: Timestamp,
}

/// What a new token could be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateForm {
    pub namespaces: Vec<NamespaceName>,
    /// As the operator allows it.
    pub longest: Lifetime,
}

/// A token with what it has, and what it could be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignForm {
    pub token: Token,
    pub namespaces: Vec<NamespaceName>,
    /// Where it has something.
    pub held: Vec<Held>,
}

/// What a token has in one namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub namespace: NamespaceName,
    /// Whether it is assigned; else it has no more than was given beside that.
    pub assigned: bool,
    /// When the assignment ends by itself.
    pub ends_at: Option<Timestamp>,
    /// What the operator has given there.
    pub given: Vec<GivenPermission>,
}

/// The tokens that somebody made and that still stand: the first of them, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub tokens: Vec<Token>,
    pub total: u64,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneToken {
    pub token: Token,
}

/// The token that asks, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Current {
    pub organization: Slug,
    pub name: OrganizationName,
    pub token: Token,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {}

#[cfg(feature = "ssr")]
impl From<usecases::tokens::Page> for Tokens {
    fn from(page: usecases::tokens::Page) -> Self {
        Self { tokens: page.tokens.into_iter().map(Token::from).collect(), total: page.total, next: page.next }
    }
}

#[cfg(feature = "ssr")]
impl From<usecases::grants::Held> for Held {
    fn from(held: usecases::grants::Held) -> Self {
        let usecases::grants::Held { namespace, granted: assigned, ends_at, withheld, .. } = held;
        let given = withheld.into_iter().map(GivenPermission::from).collect();
        Self { namespace: namespace.name, assigned, ends_at, given }
    }
}

/// One page of the organization's tokens, the newest first; the expired ones of the last 30 days among them.
#[server(name = ListCall, prefix = "/api/v1", endpoint = "tokens/list", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn list(organization: String, cursor: Option<String>, limit: Option<u32>) -> Result<Tokens, ApiError> {
    Ok(usecases::tokens::list(&context()?, &organization, cursor.as_deref(), limit).await?.into())
}

/// As `list`, with all else that the page shows.
#[server(name = PageCall, prefix = "/api/v1", endpoint = "tokens/page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn page(organization: String, cursor: Option<String>) -> Result<Page, ApiError> {
    let context = context()?;
    let page = usecases::tokens::list(&context, &organization, cursor.as_deref(), None).await?;
    let name = page.organization.name.clone();
    let Tokens { tokens, total, next } = page.into();
    Ok(Page {
        name,
        tokens,
        total,
        next,
        waiting: Waiting::load(&context, &organization).await?,
        cluster: context.settings().cluster.is_some(),
        prove: must_prove(&context),
        now: context.now(),
    })
}

/// What is to be known before a token is made.
#[server(name = CreateFormCall, prefix = "/api/v1", endpoint = "tokens/create-form", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn create_form(organization: String) -> Result<CreateForm, ApiError> {
    let context = context()?;
    let namespaces = usecases::tokens::assignable(&context, &organization).await?;
    Ok(CreateForm { namespaces, longest: context.settings().token_longest })
}

/// What is to be known before a token gets other namespaces.
#[server(name = AssignFormCall, prefix = "/api/v1", endpoint = "tokens/assign-form", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn assign_form(organization: String, token: String) -> Result<AssignForm, ApiError> {
    let context = context()?;
    let found = usecases::tokens::find(&context, &organization, &token).await?;
    let held = usecases::grants::of_token(&context, &organization, &token).await?;
    let namespaces = held.iter().map(|held| held.namespace.name.clone()).collect();
    let held = held.into_iter().map(Held::from).filter(|held| held.assigned || !held.given.is_empty());
    Ok(AssignForm { token: found.into(), namespaces, held: held.collect() })
}

/// The tokens that stand and were made by this member: up to ten of them, and how many there are.
#[server(name = MadeByCall, prefix = "/api/v1", endpoint = "tokens/made-by", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn made_by(organization: String, member: String) -> Result<Made, ApiError> {
    let context = context()?;
    let (tokens, total) = usecases::tokens::made_by(&context, &organization, &member).await?;
    let tokens = tokens.into_iter().map(|token| Listed { token, namespaces: Vec::new(), expired: false }.into());
    Ok(Made { tokens: tokens.collect(), total, now: context.now() })
}

/// Makes a token. `expires` is one of `1h` `8h` `30d` `90d` `1y` `never`, 90 days when left out; `scopes` of `members`
/// `invitations` `grants`.
#[server(name = CreateCall, prefix = "/api/v1", endpoint = "tokens/create", client = Browser)]
pub async fn create(
    organization: String,
    name: Option<String>,
    #[server(default)] namespaces: Vec<String>,
    expires: Option<String>,
    #[server(default)] scopes: Vec<String>,
) -> Result<Created, ApiError> {
    use domain::{Refusal, token::Scope};
    let expires = expires.as_deref().filter(|expires| !expires.is_empty()).map(Lifetime::parse);
    let expires = expires.transpose().map_err(Refusal::field("expires"))?;
    // An empty entry says "none" in a form.
    let scopes = scopes.iter().filter(|scope| !scope.is_empty()).map(|scope| Scope::parse(scope));
    let scopes = scopes.collect::<Result<_, _>>().map_err(Refusal::field("scopes"))?;
    let name = name.unwrap_or_default();
    let wanted = usecases::tokens::Wanted { name: &name, namespaces: &namespaces, expires, scopes };
    let created = usecases::tokens::create(&context()?, &organization, &wanted).await?;
    let created = Created {
        token: created.listed.into(),
        secret: created.secret.reveal().to_owned(),
        kubeconfig: created.kubeconfig,
    };
    if let Ok(slug) = Slug::parse(&organization) {
        exchange::next(domain::path::api_access(&slug));
    }
    exchange::instead(exchange::Instead::Token(created.clone()));
    Ok(created)
}

/// Makes `namespaces` the full set of this token's; left out, it is blank.
#[server(name = AssignCall, prefix = "/api/v1", endpoint = "tokens/assign", client = Browser)]
pub async fn assign(
    organization: String,
    token: String,
    #[server(default)] namespaces: Vec<String>,
) -> Result<OneToken, ApiError> {
    let token: Token = usecases::tokens::assign(&context()?, &organization, &token, &namespaces).await?.into();
    exchange::notice(format!("The namespaces of the token {} are saved.", token.called()));
    Ok(OneToken { token })
}

/// Ends a token at once.
#[server(name = RemoveCall, prefix = "/api/v1", endpoint = "tokens/remove", client = Browser)]
pub async fn remove(organization: String, token: String) -> Result<Removed, ApiError> {
    let removed = usecases::tokens::remove(&context()?, &organization, &token).await?;
    exchange::notice(format!("The token {} is removed. Whatever used it is refused from now on.", removed.mask));
    Ok(Removed {})
}

/// The kubeconfig of a token whose secret is at hand. A plain form gets it as a file.
#[server(name = KubeconfigCall, prefix = "/api/v1", endpoint = "tokens/kubeconfig", client = Browser)]
pub async fn kubeconfig(organization: String, secret: String) -> Result<Kubeconfig, ApiError> {
    let made = usecases::tokens::kubeconfig(&context()?, &organization, &secret).await?;
    let file = Kubeconfig { file_name: made.file_name, kubeconfig: made.text };
    exchange::instead(exchange::Instead::File(file.clone()));
    Ok(file)
}

/// The token that asks.
#[server(name = CurrentCall, prefix = "/api/v1", endpoint = "tokens/current", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn current() -> Result<Current, ApiError> {
    let (organization, listed) = usecases::tokens::current(&context()?).await?;
    Ok(Current { organization: organization.slug, name: organization.name, token: listed.into() })
}
