//! Offers of membership.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use crate::api::client::Browser;
use domain::{
    id::{InvitationId, MemberId},
    text::{EmailAddress, NamespaceName, OrganizationName, Slug},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Sent,
    AlreadyInvited,
    AlreadyMember,
    DeactivatedMember,
    Invalid,
    /// It got as many mails from here as it may within an hour.
    MailLimit,
}

impl Outcome {
    pub const fn words(self) -> &'static str {
        match self {
            Self::Sent => "invitation sent",
            Self::AlreadyInvited => "already invited; you can resend it from the table",
            Self::AlreadyMember => "already a member",
            Self::DeactivatedMember => "a deactivated member; reactivate them in the table",
            Self::Invalid => "not an email address; nothing was sent",
            Self::MailLimit => "got three mails from you within the hour; try again later",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    pub email: String,
    pub outcome: Outcome,
    /// The pending invitation of this address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<InvitationId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sendings {
    pub results: Vec<Sending>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub link: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: EmailAddress,
    /// `pending` or `revoked`.
    pub state: String,
    pub expires_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneInvitation {
    pub invitation: Invitation,
}

/// What an invitee sees before deciding. `organization` is the slug, `name` what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub organization: Slug,
    pub name: OrganizationName,
    pub email: EmailAddress,
    pub invited_by: String,
    pub namespaces: Vec<NamespaceName>,
    pub expires_at: Timestamp,
    pub needs_account: bool,
}

/// All that the page of an invitation shows. It does not repeat the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub preview: Preview,
    /// Whoever this browser is signed in as.
    pub signed_in: Option<EmailAddress>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The slug, as everywhere.
    pub organization: Slug,
    pub name: OrganizationName,
    pub member: JoinedMember,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinedMember {
    pub id: MemberId,
    pub email: EmailAddress,
}

#[cfg(feature = "ssr")]
impl From<usecases::invitations::Preview> for Preview {
    fn from(preview: usecases::invitations::Preview) -> Self {
        Self {
            organization: preview.organization.slug,
            name: preview.organization.name,
            email: preview.email,
            invited_by: preview.invited_by,
            namespaces: preview.namespaces,
            expires_at: preview.expires_at,
            needs_account: preview.needs_account,
        }
    }
}

/// Invites each address, with a result for each. `namespaces` takes some off the inviter's own; left out, the invitees
/// get all of them. An empty entry in the list stands for none, because a form can't write an empty list.
#[server(name = SendCall, prefix = "/api/v1", endpoint = "invitations/send", client = Browser)]
pub async fn send(
    organization: String,
    #[server(default)] emails: Vec<String>,
    namespaces: Option<Vec<String>>,
) -> Result<Sendings, ApiError> {
    use usecases::invitations::Outcome as Did;
    let sendings = usecases::invitations::send(&context()?, &organization, &emails, namespaces.as_deref()).await?;
    let results: Vec<Sending> = sendings
        .into_iter()
        .map(|sending| {
            let (outcome, invitation) = match sending.outcome {
                Did::Sent(pending) => (Outcome::Sent, Some(pending.offer.id)),
                Did::AlreadyInvited(id) => (Outcome::AlreadyInvited, Some(id)),
                Did::AlreadyMember => (Outcome::AlreadyMember, None),
                Did::DeactivatedMember => (Outcome::DeactivatedMember, None),
                Did::Invalid => (Outcome::Invalid, None),
                Did::Limited { .. } => (Outcome::MailLimit, None),
            };
            Sending { email: sending.email, outcome, invitation }
        })
        .collect();
    exchange::notice(summary(&results));
    Ok(Sendings { results })
}

/// One sentence for all of them: how many were sent, and each that was not.
pub fn summary(results: &[Sending]) -> String {
    let sent = results.iter().filter(|result| result.outcome == Outcome::Sent).count() as u64;
    let mut sentence = match (sent, results) {
        (1, [only]) => format!("Invitation sent to {}.", only.email),
        (0, _) => "No invitation was sent.".to_owned(),
        (n, _) => format!("{} sent.", crate::words::count(n, "invitation", "invitations")),
    };
    for other in results.iter().filter(|result| result.outcome != Outcome::Sent).take(5) {
        sentence.push_str(&format!(" {}: {}.", other.email, other.outcome.words()));
    }
    sentence
}

/// The very link that was mailed.
#[server(name = LinkCall, prefix = "/api/v1", endpoint = "invitations/link", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn link(organization: String, invitation: String) -> Result<Link, ApiError> {
    Ok(Link { link: usecases::invitations::link(&context()?, &organization, &invitation).await? })
}

/// Mails the same link again and extends its life.
#[server(name = ResendCall, prefix = "/api/v1", endpoint = "invitations/resend", client = Browser)]
pub async fn resend(organization: String, invitation: String) -> Result<OneInvitation, ApiError> {
    let pending = usecases::invitations::resend(&context()?, &organization, &invitation).await?;
    let (email, id) = (pending.offer.email, pending.offer.id);
    exchange::notice(format!(
        "The invitation of {email} is on its way again. Its link works until {}.",
        crate::words::day(pending.expires_at)
    ));
    let invitation = Invitation { id, email, state: "pending".into(), expires_at: Some(pending.expires_at) };
    Ok(OneInvitation { invitation })
}

/// Kills the link at once.
#[server(name = RevokeCall, prefix = "/api/v1", endpoint = "invitations/revoke", client = Browser)]
pub async fn revoke(organization: String, invitation: String) -> Result<OneInvitation, ApiError> {
    let offer = usecases::invitations::revoke(&context()?, &organization, &invitation).await?;
    exchange::notice(format!("The invitation of {} is revoked. Its link is dead.", offer.email));
    let invitation = Invitation { id: offer.id, email: offer.email, state: "revoked".into(), expires_at: None };
    Ok(OneInvitation { invitation })
}

/// Who invited whom to what. A POST, so that the secret stands in no query string; it changes nothing.
#[server(name = PreviewCall, prefix = "/api/v1", endpoint = "invitations/preview", client = Browser)]
pub async fn preview(secret: String) -> Result<Preview, ApiError> {
    Ok(usecases::invitations::preview(&context()?, &secret).await?.into())
}

/// As `preview`, with who this browser is signed in as.
#[server(name = PageCall, prefix = "/api/v1", endpoint = "invitations/page", client = Browser)]
pub async fn page(secret: String) -> Result<Page, ApiError> {
    let context = context()?;
    let preview = usecases::invitations::preview(&context, &secret).await?;
    Ok(Page { preview: preview.into(), signed_in: context.signed_in().ok().map(|person| person.email.clone()) })
}

/// Takes the offer. A new account brings its names and a password; one that exists is signed in, or brings its password.
#[server(name = AcceptCall, prefix = "/api/v1", endpoint = "invitations/accept", client = Browser)]
pub async fn accept(
    secret: String,
    first_name: Option<String>,
    last_name: Option<String>,
    password: Option<String>,
) -> Result<Joined, ApiError> {
    let (first_name, last_name) = (first_name.unwrap_or_default(), last_name.unwrap_or_default());
    let password = password.unwrap_or_default();
    let brings =
        usecases::invitations::Accepting { first_name: &first_name, last_name: &last_name, password: &password };
    let joined = usecases::invitations::accept(&context()?, &secret, brings).await?;
    if let Some(cookie) = &joined.cookie {
        exchange::sign_in_with(cookie);
    }
    let organization = joined.organization;
    exchange::next(domain::path::organization(&organization.slug));
    exchange::notice(format!("You are a member of {} now.", organization.name));
    Ok(Joined {
        organization: organization.slug,
        name: organization.name,
        member: JoinedMember { id: joined.member.id, email: joined.member.email },
    })
}
