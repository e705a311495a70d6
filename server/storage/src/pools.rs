//! How much of the database is in use, for whoever watches.

use crate::Db;
use sqlx::{Database, Pool as Connections};

/// Connections to one database, or to one side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// What they are for: `read`, `write`, or `all`.
    pub name: &'static str,
    pub open: u32,
    pub idle: usize,
    pub max: u32,
}

impl Db {
    /// Asks nobody: known while the database is away.
    pub fn pools(&self) -> Vec<Pool> {
        match self {
            Self::Sqlite { read, write } => vec![pool("read", read), pool("write", write)],
            Self::Postgres { pool: all, .. } => vec![pool("all", all)],
        }
    }
}

fn pool<D: Database>(name: &'static str, it: &Connections<D>) -> Pool {
    Pool { name, open: it.size(), idle: it.num_idle(), max: it.options().get_max_connections() }
}
