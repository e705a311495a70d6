//! Fresh databases for tests, migrated and gone afterwards. Behind the feature `trial`, which no program asks for.

use crate::{
    Db, Options,
    db::{POSTGRES, SQLITE},
};
use domain::time::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _, Executor, PgConnection, Row};
use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};
use tempfile::TempDir;

/// Where the PostgreSQL for tests is found.
pub const POSTGRES_URL: &str = "BAILIWICK_TEST_POSTGRES_URL";

/// A database of one test's own.
#[derive(Debug, Clone)]
pub struct Trial {
    pub db: Db,
    place: Arc<Place>,
}

#[derive(Debug)]
enum Place {
    Folder(TempDir),
    /// The server's URL without a database, and the database's name.
    Server(String, String),
}

/// Runs a test on a database of its own, on SQLite and then on PostgreSQL.
///
/// # Panics
/// When the test does, or when there is no database to be had.
pub fn on_both<T: AsyncFn(Trial)>(test: T) {
    on(Trial::sqlite, &test);
    on(Trial::postgres, &test);
}

/// The same on SQLite alone: for what takes long and no database makes different.
///
/// # Panics
/// When the test does.
pub fn on_sqlite<T: AsyncFn(Trial)>(test: T) {
    on(Trial::sqlite, &test);
}

/// The same on PostgreSQL alone: for what several replicas do.
///
/// # Panics
/// When the test does, or when there is no database to be had.
pub fn on_postgres<T: AsyncFn(Trial)>(test: T) {
    on(Trial::postgres, &test);
}

fn on<T: AsyncFn(Trial)>(open: impl AsyncFn() -> Trial, test: &T) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let trial = runtime.block_on(open());
    let kind = trial.db.kind();
    let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(test(trial.clone()))));
    runtime.block_on(trial.end());
    if let Err(panic) = outcome {
        eprintln!("on {kind}");
        resume_unwind(panic);
    }
}

impl Trial {
    /// A file of its own: in memory, several connections would see several databases.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::Folder(folder);
        let db = Db::open(&place.url(""), Options::default()).await.expect("SQLite");
        db.migrate().await.expect("migrations");
        Self { db, place: Arc::new(place) }
    }

    /// A copy of a template that is migrated once for all.
    pub async fn postgres() -> Self {
        let url = std::env::var(POSTGRES_URL).unwrap_or_else(|_| {
            panic!("{POSTGRES_URL} is not set: `make test` sets it; by hand, `.ci/postgres start` prints it")
        });
        let (server, _) = url.rsplit_once('/').expect("a URL that ends in a database's name");
        let mut c = PgConnection::connect(&url).await.expect("PostgreSQL");
        let template = template(&mut c, server).await;
        let name: String =
            c.fetch_one("select 'trial_' || replace(gen_random_uuid()::text, '-', '')").await.expect("a name").get(0);
        run(&mut c, format!("create database {name} template {template}")).await;
        let place = Place::Server(server.to_owned(), name);
        let db = Db::open(&place.url(""), Options::default()).await.expect("PostgreSQL");
        Self { db, place: Arc::new(place) }
    }

    /// As a backup holds it that is made now, restored as a database of its own. PostgreSQL copies only what nobody uses:
    /// whoever does is cut off meanwhile.
    ///
    /// # Panics
    /// Where it can't be copied.
    pub async fn copy(&self) -> Self {
        let place = match &*self.place {
            Place::Folder(_) => {
                let place = Place::Folder(tempfile::tempdir().expect("a folder"));
                let file = place.url("").replace("sqlite:", "");
                std::fs::File::create(&file).expect("a file");
                self.db.back_up(file.as_ref()).await.expect("a backup");
                place
            }
            Place::Server(server, name) => {
                let mut c = PgConnection::connect(&format!("{server}/postgres")).await.expect("PostgreSQL");
                let copy = format!("{name}_copy");
                run(&mut c, format!("alter database {name} allow_connections false")).await;
                let users = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname";
                run(&mut c, format!("{users} = '{name}'")).await;
                run(&mut c, format!("create database {copy} template {name}")).await;
                run(&mut c, format!("alter database {name} allow_connections true")).await;
                Place::Server(server.clone(), copy)
            }
        };
        let db = Db::open(&place.url(""), Options::default()).await.expect("the copy");
        Self { db, place: Arc::new(place) }
    }

    /// Where another program finds the same database.
    pub fn url(&self) -> String {
        self.place.url("")
    }

    /// The same database from another process: other connections, other pools.
    pub async fn open_again(&self) -> Db {
        Db::open(&self.place.url(""), Options::default()).await.expect("the same database")
    }

    /// The same database, which refuses every write that comes this way.
    pub async fn read_only(&self) -> Db {
        let url = self.place.url("?options[default_transaction_read_only]=on");
        match (&*self.place, &self.db) {
            (Place::Folder(_), Db::Sqlite { read, .. }) => Db::Sqlite { read: read.clone(), write: read.clone() },
            _ => Db::open(&url, Options::default()).await.expect("the same database"),
        }
    }

    /// Runs any SQL: for what no use case does.
    pub async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.db {
            Db::Sqlite { write, .. } => write.execute(sql).await.map(|_| ()),
            Db::Postgres { pool, .. } => pool.execute(sql).await.map(|_| ()),
        }
        .expect("SQL that runs");
    }

    /// A time as it stands in this database's SQL.
    pub fn written(&self, at: Timestamp) -> String {
        match &self.db {
            Db::Sqlite { .. } => at.micros().to_string(),
            Db::Postgres { .. } => format!("timestamptz 'epoch' + interval '{} microseconds'", at.micros()),
        }
    }

    /// The first column of every row, which is a text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.db {
            Db::Sqlite { write, .. } => {
                write.fetch_all(sql).await.expect("SQL that runs").iter().map(|row| row.get(0)).collect()
            }
            Db::Postgres { pool, .. } => {
                pool.fetch_all(sql).await.expect("SQL that runs").iter().map(|row| row.get(0)).collect()
            }
        }
    }

    /// The one number that a query answers.
    pub async fn number(&self, sql: &str) -> i64 {
        let text = format!("select cast(({sql}) as text)");
        self.texts(&text).await.concat().parse().expect("a number")
    }

    /// As a newer program would have left it: with a migration more.
    pub async fn as_if_newer(&self) {
        let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
            select 9999, description, success, checksum, execution_time from _sqlx_migrations where version = 1";
        self.execute(newer).await;
    }

    /// As the first program of all would have left it, by what is written down.
    pub async fn as_if_older(&self) {
        self.execute("delete from _sqlx_migrations where version > 1").await;
    }

    /// Empty, with the tables that an earlier program made: its last migration has this number.
    pub async fn as_of(&self, migration: i64) {
        self.empty().await;
        match &self.db {
            Db::Sqlite { write, .. } => SQLITE.run_to(migration, write).await,
            Db::Postgres { pool, .. } => POSTGRES.run_to(migration, pool).await,
        }
        .expect("the migrations of before");
    }

    /// All that is kept, as text, to be searched.
    pub async fn everything(&self) -> String {
        match (&*self.place, &self.db) {
            (Place::Folder(folder), Db::Sqlite { .. }) => {
                let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap_or_default();
                let bytes = [read("trial.db"), read("trial.db-wal")].concat();
                String::from_utf8_lossy(&bytes).into_owned()
            }
            _ => {
                let tables = "select tablename::text from pg_tables where schemaname = 'public'";
                let mut text = String::new();
                for table in self.texts(tables).await {
                    text += &self.texts(&format!("select row_to_json(t)::text from {table} t")).await.join("\n");
                }
                text
            }
        }
    }

    /// Takes every table away: the database as it is before the first start.
    pub async fn empty(&self) {
        match &self.db {
            Db::Postgres { .. } => self.execute("drop schema public cascade; create schema public").await,
            Db::Sqlite { .. } => {
                let tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by rowid desc";
                for table in self.texts(tables).await {
                    self.execute(&format!("drop table {table}")).await;
                }
            }
        }
    }

    /// How SQLite would read what this statement asks for, one step a line.
    pub async fn plan(&self, sql: &str) -> Vec<String> {
        let Db::Sqlite { read, .. } = &self.db else { panic!("PostgreSQL plans by the rows there are") };
        let sql = AssertSqlSafe(format!("explain query plan {sql}"));
        read.fetch_all(sql).await.expect("a plan").iter().map(|row| row.get("detail")).collect()
    }

    /// Takes it away.
    ///
    /// # Panics
    /// Where it is gone already.
    pub async fn end(self) {
        self.db.close().await;
        if let Place::Server(server, name) = &*self.place {
            let mut c = PgConnection::connect(&format!("{server}/postgres")).await.expect("PostgreSQL");
            run(&mut c, format!("drop database {name} with (force)")).await;
        }
    }
}

impl Place {
    fn url(&self, query: &str) -> String {
        match self {
            Self::Folder(folder) => format!("sqlite:{}", folder.path().join("trial.db").display()),
            Self::Server(server, name) => format!("{server}/{name}{query}"),
        }
    }
}

async fn run(c: &mut PgConnection, sql: String) {
    c.execute(AssertSqlSafe(sql)).await.expect("SQL that runs");
}

/// Finds or makes the template, one process at a time.
async fn template(c: &mut PgConnection, server: &str) -> String {
    // Of every migration there is: an older schema must not be found under a newer one's name.
    let sum = POSTGRES
        .iter()
        .flat_map(|migration| migration.checksum.iter())
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let name = format!("trial_template_{sum:016x}");
    c.execute("select pg_advisory_lock(7105)").await.expect("a lock");
    let ready = format!("select 1 from pg_database where datname = '{name}' and datistemplate");
    if c.fetch_optional(AssertSqlSafe(ready)).await.expect("a catalogue").is_none() {
        run(c, format!("drop database if exists {name} with (force)")).await;
        run(c, format!("create database {name}")).await;
        let db = Db::open(&format!("{server}/{name}"), Options::default()).await.expect("the template");
        db.migrate().await.expect("migrations");
        db.close().await;
        run(c, format!("alter database {name} is_template true")).await;
    }
    c.execute("select pg_advisory_unlock(7105)").await.expect("the lock");
    name
}
