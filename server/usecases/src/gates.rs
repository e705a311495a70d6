//! THE TWO GATES. Writing begins with an [`Action`] and is kept with an event: no Action, no transaction; no event, no
//! commit. So the rules need not be remembered: the types ask for them.

mod account;
mod installation;
mod refused;

use account::note;
pub(crate) use account::{AccountWork, open_account};
pub(crate) use installation::InstallationWork;
pub(crate) use refused::{Attempt, Tried, write_refused};

use crate::{Context, Error, Operator, Who};
use domain::{
    Refusal,
    access::{Action, Actor, decide},
    account::AccountEvent,
    activity::ActivityEvent,
    grant::{Giver, Holder},
    id::{LetterId, OrganizationId, UserId},
    letter::{AccessChange, GATHERED, Letter},
    membership::Membership,
    namespace::Rules,
    text::{EmailAddress, Slug},
    time::Timestamp,
};
use storage::{
    Connection, activity, credentials,
    members::{self, Member},
    operators,
    organizations::{self, Organization},
    outbox, tokens,
    users::User,
};
use uuid::Uuid;

/// What a read may look at, once its Action was allowed.
pub struct Look {
    pub(crate) c: Connection,
    pub organization: Organization,
    /// The asker's own row; a token has none.
    pub member: Option<Member>,
}

/// A transaction on one organization, which nobody else writes to until it ends.
pub struct Work {
    pub(crate) c: Connection,
    pub(crate) organization: Organization,
    /// The asker's own row; `None` for a token, the operator, and whoever uses a link.
    member: Option<Member>,
    action: Action,
    by: By,
    context: Context,
    pub(crate) now: Timestamp,
    letters: bool,
    recorded: i64,
    /// Organizations that this work changes beside its own.
    others: Vec<OrganizationId>,
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
        match &context.caller.who {
            Who::Person(person) => Self { kind: "user", id: Some(person.user.uuid()), name: person.email.to_string() },
            // Begins with what no address does: a token named like a person must not read as one.
            Who::Token(token) => {
                let name = token.name.as_ref().map(|name| format!(" “{name}”")).unwrap_or_default();
                let name = format!("token {}{name} made by {}", token.mask, token.created_by);
                Self { kind: "token", id: Some(token.id.uuid()), name }
            }
            Who::Operator(operator) => {
                Self { kind: "operator", id: operator.user().map(UserId::uuid), name: operator.name() }
            }
            Who::Nobody | Who::System => Self { kind: "system", id: None, name: "Bailiwick".into() },
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
        if self.actor() == Actor::Anonymous {
            return Err(Refusal::NotSignedIn.into());
        }
        let mut c = self.installation.db.read().await?;
        let organization = organizations::find_by_slug(&mut c, &parse_slug(slug)?).await?.ok_or(Refusal::NotFound)?;
        let member = self.own_row(&mut c, &organization).await?;
        let membership = member.as_ref().map(|member| member.membership(organization.founder));
        decide(self.actor(), organization.place(), membership.as_ref(), action)?;
        Ok(Look { c, organization, member })
    }

    /// THE FIRST GATE. Takes the organization's lock, reads the asker's membership under it, and asks [`decide`].
    ///
    /// # Errors
    /// What [`decide`] refuses. A refused attempt by one of the organization's own people is written to its log, and
    /// the same within a minute is counted.
    pub async fn begin(&self, slug: &str, action: Action) -> Result<Work, Error> {
        // Somebody without a session must not hold an organization's lock, not even for a moment.
        if self.actor() == Actor::Anonymous {
            return Err(Refusal::NotSignedIn.into());
        }
        let slug = parse_slug(slug)?;
        if let Some(refusal) = self.refuse_again(&slug, action).await? {
            return Err(refusal.into());
        }
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
        let member = self.own_row(&mut c, &organization).await?;
        // A token that was removed since it was looked at is refused here, under the lock.
        if let Some(token) = self.caller.token()
            && token.organization == organization.id
            && tokens::find(&mut c, organization.id, token.id).await?.is_none()
        {
            return Err(Refusal::TokenUnknown.into());
        }
        self.is_operator_still(&mut c).await?;
        let membership = member.as_ref().map(|member| member.membership(organization.founder));
        let decision = decide(self.actor(), organization.place(), membership.as_ref(), action);
        let (context, by, now) = (self.clone(), By::of(self), self.now());
        let work =
            Work { c, organization, member, action, by, context, now, letters: false, recorded: 0, others: Vec::new() };
        match decision {
            Ok(()) => Ok(work),
            Err(refusal) => Err(work.refuse(refusal).await),
        }
    }

    /// Whoever was made no operator since the request came in is refused within the transaction, and so is a person whose
    /// sign-in is too old to act, whichever way they came.
    async fn is_operator_still(&self, c: &mut Connection) -> Result<(), Error> {
        match &self.caller.who {
            Who::Operator(Operator::Person(person)) if !operators::is_one(c, person.user).await? => {
                Err(Refusal::OperatorOnly.into())
            }
            Who::Operator(Operator::Person(person)) => Ok(self.is_fresh(person)?),
            Who::Operator(Operator::Program(credential)) if !credentials::stands(c, credential.id).await? => {
                Err(Refusal::TokenUnknown.into())
            }
            _ => Ok(()),
        }
    }

    /// Begins what an operator does to the installation as a whole.
    pub(crate) async fn begin_installation(&self) -> Result<InstallationWork, Error> {
        self.caller.operator().ok_or(Refusal::OperatorOnly)?;
        let mut c = self.installation.db.write().await?;
        // First of all: of two operators who remove each other, the second is none when their turn comes.
        operators::lock(&mut c).await?;
        self.is_operator_still(&mut c).await?;
        Ok(InstallationWork { c, context: self.clone(), now: self.now() })
    }

    /// The asker's row in this organization, if a person asks.
    async fn own_row(&self, c: &mut Connection, organization: &Organization) -> Result<Option<Member>, Error> {
        Ok(match self.actor() {
            Actor::User(user) => members::find_by_user(c, organization.id, user).await?,
            Actor::Anonymous | Actor::Token(_) | Actor::Operator | Actor::System => None,
        })
    }

    /// Begins what concerns a person's own account and no organization.
    pub(crate) async fn begin_account(&self) -> Result<AccountWork, Error> {
        let c = self.installation.db.write().await?;
        Ok(AccountWork { c, context: self.clone(), now: self.now(), letters: false })
    }
}

impl Look {
    pub fn membership(&self) -> Option<Membership> {
        self.member.as_ref().map(|member| member.membership(self.organization.founder))
    }
}

impl Work {
    /// The organization's version once this is kept.
    pub(crate) fn version(&self) -> i64 {
        self.organization.version
    }

    /// # Errors
    /// [`Refusal::PeopleOnly`] for whoever may do it and is no member: the operator.
    pub(crate) fn member(&self) -> Result<&Member, Error> {
        self.member.as_ref().ok_or(Error::Refused(Refusal::PeopleOnly))
    }

    /// On whose account something is given.
    pub(crate) fn giver(&self) -> Result<Giver, Error> {
        match self.context.caller.token() {
            Some(token) => Ok(token.giver()),
            None => Ok(self.member()?.user.into()),
        }
    }

    /// Whose grants the asker works with: the member's own, or the token's.
    pub(crate) fn holder(&self) -> Result<Holder, Error> {
        match self.context.caller.token() {
            Some(token) => Ok(token.id.into()),
            None => Ok(self.member()?.id.into()),
        }
    }

    /// Asks for one more thing within this work.
    ///
    /// # Errors
    /// What [`decide`] refuses.
    pub(crate) fn also(&self, action: Action) -> Result<(), Refusal> {
        let membership = self.member.as_ref().map(|member| member.membership(self.organization.founder));
        decide(self.context.actor(), self.organization.place(), membership.as_ref(), action)
    }

    /// What this installation decides about namespaces.
    pub(crate) fn rules(&self) -> &Rules {
        &self.context.settings().namespaces
    }

    /// Who does this, as it stands in the log.
    pub(crate) fn by(&self) -> &str {
        &self.by.name
    }

    /// From here on the log names this person: somebody who had no account when the request came in.
    pub(crate) fn act_as(&mut self, user: &User) {
        self.by = By { kind: "user", id: Some(user.id.uuid()), name: user.email.to_string() };
    }

    /// Puts a letter into the outbox; it leaves only if this work is kept.
    pub(crate) async fn write_letter(&mut self, to: &EmailAddress, letter: &Letter) -> Result<(), Error> {
        let id = LetterId::from_random(crate::dice::random());
        outbox::insert(&mut self.c, id, to, letter, (self.now, self.now)).await?;
        self.letters = true;
        Ok(())
    }

    /// Tells a person what changed of their access here. It leaves [`GATHERED`] after the first change, and what changes until
    /// then is in the same mail: sixty changes of an admin who tries things out are no sixty mails.
    pub(crate) async fn tell_access(
        &mut self,
        to: &EmailAddress,
        user: UserId,
        change: AccessChange,
    ) -> Result<(), Error> {
        let organization = self.organization.id;
        let letter = |change| Letter::AccessChanged { user, organization, change };
        if let Some((id, before)) = outbox::access_changed(&mut self.c, to, (user, organization)).await? {
            let both = before.followed_by(change.clone()).map(letter);
            if outbox::rewrite(&mut self.c, id, both.as_ref()).await? {
                return Ok(());
            }
        }
        let id = LetterId::from_random(crate::dice::random());
        outbox::insert(&mut self.c, id, to, &letter(change), (self.now, self.now.plus(GATHERED))).await?;
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
        let position = (self.organization.version, self.recorded);
        self.insert(self.organization.id, position, event).await?;
        self.recorded += 1;
        Ok(())
    }

    /// Writes what this work does to another organization, whose lock it holds as well, to that one's log.
    pub(crate) async fn record_in(&mut self, other: &Organization, event: &ActivityEvent) -> Result<(), Error> {
        let ordinal = self.others.iter().filter(|id| **id == other.id).count();
        self.insert(other.id, (other.version, i64::try_from(ordinal).unwrap_or(i64::MAX)), event).await?;
        self.others.push(other.id);
        Ok(())
    }

    async fn insert(
        &mut self,
        organization: OrganizationId,
        position: (i64, i64),
        event: &ActivityEvent,
    ) -> Result<(), Error> {
        let ip = self.context.ip_text();
        let origin = activity::Origin {
            actor_kind: self.by.kind,
            actor_id: self.by.id,
            actor_name: &self.by.name,
            ip: ip.as_deref(),
            user_agent: self.context.caller.user_agent.as_deref(),
        };
        Ok(activity::insert(&mut self.c, organization, position, self.now, &origin, event).await?)
    }

    /// Writes it into a person's own log as well: what concerns them as much as the organization.
    pub(crate) async fn note(&mut self, user: UserId, event: AccountEvent) -> Result<(), Error> {
        note(&mut self.c, &self.context, Some(user), event, self.now).await
    }

    /// Keeps work of which everything that happened is recorded. Nothing happened: nothing is kept.
    pub(crate) async fn commit_recorded(self) -> Result<(), Error> {
        if self.recorded == 0 {
            return Ok(());
        }
        self.c.commit().await?;
        let installation = &self.context.installation;
        for organization in std::iter::once(self.organization.id).chain(self.others) {
            installation.bell.ring(organization);
            installation.live.ring(organization);
        }
        if self.letters {
            installation.letters.notify_one();
        }
        Ok(())
    }
}
