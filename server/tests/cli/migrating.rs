//! `bailiwick migrate`, started twice at once where there is nothing yet: not even the file, where it is one.

use crate::machine::{Ran, bare};
use std::{process::Stdio, time::Instant};
use storage::{
    Db, Options,
    trial::{Trial, on_both},
};

const ROUNDS: usize = 10;

async fn migrations(url: &str) -> (usize, usize) {
    let db = Db::open_existing(url, Options::default()).await.unwrap();
    let counted = db.migrations().await.unwrap();
    db.close().await;
    counted
}

fn at_once(url: &str) -> [Ran; 2] {
    let start = || {
        let mut command = bare();
        command.arg("migrate").env("BAILIWICK_DATABASE_URL", url).env("BAILIWICK_LOG", "warn");
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    [start(), start()].map(|child| {
        let done = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { exit: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
    })
}

#[test]
fn two_programs_that_migrate_at_once_both_find_it_done() {
    on_both(async |trial: Trial| {
        let (_, all) = trial.db.migrations().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let began = Instant::now();
        for round in 0..ROUNDS {
            let url = match &trial.db {
                Db::Sqlite { .. } => format!("sqlite:{}", folder.path().join(format!("{round}.db")).display()),
                Db::Postgres { .. } => {
                    trial.empty().await;
                    trial.url()
                }
            };
            let both = at_once(&url);
            assert!(both.iter().all(|ran| ran.exit == 0), "round {round}: {both:?}");
            assert_eq!(migrations(&url).await, (all, all), "round {round}");
        }
        println!("{}: {ROUNDS} rounds in {:.1?}", trial.db.kind(), began.elapsed());
    });
}
