//! Machines that wait to be let into the cluster, for the minutes that they wait.

use crate::{Connection, Error, at::At, logins::machine};
use domain::{
    id::{LoginId, LoginRequestId},
    login::Answer,
    text::{MachineName, Slug},
    time::Timestamp,
};
use uuid::Uuid;

macro_rules! requests {
    ($which:literal) => {
        concat!(
            "select id, machine, organization, ip, user_agent, created_at, expires_at, denied_at, login_id ",
            "from login_requests where ",
            $which
        )
    };
}

statements! {
    INSERT = "insert into login_requests (id, device_code_hash, user_code_hash, machine, organization, ip, user_agent,
        created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (user_code_hash) do nothing";
    FIND_BY_USER_CODE = requests!("user_code_hash = $1");
    FIND_BY_DEVICE_CODE = requests!("device_code_hash = $1");
    APPROVE = "update login_requests set login_id = $2 where id = $1 and login_id is null and denied_at is null";
    DENY = "update login_requests set denied_at = $2 where id = $1 and login_id is null and denied_at is null";
    DELETE = "delete from login_requests where id = $1";
    DELETE_OVER = "delete from login_requests where expires_at < $1";
}

#[derive(Debug, Clone)]
pub struct Request {
    pub id: LoginRequestId,
    pub machine: Option<MachineName>,
    /// The one organization that it asks for; `None`: its person chooses.
    pub organization: Option<Slug>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub answer: Answer,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    machine: Option<String>,
    organization: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
    created_at: At,
    expires_at: At,
    denied_at: Option<At>,
    login_id: Option<Uuid>,
}

impl TryFrom<Row> for Request {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let organization = row.organization.map(Slug::try_from).transpose();
        Ok(Self {
            id: row.id.into(),
            machine: machine(row.machine)?,
            organization: organization.map_err(|problem| Error::Broken(problem.to_string()))?,
            ip: row.ip,
            user_agent: row.user_agent,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
            answer: match (row.login_id, row.denied_at) {
                (Some(login), _) => Answer::Approved(login.into()),
                (None, Some(_)) => Answer::Denied,
                (None, None) => Answer::Waiting,
            },
        })
    }
}

/// A request to be kept.
pub struct New<'a> {
    pub id: LoginRequestId,
    pub device_code_hash: [u8; 32],
    pub user_code_hash: [u8; 16],
    pub machine: Option<&'a MachineName>,
    pub organization: Option<&'a Slug>,
    pub ip: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub expires_at: Timestamp,
}

/// `false` when another request has this user code.
pub async fn insert(c: &mut Connection, new: &New<'_>, now: Timestamp) -> Result<bool, Error> {
    let made = execute!(
        c,
        INSERT,
        new.id.uuid(),
        &new.device_code_hash[..],
        &new.user_code_hash[..],
        new.machine.map(MachineName::as_str),
        new.organization.map(Slug::as_str),
        new.ip,
        new.user_agent,
        At(now),
        At(new.expires_at)
    )?;
    Ok(made == 1)
}

pub async fn find_by_user_code(c: &mut Connection, hash: &[u8; 16]) -> Result<Option<Request>, Error> {
    let row: Option<Row> = one!(c, FIND_BY_USER_CODE, &hash[..])?;
    row.map(Request::try_from).transpose()
}

pub async fn find_by_device_code(c: &mut Connection, hash: &[u8; 32]) -> Result<Option<Request>, Error> {
    let row: Option<Row> = one!(c, FIND_BY_DEVICE_CODE, &hash[..])?;
    row.map(Request::try_from).transpose()
}

/// `false` when somebody answered meanwhile.
pub async fn approve(c: &mut Connection, id: LoginRequestId, login: LoginId) -> Result<bool, Error> {
    Ok(execute!(c, APPROVE, id.uuid(), login.uuid())? == 1)
}

/// `false` when somebody answered meanwhile.
pub async fn deny(c: &mut Connection, id: LoginRequestId, now: Timestamp) -> Result<bool, Error> {
    Ok(execute!(c, DENY, id.uuid(), At(now))? == 1)
}

pub async fn delete(c: &mut Connection, id: LoginRequestId) -> Result<(), Error> {
    execute!(c, DELETE, id.uuid())?;
    Ok(())
}

/// Removes requests that ended before this.
pub async fn delete_over(c: &mut Connection, ended: Timestamp) -> Result<u64, Error> {
    execute!(c, DELETE_OVER, At(ended))
}
