//! Opening what a configuration names.

use super::{Failed, private};
use crate::{
    config::Config,
    http::{Assets, Listeners, Server},
    metrics::Metrics,
    readiness::Readiness,
    traces::Traces,
};
use mailer::SetupError;
use secrecy::{ExposeSecret, SecretString};
use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::ExitCode,
    sync::Arc,
    thread::available_parallelism,
    time::Duration,
};
use tokio::time::timeout;
use usecases::{Clock, Db, DbError, Error, Installation, Keys, Passwords, key_check};

/// How long a function may look at its database before it takes an event. The platform ends a start that lasts ten seconds.
const BEFORE_THE_FIRST_EVENT: Duration = Duration::from_secs(3);

/// How many passwords may be hashed at once: each takes a core for some 20 ms and 19 MiB.
fn hashes_at_once() -> usize {
    available_parallelism().map_or(2, usize::from).clamp(1, 8)
}

/// Where everything has another place, none is made.
pub(super) fn data_folder(config: &Config) -> Result<(), Failed> {
    if !config.keeps_files() {
        return Ok(());
    }
    let data = config.data.display();
    std::fs::create_dir_all(&config.data)
        .map_err(|error| Failed(format!("BAILIWICK_DATA: the data folder {data} can't be made: {error}")))?;
    private::data_folder(config)
        .map_err(|error| Failed(format!("BAILIWICK_DATA: the data folder {data} can't be read: {error}")))
}

pub(super) async fn database(config: &Config) -> Result<Db, Failed> {
    private::database(config);
    let url = config.database_url.expose_secret();
    let help = if url.starts_with("sqlite:") { WRITABLE_FILE } else { "Check BAILIWICK_DATABASE_URL" };
    Db::open(url, config.database)
        .await
        .map_err(|error| Failed(format!("{error}. {help}. `bailiwick doctor` says more.")))
}

/// The database as it stands: nothing is made.
pub(super) async fn existing_database(config: &Config) -> Result<Db, Failed> {
    private::database(config);
    let url = config.database_url.expose_secret();
    Db::open_existing(url, config.database).await.map_err(|error| {
        Failed(format!(
            "{error}. Is BAILIWICK_DATA or BAILIWICK_DATABASE_URL as `bailiwick serve` has it? A new installation is made by \
             `bailiwick migrate`."
        ))
    })
}

/// The installation as it stands: nothing is made, and nothing is migrated under a server that may run.
pub(super) async fn existing(config: &Config) -> Result<Arc<Installation>, Failed> {
    let db = existing_database(config).await?;
    match db.migrations().await? {
        (done, all) if done < all => Err(too_old(done, all)),
        (done, all) if done > all => {
            Err(Failed(format!("the database is of a newer bailiwick, by {} migrations: use that one.", done - all)))
        }
        _ => at(config, keys(config)?, db),
    }
}

/// A key that is not the database's ends the program, before a link is made that nobody can open; and so does a database that
/// can be read alone, before anybody signs in in vain.
async fn claim(config: &Config, db: &Db, keys: &Keys) -> Result<(), Failed> {
    match key_check::claim(db, keys).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failed(other_key(config))),
        Err(error) => Err(not_written(db, &failed(&error).0)),
    }
}

pub(super) fn other_key(config: &Config) -> String {
    let key = match config.secret_key {
        Some(_) => "BAILIWICK_SECRET_KEY".to_owned(),
        None => config.data.join("secret.key").display().to_string(),
    };
    format!(
        "the key in {key} is not the one that this database was used with: no link in a mail that was sent, no credential of a \
         cluster would work. Bring back the key that belongs to it, with a restored copy the one kept beside it (and to replace \
         a key, set BAILIWICK_SECRET_KEY=new,old). If it is lost, `bailiwick accept-key` takes the present one."
    )
}

pub(super) fn not_written(db: &Db, why: &str) -> Failed {
    match (db.outage(), db) {
        (Some(away), _) => Failed(format!("the database is away: {away}")),
        (None, Db::Sqlite { .. }) => {
            Failed(format!("the database can be read and not written: {why}. {WRITABLE_FILE}."))
        }
        (None, Db::Postgres { .. }) => Failed(format!(
            "the database can be read and not written: {why}. BAILIWICK_DATABASE_URL has to name a server that takes writes, \
             and no copy for reading."
        )),
    }
}

const WRITABLE_FILE: &str = "This user needs the right to write the file, those beside it whose names end in -wal and -shm, and \
     their folder, on a disk that is not full";

/// `bailiwick accept-key`
pub(super) async fn accept_key(config: &Config) -> Result<ExitCode, Failed> {
    let installation = existing(config).await?;
    key_check::replace(&installation.db, &installation.keys).await.map_err(|error| failed(&error))?;
    installation.db.close().await;
    tracing::info!(
        "the database takes this key for its own. Links that were mailed before open nothing; give the API servers and the \
         controller their credentials anew: `bailiwick cluster webhook-config`, `bailiwick cluster controller-credential`."
    );
    Ok(ExitCode::SUCCESS)
}

/// The same for a function, which many start at once: none of them migrates, and a newer schema has all that it needs. Where the
/// database is away, each request says so by itself.
pub(super) async fn as_found(config: &Config) -> Result<Arc<Installation>, Failed> {
    let db = existing_database(config).await?;
    match timeout(BEFORE_THE_FIRST_EVENT, db.migrations()).await {
        Ok(Ok((done, all))) if done < all => return Err(too_old(done, all)),
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the database can't be asked yet"),
        Err(_) => tracing::warn!("the database can't be asked yet: no answer"),
    }
    let keys = keys(config)?;
    // Where it can't be asked, that is said already.
    if let Ok(Ok(false)) = timeout(BEFORE_THE_FIRST_EVENT, key_check::belongs(&db, &keys)).await {
        return Err(Failed(other_key(config)));
    }
    at(config, keys, db)
}

fn at(config: &Config, keys: Keys, db: Db) -> Result<Arc<Installation>, Failed> {
    let passwords = Passwords::new(hashes_at_once()).map_err(|error| failed(&error))?;
    Ok(Arc::new(Installation::new(db, Clock::System, keys, passwords, config.settings())))
}

fn too_old(done: usize, all: usize) -> Failed {
    Failed(format!(
        "the database is not at this program's version, it lacks {} of {all} migrations: run `bailiwick migrate`, or \
         start the new `bailiwick serve`.",
        all - done
    ))
}

async fn migrated(db: &Db) -> Result<(), Failed> {
    db.migrate().await.map_err(|error| match error {
        DbError::Unavailable(why) => not_written(db, &why),
        other => Failed(other.to_string()),
    })
}

pub(super) async fn migrate(config: &Config) -> Result<ExitCode, Failed> {
    data_folder(config)?;
    let db = database(config).await?;
    migrated(&db).await?;
    db.close().await;
    tracing::info!(database = db.kind(), "the database is at this program's version");
    Ok(ExitCode::SUCCESS)
}

pub(super) fn mailer(config: &Config) -> Result<mailer::Mailer, Failed> {
    let made = match &config.smtp_url {
        Some(url) => mailer::Mailer::smtp(url, &config.mail_from),
        None => mailer::Mailer::file(config.mail_folder(), &config.mail_from),
    };
    made.map_err(|error| match error {
        SetupError::From => Failed(format!("BAILIWICK_MAIL_FROM={:?}: {error}", config.mail_from)),
        SetupError::Url(_) | SetupError::Certificate => Failed(format!("BAILIWICK_SMTP_URL: {error}")),
    })
}

/// What answers requests, be it at a port or as a function. Needs the runtime that it will run on.
pub(super) fn server(config: &Config, installation: Arc<Installation>) -> Result<Server, Failed> {
    Ok(Server {
        installation,
        assets: Arc::new(Assets::find()),
        https: config.is_https(),
        trusted_proxies: config.trusted_proxies.clone().into(),
        mailer: mailer(config)?,
        listeners: Listeners::default(),
        leaving: Arc::default(),
        readiness: Readiness::default(),
        metrics: Metrics::default(),
        traces: Traces::from_environment().map_err(Failed)?,
    })
}

/// The whole installation, migrated.
pub(super) async fn installation(config: &Config) -> Result<Arc<Installation>, Failed> {
    data_folder(config)?;
    // Before the database is changed: a key that can't be used ends the program.
    let keys = keys(config)?;
    let db = database(config).await?;
    migrated(&db).await?;
    claim(config, &db, &keys).await?;
    at(config, keys, db)
}

pub(super) fn failed(error: &Error) -> Failed {
    match error {
        Error::Refused(refusal) => Failed(app::words::refusal(refusal)),
        Error::Unavailable(why) | Error::Contended(why) | Error::Broken(why) => Failed(why.clone()),
        Error::Busy => Failed("too many passwords are being checked; try again in a moment".to_owned()),
        Error::Stale(_) => Failed("somebody else changed this meanwhile".to_owned()),
    }
}

/// The configured key, or the one in the data folder, which is made when there is none.
pub(super) fn keys(config: &Config) -> Result<Keys, Failed> {
    match &config.secret_key {
        Some(key) => Ok(Keys::parse(key)?),
        None => {
            let file = config.data.join("secret.key");
            let wrong = |why| Failed(format!("the key file {} can't be used: {why}", file.display()));
            Keys::parse(&key_in(&file)?).map_err(wrong)
        }
    }
}

fn key_in(file: &Path) -> Result<SecretString, Failed> {
    // Made only if it is not there: of two that start at once, one makes it and both read it.
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Ok(mut made) => {
            made.write_all(Keys::generate().expose_secret().as_bytes())?;
            made.sync_all()?;
            tracing::info!(file = %file.display(), "made a secret key; keep it with the database, links in mails depend on it");
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Failed(format!("the key file {} can't be made: {error}", file.display()))),
    }
    private::make_private(file);
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failed(format!("the key file {} can't be read: {error}", file.display())))?;
    Ok(SecretString::from(text.trim().to_owned()))
}
