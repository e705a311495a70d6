//! What somebody tries again and again is one line a minute, and holds nobody up.

use crate::{bearers::*, people::*};
use domain::{Refusal, activity::ActivityEvent};
use usecases::{
    Context,
    activity::{self, Query},
    namespaces, upkeep,
};

/// Who was refused how often, a line each, the oldest first.
async fn lines(ada: &Person) -> Vec<(String, u64)> {
    let query = Query { code: "refused".into(), limit: Some(200), ..Query::default() };
    let page = activity::list(&ada.context().await, &ada.slug, &query).await.unwrap();
    let times = |event: &ActivityEvent| match event {
        ActivityEvent::Refused { times, .. } => *times,
        other => panic!("{other:?}"),
    };
    page.entries.iter().rev().map(|entry| (entry.actor_name.clone(), times(&entry.event))).collect()
}

async fn attempt(context: &Context, slug: &str) -> Refusal {
    refused(namespaces::create(context, slug, "dev").await.map(|_| ()))
}

#[test]
fn a_refusal_that_repeats_is_one_line_a_minute_with_its_count() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let context = bob.context().await;
        for _ in 0..13 {
            assert_eq!(attempt(&context, &ada.slug).await, Refusal::AdminsOnly);
        }
        let once = (bob.email.clone(), 1);
        assert_eq!(lines(&ada).await, std::slice::from_ref(&once));
        upkeep::write_seen(&house.installation).await.unwrap();
        assert_eq!(lines(&ada).await, std::slice::from_ref(&once), "the minute is not over");
        house.advance(MINUTE);
        upkeep::write_seen(&house.installation).await.unwrap();
        let repeated = (bob.email.clone(), 12);
        assert_eq!(lines(&ada).await, [once.clone(), repeated.clone()]);
        // Where nothing goes on between requests, the next refusal writes them.
        attempt(&context, &ada.slug).await;
        house.advance(MINUTE);
        attempt(&context, &ada.slug).await;
        let two = (bob.email.clone(), 2);
        assert_eq!(lines(&ada).await, [once, repeated, two]);
    });
}

#[test]
fn another_refusal_another_person_and_a_token_have_lines_of_their_own() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (bob, eve) = (ada.welcome("bob@northwind.example").await, ada.welcome("eve@northwind.example").await);
        let program = ada.token("ci", &[], NO_SCOPES).await;
        for context in [bob.context().await, eve.context().await, program.context().await] {
            for _ in 0..3 {
                attempt(&context, &ada.slug).await;
                refused(usecases::members::reactivate(&context, &ada.slug, &ada.id().await).await.map(|_| ()));
            }
        }
        let times: Vec<_> = lines(&ada).await.into_iter().map(|(_, times)| times).collect();
        assert_eq!(times, [1; 6]);
        upkeep::write_rest(&house.installation).await.unwrap();
        let times: Vec<_> = lines(&ada).await.into_iter().map(|(_, times)| times).collect();
        assert_eq!(times, [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2], "nothing is lost when the process ends");
    });
}

/// The writer is everybody's: one who is refused again must not stand in its line.
#[test]
fn a_repeat_takes_no_lock_and_writes_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let context = bob.context().await;
        attempt(&context, &ada.slug).await;
        let before = house.rows(&[]).await;
        let writer = house.installation.db.write().await.unwrap();
        for _ in 0..20 {
            assert_eq!(attempt(&context, &ada.slug).await, Refusal::AdminsOnly);
        }
        drop(writer);
        assert_eq!(house.rows(&[]).await, before);
    });
}

#[test]
fn who_may_again_is_let_in_within_the_minute() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let context = bob.context().await;
        attempt(&context, &ada.slug).await;
        bob.become_role(domain::membership::Role::Admin).await.unwrap();
        namespaces::create(&context, &ada.slug, "dev").await.unwrap();
    });
}

#[test]
fn lines_that_name_no_account_are_kept_for_thirty_days() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        usecases::password_reset::request(&house.stranger().await, "nobody@x.example").await.unwrap();
        let own = "select count(*) from account_activity where user_id is not null";
        let anonymous = "select count(*) from account_activity where user_id is null";
        let kept = house.trial.number(own).await;
        house.advance(30 * DAY);
        upkeep::sweep(&house.installation).await.unwrap();
        assert_eq!(house.trial.number(anonymous).await, 1);
        house.advance(MICROSECOND);
        upkeep::sweep(&house.installation).await.unwrap();
        assert_eq!((house.trial.number(anonymous).await, house.trial.number(own).await), (0, kept), "{}", ada.email);
    });
}
