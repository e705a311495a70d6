//! What has to be done now and then, by the worker: no request waits for it.

use crate::{Error, Installation, Settings};
use std::time::Duration;
use storage::{account_activity, attempts, outbox, password_resets, sessions, sign_ups};

/// How long sent letters and an account's own log are kept.
const LETTERS_KEPT: Duration = Duration::from_secs(30 * 86_400);
const ACCOUNT_LOG_KEPT: Duration = Duration::from_secs(400 * 86_400);
const COUNTERS_KEPT: Duration = Duration::from_secs(2 * 3600);

/// Writes down when each session was last used. Called every minute and at shutdown.
pub async fn write_seen(installation: &Installation) -> Result<(), Error> {
    let seen = installation.take_seen();
    if seen.is_empty() {
        return Ok(());
    }
    let mut c = installation.db.write().await?;
    sessions::seen(&mut c, &seen).await?;
    Ok(c.commit().await?)
}

/// Removes what is over: sessions, links, counters, letters that went out long ago.
pub async fn sweep(installation: &Installation) -> Result<(), Error> {
    let now = installation.clock.now();
    let mut c = installation.db.write().await?;
    // Later than they end: the last use may not have been written down yet, here or by another replica.
    sessions::delete_over(&mut c, now.minus(2 * Settings::SESSION_IDLE), now.minus(Settings::SESSION_LONGEST)).await?;
    sign_ups::delete_over(&mut c, now).await?;
    password_resets::delete_over(&mut c, now).await?;
    attempts::delete_over(&mut c, now.minus(COUNTERS_KEPT)).await?;
    outbox::delete_sent(&mut c, now.minus(LETTERS_KEPT)).await?;
    account_activity::delete_over(&mut c, now.minus(ACCOUNT_LOG_KEPT)).await?;
    Ok(c.commit().await?)
}
