//! Letters leave after what they tell of was kept, once, and whatever happens to one of them, the next one leaves too.

use crate::people::*;
use domain::{id::LetterId, letter::Letter, text::EmailAddress};
use mailer::SendError;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use usecases::{
    invitations::{self, Outcome},
    outbox::{self, Delivery},
};

const LEASE: Duration = Duration::from_secs(120);

async fn deliver(house: &House) -> Delivery {
    outbox::deliver_one(&house.installation, &house.mailer).await.unwrap()
}

#[test]
fn a_letter_can_be_seen_only_once_its_transaction_is_kept() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let letter = Letter::PasswordChanged { user: ada.user };
        let to = EmailAddress::parse(&ada.email).unwrap();
        for kept in [false, true] {
            let mut c = house.installation.db.write().await.unwrap();
            let id = LetterId::from_random([u8::from(kept); 16]);
            storage::outbox::insert(&mut c, id, &to, &letter, (house.now(), house.now())).await.unwrap();
            assert_eq!(outbox::next_due(&house.installation).await.unwrap(), None);
            if kept {
                c.commit().await.unwrap();
            } else {
                drop(c);
            }
        }
        assert_eq!(outbox::next_due(&house.installation).await.unwrap(), Some(house.now()));
        assert_eq!(house.post().await.len(), 1);
    });
}

#[test]
fn what_was_refused_mails_nobody() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let context = ada.context().await;
        for _ in 0..3 {
            let invited = ada.invite("bob@northwind.example").await;
            invitations::revoke(&context, &ada.slug, &invited.id).await.unwrap();
        }
        refused(invitations::send(&context, &ada.slug, &texts(["bob@northwind.example"]), None).await);
        let (emails, nowhere) = (texts(["eve@northwind.example"]), texts(["nowhere"]));
        refused(invitations::send(&context, &ada.slug, &emails, Some(&nowhere)).await);
        assert!(house.post().await.is_empty());
    });
}

#[test]
fn a_mail_that_could_not_leave_is_tried_again_later_and_longer() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        for (attempt, wait) in [10, 20, 40, 80].into_iter().enumerate() {
            house.mailer.fail_next(SendError::transient("The mail server is busy."));
            assert!(matches!(deliver(&house).await, Delivery::Failed { given_up: false, .. }));
            let row = ada.row(&invited.email).await.unwrap();
            assert_eq!(row.mail_attempts, attempt as i64 + 1);
            assert_eq!(row.mail_error.as_deref(), Some("The mail server is busy."));
            let wait = Duration::from_secs(wait);
            assert_eq!(outbox::next_due(&house.installation).await.unwrap(), Some(house.now().plus(wait)));
            house.advance(wait - MICROSECOND);
            assert!(matches!(deliver(&house).await, Delivery::Idle));
            house.advance(MICROSECOND);
        }
        match deliver(&house).await {
            Delivery::Sent { kind, to, link, .. } => {
                assert_eq!((kind, to.as_str()), ("invitation", "bob@northwind.example"));
                assert_eq!(link, Some(format!("https://bailiwick.example/invitations/{}", invited.secret)));
            }
            other => panic!("{other:?}"),
        }
        let row = ada.row(&invited.email).await.unwrap();
        assert_eq!((row.mail_attempts, row.mail_error), (-1, None));
        assert_eq!(house.mails_to(&invited.email).len(), 1);
    });
}

#[test]
fn a_mail_that_never_leaves_is_given_up_after_some_days() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.invite("bob@northwind.example").await;
        let began = house.now();
        let mut attempts = 0;
        while let Some(due) = outbox::next_due(&house.installation).await.unwrap() {
            house.advance(due.since(house.now()));
            house.mailer.fail_next(SendError::transient("The mail server is away."));
            attempts += 1;
            let Delivery::Failed { given_up, .. } = deliver(&house).await else { panic!() };
            assert_eq!(given_up, attempts == 16);
        }
        let lasted = house.now().since(began);
        assert!((DAY..4 * DAY).contains(&lasted), "{lasted:?}");
        let state = outbox::state(&house.installation).await.unwrap();
        assert_eq!((state.waiting, state.given_up), (1, 1));
    });
}

#[test]
fn a_mail_that_was_refused_for_good_is_given_up_at_once_and_seen_in_its_row() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        house.mailer.fail_next(SendError::permanent("There is no such mailbox."));
        assert!(matches!(deliver(&house).await, Delivery::Failed { given_up: true, .. }));
        let row = ada.row(&invited.email).await.unwrap();
        assert_eq!((row.mail_attempts, row.mail_error.as_deref()), (1, Some("There is no such mailbox.")));
        house.advance(30 * MINUTE);
        assert!(house.post().await.is_empty());
        invitations::resend(&ada.context().await, &ada.slug, &invited.id).await.unwrap();
        assert_eq!(ada.row(&invited.email).await.unwrap().mail_attempts, 0);
        house.post().await;
        assert_eq!(house.secret_to(&invited.email), invited.secret);
    });
}

#[test]
fn a_letter_whose_sender_died_is_free_again_when_its_lease_ends() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        let mut c = house.installation.db.write().await.unwrap();
        let lease = house.now().plus(LEASE);
        let claimed = storage::outbox::claim(&mut c, house.now(), lease).await.unwrap().unwrap();
        c.commit().await.unwrap();
        assert!(matches!(deliver(&house).await, Delivery::Idle));
        assert_eq!(outbox::next_due(&house.installation).await.unwrap(), Some(lease));
        house.advance(LEASE - MICROSECOND);
        assert!(matches!(deliver(&house).await, Delivery::Idle));
        house.advance(MICROSECOND);
        assert!(matches!(deliver(&house).await, Delivery::Sent { .. }));
        let mail = house.mails_to(&invited.email).pop().unwrap();
        assert_eq!(mail.message_id, format!("<{}@bailiwick.example>", claimed.id), "the very mail");
        assert_eq!(house.secret_to(&invited.email), invited.secret, "and the very link");
    });
}

#[test]
fn a_letter_about_what_is_over_is_dropped() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let revoked = ada.invite("bob@northwind.example").await;
        invitations::revoke(&ada.context().await, &ada.slug, &revoked.id).await.unwrap();
        assert!(matches!(deliver(&house).await, Delivery::Idle));
        // One that was tried already, and one that a sender holds at this moment.
        let tried = ada.invite("carl@northwind.example").await;
        house.mailer.fail_next(SendError::transient("The mail server is busy."));
        deliver(&house).await;
        let held = ada.invite("dora@northwind.example").await;
        let mut c = house.installation.db.write().await.unwrap();
        let lease = house.now().plus(LEASE);
        storage::outbox::claim(&mut c, house.now(), lease).await.unwrap().unwrap();
        c.commit().await.unwrap();
        for invited in [&tried, &held] {
            invitations::revoke(&ada.context().await, &ada.slug, &invited.id).await.unwrap();
        }
        house.advance(LEASE);
        assert!(matches!(deliver(&house).await, Delivery::Idle));
        let accepted = ada.invite("eve@northwind.example").await;
        house.accept(&accepted).await.unwrap();
        assert!(matches!(deliver(&house).await, Delivery::Dropped));
        assert!(matches!(deliver(&house).await, Delivery::Idle));
        assert!(house.mailer.sent().is_empty());
    });
}

#[test]
fn a_letter_that_cannot_be_read_is_given_up_and_holds_up_none() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let damages =
            ["letter = '{\"kind\":\"of_a_later_version\"}'", "letter = 'no JSON'", "recipient = 'no address'"];
        for (given_up, damage) in (1..).zip(damages) {
            ada.invite(&format!("poison{given_up}@x.example")).await;
            let waiting = "sent_at is null and given_up_at is null";
            house.trial.execute(&format!("update outbox set {damage} where {waiting}")).await;
            house.advance(MICROSECOND);
            let next = format!("next{given_up}@x.example");
            ada.invite(&next).await;
            house.post().await;
            assert_eq!(house.mails_to(&next).len(), 1, "{damage}");
            let state = outbox::state(&house.installation).await.unwrap();
            assert_eq!((state.waiting, state.given_up), (given_up, given_up), "{damage}");
        }
    });
}

#[test]
fn a_letter_about_what_cannot_be_read_waits_and_holds_up_none() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("bob@northwind.example").await;
        // Pending and ended: a state that is none.
        house.trial.execute("update invitations set ended_at = sent_at").await;
        house.advance(MICROSECOND);
        ada.invite("eve@northwind.example").await;
        assert!(matches!(deliver(&house).await, Delivery::Failed { given_up: false, .. }));
        assert!(matches!(deliver(&house).await, Delivery::Sent { .. }));
        house.trial.execute("update invitations set ended_at = null").await;
        house.advance(MINUTE);
        house.post().await;
        assert_eq!(house.secret_to("bob@northwind.example"), invited.secret);
    });
}

const ROUNDS: usize = 200;

#[test]
fn two_processes_that_look_into_one_outbox_send_every_letter_once() {
    on_both(async |house| {
        let house = house.with(|settings| settings.invitations_per_hour = 10_000);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let there = house.elsewhere().await;
        let (mut links, mut shares, mut workers) = (BTreeMap::new(), [0, 0], JoinSet::new());
        let began = Instant::now();
        for round in 0..ROUNDS {
            // An odd number: both have something to do, and of the last letter one of them must find that it is taken.
            let emails: Vec<_> = (0..3).map(|n| format!("p{round}-{n}@x.example")).collect();
            for sending in invitations::send(&ada.context().await, &ada.slug, &emails, None).await.unwrap() {
                let Outcome::Sent(pending) = sending.outcome else { panic!("{sending:?}") };
                let id = pending.offer.id.to_string();
                let link = invitations::link(&ada.context().await, &ada.slug, &id).await.unwrap();
                links.insert(sending.email, link);
            }
            for (worker, house) in [&house, &there].into_iter().enumerate() {
                let house = house.clone();
                workers.spawn(async move { (worker, house.post().await.len()) });
            }
            while let Some(done) = workers.join_next().await {
                let (worker, sent) = done.unwrap();
                shares[worker] += sent;
            }
        }
        println!("{}: {ROUNDS} rounds in {:.1?}, shared {shares:?}", house.trial.db.kind(), began.elapsed());
        let sent = house.mailer.sent();
        assert_eq!((sent.len(), links.len()), (3 * ROUNDS, 3 * ROUNDS));
        assert_eq!(sent.iter().map(|mail| &mail.message_id).collect::<BTreeSet<_>>().len(), sent.len());
        for mail in &sent {
            let link = links.remove(&mail.to).expect("one mail to each");
            assert!(mail.text.contains(&link), "{}", mail.to);
        }
        assert!(shares.iter().all(|sent| *sent > 0), "both sent: {shares:?}");
        let tried = house.trial.number("select max(attempts) from outbox").await;
        assert_eq!((house.trial.number("select count(*) from outbox where sent_at is null").await, tried), (0, 1));
    });
}
