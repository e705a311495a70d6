//! Ticks: which members, and which tokens, may work in which namespaces. One whose time is over counts as none from that
//! moment on, whenever its row is taken away.

use crate::{Connection, Error, at::At};
use domain::{
    grant::{Change, Giver, Holder},
    id::{NamespaceId, OrganizationId, TokenId},
    text::NamespaceName,
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

statements! {
    OF_MEMBER = "select namespace_id, ends_at from grants where member_id = $1 and (ends_at is null or ends_at > $2)";
    OF_TOKEN = "select namespace_id, ends_at from token_grants where token_id = $1 and (ends_at is null or ends_at > $2)";
    INSERT_FOR_MEMBER = "insert into grants (member_id, namespace_id, granted_by, granted_by_token, granted_at)
        values ($1, $2, $3, $4, $5) on conflict (member_id, namespace_id) do update set granted_by = excluded.granted_by,
        granted_by_token = excluded.granted_by_token, granted_at = excluded.granted_at, ends_at = null
        where grants.ends_at <= excluded.granted_at";
    // Only people give to tokens.
    INSERT_FOR_TOKEN = "insert into token_grants (token_id, namespace_id, granted_by, granted_at) values ($1, $2, $3, $4)
        on conflict (token_id, namespace_id) do update set granted_by = excluded.granted_by,
        granted_at = excluded.granted_at, ends_at = null where token_grants.ends_at <= excluded.granted_at";
    LIMIT_OF_MEMBER = "update grants set ends_at = $3 where member_id = $1 and namespace_id = $2 and (ends_at is null or ends_at > $4)";
    LIMIT_OF_TOKEN = "update token_grants set ends_at = $3 where token_id = $1 and namespace_id = $2 and (ends_at is null or ends_at > $4)";
    OVER = "select m.organization_id from grants g join members m on m.id = g.member_id where g.ends_at <= $1
        union select t.organization_id from token_grants g join tokens t on t.id = g.token_id where g.ends_at <= $1
        union select organization_id from withheld_grants where ends_at <= $1";
    OVER_OF_MEMBERS = "select g.member_id as holder, g.namespace_id, n.name from grants g
        join members m on m.id = g.member_id join namespaces n on n.id = g.namespace_id
        where m.organization_id = $1 and g.ends_at <= $2 order by m.email, n.name";
    OVER_OF_TOKENS = "select g.token_id as holder, g.namespace_id, n.name from token_grants g
        join tokens t on t.id = g.token_id join namespaces n on n.id = g.namespace_id
        where t.organization_id = $1 and g.ends_at <= $2 order by t.created_at, t.id, n.name";
    DELETE_OF_MEMBER = "delete from grants where member_id = $1 and namespace_id = $2";
    DELETE_OF_TOKEN = "delete from token_grants where token_id = $1 and namespace_id = $2";
}

/// Where somebody may work now.
pub async fn of(c: &mut Connection, holder: impl Into<Holder>, now: Timestamp) -> Result<BTreeSet<NamespaceId>, Error> {
    Ok(with_ends(c, holder, now).await?.into_keys().collect())
}

/// The same, and when those of them end that end by themselves.
pub async fn with_ends(
    c: &mut Connection,
    holder: impl Into<Holder>,
    now: Timestamp,
) -> Result<BTreeMap<NamespaceId, Option<Timestamp>>, Error> {
    let rows: Vec<(Uuid, Option<At>)> = match holder.into() {
        Holder::Member(id) => all!(c, OF_MEMBER, id.uuid(), At(now))?,
        Holder::Token(id) => all!(c, OF_TOKEN, id.uuid(), At(now))?,
    };
    Ok(rows.into_iter().map(|(id, ends_at)| (id.into(), ends_at.map(Timestamp::from))).collect())
}

/// Writes only what differs. What is added has no end.
pub async fn apply(
    c: &mut Connection,
    holder: impl Into<Holder>,
    change: &Change<NamespaceId>,
    by: impl Into<Giver>,
    now: Timestamp,
) -> Result<(), Error> {
    let (holder, Giver { user, token }) = (holder.into(), by.into());
    let (user, token) = (user.uuid(), token.map(TokenId::uuid));
    for namespace in change.added.iter().map(|id| id.uuid()) {
        match holder {
            Holder::Member(id) => execute!(c, INSERT_FOR_MEMBER, id.uuid(), namespace, user, token, At(now))?,
            Holder::Token(id) => execute!(c, INSERT_FOR_TOKEN, id.uuid(), namespace, user, At(now))?,
        };
    }
    for namespace in &change.removed {
        delete(c, holder, *namespace).await?;
    }
    Ok(())
}

/// Takes one tick away.
pub async fn delete(c: &mut Connection, holder: impl Into<Holder>, namespace: NamespaceId) -> Result<(), Error> {
    match holder.into() {
        Holder::Member(id) => execute!(c, DELETE_OF_MEMBER, id.uuid(), namespace.uuid())?,
        Holder::Token(id) => execute!(c, DELETE_OF_TOKEN, id.uuid(), namespace.uuid())?,
    };
    Ok(())
}

/// Gives a tick an end, or takes it away; `false` when there is no such tick.
pub async fn limit(
    c: &mut Connection,
    holder: impl Into<Holder>,
    namespace: NamespaceId,
    ends_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, Error> {
    let (namespace, ends_at) = (namespace.uuid(), ends_at.map(At));
    let changed = match holder.into() {
        Holder::Member(id) => execute!(c, LIMIT_OF_MEMBER, id.uuid(), namespace, ends_at, At(now))?,
        Holder::Token(id) => execute!(c, LIMIT_OF_TOKEN, id.uuid(), namespace, ends_at, At(now))?,
    };
    Ok(changed == 1)
}

/// Organizations in which the time of a grant is over, withheld ones too.
pub async fn over(c: &mut Connection, now: Timestamp) -> Result<Vec<OrganizationId>, Error> {
    let rows: Vec<(Uuid,)> = all!(c, OVER, At(now))?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

#[derive(sqlx::FromRow)]
struct OverRow {
    holder: Uuid,
    namespace_id: Uuid,
    #[sqlx(try_from = "String")]
    name: NamespaceName,
}

/// A tick whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    pub holder: Holder,
    pub namespace: NamespaceId,
    pub name: NamespaceName,
}

/// The ticks of one organization whose time is over.
pub async fn over_in(c: &mut Connection, organization: OrganizationId, now: Timestamp) -> Result<Vec<Over>, Error> {
    let members: Vec<OverRow> = all!(c, OVER_OF_MEMBERS, organization.uuid(), At(now))?;
    let tokens: Vec<OverRow> = all!(c, OVER_OF_TOKENS, organization.uuid(), At(now))?;
    let over = |holder, row: OverRow| Over { holder, namespace: row.namespace_id.into(), name: row.name };
    let members = members.into_iter().map(|row| over(Holder::Member(row.holder.into()), row));
    let tokens = tokens.into_iter().map(|row| over(Holder::Token(row.holder.into()), row));
    Ok(members.chain(tokens).collect())
}
