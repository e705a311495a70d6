//! A clock that goes forward and back by hours while people work: nobody is signed out or locked out by it, nothing is shown
//! twice or not at all, and what was put off is put off no longer.

use crate::{bearers::*, installation::deeds, people::*};
use domain::{Refusal, token::Lifetime};
use mailer::SendError;
use std::{collections::BTreeSet, time::Duration};
use usecases::{
    Settings, activity,
    cluster::{self, Health, Lease, Standing},
    grants, operator,
    outbox::{self, Delivery},
    sessions, tokens, upkeep,
};

const IDLE: Duration = Settings::SESSION_IDLE;
/// Of a letter.
const LEASE: Duration = Duration::from_secs(120);
/// By how much the clock is wrong.
const AHEAD: Duration = Duration::from_secs(5 * 3600);

/// What the worker does within the minute after the clock was put right.
async fn a_minute_later(house: &House) {
    upkeep::write_seen(&house.installation).await.unwrap();
    upkeep::put_times_right(&house.installation).await.unwrap();
}

#[test]
fn nobody_is_signed_out_when_the_clock_goes_back() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        house.set_back(HOUR);
        for _ in 0..3 {
            assert!(ada.is_signed_in().await);
            a_minute_later(&house).await;
            upkeep::sweep(&house.installation).await.unwrap();
            house.advance(IDLE - MICROSECOND);
        }
        assert!(ada.is_signed_in().await);
    });
}

/// Ahead of its time or not, a session lives for an hour without use, and for a day.
#[test]
fn a_session_that_began_ahead_of_its_time_lives_no_longer_than_others() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        house.advance(AHEAD);
        let [idle, used] = [ada.back().await, ada.back().await];
        house.set_back(AHEAD);
        assert!(idle.is_signed_in().await && used.is_signed_in().await);
        a_minute_later(&house).await;
        let (own, _) = sessions::list(&used.context().await).await.unwrap();
        assert!(own.iter().all(|session| session.last_seen_at <= house.now() && session.created_at <= house.now()));
        house.advance(IDLE - MICROSECOND);
        assert!(used.is_signed_in().await);
        house.advance(MICROSECOND);
        assert!(!idle.is_signed_in().await);
        for _ in 1..24 {
            assert!(used.is_signed_in().await);
            house.advance(IDLE - MICROSECOND);
        }
        assert!(used.is_signed_in().await);
        house.advance(24 * MICROSECOND);
        assert!(!used.is_signed_in().await);
    });
}

/// Before anybody put its time right, too.
#[test]
fn a_sign_in_that_is_yet_to_come_makes_no_credential() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        house.advance(AHEAD);
        let ada = ada.back().await;
        house.set_back(AHEAD);
        assert!(ada.is_signed_in().await);
        let wanted = tokens::Wanted::default();
        assert_eq!(refused(ada.create(&wanted).await), Refusal::ReauthenticationRequired);
        // Another replica's clock is a little behind: no reason to ask anybody for their password again.
        let ada = ada.confirm(PASSWORD).await.unwrap();
        house.set_back(MINUTE);
        ada.create(&wanted).await.unwrap();
    });
}

#[test]
fn the_logs_are_whole_and_in_order_however_the_clock_goes() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let by = house.operator();
        let mut all = Vec::new();
        for n in 0..120_u32 {
            operator::limit_namespaces(&by, &ada.slug, 20 + n).await.unwrap();
            match n % 5 {
                0 => house.set_back(HOUR),
                1 => house.advance(HOUR / 2),
                _ => {}
            }
        }
        // Page by page, while more is written and the clock goes back again.
        let (mut cursor, mut pages) = (String::new(), 0);
        loop {
            let query = activity::Query { cursor, code: "limit.namespaces".into(), ..activity::Query::default() };
            let page = activity::list(&ada.context().await, &ada.slug, &query).await.unwrap();
            all.extend(page.entries.iter().map(|entry| (entry.position, format!("{:?}", entry.event))));
            pages += 1;
            house.set_back(HOUR);
            operator::limit_namespaces(&by, &ada.slug, 900 + pages).await.unwrap();
            match page.next {
                Some(next) => cursor = next,
                None => break,
            }
        }
        assert!(pages > 2 && all.is_sorted_by(|a, b| a.0 > b.0), "the latest first, by what came after what");
        assert_eq!(all.iter().map(|(_, event)| event).collect::<BTreeSet<_>>().len(), 120);

        // The log over all organizations has nothing but time to go by: each line stands in it once all the same.
        let told = deeds(&by).await;
        let said: BTreeSet<_> = told.iter().map(|deed| format!("{:?}", deed.did)).collect();
        assert_eq!((told.len(), said.len()), (120 + pages as usize, 120 + pages as usize));
        assert!(told.is_sorted_by(|a, b| a.at >= b.at));
    });
}

#[test]
fn the_pages_of_a_list_are_whole_while_the_clock_goes_back() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for n in 0..60 {
            ada.token(&format!("t{n}"), &[], NO_SCOPES).await;
            if n % 7 == 0 {
                house.set_back(MINUTE);
            }
        }
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = tokens::list(&ada.context().await, &ada.slug, cursor.as_deref(), Some(25)).await.unwrap();
            seen.extend(page.tokens.iter().map(|listed| listed.token.id));
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (60, 60));
    });
}

async fn deliver(house: &House) -> Delivery {
    outbox::deliver_one(&house.installation, &house.mailer).await.unwrap()
}

#[test]
fn a_letter_that_was_written_ahead_of_its_time_leaves_once_the_clock_is_right() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        house.advance(AHEAD);
        let ada = ada.back().await;
        ada.invite("held@x.example").await;
        let mut c = house.installation.db.write().await.unwrap();
        storage::outbox::claim(&mut c, house.now(), house.now().plus(LEASE)).await.unwrap().unwrap();
        c.commit().await.unwrap();
        ada.invite("tried@x.example").await;
        house.mailer.fail_next(SendError::transient("The mail server is busy."));
        assert!(matches!(deliver(&house).await, Delivery::Failed { .. }));
        ada.invite("fresh@x.example").await;
        house.set_back(AHEAD);
        assert!(matches!(deliver(&house).await, Delivery::Idle));
        a_minute_later(&house).await;
        house.post().await;
        assert_eq!(house.mailer.sent().iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["fresh@x.example"]);
        // One that was tried before, and one whose sender died of it, wait as long as any other may.
        house.advance(AHEAD + MINUTE);
        house.post().await;
        assert_eq!(house.mailer.sent().len(), 3);
    });
}

#[test]
fn a_letter_that_is_put_off_by_a_clock_of_days_ago_waits_no_longer_than_any_other() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.invite("bob@northwind.example").await;
        house.advance(30 * DAY);
        house.mailer.fail_next(SendError::transient("The mail server is busy."));
        assert!(matches!(deliver(&house).await, Delivery::Failed { .. }));
        house.set_back(30 * DAY);
        a_minute_later(&house).await;
        house.post().await;
        assert_eq!(house.mails_to("bob@northwind.example").len(), 1);
    });
}

/// Two machines whose clocks differ: what one of them sends, the other leaves alone.
#[test]
fn senders_whose_clocks_differ_by_a_minute_send_each_letter_once() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.invite("bob@northwind.example").await;
        let others = [
            house.by_another_clock(house.now().plus(MINUTE)).await,
            house.by_another_clock(house.now().minus(MINUTE)).await,
        ];
        let mut c = house.installation.db.write().await.unwrap();
        let lease = house.now().plus(LEASE);
        storage::outbox::claim(&mut c, house.now(), lease).await.unwrap().unwrap();
        c.commit().await.unwrap();
        for other in &others {
            upkeep::put_times_right(&other.installation).await.unwrap();
            assert!(matches!(deliver(other).await, Delivery::Idle));
        }
        // Its sender died: it is somebody's again within two minutes and what the clocks differ by.
        for other in &others {
            other.advance(LEASE + MINUTE);
        }
        assert!(matches!(deliver(&others[1]).await, Delivery::Sent { .. }));
        assert!(matches!(deliver(&others[0]).await, Delivery::Idle));
    });
}

#[test]
fn a_limit_locks_nobody_out_for_longer_than_its_window() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let ip = ada.ip;
        let guess = async |password: &str| {
            sessions::sign_in(&house.browser(None, ip).await, "ada@northwind.example", password).await.map(|_| ())
        };
        house.advance(AHEAD);
        for _ in 0..10 {
            assert_eq!(refused(guess("not the password of ada").await), Refusal::WrongCredentials);
        }
        refused(guess(PASSWORD).await);
        house.set_back(AHEAD);
        // What was counted counts on, else a clock would be a way around it.
        assert_eq!(refused(guess(PASSWORD).await), Refusal::TooManyRequests { retry_after: MINUTE });
        house.advance(MINUTE);
        guess(PASSWORD).await.unwrap();
    });
}

#[test]
fn access_with_an_end_ends_by_the_clock_as_it_is() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let [early, late] = [ada.welcome("early@northwind.example").await, ada.welcome("late@northwind.example").await];
        for (person, lasts) in [(&early, Lifetime::Hour), (&late, Lifetime::ThirtyDays)] {
            let holder = person.holder().await;
            grants::limit(&ada.context().await, &ada.slug, holder, "dev", lasts).await.unwrap();
        }
        let has = async |person: &Person| {
            let id = house.organization(&ada.slug).await.id;
            let wanted = cluster::wanted(&house.installation, id).await.unwrap().unwrap();
            wanted.bindings.iter().any(|binding| binding.subject == domain::binding::Subject::User(person.user))
        };
        house.set_back(AHEAD);
        assert!(has(&early).await && has(&late).await);
        house.advance(2 * AHEAD);
        assert!(!has(&early).await && has(&late).await, "it is over by this clock");
        house.set_back(2 * AHEAD);
        assert!(has(&early).await, "and by this one it is not");
        house.advance(2 * AHEAD);
        upkeep::end_grants(&house.installation).await.unwrap();
        house.set_back(2 * AHEAD);
        assert!(!has(&early).await && has(&late).await, "what was written down as over stays so");
    });
}

#[test]
fn a_controller_that_was_heard_ahead_of_its_time_is_missed_all_the_same() {
    on_both(async |house| {
        let standing =
            Standing { identity: "one".into(), connected: true, version: None, lease: Lease::Ours, remembered: None };
        let health = async || cluster::health(&house.trial.db, house.now()).await.unwrap();
        house.advance(AHEAD);
        cluster::stands(&house.installation, &standing).await.unwrap();
        assert_eq!(health().await, Health::Followed);
        house.set_back(AHEAD);
        assert_eq!(health().await, Health::Silent { since: house.now() });
        cluster::stands(&house.installation, &standing).await.unwrap();
        assert_eq!(health().await, Health::Followed, "it speaks every few seconds");
    });
}
