//! What an installation is told by its settings, and what it keeps of them on disk.

use crate::{
    machine::{Ran, bare, ran},
    serving::Serving,
};
use std::{
    fs::{self, Permissions},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
};
use storage::trial::on_postgres;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn open_to_all(path: &Path) {
    let mode = if path.is_dir() { 0o755 } else { 0o644 };
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// `bailiwick migrate` with its data here, as a shell starts it that lets everybody read what is made.
fn migrate(data: &Path) -> Ran {
    let mut command = Command::new("sh");
    command.args(["-c", "umask 022; exec \"$0\" migrate", env!("CARGO_BIN_EXE_bailiwick")]);
    let ran = ran(command.env_clear().env("BAILIWICK_DATA", data).env("BAILIWICK_LOG", "warn"), "");
    assert_eq!(ran.exit, 0, "{ran:?}");
    ran
}

#[test]
fn files_on_disk_are_private_when_they_are_made_and_again_at_each_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (database, mails) = (data.join("bailiwick.db"), data.join("mail"));
    migrate(&data);
    let key = ran(bare().args(["cluster", "webhook-config"]).env("BAILIWICK_DATA", &data), "");
    assert_eq!(key.exit, 0, "{key:?}");
    assert_eq!((mode(&data), mode(&database), mode(&data.join("secret.key"))), (0o700, 0o600, 0o600));

    // As an older version, or a copy that was put back, has them.
    fs::create_dir(&mails).unwrap();
    let mail = mails.join("1.eml");
    fs::write(&mail, "Subject: Hello").unwrap();
    for path in [&data, &database, &data.join("secret.key"), &mails, &mail] {
        open_to_all(path);
    }
    migrate(&data);
    let key = ran(bare().args(["cluster", "webhook-config"]).env("BAILIWICK_DATA", &data), "");
    assert_eq!((key.exit, key.err.contains("private")), (0, false), "{key:?}");
    assert_eq!((mode(&data), mode(&mails)), (0o700, 0o700));
    for file in [&database, &data.join("secret.key"), &mail] {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_of_a_database_in_use_is_private() {
    let serving = Serving::start(Vec::new());
    serving.until_ready().await;
    for name in ["bailiwick.db", "bailiwick.db-wal", "bailiwick.db-shm"] {
        assert_eq!(mode(&serving.folder.path().join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_folder_that_serves_something_else_is_left_as_it_is_and_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("photos")).unwrap();
    open_to_all(folder.path());
    let said = migrate(folder.path());
    said.says("others may look into the data folder");
    said.says("photos");
    assert_eq!((mode(folder.path()), mode(&folder.path().join("bailiwick.db"))), (0o755, 0o600));
}

#[test]
fn plain_http_to_other_machines_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let serve = |word: &str| {
        let mut command = bare();
        command.arg(word).env("BAILIWICK_DATA", &data).env("BAILIWICK_LISTEN", "0.0.0.0:0");
        ran(command.env("BAILIWICK_BASE_URL", "http://bailiwick.example"), "")
    };
    let refused = serve("serve");
    assert_eq!(refused.exit, 1, "{refused:?}");
    refused.says("BAILIWICK_INSECURE_HTTP=1");
    assert!(!data.exists(), "{refused:?}");
    let told = serve("doctor");
    assert!(
        told.out.lines().any(|line| line.starts_with("FAIL  settings") && line.contains("BAILIWICK_BASE_URL")),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_to_other_machines_is_served_where_somebody_says_so_and_the_log_says_what_it_costs() {
    let port = {
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        free.local_addr().unwrap().port()
    };
    let mut serving = Serving::start(vec![
        ("BAILIWICK_LISTEN", format!("0.0.0.0:{port}")),
        ("BAILIWICK_BASE_URL", "http://bailiwick.example".to_owned()),
        ("BAILIWICK_INSECURE_HTTP", "1".to_owned()),
    ]);
    serving.port = port;
    serving.until_ready().await;
    assert!(serving.log().contains("plain HTTP in public"), "{}", serving.log());
}

#[test]
fn secrets_in_files_are_those_that_the_program_works_with() {
    on_postgres(async |trial| {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: String| {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            path
        };
        let url = file("url", format!("{}\r\n", trial.url()));
        let key = file("key", "a-key-of-the-tests-that-is-long-enough\n".to_owned());
        let said = |variable: &str, value: &str| {
            let mut command = bare();
            command.args(["cluster", "controller-credential"]).env("BAILIWICK_DATA", "/proc/nowhere");
            command.env("BAILIWICK_DATABASE_URL_FILE", &url).env("BAILIWICK_SMTP_URL", "smtp://127.0.0.1");
            let ran = ran(command.env(variable, value), "");
            assert_eq!(ran.exit, 0, "{ran:?}");
            ran.out
        };
        let by_file = said("BAILIWICK_SECRET_KEY_FILE", key.to_str().unwrap());
        assert_eq!(by_file, said("BAILIWICK_SECRET_KEY", "a-key-of-the-tests-that-is-long-enough"));
        let migrated = ran(bare().arg("migrate").env("BAILIWICK_DATABASE_URL_FILE", &url).current_dir(&folder), "");
        assert_eq!(migrated.exit, 0, "{migrated:?}");
        assert!(!folder.path().join("data/bailiwick.db").exists(), "it went to the database of the file");
    });
}
