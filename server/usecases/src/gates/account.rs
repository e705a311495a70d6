//! The gates of a person's own account, which is no organization's.

use super::{By, Work};
use crate::{Context, Error};
use domain::{
    Refusal,
    access::Action,
    account::AccountEvent,
    id::{LetterId, OrganizationId, UserId},
    letter::Letter,
    text::EmailAddress,
    time::Timestamp,
};
use storage::{
    Connection, account_activity, namespaces, organizations, outbox,
    users::{self, User},
};

/// A line in a person's own log.
pub(super) async fn note(
    c: &mut Connection,
    context: &Context,
    user: Option<UserId>,
    event: AccountEvent,
    now: Timestamp,
) -> Result<(), Error> {
    let ip = context.ip_text();
    let from = (ip.as_deref(), context.caller.user_agent.as_deref());
    let id = LetterId::from_random(crate::dice::random()).uuid();
    Ok(account_activity::insert(c, id, user, event, from, now).await?)
}

/// Stores a new account and the first line of its log; `false` when the address has one already.
pub(crate) async fn open_account(
    c: &mut Connection,
    context: &Context,
    user: &User,
    now: Timestamp,
) -> Result<bool, Error> {
    let opened = users::insert(c, user, now).await?;
    if opened {
        note(c, context, Some(user.id), AccountEvent::Created, now).await?;
    }
    Ok(opened)
}

/// A transaction on one person's account.
pub(crate) struct AccountWork {
    pub(crate) c: Connection,
    pub(super) context: Context,
    pub(crate) now: Timestamp,
    pub(super) letters: bool,
}

impl AccountWork {
    pub(crate) async fn write_letter(&mut self, to: &EmailAddress, letter: &Letter) -> Result<(), Error> {
        let id = LetterId::from_random(crate::dice::random());
        outbox::insert(&mut self.c, id, to, letter, (self.now, self.now)).await?;
        self.letters = true;
        Ok(())
    }

    /// The second gate of accounts: writes what happened to whom, and keeps it.
    pub(crate) async fn commit(mut self, user: Option<UserId>, event: AccountEvent) -> Result<(), Error> {
        note(&mut self.c, &self.context, user, event, self.now).await?;
        self.c.commit().await?;
        if self.letters {
            self.context.installation.letters.notify_one();
        }
        Ok(())
    }

    /// Turns into work on a new organization: whoever founds one writes its first line.
    pub(crate) async fn found(mut self, name: &domain::text::OrganizationName, founder: &User) -> Result<Work, Error> {
        let id = OrganizationId::from_random(crate::dice::random());
        let limit = self.context.settings().namespace_limit;
        namespaces::lock_names(&mut self.c).await?;
        let mut attempt = 1;
        while !self.takes_slug(id, attempt, name, founder.id, limit).await? {
            attempt += 1;
        }
        let organization = organizations::find(&mut self.c, id).await?.ok_or(Refusal::NotFound)?;
        let mut work = Work {
            c: self.c,
            organization,
            member: None,
            action: Action::SeeOrganization,
            by: By::of(&self.context),
            context: self.context,
            now: self.now,
            letters: self.letters,
            recorded: 0,
            others: Vec::new(),
        };
        work.act_as(founder);
        Ok(work)
    }

    /// Makes the organization, unless its slug is another's, or begins the name of a namespace that another has.
    async fn takes_slug(
        &mut self,
        id: OrganizationId,
        attempt: u32,
        name: &domain::text::OrganizationName,
        founder: UserId,
        limit: u32,
    ) -> Result<bool, Error> {
        let rules = &self.context.settings().namespaces;
        let slug = rules.slug(name, attempt);
        if namespaces::would_belong_to(&mut self.c, &slug, &rules.prefix).await? {
            return Ok(false);
        }
        Ok(organizations::insert(&mut self.c, id, &slug, name, founder, limit, self.now).await?)
    }
}
