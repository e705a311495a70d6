//! What the operator's pages show, each read at once.

pub mod installation;

#[cfg(feature = "ssr")]
use super::super::{exchange, exchange::context, members};
use super::{
    super::{ApiError, members::Member, requests::Request, tokens::Token},
    directory::{Details, Organization},
};
use crate::api::client::Browser;
#[cfg(feature = "ssr")]
use domain::Refusal;
use domain::{
    activity::Named,
    grant::Holder,
    id::MemberId,
    permission::Permission,
    text::{EmailAddress, NamespaceName, OrganizationName, PersonName},
    time::Timestamp,
    token::Mask,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use usecases::operator;

/// Who looks at a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Null for a program.
    pub email: Option<EmailAddress>,
    /// Whose password comes before a question, where no script asks for it when it is needed.
    pub prove: Option<EmailAddress>,
}

#[cfg(feature = "ssr")]
impl Viewer {
    pub(super) fn of(context: &usecases::Context) -> Self {
        let email = context.signed_in().ok().map(|person| person.email.clone());
        Self { email, prove: exchange::must_prove(context) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestsPage {
    pub requests: Vec<Request>,
    pub next: Option<String>,
    pub viewer: Viewer,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneRequest {
    pub request: Request,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationsPage {
    pub organizations: Vec<Organization>,
    pub next: Option<String>,
    /// Whether a controller keeps a cluster at all.
    pub enforced: bool,
}

/// One organization, and some of its people, as searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationPage {
    pub details: Details,
    pub given: Vec<Withheld>,
    /// The first of them.
    pub tokens: Vec<Token>,
    pub people: Vec<Member>,
    pub total: u64,
    pub next: Option<String>,
    /// Whether a controller keeps a cluster at all.
    pub enforced: bool,
    pub viewer: Viewer,
}

/// A permission that only operators give, as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    pub id: String,
    pub holder: Holder,
    pub whose: Named,
    pub namespace: NamespaceName,
    pub permission: Permission,
    pub granted_by: String,
    pub granted_at: Timestamp,
    /// Null: until somebody takes it back.
    pub ends_at: Option<Timestamp>,
}

#[cfg(feature = "ssr")]
impl From<operator::Given> for Withheld {
    fn from(given: operator::Given) -> Self {
        let operator::Given { whose, withheld } = given;
        Self {
            id: withheld.id.to_string(),
            holder: withheld.holder,
            whose,
            namespace: withheld.namespace,
            permission: withheld.permission,
            granted_by: withheld.granted_by,
            granted_at: withheld.granted_at,
            ends_at: withheld.ends_at,
        }
    }
}

/// Somebody whom something is to be done with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: MemberId,
    pub email: EmailAddress,
    pub first_name: PersonName,
    /// What removing them would do, where that was asked.
    pub removing: Option<Removing>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removing {
    Takes {
        /// As the logs go on to call them.
        name: String,
        organizations: Vec<OrganizationName>,
        /// What they made and what stays with its organization.
        tokens: Vec<Mask>,
    },
    /// As things stand.
    Refused { why: String },
}

#[cfg(feature = "ssr")]
impl From<operator::Removal> for Removing {
    fn from(removal: operator::Removal) -> Self {
        Self::Takes {
            name: removal.name,
            organizations: removal.organizations.into_iter().map(|place| place.name).collect(),
            tokens: removal.tokens.into_iter().map(|(_, token)| token.mask).collect(),
        }
    }
}

/// As `requests`, for the page.
#[server(name = RequestsPageCall, prefix = "/api/v1", endpoint = "operator/requests-page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn requests_page(
    #[server(default)] all: bool,
    #[server(default)] cursor: String,
) -> Result<RequestsPage, ApiError> {
    let context = context()?;
    let page = operator::requests(&context, !all, &cursor).await?;
    Ok(RequestsPage {
        requests: page.requests.into_iter().map(Into::into).collect(),
        next: page.next,
        viewer: Viewer::of(&context),
    })
}

/// One request, whether it waits or not.
#[server(name = RequestCall, prefix = "/api/v1", endpoint = "operator/request", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn request(request: String) -> Result<OneRequest, ApiError> {
    Ok(OneRequest { request: operator::request(&context()?, &request).await?.into() })
}

/// As `organizations`, for the page.
#[server(name = OrganizationsPageCall, prefix = "/api/v1", endpoint = "operator/organizations-page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn organizations_page(
    #[server(default)] search: String,
    #[server(default)] cursor: String,
) -> Result<OrganizationsPage, ApiError> {
    let context = context()?;
    let page = operator::organizations(&context, &search, &cursor).await?;
    Ok(OrganizationsPage {
        organizations: page.organizations.into_iter().map(Into::into).collect(),
        next: page.next,
        enforced: context.settings().enforced,
    })
}

/// As `organization`, with all else that the page shows. `search`, `status` (`deactivated`, else the active ones) and
/// `cursor` are about its people.
#[server(name = OrganizationPageCall, prefix = "/api/v1", endpoint = "operator/organization-page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn organization_page(
    organization: String,
    #[server(default)] search: String,
    #[server(default)] status: String,
    #[server(default)] cursor: String,
) -> Result<OrganizationPage, ApiError> {
    use usecases::members::{Query, Show};
    /// How many tokens are named; the rest is given what is asked for.
    const TOKENS: u32 = 50;
    /// Enough people to see the admins of most, few enough to leave the rest of the page in sight.
    const PEOPLE: u32 = 15;
    let viewer = context()?;
    let context = viewer.as_operator()?;
    let query = Query {
        search,
        show: Some(if status == "deactivated" { Show::Deactivated } else { Show::Active }),
        cursor: Some(cursor).filter(|cursor| !cursor.is_empty()),
        limit: Some(PEOPLE),
        ..Query::default()
    };
    let details = operator::details(&context, &organization).await?;
    let given = operator::given(&context, &organization).await?;
    let tokens = usecases::tokens::list(&context, &organization, None, Some(TOKENS)).await?.tokens;
    let page = usecases::members::list(&context, &organization, &query).await?;
    Ok(OrganizationPage {
        details: details.into(),
        given: given.into_iter().map(Into::into).collect(),
        tokens: tokens.into_iter().map(Into::into).collect(),
        people: members::of_page(&page, context.now()),
        total: page.total,
        next: page.next,
        enforced: context.settings().enforced,
        viewer: Viewer::of(&viewer),
    })
}

/// A member before something is done with them; with `removing`, what removing them would do.
#[server(name = PersonCall, prefix = "/api/v1", endpoint = "operator/person", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn person(
    organization: String,
    member: String,
    #[server(default)] removing: bool,
) -> Result<Person, ApiError> {
    let context = context()?.as_operator()?;
    let found = usecases::members::find(&context, &organization, &member).await?;
    let removing = if removing {
        Some(match operator::preview_removal(&context, &organization, &member).await {
            Ok(removal) => removal.into(),
            Err(usecases::Error::Refused(refusal)) if refusal != Refusal::NotFound => {
                Removing::Refused { why: crate::words::refusal(&refusal) }
            }
            Err(error) => return Err(error.into()),
        })
    } else {
        None
    };
    Ok(Person { id: found.id, email: found.email, first_name: found.first_name, removing })
}
