//! Transactions that are in each other's way, statements that take too long, and a proxy between.

use domain::{
    id::{OrganizationId, UserId},
    text::{EmailAddress, OrganizationName, PersonName, Slug},
    time::Timestamp,
};
use std::time::Duration;
use storage::{
    Db, Error, Options, Pooler, organizations,
    trial::{Trial, on_both, on_postgres},
    users::{self, User},
};

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

async fn organization(db: &Db, name: &str, number: u8) -> OrganizationId {
    let (id, founder) = (OrganizationId::from_random([number; 16]), UserId::from_random([number; 16]));
    let person = PersonName::parse(name).unwrap();
    let email = EmailAddress::parse(&format!("{name}@example.org")).unwrap();
    let user = User { id: founder, email, first_name: person.clone(), last_name: person, password_hash: String::new() };
    let mut c = db.write().await.unwrap();
    users::insert(&mut c, &user, NOW).await.unwrap();
    let (slug, name) = (Slug::parse(name).unwrap(), OrganizationName::parse(name).unwrap());
    assert!(organizations::insert(&mut c, id, &slug, &name, founder, 10, NOW).await.unwrap());
    c.commit().await.unwrap();
    id
}

async fn opened(trial: &Trial, change: impl FnOnce(&mut Options)) -> Db {
    let mut options = Options::default();
    change(&mut options);
    Db::open(&trial.url(), options).await.unwrap()
}

/// SQLite has one writer, so that there nobody is ever in the way.
#[test]
fn of_two_that_wait_for_each_other_one_is_told_to_try_again_and_the_other_goes_on() {
    on_postgres(async |trial| {
        let db = &trial.db;
        let (one, two) = (organization(db, "one", 1).await, organization(db, "two", 2).await);
        let (mut a, mut b) = (db.write().await.unwrap(), db.write().await.unwrap());
        organizations::lock(&mut a, one).await.unwrap();
        organizations::lock(&mut b, two).await.unwrap();
        let (a_then, b_then) = tokio::join!(organizations::lock(&mut a, two), organizations::lock(&mut b, one));
        let lost = match (a_then, b_then) {
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
            other => panic!("{other:?}"),
        };
        assert!(matches!(lost, Error::Contended(_)), "{lost:?}");
    });
}

#[test]
fn a_statement_that_takes_too_long_is_ended_with_or_without_a_pooler() {
    on_postgres(async |trial| {
        let one = organization(&trial.db, "one", 1).await;
        for pooler in [Pooler::Absent, Pooler::Transaction] {
            let hasty = opened(&trial, |options| {
                options.statement_timeout = Duration::from_millis(200);
                options.pooler = pooler;
            });
            let hasty = hasty.await;
            let mut holding = trial.db.write().await.unwrap();
            organizations::lock(&mut holding, one).await.unwrap();
            let mut waiting = hasty.write().await.unwrap();
            let ended = organizations::lock(&mut waiting, one).await.unwrap_err();
            assert!(matches!(ended, Error::Unavailable(_)), "{pooler:?}: {ended:?}");
            drop((waiting, holding));
            let mut c = hasty.write().await.unwrap();
            assert!(organizations::lock(&mut c, one).await.unwrap().is_some(), "and the connection is of use again");
            drop(c);
            hasty.close().await;
        }
    });
}

/// As such a proxy has it: nothing is prepared that outlasts a transaction, and what reads can't write.
#[test]
fn for_a_pooler_nothing_stays_on_a_connection() {
    on_postgres(async |trial| {
        let one = organization(&trial.db, "one", 1).await;
        let db = opened(&trial, |options| {
            options.pooler = Pooler::Transaction;
            options.connections = 1;
        });
        let db = db.await;
        for _ in 0..3 {
            let mut c = db.read().await.unwrap();
            assert!(organizations::find(&mut c, one).await.unwrap().is_some());
            let written = organizations::lock(&mut c, one).await.unwrap_err();
            assert!(matches!(written, Error::Unavailable(_)), "{written:?}");
        }
        let mut c = db.write().await.unwrap();
        assert!(organizations::lock(&mut c, one).await.unwrap().is_some());
        c.commit().await.unwrap();
        db.migrate().await.unwrap();
        db.close().await;
    });
}

#[test]
fn a_program_of_before_runs_on_with_the_schema_of_a_newer_one() {
    on_both(async |trial| {
        let one = organization(&trial.db, "one", 1).await;
        trial.as_if_newer().await;
        trial.db.migrate().await.unwrap();
        let (done, all) = trial.db.migrations().await.unwrap();
        assert_eq!(done, all + 1, "and leaves it as it is");
        let mut c = trial.db.write().await.unwrap();
        assert!(organizations::lock(&mut c, one).await.unwrap().is_some());
    });
}
