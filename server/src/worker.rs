//! Work that outlives a request: mail, and what has to be done now and then.

use crate::config::is_loopback;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;
use usecases::{Error, Installation, outbox::Delivery, upkeep};

/// How long a worker rests when nothing is due and nobody rings. Another replica's letters are found by this.
const REST: Duration = Duration::from_secs(20);
const SEEN_EVERY: Duration = Duration::from_secs(60);
/// Of grants whose time is over. In the cluster they end by themselves; this takes them off the pages.
const ENDED_EVERY: Duration = Duration::from_secs(2);
const SWEEP_EVERY: Duration = Duration::from_secs(3600);
/// After the database failed.
const PAUSE: Duration = Duration::from_secs(5);

/// Sends mail until `stop` turns true. The letter under way is finished first.
pub async fn send_mail(installation: Arc<Installation>, mailer: mailer::Mailer, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let rest = match deliver_all(&installation, &mailer, || !*stop.borrow()).await {
            Ok(rest) => rest,
            Err(error) => {
                tracing::error!(?error, "the outbox can't be read");
                PAUSE
            }
        };
        tokio::select! {
            () = installation.letters.notified() => {}
            () = tokio::time::sleep(rest) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Sends everything that is due, one letter after the other while it may; answers how long to rest.
async fn deliver_all(
    installation: &Installation,
    mailer: &mailer::Mailer,
    may_go_on: impl Fn() -> bool,
) -> Result<Duration, Error> {
    while may_go_on() {
        match usecases::outbox::deliver_one(installation, mailer).await? {
            Delivery::Idle => break,
            // Where mails are files nobody's mailbox rings: the log line carries the link, where only this machine can open it.
            // Elsewhere whoever reads the log would be let into other people's accounts.
            Delivery::Sent { kind, to, sent: sent @ mailer::Sent::ToFile(_), link }
                if is_loopback(&installation.settings.base_url) =>
            {
                let link = link.unwrap_or_default();
                tracing::info!(kind, %to, %sent, link, "mail");
            }
            Delivery::Sent { kind, to, sent, .. } => tracing::info!(kind, %to, %sent, "mail"),
            Delivery::Dropped => {}
            Delivery::Failed { kind, to, why, given_up } => tracing::warn!(kind, %to, why, given_up, "mail not sent"),
        }
    }
    let due = usecases::outbox::next_due(installation).await?;
    Ok(due.map_or(REST, |due| due.since(installation.clock.now()).clamp(Duration::from_millis(200), REST)))
}

/// Writes down what was gathered in memory, and sweeps away what is over, until `stop` turns true; then once more.
pub async fn keep_house(installation: Arc<Installation>, mut stop: watch::Receiver<bool>) {
    let mut seen = tokio::time::interval(SEEN_EVERY);
    let mut ended = tokio::time::interval(ENDED_EVERY);
    let mut sweep = tokio::time::interval(SWEEP_EVERY);
    while !*stop.borrow() {
        let done = tokio::select! {
            _ = seen.tick() => match upkeep::write_seen(&installation).await {
                Ok(()) => upkeep::put_times_right(&installation).await,
                failed => failed,
            },
            _ = ended.tick() => upkeep::end_grants(&installation).await,
            _ = sweep.tick() => match upkeep::sweep(&installation).await {
                Ok(()) => upkeep::remind(&installation).await,
                failed => failed,
            },
            _ = stop.changed() => Ok(()),
        };
        if let Err(error) = done {
            tracing::error!(?error, "housekeeping failed; it will be tried again");
        }
    }
    if let Err(error) = upkeep::write_rest(&installation).await {
        tracing::error!(?error, "when sessions and tokens were last used could not be written down");
    }
}

/// All of this work once, for where nobody runs between requests. Twice at once does no harm: each letter and each end is taken
/// by one of them.
///
/// # Errors
/// The first of any part; the others are done all the same.
pub async fn work_once(
    installation: &Arc<Installation>,
    mailer: &mailer::Mailer,
    may_go_on: impl Fn() -> bool,
) -> Result<(), Error> {
    let ended = upkeep::end_grants(installation).await;
    let put_right = upkeep::put_times_right(installation).await;
    let swept = upkeep::sweep(installation).await;
    let reminded = upkeep::remind(installation).await;
    let delivered = deliver_all(installation, mailer, may_go_on).await;
    ended.and(put_right).and(swept).and(reminded).and(delivered.map(|_| ()))
}
