//! `bailiwick backup`: a copy of the database while it is in use.

use super::{Failed, doctor::print_line, open};
use crate::config::Config;
use std::{
    fs::{File, OpenOptions},
    io::ErrorKind,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::ExitCode,
};
use usecases::Db;

pub(super) const ABOUT: &str = "\
Copy the database into a file, as of one moment, while `bailiwick serve` goes on.

To restore it, stop the server, put the copy where the database was (by default data/bailiwick.db), remove the files beside
it whose names end in -wal and -shm, and start the server. Keep the secret key with it, by default data/secret.key: without
it, links in mails that are under way open nothing, and API servers and machines have to be let in anew.

PostgreSQL is backed up by its own tools: pg_dump --format=custom, and pg_restore.";

pub(super) async fn run(config: &Config, file: &Path) -> Result<ExitCode, Failed> {
    let db = open::existing_database(config).await?;
    if !matches!(db, Db::Sqlite { .. }) {
        return Err(Failed(
            "this database is PostgreSQL, which has tools of its own: pg_dump --format=custom --file=bailiwick.dump \"$BAILIWICK_DATABASE_URL\""
                .to_owned(),
        ));
    }
    let failed = |why: &dyn std::fmt::Display| Failed(format!("{} can't be written: {why}", file.display()));
    // Made first, for its owner alone; and never over an older copy.
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    made.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => failed(&"there is such a file already, and nothing is written over it"),
        _ => failed(&error),
    })?;
    let written = db.back_up(file).await;
    db.close().await;
    if let Err(error) = written {
        // Half a copy must not be taken for one.
        let _ = std::fs::remove_file(file);
        return Err(failed(&error));
    }
    let copy = File::open(file)?;
    copy.sync_all()?;
    let bytes = copy.metadata()?.len();
    print_line(&format!(
        "{} has everything, in {} kB. Keep the secret key with it.",
        file.display(),
        bytes.div_ceil(1024)
    ));
    Ok(ExitCode::SUCCESS)
}
