//! The one place that asks what time it is.

use domain::time::Timestamp;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime},
};

#[derive(Debug, Clone)]
pub enum Clock {
    System,
    /// Stands still until it is told otherwise: for tests of what happens in a week.
    Set {
        now: Arc<AtomicI64>,
        /// Microseconds that would have been waited for.
        waited: Arc<AtomicI64>,
    },
}

impl Clock {
    pub fn set_to(at: Timestamp) -> Self {
        Self::Set { now: Arc::new(AtomicI64::new(at.micros())), waited: Arc::default() }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
                Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
            }
            Self::Set { now: micros, .. } => Timestamp::from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// Moves a set clock; the system's own stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Self::Set { now: micros, .. } = self {
            micros.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }

    /// As [`Clock::advance`], the other way: a clock that was ahead is put right.
    pub fn set_back(&self, by: Duration) {
        if let Self::Set { now: micros, .. } = self {
            micros.fetch_sub(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }

    /// Lets this much time go by. A set clock stands still and sums it up, see [`Clock::waited`].
    pub(crate) async fn wait(&self, time: Duration) {
        match self {
            Self::System if time.is_zero() => {}
            Self::System => tokio::time::sleep(time).await,
            Self::Set { waited, .. } => {
                waited.fetch_add(i64::try_from(time.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
            }
        }
    }

    /// All that was waited for by a set clock.
    pub fn waited(&self) -> Duration {
        match self {
            Self::System => Duration::ZERO,
            Self::Set { waited, .. } => Duration::from_micros(waited.load(Ordering::SeqCst).unsigned_abs()),
        }
    }
}
