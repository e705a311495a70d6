//! What a browser that shows an organization is told while it is open: that something changed, and nothing else. What it shows
//! it reads again, through the gates of everything that is read.

use crate::{Context, Error, Installation, context::Who};
use domain::{Refusal, access::Action, id::OrganizationId};
use std::sync::Arc;

/// An organization as it stands for whoever listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub organization: OrganizationId,
    pub version: i64,
}

/// Whether this person may listen, and what there is now.
///
/// # Errors
/// As for seeing the organization; tokens ask again instead of listening.
pub async fn see(context: &Context, slug: &str) -> Result<Seen, Error> {
    context.signed_in()?;
    let look = context.look(slug, Action::SeeOrganization).await?;
    Ok(Seen { organization: look.organization.id, version: look.organization.version })
}

/// The same for somebody who has been listening: asked before each event, so that whoever is signed out or switched off hears
/// nothing more. It does not count as a use of the session, which would never become idle in an open window.
///
/// # Errors
/// They may not listen any longer.
pub async fn see_again(installation: &Arc<Installation>, cookie: &str, slug: &str) -> Result<Seen, Error> {
    let person = if cookie.is_empty() { None } else { installation.person_of(cookie).await? };
    let who = person.map_or(Who::Nobody, |(person, _)| Who::Person(person));
    let context = Context::of(installation.clone(), who);
    see(&context, slug).await
}

/// Whether the answer is about who asks, and not about how the database is.
pub fn is_over(error: &Error) -> bool {
    matches!(error, Error::Refused(refusal) if !matches!(refusal, Refusal::TooManyRequests { .. }))
}
