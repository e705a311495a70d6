//! How an installation is seen from outside: its log, and what Prometheus is told.

use super::{ConfigError, address::Listen, reader::Reader};
use std::net::SocketAddr;
use tracing_subscriber::EnvFilter;

/// What kube says of each failing request, we say once, and in words.
const USUAL_LOG: &str = "info,kube_client=off";

/// What a line of the log is written for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// People.
    #[default]
    Text,
    /// Programs.
    Json,
}

pub(super) fn log_format(reader: &Reader) -> Result<LogFormat, ConfigError> {
    let known = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    reader.one_of("log_format", &known).map(Option::unwrap_or_default)
}

/// What is logged, in the words of tracing's `EnvFilter`.
pub(super) fn log(reader: &Reader) -> Result<String, ConfigError> {
    let log = reader.parsed("log", |written| match EnvFilter::try_new(written) {
        Ok(_) => Ok(written.to_owned()),
        Err(why) => Err(format!(
            "{why}; expected a level (error, warn, info, debug, trace), or module=level, with commas between"
        )),
    })?;
    Ok(log.unwrap_or_else(|| USUAL_LOG.to_owned()))
}

/// Whoever reaches the console must not reach this.
pub(super) fn metrics_listen(reader: &Reader, public: SocketAddr) -> Result<Option<SocketAddr>, ConfigError> {
    let listen = reader.parsed("metrics_listen", Listen::parse)?;
    match listen.map(|listen| listen.address) {
        // Of port 0 the system gives each its own.
        Some(address) if address == public && address.port() != 0 => {
            Err(reader.wrong("metrics_listen", "the console is served there; expected another address or port"))
        }
        written => Ok(written),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, refusal};
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
            ("BAILIWICK_LOG", "bailiwick=loud"),
        ] {
            let why = refusal(&[(name, value)]);
            assert!(why.starts_with(&format!("{name}={value:?}: ")) && why.contains("expected"), "{why}");
        }
    }

    #[test]
    fn the_metrics_are_never_where_the_console_is() {
        for listen in ["127.0.0.1:8080", "localhost:8080"] {
            let both = [("BAILIWICK_LISTEN", listen), ("BAILIWICK_METRICS_LISTEN", "127.0.0.1:8080")];
            let why = refusal(&both);
            assert!(why.starts_with("BAILIWICK_METRICS_LISTEN=") && why.contains("the console"), "{why}");
        }
        let chosen = [("BAILIWICK_LISTEN", "127.0.0.1:0"), ("BAILIWICK_METRICS_LISTEN", "127.0.0.1:0")];
        assert!(read(&chosen).is_ok(), "the system gives each its own port");
    }
}
