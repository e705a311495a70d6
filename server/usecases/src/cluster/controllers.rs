//! What controllers say of the cluster and of themselves, and what follows from it: whether the cluster is followed at all.

use crate::{Error, Installation};
use domain::{time::Timestamp, told::Told};
use std::{fmt, time::Duration};
use storage::{
    Connection, Db,
    cluster::{self, Connected},
    told,
};

/// Controllers speak every twenty seconds. Whoever has said nothing for so long is gone.
const SILENT_AFTER: Duration = Duration::from_secs(90);
/// A Lease is taken over within ten seconds; while nobody of this installation has it for so long, another one has it.
const UNLED_AFTER: Duration = Duration::from_secs(60);

/// How a controller stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub identity: String,
    /// Whether the API server answers it.
    pub connected: bool,
    pub version: Option<String>,
    pub lease: Lease,
    /// What the cluster remembers of what it was told, where this controller writes there.
    pub remembered: Option<Told>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lease {
    Unknown,
    Ours,
    Held { by: String },
}

/// Whether the cluster is followed at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    Followed,
    /// Nothing is known yet: no controller has come, and it is too early to miss one.
    Awaited,
    /// No controller has spoken since.
    Silent {
        since: Timestamp,
    },
    /// The API server answers no controller.
    Away {
        since: Timestamp,
    },
    /// Somebody else holds the Lease, and nobody has written for this installation since.
    Behind {
        holder: String,
        since: Timestamp,
    },
    /// The cluster was told what this database does not hold: it is an older copy, and nothing is written there until an
    /// operator confirms that it is meant.
    Older {
        since: Timestamp,
    },
}

impl Health {
    /// From what is kept. `None`: nothing has ever been said, nor waited for.
    pub(super) fn of(kept: Option<&Connected>, older_since: Option<Timestamp>, now: Timestamp) -> Self {
        let Some(kept) = kept else { return Self::Awaited };
        let last = kept.heard_at.unwrap_or(kept.since);
        match (kept.heard_at, &kept.holder) {
            // Later than now: heard while the clock was ahead, and nothing since.
            _ if now.apart(last) >= SILENT_AFTER => Self::Silent { since: last.min(now) },
            (None, _) => Self::Awaited,
            (Some(_), _) if !kept.connected => Self::Away { since: kept.since },
            // The Lease of our own that ended with its process is free in a moment.
            (Some(_), Some(holder))
                if now.since(kept.led_at) >= UNLED_AFTER && kept.leader.as_ref() != Some(holder) =>
            {
                Self::Behind { holder: holder.clone(), since: kept.led_at }
            }
            (Some(_), _) => older_since.map_or(Self::Followed, |since| Self::Older { since }),
        }
    }
}

impl Health {
    /// One word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Followed => "followed",
            Self::Awaited => "awaited",
            Self::Silent { .. } => "silent",
            Self::Away { .. } => "away",
            Self::Behind { .. } => "behind",
            Self::Older { .. } => "older",
        }
    }

    /// Since when it is not followed.
    pub const fn since(&self) -> Option<Timestamp> {
        match self {
            Self::Followed | Self::Awaited => None,
            Self::Silent { since } | Self::Away { since } | Self::Behind { since, .. } | Self::Older { since } => {
                Some(*since)
            }
        }
    }
}

/// For the operator.
impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Followed => f.write_str("ok"),
            Self::Awaited => f.write_str("not followed yet: no controller has come"),
            Self::Silent { since } => write!(f, "not followed: no controller has come since {since}"),
            Self::Away { since } => write!(f, "away since {since}"),
            Self::Behind { holder, since } => {
                write!(
                    f,
                    "not followed since {since}: the Lease is held by {holder}, which is no controller of this installation"
                )
            }
            Self::Older { since } => {
                write!(f, "not followed since {since}: the database is older than what the cluster was told")
            }
        }
    }
}

pub async fn health(db: &Db, now: Timestamp) -> Result<Health, Error> {
    Ok(connection(&mut db.read().await?, now).await?.0)
}

/// Whether the cluster is followed, and the version that its API server said last.
pub(crate) async fn connection(c: &mut Connection, now: Timestamp) -> Result<(Health, Option<String>), Error> {
    let kept = cluster::connection(c).await?;
    let older_since = told::kept(c).await?.older_since();
    Ok((Health::of(kept.as_ref(), older_since, now), kept.and_then(|kept| kept.server_version)))
}

/// From now on a controller is waited for, unless one is heard of anyway.
pub async fn await_one(installation: &Installation) -> Result<(), Error> {
    let now = installation.clock.now();
    let mut c = installation.db.write().await?;
    let kept = cluster::connection(&mut c).await?;
    if kept.is_some() && !matches!(Health::of(kept.as_ref(), None, now), Health::Silent { .. }) {
        return Ok(());
    }
    let (leader, holder) = (None, None);
    let server_version = kept.and_then(|kept| kept.server_version);
    let waited =
        Connected { connected: false, since: now, server_version, heard_at: None, leader, led_at: now, holder };
    cluster::set_connection(&mut c, &waited).await?;
    Ok(c.commit().await?)
}

/// Writes down how a controller stands; answers what is counted of what the cluster was told.
pub async fn stands(installation: &Installation, standing: &Standing) -> Result<Option<Told>, Error> {
    let now = installation.clock.now();
    let mut c = installation.db.write().await?;
    let kept = cluster::connection(&mut c).await?;
    cluster::set_connection(&mut c, &after(kept, standing, now)).await?;
    let told = told::read(&mut c).await?;
    if let (Lease::Ours, Some(told)) = (&standing.lease, told) {
        // One that says nothing of it may be of an older version, which writes whatever the cluster remembers.
        let remembered = standing.remembered.filter(|remembered| remembered.line == told.line);
        told::remember(&mut c, remembered.map(Told::count), now).await?;
    }
    c.commit().await?;
    Ok(told)
}

/// What is kept when this was said, after that.
fn after(kept: Option<Connected>, standing: &Standing, now: Timestamp) -> Connected {
    let Standing { identity, connected, version, lease, .. } = standing;
    let mut kept = kept.unwrap_or(Connected {
        connected: *connected,
        since: now,
        server_version: None,
        heard_at: None,
        leader: None,
        led_at: now,
        holder: None,
    });
    // A replica that is cut off must not say "away" while another one writes.
    let counts = *lease == Lease::Ours
        || kept.leader.as_ref().is_none_or(|leader| leader == identity)
        || now.since(kept.led_at) >= UNLED_AFTER;
    if counts {
        if kept.connected != *connected || kept.heard_at.is_none() {
            kept.since = now;
        }
        kept.connected = *connected;
        kept.server_version = version.clone().or(kept.server_version);
    }
    match lease {
        Lease::Ours => {
            kept.leader = Some(identity.clone());
            kept.led_at = now;
            kept.holder = None;
        }
        Lease::Held { by } => kept.holder = Some(by.clone()),
        Lease::Unknown => {}
    }
    kept.heard_at = Some(now);
    kept
}
