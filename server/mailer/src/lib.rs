//! The mails of Bailiwick: what they say, and how they leave.
//!
//! [`Mail`] has one variant for each mail. Its sentences are written once, in `words.rs`, and rendered twice:
//! as plain text and as HTML. [`Mailer`] composes the message and gives it to one of three transports:
//! an SMTP server, a folder of `.eml` files, or the memory of a test.
//!
//! Nothing here retries, queues or logs. Whoever sends keeps the mail until [`Mailer::send`] answers, reads from
//! [`SendError::kind`] whether another try is worth it, and shows [`SendError::reason`] to an admin.
//!
//! Names come from strangers. The HTML template escapes them; a `Line` keeps them on one line, so that
//! no name can begin a header or a line of its own.

mod draft;
mod error;
mod line;
mod mail;
mod mailer;
mod transport;
mod words;

pub use domain::letter::AccessChange;
pub use draft::Rendered;
pub use error::{ErrorKind, SendError, SetupError};
pub use mail::{
    AccessChanged, AccountExists, ExpiringToken, Invitation, Mail, PasswordChanged, PasswordReset, RequestDecided,
    RequestFiled, StandingChanged, TokensExpire, Verification,
};
pub use mailer::Mailer;
pub use transport::{Sent, SentMail, SmtpOptions};
