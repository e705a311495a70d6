//! Machines that were let into the cluster, each in the name of one member. Checking one is a single indexed read and no
//! write.

use crate::{Connection, Error, at::At};
use domain::{
    id::{LoginId, MemberId, OrganizationId, UserId},
    text::{MachineName, OrganizationName, Slug},
    time::Timestamp,
};
use uuid::Uuid;

// A login is what its membership is: whoever is switched off, or whose organization is suspended, has none, whatever this
// table says.
macro_rules! logins {
    ($which:literal) => {
        concat!(
            "select l.id, l.member_id, m.user_id, m.organization_id, o.slug, o.name, l.machine, l.ip, l.user_agent, ",
            "l.created_at, l.expires_at, l.last_used_at from logins l join members m on m.id = l.member_id ",
            "join organizations o on o.id = m.organization_id ",
            "where m.status = 'active' and o.suspended_at is null and l.secret_hash is not null and ",
            $which
        )
    };
}

statements! {
    INSERT = "insert into logins (id, member_id, machine, ip, user_agent, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    CLAIM = "update logins set secret_hash = $2, expires_at = $3 where id = $1 and secret_hash is null";
    FIND = logins!("l.id = $1");
    FIND_BY_SECRET = logins!("l.secret_hash = $1");
    LIST = logins!("m.user_id = $1 and l.expires_at > $2 order by l.created_at desc, l.id");
    END = "delete from logins where id = $2 and member_id in (select id from members where user_id = $1)";
    END_ALL = "delete from logins where member_id in (select id from members where user_id = $1)";
    END_OF_MEMBER = "delete from logins where member_id = $1";
    USED = "update logins set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $2)";
    DELETE_OVER = "delete from logins where expires_at < $1";
}

/// A login that a machine has taken, of somebody who is active.
#[derive(Debug, Clone)]
pub struct Login {
    pub id: LoginId,
    pub member: MemberId,
    pub user: UserId,
    pub organization: OrganizationId,
    pub slug: Slug,
    /// The organization's.
    pub name: OrganizationName,
    pub machine: Option<MachineName>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// As it was last written down: up to a minute late.
    pub last_used_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    member_id: Uuid,
    user_id: Uuid,
    organization_id: Uuid,
    #[sqlx(try_from = "String")]
    slug: Slug,
    #[sqlx(try_from = "String")]
    name: OrganizationName,
    machine: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
    created_at: At,
    expires_at: At,
    last_used_at: Option<At>,
}

pub(crate) fn machine(kept: Option<String>) -> Result<Option<MachineName>, Error> {
    kept.map(MachineName::try_from).transpose().map_err(|problem| Error::Broken(problem.to_string()))
}

impl TryFrom<Row> for Login {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id.into(),
            member: row.member_id.into(),
            user: row.user_id.into(),
            organization: row.organization_id.into(),
            slug: row.slug,
            name: row.name,
            machine: machine(row.machine)?,
            ip: row.ip,
            user_agent: row.user_agent,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
            last_used_at: row.last_used_at.map(Timestamp::from),
        })
    }
}

/// A login to be made, which the machine has yet to take.
pub struct New<'a> {
    pub id: LoginId,
    pub member: MemberId,
    pub machine: Option<&'a MachineName>,
    pub ip: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub expires_at: Timestamp,
}

pub async fn insert(c: &mut Connection, new: New<'_>, now: Timestamp) -> Result<(), Error> {
    let New { id, member, machine, ip, user_agent, expires_at } = new;
    let machine = machine.map(MachineName::as_str);
    execute!(c, INSERT, id.uuid(), member.uuid(), machine, ip, user_agent, At(now), At(expires_at))?;
    Ok(())
}

/// Gives a login its secret and its end; `false` when it has one already, or is gone.
pub async fn claim(
    c: &mut Connection,
    id: LoginId,
    secret_hash: &[u8; 32],
    expires_at: Timestamp,
) -> Result<bool, Error> {
    Ok(execute!(c, CLAIM, id.uuid(), &secret_hash[..], At(expires_at))? == 1)
}

pub async fn find(c: &mut Connection, id: LoginId) -> Result<Option<Login>, Error> {
    let row: Option<Row> = one!(c, FIND, id.uuid())?;
    row.map(Login::try_from).transpose()
}

/// The login with this secret, expired or not.
pub async fn find_by_secret(c: &mut Connection, secret_hash: &[u8; 32]) -> Result<Option<Login>, Error> {
    let row: Option<Row> = one!(c, FIND_BY_SECRET, &secret_hash[..])?;
    row.map(Login::try_from).transpose()
}

/// Those of this person that are not over, the newest first.
pub async fn list(c: &mut Connection, user: UserId, now: Timestamp) -> Result<Vec<Login>, Error> {
    let rows: Vec<Row> = all!(c, LIST, user.uuid(), At(now))?;
    rows.into_iter().map(Login::try_from).collect()
}

/// `false` when this person has no such login.
pub async fn end(c: &mut Connection, user: UserId, id: LoginId) -> Result<bool, Error> {
    Ok(execute!(c, END, user.uuid(), id.uuid())? == 1)
}

/// Ends every login of this person, those too that no machine has taken yet.
pub async fn end_all(c: &mut Connection, user: UserId) -> Result<u64, Error> {
    execute!(c, END_ALL, user.uuid())
}

/// Ends every login in the name of this member: none in another organization.
pub async fn end_of_member(c: &mut Connection, member: MemberId) -> Result<u64, Error> {
    execute!(c, END_OF_MEMBER, member.uuid())
}

/// Writes when each was last used; gathered in memory, so that a request writes nothing.
pub async fn used(c: &mut Connection, used: &[(LoginId, Timestamp)]) -> Result<(), Error> {
    for (id, at) in used {
        execute!(c, USED, id.uuid(), At(*at))?;
    }
    Ok(())
}

/// Removes logins that ended before this.
pub async fn delete_over(c: &mut Connection, ended: Timestamp) -> Result<u64, Error> {
    execute!(c, DELETE_OVER, At(ended))
}
