//! Writes each mail as an `.eml` file, for an installation without a mail server.

use crate::SendError;
use domain::time::Timestamp;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A folder of mails. Made when it is first needed, and again if somebody removes it.
pub(crate) struct Folder {
    folder: PathBuf,
}

impl Folder {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Writes `<time>-<id>.eml`: sorted by name they are sorted by time.
    pub(crate) async fn write(&self, id: &str, now: Timestamp, message: Vec<u8>) -> Result<PathBuf, SendError> {
        let name = format!("{}-{id}.eml", time_for_name(now));
        self.off_the_runtime(move |folder| {
            let path = folder.join(name);
            write_whole(folder, &path, &message)?;
            Ok(path)
        })
        .await
    }

    pub(crate) async fn check(&self) -> Result<(), SendError> {
        self.off_the_runtime(|folder| {
            let probe = folder.join(".writable");
            write_whole(folder, &probe, b"")?;
            fs::remove_file(probe)
        })
        .await
    }

    /// A disk may block for long; the runtime's threads serve requests meanwhile.
    async fn off_the_runtime<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, SendError> {
        let folder = self.folder.clone();
        let done = tokio::task::spawn_blocking(move || work(&folder)).await;
        done.map_err(io::Error::other)
            .flatten()
            .map_err(|error| SendError::transient(format!("The mail folder can't be written: {}.", error.kind())))
    }
}

/// `20261123T093000.250Z`: no colon, which some file systems refuse.
fn time_for_name(at: Timestamp) -> String {
    match at.calendar() {
        Some((year, month, day, hour, minute)) => {
            let second = at.seconds().rem_euclid(60);
            let milli = at.micros().rem_euclid(1_000_000) / 1000;
            format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}.{milli:03}Z")
        }
        None => at.micros().to_string(),
    }
}

/// Writes beside the target and renames: whoever watches the folder never sees half a mail, and after a crash
/// there is either the whole file or none. Mails carry links that open accounts, so only the owner reads them.
fn write_whole(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    make_folder(folder)?;
    let unfinished = path.with_extension("part");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    // The rename itself must outlive a power cut: the outbox forgets the mail now.
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
