//! What admins ask of the operator.

use crate::{Connection, Error, at::At};
use domain::{
    id::{OrganizationId, RequestId, UserId},
    request::{How, Outcome, Request, Wish},
    text::{EmailAddress, OrganizationName, Remark, Slug},
    time::Timestamp,
};
use uuid::Uuid;

macro_rules! requests {
    ($which:literal) => {
        concat!(
            "select r.id, r.organization_id, r.wish, r.reason, r.requested_by, r.requested_at, r.outcome, r.decided_by, ",
            "r.decided_at, r.note, u.email, o.slug, o.name from requests r join users u on u.id = r.requested_by ",
            "join organizations o on o.id = r.organization_id where ",
            $which
        )
    };
}

statements! {
    INSERT = "insert into requests (id, organization_id, wish, kind, reason, requested_by, requested_at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    FIND = requests!("r.id = $1");
    WAITING_OF = requests!("r.organization_id = $1 and r.outcome is null order by r.requested_at, r.id");
    // An upper bound in each, so that a page is sought and not scanned.
    OF_ORGANIZATION = requests!("r.organization_id = $1 and (r.requested_at, r.id) < ($2, $3) order by r.requested_at desc, r.id desc limit $4");
    ALL = requests!("(r.requested_at, r.id) < ($1, $2) order by r.requested_at desc, r.id desc limit $3");
    WAITING = requests!("r.outcome is null and (r.requested_at, r.id) > ($1, $2) order by r.requested_at, r.id limit $3");
    COUNT_WAITING = "select count(*) as n from requests where outcome is null";
    END = "update requests set outcome = $2, decided_by = $3, decided_at = $4, note = $5 where id = $1 and outcome is null";
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "Uuid")]
    id: RequestId,
    #[sqlx(try_from = "Uuid")]
    organization_id: OrganizationId,
    wish: String,
    #[sqlx(try_from = "String")]
    reason: Remark,
    #[sqlx(try_from = "Uuid")]
    requested_by: UserId,
    #[sqlx(try_from = "At")]
    requested_at: Timestamp,
    outcome: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<At>,
    note: Option<String>,
    #[sqlx(try_from = "String")]
    email: EmailAddress,
    #[sqlx(try_from = "String")]
    slug: Slug,
    #[sqlx(try_from = "String")]
    name: OrganizationName,
}

/// A request with the names that people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    pub request: Request,
    /// Of whoever asked.
    pub email: EmailAddress,
    pub slug: Slug,
    pub organization: OrganizationName,
}

impl TryFrom<Row> for Filed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let broken = |what: &str| Error::Broken(format!("the request {} has no readable {what}", row.id));
        let wish: Wish = serde_json::from_str(&row.wish).map_err(|_| broken("wish"))?;
        let note = row.note.map(Remark::try_from).transpose().map_err(|_| broken("note"))?;
        let outcome = match (row.outcome, row.decided_by, row.decided_at) {
            (None, ..) => None,
            (Some(how), Some(by), Some(At(at))) => {
                Some(Outcome { how: How::parse(&how).ok_or_else(|| broken("outcome"))?, by, at, note })
            }
            _ => return Err(broken("outcome")),
        };
        let request = Request {
            id: row.id,
            organization: row.organization_id,
            wish,
            reason: row.reason,
            requested_by: row.requested_by,
            requested_at: row.requested_at,
            outcome,
        };
        Ok(Self { request, email: row.email, slug: row.slug, organization: row.name })
    }
}

fn read(rows: Vec<Row>) -> Result<Vec<Filed>, Error> {
    rows.into_iter().map(Filed::try_from).collect()
}

fn json(wish: &Wish) -> Result<String, Error> {
    serde_json::to_string(wish).map_err(|error| Error::Broken(error.to_string()))
}

/// Stores a request that waits.
pub async fn insert(c: &mut Connection, request: &Request) -> Result<(), Error> {
    let wish = json(&request.wish)?;
    execute!(
        c,
        INSERT,
        request.id.uuid(),
        request.organization.uuid(),
        wish.as_str(),
        request.wish.kind(),
        request.reason.as_str(),
        request.requested_by.uuid(),
        At(request.requested_at)
    )?;
    Ok(())
}

pub async fn find(c: &mut Connection, id: RequestId) -> Result<Option<Filed>, Error> {
    let row: Option<Row> = one!(c, FIND, id.uuid())?;
    row.map(Filed::try_from).transpose()
}

/// All that wait of one organization: few, since each wish is asked for once.
pub async fn waiting_of(c: &mut Connection, organization: OrganizationId) -> Result<Vec<Filed>, Error> {
    read(all!(c, WAITING_OF, organization.uuid())?)
}

const FIRST: Timestamp = Timestamp::from_micros(0);

/// Where a page ended.
pub type Place = (Timestamp, RequestId);

/// The newest first, of one organization.
pub async fn page_of(
    c: &mut Connection,
    organization: OrganizationId,
    after: Option<Place>,
    limit: u32,
) -> Result<Vec<Filed>, Error> {
    let (at, id) = after.map_or((Timestamp::LATEST, Uuid::max()), |(at, id)| (at, id.uuid()));
    read(all!(c, OF_ORGANIZATION, organization.uuid(), At(at), id, i64::from(limit))?)
}

/// The newest first, of all organizations.
pub async fn page(c: &mut Connection, after: Option<Place>, limit: u32) -> Result<Vec<Filed>, Error> {
    let (at, id) = after.map_or((Timestamp::LATEST, Uuid::max()), |(at, id)| (at, id.uuid()));
    read(all!(c, ALL, At(at), id, i64::from(limit))?)
}

/// Those that wait, of all organizations, whoever has waited longest first.
pub async fn waiting(c: &mut Connection, after: Option<Place>, limit: u32) -> Result<Vec<Filed>, Error> {
    let (at, id) = after.map_or((FIRST, Uuid::nil()), |(at, id)| (at, id.uuid()));
    read(all!(c, WAITING, At(at), id, i64::from(limit))?)
}

pub async fn count_waiting(c: &mut Connection) -> Result<u64, Error> {
    let row: Option<(i64,)> = one!(c, COUNT_WAITING)?;
    Ok(row.map_or(0, |(n,)| n.unsigned_abs()))
}

/// `false` when it has ended already.
pub async fn end(c: &mut Connection, id: RequestId, outcome: &Outcome) -> Result<bool, Error> {
    let note = outcome.note.as_ref().map(Remark::as_str);
    Ok(execute!(c, END, id.uuid(), outcome.how.as_str(), outcome.by.as_str(), At(outcome.at), note)? == 1)
}
