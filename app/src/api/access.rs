//! Who can do what, and why; and whether the cluster agrees.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::context;
use crate::api::client::Browser;
use domain::{
    effective::{Finding, Standing},
    id::{MemberId, TokenId},
    permission::Permission,
    text::NamespaceName,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Whom a line is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    Member {
        id: MemberId,
        email: String,
    },
    Token {
        id: TokenId,
        name: Option<String>,
        /// The beginning and the end of its secret.
        mask: String,
    },
}

/// One thing that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub gives: Vec<Permission>,
    /// An address, or a token's name.
    pub by: String,
    pub at: Timestamp,
    /// Null: until somebody takes it away.
    pub ends_at: Option<Timestamp>,
    /// Its time is over, so that it gives nothing any more.
    pub over: bool,
}

/// What one subject may do in one namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub namespace: NamespaceName,
    pub who: Who,
    /// What the cluster calls them.
    pub username: String,
    pub standing: Standing,
    /// At this moment: none of whoever is off.
    pub permissions: Vec<Permission>,
    pub why: Vec<Reason>,
    /// How the cluster differs; null where it was not asked.
    pub cluster: Option<Finding>,
}

/// Whether the cluster was asked, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inquiry {
    /// There is none.
    NoCluster,
    /// There is one, and this server has no kubeconfig to ask it with.
    OutOfReach,
    NotAsked,
    Answered,
    Unanswered {
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    pub lines: Vec<Line>,
    pub next: Option<String>,
    pub inquiry: Inquiry,
    /// The organization's group in the cluster.
    pub group: String,
    /// Tokens are left out: the asker may not see any.
    pub without_tokens: bool,
}

#[cfg(feature = "ssr")]
mod answers {
    use super::{Access, Inquiry, Line, Reason, Who};
    use domain::time::Timestamp;
    use usecases::access;

    impl From<access::Who> for Who {
        fn from(who: access::Who) -> Self {
            match who {
                access::Who::Member { id, email } => Self::Member { id, email },
                access::Who::Token { id, name, mask } => Self::Token { id, name, mask: mask.to_string() },
            }
        }
    }

    impl From<access::Inquiry> for Inquiry {
        fn from(inquiry: access::Inquiry) -> Self {
            match inquiry {
                access::Inquiry::NoCluster => Self::NoCluster,
                access::Inquiry::OutOfReach => Self::OutOfReach,
                access::Inquiry::NotAsked => Self::NotAsked,
                access::Inquiry::Answered => Self::Answered,
                access::Inquiry::Unanswered(reason) => Self::Unanswered { reason },
            }
        }
    }

    fn line(line: access::Line, now: Timestamp) -> Line {
        let access::Line { namespace, who, subject, effective, cluster } = line;
        let why = effective.why.into_iter().map(|reason| Reason {
            gives: reason.role.permissions().to_vec(),
            over: reason.is_over(now),
            by: reason.by,
            at: reason.at,
            ends_at: reason.ends_at,
        });
        Line {
            namespace,
            who: who.into(),
            username: subject.username(),
            standing: effective.standing,
            permissions: effective.permissions.into_iter().collect(),
            why: why.collect(),
            cluster,
        }
    }

    /// What was read at `now`.
    pub(crate) fn of_access(access: access::Access, now: Timestamp) -> Access {
        let access::Access { lines, next, inquiry, group, without_tokens } = access;
        let lines = lines.into_iter().map(|one| line(one, now)).collect();
        Access { lines, next, inquiry: inquiry.into(), group, without_tokens }
    }
}

#[cfg(feature = "ssr")]
pub(crate) use answers::of_access;

/// What a member can do: a line for each namespace in which they were given something.
#[server(name = OfCall, prefix = "/api/v1", endpoint = "access/of", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn of(organization: String, member: String) -> Result<Access, ApiError> {
    let context = context()?;
    Ok(of_access(usecases::access::of_member(&context, &organization, &member).await?, context.now()))
}

/// As `access/of`, and asks the cluster whether it agrees: a line too for each other namespace in which it allows something.
#[server(name = CheckOfCall, prefix = "/api/v1", endpoint = "access/check-of", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn check_of(organization: String, member: String) -> Result<Access, ApiError> {
    let context = context()?;
    Ok(of_access(usecases::access::check_member(&context, &organization, &member).await?, context.now()))
}

/// Who can do what in a namespace: one page, first the members by address, then the tokens.
#[server(name = InCall, prefix = "/api/v1", endpoint = "access/in", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn within(
    organization: String,
    namespace: String,
    cursor: Option<String>,
    limit: Option<u32>,
) -> Result<Access, ApiError> {
    let context = context()?;
    let cursor = cursor.as_deref();
    let page = usecases::access::in_namespace(&context, &organization, &namespace, cursor, limit).await?;
    Ok(of_access(page, context.now()))
}

/// As `access/in`, and asks the cluster whether it agrees.
#[server(name = CheckInCall, prefix = "/api/v1", endpoint = "access/check-in", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn check_in(
    organization: String,
    namespace: String,
    cursor: Option<String>,
    limit: Option<u32>,
) -> Result<Access, ApiError> {
    let context = context()?;
    let cursor = cursor.as_deref();
    let page = usecases::access::check_namespace(&context, &organization, &namespace, cursor, limit).await?;
    Ok(of_access(page, context.now()))
}
