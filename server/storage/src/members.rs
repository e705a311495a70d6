//! Users in organizations. Every change of a status keeps the organization's counts in step, here and nowhere else.

use crate::{
    Connection, Error,
    at::At,
    organizations::{self, CountChange},
    users::User,
};
use domain::{
    grant::Giver,
    id::{MemberId, OrganizationId, TokenId, UserId},
    membership::{Membership, Role, Status},
    text::{EmailAddress, PersonName},
    time::Timestamp,
};
use uuid::Uuid;

/// Who did it, as text: the token `t` where one did, else the user of this alias. A token's name begins with what no address can.
macro_rules! token_or_user {
    ($user:literal) => {
        concat!("coalesce('API token ' || coalesce(t.name, t.prefix || '…' || t.last_four), ", $user, ".email)")
    };
}

/// Who invited, as text: the token `t` or the user `i`.
macro_rules! inviter_name {
    () => {
        $crate::members::token_or_user!("i")
    };
}

macro_rules! inviter {
    () => {
        concat!(inviter_name!(), " as invited_by")
    };
}
pub(crate) use {inviter, inviter_name, token_or_user};

macro_rules! members {
    ($which:literal) => {
        concat!(
            "select m.id, m.organization_id, m.user_id, m.email, u.first_name, u.last_name, m.role, m.status, m.version, ",
            inviter!(),
            " from members m join users u on u.id = m.user_id left join users i on i.id = m.invited_by ",
            "left join tokens t on t.id = m.invited_by_token where m.organization_id = $1 and ",
            $which
        )
    };
}

statements! {
    INSERT = "insert into members (id, organization_id, user_id, email, search, role, status, invited_by, invited_by_token, version, joined_at)
        values ($1, $2, $3, $4, $5, $6, 'active', $7, $8, $9, $10) on conflict (organization_id, user_id) do nothing";
    FIND = members!("m.id = $2");
    FIND_BY_USER = members!("m.user_id = $2");
    FIND_BY_EMAIL = members!("m.email = $2");
    ADMINS = members!("m.role = 'admin' and m.status = 'active' order by m.email");
    // What the cluster still grants is another question from here on.
    SET_STATUS = "update members set status = $3, version = $4, withdrawn_at = null where organization_id = $1 and id = $2";
    SET_ROLE = "update members set role = $3, version = $4 where organization_id = $1 and id = $2";
    SET_VERSION = "update members set version = $3 where organization_id = $1 and id = $2";
    SET_SEARCH = "update members set search = $2 where user_id = $1";
    ACTIVE_ADMINS = "select count(*) as n from members where organization_id = $1 and role = 'admin' and status = 'active'";
}

/// A member in a list of what members have.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(try_from = "Uuid")]
    pub id: MemberId,
    #[sqlx(rename = "user_id", try_from = "Uuid")]
    pub user: UserId,
    pub email: String,
    #[sqlx(try_from = "String")]
    pub status: Status,
    pub version: i64,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Member {
    #[sqlx(try_from = "Uuid")]
    pub id: MemberId,
    #[sqlx(rename = "organization_id", try_from = "Uuid")]
    pub organization: OrganizationId,
    #[sqlx(rename = "user_id", try_from = "Uuid")]
    pub user: UserId,
    #[sqlx(try_from = "String")]
    pub email: EmailAddress,
    #[sqlx(try_from = "String")]
    pub first_name: PersonName,
    #[sqlx(try_from = "String")]
    pub last_name: PersonName,
    #[sqlx(try_from = "String")]
    pub role: Role,
    #[sqlx(try_from = "String")]
    pub status: Status,
    pub version: i64,
    /// The inviter's address, or the token's name; nobody invited the founder.
    pub invited_by: Option<String>,
}

impl Member {
    pub fn membership(&self, founder: UserId) -> Membership {
        Membership {
            id: self.id,
            organization: self.organization,
            user: self.user,
            role: self.role,
            status: self.status,
            founder: self.user == founder,
        }
    }
}

/// What the search box looks in: address and names in lower case, of any script.
pub(crate) fn search_text(user: &User) -> String {
    format!("{} {} {}", user.email, user.first_name, user.last_name).to_lowercase()
}

/// A membership to be made.
pub struct Joining<'a> {
    pub id: MemberId,
    pub organization: OrganizationId,
    pub user: &'a User,
    pub role: Role,
    pub invited_by: Option<Giver>,
    pub version: i64,
}

/// `false` when this user is a member already, whatever their status.
pub async fn insert(c: &mut Connection, joining: Joining<'_>, now: Timestamp) -> Result<bool, Error> {
    let Joining { id, organization, user, role, invited_by, version } = joining;
    let search = search_text(user);
    let made = execute!(
        c,
        INSERT,
        id.uuid(),
        organization.uuid(),
        user.id.uuid(),
        user.email.as_str(),
        search.as_str(),
        role.as_str(),
        invited_by.map(|by| by.user.uuid()),
        invited_by.and_then(|by| by.token).map(TokenId::uuid),
        version,
        At(now)
    )?;
    if made == 1 {
        organizations::count(c, organization, CountChange { active: 1, ..CountChange::default() }).await?;
    }
    Ok(made == 1)
}

pub async fn find(c: &mut Connection, organization: OrganizationId, id: MemberId) -> Result<Option<Member>, Error> {
    one!(c, FIND, organization.uuid(), id.uuid())
}

pub async fn find_by_user(
    c: &mut Connection,
    organization: OrganizationId,
    user: UserId,
) -> Result<Option<Member>, Error> {
    one!(c, FIND_BY_USER, organization.uuid(), user.uuid())
}

pub async fn find_by_email(
    c: &mut Connection,
    organization: OrganizationId,
    email: &EmailAddress,
) -> Result<Option<Member>, Error> {
    one!(c, FIND_BY_EMAIL, organization.uuid(), email.as_str())
}

/// Stores a status that differs from the one before; the counts follow.
pub async fn set_status(c: &mut Connection, changed: &Membership, version: i64) -> Result<(), Error> {
    execute!(c, SET_STATUS, changed.organization.uuid(), changed.id.uuid(), changed.status.as_str(), version)?;
    let towards = match changed.status {
        Status::Active => 1,
        Status::Deactivated => -1,
    };
    let change = CountChange { active: towards, deactivated: -towards, pending: 0 };
    organizations::count(c, changed.organization, change).await
}

pub async fn set_role(c: &mut Connection, changed: &Membership, version: i64) -> Result<(), Error> {
    execute!(c, SET_ROLE, changed.organization.uuid(), changed.id.uuid(), changed.role.as_str(), version)?;
    Ok(())
}

/// Marks that something of this member changed, so that an older form is noticed.
pub async fn set_version(
    c: &mut Connection,
    organization: OrganizationId,
    id: MemberId,
    version: i64,
) -> Result<(), Error> {
    execute!(c, SET_VERSION, organization.uuid(), id.uuid(), version)?;
    Ok(())
}

pub(crate) async fn set_search(c: &mut Connection, user: &User) -> Result<(), Error> {
    execute!(c, SET_SEARCH, user.id.uuid(), search_text(user).as_str())?;
    Ok(())
}

/// The active admins, by address.
pub async fn admins(c: &mut Connection, organization: OrganizationId) -> Result<Vec<Member>, Error> {
    all!(c, ADMINS, organization.uuid())
}

/// Only worth anything under the organization's lock.
pub async fn active_admins(c: &mut Connection, organization: OrganizationId) -> Result<u64, Error> {
    let row: Option<(i64,)> = one!(c, ACTIVE_ADMINS, organization.uuid())?;
    Ok(row.map_or(0, |(n,)| n.unsigned_abs()))
}
