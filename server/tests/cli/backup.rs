//! `bailiwick backup`, and what is restored from it.

use crate::{
    house::on_both,
    machine::{bare, ran},
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    sync::atomic::{AtomicBool, Ordering},
};

#[test]
fn a_copy_that_is_made_while_people_write_is_whole_and_starts_as_it_was() {
    on_both(async |house| {
        let house = house.on_real_time();
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("copy.db");
        let back_up = || {
            let mut command = bare();
            command.arg("backup").arg(&file).env("BAILIWICK_DATABASE_URL", house.trial.url());
            ran(command.env("BAILIWICK_DATA", folder.path()), "")
        };
        if house.trial.url().starts_with("postgres:") {
            let refused = back_up();
            assert_eq!(refused.exit, 1, "{refused:?}");
            refused.says("pg_dump");
            assert!(!file.exists());
            return;
        }
        let done = AtomicBool::new(false);
        let writing = async {
            let mut made = 0;
            while !done.load(Ordering::SeqCst) || made == 0 {
                ada.create_token(&[]).await;
                made += 1;
            }
            made
        };
        let copying = async {
            let made = tokio::task::block_in_place(back_up);
            done.store(true, Ordering::SeqCst);
            made
        };
        let (written, made) = tokio::join!(writing, copying);
        assert_eq!(made.exit, 0, "{made:?}");
        made.says("Keep the secret key with it.");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(written > 0);

        let again = back_up();
        assert_eq!(again.exit, 1, "{again:?}");
        again.says("nothing is written over it");

        // As the help says: put where the database was.
        let restored = tempfile::tempdir().unwrap();
        fs::copy(&file, restored.path().join("bailiwick.db")).unwrap();
        let mut list = bare();
        list.args(["operator", "organization", "list", "--json"]).env("BAILIWICK_DATA", restored.path());
        let listed = ran(&mut list, "").json();
        assert_eq!(listed["organizations"][0]["organization"], "northwind", "{listed}");
        assert_eq!(listed["organizations"][0]["members_active"], 1);
    });
}

#[test]
fn where_there_is_nothing_to_copy_or_nowhere_to_put_it_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let back_up = |file: &str| {
        let mut command = bare();
        command.args(["backup", file]).env("BAILIWICK_DATA", folder.path()).current_dir(folder.path());
        ran(&mut command, "")
    };
    let none = back_up("copy.db");
    assert_eq!(none.exit, 1, "{none:?}");
    none.says("BAILIWICK_DATA");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let mut migrate = bare();
    assert_eq!(ran(migrate.arg("migrate").env("BAILIWICK_DATA", folder.path()), "").exit, 0);
    let nowhere = back_up("no-such-folder/copy.db");
    assert_eq!(nowhere.exit, 1, "{nowhere:?}");
    nowhere.says("can't be written");
}

#[test]
fn the_help_says_how_to_restore() {
    let help = ran(bare().args(["backup", "--help"]), "");
    for words in ["-wal", "secret.key", "pg_restore"] {
        help.says(words);
    }
}
