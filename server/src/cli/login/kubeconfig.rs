//! The kubeconfig of whoever runs the command: which file it is, and changing it without losing anybody's change.

use super::kept::replace;
use crate::cli::Failed;
use app::api::logins::Claimed;
use std::{
    ffi::OsString,
    fs::{self, OpenOptions},
    io::ErrorKind,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use usecases::{
    Cluster,
    kubeconfig::{Access, PROGRAM},
};

/// The file to add to: the one that was asked for, or the one that `kubectl` would write to.
pub(super) fn file(asked: Option<PathBuf>) -> Result<PathBuf, Failed> {
    if let Some(file) = asked {
        return Ok(file);
    }
    let listed = std::env::var_os("KUBECONFIG").unwrap_or_default();
    let listed: Vec<PathBuf> = std::env::split_paths(&listed).filter(|file| !file.as_os_str().is_empty()).collect();
    let named = listed.iter().find(|file| file.exists()).or(listed.last());
    let usual = || std::env::home_dir().map(|home| home.join(".kube").join("config"));
    named
        .cloned()
        .or_else(usual)
        .ok_or_else(|| Failed("there is no home folder: name a file with --kubeconfig".to_owned()))
}

/// Adds the access; answers the name of its context. Nobody else changes the file meanwhile who keeps to `kubectl`'s lock.
pub(super) fn add(file: &Path, server: &str, claimed: &Claimed) -> Result<String, Failed> {
    let failed = |why: &dyn std::fmt::Display| {
        let again = format!("bailiwick login --server {server} --organization {}", claimed.organization);
        Failed(format!("the kubeconfig {} stays as it is: {why}. Put that right and run: {again}", file.display()))
    };
    // A link stays one: what it leads to is changed.
    let target = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let _lock = Lock::take(&target).map_err(|why| failed(&why))?;
    let (existing, mode) = match fs::read_to_string(&target) {
        Ok(text) => (text, fs::metadata(&target).map_or(0o600, |facts| facts.permissions().mode() & 0o777)),
        Err(error) if error.kind() == ErrorKind::NotFound => (String::new(), 0o600),
        Err(error) => return Err(failed(&error)),
    };
    let facts = claimed.cluster.clone();
    let cluster = Cluster {
        name: facts.name,
        server: facts.server,
        certificate_authority: facts.certificate_authority,
        tls_server_name: facts.tls_server_name,
    };
    let access = Access {
        server,
        organization: &claimed.organization,
        cluster: &cluster,
        command: &command(),
        namespace: claimed.namespaces.first(),
    };
    let merged = access.merge_into(&existing).map_err(|error| failed(&error))?;
    replace(&target, merged.text.as_bytes(), mode).map_err(|Failed(why)| failed(&why))?;
    Ok(merged.context)
}

/// How `kubectl` will find this program: by its name where a shell does, else by where it lies.
fn command() -> String {
    let Ok(own) = std::env::current_exe() else { return PROGRAM.to_owned() };
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&folders).map(|folder| folder.join(PROGRAM)).filter(|file| file.is_file());
    let first = found.next().and_then(|file| file.canonicalize().ok());
    if first == own.canonicalize().ok() { PROGRAM.to_owned() } else { own.to_string_lossy().into_owned() }
}

/// The file that `kubectl` makes while it changes a kubeconfig, and respects.
struct Lock(PathBuf);

impl Lock {
    fn take(file: &Path) -> Result<Self, String> {
        let mut name = OsString::from(file);
        name.push(".lock");
        let lock = PathBuf::from(name);
        match OpenOptions::new().write(true).create_new(true).open(&lock) {
            Ok(_) => Ok(Self(lock)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(format!("another program is changing it; if none is, delete {}", lock.display()))
            }
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
