//! One API access token, and what there is of it at the moment that it is made.

use domain::{
    id::TokenId,
    text::{EmailAddress, NamespaceName, TokenName},
    time::Timestamp,
    token::{Mask, Scopes},
};
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use usecases::tokens::Listed;

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

#[cfg(feature = "ssr")]
impl From<Listed> for Token {
    fn from(listed: Listed) -> Self {
        let Listed { token, namespaces, expired } = listed;
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
