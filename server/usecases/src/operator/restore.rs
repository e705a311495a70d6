//! After a restore: the cluster was told what the database no longer holds.

use crate::{Context, Error};
use domain::{Refusal, operator::OperatorEvent, text::Problem, time::Timestamp};
use storage::told;

/// Lets the cluster follow the database as it is, though the cluster was told what came after it. `since`: when that was
/// noticed, as whoever confirms has seen it; a restore after that one is another.
///
/// # Errors
/// [`Refusal::NotOlder`]; [`Refusal::BadField`] on `since`.
pub async fn confirm_restore(context: &Context, since: &str) -> Result<(), Error> {
    let context = context.acting_as_operator()?;
    let since = Timestamp::parse(since).ok_or(Refusal::BadField { field: "since", problem: Problem::NotATime })?;
    let mut work = context.begin_installation().await?;
    let count = told::kept(&mut work.c).await?;
    if count.older_since() != Some(since) {
        return Err(Refusal::NotOlder.into());
    }
    let remembered = count.remembered.map(|(remembered, _)| remembered);
    let confirmed = count.told.confirmed(remembered)?;
    let remembered = remembered.ok_or(Refusal::NotOlder)?;
    if !told::confirm(&mut work.c, confirmed, count.told, remembered).await? {
        return Err(Refusal::NotOlder.into());
    }
    work.commit(OperatorEvent::RestoreConfirmed).await
}
