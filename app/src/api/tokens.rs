//! API access tokens. Their secrets pass here once, at creation, and are kept nowhere.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use domain::{
    id::TokenId,
    text::{EmailAddress, NamespaceName, OrganizationName, Slug, TokenName},
    time::Timestamp,
    token::{Mask, Scopes},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    pub id: TokenId,
    /// `bwk_` and the four characters after it.
    pub prefix: String,
    pub last_four: String,
    pub name: Option<TokenName>,
    /// None: a blank token, which the cluster knows and lets do nothing by itself.
    pub namespaces: Vec<NamespaceName>,
    pub scopes: Scopes,
    pub created_at: Timestamp,
    pub created_by: EmailAddress,
    /// Null: it never ends.
    pub expires_at: Option<Timestamp>,
    pub expired: bool,
    /// Null: it was never used.
    pub last_used_at: Option<Timestamp>,
}

impl Token {
    pub fn mask(&self) -> Mask {
        Mask { prefix: self.prefix.clone(), last_four: self.last_four.clone() }
    }

    /// By its name where it has one, else by what may be shown of its secret.
    pub fn called(&self) -> String {
        self.name.as_ref().map_or_else(|| self.mask().to_string(), |name| format!("“{name}”"))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    pub tokens: Vec<Token>,
    pub total: u64,
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneToken {
    pub token: Token,
}

/// The one time that the secret is seen. Without `Debug`: nothing may print it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    pub token: Token,
    pub secret: String,
    /// Left out without a configured cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<String>,
}

/// A file for `kubectl`. Without `Debug`: it carries the secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kubeconfig {
    pub file_name: String,
    pub kubeconfig: String,
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
impl From<usecases::tokens::Listed> for Token {
    fn from(listed: usecases::tokens::Listed) -> Self {
        let usecases::tokens::Listed { token, namespaces, expired } = listed;
        Self {
            id: token.id,
            prefix: token.mask.prefix,
            last_four: token.mask.last_four,
            name: token.name,
            namespaces,
            scopes: token.scopes,
            created_at: token.created_at,
            created_by: token.created_by,
            expires_at: token.expires_at,
            expired,
            last_used_at: token.last_used_at,
        }
    }
}

#[cfg(feature = "ssr")]
impl From<usecases::tokens::Page> for Tokens {
    fn from(page: usecases::tokens::Page) -> Self {
        Self { tokens: page.tokens.into_iter().map(Token::from).collect(), total: page.total, next: page.next }
    }
}

/// One page of the organization's tokens, the newest first; the expired ones of the last 30 days among them.
#[server(name = ListCall, prefix = "/api/v1", endpoint = "tokens/list", input = server_fn::codec::GetUrl)]
pub async fn list(organization: String, cursor: Option<String>, limit: Option<u32>) -> Result<Tokens, ApiError> {
    Ok(usecases::tokens::list(&context()?, &organization, cursor.as_deref(), limit).await?.into())
}

/// Makes a token. `expires` is one of `1h` `8h` `30d` `90d` `1y` `never`, 90 days when left out; `scopes` of `members`
/// `invitations` `grants`.
#[server(name = CreateCall, prefix = "/api/v1", endpoint = "tokens/create")]
pub async fn create(
    organization: String,
    name: Option<String>,
    #[server(default)] namespaces: Vec<String>,
    expires: Option<String>,
    #[server(default)] scopes: Vec<String>,
) -> Result<Created, ApiError> {
    use domain::{
        Refusal,
        token::{Lifetime, Scope},
    };
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
#[server(name = AssignCall, prefix = "/api/v1", endpoint = "tokens/assign")]
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
#[server(name = RemoveCall, prefix = "/api/v1", endpoint = "tokens/remove")]
pub async fn remove(organization: String, token: String) -> Result<Removed, ApiError> {
    let removed = usecases::tokens::remove(&context()?, &organization, &token).await?;
    exchange::notice(format!("The token {} is removed. Whatever used it is refused from now on.", removed.mask));
    Ok(Removed {})
}

/// The kubeconfig of a token whose secret is at hand. A plain form gets it as a file.
#[server(name = KubeconfigCall, prefix = "/api/v1", endpoint = "tokens/kubeconfig")]
pub async fn kubeconfig(organization: String, secret: String) -> Result<Kubeconfig, ApiError> {
    let made = usecases::tokens::kubeconfig(&context()?, &organization, &secret).await?;
    let file = Kubeconfig { file_name: made.file_name, kubeconfig: made.text };
    exchange::instead(exchange::Instead::File(file.clone()));
    Ok(file)
}

/// The token that asks.
#[server(name = CurrentCall, prefix = "/api/v1", endpoint = "tokens/current", input = server_fn::codec::GetUrl)]
pub async fn current() -> Result<Current, ApiError> {
    let (organization, listed) = usecases::tokens::current(&context()?).await?;
    Ok(Current { organization: organization.slug, name: organization.name, token: listed.into() })
}
