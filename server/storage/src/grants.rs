//! Ticks: which members, and which tokens, may work in which namespaces.

use crate::{Connection, Error, at::At};
use domain::{
    grant::{Change, Giver, Holder},
    id::{NamespaceId, TokenId},
    time::Timestamp,
};
use std::collections::BTreeSet;
use uuid::Uuid;

statements! {
    OF_MEMBER = "select namespace_id from grants where member_id = $1";
    OF_TOKEN = "select namespace_id from token_grants where token_id = $1";
    INSERT_FOR_MEMBER = "insert into grants (member_id, namespace_id, granted_by, granted_by_token, granted_at)
        values ($1, $2, $3, $4, $5) on conflict (member_id, namespace_id) do nothing";
    // Only people give to tokens.
    INSERT_FOR_TOKEN = "insert into token_grants (token_id, namespace_id, granted_by, granted_at) values ($1, $2, $3, $4)
        on conflict (token_id, namespace_id) do nothing";
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
