//! Opening, migrating and connecting, for either database.

use crate::{
    breaker::CircuitBreaker,
    error::Error,
    options::{Options, Pooler, Rest},
    url::{self, Reached},
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection as _, Executor, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection,
    SqlitePool, Transaction,
    migrate::Migrator,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};

pub(crate) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
pub(crate) static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// The first SQLite without the WAL corruption bug of the 3.50 line (sqlite.org, release notes of 3.51.3).
pub const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Held while one process migrates PostgreSQL; the number is this program's own.
const MIGRATING: i64 = 0x6261_696c_6977;

/// How long a connection may lie still in a frozen process. Firewalls and NAT of clouds forget silent ones after minutes.
const TRUSTED_WHEN_IDLE: Duration = Duration::from_secs(60);

/// Another program has a lock on the file (sqlite.org, result codes).
const SQLITE_BUSY: &str = "5";
const LOOKS_AGAIN_AFTER: Duration = Duration::from_millis(5);

/// A process that is frozen or cut off in the middle of a transaction holds its locks no longer than this.
const IDLE_IN_TRANSACTION: (&str, &str) = ("idle_in_transaction_session_timeout", "15000");

/// What is done about a file that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    Make,
    Refuse,
}

/// The database of this installation.
#[derive(Debug, Clone)]
pub enum Db {
    Sqlite {
        read: SqlitePool,
        /// One connection: SQLite has one writer, and waiting here is fair where waiting there is not.
        write: SqlitePool,
    },
    Postgres {
        pool: PgPool,
        /// How a transaction begins where a proxy gives connections for one at a time.
        begin: Option<Begin>,
        /// Whoever wants a connection passes here.
        breaker: Arc<CircuitBreaker>,
    },
}

/// The limit of time goes with each transaction: on a connection it would be somebody else's a moment later.
#[derive(Debug, Clone, Copy)]
pub struct Begin {
    statement_timeout: Duration,
}

impl Begin {
    /// One trip to the server for both.
    fn sql(self, mode: &str) -> AssertSqlSafe<String> {
        AssertSqlSafe(format!("begin {mode}; set local statement_timeout = {}", self.statement_timeout.as_millis()))
    }
}

impl Db {
    /// Opens `sqlite:<path>` (made when missing) or `postgres://…`. Migrates nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with a sentence for whoever started the program.
    pub async fn open(url: &str, options: Options) -> Result<Self, Error> {
        Self::open_or(url, options, Missing::Make).await
    }

    /// The same for a database that is there: nothing is made.
    ///
    /// # Errors
    /// As [`Db::open`], and for a file that is missing.
    pub async fn open_existing(url: &str, options: Options) -> Result<Self, Error> {
        Self::open_or(url, options, Missing::Refuse).await
    }

    async fn open_or(url: &str, options: Options, missing: Missing) -> Result<Self, Error> {
        let connect = match url::parse(url).map_err(|why| Error::Unavailable(format!("in its URL, {why}")))? {
            Reached::Postgres(connect) => return Self::open_postgres(connect, options).await,
            Reached::Sqlite(connect) => connect,
        };
        let connect = connect
            .create_if_missing(missing == Missing::Make)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: an answer that was given survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(options.acquire_timeout)
            // A whole page of rows fits, so the thread that reads need not wait for the one that listens.
            .row_buffer_size(256)
            .disable_statement_logging();
        // The writer first: it makes the file, and a read-only one can't.
        let pool = |connections| {
            // A file does not hang up: asking each connection whether it still lives is a question for nothing.
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(options.acquire_timeout)
                .test_before_acquire(false)
        };
        // A commit that a full disk refuses ends the transaction without sqlx's knowing: such a connection would begin no
        // other one, ever.
        let write = pool(1).before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }));
        let write = turned_to_wal(&write, &connect, options.acquire_timeout).await?;
        let (version,): (String,) = sqlx::query_as("select sqlite_version()").fetch_one(&write).await?;
        if version_of(&version).is_none_or(|version| version < OLDEST_SQLITE) {
            return Err(Error::Broken(format!("SQLite {version} is older than 3.51.3 and can corrupt its journal")));
        }
        let read = pool(options.connections).connect_with(connect.read_only(true)).await?;
        Ok(Self::Sqlite { read, write })
    }

    async fn open_postgres(connect: PgConnectOptions, options: Options) -> Result<Self, Error> {
        let connect = connect.application_name("bailiwick").disable_statement_logging();
        let statement_timeout = options.statement_timeout;
        let (connect, begin) = match options.pooler {
            Pooler::Absent => {
                (connect.options([("statement_timeout", statement_timeout.as_millis().to_string())]), None)
            }
            // A statement that was prepared in one transaction is another connection's in the next; and of what a client
            // asks for when it connects, such proxies know little.
            Pooler::Transaction => {
                (connect.statement_cache_capacity(0).extra_float_digits(None), Some(Begin { statement_timeout }))
            }
        };
        let pool = PgPoolOptions::new().max_connections(options.connections).acquire_timeout(options.acquire_timeout);
        let (pool, connect) = match options.rest {
            Rest::Running => (pool, connect),
            // A proxy has a limit of its own, and knows nothing of this one.
            Rest::Frozen if begin.is_some() => (frozen(pool), connect),
            Rest::Frozen => (frozen(pool), connect.options([IDLE_IN_TRANSACTION])),
        };
        let pool = pool.connect_lazy_with(connect.clone());
        let breaker = CircuitBreaker::new(pool.clone(), connect, options.acquire_timeout, options.rest);
        if options.rest == Rest::Running {
            breaker.await_start().await?;
        }
        Ok(Self::Postgres { pool, begin, breaker })
    }

    /// Brings the schema to this program's version, all of it or nothing. Safe when several start at once: the second waits.
    /// A schema of a newer program's is left as it is: it has all that this one needs.
    pub async fn migrate(&self) -> Result<(), Error> {
        match self {
            // sqlx locks nothing while it migrates SQLite; the transaction does, for every process.
            Self::Sqlite { write, .. } => {
                let mut all = write.begin_with("BEGIN IMMEDIATE").await?;
                known(&SQLITE).run(&mut *all).await?;
                all.commit().await?;
            }
            // A lock of the transaction, since sqlx's own stays on a connection that a proxy may give to others.
            Self::Postgres { pool, begin, breaker } => {
                let mut all = breaker.pass(pool.begin_with("begin; set local statement_timeout = 0")).await?;
                // What sqlx prepares meanwhile would stay there as well, as what another one prepared may have.
                let tidy = async |all: &mut PgConnection| match begin {
                    Some(_) => all.execute("deallocate all").await.map(|_| ()),
                    None => Ok(()),
                };
                tidy(&mut all).await?;
                let lock = sqlx::query("select pg_advisory_xact_lock($1)").bind(MIGRATING).persistent(false);
                lock.execute(&mut *all).await?;
                known(&POSTGRES).run(&mut *all).await?;
                tidy(&mut all).await?;
                all.commit().await?;
            }
        }
        Ok(())
    }

    /// Why the database is away, if that is known. Asks nobody.
    pub fn outage(&self) -> Option<String> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres { breaker, .. } => breaker.outage(),
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SQLite",
            Self::Postgres { .. } => "PostgreSQL",
        }
    }

    /// The database's own name and version, for people.
    pub async fn version(&self) -> Result<String, Error> {
        let sql = match self {
            Self::Sqlite { .. } => "select 'SQLite ' || sqlite_version()",
            Self::Postgres { .. } => "select 'PostgreSQL ' || current_setting('server_version')",
        };
        let mut c = self.read().await?;
        let row: Option<(String,)> = one!(c, sql)?;
        Ok(row.map_or_else(String::new, |(version,)| version))
    }

    /// How many migrations are applied, and how many this program has.
    pub async fn migrations(&self) -> Result<(usize, usize), Error> {
        let all = match self {
            Self::Sqlite { .. } => SQLITE.iter().count(),
            Self::Postgres { .. } => POSTGRES.iter().count(),
        };
        let mut c = self.read().await?;
        let found: Result<Option<(i64,)>, Error> = one!(c, "select count(*) from _sqlx_migrations where success");
        // Without that table nothing was ever applied.
        let done = match found {
            Ok(row) => row.map_or(0, |(n,)| usize::try_from(n).unwrap_or(0)),
            Err(Error::Broken(_)) => 0,
            Err(error) => return Err(error),
        };
        Ok((done, all))
    }

    /// Writes a copy of everything, as of one moment, into a file that is there and empty; whoever reads or writes meanwhile
    /// waits for nothing. SQLite alone: the other has tools of its own.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the file can't be written, and on PostgreSQL.
    pub async fn back_up(&self, file: &Path) -> Result<(), Error> {
        match (self, file.to_str()) {
            (Self::Sqlite { write, .. }, Some(file)) => {
                sqlx::query("vacuum into $1").bind(file).execute(write).await?;
                Ok(())
            }
            (Self::Sqlite { .. }, None) => Err(Error::Unavailable("the file's name is no UTF-8".into())),
            (Self::Postgres { .. }, _) => Err(Error::Unavailable("PostgreSQL is backed up by pg_dump".into())),
        }
    }

    /// Tells PostgreSQL at once how much there is of everything, after much was written in one go: by itself it finds that out
    /// within a minute, and until then its plans are for tables that are almost empty.
    pub async fn count_again(&self) -> Result<(), Error> {
        if let Self::Postgres { pool, .. } = self {
            sqlx::query("analyze").persistent(false).execute(pool).await?;
        }
        Ok(())
    }

    /// A connection that only reads.
    pub async fn read(&self) -> Result<Connection, Error> {
        let inner = match self {
            Self::Sqlite { read, .. } => Inner::Sqlite(read.acquire().await?),
            // In boxes: every use case awaits this, and those that remove a person are large already.
            Self::Postgres { pool, begin: None, breaker } => {
                Inner::Postgres(Box::pin(breaker.pass(pool.acquire())).await?)
            }
            Self::Postgres { pool, begin: Some(begin), breaker } => {
                Inner::PostgresTx(Box::pin(breaker.pass(pool.begin_with(begin.sql("read only")))).await?)
            }
        };
        Ok(self.connection(inner))
    }

    /// A transaction. Dropped without [`Connection::commit`], it leaves nothing behind.
    pub async fn write(&self) -> Result<Connection, Error> {
        let inner = match self {
            // IMMEDIATE: a transaction that begins by reading and then writes would fail when another wrote between.
            Self::Sqlite { write, .. } => Inner::SqliteTx(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres { pool, begin: None, breaker } => {
                Inner::PostgresTx(Box::pin(breaker.pass(pool.begin())).await?)
            }
            Self::Postgres { pool, begin: Some(begin), breaker } => {
                Inner::PostgresTx(Box::pin(breaker.pass(pool.begin_with(begin.sql("read write")))).await?)
            }
        };
        Ok(self.connection(inner))
    }

    fn connection(&self, inner: Inner) -> Connection {
        let keeps_statements = !matches!(self, Self::Postgres { begin: Some(_), .. });
        Connection { inner, keeps_statements }
    }

    /// Ends every connection, and on SQLite folds the journal into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres { pool, .. } => pool.close().await,
        }
    }
}

/// Opens a file that may be new. Two programs that turn one to its write-ahead journal at once both read it before: letting
/// them wait for each other would last for ever, so SQLite refuses one without waiting, who then finds it done.
async fn turned_to_wal(
    pool: &SqlitePoolOptions,
    connect: &SqliteConnectOptions,
    patience: Duration,
) -> Result<SqlitePool, sqlx::Error> {
    let began = Instant::now();
    loop {
        match pool.clone().connect_with(connect.clone()).await {
            Err(sqlx::Error::Database(error))
                if error.code().as_deref() == Some(SQLITE_BUSY) && began.elapsed() < patience =>
            {
                sleep(LOOKS_AGAIN_AFTER).await;
            }
            other => return other,
        }
    }
}

/// For a process that stands still between requests: nothing looks after connections meanwhile, so each is looked at when it is
/// wanted again. Asking one that a firewall forgot would last until the request's patience is over.
fn frozen(pool: PgPoolOptions) -> PgPoolOptions {
    let pool = pool.idle_timeout(None).max_lifetime(None).test_before_acquire(false);
    pool.before_acquire(|connection, was| {
        Box::pin(async move {
            let young = was.idle_for < TRUSTED_WHEN_IDLE;
            Ok(young && connection.ping().await.is_ok())
        })
    })
}

/// Those migrations, for a database that may have more of them: a program of before runs on while the newer one starts.
fn known(all: &Migrator) -> Migrator {
    let mut known = Migrator::with_migrations(all.iter().cloned().collect());
    known.set_ignore_missing(true).set_locking(false);
    known
}

fn version_of(text: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = text.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??, numbers.next()??))
}

/// A connection of one of the two databases, reading or inside a transaction.
pub struct Connection {
    inner: Inner,
    keeps_statements: bool,
}

enum Inner {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTx(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
}

pub(crate) enum Either<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Connection {
    /// Whether a statement may stay prepared. Behind a proxy its name would be met by whoever has the connection next.
    pub(crate) fn keeps_statements(&self) -> bool {
        self.keeps_statements
    }

    pub(crate) fn either(&mut self) -> Either<'_> {
        match &mut self.inner {
            Inner::Sqlite(connection) => Either::Sqlite(connection),
            Inner::SqliteTx(transaction) => Either::Sqlite(transaction),
            Inner::Postgres(connection) => Either::Postgres(connection),
            Inner::PostgresTx(transaction) => Either::Postgres(transaction),
        }
    }

    /// Keeps what was written. Does nothing for a connection that only reads.
    pub async fn commit(self) -> Result<(), Error> {
        match self.inner {
            Inner::SqliteTx(transaction) => transaction.commit().await?,
            Inner::PostgresTx(transaction) => transaction.commit().await?,
            Inner::Sqlite(_) | Inner::Postgres(_) => {}
        }
        Ok(())
    }
}
