//! What a use case works with: the installation, and who asks.

use crate::{Clock, Error, Keys, Passwords, keys::sha256};
use domain::{
    access::Actor,
    id::{SessionId, UserId},
    text::{EmailAddress, PersonName},
    time::Timestamp,
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use storage::Db;
use tokio::sync::Notify;

/// What the operator decides by configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What links in mails begin with; no slash at its end.
    pub base_url: String,
    pub sign_ups_open: bool,
    pub invitation_lifetime: Duration,
    pub invitations_per_hour: u32,
    pub namespace_limit: u32,
}

impl Settings {
    /// A session ends when it was not used for this long.
    pub const SESSION_IDLE: Duration = Duration::from_secs(60 * 60);
    /// A session ends this long after its sign-in, used or not.
    pub const SESSION_LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
    pub const VERIFICATION_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
    pub const RESET_LIFETIME: Duration = Duration::from_secs(60 * 60);
    pub const INVITATION_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    pub const INVITATIONS_PER_HOUR: u32 = 200;
}

/// One running Bailiwick.
#[derive(Debug)]
pub struct Installation {
    pub db: Db,
    pub clock: Clock,
    pub keys: Keys,
    pub passwords: Passwords,
    pub settings: Settings,
    /// Rung when a letter was written; the worker listens.
    pub letters: Notify,
    /// When each session was last used, until the worker writes it down: checking a session writes nothing.
    seen: Mutex<HashMap<SessionId, Timestamp>>,
}

impl Installation {
    pub fn new(db: Db, clock: Clock, keys: Keys, passwords: Passwords, settings: Settings) -> Self {
        Self { db, clock, keys, passwords, settings, letters: Notify::new(), seen: Mutex::default() }
    }

    pub(crate) fn see(&self, session: SessionId, now: Timestamp) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(session, now);
    }

    fn seen_at(&self, session: SessionId) -> Option<Timestamp> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(&session).copied()
    }

    pub(crate) fn take_seen(&self) -> Vec<(SessionId, Timestamp)> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
    }
}

/// A person with a live session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub session: SessionId,
    pub user: UserId,
    pub email: EmailAddress,
    pub first_name: PersonName,
    pub last_name: PersonName,
}

/// Who asks, and from where.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    pub signed_in: Option<SignedIn>,
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
    /// Set by the command line alone: no request ever speaks as the operator.
    operator: bool,
}

/// One request's view of the installation.
#[derive(Debug, Clone)]
pub struct Context {
    pub installation: Arc<Installation>,
    pub caller: Caller,
}

impl Context {
    /// Nobody in particular: the worker, the command line, a request without a cookie.
    pub fn anonymous(installation: Arc<Installation>) -> Self {
        Self { installation, caller: Caller::default() }
    }

    /// Whoever runs the installation, at its command line.
    pub fn operator(installation: Arc<Installation>) -> Self {
        Self { installation, caller: Caller { operator: true, ..Caller::default() } }
    }

    /// Finds out who holds this cookie. One indexed read and no write; an unknown, idle or over-aged session is nobody.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database can't be asked: never "nobody", which would sign everybody out.
    pub async fn identify(
        installation: Arc<Installation>,
        cookie: Option<&str>,
        ip: Option<IpAddr>,
        user_agent: Option<String>,
    ) -> Result<Self, Error> {
        let signed_in = match cookie {
            Some(secret) if !secret.is_empty() => {
                let mut c = installation.db.read().await?;
                let found = storage::sessions::find(&mut c, &sha256(secret)).await?;
                let now = installation.clock.now();
                found.and_then(|session| {
                    let last =
                        installation.seen_at(session.id).unwrap_or(session.last_seen_at).max(session.last_seen_at);
                    let live = now < last.plus(Settings::SESSION_IDLE)
                        && now < session.created_at.plus(Settings::SESSION_LONGEST);
                    live.then(|| {
                        installation.see(session.id, now);
                        SignedIn {
                            session: session.id,
                            user: session.user,
                            email: session.email,
                            first_name: session.first_name,
                            last_name: session.last_name,
                        }
                    })
                })
            }
            _ => None,
        };
        // An agent's name is shown on pages and kept in rows: as long as any real one, and no longer.
        let user_agent = user_agent.map(|agent| agent.chars().filter(|c| !c.is_control()).take(200).collect());
        // Listening on `[::]`, a server sees IPv4 as `::ffff:…`, all of it one network in the eyes of IPv6.
        let ip = ip.map(|ip| ip.to_canonical());
        Ok(Self { installation, caller: Caller { signed_in, ip, user_agent, operator: false } })
    }

    pub fn now(&self) -> Timestamp {
        self.installation.clock.now()
    }

    pub fn settings(&self) -> &Settings {
        &self.installation.settings
    }

    pub fn actor(&self) -> Actor {
        match &self.caller.signed_in {
            Some(person) => Actor::User(person.user),
            None if self.caller.operator => Actor::Operator,
            None => Actor::Anonymous,
        }
    }

    /// # Errors
    /// [`domain::Refusal::NotSignedIn`].
    pub fn signed_in(&self) -> Result<&SignedIn, Error> {
        self.caller.signed_in.as_ref().ok_or(Error::Refused(domain::Refusal::NotSignedIn))
    }

    pub(crate) fn ip_text(&self) -> Option<String> {
        self.caller.ip.map(|ip| ip.to_string())
    }
}
