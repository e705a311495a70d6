//! The log: lines for people, or for programs.

use crate::config::LogFormat;
use std::io::{self, IsTerminal};
use tracing::Dispatch;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// Writes what passes the filter, one line for each.
pub fn lines<W>(format: LogFormat, filter: EnvFilter, writer: W) -> Dispatch
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // Colours are for a terminal: in a file or a journal they are noise.
    let log = tracing_subscriber::fmt().with_ansi(io::stderr().is_terminal());
    let log = log.with_env_filter(filter).with_target(false).with_writer(writer);
    match format {
        LogFormat::Text => log.into(),
        // All spans, since the request's is not always the innermost.
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).into(),
    }
}
