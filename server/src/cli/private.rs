//! What an installation keeps on disk is readable for its owner alone: the key opens every link, the database has everybody's
//! addresses, and mails carry links that open accounts.

use crate::config::Config;
use rustix::{fs::Mode, process};
use secrecy::ExposeSecret;
use std::{
    ffi::OsString,
    fs::{self, Metadata, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};
use usecases::database_url;

/// What the group and all others may do with a file.
const OF_OTHERS: u32 = 0o077;
/// Only the owner of a file may remove it from such a folder: it is everybody's, like `/tmp`.
const STICKY: u32 = 0o1000;
/// Folders in a data folder that are no sign of another use; the second is the file system's own.
const OWN_FOLDERS: [&str; 2] = ["mail", "lost+found"];
/// What SQLite puts beside its file, under the same name with this behind it.
const BESIDE_THE_DATABASE: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Files that this process makes from here on are private from their first moment.
pub(super) fn new_files() {
    process::umask(Mode::from_raw_mode(OF_OTHERS));
}

/// Makes the data folder, and the mails in it, private. A folder that serves something else too is left as it is, and said.
pub(super) fn data_folder(config: &Config) -> io::Result<()> {
    let (folder, mails) = (&config.data, config.mail_folder());
    let facts = fs::metadata(folder)?;
    match other_use(folder, &facts)? {
        Some(why) if facts.mode() & OF_OTHERS != 0 => tracing::warn!(
            folder = %folder.display(),
            "others may look into the data folder, which is left so: {why}. The files in it are private."
        ),
        Some(_) => {}
        None => {
            make_private(folder);
        }
    }
    if mails.is_dir() {
        make_private(&mails);
        for mail in fs::read_dir(&mails)? {
            // One that can't be stands for all: there may be thousands.
            if !make_private(&mail?.path()) {
                break;
            }
        }
    }
    Ok(())
}

/// Makes the files of a database private that are there; none of PostgreSQL's are.
pub(super) fn database(config: &Config) {
    let Some(file) = database_url::sqlite_file(config.database_url.expose_secret()) else { return };
    for beside in BESIDE_THE_DATABASE {
        let mut path = OsString::from(&file);
        path.push(beside);
        make_private(Path::new(&path));
    }
}

/// Takes the rights of others away; answers whether they have none. Where that can't be done, on a volume that knows no rights or
/// that Kubernetes gives to a group (`fsGroup`), it is said and nothing stops. What is not there is private.
pub(super) fn make_private(path: &Path) -> bool {
    match narrow(path) {
        Ok(()) => true,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => true,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "others may read this, and it can't be made private");
            false
        }
    }
}

fn narrow(path: &Path) -> io::Result<()> {
    let mode = fs::metadata(path)?.mode() & 0o7777;
    if mode & OF_OTHERS == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode & !OF_OTHERS))?;
    // Some file systems say yes, and do nothing.
    match fs::metadata(path)?.mode() & OF_OTHERS {
        0 => Ok(()),
        _ => Err(io::Error::from(ErrorKind::Unsupported)),
    }
}

/// Why a folder is not for this installation alone.
fn other_use(folder: &Path, facts: &Metadata) -> io::Result<Option<String>> {
    if facts.uid() != process::geteuid().as_raw() {
        return Ok(Some(format!("it belongs to the user {}", facts.uid())));
    }
    if facts.mode() & STICKY != 0 {
        return Ok(Some("everybody may put files there".to_owned()));
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() && !OWN_FOLDERS.iter().any(|own| name == *own) {
            return Ok(Some(format!("the folder {} in it is not Bailiwick's", Path::new(&name).display())));
        }
    }
    Ok(None)
}
