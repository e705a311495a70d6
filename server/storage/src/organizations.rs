//! Organizations, and the counts that pages show.

use crate::{Connection, Error, at::At};
use domain::{
    access::Place,
    id::{OrganizationId, UserId},
    membership::{Role, Status},
    text::{OrganizationName, Slug},
    time::Timestamp,
};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "id, slug, name, founder_id, version, namespace_limit, member_limit, suspended_at is not null as suspended,
        members_active, members_deactivated, invitations_pending"
    };
}

statements! {
    INSERT = "insert into organizations (id, slug, name, founder_id, version, namespace_limit, members_active,
        members_deactivated, invitations_pending, created_at) values ($1, $2, $3, $4, 1, $5, 0, 0, 0, $6)
        on conflict (slug) do nothing";
    LOCK_BY_SLUG = concat!("update organizations set version = version + 1 where slug = $1 returning ", columns!());
    LOCK = concat!("update organizations set version = version + 1 where id = $1 returning ", columns!());
    FIND_BY_SLUG = concat!("select ", columns!(), " from organizations where slug = $1");
    FIND = concat!("select ", columns!(), " from organizations where id = $1");
    ALL = "select id from organizations";
    COUNT = "update organizations set members_active = members_active + $2,
        members_deactivated = members_deactivated + $3, invitations_pending = invitations_pending + $4 where id = $1";
    OF_USER = "select o.id, o.slug, o.name, o.suspended_at is not null as suspended, m.role, m.status
        from members m join organizations o on o.id = m.organization_id where m.user_id = $1 order by o.name, o.id";
    SET_FOUNDER = "update organizations set founder_id = $2 where id = $1";
    SET_NAMESPACE_LIMIT = "update organizations set namespace_limit = $2 where id = $1";
    SET_MEMBER_LIMIT = "update organizations set member_limit = $2 where id = $1";
    SUSPEND = "update organizations set suspended_at = $2 where id = $1";
    IS_SUSPENDED = "select suspended_at is not null as suspended from organizations where id = $1";
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Organization {
    #[sqlx(try_from = "Uuid")]
    pub id: OrganizationId,
    #[sqlx(try_from = "String")]
    pub slug: Slug,
    #[sqlx(try_from = "String")]
    pub name: OrganizationName,
    #[sqlx(rename = "founder_id", try_from = "Uuid")]
    pub founder: UserId,
    pub version: i64,
    pub namespace_limit: i64,
    member_limit: Option<i64>,
    /// The operator has closed it for everybody but themselves.
    pub suspended: bool,
    pub members_active: i64,
    pub members_deactivated: i64,
    pub invitations_pending: i64,
}

impl Organization {
    /// How many members may be active; `None`: as many as there are.
    pub fn member_limit(&self) -> Option<u32> {
        self.member_limit.map(|limit| u32::try_from(limit).unwrap_or(0))
    }

    /// As [`domain::access::decide`] asks for it.
    pub fn place(&self) -> Place {
        Place { organization: self.id, suspended: self.suspended }
    }
}

/// An organization as one of its people sees it in the switcher.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OwnOrganization {
    #[sqlx(try_from = "Uuid")]
    pub id: OrganizationId,
    #[sqlx(try_from = "String")]
    pub slug: Slug,
    #[sqlx(try_from = "String")]
    pub name: OrganizationName,
    pub suspended: bool,
    #[sqlx(try_from = "String")]
    pub role: Role,
    #[sqlx(try_from = "String")]
    pub status: Status,
}

/// How the counts of an organization change with one write.
#[derive(Debug, Clone, Copy, Default)]
pub struct CountChange {
    pub active: i64,
    pub deactivated: i64,
    pub pending: i64,
}

/// Makes an organization at version 1; `false` when the slug is taken.
pub async fn insert(
    c: &mut Connection,
    id: OrganizationId,
    slug: &Slug,
    name: &OrganizationName,
    founder: UserId,
    namespace_limit: u32,
    now: Timestamp,
) -> Result<bool, Error> {
    let made = execute!(
        c,
        INSERT,
        id.uuid(),
        slug.as_str(),
        name.as_str(),
        founder.uuid(),
        i64::from(namespace_limit),
        At(now)
    )?;
    Ok(made == 1)
}

/// Raises the version, which holds the row until the transaction ends: writers of one organization stand in line.
pub async fn lock_by_slug(c: &mut Connection, slug: &Slug) -> Result<Option<Organization>, Error> {
    one!(c, LOCK_BY_SLUG, slug.as_str())
}

/// As [`lock_by_slug`].
pub async fn lock(c: &mut Connection, id: OrganizationId) -> Result<Option<Organization>, Error> {
    one!(c, LOCK, id.uuid())
}

pub async fn find_by_slug(c: &mut Connection, slug: &Slug) -> Result<Option<Organization>, Error> {
    one!(c, FIND_BY_SLUG, slug.as_str())
}

pub async fn find(c: &mut Connection, id: OrganizationId) -> Result<Option<Organization>, Error> {
    one!(c, FIND, id.uuid())
}

/// Every organization there is: for the controller's rounds.
pub async fn all(c: &mut Connection) -> Result<Vec<OrganizationId>, Error> {
    let rows: Vec<(Uuid,)> = all!(c, ALL)?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

pub(crate) async fn count(c: &mut Connection, id: OrganizationId, change: CountChange) -> Result<(), Error> {
    execute!(c, COUNT, id.uuid(), change.active, change.deactivated, change.pending)?;
    Ok(())
}

/// Every organization this user was ever in, deactivated memberships too.
pub async fn of_user(c: &mut Connection, user: UserId) -> Result<Vec<OwnOrganization>, Error> {
    all!(c, OF_USER, user.uuid())
}

impl OwnOrganization {
    /// Whether this person may work in it now.
    pub fn is_open(&self) -> bool {
        self.status == Status::Active && !self.suspended
    }
}

pub async fn set_founder(c: &mut Connection, id: OrganizationId, founder: UserId) -> Result<(), Error> {
    execute!(c, SET_FOUNDER, id.uuid(), founder.uuid())?;
    Ok(())
}

pub async fn set_namespace_limit(c: &mut Connection, id: OrganizationId, limit: u32) -> Result<(), Error> {
    execute!(c, SET_NAMESPACE_LIMIT, id.uuid(), i64::from(limit))?;
    Ok(())
}

pub async fn set_member_limit(c: &mut Connection, id: OrganizationId, limit: Option<u32>) -> Result<(), Error> {
    execute!(c, SET_MEMBER_LIMIT, id.uuid(), limit.map(i64::from))?;
    Ok(())
}

/// Closes it since `at`, or opens it again.
pub async fn suspend(c: &mut Connection, id: OrganizationId, at: Option<Timestamp>) -> Result<(), Error> {
    execute!(c, SUSPEND, id.uuid(), at.map(At))?;
    Ok(())
}

pub async fn is_suspended(c: &mut Connection, id: OrganizationId) -> Result<bool, Error> {
    let row: Option<(bool,)> = one!(c, IS_SUSPENDED, id.uuid())?;
    Ok(row.is_some_and(|(suspended,)| suspended))
}
