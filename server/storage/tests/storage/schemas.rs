use std::sync::Mutex;
use storage::{Db, schema::describe, trial::on_both};

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

#[test]
fn processes_that_start_at_once_migrate_once() {
    on_both(async |trial| {
        trial.empty().await;
        let (one, two) = (trial.open_again().await, trial.open_again().await);
        let (one, two) = tokio::join!(one.migrate(), two.migrate());
        one.unwrap();
        two.unwrap();
        let (done, all) = trial.db.migrations().await.unwrap();
        assert!(done == all && all > 3, "{done} of {all}");
    });
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
