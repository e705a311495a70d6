//! What can go wrong with a database.

use std::fmt;

/// What went wrong, by kind: SQLite does not name the constraint, so nobody may ask for its name.
#[derive(Debug)]
pub enum Error {
    /// A row with this key exists already, or a row that this one needs does not.
    Conflict,
    /// The database can't be reached, or has no connection free in time.
    Unavailable(String),
    /// Another transaction was in the way, and this one was ended for it. Nothing is written; the same again will do.
    Contended(String),
    /// A defect: a statement or a stored value that this program does not understand.
    Broken(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("a row with this key exists already"),
            Self::Unavailable(why) => write!(f, "the database can't be used: {why}"),
            Self::Contended(why) => write!(f, "another transaction was in the way: {why}"),
            Self::Broken(why) => write!(f, "the database answered what can't be: {why}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::{Error as E, error::ErrorKind};
        match &error {
            E::Database(db) => match db.kind() {
                ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation => Self::Conflict,
                // 40001 serialization failure, 40P01 deadlock; 25006 read-only, 53300 too many connections, 53100 disk full,
                // 57014 took too long, 57P0x going down, 28xxx and 3D000 nobody lets us in, 08P01 a proxy's word for "the server is away"; and SQLite's 5 busy,
                // 8 read-only, 10 I/O error, 13 disk full, 14 cannot open (their extended codes end in the same byte).
                _ => match db.code().as_deref() {
                    Some("40001" | "40P01") => Self::Contended(error.to_string()),
                    Some(
                        "25006" | "53300" | "53100" | "57014" | "57P01" | "57P02" | "57P03" | "08P01" | "28P01"
                        | "28000" | "3D000",
                    ) => Self::Unavailable(error.to_string()),
                    Some(code)
                        if code
                            .parse::<u32>()
                            .is_ok_and(|n| n < 10_000 && matches!(n & 0xff, 5 | 8 | 10 | 13 | 14)) =>
                    {
                        Self::Unavailable(error.to_string())
                    }
                    _ => Self::Broken(error.to_string()),
                },
            },
            // A protocol that is not kept is a connection that was cut, or another server than it was.
            E::Io(_) | E::Tls(_) | E::Protocol(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Broken(error.to_string()),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}
