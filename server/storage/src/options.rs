//! How a database is used: how wide, and how long anything of it may take.

use std::time::Duration;

/// What stands between this program and PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooler {
    /// Nothing, or what gives each client a connection of its own.
    Absent,
    /// A proxy that gives a connection for one transaction at a time: everything is done in transactions, and nothing is
    /// expected to stay on a connection between them.
    Transaction,
}

/// What this process does while nobody asks anything of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// It runs, and looks after its connections.
    Running,
    /// It stands still, perhaps for hours, and then goes on as if nothing had been. It connects when it is first asked.
    Frozen,
}

/// Bounds of waiting and of width.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long a request may wait for a connection before it is told to come back.
    pub acquire_timeout: Duration,
    /// Connections that read (SQLite) or all of them (PostgreSQL). Writing on SQLite is always one at a time.
    pub connections: u32,
    /// How long PostgreSQL may work on one statement.
    pub statement_timeout: Duration,
    pub pooler: Pooler,
    pub rest: Rest,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            acquire_timeout: Duration::from_secs(10),
            connections: 8,
            statement_timeout: Duration::from_secs(30),
            pooler: Pooler::Absent,
            rest: Rest::Running,
        }
    }
}
