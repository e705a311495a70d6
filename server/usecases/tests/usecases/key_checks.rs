//! Which keys a database takes for its own.

use storage::trial::on_both;
use usecases::{Keys, key_check};

const ONE: &str = "one-key-of-the-tests-that-is-long-enough";
const TWO: &str = "two-key-of-the-tests-that-is-long-enough";
const SIX: &str = "six-key-of-the-tests-that-is-long-enough";

fn keys(all: &[&str]) -> Keys {
    Keys::parse(&all.join(",").into()).unwrap()
}

#[test]
fn a_database_knows_its_key_also_while_it_is_replaced_and_no_other() {
    on_both(async |trial| {
        let db = &trial.db;
        assert!(key_check::belongs(db, &keys(&[SIX])).await.unwrap(), "none was used yet");
        assert!(key_check::claim(db, &keys(&[ONE])).await.unwrap());
        assert!(!key_check::claim(db, &keys(&[SIX])).await.unwrap());
        assert!(!key_check::belongs(db, &keys(&[SIX, TWO])).await.unwrap());
        assert!(key_check::claim(db, &keys(&[TWO, ONE])).await.unwrap(), "the present one, and one of before");
        assert!(key_check::claim(db, &keys(&[ONE])).await.unwrap(), "a replica that was not told yet");
        assert!(key_check::claim(db, &keys(&[TWO])).await.unwrap());
        assert!(key_check::claim(db, &keys(&[SIX, TWO])).await.unwrap());
        assert!(!key_check::claim(db, &keys(&[ONE])).await.unwrap(), "replaced long ago");
        key_check::replace(db, &keys(&[ONE])).await.unwrap();
        assert!(key_check::belongs(db, &keys(&[ONE])).await.unwrap());
        assert!(!key_check::belongs(db, &keys(&[SIX])).await.unwrap());
        let kept = trial.texts("select value from installation_settings where name = 'key_check'").await;
        assert!(kept.iter().all(|kept| !kept.contains("of-the-tests")), "nothing of a key: {kept:?}");
    });
}

#[test]
fn a_database_that_takes_no_writes_says_so_when_it_is_tried() {
    on_both(async |trial| {
        let own = keys(&[ONE]);
        assert!(key_check::claim(&trial.db, &own).await.unwrap());
        key_check::try_write(&trial.db).await.unwrap();
        let sealed = trial.read_only().await;
        assert!(matches!(key_check::try_write(&sealed).await, Err(usecases::Error::Unavailable(_))));
        assert!(matches!(key_check::claim(&sealed, &own).await, Err(usecases::Error::Unavailable(_))));
        assert!(key_check::belongs(&sealed, &own).await.unwrap(), "it is still read");
        if sealed.kind() == "PostgreSQL" {
            sealed.close().await;
        }
    });
}
