//! How long clients may take, and how many may be connected.

use rustix::process::{Resource, getrlimit};
use std::{fmt, time::Duration};

/// Files that are neither a connection of a client nor of the database: the log, listeners, mail, the cluster, a backup.
const OTHER_FILES: usize = 64;
/// A connection to SQLite has the database, its log and the shared memory open; one is being opened while another is closed.
const FILES_PER_DATABASE_CONNECTION: usize = 4;
/// With fewer places for clients a single browser could need all of them.
const FEWEST: usize = 32;
/// More than this serves nobody: idle connections are closed for new ones. It bounds the memory and the search for those.
const MOST: usize = 4096;
/// Prometheus, and whoever looks at what it sees.
const METRICS: usize = 16;

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From a connection's start, or from the first byte of a later request, until the head is there.
    pub head: Duration,
    /// From the head until the whole body is there.
    pub body: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// How long an answer may find no room because its client reads nothing. One that is read slowly takes as long as it takes.
    pub stall: Duration,
    /// Of a request: method, path and headers.
    pub head_bytes: usize,
    /// Connections at once.
    pub total: usize,
    /// Beyond `total`, for health checks and the cluster.
    pub reserved: usize,
    /// Beyond both, evicted ones that have not yet ended.
    pub closing: usize,
    /// Of `total`, for one IPv4 address or one IPv6 network of 64 bits.
    pub per_address: usize,
}

impl Limits {
    /// For a process that may have so many files open, of which its database takes some.
    ///
    /// # Errors
    /// Too few are left for clients.
    pub fn for_files(files: usize, database_connections: usize) -> Result<Self, TooFewFiles> {
        let database = FILES_PER_DATABASE_CONNECTION.saturating_mul(database_connections);
        let others = database.saturating_add(OTHER_FILES + METRICS);
        let places = files.saturating_sub(others).min(MOST);
        if places < FEWEST {
            return Err(TooFewFiles { files, needed: others.saturating_add(FEWEST) });
        }
        let few = (places / 16).clamp(4, 64);
        Ok(Self::of(places - 2 * few, few))
    }

    /// For the listener that Prometheus asks at.
    pub fn for_metrics() -> Self {
        Self { per_address: METRICS, ..Self::of(METRICS, 0) }
    }

    fn of(total: usize, few: usize) -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(60),
            stall: Duration::from_secs(30),
            head_bytes: 32 * 1024,
            total,
            reserved: few,
            closing: few,
            per_address: total.div_ceil(4),
        }
    }
}

/// The soft limit of open files, as it is at this moment.
pub fn open_files() -> usize {
    // None is no limit.
    getrlimit(Resource::Nofile).current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}

#[derive(Debug)]
pub struct TooFewFiles {
    files: usize,
    needed: usize,
}

impl fmt::Display for TooFewFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, needed } = self;
        write!(
            f,
            "only {files} files may be open, and {needed} are needed: raise `ulimit -n`, or LimitNOFILE of systemd"
        )
    }
}

impl std::error::Error for TooFewFiles {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_connections_together_stay_below_the_limit_of_files() {
        for files in [150, 256, 1024, 65_536, usize::MAX] {
            let limits = Limits::for_files(files, 8).unwrap();
            let all = limits.total
                + limits.reserved
                + limits.closing
                + METRICS
                + OTHER_FILES
                + 8 * FILES_PER_DATABASE_CONNECTION;
            assert!(all <= files, "{files}: {limits:?}");
            assert!(limits.per_address < limits.total && limits.total <= MOST, "{limits:?}");
        }
    }

    #[test]
    fn too_few_files_are_named_with_what_is_needed() {
        let why = Limits::for_files(64, 8).unwrap_err().to_string();
        assert!(why.contains("only 64 files") && why.contains("144 are needed"), "{why}");
        assert!(Limits::for_files(usize::MAX, usize::MAX).is_err());
    }

    #[test]
    fn this_process_has_a_limit_that_can_be_read() {
        assert!(open_files() > 0);
    }
}
