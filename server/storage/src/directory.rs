//! The installation as its operators see it: every organization, every account, and the mail that waits.

use crate::{Connection, Error, at::At};
use domain::{
    id::{LetterId, OrganizationId, UserId},
    text::{EmailAddress, OrganizationName, PersonName, Slug},
    time::Timestamp,
};
use uuid::Uuid;

macro_rules! organizations {
    ($which:literal) => {
        concat!(
            "select o.id, o.slug, o.name, f.email as founder, o.members_active, o.members_deactivated, o.invitations_pending, ",
            "o.namespace_limit, o.member_limit, o.version, o.created_at, o.suspended_at, ",
            "(select count(*) from namespaces n where n.organization_id = o.id) as namespaces, ",
            "(select a.at from activity a where a.organization_id = o.id order by a.version desc, a.ordinal desc limit 1) as last_activity, ",
            "s.applied_version, s.trouble, s.trouble_since, s.held_deletions, s.held_of, ",
            "(select count(*) from drifts d where d.organization_id = o.id) as drifts, ",
            "(select count(*) from binding_troubles b where b.organization_id = o.id) as failing ",
            "from organizations o join users f on f.id = o.founder_id left join cluster_states s on s.organization_id = o.id where ",
            $which
        )
    };
}

statements! {
    ORGANIZATIONS = organizations!("o.slug > $1 order by o.slug limit $2");
    // Reads every name: an installation has hundreds of organizations, and only its operators ask.
    SEARCH_ORGANIZATIONS = organizations!("o.slug > $1 and (o.slug like $3 escape '\\' or lower(o.name) like $3 escape '\\') order by o.slug limit $2");
    ORGANIZATION = organizations!("o.slug = $1");
    DIFFERING = organizations!("s.trouble is not null or s.held_deletions is not null
        or exists (select 1 from binding_troubles t where t.organization_id = o.id) order by o.slug limit $1");
    COUNTS = "select (select count(*) from organizations) as organizations, (select count(*) from users where removed_at is null) as users,
        (select count(*) from organizations where suspended_at is not null) as suspended";
    DRIFTS = "select o.slug, d.namespace, d.name, d.what, d.changed_by, d.done, d.at from drifts d
        join organizations o on o.id = d.organization_id order by d.at desc limit $1";
    WAITING_MAIL = "select id, recipient, letter, created_at, next_attempt_at, attempts, last_error, given_up_at
        from outbox where sent_at is null and (created_at, id) < ($1, $2) order by created_at desc, id desc limit $3";
    RETRY = "update outbox set next_attempt_at = $2, given_up_at = null, attempts = 0
        where id = $1 and sent_at is null and (leased_until is null or leased_until <= $2)";
    RETRY_ALL = "update outbox set next_attempt_at = $1, given_up_at = null, attempts = 0
        where sent_at is null and (attempts > 0 or given_up_at is not null) and (leased_until is null or leased_until <= $1)";
    USER = "select id, email, first_name, last_name, created_at, removed_at from users where email = $1";
}

/// One organization, with what an operator wants to know of it at a glance.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(try_from = "Uuid")]
    pub id: OrganizationId,
    #[sqlx(try_from = "String")]
    pub slug: Slug,
    #[sqlx(try_from = "String")]
    pub name: OrganizationName,
    #[sqlx(try_from = "String")]
    pub founder: EmailAddress,
    pub members_active: i64,
    pub members_deactivated: i64,
    pub invitations_pending: i64,
    pub namespace_limit: i64,
    pub member_limit: Option<i64>,
    pub version: i64,
    #[sqlx(try_from = "At")]
    pub created_at: Timestamp,
    suspended_at: Option<At>,
    pub namespaces: i64,
    last_activity: Option<At>,
    pub applied_version: Option<i64>,
    pub trouble: Option<String>,
    trouble_since: Option<At>,
    pub held_deletions: Option<i64>,
    pub held_of: Option<i64>,
    pub drifts: i64,
    pub failing: i64,
}

impl Listed {
    pub fn suspended_at(&self) -> Option<Timestamp> {
        self.suspended_at.map(Timestamp::from)
    }

    pub fn last_activity(&self) -> Option<Timestamp> {
        self.last_activity.map(Timestamp::from)
    }

    pub fn trouble_since(&self) -> Option<Timestamp> {
        self.trouble_since.map(Timestamp::from)
    }
}

#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Counts {
    pub organizations: i64,
    pub users: i64,
    pub suspended: i64,
}

/// What was found different in the cluster, and of which organization.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Drift {
    #[sqlx(try_from = "String")]
    pub slug: Slug,
    pub namespace: String,
    pub name: String,
    pub what: String,
    pub changed_by: Option<String>,
    pub done: String,
    #[sqlx(try_from = "At")]
    pub at: Timestamp,
}

/// A letter that has not gone out.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WaitingMail {
    #[sqlx(try_from = "Uuid")]
    pub id: LetterId,
    pub recipient: String,
    letter: String,
    #[sqlx(try_from = "At")]
    pub created_at: Timestamp,
    #[sqlx(try_from = "At")]
    pub next_attempt_at: Timestamp,
    pub attempts: i64,
    pub last_error: Option<String>,
    given_up_at: Option<At>,
}

impl WaitingMail {
    /// What kind of letter it is; a newer program's may be unreadable to this one.
    pub fn kind(&self) -> &'static str {
        serde_json::from_str(&self.letter).map_or("unknown", |letter: domain::letter::Letter| letter.kind())
    }

    pub fn given_up_at(&self) -> Option<Timestamp> {
        self.given_up_at.map(Timestamp::from)
    }
}

/// An account, removed ones too.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Account {
    #[sqlx(try_from = "Uuid")]
    pub id: UserId,
    #[sqlx(try_from = "String")]
    pub email: EmailAddress,
    #[sqlx(try_from = "String")]
    pub first_name: PersonName,
    #[sqlx(try_from = "String")]
    pub last_name: PersonName,
    #[sqlx(try_from = "At")]
    pub created_at: Timestamp,
    removed_at: Option<At>,
}

impl Account {
    pub fn removed_at(&self) -> Option<Timestamp> {
        self.removed_at.map(Timestamp::from)
    }
}

/// In the order of their slugs, from after one on; with a search, those whose slug or name has it.
pub async fn organizations(c: &mut Connection, search: &str, after: &str, limit: u32) -> Result<Vec<Listed>, Error> {
    if search.is_empty() {
        return all!(c, ORGANIZATIONS, after, i64::from(limit));
    }
    let pattern = crate::roster::pattern(search);
    all!(c, SEARCH_ORGANIZATIONS, after, i64::from(limit), pattern.as_str())
}

pub async fn organization(c: &mut Connection, slug: &Slug) -> Result<Option<Listed>, Error> {
    one!(c, ORGANIZATION, slug.as_str())
}

/// Organizations that the cluster does not follow, wholly or in part.
pub async fn differing(c: &mut Connection, limit: u32) -> Result<Vec<Listed>, Error> {
    all!(c, DIFFERING, i64::from(limit))
}

pub async fn counts(c: &mut Connection) -> Result<Counts, Error> {
    let row: Option<Counts> = one!(c, COUNTS)?;
    row.ok_or_else(|| Error::Broken("a count has no row".into()))
}

/// The latest first.
pub async fn drifts(c: &mut Connection, limit: u32) -> Result<Vec<Drift>, Error> {
    all!(c, DRIFTS, i64::from(limit))
}

/// The newest first.
pub async fn waiting_mail(
    c: &mut Connection,
    after: Option<(Timestamp, LetterId)>,
    limit: u32,
) -> Result<Vec<WaitingMail>, Error> {
    let (at, id) = after.map_or((Timestamp::LATEST, Uuid::max()), |(at, id)| (at, id.uuid()));
    all!(c, WAITING_MAIL, At(at), id, i64::from(limit))
}

/// Makes one letter due; `false` when it has gone out, or is on its way.
pub async fn retry(c: &mut Connection, id: LetterId, now: Timestamp) -> Result<bool, Error> {
    Ok(execute!(c, RETRY, id.uuid(), At(now))? == 1)
}

/// Makes every letter due that failed at least once; answers how many.
pub async fn retry_all(c: &mut Connection, now: Timestamp) -> Result<u64, Error> {
    execute!(c, RETRY_ALL, At(now))
}

pub async fn account(c: &mut Connection, email: &EmailAddress) -> Result<Option<Account>, Error> {
    one!(c, USER, email.as_str())
}
