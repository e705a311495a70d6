//! Refused attempts in an organization's log: the first at once, repeats of it as one line a minute with their count. A repeat
//! is answered by a read, so whoever tries again and again holds up nobody who writes.

use super::{By, Work};
use crate::{Context, Error, Installation, repeats::Line};
use domain::{
    Refusal,
    access::{Action, decide},
    activity::ActivityEvent,
    id::OrganizationId,
    text::Slug,
};
use std::net::IpAddr;
use storage::{
    activity,
    organizations::{self, Organization},
};
use uuid::Uuid;

/// Two attempts are the same when all of this is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Attempt {
    organization: OrganizationId,
    kind: &'static str,
    id: Option<Uuid>,
    action: &'static str,
    reason: &'static str,
}

/// Where the latest of them came from.
#[derive(Debug, Clone)]
pub(crate) struct Tried {
    name: String,
    ip: Option<IpAddr>,
    user_agent: Option<String>,
}

impl Context {
    fn count_refused(&self, by: &By, organization: OrganizationId, action: Action, refusal: &Refusal) {
        let key = Attempt { organization, kind: by.kind, id: by.id, action: action.code(), reason: refusal.code() };
        let (ip, user_agent) = (self.caller.ip, self.caller.user_agent.clone());
        self.installation.refused.count(key, Tried { name: by.name.clone(), ip, user_agent });
    }

    /// Refuses what was refused to the same actor a moment ago, if the rules still say so, without asking for any lock.
    /// `None`: it is for the transaction to decide.
    pub(super) async fn refuse_again(&self, slug: &Slug, action: Action) -> Result<Option<Refusal>, Error> {
        let by = By::of(self);
        let is_theirs = |key: &Attempt| key.kind == by.kind && key.id == by.id && key.action == action.code();
        if !self.installation.refused.any(self.now(), is_theirs) {
            return Ok(None);
        }
        let mut c = self.installation.db.read().await?;
        let Some(organization) = organizations::find_by_slug(&mut c, slug).await? else { return Ok(None) };
        let member = self.own_row(&mut c, &organization).await?;
        drop(c);
        let membership = member.as_ref().map(|member| member.membership(organization.founder));
        let Err(refusal) = decide(self.actor(), organization.place(), membership.as_ref(), action) else {
            return Ok(None);
        };
        if member.is_some() || self.is_own_token(&organization) {
            self.count_refused(&by, organization.id, action, &refusal);
            write_refused(&self.installation, self.installation.refused.due(self.now())).await;
        }
        Ok(Some(refusal))
    }

    /// A token of this organization is one of its own; of another, it got no further than "not found".
    fn is_own_token(&self, organization: &Organization) -> bool {
        self.caller.token().is_some_and(|token| token.organization == organization.id)
    }
}

impl Work {
    /// Gives this work up and counts the attempt, when it came from one of the organization's own people.
    pub(crate) async fn refuse(self, refusal: Refusal) -> Error {
        let Self { c, organization, member, action, by, context, .. } = self;
        // Rolled back before the next transaction begins: SQLite has one writer.
        drop(c);
        if member.is_some() || context.is_own_token(&organization) {
            context.count_refused(&by, organization.id, action, &refusal);
            write_refused(&context.installation, context.installation.refused.due(context.now())).await;
        }
        Error::Refused(refusal)
    }
}

/// Writes refused attempts into the logs of their organizations. What can't be written is counted on.
pub(crate) async fn write_refused(installation: &Installation, lines: Vec<Line<Attempt, Tried>>) {
    // In the order of the keys, so those of one organization stand together.
    for lines in lines.chunk_by(|a, b| a.key.organization == b.key.organization) {
        if let Err(error) = write(installation, lines).await {
            tracing::warn!(?error, "refused attempts could not be written to the activity log");
            installation.refused.give_back(lines.to_vec());
        }
    }
}

async fn write(installation: &Installation, lines: &[Line<Attempt, Tried>]) -> Result<(), Error> {
    let Some(first) = lines.first() else { return Ok(()) };
    let mut c = installation.db.write().await?;
    let now = installation.clock.now();
    // One that is gone has no log.
    let Some(organization) = organizations::lock(&mut c, first.key.organization).await? else { return Ok(()) };
    for (ordinal, Line { key, last, times }) in (0..).zip(lines) {
        let (action, reason) = (key.action.into(), key.reason.into());
        let ip = last.ip.map(|ip| ip.to_string());
        let origin = activity::Origin {
            actor_kind: key.kind,
            actor_id: key.id,
            actor_name: &last.name,
            ip: ip.as_deref(),
            user_agent: last.user_agent.as_deref(),
        };
        let event = ActivityEvent::Refused { action, reason, times: *times };
        activity::insert(&mut c, organization.id, (organization.version, ordinal), now, &origin, &event).await?;
    }
    c.commit().await?;
    installation.bell.ring(organization.id);
    installation.live.ring(organization.id);
    Ok(())
}
