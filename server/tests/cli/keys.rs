//! A database and the key that belongs to it.

use crate::{machine::ran, serving::Serving};
use std::process::Command;
use storage::trial::on_both;

const OTHER: &str = "another-key-of-the-tests-that-is-long-enough";

#[test]
fn a_restored_database_without_its_key_is_refused_until_the_key_is_back_or_given_up() {
    on_both(async |trial| {
        let settings = match trial.url().starts_with("postgres:") {
            true => vec![("BAILIWICK_DATABASE_URL", trial.url())],
            // A file of its own: the trial's is open here, too.
            false => Vec::new(),
        };
        let serving = Serving::start(settings);
        serving.until_ready().await;
        serving.stop().await;
        let with = |key: &str, words: &[&str]| -> Command {
            let mut command = serving.command(words);
            command.env("BAILIWICK_SECRET_KEY", key);
            command
        };
        for words in ["serve", "doctor"] {
            let refused = ran(&mut with(OTHER, &[words]), "");
            assert_eq!(refused.exit, 1, "{refused:?}");
            refused.says("is not the one that this database was used with");
            refused.says("bailiwick accept-key");
        }
        // The right one is no worse for that.
        serving.again();
        serving.until_ready().await;
        serving.stop().await;

        let accepted = ran(&mut with(OTHER, &["accept-key"]), "");
        assert_eq!(accepted.exit, 0, "{accepted:?}");
        let doctor = ran(&mut with(OTHER, &["doctor"]), "");
        assert_eq!(doctor.exit, 0, "{doctor:?}");
        let refused = ran(&mut serving.command(&["serve"]), "");
        assert_eq!(refused.exit, 1, "{refused:?}");
    });
}
