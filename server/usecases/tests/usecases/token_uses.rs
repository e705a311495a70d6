//! When tokens were last used: gathered in memory, written down by the worker.

use crate::{bearers::*, people::*};
use domain::{time::Timestamp, token::Lifetime};
use std::time::Duration;
use usecases::upkeep;

#[test]
fn the_last_use_is_known_at_once_here_and_elsewhere_after_it_was_written_down() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let there = house.elsewhere().await;
        let (program, idle) = (ada.token("", &[], NO_SCOPES).await, ada.token("", &[], NO_SCOPES).await);
        let used = async |house: &House| {
            let ada = ada.at(house);
            let row = ada.tokens().await.into_iter().find(|listed| listed.token.id == program.token).unwrap();
            let found = ada.find_token(&program).await.unwrap();
            assert_eq!(found.token.last_used_at, row.token.last_used_at);
            row.token.last_used_at
        };
        assert_eq!((used(&house).await, used(&there).await), (None, None));
        house.advance(MINUTE);
        let first = house.now();
        program.identify().await.unwrap();
        assert_eq!((used(&house).await, used(&there).await), (Some(first), None));
        upkeep::write_seen(&house.installation).await.unwrap();
        assert_eq!((used(&house).await, used(&there).await), (Some(first), Some(first)));
        house.advance(MINUTE);
        let second = house.now();
        program.at(&there).identify().await.unwrap();
        assert_eq!((used(&house).await, used(&there).await), (Some(first), Some(second)));
        assert_eq!(ada.find_token(&idle).await.unwrap().token.last_used_at, None);
    });
}

#[test]
fn an_older_use_never_takes_the_place_of_a_newer_one() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let there = house.elsewhere().await;
        let program = ada.token("", &[], NO_SCOPES).await;
        let used = async |house: &House| ada.at(house).find_token(&program).await.unwrap().token.last_used_at;
        let mut latest = house.now();
        for _ in 0..2 {
            program.identify().await.unwrap();
            house.advance(MINUTE);
            latest = house.now();
            program.at(&there).identify().await.unwrap();
            upkeep::write_seen(&there.installation).await.unwrap();
            assert_eq!(used(&house).await, Some(latest), "the row is newer than what this process remembers");
            upkeep::write_seen(&house.installation).await.unwrap();
            assert_eq!(used(&house).await, Some(latest));
            house.advance(MINUTE);
        }
        assert!(latest < house.now());
    });
}

#[test]
fn a_request_with_a_token_writes_nothing_and_the_worker_writes_it_once() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let program = ada.token("", &[], NO_SCOPES).await;
        let before = house.rows(&[]).await;
        let bytes = house.trial.everything().await;
        for _ in 0..100 {
            house.advance(Duration::from_secs(1));
            program.context().await;
        }
        assert_eq!(house.rows(&[]).await, before);
        assert!(house.trial.everything().await == bytes, "not a byte");
        program.at(&house.read_only().await).context().await;

        let there = house.elsewhere().await;
        let last = house.now();
        program.at(&there).context().await;
        upkeep::write_seen(&there.installation).await.unwrap();
        let mut after = house.rows(&["tokens"]).await;
        assert_eq!(after.len() + 1, before.len());
        after.retain(|table, rows| before[table] != *rows);
        assert!(after.is_empty(), "{after:?}");
        assert_eq!(ada.find_token(&program).await.unwrap().token.last_used_at, Some(last));
        // What was written is forgotten: there is nothing to write, so no database is needed.
        there.installation.db.close().await;
        upkeep::write_seen(&there.installation).await.unwrap();
    });
}

#[test]
fn a_refused_request_is_no_use() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let brief = ada.token_for(Lifetime::Hour).await;
        house.advance(HOUR);
        refused(brief.identify().await);
        let used: Option<Timestamp> = ada.back().await.find_token(&brief).await.unwrap().token.last_used_at;
        assert_eq!(used, None);
    });
}

/// As two replicas do every minute, for the same tokens.
#[test]
fn two_processes_write_down_at_once_when_tokens_were_used() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let there = house.elsewhere().await;
        let mut programs = Vec::new();
        for _ in 0..60 {
            programs.push(ada.token("", &[], NO_SCOPES).await);
        }
        for round in 0..8 {
            house.advance(MINUTE);
            for program in &programs {
                program.context().await;
                program.at(&there).context().await;
            }
            let (one, two) = (house.clone(), there.clone());
            let one = tokio::spawn(async move { upkeep::write_seen(&one.installation).await });
            let two = tokio::spawn(async move { upkeep::write_seen(&two.installation).await });
            one.await.unwrap().unwrap_or_else(|why| panic!("round {round}: {why:?}"));
            two.await.unwrap().unwrap_or_else(|why| panic!("round {round}: {why:?}"));
        }
    });
}

/// Each of them locks what the other does.
#[test]
fn a_deactivation_with_tokens_never_waits_in_a_circle_with_the_writing_down_of_their_use() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let there = house.elsewhere().await;
        for round in 0..5 {
            let bob = bob.back().await;
            let mut ids = Vec::new();
            for _ in 0..40 {
                let program = bob.at(&house).token("", &[], NO_SCOPES).await;
                house.advance(MICROSECOND);
                program.at(&there).context().await;
                ids.push(program.id());
            }
            let (by, whom, writer) = (ada.clone(), bob.clone(), there.clone());
            let done = tokio::spawn(async move { by.deactivate_with(&whom, &ids).await });
            let written = tokio::spawn(async move { upkeep::write_seen(&writer.installation).await });
            written.await.unwrap().unwrap_or_else(|why| panic!("round {round}, the worker: {why:?}"));
            let done = done.await.unwrap().unwrap_or_else(|why| panic!("round {round}, the admin: {why:?}"));
            assert_eq!(done.removed_tokens, 40);
            ada.reactivate(&bob).await.unwrap();
        }
    });
}

/// The database is away for a moment, or another process was in the way.
#[test]
fn what_could_not_be_written_down_is_not_forgotten() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let program = ada.token("", &[], NO_SCOPES).await;
        let stuck = house.read_only().await;
        let ada = ada.at(&stuck);
        house.advance(40 * MINUTE);
        let used = house.now();
        program.at(&stuck).context().await;
        assert!(ada.is_signed_in().await);
        assert!(upkeep::write_seen(&stuck.installation).await.is_err());
        house.advance(40 * MINUTE);
        assert!(ada.is_signed_in().await, "40 minutes after the last use");
        assert_eq!(ada.find_token(&program).await.unwrap().token.last_used_at, Some(used));
    });
}
