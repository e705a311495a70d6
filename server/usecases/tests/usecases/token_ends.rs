//! How tokens end, and what is no token at all.

use crate::{bearers::*, people::*, tenants::why};
use domain::{
    Refusal,
    activity::ActivityEvent,
    membership::Role,
    token::{Lifetime, Secret},
};
use usecases::{Error, grants, invitations, members, namespaces, outbox, tokens};

#[test]
fn a_removed_token_is_unknown_from_the_answer_on() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let program = ada.token("ci", &["dev"], EVERY_SCOPE).await;
        let there = program.at(&house.elsewhere().await);
        there.identify().await.unwrap();
        let removed = ada.remove(&program).await.unwrap();
        assert_eq!((removed.id, &removed.mask), (program.token, &program.secret.mask()));
        for _ in 0..500 {
            assert_eq!(refused(program.identify().await), Refusal::TokenUnknown);
            assert_eq!(refused(there.identify().await), Refusal::TokenUnknown);
        }
        let event = ActivityEvent::TokenRemoved { token: removed.mask, name: removed.name };
        assert_eq!(ada.log().await[0].event, event);
        let before = house.rows(&[]).await;
        assert_eq!(refused(ada.remove(&program).await), Refusal::NotFound);
        assert_eq!(refused(ada.assign(&program, &["dev"]).await), Refusal::NotFound);
        assert_eq!(refused(ada.assign(&program, &[]).await), Refusal::NotFound);
        assert_eq!(refused(ada.find_token(&program).await), Refusal::NotFound);
        assert!(ada.tokens().await.is_empty());
        assert_eq!(house.rows(&[]).await, before);
        assert_eq!((house.leftovers().await, house.secret_hashes().await.len()), (0, 0));
        assert_eq!(house.trial.number("select count(*) from tokens").await, 1, "its row stays, for what it gave");
    });
}

/// A request that was let in before the removal, and stands in line behind it.
#[test]
fn a_write_that_comes_after_the_removal_is_refused_though_its_request_came_before() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let invited = ada.invite("eve@northwind.example").await;
        let (program, member) = (ada.token("", &["dev"], EVERY_SCOPE).await, bob.member().await);
        let (under_way, id, slug) = (program.context().await, member.id.to_string(), ada.slug.as_str());
        ada.remove(&program).await.unwrap();
        let before = house.rows(&[]).await;
        let context = &under_way;
        let emails = texts(["joe@northwind.example"]);
        for (verb, answer) in [
            ("send", why(invitations::send(context, slug, &emails, None).await)),
            ("resend", why(invitations::resend(context, slug, &invited.id).await)),
            ("revoke", why(invitations::revoke(context, slug, &invited.id).await)),
            ("deactivate", why(members::deactivate(context, slug, &id, &[]).await)),
            ("reactivate", why(members::reactivate(context, slug, &id).await)),
            ("save", why(grants::save(context, slug, &id, &[], member.version).await)),
            ("role", why(usecases::operator::change_role(context, slug, &id, Role::Admin).await)),
            ("namespace", why(namespaces::create(context, slug, "lab").await)),
            ("create", why(tokens::create(context, slug, &Default::default()).await)),
        ] {
            assert_eq!(answer, Err(Refusal::TokenUnknown), "{verb}");
        }
        assert_eq!(house.rows(&[]).await, before, "not even a line of the log");
    });
}

#[test]
fn a_token_works_until_its_very_last_microsecond() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let there = house.elsewhere().await;
        for lifetime in [Lifetime::Hour, Lifetime::EightHours, Lifetime::ThirtyDays, Lifetime::Year] {
            let ada = ada.back().await;
            let program = ada.token_for(lifetime).await;
            let at = lifetime.ends(house.now()).unwrap();
            house.advance(lifetime.duration().unwrap() - MICROSECOND);
            program.context().await;
            program.at(&there).context().await;
            for _ in 0..2 {
                house.advance(MICROSECOND);
                assert_eq!(refused(program.identify().await), Refusal::TokenExpired { at });
                assert_eq!(refused(program.at(&there).identify().await), Refusal::TokenExpired { at });
            }
        }
        let lasting = ada.back().await.token_for(Lifetime::Never).await;
        house.advance(100 * 365 * DAY);
        lasting.context().await;
    });
}

#[test]
fn an_expired_token_can_still_be_assigned_and_removed() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let program = ada.token_for(Lifetime::Hour).await;
        house.advance(HOUR);
        let ada = ada.back().await;
        let listed = ada.assign(&program, &["dev"]).await.unwrap();
        assert!(listed.expired);
        assert!(matches!(refused(program.identify().await), Refusal::TokenExpired { .. }), "that wakes nobody");
        ada.remove(&program).await.unwrap();
        assert_eq!(refused(program.identify().await), Refusal::TokenUnknown, "removed says nothing of its end");
        assert_eq!(house.leftovers().await, 0);
    });
}

/// The whole of it without a database: a typo never reaches one.
#[test]
fn ten_thousand_typos_are_refused_while_no_database_can_be_asked() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let cut_off = house.elsewhere().await;
        cut_off.installation.db.close().await;
        let mut tried = 0;
        for _ in 0..3 {
            let program = ada.token("", &[], NO_SCOPES).await;
            let right = program.secret.reveal();
            assert_eq!(right.len(), Secret::LENGTH);
            let why = program.at(&cut_off).identify().await.map(|_| ());
            assert!(matches!(why, Err(Error::Unavailable(_))), "{why:?}");
            for place in 0..right.len() {
                for other in (0x20..0x7f).chain([0, b'\t', b'\n']).map(char::from).chain(['é', 'О', '\u{202E}']) {
                    if right[place..].starts_with(other) {
                        continue;
                    }
                    let wrong = format!("{}{other}{}", &right[..place], &right[place + 1..]);
                    assert_eq!(refused(cut_off.knock(&wrong).await), Refusal::TokenMalformed, "{wrong}");
                    tried += 1;
                }
            }
            let swapped = (1..right.len())
                .map(|at| [&right[..at - 1], &right[at..=at], &right[at - 1..at], &right[at + 1..]].concat());
            let lost = (0..right.len()).map(|at| [&right[..at], &right[at + 1..]].concat());
            let doubled = (0..right.len()).map(|at| [&right[..=at], &right[at..]].concat());
            let around = [
                format!(" {right}"),
                format!("{right} "),
                format!("{right}\n"),
                right.to_uppercase(),
                right.to_lowercase(),
            ];
            let long = "bwk_".repeat(30_000);
            for wrong in
                swapped.chain(lost).chain(doubled).chain(around).chain([String::new(), right[4..].into(), long])
            {
                if wrong != right {
                    assert_eq!(refused(cut_off.knock(&wrong).await), Refusal::TokenMalformed, "{wrong}");
                    tried += 1;
                }
            }
        }
        assert!(tried > 10_000, "{tried}");
    });
}

#[test]
fn a_well_formed_secret_that_nobody_was_given_is_unknown() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.token("", &[], NO_SCOPES).await;
        for mut byte in 0..64_u8 {
            let secret = Secret::from_random(|| {
                byte = byte.wrapping_mul(165).wrapping_add(13);
                byte
            });
            assert_eq!(refused(house.knock(secret.reveal()).await), Refusal::TokenUnknown);
        }
    });
}

#[test]
fn no_two_secrets_are_alike() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let mut secrets = std::collections::BTreeSet::new();
        let mut counts = [0; 128];
        for _ in 0..100 {
            let program = ada.token("", &[], NO_SCOPES).await;
            program.digits().bytes().for_each(|digit| counts[usize::from(digit)] += 1);
            secrets.insert(program.secret.reveal().to_owned());
        }
        assert_eq!(secrets.len(), 100);
        // 3,000 digits of 62: each comes 48 times, give or take.
        let counts: Vec<_> = counts.into_iter().filter(|count| *count > 0).collect();
        assert!(counts.len() == 62 && counts.iter().all(|count| (10..110).contains(count)), "{counts:?}");
        assert!(house.post().await.is_empty(), "nobody is mailed a token");
        assert_eq!(outbox::next_due(&house.installation).await.unwrap(), None);
    });
}
