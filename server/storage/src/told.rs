//! How much the cluster was told: counted here before it is, and remembered there.

use crate::{Connection, Error, at::At};
use domain::{id::OrganizationId, time::Timestamp, told::Told};
use uuid::Uuid;

statements! {
    KEPT = "select count, line, remembered, remembered_since from cluster_told where name = 'cluster'";
    FIRST = "select id from organizations order by created_at, id limit 1";
    COUNT_UP = "update cluster_told set count = count + 1,
        line = coalesce(line, (select id from organizations order by created_at, id limit 1))
        where name = 'cluster' and count >= $1";
    REMEMBER = "update cluster_told set remembered_since = case when remembered = $1 then remembered_since else $2 end,
        remembered = $1 where name = 'cluster'";
    CONFIRM = "update cluster_told set count = $1 where name = 'cluster' and count = $2 and remembered = $3";
    FOLLOW_ANEW = "update cluster_states set applied_version = 0, confirmed = false";
}

/// What is counted, and what the cluster remembers of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub told: Told,
    /// As the controller that writes said last, and since when it says so.
    pub remembered: Option<(Told, Timestamp)>,
}

impl Count {
    /// Since when it is known that this database is older than what the cluster was told; `None` where it is not.
    pub fn older_since(&self) -> Option<Timestamp> {
        self.remembered.filter(|(remembered, _)| self.told.is_older_than(*remembered)).map(|(_, since)| since)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    count: i64,
    line: Option<Uuid>,
    remembered: Option<i64>,
    remembered_since: Option<At>,
}

/// What is kept. As long as nothing was counted, the line is nobody's.
pub async fn kept(c: &mut Connection) -> Result<Count, Error> {
    let row: Option<Row> = one!(c, KEPT)?;
    // A row that is gone is no count of nothing: whoever took it may have brought back anything.
    let row = row.ok_or_else(|| Error::Broken("the count of what the cluster was told is gone".into()))?;
    let line = row.line.map_or(OrganizationId::NOTHING, OrganizationId::from);
    let told = |count| Told::new(line, count).map_err(|error| Error::Broken(error.to_string()));
    let remembered = match row.remembered.zip(row.remembered_since) {
        Some((count, since)) => Some((told(count)?, since.0)),
        None => None,
    };
    Ok(Count { told: told(row.count)?, remembered })
}

/// What is counted, for whoever compares it with what a cluster remembers. `None` where there is no organization yet: then
/// there is nothing that a cluster could be told.
pub async fn read(c: &mut Connection) -> Result<Option<Told>, Error> {
    let kept = kept(c).await?.told;
    if kept.line != OrganizationId::NOTHING {
        return Ok(Some(kept));
    }
    let first: Option<(Uuid,)> = one!(c, FIRST)?;
    Ok(first.map(|(line,)| kept.of(line.into())))
}

/// Counts one more, unless less than `least` is counted.
pub async fn count_up(c: &mut Connection, least: i64) -> Result<(), Error> {
    execute!(c, COUNT_UP, least)?;
    Ok(())
}

/// The cluster remembers this of our count; `None`: nothing.
pub async fn remember(c: &mut Connection, count: Option<i64>, at: Timestamp) -> Result<(), Error> {
    execute!(c, REMEMBER, count, At(at))?;
    Ok(())
}

/// Counts from `confirmed` on, and takes nothing for granted of what the cluster holds. `false` when what is counted or
/// remembered is no longer what it was.
pub async fn confirm(c: &mut Connection, confirmed: Told, before: Told, remembered: Told) -> Result<bool, Error> {
    if execute!(c, CONFIRM, confirmed.count(), before.count(), remembered.count())? == 0 {
        return Ok(false);
    }
    execute!(c, FOLLOW_ANEW)?;
    Ok(true)
}
