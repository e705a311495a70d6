//! What is different where this program is a function: it has no disk, and stands still between two requests.

use super::{Config, ConfigError, Controller};
use secrecy::ExposeSecret;
use std::time::Duration;
use usecases::Rest;

/// A function answers one request at a time: one connection, and another one for what begins before the first is back.
const CONNECTIONS: u32 = 2;

/// Each request writes down by itself when its session or token was used, so not each time.
const SEEN_APART: Duration = Duration::from_secs(60);

impl Config {
    /// The same for a function.
    ///
    /// # Errors
    /// What needs a disk, a port, or a process that goes on: refused one by one, with what to do instead.
    pub fn for_function(mut self) -> Result<Self, ConfigError> {
        let refuse = |why: &str| Err(ConfigError(format!("as a function, {why}")));
        if self.database_url.expose_secret().starts_with("sqlite:") {
            return refuse(
                "Bailiwick keeps nothing on disk: set BAILIWICK_DATABASE_URL to postgres://…; SQLite is for `bailiwick serve`",
            );
        }
        if self.secret_key.is_none() {
            return refuse("set BAILIWICK_SECRET_KEY: there is no data folder to keep one in");
        }
        if self.smtp_url.is_none() {
            return refuse("set BAILIWICK_SMTP_URL: there is no data folder to write mails into");
        }
        if !self.base_url_is_written {
            return refuse("set BAILIWICK_BASE_URL to the address that people open: nobody listens at a port here");
        }
        if self.controller == Controller::Inside || self.kubeconfig.is_some() {
            return refuse(
                "nobody follows the cluster: run `bailiwick controller` beside the database, and set \
                 BAILIWICK_CONTROLLER=remote here, without BAILIWICK_KUBECONFIG",
            );
        }
        if self.metrics_listen.is_some() {
            return refuse("there is no listener for Prometheus: leave BAILIWICK_METRICS_LISTEN out");
        }
        self.database.rest = Rest::Frozen;
        self.database.connections = self.database.connections.min(CONNECTIONS);
        Ok(self)
    }

    pub(super) fn seen_apart(&self) -> Duration {
        match self.database.rest {
            Rest::Running => Duration::ZERO,
            Rest::Frozen => SEEN_APART,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::*;

    const COMPLETE: [(&str, &str); 4] = [
        ("BAILIWICK_DATABASE_URL", "postgres://db.example/bailiwick"),
        ("BAILIWICK_SECRET_KEY", "a-key-of-the-tests-that-is-long-enough"),
        ("BAILIWICK_SMTP_URL", "smtp://mail.example"),
        ("BAILIWICK_BASE_URL", "https://bailiwick.example"),
    ];

    #[test]
    fn a_function_uses_two_connections_and_writes_uses_down_once_a_minute() {
        let config = read(&COMPLETE).unwrap();
        assert_eq!(config.settings().seen_apart, Duration::ZERO);
        let config = config.for_function().unwrap();
        assert_eq!((config.database.connections, config.database.rest), (2, Rest::Frozen));
        assert_eq!(config.settings().seen_apart, Duration::from_secs(60));
        let one = [&COMPLETE[..], &[("BAILIWICK_DATABASE_CONNECTIONS", "1")]].concat();
        assert_eq!(read(&one).unwrap().for_function().unwrap().database.connections, 1);
    }

    #[test]
    fn what_a_function_can_not_do_without_is_named() {
        for (missing, _) in COMPLETE {
            let rest: Vec<_> = COMPLETE.into_iter().filter(|(name, _)| *name != missing).collect();
            let error = read(&rest).unwrap().for_function().unwrap_err().to_string();
            assert!(error.contains(missing), "{error}");
        }
    }

    #[test]
    fn what_a_function_can_not_do_is_refused() {
        for (name, value) in [("BAILIWICK_CONTROLLER", "inside"), ("BAILIWICK_METRICS_LISTEN", "127.0.0.1:9090")] {
            let all = [&COMPLETE[..], &[(name, value)]].concat();
            let error = read(&all).unwrap().for_function().unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
        let remote = [&COMPLETE[..], &[("BAILIWICK_CONTROLLER", "remote")]].concat();
        assert!(read(&remote).unwrap().for_function().is_ok());
    }
}
