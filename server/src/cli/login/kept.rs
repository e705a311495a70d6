//! What a machine keeps of its logins: a file each, for its owner alone.

use crate::cli::Failed;
use domain::{text::Slug, time::Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// Without `Debug`: it carries the secret.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) server: String,
    pub(super) organization: Slug,
    pub(super) secret: String,
    pub(super) expires_at: Timestamp,
}

/// `$XDG_CONFIG_HOME/bailiwick/logins`
fn folder() -> Result<PathBuf, Failed> {
    let configured = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let folder = configured.or_else(|| Some(std::env::home_dir()?.join(".config")));
    let folder = folder.ok_or_else(|| Failed("there is no home folder to keep a login in: set HOME".to_owned()))?;
    Ok(folder.join("bailiwick").join("logins"))
}

/// No two servers and organizations have the same one: neither half has a `+` in it.
fn file(server: &str, organization: &Slug) -> Result<PathBuf, Failed> {
    Ok(folder()?.join(format!("{}+{organization}.json", utf8_percent_encode(server, NON_ALPHANUMERIC))))
}

impl Kept {
    /// `None` where this machine has no login.
    pub(super) fn read(server: &str, organization: &Slug) -> Result<Option<Self>, Failed> {
        Self::at(&file(server, organization)?)
    }

    fn at(file: &Path) -> Result<Option<Self>, Failed> {
        let failed = |why: &dyn std::fmt::Display| Failed(format!("{} can't be read: {why}", file.display()));
        match fs::read(file) {
            // What the parser says may quote the secret.
            Ok(text) => serde_json::from_slice(&text)
                .map(Some)
                .map_err(|_| failed(&"it is damaged; delete it and log in again")),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    pub(super) fn all() -> Result<Vec<Self>, Failed> {
        let folder = folder()?;
        let failed = |error: std::io::Error| Failed(format!("{} can't be read: {error}", folder.display()));
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut files = entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect::<Result<Vec<_>, Failed>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        let kept = files.iter().map(|file| Self::at(file)).collect::<Result<Vec<_>, _>>()?;
        Ok(kept.into_iter().flatten().collect())
    }

    pub(super) fn write(&self) -> Result<(), Failed> {
        let folder = folder()?;
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(|error| Failed(format!("{} can't be made: {error}", folder.display())))?;
        replace(&file(&self.server, &self.organization)?, &serde_json::to_vec_pretty(self)?, 0o600)
    }

    pub(super) fn remove(&self) -> Result<(), Failed> {
        Ok(fs::remove_file(file(&self.server, &self.organization)?)?)
    }
}

/// Puts a file in another's place at once: whoever reads it sees one or the other, also after a power cut.
pub(super) fn replace(file: &Path, text: &[u8], mode: u32) -> Result<(), Failed> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let write = || {
        // Of a process that had this number and was killed.
        let _ = fs::remove_file(&beside);
        let mut new = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
        new.write_all(text)?;
        new.sync_all()?;
        fs::rename(&beside, file)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&beside);
        Failed(format!("{} can't be written: {error}", file.display()))
    })
}
