//! THE TWO GATES. Writing begins with an [`Action`] and is kept with an event: no Action, no transaction; no event, no
//! commit. So the rules need not be remembered: the types ask for them.

use crate::{Context, Error};
use domain::{
    Refusal,
    access::{Action, Actor, decide},
    account::AccountEvent,
    activity::ActivityEvent,
    id::{LetterId, OrganizationId, UserId},
    letter::Letter,
    membership::Membership,
    text::{EmailAddress, Slug},
    time::Timestamp,
};
use storage::{
    Connection, account_activity, activity,
    members::{self, Member},
    organizations::{self, Organization},
    outbox,
    users::{self, User},
};
use uuid::Uuid;

/// What a read may look at, once its Action was allowed.
pub struct Look {
    pub(crate) c: Connection,
    pub organization: Organization,
    /// The asker's own row.
    pub member: Member,
}

/// A transaction on one organization, which nobody else writes to until it ends.
pub struct Work {
    pub(crate) c: Connection,
    pub(crate) organization: Organization,
    /// The asker's own row; `None` for whoever uses a link.
    member: Option<Member>,
    action: Action,
    by: By,
    context: Context,
    pub(crate) now: Timestamp,
    letters: bool,
    recorded: i64,
}

/// Who is written into the log.
#[derive(Debug, Clone)]
struct By {
    kind: &'static str,
    id: Option<Uuid>,
    name: String,
}

impl By {
    fn of(context: &Context) -> Self {
        match &context.caller.signed_in {
            Some(person) => Self { kind: "user", id: Some(person.user.uuid()), name: person.email.to_string() },
            None if context.actor() == Actor::Operator => Self { kind: "operator", id: None, name: "Operator".into() },
            None => Self { kind: "system", id: None, name: "Bailiwick".into() },
        }
    }
}

/// What is no slug is no organization's.
fn parse_slug(slug: &str) -> Result<Slug, Refusal> {
    Slug::parse(slug).map_err(|_| Refusal::NotFound)
}

impl Context {
    /// Reads of one organization: allowed first, then looked at, on one connection.
    ///
    /// # Errors
    /// What [`decide`] refuses.
    pub async fn look(&self, slug: &str, action: Action) -> Result<Look, Error> {
        let user = self.signed_in()?.user;
        let mut c = self.installation.db.read().await?;
        let organization = organizations::find_by_slug(&mut c, &parse_slug(slug)?).await?.ok_or(Refusal::NotFound)?;
        let member = members::find_by_user(&mut c, organization.id, user).await?;
        let membership = member.as_ref().map(|member| member.membership(organization.founder));
        decide(self.actor(), membership.as_ref(), action)?;
        let member = member.ok_or(Refusal::NotFound)?;
        Ok(Look { c, organization, member })
    }

    /// THE FIRST GATE. Takes the organization's lock, reads the asker's membership under it, and asks [`decide`].
    ///
    /// # Errors
    /// What [`decide`] refuses. A refused attempt by one of the organization's own people is written to its log.
    pub async fn begin(&self, slug: &str, action: Action) -> Result<Work, Error> {
        // Somebody without a session must not hold an organization's lock, not even for a moment.
        if self.actor() == Actor::Anonymous {
            return Err(Refusal::NotSignedIn.into());
        }
        let slug = parse_slug(slug)?;
        let mut c = self.installation.db.write().await?;
        let organization = organizations::lock_by_slug(&mut c, &slug).await?.ok_or(Refusal::NotFound)?;
        self.enter(c, organization, action).await
    }

    /// As [`Context::begin`], for what is known by id: an invitation's organization.
    pub(crate) async fn begin_at(&self, id: OrganizationId, action: Action) -> Result<Work, Error> {
        let mut c = self.installation.db.write().await?;
        let organization = organizations::lock(&mut c, id).await?.ok_or(Refusal::NotFound)?;
        self.enter(c, organization, action).await
    }

    async fn enter(&self, mut c: Connection, organization: Organization, action: Action) -> Result<Work, Error> {
        let member = match self.actor() {
            Actor::User(user) => members::find_by_user(&mut c, organization.id, user).await?,
            Actor::Anonymous | Actor::Operator | Actor::System => None,
        };
        let membership = member.as_ref().map(|member| member.membership(organization.founder));
        let decision = decide(self.actor(), membership.as_ref(), action);
        let (context, by, now) = (self.clone(), By::of(self), self.now());
        let work = Work { c, organization, member, action, by, context, now, letters: false, recorded: 0 };
        match decision {
            Ok(()) => Ok(work),
            Err(refusal) => Err(work.refuse(refusal).await),
        }
    }

    /// Begins what concerns a person's own account and no organization.
    pub(crate) async fn begin_account(&self) -> Result<AccountWork, Error> {
        let c = self.installation.db.write().await?;
        Ok(AccountWork { c, context: self.clone(), now: self.now(), letters: false })
    }
}

impl Look {
    pub fn membership(&self) -> Membership {
        self.member.membership(self.organization.founder)
    }
}

impl Work {
    /// The organization's version once this is kept.
    pub(crate) fn version(&self) -> i64 {
        self.organization.version
    }

    pub(crate) fn member(&self) -> Result<&Member, Error> {
        self.member.as_ref().ok_or(Error::Refused(Refusal::NotSignedIn))
    }

    /// From here on the log names this person: somebody who had no account when the request came in.
    pub(crate) fn act_as(&mut self, user: &User) {
        self.by = By { kind: "user", id: Some(user.id.uuid()), name: user.email.to_string() };
    }

    /// Puts a letter into the outbox; it leaves only if this work is kept.
    pub(crate) async fn write_letter(&mut self, to: &EmailAddress, letter: &Letter) -> Result<(), Error> {
        outbox::insert(&mut self.c, LetterId::from_random(crate::dice::random()), to, letter, self.now).await?;
        self.letters = true;
        Ok(())
    }

    /// THE SECOND GATE. Writes what happened, in the same transaction, and keeps all of it.
    pub(crate) async fn commit(mut self, event: ActivityEvent) -> Result<(), Error> {
        self.record(&event).await?;
        self.commit_recorded().await
    }

    /// Writes one of several things that happen in this work.
    pub(crate) async fn record(&mut self, event: &ActivityEvent) -> Result<(), Error> {
        let ip = self.context.ip_text();
        let origin = activity::Origin {
            actor_kind: self.by.kind,
            actor_id: self.by.id,
            actor_name: &self.by.name,
            ip: ip.as_deref(),
            user_agent: self.context.caller.user_agent.as_deref(),
        };
        let position = (self.organization.version, self.recorded);
        activity::insert(&mut self.c, self.organization.id, position, self.now, &origin, event).await?;
        self.recorded += 1;
        Ok(())
    }

    /// Keeps work of which everything that happened is recorded. Nothing happened: nothing is kept.
    pub(crate) async fn commit_recorded(self) -> Result<(), Error> {
        if self.recorded == 0 {
            return Ok(());
        }
        self.c.commit().await?;
        if self.letters {
            self.context.installation.letters.notify_one();
        }
        Ok(())
    }

    /// Gives this work up and writes the attempt to the log, when it came from one of the organization's own people.
    pub(crate) async fn refuse(self, refusal: Refusal) -> Error {
        let Self { c, organization, member, action, by, context, .. } = self;
        // Rolled back before the next transaction begins: SQLite has one writer.
        drop(c);
        if let Some(member) = member {
            let event = ActivityEvent::Refused { action: action.code().into(), reason: refusal.code().into() };
            let kept = async {
                let mut c = context.installation.db.write().await?;
                let organization = organizations::lock(&mut c, organization.id).await?.ok_or(Refusal::NotFound)?;
                let now = context.now();
                let member = Some(member);
                let context = context.clone();
                let work = Work { c, organization, member, action, by, context, now, letters: false, recorded: 0 };
                work.commit(event).await
            };
            if let Err(error) = kept.await {
                tracing::warn!(
                    ?error,
                    action = action.code(),
                    "a refused attempt could not be written to the activity log"
                );
            }
        }
        Error::Refused(refusal)
    }
}

/// A line in a person's own log.
async fn note(
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
    context: Context,
    pub(crate) now: Timestamp,
    letters: bool,
}

impl AccountWork {
    pub(crate) async fn write_letter(&mut self, to: &EmailAddress, letter: &Letter) -> Result<(), Error> {
        outbox::insert(&mut self.c, LetterId::from_random(crate::dice::random()), to, letter, self.now).await?;
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
        let mut attempt = 1;
        while !organizations::insert(&mut self.c, id, &name.slug(attempt), name, founder.id, limit, self.now).await? {
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
        };
        work.act_as(founder);
        Ok(work)
    }
}
