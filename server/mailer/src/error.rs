//! Why a mail did not leave, and why a mailer could not be made.

use std::fmt;

/// Whether another try can succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The way is blocked (server away, wrong password, folder full): the same mail may leave later.
    Transient,
    /// This mail or this address was refused: trying again would get the same answer.
    Permanent,
}

/// A mail that did not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendError {
    pub kind: ErrorKind,
    /// One sentence for an admin: one line, at most some 400 characters, without secrets. What the mail server
    /// said is quoted in it.
    pub reason: String,
}

impl SendError {
    pub fn transient(reason: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Transient, reason: reason.into() }
    }

    pub fn permanent(reason: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Permanent, reason: reason.into() }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for SendError {}

/// A setting that no mailer can be made from. Never quotes the SMTP URL: it holds the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupError {
    /// The sender is not an address like `Bailiwick <no-reply@example.com>`.
    From,
    /// What is wrong with the SMTP URL.
    Url(&'static str),
    /// A root certificate is not PEM, or TLS could not be set up with it.
    Certificate,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From => {
                f.write_str("the sender of mails must be an address, such as Bailiwick <no-reply@example.com>")
            }
            Self::Url(problem) => write!(f, "the SMTP URL {problem}"),
            Self::Certificate => f.write_str("the certificates to trust the mail server by can't be read"),
        }
    }
}

impl std::error::Error for SetupError {}
