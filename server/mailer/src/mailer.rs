//! Composes a mail and gives it to its transport.

use crate::{
    Mail, Rendered, SendError, Sent, SentMail, SetupError, SmtpOptions,
    transport::{Folder, Memory, Smtp, Transport},
};
use domain::{text::EmailAddress, time::Timestamp};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// Sends mails from one address over one transport. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    transport: Arc<Transport>,
}

impl Mailer {
    /// Over an SMTP server, waiting 20 s for each of its answers. The URL is `smtps://user:password@host:465` (TLS
    /// from the start) or `smtp://user:password@host:587` (STARTTLS, without which nothing is sent); user and
    /// password may be left out, port too, and special characters are percent-encoded. A server on this machine
    /// (`localhost`, `127.0.0.1`, `[::1]`) may do without TLS, and is not asked for it with `?tls=none`.
    /// `from` is an address with or without a name: `Bailiwick <no-reply@example.com>`.
    ///
    /// Does not connect; see [`Mailer::check`].
    ///
    /// # Errors
    /// The URL or the sender does not read as described.
    pub fn smtp(url: &SecretString, from: &str) -> Result<Self, SetupError> {
        Self::smtp_with(url, from, SmtpOptions::default())
    }

    /// [`Mailer::smtp`] with another timeout or more certificates.
    ///
    /// # Errors
    /// As [`Mailer::smtp`], and [`SetupError::Certificate`].
    pub fn smtp_with(url: &SecretString, from: &str, options: SmtpOptions) -> Result<Self, SetupError> {
        let from = sender(from)?;
        let smtp = Smtp::new(url.expose_secret(), from.email.domain(), options)?;
        Ok(Self { from, transport: Arc::new(Transport::Smtp(smtp)) })
    }

    /// Into a folder, as `.eml` files that only the owner can read. The folder is made when it is first needed.
    ///
    /// # Errors
    /// The sender is not an address.
    pub fn file(folder: impl Into<PathBuf>, from: &str) -> Result<Self, SetupError> {
        let transport = Transport::File(Folder::new(folder.into()));
        Ok(Self { from: sender(from)?, transport: Arc::new(transport) })
    }

    /// Into memory, for tests: see [`Mailer::sent`] and [`Mailer::fail_next`].
    ///
    /// # Errors
    /// The sender is not an address.
    pub fn memory(from: &str) -> Result<Self, SetupError> {
        Ok(Self { from: sender(from)?, transport: Arc::new(Transport::Memory(Memory::default())) })
    }

    /// Sends one mail to one address. `message_id` is 1–100 letters, digits, `-`, `_` or `.`, the same on every
    /// try of the same mail: a mail that arrives twice (the answer was lost, not the mail) can then be told from
    /// two mails. The header says `<message_id@host of the sender>`. `now` becomes the `Date`.
    ///
    /// May be dropped at any moment; the mail has then left or has not, as when a process dies.
    ///
    /// # Errors
    /// See [`SendError`]. With SMTP at the latest after the timeout for each step: connect, STARTTLS, sign-in,
    /// sender, recipient, content.
    pub async fn send(
        &self,
        message_id: &str,
        to: &EmailAddress,
        mail: &Mail,
        now: Timestamp,
    ) -> Result<Sent, SendError> {
        let header = self.message_id(message_id)?;
        let rendered = mail.render()?;
        match &*self.transport {
            Transport::Memory(memory) => memory.keep(to.as_str(), header, rendered).map(|()| Sent::ToMemory),
            Transport::File(folder) => {
                let message = self.compose(header, to, rendered, now)?;
                folder.write(message_id, now, message.formatted()).await.map(Sent::ToFile)
            }
            Transport::Smtp(smtp) => {
                let message = self.compose(header, to, rendered, now)?;
                smtp.send(message.envelope(), &message.formatted()).await.map(|()| Sent::ToServer)
            }
        }
    }

    /// Whether a mail could leave now: the server answers and lets us sign in, or the folder can be written.
    ///
    /// # Errors
    /// The reason why not, as `send` would give it.
    pub async fn check(&self) -> Result<(), SendError> {
        match &*self.transport {
            Transport::Smtp(smtp) => smtp.check().await,
            Transport::File(folder) => folder.check().await,
            Transport::Memory(_) => Ok(()),
        }
    }

    /// What a memory mailer has taken, oldest first; nothing for the others.
    pub fn sent(&self) -> Vec<SentMail> {
        match &*self.transport {
            Transport::Memory(memory) => memory.sent(),
            Transport::Smtp(_) | Transport::File(_) => Vec::new(),
        }
    }

    /// Makes the next `send` of a memory mailer fail like this; called twice, the next two. The others ignore it.
    pub fn fail_next(&self, failure: SendError) {
        if let Transport::Memory(memory) = &*self.transport {
            memory.fail_next(failure);
        }
    }

    fn message_id(&self, id: &str) -> Result<String, SendError> {
        // It becomes a header and a file name: no dot at its edges, nothing that either would read as its own.
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if id.is_empty() || id.len() > 100 || id.starts_with('.') || id.ends_with('.') || !id.chars().all(allowed) {
            return Err(SendError::permanent("The mail has no usable id."));
        }
        Ok(format!("<{id}@{}>", self.from.email.domain()))
    }

    fn compose(
        &self,
        message_id: String,
        to: &EmailAddress,
        mail: Rendered,
        now: Timestamp,
    ) -> Result<Message, SendError> {
        let unusable = |_| SendError::permanent("The address can't be written into a mail.");
        let to: Address = to.as_str().parse().map_err(unusable)?;
        // RFC 3834: keeps auto-responders from answering, and mailing lists from passing it on.
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .date(date(now))
            .message_id(Some(message_id))
            .raw_header(automatic)
            .multipart(MultiPart::alternative_plain_html(mail.text, mail.html))
            .map_err(|_| SendError::permanent("The mail could not be composed."))
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the transport: it holds the password.
        f.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

fn sender(from: &str) -> Result<Mailbox, SetupError> {
    // lettre panics on CR and LF in a name; other control characters are no better in a header.
    if from.chars().any(char::is_control) {
        return Err(SetupError::From);
    }
    let mailbox: Mailbox = from.trim().parse().map_err(|_| SetupError::From)?;
    // An address beyond ASCII asks every server on the way for SMTPUTF8.
    let address: &str = mailbox.email.as_ref();
    if address.is_ascii() { Ok(mailbox) } else { Err(SetupError::From) }
}

/// The header's date has whole seconds, and panics outside the years 1970 to 9999.
fn date(at: Timestamp) -> SystemTime {
    const END_OF_9999: u64 = 253_402_300_799;
    let seconds = u64::try_from(at.seconds()).unwrap_or_default().min(END_OF_9999);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}
