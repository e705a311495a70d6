//! Tokens under several hands at once, from two processes.

use crate::{bearers::*, people::*};
use domain::{Refusal, activity::ActivityEvent, token::Scopes};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use usecases::{Context, Error, members};

const ROUNDS: usize = 100;
const MEMBERS: Scopes = Scopes { members: true, ..NO_SCOPES };

/// Where in the organization's log each of the newest lines stands, by its code.
async fn positions(person: &Person, code: &str, most: usize) -> Vec<i64> {
    let log = person.log().await.into_iter().take(most);
    log.filter(|entry| entry.event.code() == code).map(|entry| entry.position.0).collect()
}

#[test]
fn nothing_that_a_token_writes_is_kept_after_its_removal() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let id = house.seat(&ada.slug, "bob@northwind.example", ("Bob", "Roe")).await.to_string();
        let there = house.elsewhere().await;
        let (mut before, mut after) = (0, 0);
        for round in 0..ROUNDS {
            let program = ada.token("", &[], MEMBERS).await;
            // Both requests were let in; which of them comes first, chance decides.
            let context: Context = program.at(if round % 2 == 0 { &there } else { &house }).context().await;
            let slug = ada.slug.clone();
            let target = id.clone();
            let write = tokio::spawn(async move { members::deactivate(&context, &slug, &target, &[]).await });
            if round % 3 == 0 {
                tokio::task::yield_now().await;
            }
            let (by, gone) = (ada.clone(), program.clone());
            let remove = tokio::spawn(async move { by.remove(&gone).await });
            remove.await.unwrap().unwrap();
            let answered = house.organization(&ada.slug).await.version;
            assert_eq!(refused(program.identify().await), Refusal::TokenUnknown, "{round}");
            let wrote = write.await.unwrap();
            let removal = positions(&ada, "token.removed", 3).await[0];
            assert!(removal <= answered, "{round}");
            match wrote {
                Ok(_) => {
                    before += 1;
                    assert!(positions(&ada, "member.deactivated", 3).await[0] < removal, "{round}");
                    members::reactivate(&ada.context().await, &ada.slug, &id).await.unwrap();
                }
                Err(why) => {
                    after += 1;
                    assert_eq!(refused::<()>(Err(why)), Refusal::TokenUnknown, "{round}");
                    assert_eq!(house.organization(&ada.slug).await.version, answered, "{round}");
                }
            }
        }
        assert_eq!(before + after, ROUNDS);
    });
}

/// The removal holds the organization's lock, and is not over; the write waits for it.
#[test]
fn a_write_that_waits_in_line_behind_the_removal_is_refused() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let id = house.seat(&ada.slug, "bob@northwind.example", ("Bob", "Roe")).await.to_string();
        for door in [house.clone(), house.elsewhere().await] {
            let program = ada.token("", &[], MEMBERS).await;
            let context = program.at(&door).context().await;
            let organization = house.organization(&ada.slug).await.id;
            let mut c = house.installation.db.write().await.unwrap();
            let locked = storage::organizations::lock(&mut c, organization).await.unwrap().unwrap();
            let removed = storage::tokens::remove(&mut c, organization, program.token, locked.version, house.now());
            assert!(removed.await.unwrap());
            let (slug, target) = (ada.slug.clone(), id.clone());
            let write = tokio::spawn(async move { members::deactivate(&context, &slug, &target, &[]).await });
            // Not removed as long as nothing is kept.
            program.identify().await.unwrap();
            for _ in 0..50 {
                tokio::task::yield_now().await;
                assert!(!write.is_finished());
            }
            c.commit().await.unwrap();
            assert_eq!(refused(write.await.unwrap()), Refusal::TokenUnknown);
            assert_eq!(house.organization(&ada.slug).await.version, locked.version, "nothing came after it");
        }
    });
}

#[test]
fn a_removed_token_is_left_no_namespace_by_an_assignment_at_the_same_moment() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["dev", "live"] {
            ada.create_namespace(label).await;
        }
        let bob = ada.at(&house.elsewhere().await);
        for round in 0..ROUNDS {
            let program = ada.token("", &["dev"], NO_SCOPES).await;
            let (one, two) = (program.clone(), program.clone());
            let (by, other) = (ada.clone(), bob.clone());
            let assign = tokio::spawn(async move { other.assign(&one, &["live"]).await });
            let remove = tokio::spawn(async move { by.remove(&two).await });
            remove.await.unwrap().unwrap();
            let assigned = assign.await.unwrap();
            assert_eq!((house.leftovers().await, house.secret_hashes().await.len()), (0, 0), "{round}");
            let removal = positions(&ada, "token.removed", 3).await[0];
            match assigned {
                Ok(_) => assert!(positions(&ada, "token.assigned", 3).await[0] < removal, "{round}"),
                Err(why) => assert_eq!(refused::<()>(Err(why)), Refusal::NotFound, "{round}"),
            }
        }
    });
}

#[test]
fn of_two_removals_at_once_one_finds_the_token_gone() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let there = ada.at(&house.elsewhere().await);
        for round in 0..30 {
            let program = ada.token("", &[], NO_SCOPES).await;
            let (one, two) = tokio::join!(ada.remove(&program), there.remove(&program));
            let lost = match (one, two) {
                (Ok(_), Err(why)) | (Err(why), Ok(_)) => why,
                other => panic!("{round}: {other:?}"),
            };
            assert_eq!(refused::<()>(Err(lost)), Refusal::NotFound, "{round}");
            let removals = ada.log().await.into_iter().take(2).map(|entry| entry.event);
            let removals = removals.filter(|event| matches!(event, ActivityEvent::TokenRemoved { .. })).count();
            assert_eq!(removals, 1, "{round}");
        }
    });
}

#[test]
fn no_request_that_begins_after_the_removal_was_answered_gets_through() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let there = house.elsewhere().await;
        for round in 0..20 {
            let program = ada.token("", &[], NO_SCOPES).await;
            let answered = Arc::new(AtomicBool::new(false));
            let mut crowd = tokio::task::JoinSet::new();
            for door in [&house, &there, &house, &there] {
                let (program, answered) = (program.at(door), answered.clone());
                crowd.spawn(async move {
                    let mut after = 0;
                    while after < 10 {
                        let was_answered = answered.load(Ordering::SeqCst);
                        match program.identify().await {
                            Ok(_) => assert!(!was_answered, "{round}"),
                            Err(Error::Refused(Refusal::TokenUnknown)) => {}
                            Err(why) => panic!("{round}: {why:?}"),
                        }
                        after += usize::from(was_answered);
                    }
                });
            }
            for _ in 0..round % 5 {
                tokio::task::yield_now().await;
            }
            ada.remove(&program).await.unwrap();
            answered.store(true, Ordering::SeqCst);
            crowd.join_all().await;
        }
    });
}

/// A deactivation with tokens, and the removal of one of them, at once: never a half of the first.
#[test]
fn a_deactivation_whose_token_goes_at_the_same_moment_is_whole_or_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let there = ada.at(&house.elsewhere().await);
        for round in 0..20 {
            house
                .trial
                .execute("delete from sessions where user_id not in (select founder_id from organizations)")
                .await;
            let bob = bob.back().await;
            let (one, two) = (bob.token("", &[], NO_SCOPES).await, bob.token("", &[], NO_SCOPES).await);
            let ticked = [one.id(), two.id()];
            let (done, removed) = tokio::join!(ada.deactivate_with(&bob, &ticked), there.remove(&one));
            match (done, removed) {
                (Ok(done), Err(why)) => {
                    assert_eq!((done.removed_tokens, refused::<()>(Err(why))), (2, Refusal::NotFound), "{round}");
                    assert_eq!(refused(two.identify().await), Refusal::TokenUnknown, "{round}");
                    assert!(!bob.is_signed_in().await);
                    ada.reactivate(&bob).await.unwrap();
                }
                (Err(why), Ok(_)) => {
                    assert_eq!(refused::<()>(Err(why)), Refusal::NotFound, "{round}");
                    two.identify().await.unwrap();
                    assert!(bob.is_signed_in().await, "{round}");
                }
                (done, removed) => panic!("{round}: {done:?} {removed:?}"),
            }
            assert_eq!(refused(one.identify().await), Refusal::TokenUnknown, "{round}");
        }
    });
}
