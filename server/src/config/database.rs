//! How the database is used: how wide, and how long anything of it may take.

use super::{ConfigError, Written};
use serde::Deserialize;
use std::time::Duration;
use usecases::{DbOptions, Pooler, Rest};

/// What stands before PostgreSQL, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenPooler {
    None,
    Transaction,
}

/// Connections beyond this are a slip of a key: no database of one server keeps so many.
const MOST_CONNECTIONS: u32 = 1000;
const LONGEST_WAIT: u64 = 3600;

impl Written {
    pub(super) fn database(&self) -> Result<DbOptions, ConfigError> {
        let usual = DbOptions::default();
        let connections = self.database_connections.unwrap_or(usual.connections);
        if !(1..=MOST_CONNECTIONS).contains(&connections) {
            return Err(ConfigError(format!(
                "database_connections is a number from 1 to {MOST_CONNECTIONS}, not {connections}"
            )));
        }
        let seconds = |name: &str, written: Option<u64>, usual: Duration| match written {
            None => Ok(usual),
            Some(seconds @ 1..=LONGEST_WAIT) => Ok(Duration::from_secs(seconds)),
            Some(seconds) => {
                Err(ConfigError(format!("{name} is a number from 1 to {LONGEST_WAIT}, in seconds, not {seconds}")))
            }
        };
        Ok(DbOptions {
            connections,
            acquire_timeout: seconds("database_wait_seconds", self.database_wait_seconds, usual.acquire_timeout)?,
            statement_timeout: seconds(
                "database_statement_seconds",
                self.database_statement_seconds,
                usual.statement_timeout,
            )?,
            rest: Rest::Running,
            pooler: match self.database_pooler {
                Some(WrittenPooler::Transaction) => Pooler::Transaction,
                Some(WrittenPooler::None) | None => Pooler::Absent,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::*;

    #[test]
    fn the_database_is_used_as_configured() {
        let usual = read(&[]).unwrap().database;
        assert_eq!((usual.connections, usual.pooler), (8, Pooler::Absent));
        let config = read(&[
            ("BAILIWICK_DATABASE_CONNECTIONS", "2"),
            ("BAILIWICK_DATABASE_WAIT_SECONDS", "3"),
            ("BAILIWICK_DATABASE_STATEMENT_SECONDS", "5"),
            ("BAILIWICK_DATABASE_POOLER", "transaction"),
        ]);
        let DbOptions { connections, acquire_timeout, statement_timeout, pooler, .. } = config.unwrap().database;
        assert_eq!((connections, pooler), (2, Pooler::Transaction));
        assert_eq!((acquire_timeout.as_secs(), statement_timeout.as_secs()), (3, 5));
    }

    #[test]
    fn what_no_database_can_do_is_refused() {
        for (name, value) in [
            ("BAILIWICK_DATABASE_CONNECTIONS", "0"),
            ("BAILIWICK_DATABASE_CONNECTIONS", "5000"),
            ("BAILIWICK_DATABASE_CONNECTIONS", "few"),
            ("BAILIWICK_DATABASE_WAIT_SECONDS", "0"),
            ("BAILIWICK_DATABASE_STATEMENT_SECONDS", "-1"),
            ("BAILIWICK_DATABASE_POOLER", "session"),
        ] {
            assert!(read(&[(name, value)]).is_err(), "{name}={value}");
        }
    }
}
