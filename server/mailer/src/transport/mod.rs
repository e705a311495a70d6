//! How a composed mail leaves.

mod file;
mod memory;
mod smtp;
mod smtp_reply;
mod smtp_url;

pub(crate) use file::Folder;
pub(crate) use memory::Memory;
pub use memory::SentMail;
pub(crate) use smtp::Smtp;
pub use smtp::SmtpOptions;

use std::{fmt, path::PathBuf};

pub(crate) enum Transport {
    Smtp(Smtp),
    File(Folder),
    Memory(Memory),
}

/// Where a mail went. Its `Display` ends a log line: `mail sent: written to data/mail/….eml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The mail server took it and answers for it from now on.
    ToServer,
    /// The `.eml` file it was written to.
    ToFile(PathBuf),
    ToMemory,
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ToServer => f.write_str("taken by the mail server"),
            Self::ToFile(path) => write!(f, "written to {}", path.display()),
            Self::ToMemory => f.write_str("kept in memory"),
        }
    }
}
