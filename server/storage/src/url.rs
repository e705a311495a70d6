//! Database URLs: how they are read, and what is wrong with one, in words that never quote it: it may hold a password.

use percent_encoding::percent_decode_str;
use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};
use std::{path::PathBuf, str::FromStr};
use url::{Host, ParseError, Url};

const ENCODE: &str =
    "percent-encode it in user name, password and database: % as %25, # as %23, / as %2F, ? as %3F, @ as %40, : as %3A";

/// Which database a URL is of.
enum Kind<'a> {
    /// What is after the scheme.
    Sqlite(&'a str),
    Postgres(&'a str),
}

fn kind(url: &str) -> Result<Kind<'_>, String> {
    let postgres = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
    match (url.strip_prefix("sqlite:"), postgres) {
        (Some(file), _) => Ok(Kind::Sqlite(file)),
        (None, Some(server)) => Ok(Kind::Postgres(server)),
        (None, None) => Err("expected sqlite:<file> or postgres://user:password@host/database".to_owned()),
    }
}

/// How a database is reached.
#[derive(Debug)]
pub(crate) enum Reached {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

/// # Errors
/// A sentence that begins in the middle, for whoever wrote the URL.
pub fn check(url: &str) -> Result<(), String> {
    parse(url).map(|_| ())
}

/// The file of an SQLite database; none for PostgreSQL, and for what is no URL.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    match parse(url) {
        Ok(Reached::Sqlite(options)) => Some(options.get_filename().to_owned()),
        Ok(Reached::Postgres(_)) | Err(_) => None,
    }
}

pub(crate) fn parse(url: &str) -> Result<Reached, String> {
    if url.chars().any(char::is_control) {
        return Err("there is a line break or another control character in it".to_owned());
    }
    match kind(url)? {
        Kind::Sqlite(file) => sqlite(url, file).map(Reached::Sqlite),
        Kind::Postgres(server) => postgres(server).map(Reached::Postgres),
    }
}

fn sqlite(url: &str, file: &str) -> Result<SqliteConnectOptions, String> {
    let (path, query) = file.split_once('?').unwrap_or((file, ""));
    // Each connection would have a database of its own.
    if path.ends_with(":memory:") || query.split('&').any(|it| it == "mode=memory") {
        return Err("nothing is kept in memory; expected sqlite:<file>".to_owned());
    }
    if path.trim_start_matches('/').is_empty() {
        return Err(
            "it names no file; expected sqlite:<file>, such as sqlite:/var/lib/bailiwick/bailiwick.db".to_owned()
        );
    }
    percent_signs(file)?;
    SqliteConnectOptions::from_str(url).map_err(|error| plainly(error, "expected sqlite:<file>"))
}

/// Also what libpq takes and URLs can't say: a socket's folder as the host, an address of IPv6, no host at all.
fn postgres(server: &str) -> Result<PgConnectOptions, String> {
    percent_signs(server)?;
    let authority_ends = server.find(['/', '?', '#']).unwrap_or(server.len());
    let (authority, after) = server.split_at(authority_ends);
    let (path, query) = after.split_once('?').unwrap_or((after, ""));
    if after.contains('#') {
        return Err(format!("there is a # in it, which ends a URL; {ENCODE}"));
    }
    // A password ends at the @ before the host, and one of these characters in it ends everything before.
    let before_values = query.split_once('=').map_or(query, |(name, _)| name);
    if path.contains('@') || before_values.contains('@') {
        return Err(format!(
            "there is an @ behind a / or ?, so a character of the password was taken for another part; {ENCODE}"
        ));
    }
    let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
    if host.contains(',') {
        return Err("it names several hosts; expected one".to_owned());
    }
    // `user@/database` is nothing to the parser of URLs; what names the host comes later, or it is this machine.
    let host = if host.is_empty() || host.starts_with(':') { format!("localhost{host}") } else { host.to_owned() };
    let url = match authority {
        "" => format!("postgres://{after}"),
        _ if user.is_empty() => format!("postgres://{host}{after}"),
        _ => format!("postgres://{user}@{host}{after}"),
    };
    let url = Url::parse(&url).map_err(|error| match error {
        ParseError::InvalidPort => format!(
            "its port is no number up to 65535. An address of IPv6 is written [::1]; where it is a character of the password, {ENCODE}"
        ),
        ParseError::InvalidIpv6Address => "its address in [ ] is none of IPv6; expected one such as [2001:db8::1]".to_owned(),
        _ => format!("its host is none: there is a character in it that no name has; where it is one of the password, {ENCODE}"),
    })?;
    // sqlx logs what it does not know, with its value.
    if let Some((name, _)) = url.query_pairs().find(|(name, _)| name.contains("pass") && name != "password") {
        return Err(format!(
            "{name} is not supported; a key file needs none, and the password of the user is in the URL"
        ));
    }
    let options = PgConnectOptions::from_str(url.as_str());
    let options =
        options.map_err(|error| plainly(error, "expected postgres://user:password@host/database?sslmode=…"))?;
    let elsewhere = url.query_pairs().any(|(name, _)| matches!(&*name, "host" | "hostaddr"));
    Ok(match url.host() {
        // sqlx would look for a machine whose name has brackets.
        Some(Host::Ipv6(ip)) if !elsewhere => options.host(&ip.to_string()),
        _ => options,
    })
}

fn percent_signs(text: &str) -> Result<(), String> {
    let is_encoded = |after: &str| after.len() >= 2 && after.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    if !text.split('%').skip(1).all(is_encoded) {
        return Err(format!("there is a % without two hexadecimal digits behind it; {ENCODE}"));
    }
    match percent_decode_str(text).decode_utf8() {
        Ok(_) => Ok(()),
        Err(_) => Err("what is percent-encoded in it is not UTF-8".to_owned()),
    }
}

/// What sqlx says of one part, without its own heading.
fn plainly(error: sqlx::Error, expected: &str) -> String {
    match error {
        sqlx::Error::Configuration(why) => format!("{why}; {expected}"),
        other => format!("{other}; {expected}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(url: &str) -> (String, u16, Option<String>, String) {
        match parse(url).unwrap_or_else(|why| panic!("{url}: {why}")) {
            Reached::Postgres(options) => (
                options.get_socket().map_or_else(|| options.get_host().to_owned(), |it| it.display().to_string()),
                options.get_port(),
                options.get_database().map(ToOwned::to_owned),
                options.get_username().to_owned(),
            ),
            Reached::Sqlite(_) => panic!("{url} is SQLite"),
        }
    }

    #[test]
    fn addresses_of_ipv6_and_sockets_are_reached_as_libpq_does() {
        for (url, host, port) in [
            ("postgres://me@[::1]/db", "::1", 5432),
            ("postgres://me:secret@[2001:DB8::1]:6432/db?sslmode=require", "2001:db8::1", 6432),
            ("postgresql://me@db.example/db", "db.example", 5432),
            ("postgres://me@%2Frun%2Fpostgresql/db", "/run/postgresql", 5432),
            ("postgres://me@%2Frun%2Fpostgresql:6432/db", "/run/postgresql", 6432),
            ("postgres:///db?host=/run/postgresql&user=me", "/run/postgresql", 5432),
            ("postgres://me@/db?host=/run/postgresql", "/run/postgresql", 5432),
            ("postgres://me:secret@:6432/db?host=%2Frun%2Fpostgresql", "/run/postgresql", 6432),
            ("postgres:///db?host=db.example&port=6432&user=me", "db.example", 6432),
            ("postgres://me@[::1]/db?host=db.example", "db.example", 5432),
        ] {
            assert_eq!(reached(url), (host.to_owned(), port, Some("db".to_owned()), "me".to_owned()), "{url}");
        }
    }

    #[test]
    fn a_user_that_is_percent_encoded_is_decoded_and_an_at_sign_in_the_password_does_no_harm() {
        assert_eq!(reached("postgres://m%40e:p%23%2F%3F%25@db.example/d%20b").3, "m@e");
        assert_eq!(reached("postgres://me:se@cret@db.example/db").0, "db.example");
        assert_eq!(reached("postgres://db.example/db?user=me@tenant").3, "me@tenant");
    }

    #[test]
    fn a_character_of_the_password_that_is_not_encoded_is_explained_and_no_password_shown() {
        for url in [
            "postgres://me:hunt#er2@db.example/db",
            "postgres://me:12#hunter2@db.example/db",
            "postgres://me:12/hunter2@db.example/db",
            "postgres://me:hunter2/x@db.example/db",
            "postgres://me:12?hunter2@db.example/db",
            "postgres://me:hunter2?x@db.example/db",
            "postgres://me:100%hunter2@db.example/db",
            "postgres://me:hunter2%@db.example/db",
            "postgres://me:hunter2%4@db.example/db",
            "postgres://me:a@hunter2<x@db>.example/db",
            "postgres://me@::1/db",
            "postgres://me@db.example:65536/db",
        ] {
            let why = check(url).expect_err(url);
            assert!(why.contains("percent-encode it") && !why.contains("hunt"), "{url}: {why}");
        }
    }

    #[test]
    fn what_is_no_database_is_refused_with_what_is_expected() {
        for (url, said) in [
            ("", "expected sqlite:<file> or postgres://"),
            ("hunter2", "expected sqlite:<file> or postgres://"),
            ("mysql://me:hunter2@db.example/db", "expected sqlite:<file> or postgres://"),
            ("bailiwick.db", "expected sqlite:<file> or postgres://"),
            ("postgres://me:hunter2@a.example,b.example/db", "several hosts"),
            ("postgres://me:hunter2@[::g]/db", "[2001:db8::1]"),
            ("postgres://me:hunter2%ff@db.example/db", "not UTF-8"),
            ("postgres://me:hun\nter2@db.example/db", "line break"),
            ("postgres://me:hunter2@db.example/db?sslmode=maybe", "sslmode"),
            ("postgres://me@db.example/db?sslpassword=hunter2", "sslpassword is not supported"),
            ("sqlite:", "names no file"),
            ("sqlite://", "names no file"),
            ("sqlite::memory:", "in memory"),
            ("sqlite:a.db?mode=memory", "in memory"),
            ("sqlite:a.db?mode=perhaps", "sqlite:<file>"),
        ] {
            let why = check(url).expect_err(url);
            assert!(why.contains(said) && !why.contains("hunter2"), "{url}: {why}");
        }
    }

    #[test]
    fn the_file_of_sqlite_is_known() {
        assert_eq!(sqlite_file("sqlite:/var/a%20b.db?mode=rwc"), Some(PathBuf::from("/var/a b.db")));
        assert_eq!(sqlite_file("sqlite://data/a.db"), Some(PathBuf::from("data/a.db")));
        assert_eq!(sqlite_file("postgres://db.example/db"), None);
    }
}
