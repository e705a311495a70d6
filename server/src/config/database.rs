//! Which database, and how it is used: how wide, and how long anything of it may take.

use super::{ConfigError, reader::Reader};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use std::{path::Path, time::Duration};
use usecases::{DbOptions, Pooler, Rest, database_url};

/// Connections beyond this are a slip of a key: no database of one server keeps so many.
const MOST_CONNECTIONS: u32 = 1000;
/// In seconds.
const LONGEST_WAIT: u32 = 3600;

/// What would end the path in a URL, or change it.
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

/// Unset: a file in the data folder.
pub(super) fn url(reader: &Reader, data: &Path) -> Result<SecretString, ConfigError> {
    match reader.secret("database_url")? {
        Some(url) => {
            database_url::check(url.expose_secret()).map_err(|why| reader.wrong("database_url", why))?;
            Ok(url)
        }
        None => {
            let file = data.join("bailiwick.db").display().to_string();
            Ok(SecretString::from(format!("sqlite:{}", utf8_percent_encode(&file, NOT_IN_A_PATH))))
        }
    }
}

pub(super) fn options(reader: &Reader) -> Result<DbOptions, ConfigError> {
    let usual = DbOptions::default();
    let seconds = |name: &str, usual: Duration| {
        let written = reader.number(name, 1..=LONGEST_WAIT)?;
        Ok(written.map_or(usual, |seconds| Duration::from_secs(seconds.into())))
    };
    Ok(DbOptions {
        connections: reader.number("database_connections", 1..=MOST_CONNECTIONS)?.unwrap_or(usual.connections),
        acquire_timeout: seconds("database_wait_seconds", usual.acquire_timeout)?,
        statement_timeout: seconds("database_statement_seconds", usual.statement_timeout)?,
        rest: Rest::Running,
        pooler: reader
            .one_of("database_pooler", &[("none", Pooler::Absent), ("transaction", Pooler::Transaction)])?
            .unwrap_or(Pooler::Absent),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, refusal};
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
            let why = refusal(&[(name, value)]);
            assert!(why.starts_with(&format!("{name}={value:?}: expected")), "{why}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_database_s_url_is_said_without_its_password() {
        let why = refusal(&[("BAILIWICK_DATABASE_URL", "postgres://me:hunter#2@db.example/bailiwick")]);
        assert!(why.starts_with("BAILIWICK_DATABASE_URL: ") && why.contains("percent-encode it"), "{why}");
        assert!(!why.contains("hunter"), "{why}");
        let socket = read(&[("BAILIWICK_DATABASE_URL", "postgres:///bailiwick?host=/run/postgresql")]);
        assert!(socket.is_ok_and(|config| !config.database_url.expose_secret().starts_with("sqlite:")));
    }

    #[test]
    fn the_data_folder_may_have_any_name() {
        let config = read(&[("BAILIWICK_DATA", "/srv/100% of a? b")]).unwrap();
        let file = database_url::sqlite_file(config.database_url.expose_secret());
        assert_eq!(file.unwrap(), Path::new("/srv/100% of a? b/bailiwick.db"));
    }
}
