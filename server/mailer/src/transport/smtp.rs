//! Speaks with a mail server.
//!
//! lettre speaks the protocol; who waits how long, and which connection may be used again, is decided here. Its own
//! pooled transport (0.11) limits only the TCP connect, never an answer, and puts a connection back after a send
//! that was given up half-way: the next mail then reads the answers of the last one. Here a connection returns to
//! the idle ones only after a finished conversation, and a future that is dropped drops its connection with it.

use super::{
    smtp_reply::{Step, failed, timed_out},
    smtp_url::{Encryption, Server},
};
use crate::{SendError, SetupError};
use lettre::{
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::DEFAULT_MECHANISMS,
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
        commands::{Data, Mail, Noop, Rcpt, Rset},
        extension::ClientId,
    },
};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// Connections kept for the next mail. One worker sends few at once.
const MOST_IDLE: usize = 4;
/// Mail servers and firewalls close silent connections after minutes; one younger than this is likely alive.
const LONGEST_IDLE: Duration = Duration::from_secs(60);

/// How to speak with a mail server, beside its URL.
#[derive(Debug, Clone)]
pub struct SmtpOptions {
    /// How long to wait for the connection (with its TLS handshake), and for each answer. 20 s.
    pub timeout: Duration,
    /// PEM certificates to trust beside the system's, or beside Mozilla's where the system has none.
    pub extra_roots: Vec<String>,
}

impl Default for SmtpOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(20), extra_roots: Vec::new() }
    }
}

pub(crate) struct Smtp {
    server: Server,
    hello: ClientId,
    tls: TlsParameters,
    timeout: Duration,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Smtp {
    /// `hello` is the domain to introduce ourselves by.
    pub(crate) fn new(url: &str, hello: &str, options: SmtpOptions) -> Result<Self, SetupError> {
        let server = Server::parse(url)?;
        let tls = trust(&server.host, &options.extra_roots).map_err(|_| SetupError::Certificate)?;
        Ok(Self {
            server,
            hello: ClientId::Domain(hello.to_owned()),
            tls,
            timeout: options.timeout,
            idle: Mutex::default(),
        })
    }

    pub(crate) async fn send(&self, envelope: &Envelope, message: &[u8]) -> Result<(), SendError> {
        let mut connection = self.connection().await?;
        let outcome = self.deliver(&mut connection, envelope, message).await;
        let may_be_kept = match &outcome {
            Ok(()) => true,
            // After a refusal the conversation can begin anew; after silence or a broken wire it can't.
            Err(failure) => failure.answered && self.ask(Step::Content, connection.command(Rset)).await.is_ok(),
        };
        if may_be_kept {
            self.keep(connection);
        }
        outcome.map_err(|failure| failure.error)
    }

    /// Asks the server whether it is there. Signs in, if that is configured; sends nothing.
    pub(crate) async fn check(&self) -> Result<(), SendError> {
        let connection = self.connection().await?;
        self.keep(connection);
        Ok(())
    }

    /// Step by step instead of lettre's `send`, to know which step was refused: a refused recipient is this mail's
    /// trouble, a refused sender is everybody's.
    async fn deliver(
        &self,
        connection: &mut AsyncSmtpConnection,
        envelope: &Envelope,
        message: &[u8],
    ) -> Result<(), Failure> {
        let sender = Mail::new(envelope.from().cloned(), Vec::new());
        self.ask(Step::Sender, connection.command(sender)).await?;
        for address in envelope.to() {
            self.ask(Step::Recipient, connection.command(Rcpt::new(address.clone(), Vec::new()))).await?;
        }
        self.ask(Step::Content, connection.command(Data)).await?;
        self.ask(Step::Content, connection.message(message)).await?;
        Ok(())
    }

    /// A connection that has just answered: an idle one, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, SendError> {
        while let Some(mut connection) = self.take_idle() {
            if self.ask(Step::Connect, connection.command(Noop)).await.is_ok() {
                return Ok(connection);
            }
        }
        self.connect().await.map_err(|failure| failure.error)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let Server { host, port, encryption, credentials } = &self.server;
        let implicit = (*encryption == Encryption::Implicit).then(|| self.tls.clone());
        let address = (host.as_str(), *port);
        let opening = AsyncSmtpConnection::connect_tokio1(address, None, &self.hello, implicit, None);
        let mut connection = self.ask(Step::Connect, opening).await?;
        let upgrade = match encryption {
            Encryption::StartTls if !connection.can_starttls() => {
                return Err(Failure::of_setting(
                    "The mail server offers no TLS, and mail does not leave this machine without it.",
                ));
            }
            Encryption::StartTls => true,
            Encryption::StartTlsIfOffered => connection.can_starttls(),
            Encryption::Implicit | Encryption::None => false,
        };
        if upgrade {
            self.ask(Step::Connect, connection.starttls(self.tls.clone(), &self.hello)).await?;
        }
        if let Some(credentials) = credentials {
            self.ask(Step::SignIn, connection.auth(DEFAULT_MECHANISMS, credentials)).await?;
        }
        Ok(connection)
    }

    async fn ask<T>(&self, step: Step, question: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
        match timeout(self.timeout, question).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Failure { answered: error.status().is_some(), error: failed(step, &error) }),
            Err(_) => Err(Failure { answered: false, error: timed_out(self.timeout) }),
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle();
        idle.retain(|one| one.since.elapsed() < LONGEST_IDLE);
        idle.pop().map(|one| one.connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle();
        if idle.len() < MOST_IDLE {
            idle.push(Idle { connection, since: Instant::now() });
        }
    }
}

struct Failure {
    error: SendError,
    /// The server said no. Otherwise an answer may still be on its way, and the connection is useless.
    answered: bool,
}

impl Failure {
    fn of_setting(reason: &str) -> Self {
        Self { error: SendError::transient(reason), answered: true }
    }
}

/// Whom to believe that the server is who it should be: the system's authorities (which `SSL_CERT_FILE` names),
/// so that a company's own is known; Mozilla's list, compiled in, on a system that has none.
fn trust(host: &str, extra_roots: &[String]) -> Result<TlsParameters, Error> {
    let has_own = !rustls_native_certs::load_native_certs().certs.is_empty();
    let store = if has_own { CertificateStore::Default } else { CertificateStore::WebpkiRoots };
    let mut tls = TlsParameters::builder(host.to_owned()).certificate_store(store);
    for pem in extra_roots {
        tls = tls.add_root_certificate(Certificate::from_pem(pem.as_bytes())?);
    }
    tls.build()
}
