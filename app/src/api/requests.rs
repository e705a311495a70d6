//! Asking the operator for what no admin can do.
#![allow(clippy::too_many_arguments, reason = "a form has as many fields as its kinds need, and the macro copies them")]

#[cfg(feature = "ssr")]
mod asking;
pub mod question;

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use crate::api::client::Browser;
#[cfg(feature = "ssr")]
use domain::{
    Refusal,
    grant::Holder,
    id::{MemberId, TokenId},
    permission::Permission,
    text::Problem,
    token::Lifetime,
};
use domain::{
    id::RequestId,
    request::{How, Wish},
    text::{EmailAddress, OrganizationName, Slug},
    time::Timestamp,
};
use leptos::prelude::*;
use question::MaybeQuestion;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use usecases::requests::Asked;

/// One request. `summary` says the wish as an order: `make bo@example.org an admin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub id: RequestId,
    pub organization: Slug,
    pub organization_name: OrganizationName,
    pub wish: Wish,
    pub summary: String,
    pub reason: String,
    pub requested_by: EmailAddress,
    pub requested_at: Timestamp,
    /// `waiting`, `approved`, `declined` or `withdrawn`.
    pub state: String,
    pub outcome: Option<Outcome>,
}

/// A wish that the operator was asked for and has not decided, and since when: it is not asked a second time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub wish: Wish,
    pub since: Timestamp,
}

#[cfg(feature = "ssr")]
impl Waiting {
    /// Nothing for whoever may not ask.
    ///
    /// # Errors
    /// The database can't be asked.
    pub(crate) async fn load(context: &usecases::Context, organization: &str) -> Result<Vec<Self>, ApiError> {
        match usecases::requests::waiting(context, organization).await {
            Ok(filed) => {
                let waiting = filed.into_iter().map(|filed| filed.request);
                Ok(waiting.map(|request| Self { wish: request.wish, since: request.requested_at }).collect())
            }
            Err(usecases::Error::Refused(_)) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub how: How,
    pub by: String,
    pub at: Timestamp,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    pub requests: Vec<Request>,
    pub next: Option<String>,
}

/// All that the page of an organization's requests shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub name: OrganizationName,
    pub requests: Vec<Request>,
    pub next: Option<String>,
    /// All that waits, on whichever page of the list it stands.
    pub waiting: Vec<Waiting>,
    /// Whether there is a namespace that could be asked to be deleted.
    pub has_namespaces: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledRequest {
    pub request: RequestId,
}

#[cfg(feature = "ssr")]
impl From<usecases::requests::Filed> for Request {
    fn from(filed: usecases::requests::Filed) -> Self {
        let usecases::requests::Filed { request, email, slug, organization } = filed;
        Self {
            id: request.id,
            organization: slug,
            organization_name: organization,
            summary: request.wish.to_string(),
            state: request.state().to_owned(),
            wish: request.wish,
            reason: request.reason.to_string(),
            requested_by: email,
            requested_at: request.requested_at,
            outcome: request.outcome.map(|outcome| Outcome {
                how: outcome.how,
                by: outcome.by,
                at: outcome.at,
                note: outcome.note.map(|note| note.to_string()),
            }),
        }
    }
}

#[cfg(feature = "ssr")]
fn missing(field: &'static str) -> Refusal {
    Refusal::BadField { field, problem: Problem::Missing }
}

/// Exactly one of the two. A form may send the other one empty. What is no id names nothing: that is for the gate to refuse,
/// which answers whoever may not ask in one way, whatever they name.
#[cfg(feature = "ssr")]
pub(crate) fn holder(member: Option<String>, token: Option<String>) -> Result<Holder, ApiError> {
    match (member.as_deref(), token.as_deref()) {
        (None, None) | (Some(""), Some("")) => Err(missing("member").into()),
        (Some(id), None | Some("")) => Ok(Holder::Member(id.parse().unwrap_or(MemberId::NOTHING))),
        (None | Some(""), Some(id)) => Ok(Holder::Token(id.parse().unwrap_or(TokenId::NOTHING))),
        (Some(_), Some(_)) => Err(missing("member").into()),
    }
}

/// Left out: it does not end.
#[cfg(feature = "ssr")]
pub(crate) fn lifetime(text: Option<&str>) -> Result<Lifetime, ApiError> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(Lifetime::Never),
        Some(text) => Ok(Lifetime::parse(text).map_err(Refusal::field("lasts"))?),
    }
}

#[cfg(feature = "ssr")]
pub(crate) fn permission(text: &str) -> Result<Permission, ApiError> {
    let unknown = Refusal::BadField { field: "permission", problem: Problem::Unknown };
    Ok(Permission::parse(text).ok_or(unknown)?)
}

/// What a form says, read by its kind: each kind names the fields that it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    pub kind: String,
    pub member: Option<String>,
    pub token: Option<String>,
    pub namespace: Option<String>,
    pub permission: Option<String>,
    pub lasts: Option<String>,
    pub limit: Option<u32>,
}

#[cfg(feature = "ssr")]
impl Facts {
    fn asked(self) -> Result<Asked, ApiError> {
        let Self { kind, member, token, namespace, permission: named, lasts, limit } = self;
        let lifetime = lifetime(lasts.as_deref());
        let the_member = || member.clone().filter(|id| !id.is_empty()).ok_or(missing("member"));
        let namespace = || namespace.clone().filter(|name| !name.is_empty()).ok_or(missing("namespace"));
        let named = || permission(named.as_deref().unwrap_or_default());
        let limit = || limit.ok_or(missing("limit"));
        Ok(match kind.as_str() {
            "make_admin" => Asked::MakeAdmin { member: the_member()? },
            "take_admin" => Asked::TakeAdmin { member: the_member()? },
            "change_founder" => Asked::ChangeFounder { member: the_member()? },
            "give_permission" => Asked::GivePermission {
                holder: holder(member, token)?,
                namespace: namespace()?,
                permission: named()?,
                lifetime: lifetime?,
            },
            "take_permission" => {
                Asked::TakePermission { holder: holder(member, token)?, namespace: namespace()?, permission: named()? }
            }
            "namespace_limit" => Asked::NamespaceLimit { limit: limit()? },
            "member_limit" => Asked::MemberLimit { limit: limit()? },
            "remove_user" => Asked::RemoveUser { member: the_member()? },
            "adopt_namespace" => Asked::AdoptNamespace { name: namespace()? },
            "delete_namespace" => Asked::DeleteNamespace { namespace: namespace()? },
            _ => return Err(Refusal::BadField { field: "kind", problem: Problem::Unknown }.into()),
        })
    }
}

/// The organization's requests, the newest first.
#[server(name = ListCall, prefix = "/api/v1", endpoint = "requests/list", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn list(organization: String, #[server(default)] cursor: String) -> Result<Requests, ApiError> {
    let page = usecases::requests::list(&context()?, &organization, &cursor).await?;
    Ok(Requests { requests: page.requests.into_iter().map(Request::from).collect(), next: page.next })
}

/// As `list`, with all else that the page shows.
#[server(name = PageCall, prefix = "/api/v1", endpoint = "requests/page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn page(organization: String, #[server(default)] cursor: String) -> Result<Page, ApiError> {
    let context = context()?;
    let page = usecases::requests::list(&context, &organization, &cursor).await?;
    let namespaces = usecases::namespaces::list(&context, &organization).await?.namespaces;
    Ok(Page {
        name: page.organization.name,
        requests: page.requests.into_iter().map(Request::from).collect(),
        next: page.next,
        waiting: Waiting::load(&context, &organization).await?,
        has_namespaces: !namespaces.is_empty(),
    })
}

/// What is to be known before the operator is asked: `kind` and its facts are those of `requests/file`.
#[server(name = QuestionCall, prefix = "/api/v1", endpoint = "requests/question", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn question(
    organization: String,
    kind: String,
    #[server(default)] member: String,
    #[server(default)] token: String,
    #[server(default)] namespace: String,
    #[server(default)] permission: String,
) -> Result<MaybeQuestion, ApiError> {
    let about = question::About { kind, member, token, namespace, permission };
    Ok(MaybeQuestion { question: asking::question(&context()?, &organization, &about).await? })
}

/// Asks the operator. `kind` is one of `make_admin`, `take_admin`, `change_founder`, `remove_user` (of a `member`),
/// `give_permission`, `take_permission` (of a `member` or a `token`, in a `namespace`, a `permission`, which `lasts` so
/// long), `namespace_limit`, `member_limit` (to a `limit`), `adopt_namespace`, `delete_namespace` (a `namespace`).
#[server(name = FileCall, prefix = "/api/v1", endpoint = "requests/file", client = Browser)]
pub async fn file(
    organization: String,
    kind: String,
    reason: String,
    #[server(default)] member: Option<String>,
    #[server(default)] token: Option<String>,
    #[server(default)] namespace: Option<String>,
    #[server(default)] permission: Option<String>,
    #[server(default)] lasts: Option<String>,
    #[server(default)] limit: Option<u32>,
) -> Result<FiledRequest, ApiError> {
    let asked = Facts { kind, member, token, namespace, permission, lasts, limit }.asked()?;
    let request = usecases::requests::file(&context()?, &organization, asked, &reason).await?;
    exchange::notice(
        "The operator is asked. You get a mail when they have decided; the Settings page shows how it stands.",
    );
    Ok(FiledRequest { request: request.id })
}

#[server(name = WithdrawCall, prefix = "/api/v1", endpoint = "requests/withdraw", client = Browser)]
pub async fn withdraw(organization: String, request: String) -> Result<(), ApiError> {
    usecases::requests::withdraw(&context()?, &organization, &request).await?;
    exchange::notice("The request is withdrawn.");
    Ok(())
}
