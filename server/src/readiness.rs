//! Whether the program can do its work, as it was found a moment ago: however often anybody asks, the mail server, the cluster
//! and the database are asked once in a while.

use serde::Serialize;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Mutex, RwLock, watch},
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use usecases::{Installation, key_check};

/// How often everything is checked.
const EVERY: Duration = Duration::from_secs(10);
/// How often the database is, once it failed: it is to be used again soon after it is back.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);
/// An older finding is not told: whoever asks has it made anew.
const OLDEST: Duration = Duration::from_secs(15);
/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

const NO_ANSWER: &str = "no answer within 3 s";

/// What was found of everything the program needs.
#[derive(Debug, Clone)]
pub(crate) struct Findings {
    at: Instant,
    /// What is waiting to be sent, or why the database can't be used.
    database: Result<Letters, String>,
    mail: String,
    mail_at: Instant,
    /// Left out where there is none, and while the database is away.
    cluster: Option<String>,
}

#[derive(Debug, Clone, Copy)]
struct Letters {
    waiting: i64,
    given_up: i64,
}

/// What is told where only those ask who run the installation.
#[derive(Debug, Serialize)]
pub(crate) struct Details {
    pub(crate) ready: bool,
    /// Told to stop.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    leaving: bool,
    database: String,
    mail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<String>,
    mails_waiting: i64,
    mails_given_up: i64,
    /// How old this is.
    checked_seconds_ago: u64,
}

/// The last findings. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    found: RwLock<Option<Arc<Findings>>>,
    /// One check at a time.
    checking: Mutex<()>,
    /// Whether a task looks after them.
    kept: AtomicBool,
}

impl Readiness {
    /// Whether the database can be used, by the last check and by what every request since has met. Trouble with mail or the
    /// cluster does not count: the console works.
    pub(crate) async fn is_ready(&self, installation: &Installation, mailer: &mailer::Mailer) -> bool {
        // Known without asking anybody.
        installation.db.outage().is_none() && self.latest(installation, mailer).await.database.is_ok()
    }

    pub(crate) async fn details(&self, installation: &Installation, mailer: &mailer::Mailer, leaving: bool) -> Details {
        let findings = self.latest(installation, mailer).await;
        let outage = installation.db.outage();
        let ready = outage.is_none() && findings.database.is_ok() && !leaving;
        let letters = findings.database.as_ref().ok();
        let said = outage.as_deref().or_else(|| findings.database.as_ref().err().map(String::as_str));
        Details {
            ready,
            leaving,
            database: said.unwrap_or("ok").to_owned(),
            mail: findings.mail.clone(),
            cluster: findings.cluster.clone(),
            mails_waiting: letters.map_or(0, |it| it.waiting),
            mails_given_up: letters.map_or(0, |it| it.given_up),
            checked_seconds_ago: findings.at.elapsed().as_secs(),
        }
    }

    /// Looks after the findings until `stop` turns true. Where nobody does, they are made when somebody asks.
    pub(crate) async fn keep(
        self,
        installation: Arc<Installation>,
        mailer: mailer::Mailer,
        mut stop: watch::Receiver<bool>,
    ) {
        self.0.kept.store(true, Ordering::Relaxed);
        let mut ticks = interval(AFTER_A_FAILURE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*stop.borrow() {
            tokio::select! {
                _ = ticks.tick() => {
                    self.not_older_than(EVERY, &installation, &mailer).await;
                }
                _ = stop.changed() => {}
            }
        }
    }

    async fn latest(&self, installation: &Installation, mailer: &mailer::Mailer) -> Arc<Findings> {
        // Where a task looks after them they are never that old, unless it is held up.
        let oldest = if self.0.kept.load(Ordering::Relaxed) { OLDEST } else { EVERY };
        self.not_older_than(oldest, installation, mailer).await
    }

    async fn not_older_than(
        &self,
        oldest: Duration,
        installation: &Installation,
        mailer: &mailer::Mailer,
    ) -> Arc<Findings> {
        if let Some(found) = self.young(oldest).await {
            return found;
        }
        let _one = self.0.checking.lock().await;
        // Somebody else made them meanwhile.
        if let Some(found) = self.young(oldest).await {
            return found;
        }
        let before = self.0.found.read().await.clone();
        let found = Arc::new(check(installation, mailer, before).await);
        *self.0.found.write().await = Some(found.clone());
        found
    }

    async fn young(&self, oldest: Duration) -> Option<Arc<Findings>> {
        let found = self.0.found.read().await.clone()?;
        let oldest = if found.database.is_ok() { oldest } else { AFTER_A_FAILURE };
        (found.at.elapsed() < oldest).then_some(found)
    }
}

async fn check(installation: &Installation, mailer: &mailer::Mailer, before: Option<Arc<Findings>>) -> Findings {
    let (database, cluster, (mail, mail_at)) =
        tokio::join!(database(installation), cluster(installation), mail(mailer, before));
    Findings { at: Instant::now(), database, mail, mail_at, cluster }
}

async fn database(installation: &Installation) -> Result<Letters, String> {
    let letters = match timeout(PATIENCE, usecases::outbox::state(installation)).await {
        Ok(Ok(state)) => Letters { waiting: state.waiting - state.given_up, given_up: state.given_up },
        Ok(Err(error)) => return Err(said(error)),
        Err(_) => return Err(NO_ANSWER.to_owned()),
    };
    match timeout(PATIENCE, key_check::try_write(&installation.db)).await {
        Ok(Err(error)) => Err(format!("can be read and not written: {}", said(error))),
        // Somebody else writes for long: that is no reason to send people elsewhere.
        Ok(Ok(())) | Err(_) => Ok(letters),
    }
}

fn said(error: usecases::Error) -> String {
    match error {
        usecases::Error::Unavailable(why) | usecases::Error::Contended(why) | usecases::Error::Broken(why) => why,
        other => format!("{other:?}"),
    }
}

/// A database that fails is checked more often; the mail server is not asked more often for that.
async fn mail(mailer: &mailer::Mailer, before: Option<Arc<Findings>>) -> (String, Instant) {
    if let Some(before) = before.filter(|before| before.mail_at.elapsed() < EVERY) {
        return (before.mail.clone(), before.mail_at);
    }
    let asked = Instant::now();
    let mail = match timeout(PATIENCE, mailer.check()).await {
        Ok(Ok(())) => "ok".to_owned(),
        Ok(Err(error)) => error.reason,
        Err(_) => "The mail server does not answer in time.".to_owned(),
    };
    (mail, asked)
}

/// Whether somebody keeps the cluster as it should be. Not known while the database is away.
async fn cluster(installation: &Installation) -> Option<String> {
    if installation.settings.enforced {
        let health = usecases::cluster::health(&installation.db, installation.clock.now());
        return Some(timeout(PATIENCE, health).await.ok()?.ok()?.to_string());
    }
    installation.settings.cluster.as_ref().map(|_| "not followed: there is no controller".to_owned())
}
