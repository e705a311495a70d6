//! Ticks: which members, and which tokens, may work in which namespaces.

use crate::{Connection, Error, at::At};
use domain::{
    grant::{Change, Giver, Holder},
    id::{NamespaceId, OrganizationId, TokenId},
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

statements! {
    OF_MEMBER = "select namespace_id from grants where member_id = $1";
    OF_TOKEN = "select namespace_id from token_grants where token_id = $1";
    INSERT_FOR_MEMBER = "insert into grants (member_id, namespace_id, granted_by, granted_by_token, granted_at)
        values ($1, $2, $3, $4, $5) on conflict (member_id, namespace_id) do nothing";
    // Only people give to tokens.
    INSERT_FOR_TOKEN = "insert into token_grants (token_id, namespace_id, granted_by, granted_at) values ($1, $2, $3, $4)
        on conflict (token_id, namespace_id) do nothing";
    ENDS_OF_MEMBER = "select namespace_id, ends_at from grants where member_id = $1 and ends_at is not null";
    ENDS_OF_TOKEN = "select namespace_id, ends_at from token_grants where token_id = $1 and ends_at is not null";
    LIMIT_OF_MEMBER = "update grants set ends_at = $3 where member_id = $1 and namespace_id = $2";
    LIMIT_OF_TOKEN = "update token_grants set ends_at = $3 where token_id = $1 and namespace_id = $2";
    OVER = "select m.organization_id from grants g join members m on m.id = g.member_id where g.ends_at <= $1
        union select t.organization_id from token_grants g join tokens t on t.id = g.token_id where g.ends_at <= $1
        union select organization_id from withheld_grants where ends_at <= $1";
    OVER_OF_MEMBERS = "select g.member_id as holder, g.namespace_id from grants g join members m on m.id = g.member_id
        where m.organization_id = $1 and g.ends_at <= $2";
    OVER_OF_TOKENS = "select g.token_id as holder, g.namespace_id from token_grants g join tokens t on t.id = g.token_id
        where t.organization_id = $1 and g.ends_at <= $2";
    DELETE_OF_MEMBER = "delete from grants where member_id = $1 and namespace_id = $2";
    DELETE_OF_TOKEN = "delete from token_grants where token_id = $1 and namespace_id = $2";
}

pub async fn of(c: &mut Connection, holder: impl Into<Holder>) -> Result<BTreeSet<NamespaceId>, Error> {
    let rows: Vec<(Uuid,)> = match holder.into() {
        Holder::Member(id) => all!(c, OF_MEMBER, id.uuid())?,
        Holder::Token(id) => all!(c, OF_TOKEN, id.uuid())?,
    };
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Writes only what differs.
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
    for namespace in change.removed.iter().map(|id| id.uuid()) {
        match holder {
            Holder::Member(id) => execute!(c, DELETE_OF_MEMBER, id.uuid(), namespace)?,
            Holder::Token(id) => execute!(c, DELETE_OF_TOKEN, id.uuid(), namespace)?,
        };
    }
    Ok(())
}

/// When those of them end that end by themselves.
pub async fn ends(c: &mut Connection, holder: impl Into<Holder>) -> Result<BTreeMap<NamespaceId, Timestamp>, Error> {
    let rows: Vec<(Uuid, At)> = match holder.into() {
        Holder::Member(id) => all!(c, ENDS_OF_MEMBER, id.uuid())?,
        Holder::Token(id) => all!(c, ENDS_OF_TOKEN, id.uuid())?,
    };
    Ok(rows.into_iter().map(|(id, at)| (id.into(), at.0)).collect())
}

/// Gives a tick an end, or takes it away; `false` when there is no such tick.
pub async fn limit(
    c: &mut Connection,
    holder: impl Into<Holder>,
    namespace: NamespaceId,
    ends_at: Option<Timestamp>,
) -> Result<bool, Error> {
    let (namespace, ends_at) = (namespace.uuid(), ends_at.map(At));
    let changed = match holder.into() {
        Holder::Member(id) => execute!(c, LIMIT_OF_MEMBER, id.uuid(), namespace, ends_at)?,
        Holder::Token(id) => execute!(c, LIMIT_OF_TOKEN, id.uuid(), namespace, ends_at)?,
    };
    Ok(changed == 1)
}

/// Organizations in which the time of a grant is over, withheld ones too.
pub async fn over(c: &mut Connection, now: Timestamp) -> Result<Vec<OrganizationId>, Error> {
    let rows: Vec<(Uuid,)> = all!(c, OVER, At(now))?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// The ticks of one organization whose time is over.
pub async fn over_in(
    c: &mut Connection,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<Vec<(Holder, NamespaceId)>, Error> {
    let members: Vec<(Uuid, Uuid)> = all!(c, OVER_OF_MEMBERS, organization.uuid(), At(now))?;
    let tokens: Vec<(Uuid, Uuid)> = all!(c, OVER_OF_TOKENS, organization.uuid(), At(now))?;
    let members = members.into_iter().map(|(id, namespace)| (Holder::Member(id.into()), namespace.into()));
    let tokens = tokens.into_iter().map(|(id, namespace)| (Holder::Token(id.into()), namespace.into()));
    Ok(members.chain(tokens).collect())
}
