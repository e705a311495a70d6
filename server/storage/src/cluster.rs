//! How far the cluster has followed: written by the controller, read by the pages.

use crate::{Connection, Error, at::At, members::token_or_user};
use domain::{
    id::{NamespaceId, OrganizationId, TokenId, UserId},
    text::NamespaceName,
    time::Timestamp,
    token::Mask,
};
use uuid::Uuid;

statements! {
    BEHIND = "select o.id from organizations o left join cluster_states s on s.organization_id = o.id
        where s.applied_version is null or s.applied_version < o.version or s.trouble is not null or s.confirmed limit $1";
    STATE = "select applied_version, applied_at, trouble, trouble_since, held_deletions, held_of, confirmed from cluster_states
        where organization_id = $1";
    FOLLOWED = "insert into cluster_states (organization_id, applied_version, applied_at, confirmed) values ($1, $2, $3, false)
        on conflict (organization_id) do update set applied_version = excluded.applied_version, applied_at = excluded.applied_at,
        trouble = null, trouble_since = null, held_deletions = null, held_of = null, confirmed = false";
    TROUBLED = "insert into cluster_states (organization_id, applied_version, applied_at, trouble, trouble_since, held_deletions, held_of, confirmed)
        values ($1, 0, $2, $3, $2, $4, $5, false) on conflict (organization_id) do update set trouble = excluded.trouble,
        trouble_since = coalesce(cluster_states.trouble_since, excluded.trouble_since), held_deletions = excluded.held_deletions,
        held_of = excluded.held_of";
    CONFIRM = "update cluster_states set confirmed = true where organization_id = $1 and held_deletions is not null";
    WITHDRAWN = "update members set withdrawn_at = $3 where organization_id = $1 and status = 'deactivated' and version <= $2 and withdrawn_at is null";
    FORGET_TROUBLES = "delete from binding_troubles where organization_id = $1";
    ADD_TROUBLE = "insert into binding_troubles (organization_id, namespace, name, reason, since) values ($1, $2, $3, $4, $5)
        on conflict (organization_id, namespace, name) do nothing";
    TROUBLES = "select namespace, name, reason, since from binding_troubles where organization_id = $1 order by namespace, name";
    ADD_DRIFT = "insert into drifts (id, organization_id, namespace, name, what, changed_by, done, at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    DRIFTS = "select namespace, name, what, changed_by, done, at from drifts where organization_id = $1 order by at desc, id desc limit $2";
    COUNT_DRIFTS = "select count(*) from drifts where at >= $1";
    FORGET_DRIFTS = "delete from drifts where at < $1";
    CONNECTION = "select connected, since, server_version, heard_at, leader, led_at, holder from cluster_connections where name = 'cluster'";
    SET_CONNECTION = "insert into cluster_connections (name, connected, since, server_version, heard_at, leader, led_at, holder)
        values ('cluster', $1, $2, $3, $4, $5, $6, $7) on conflict (name) do update set connected = excluded.connected,
        since = excluded.since, server_version = excluded.server_version, heard_at = excluded.heard_at, leader = excluded.leader,
        led_at = excluded.led_at, holder = excluded.holder";
    MEMBER_GRANTS = concat!(
        "select m.user_id, m.email, g.namespace_id, n.name as namespace, ",
        token_or_user!("b"),
        " as granted_by, g.granted_at, g.ends_at
        from members m join grants g on g.member_id = m.id join namespaces n on n.id = g.namespace_id
        join users b on b.id = g.granted_by left join tokens t on t.id = g.granted_by_token
        where m.organization_id = $1 and m.status = 'active'"
    );
    TOKEN_GRANTS = "select t.id, t.name, t.prefix, t.last_four, t.expires_at, g.namespace_id, n.name as namespace,
        b.email as granted_by, g.granted_at, g.ends_at
        from tokens t join token_grants g on g.token_id = t.id join namespaces n on n.id = g.namespace_id
        join users b on b.id = g.granted_by
        where t.organization_id = $1 and t.removed_at is null and (t.expires_at is null or t.expires_at > $2)";
}

/// A grant of an active member.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MemberGrant {
    #[sqlx(rename = "user_id", try_from = "Uuid")]
    pub user: UserId,
    pub email: String,
    #[sqlx(try_from = "Uuid")]
    pub namespace_id: NamespaceId,
    #[sqlx(try_from = "String")]
    pub namespace: NamespaceName,
    /// An address, or a token's name.
    pub granted_by: String,
    #[sqlx(try_from = "At")]
    pub granted_at: Timestamp,
    ends_at: Option<At>,
}

impl MemberGrant {
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.ends_at.map(Timestamp::from)
    }
}

#[derive(sqlx::FromRow)]
struct TokenGrantRow {
    id: Uuid,
    name: Option<String>,
    prefix: String,
    last_four: String,
    expires_at: Option<At>,
    namespace_id: Uuid,
    #[sqlx(try_from = "String")]
    namespace: NamespaceName,
    granted_by: String,
    granted_at: At,
    ends_at: Option<At>,
}

/// A grant of a token that stands.
#[derive(Debug, Clone)]
pub struct TokenGrant {
    pub token: TokenId,
    pub name: Option<String>,
    pub mask: Mask,
    pub expires_at: Option<Timestamp>,
    pub namespace_id: NamespaceId,
    pub namespace: NamespaceName,
    pub granted_by: String,
    pub granted_at: Timestamp,
    pub ends_at: Option<Timestamp>,
}

/// How far the cluster has followed one organization.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct State {
    pub applied_version: i64,
    #[sqlx(try_from = "At")]
    pub applied_at: Timestamp,
    pub trouble: Option<String>,
    trouble_since: Option<At>,
    pub held_deletions: Option<i64>,
    pub held_of: Option<i64>,
    /// The operator wants what is held to be done.
    pub confirmed: bool,
}

impl State {
    pub fn trouble_since(&self) -> Option<Timestamp> {
        self.trouble_since.map(Timestamp::from)
    }
}

/// A binding that the cluster does not take.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Trouble {
    pub namespace: String,
    pub name: String,
    pub reason: String,
    #[sqlx(try_from = "At")]
    pub since: Timestamp,
}

/// What was found different in the cluster.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Drift {
    pub namespace: String,
    pub name: String,
    pub what: String,
    pub changed_by: Option<String>,
    pub done: String,
    #[sqlx(try_from = "At")]
    pub at: Timestamp,
}

/// Whether the API server answers, since when that is so, and who says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    pub connected: bool,
    pub since: Timestamp,
    pub server_version: Option<String>,
    /// When a controller last spoke. `None`: one is waited for.
    pub heard_at: Option<Timestamp>,
    /// Which controller of this installation wrote last.
    pub leader: Option<String>,
    /// When it last said so; before the first one did, when it was waited for.
    pub led_at: Timestamp,
    /// Who held the Lease instead, when a controller last stood by.
    pub holder: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ConnectedRow {
    connected: bool,
    since: At,
    server_version: Option<String>,
    heard_at: Option<At>,
    leader: Option<String>,
    led_at: At,
    holder: Option<String>,
}

fn ids(rows: Vec<(Uuid,)>) -> Vec<OrganizationId> {
    rows.into_iter().map(|(id,)| id.into()).collect()
}

/// Organizations that the cluster has yet to follow.
pub async fn behind(c: &mut Connection, limit: u32) -> Result<Vec<OrganizationId>, Error> {
    Ok(ids(all!(c, BEHIND, i64::from(limit))?))
}

pub async fn state(c: &mut Connection, organization: OrganizationId) -> Result<Option<State>, Error> {
    one!(c, STATE, organization.uuid())
}

pub async fn member_grants(c: &mut Connection, organization: OrganizationId) -> Result<Vec<MemberGrant>, Error> {
    all!(c, MEMBER_GRANTS, organization.uuid())
}

pub async fn token_grants(
    c: &mut Connection,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<Vec<TokenGrant>, Error> {
    let rows: Vec<TokenGrantRow> = all!(c, TOKEN_GRANTS, organization.uuid(), At(now))?;
    let grants = rows.into_iter().map(|row| TokenGrant {
        token: row.id.into(),
        name: row.name,
        mask: Mask { prefix: row.prefix, last_four: row.last_four },
        expires_at: row.expires_at.map(Timestamp::from),
        namespace_id: row.namespace_id.into(),
        namespace: row.namespace,
        granted_by: row.granted_by,
        granted_at: row.granted_at.0,
        ends_at: row.ends_at.map(Timestamp::from),
    });
    Ok(grants.collect())
}

/// The cluster agrees with this version.
pub async fn followed(
    c: &mut Connection,
    organization: OrganizationId,
    version: i64,
    at: Timestamp,
) -> Result<(), Error> {
    execute!(c, FOLLOWED, organization.uuid(), version, At(at))?;
    Ok(())
}

/// The cluster has let go of whoever was deactivated by this version.
pub async fn withdrawn(
    c: &mut Connection,
    organization: OrganizationId,
    version: i64,
    at: Timestamp,
) -> Result<(), Error> {
    execute!(c, WITHDRAWN, organization.uuid(), version, At(at))?;
    Ok(())
}

/// The cluster does not follow. `held`: how many deletions of how many bindings wait for the operator.
pub async fn troubled(
    c: &mut Connection,
    organization: OrganizationId,
    why: &str,
    held: Option<(i64, i64)>,
    at: Timestamp,
) -> Result<(), Error> {
    let (deletions, of) = held.unzip();
    execute!(c, TROUBLED, organization.uuid(), At(at), why, deletions, of)?;
    Ok(())
}

/// `false` when nothing of this organization is held.
pub async fn confirm(c: &mut Connection, organization: OrganizationId) -> Result<bool, Error> {
    Ok(execute!(c, CONFIRM, organization.uuid())? == 1)
}

pub async fn troubles(c: &mut Connection, organization: OrganizationId) -> Result<Vec<Trouble>, Error> {
    all!(c, TROUBLES, organization.uuid())
}

/// Makes these the whole list of bindings that the cluster does not take.
pub async fn set_troubles(c: &mut Connection, organization: OrganizationId, troubles: &[Trouble]) -> Result<(), Error> {
    execute!(c, FORGET_TROUBLES, organization.uuid())?;
    for Trouble { namespace, name, reason, since } in troubles {
        let (namespace, name) = (namespace.as_str(), name.as_str());
        execute!(c, ADD_TROUBLE, organization.uuid(), namespace, name, reason.as_str(), At(*since))?;
    }
    Ok(())
}

pub async fn add_drift(c: &mut Connection, id: Uuid, organization: OrganizationId, drift: &Drift) -> Result<(), Error> {
    let Drift { namespace, name, what, changed_by, done, at } = drift;
    let (namespace, name, what) = (namespace.as_str(), name.as_str(), what.as_str());
    execute!(
        c,
        ADD_DRIFT,
        id,
        organization.uuid(),
        namespace,
        name,
        what,
        changed_by.as_deref(),
        done.as_str(),
        At(*at)
    )?;
    Ok(())
}

/// The latest first.
pub async fn drifts(c: &mut Connection, organization: OrganizationId, limit: u32) -> Result<Vec<Drift>, Error> {
    all!(c, DRIFTS, organization.uuid(), i64::from(limit))
}

/// Of every organization.
pub async fn count_drifts(c: &mut Connection, since: Timestamp) -> Result<i64, Error> {
    let row: Option<(i64,)> = one!(c, COUNT_DRIFTS, At(since))?;
    Ok(row.map_or(0, |(n,)| n))
}

pub async fn forget_drifts(c: &mut Connection, before: Timestamp) -> Result<u64, Error> {
    execute!(c, FORGET_DRIFTS, At(before))
}

pub async fn connection(c: &mut Connection) -> Result<Option<Connected>, Error> {
    let row: Option<ConnectedRow> = one!(c, CONNECTION)?;
    Ok(row.map(|row| Connected {
        connected: row.connected,
        since: row.since.0,
        server_version: row.server_version,
        heard_at: row.heard_at.map(Timestamp::from),
        leader: row.leader,
        led_at: row.led_at.0,
        holder: row.holder,
    }))
}

pub async fn set_connection(c: &mut Connection, now: &Connected) -> Result<(), Error> {
    let Connected { connected, since, server_version, heard_at, leader, led_at, holder } = now;
    let (version, leader, holder) = (server_version.as_deref(), leader.as_deref(), holder.as_deref());
    execute!(c, SET_CONNECTION, *connected, At(*since), version, heard_at.map(At), leader, At(*led_at), holder)?;
    Ok(())
}
