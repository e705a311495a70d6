//! How an installation is seen from outside: its log, and what Prometheus is told.

use super::ConfigError;
use serde::Deserialize;
use std::net::SocketAddr;

/// What a line of the log is written for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// People.
    #[default]
    Text,
    /// Programs.
    Json,
}

/// Whoever reaches the console must not reach this.
pub(super) fn metrics_listen(
    written: Option<SocketAddr>,
    public: SocketAddr,
) -> Result<Option<SocketAddr>, ConfigError> {
    match written {
        // Of port 0 the system gives each its own.
        Some(address) if address == public && address.port() != 0 => {
            Err(ConfigError(format!("metrics_listen is {address}, where the console is served; it needs another one")))
        }
        written => Ok(written),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::*;

    #[test]
    fn unless_it_is_configured_nobody_is_told_anything_and_the_log_is_for_people() {
        let config = read(&[]).unwrap();
        assert_eq!((config.metrics_listen, config.log_format), (None, LogFormat::Text));
    }

    #[test]
    fn the_log_and_the_metrics_are_as_configured() {
        let config = read(&[("BAILIWICK_METRICS_LISTEN", "127.0.0.1:9464"), ("BAILIWICK_LOG_FORMAT", "json")]).unwrap();
        assert_eq!(config.metrics_listen, Some(SocketAddr::from(([127, 0, 0, 1], 9464))));
        assert_eq!(config.log_format, LogFormat::Json);
        assert_eq!(read(&[("BAILIWICK_LOG_FORMAT", "text")]).unwrap().log_format, LogFormat::Text);
    }

    #[test]
    fn what_nobody_can_listen_at_or_write_is_refused() {
        for (name, value) in [
            ("BAILIWICK_METRICS_LISTEN", "9464"),
            ("BAILIWICK_METRICS_LISTEN", "localhost"),
            ("BAILIWICK_LOG_FORMAT", "JSON"),
            ("BAILIWICK_LOG_FORMAT", "xml"),
        ] {
            assert!(read(&[(name, value)]).is_err(), "{name}={value}");
        }
    }

    #[test]
    fn the_metrics_are_never_where_the_console_is() {
        let why = read(&[("BAILIWICK_METRICS_LISTEN", "127.0.0.1:3000")]).unwrap_err().to_string();
        assert!(why.contains("metrics_listen"), "{why}");
        let both = [("BAILIWICK_LISTEN", "0.0.0.0:8080"), ("BAILIWICK_METRICS_LISTEN", "0.0.0.0:8080")];
        assert!(read(&both).is_err());
        let chosen = [("BAILIWICK_LISTEN", "127.0.0.1:0"), ("BAILIWICK_METRICS_LISTEN", "127.0.0.1:0")];
        assert!(read(&chosen).is_ok(), "the system gives each its own port");
    }
}
