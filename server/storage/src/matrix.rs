//! Who has which namespace, as a picture: one page of members by address, and what all of them were given in one statement
//! each. Whatever the organization's size, a page is read by the index of addresses from the cursor on.

use crate::{
    Connection, Error,
    at::At,
    members::{Listed, token_or_user},
    roster::pattern,
};
use domain::{
    id::{MemberId, NamespaceId, OrganizationId},
    permission::Permission,
    time::Timestamp,
};
use uuid::Uuid;

// The members of one page: those between its first ($3, $4) and its last ($5, $6) that the search finds.
macro_rules! of_page {
    () => {
        "m.organization_id = $1 and m.search like $2 escape '\\' and (m.email, m.id) >= ($3, $4) and (m.email, m.id) <= ($5, $6)"
    };
}

statements! {
    MEMBERS = "select m.id, m.user_id, m.email, m.status, m.version from members m
        where m.organization_id = $1 and m.search like $2 escape '\\' and (m.email, m.id) > ($3, $4)
        order by m.email, m.id limit $5";
    COUNT = "select count(*) as n from members m where m.organization_id = $1 and m.search like $2 escape '\\'";
    TICKS = concat!(
        "select g.member_id, g.namespace_id, ",
        token_or_user!("b"),
        " as granted_by, g.granted_at, g.ends_at ",
        "from members m join grants g on g.member_id = m.id join users b on b.id = g.granted_by ",
        "left join tokens t on t.id = g.granted_by_token where ",
        of_page!(),
        " and (g.ends_at is null or g.ends_at > $7)"
    );
    WITHHELD = concat!(
        "select w.member_id, w.namespace_id, w.permission from members m join withheld_grants w on w.member_id = m.id where ",
        of_page!(),
        " and (w.ends_at is null or w.ends_at > $7) order by w.permission"
    );
    // The literal lets an index have them so.
    LACKING = "select m.id, m.user_id, m.email, m.status, m.version from members m
        where m.organization_id = $1 and m.status = 'active' and m.search like $2 escape '\\'
        and not exists (select 1 from grants g where g.member_id = m.id and g.namespace_id = $3 and (g.ends_at is null or g.ends_at > $4))
        order by m.email, m.id limit $5";
}

/// What an admin gave.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Tick {
    #[sqlx(rename = "member_id", try_from = "Uuid")]
    pub member: MemberId,
    #[sqlx(rename = "namespace_id", try_from = "Uuid")]
    pub namespace: NamespaceId,
    /// An address, or a token's name.
    pub granted_by: String,
    #[sqlx(try_from = "At")]
    pub granted_at: Timestamp,
    ends_at: Option<At>,
}

impl Tick {
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.ends_at.map(Timestamp::from)
    }
}

#[derive(sqlx::FromRow)]
struct WithheldRow {
    member_id: Uuid,
    namespace_id: Uuid,
    permission: String,
}

/// What the operator gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withheld {
    pub member: MemberId,
    pub namespace: NamespaceId,
    pub permission: Permission,
}

/// Up to `limit` members by address, after the last one of the page before.
pub async fn people(
    c: &mut Connection,
    organization: OrganizationId,
    search: &str,
    after: Option<(&str, MemberId)>,
    limit: u32,
) -> Result<Vec<Listed>, Error> {
    let (email, id) = after.map_or(("", Uuid::nil()), |(email, id)| (email, id.uuid()));
    all!(c, MEMBERS, organization.uuid(), pattern(search), email, id, i64::from(limit))
}

/// How many members the search finds. Reads all of them: without a search, the organization's own counts say it for nothing.
pub async fn count(c: &mut Connection, organization: OrganizationId, search: &str) -> Result<u64, Error> {
    let row: Option<(i64,)> = one!(c, COUNT, organization.uuid(), pattern(search))?;
    Ok(row.map_or(0, |(n,)| n.unsigned_abs()))
}

/// What the members of one page have now by an admin's hand.
pub async fn ticks(
    c: &mut Connection,
    organization: OrganizationId,
    search: &str,
    page: &[Listed],
    now: Timestamp,
) -> Result<Vec<Tick>, Error> {
    let (Some(first), Some(last)) = (page.first(), page.last()) else { return Ok(Vec::new()) };
    let (from, to) = ((first.email.as_str(), first.id.uuid()), (last.email.as_str(), last.id.uuid()));
    all!(c, TICKS, organization.uuid(), pattern(search), from.0, from.1, to.0, to.1, At(now))
}

/// What they have now by the operator's.
pub async fn withheld(
    c: &mut Connection,
    organization: OrganizationId,
    search: &str,
    page: &[Listed],
    now: Timestamp,
) -> Result<Vec<Withheld>, Error> {
    let (Some(first), Some(last)) = (page.first(), page.last()) else { return Ok(Vec::new()) };
    let (from, to) = ((first.email.as_str(), first.id.uuid()), (last.email.as_str(), last.id.uuid()));
    let rows: Vec<WithheldRow> =
        all!(c, WITHHELD, organization.uuid(), pattern(search), from.0, from.1, to.0, to.1, At(now))?;
    let read = |row: WithheldRow| {
        let permission = Permission::parse(&row.permission)
            .ok_or_else(|| Error::Broken("a withheld grant of no withheld permission".into()))?;
        Ok(Withheld { member: row.member_id.into(), namespace: row.namespace_id.into(), permission })
    };
    rows.into_iter().map(read).collect()
}

/// The first active members, by address, who were not given this namespace by an admin.
pub async fn lacking(
    c: &mut Connection,
    organization: OrganizationId,
    namespace: NamespaceId,
    search: &str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Listed>, Error> {
    all!(c, LACKING, organization.uuid(), pattern(search), namespace.uuid(), At(now), i64::from(limit))
}
