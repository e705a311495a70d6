//! Ticks: which members may work in which namespaces.

use crate::{Connection, Error, at::At};
use domain::{
    grant::Change,
    id::{MemberId, NamespaceId, UserId},
    time::Timestamp,
};
use std::collections::BTreeSet;
use uuid::Uuid;

statements! {
    OF = "select namespace_id from grants where member_id = $1";
    INSERT = "insert into grants (member_id, namespace_id, granted_by, granted_at) values ($1, $2, $3, $4)
        on conflict (member_id, namespace_id) do nothing";
    DELETE = "delete from grants where member_id = $1 and namespace_id = $2";
}

pub async fn of(c: &mut Connection, member: MemberId) -> Result<BTreeSet<NamespaceId>, Error> {
    let rows: Vec<(Uuid,)> = all!(c, OF, member.uuid())?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// Writes only what differs.
pub async fn apply(
    c: &mut Connection,
    member: MemberId,
    change: &Change<NamespaceId>,
    by: UserId,
    now: Timestamp,
) -> Result<(), Error> {
    for namespace in &change.added {
        execute!(c, INSERT, member.uuid(), namespace.uuid(), by.uuid(), At(now))?;
    }
    for namespace in &change.removed {
        execute!(c, DELETE, member.uuid(), namespace.uuid())?;
    }
    Ok(())
}
