use std::{sync::Mutex, time::Instant};
use storage::{
    Db,
    schema::describe,
    trial::{Trial, on_both, on_postgres, on_sqlite},
};

#[test]
fn both_databases_have_the_same_tables_columns_and_indexes() {
    let seen = Mutex::new(Vec::new());
    on_both(async |trial| {
        let lines = describe(&mut trial.db.read().await.unwrap()).await.unwrap();
        assert!(lines.len() > 90, "{lines:#?}");
        seen.lock().unwrap().push(lines);
    });
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn migrating_a_second_time_changes_nothing() {
    on_both(async |trial| {
        let before = describe(&mut trial.db.read().await.unwrap()).await.unwrap();
        trial.db.migrate().await.unwrap();
        assert_eq!(describe(&mut trial.db.read().await.unwrap()).await.unwrap(), before);
    });
}

/// How many pairs of processes start at once, on what is empty and on what is not.
const STARTS: usize = 100;

/// What the two find.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    /// What each earlier program left, in turn.
    Earlier,
}

async fn start_in_pairs(trial: Trial, before: Before) {
    let whole = describe(&mut trial.db.read().await.unwrap()).await.unwrap();
    let (_, all) = trial.db.migrations().await.unwrap();
    let earlier: Vec<i64> = trial
        .texts("select cast(version as text) from _sqlx_migrations order by version")
        .await
        .iter()
        .map(|version| version.parse().unwrap())
        .collect();
    let (one, two) = (trial.open_again().await, trial.open_again().await);
    let began = Instant::now();
    for start in 0..STARTS {
        match before {
            Before::Nothing => trial.empty().await,
            Before::Earlier => trial.as_of(earlier[start % earlier.len()]).await,
        }
        let (here, there) = tokio::join!(one.migrate(), two.migrate());
        here.unwrap();
        there.unwrap();
        assert_eq!(trial.db.migrations().await.unwrap(), (all, all), "start {start}");
        let failed = "select count(*) from _sqlx_migrations where not success";
        assert_eq!(trial.number(failed).await, 0, "start {start}");
    }
    println!("{}: {STARTS} starts of two on {before:?} in {:.1?}", trial.db.kind(), began.elapsed());
    assert_eq!(describe(&mut trial.db.read().await.unwrap()).await.unwrap(), whole);
    one.close().await;
    two.close().await;
}

#[test]
fn processes_that_start_at_once_on_one_file_migrate_once() {
    on_sqlite(async |trial| start_in_pairs(trial, Before::Nothing).await);
    on_sqlite(async |trial| start_in_pairs(trial, Before::Earlier).await);
}

#[test]
fn processes_that_start_at_once_on_an_empty_server_migrate_once() {
    on_postgres(async |trial| start_in_pairs(trial, Before::Nothing).await);
}

#[test]
fn processes_that_start_at_once_on_the_server_of_an_earlier_program_migrate_once() {
    on_postgres(async |trial| start_in_pairs(trial, Before::Earlier).await);
}

/// A row that points nowhere is refused by both; SQLite asks for that on each connection anew.
#[test]
fn foreign_keys_are_kept_on_every_connection() {
    on_both(async |trial| {
        let orphan = domain::id::SessionId::from_random([7; 16]);
        for _ in 0..3 {
            let mut c = trial.db.write().await.unwrap();
            let user = domain::id::UserId::from_random([9; 16]);
            let new = storage::sessions::New { id: orphan, token_hash: [1; 32], user, ip: None, user_agent: None };
            let now = domain::time::Timestamp::from_micros(0);
            let error = storage::sessions::insert(&mut c, new, now).await.unwrap_err();
            assert!(matches!(error, storage::Error::Conflict), "{error}");
        }
    });
}

#[test]
fn a_reader_cannot_write_on_sqlite() {
    on_both(async |trial| {
        if matches!(trial.db, Db::Sqlite { .. }) {
            let mut c = trial.db.read().await.unwrap();
            let key = storage::attempts::delete_over(&mut c, domain::time::Timestamp::from_micros(0)).await;
            assert!(matches!(key, Err(storage::Error::Unavailable(_))), "{key:?}");
        }
    });
}
