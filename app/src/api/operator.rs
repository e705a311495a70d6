//! The operator's acts. Each takes a person who is an operator and has signed in freshly, or a program that brings a
//! credential of the operator's. What they see is [`directory`]; the installation as a whole [`installation`];
//! what their pages show [`pages`].

pub mod directory;
pub mod installation;
pub mod pages;

use super::{ApiError, requests::Request};
#[cfg(feature = "ssr")]
use super::{
    exchange::{self, context},
    requests::{holder, lifetime, permission as parse_permission},
};
use crate::api::client::Browser;
use domain::{text::NamespaceName, time::Timestamp, token::Mask};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {domain::membership::Role, usecases::operator};

#[server(name = MakeAdminCall, prefix = "/api/v1", endpoint = "operator/make-admin", client = Browser)]
pub async fn make_admin(organization: String, member: String) -> Result<(), ApiError> {
    let context = context()?.acting_as_operator()?;
    let member = operator::change_role(&context, &organization, &member, Role::Admin).await?;
    exchange::notice(format!("{} is an admin now.", member.email));
    Ok(())
}

#[server(name = TakeAdminCall, prefix = "/api/v1", endpoint = "operator/take-admin", client = Browser)]
pub async fn take_admin(organization: String, member: String) -> Result<(), ApiError> {
    let context = context()?.acting_as_operator()?;
    let member = operator::change_role(&context, &organization, &member, Role::Member).await?;
    exchange::notice(format!("{} is no admin any longer.", member.email));
    Ok(())
}

#[server(name = ChangeFounderCall, prefix = "/api/v1", endpoint = "operator/change-founder", client = Browser)]
pub async fn change_founder(organization: String, member: String) -> Result<(), ApiError> {
    let context = context()?.acting_as_operator()?;
    let member = operator::change_founder(&context, &organization, &member).await?;
    exchange::notice(format!("{} is the founder now.", member.email));
    Ok(())
}

/// When what was given ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub ends_at: Option<Timestamp>,
}

/// Gives a withheld permission to a `member` or a `token`.
#[server(name = GivePermissionCall, prefix = "/api/v1", endpoint = "operator/give-permission", client = Browser)]
pub async fn give_permission(
    organization: String,
    #[server(default)] member: Option<String>,
    #[server(default)] token: Option<String>,
    namespace: String,
    permission: String,
    #[server(default)] lasts: Option<String>,
) -> Result<Given, ApiError> {
    let context = context()?.acting_as_operator()?;
    let (holder, lasts) = (holder(member, token)?, lifetime(lasts.as_deref())?);
    let permission = parse_permission(&permission)?;
    let ends_at = operator::give(&context, &organization, holder, &namespace, permission, lasts).await?;
    exchange::notice(format!("{permission} in {namespace} is given."));
    Ok(Given { ends_at })
}

#[server(name = TakePermissionCall, prefix = "/api/v1", endpoint = "operator/take-permission", client = Browser)]
pub async fn take_permission(
    organization: String,
    #[server(default)] member: Option<String>,
    #[server(default)] token: Option<String>,
    namespace: String,
    permission: String,
) -> Result<(), ApiError> {
    let context = context()?.acting_as_operator()?;
    let (holder, permission) = (holder(member, token)?, parse_permission(&permission)?);
    operator::take(&context, &organization, holder, &namespace, permission).await?;
    exchange::notice(format!("{permission} in {namespace} is taken back."));
    Ok(())
}

#[server(name = LimitNamespacesCall, prefix = "/api/v1", endpoint = "operator/limit-namespaces", client = Browser)]
pub async fn limit_namespaces(organization: String, limit: u32) -> Result<(), ApiError> {
    operator::limit_namespaces(&context()?.acting_as_operator()?, &organization, limit).await?;
    exchange::notice(format!("{organization} may have {limit} namespaces."));
    Ok(())
}

/// Without a `limit`: as many as there are.
#[server(name = LimitMembersCall, prefix = "/api/v1", endpoint = "operator/limit-members", client = Browser)]
pub async fn limit_members(organization: String, #[server(default)] limit: Option<u32>) -> Result<(), ApiError> {
    operator::limit_members(&context()?.acting_as_operator()?, &organization, limit).await?;
    exchange::notice("The limit of active members is changed.");
    Ok(())
}

/// What removing a person takes, and what it leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// As the logs go on to call them.
    pub name: String,
    /// The slugs of the organizations that they are removed from.
    pub organizations: Vec<String>,
    /// What they made and what stays with its organization.
    pub tokens: Vec<LeftToken>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftToken {
    pub organization: String,
    pub token: Mask,
    pub name: Option<String>,
}

#[cfg(feature = "ssr")]
impl From<operator::Removal> for Removal {
    fn from(removal: operator::Removal) -> Self {
        Self {
            name: removal.name,
            organizations: removal.organizations.iter().map(|place| place.slug.to_string()).collect(),
            tokens: removal
                .tokens
                .into_iter()
                .map(|(place, token)| LeftToken {
                    organization: place.slug.to_string(),
                    token: token.mask,
                    name: token.name.map(|name| name.to_string()),
                })
                .collect(),
        }
    }
}

/// What removing this person would do. Changes nothing.
#[server(name = PreviewRemovalCall, prefix = "/api/v1", endpoint = "operator/preview-removal", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn preview_removal(organization: String, member: String) -> Result<Removal, ApiError> {
    Ok(operator::preview_removal(&context()?.as_operator()?, &organization, &member).await?.into())
}

/// Removes a deactivated person from every organization, and all that opens anything for them.
#[server(name = RemoveUserCall, prefix = "/api/v1", endpoint = "operator/remove-user", client = Browser)]
pub async fn remove_user(organization: String, member: String) -> Result<Removal, ApiError> {
    let removal: Removal =
        operator::remove_user(&context()?.acting_as_operator()?, &organization, &member).await?.into();
    exchange::notice(format!("{} is removed.", removal.name));
    Ok(removal)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedNamespace {
    pub namespace: NamespaceName,
}

/// Gives an organization a namespace that the cluster has already.
#[server(name = AdoptNamespaceCall, prefix = "/api/v1", endpoint = "operator/adopt-namespace", client = Browser)]
pub async fn adopt_namespace(organization: String, namespace: String) -> Result<NamedNamespace, ApiError> {
    let namespace = operator::adopt(&context()?.acting_as_operator()?, &organization, &namespace).await?;
    exchange::notice(format!("The namespace {namespace} belongs to {organization} now."));
    Ok(NamedNamespace { namespace })
}

/// Takes a namespace from its organization. What runs in it stays in the cluster.
#[server(name = DeleteNamespaceCall, prefix = "/api/v1", endpoint = "operator/delete-namespace", client = Browser)]
pub async fn delete_namespace(organization: String, namespace: String) -> Result<NamedNamespace, ApiError> {
    let namespace = operator::delete(&context()?.acting_as_operator()?, &organization, &namespace).await?;
    exchange::notice(format!(
        "The namespace {namespace} is deleted here. What runs in it stays in the cluster until you run \
         kubectl delete namespace {namespace}."
    ));
    Ok(NamedNamespace { namespace })
}

#[server(name = SuspendCall, prefix = "/api/v1", endpoint = "operator/suspend", client = Browser)]
pub async fn suspend(organization: String, #[server(default)] reason: String) -> Result<(), ApiError> {
    operator::suspend(&context()?.acting_as_operator()?, &organization, &reason).await?;
    exchange::notice(format!("{organization} is suspended. Nothing of it is lost."));
    Ok(())
}

#[server(name = ResumeCall, prefix = "/api/v1", endpoint = "operator/resume", client = Browser)]
pub async fn resume(organization: String) -> Result<(), ApiError> {
    operator::resume(&context()?.acting_as_operator()?, &organization).await?;
    exchange::notice(format!("{organization} is open again."));
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    pub deletions: u64,
}

/// Lets the controller do the many deletions in the cluster that it holds back.
#[server(name = ConfirmDeletionsCall, prefix = "/api/v1", endpoint = "operator/confirm-deletions", client = Browser)]
pub async fn confirm_deletions(organization: String) -> Result<Confirmed, ApiError> {
    let deletions = operator::confirm_deletions(&context()?.acting_as_operator()?, &organization).await?;
    exchange::notice("The deletions are confirmed; the controller does them now.");
    Ok(Confirmed { deletions })
}

/// Does what an admin asked for.
#[server(name = ApproveCall, prefix = "/api/v1", endpoint = "operator/approve", client = Browser)]
pub async fn approve(request: String, #[server(default)] note: String) -> Result<Decided, ApiError> {
    decide(&request, operator::Verdict::Approve, &note).await
}

#[server(name = DeclineCall, prefix = "/api/v1", endpoint = "operator/decline", client = Browser)]
pub async fn decline(request: String, #[server(default)] note: String) -> Result<Decided, ApiError> {
    decide(&request, operator::Verdict::Decline, &note).await
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub request: Request,
}

#[cfg(feature = "ssr")]
async fn decide(request: &str, verdict: operator::Verdict, note: &str) -> Result<Decided, ApiError> {
    let context = context()?.acting_as_operator()?;
    let request = Request::from(operator::decide(&context, request, verdict, note).await?);
    exchange::notice(format!("The request is {}.", request.state));
    Ok(Decided { request })
}
