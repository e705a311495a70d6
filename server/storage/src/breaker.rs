//! A circuit breaker before the connections to PostgreSQL. While the database is away nobody waits for a connection: whoever
//! has waited a moment finds out why none comes, and from then on every request fails at once with that reason, until a task
//! finds the database back.
//!
//! A pool that is merely busy is no outage: there a connection apart from it can be made, and whoever waits goes on waiting.
//! SQLite needs none of this, since a file does not go away.

use crate::{error::Error, options::Rest};
use sqlx::{
    ConnectOptions, Connection as _, PgPool,
    postgres::{PgConnectOptions, PgSslMode},
};
use std::{
    future::pending,
    io,
    pin::pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Mutex, watch},
    time::{Instant, sleep, timeout},
};

/// After waiting this long for a connection somebody finds out why none comes. A new connection within one site takes a tenth.
const PATIENCE: Duration = Duration::from_millis(300);
/// With [`PATIENCE`] below the second within which everybody is to know that a database is away that does not even refuse.
/// Where connecting takes longer than that, three times the last one.
const SHORTEST_PROBE: Duration = Duration::from_millis(650);
/// While the database is away.
const PROBE_EVERY: Duration = Duration::from_millis(250);
/// While the pool is busy and somebody waits: it may go away then as well.
const BUSY_PROBE_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct CircuitBreaker {
    pool: PgPool,
    connect: PgConnectOptions,
    acquire_timeout: Duration,
    rest: Rest,
    /// Why the database is away; `None` while it is not. In the words of the circuit: open, and closed.
    outage: watch::Sender<Option<Arc<str>>>,
    /// One probe at a time, however many wait.
    last: Mutex<Probe>,
    /// How many connections were given out: whatever a probe says, a database that serves them is there.
    served: AtomicU64,
}

#[derive(Debug)]
struct Probe {
    began: Option<Instant>,
    /// How long the last one took that succeeded.
    took: Duration,
}

impl CircuitBreaker {
    pub(crate) fn new(pool: PgPool, connect: PgConnectOptions, acquire_timeout: Duration, rest: Rest) -> Arc<Self> {
        let last = Mutex::new(Probe { began: None, took: SHORTEST_PROBE });
        let (outage, served) = (watch::Sender::default(), AtomicU64::default());
        Arc::new(Self { pool, connect, acquire_timeout, rest, outage, last, served })
    }

    /// Why the database is away, as far as anybody has found out.
    pub(crate) fn outage(&self) -> Option<String> {
        self.outage.borrow().as_deref().map(ToOwned::to_owned)
    }

    /// Waits for a database that is only starting, as long as anybody waits for a connection.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with the reason: at once where waiting would not help.
    pub(crate) async fn await_start(&self) -> Result<(), Error> {
        let began = Instant::now();
        loop {
            let left = self.acquire_timeout.saturating_sub(began.elapsed());
            let probed = Instant::now();
            let error = match timeout(left, self.connect_apart()).await {
                Ok(Ok(())) => {
                    self.last.lock().await.took = probed.elapsed();
                    return Ok(());
                }
                Ok(Err(error)) => error,
                Err(_) => return Err(Error::Unavailable(no_answer(&self.connect))),
            };
            if began.elapsed() + PROBE_EVERY > self.acquire_timeout || !may_be_starting(&error) {
                return Err(Error::Unavailable(reason(&error, &self.connect)));
            }
            sleep(PROBE_EVERY).await;
        }
    }

    /// Waits for what `acquire` takes from the pool, and no longer than the database is there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with the reason, at once while the database is known to be away.
    pub(crate) async fn pass<T>(
        self: &Arc<Self>,
        acquire: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, Error> {
        let mut outage = self.outage.subscribe();
        let away = outage.borrow_and_update().clone();
        match (away, self.rest) {
            (None, _) => {}
            (Some(why), Rest::Running) => return Err(Error::Unavailable(why.to_string())),
            // Nobody looks after it between two requests, so that each does.
            (Some(_), Rest::Frozen) => self.find_out(Instant::now()).await?,
        }
        let mut acquire = pin!(acquire);
        let acquired = tokio::select! {
            biased;
            acquired = &mut acquire => acquired,
            why = next(&mut outage) => return Err(Error::Unavailable(why)),
            error = self.find_out_after_patience() => return Err(error),
        };
        match acquired {
            Ok(acquired) => {
                self.served.fetch_add(1, Ordering::Relaxed);
                Ok(acquired)
            }
            Err(sqlx::Error::PoolTimedOut) => Err(Error::Unavailable(self.busy())),
            Err(error @ sqlx::Error::PoolClosed) => Err(error.into()),
            // One connection failed, or all of them do.
            Err(error) => {
                self.find_out(Instant::now()).await?;
                Err(error.into())
            }
        }
    }

    fn busy(&self) -> String {
        let (open, seconds) = (self.pool.size(), self.acquire_timeout.as_secs());
        match open {
            0 => format!("{} lets no more clients in; none was free for {seconds} s", place(&self.connect)),
            1 => format!("the one connection to it was in use for {seconds} s"),
            _ => format!("all {open} connections to it were in use for {seconds} s"),
        }
    }

    /// Ends when the database turns out to be away.
    async fn find_out_after_patience(self: &Arc<Self>) -> Error {
        sleep(PATIENCE).await;
        loop {
            if let Err(error) = self.find_out(Instant::now()).await {
                return error;
            }
            sleep(BUSY_PROBE_EVERY).await;
        }
    }

    /// Whether the database is there, by a connection apart from the pool. Those who ask while one is made share what the next
    /// one finds.
    async fn find_out(self: &Arc<Self>, asked: Instant) -> Result<(), Error> {
        let mut last = self.last.lock().await;
        if last.began.is_none_or(|began| began < asked) {
            let (began, served) = (Instant::now(), self.served.load(Ordering::Relaxed));
            let limit = SHORTEST_PROBE.max(last.took.saturating_mul(3));
            let away = match timeout(limit, self.connect_apart()).await {
                Ok(Ok(())) => {
                    last.took = began.elapsed();
                    None
                }
                Ok(Err(error)) => Some(reason(&error, &self.connect)),
                Err(_) if self.served.load(Ordering::Relaxed) != served => None,
                Err(_) => Some(no_answer(&self.connect)),
            };
            last.began = Some(began);
            match away {
                None => self.close(),
                Some(why) => self.open(&why),
            }
        }
        drop(last);
        self.outage().map_or(Ok(()), |why| Err(Error::Unavailable(why)))
    }

    /// A server that has as many clients as it takes is there.
    async fn connect_apart(&self) -> Result<(), sqlx::Error> {
        match self.connect.connect().await {
            Ok(connection) => {
                let _ = connection.close().await;
                Ok(())
            }
            Err(error) if code(&error).as_deref() == Some(TOO_MANY_CONNECTIONS) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn open(self: &Arc<Self>, why: &str) {
        let mut opened = false;
        let news = self.outage.send_if_modified(|outage| {
            let news = outage.as_deref() != Some(why);
            opened = outage.is_none();
            *outage = Some(why.into());
            news
        });
        if news {
            tracing::error!(why, "the database is away: requests are told to come back until it is there again");
        }
        if opened && self.rest == Rest::Running {
            tokio::spawn(Self::recover(Arc::downgrade(self)));
        }
    }

    fn close(&self) {
        if self.outage.send_if_modified(|outage| outage.take().is_some()) {
            tracing::warn!("the database is there again");
        }
    }

    /// Tries until the database is there, or nobody wants it any longer.
    async fn recover(breaker: Weak<Self>) {
        loop {
            sleep(PROBE_EVERY).await;
            let Some(breaker) = breaker.upgrade().filter(|breaker| !breaker.pool.is_closed()) else { return };
            if breaker.find_out(Instant::now()).await.is_ok() {
                return;
            }
        }
    }
}

/// The next time that the database is found to be away.
async fn next(outage: &mut watch::Receiver<Option<Arc<str>>>) -> String {
    let why = match outage.wait_for(Option::is_some).await {
        Ok(why) => why.as_deref().map(ToOwned::to_owned),
        Err(_) => None,
    };
    match why {
        Some(why) => why,
        // Its sender is gone with the database: whoever waits hears that from the pool.
        None => pending().await,
    }
}

// Of PostgreSQL's error codes (appendix A of its manual), those that a client meets while it connects.
const TOO_MANY_CONNECTIONS: &str = "53300";
const CANNOT_CONNECT_NOW: &str = "57P03";
const INVALID_PASSWORD: &str = "28P01";
const INVALID_AUTHORIZATION: &str = "28000";
const NO_SUCH_DATABASE: &str = "3D000";
const INSUFFICIENT_PRIVILEGE: &str = "42501";

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned())
}

/// A server that is being started refuses, or says so.
fn may_be_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(io) if io.kind() == io::ErrorKind::ConnectionRefused => true,
        _ => is_ended(error) || code(error).as_deref() == Some(CANNOT_CONNECT_NOW),
    }
}

/// Whether whoever took the connection ended it, be it a proxy whose server is away.
fn is_ended(error: &sqlx::Error) -> bool {
    use io::ErrorKind as K;
    match error {
        sqlx::Error::Io(error) => {
            matches!(error.kind(), K::ConnectionReset | K::ConnectionAborted | K::UnexpectedEof | K::BrokenPipe)
        }
        // sqlx takes an end in place of the first answer for a zero.
        sqlx::Error::Protocol(said) => said.contains("SSLRequest: 0x00"),
        _ => false,
    }
}

/// Whom we ask, without what proves who we are.
fn place(connect: &PgConnectOptions) -> String {
    match connect.get_socket() {
        Some(socket) => format!("PostgreSQL at {}", socket.display()),
        None => format!("PostgreSQL at {}:{}", connect.get_host(), connect.get_port()),
    }
}

fn no_answer(connect: &PgConnectOptions) -> String {
    format!("{} does not answer; perhaps it does not run, or a firewall is between", place(connect))
}

/// Why a connection can't be had, and what to look at.
fn reason(error: &sqlx::Error, connect: &PgConnectOptions) -> String {
    use io::ErrorKind as K;
    let (place, user) = (place(connect), connect.get_username());
    if is_ended(error) {
        return format!("{place} ended the connection while it was being made; perhaps it does not run");
    }
    if let sqlx::Error::Io(error) = error {
        return match error.kind() {
            K::ConnectionRefused => format!("{place} refused the connection; perhaps it does not run"),
            K::NotFound if connect.get_socket().is_some() => format!("{place} is not there; perhaps it does not run"),
            _ if error.to_string().contains("lookup") => {
                format!("the name {} can't be looked up ({error})", connect.get_host())
            }
            _ => format!("{place} can't be reached ({error})"),
        };
    }
    let said = error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
    match code(error).as_deref() {
        Some(INVALID_PASSWORD) => format!("{place} refused the password of the user “{user}”"),
        Some(INVALID_AUTHORIZATION) => format!("{place} does not let the user “{user}” in ({said})"),
        Some(NO_SUCH_DATABASE) => {
            format!("{place} has no database “{}” ({said})", connect.get_database().unwrap_or(user))
        }
        Some(INSUFFICIENT_PRIVILEGE) => {
            format!("{place} does not let the user “{user}” use that database ({said})")
        }
        Some(CANNOT_CONNECT_NOW) => format!("{place} takes no connections now ({said})"),
        Some(code) => format!("{place} refused the connection ({said}, {code})"),
        None if matches!(error, sqlx::Error::Tls(_)) => match connect.get_ssl_mode() {
            PgSslMode::VerifyCa | PgSslMode::VerifyFull => {
                format!("{place} has no TLS that can be trusted ({said}); check sslrootcert and the name of the host")
            }
            _ => format!("TLS with {place} failed ({said})"),
        },
        None => format!("{place} does not speak as PostgreSQL does ({said})"),
    }
}
