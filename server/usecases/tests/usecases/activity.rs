//! The audit log: every change is one line, refused attempts too.

use crate::people::*;
use domain::{Refusal, activity::ActivityEvent, membership::Role, text::Problem};
use std::time::Duration;
use usecases::{
    activity::{self, Page, Query},
    grants, invitations, members, namespaces,
};

async fn read(person: &Person, query: Query) -> Page {
    activity::list(&person.context().await, &person.slug, &query).await.unwrap()
}

#[test]
fn every_change_is_one_line_that_says_who_and_from_where() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let mut lines = 1;
        let mut one_more = async |code: &str, who: (&str, &str)| {
            let page = read(&ada, Query { limit: Some(200), ..Query::default() }).await;
            lines += 1;
            assert_eq!(page.entries.len(), lines, "{code}");
            let entry = &page.entries[0];
            assert_eq!(
                (entry.event.code(), entry.actor_kind.as_str(), entry.actor_name.as_str()),
                (code, who.0, who.1)
            );
            assert_eq!(entry.at, house.now());
            if who.0 == "user" {
                assert_eq!(entry.user_agent.as_deref(), Some("Browser/1"), "{code}");
                assert!(entry.ip.is_some() && entry.actor_id.is_some(), "{code}");
            }
            if who.1 == ada.email {
                assert_eq!(entry.ip, Some(ada.ip.to_string()), "{code}");
                assert_eq!(entry.actor_id, Some(ada.user.uuid()), "{code}");
            }
        };
        let by_ada = ("user", "ada@northwind.example");
        let context = ada.context().await;
        namespaces::create(&context, &ada.slug, "dev").await.unwrap();
        one_more("namespace.created", by_ada).await;
        let invited = ada.invite("bob@northwind.example").await;
        one_more("invitation.sent", by_ada).await;
        invitations::resend(&context, &ada.slug, &invited.id).await.unwrap();
        one_more("invitation.resent", by_ada).await;
        let bob = house.accept(&invited).await.unwrap().member;
        let id = bob.id.to_string();
        one_more("invitation.accepted", ("user", "bob@northwind.example")).await;
        grants::save(&context, &ada.slug, &id, &[], bob.version).await.unwrap();
        one_more("grants.changed", by_ada).await;
        members::deactivate(&context, &ada.slug, &id, &[]).await.unwrap();
        one_more("member.deactivated", by_ada).await;
        members::reactivate(&context, &ada.slug, &id).await.unwrap();
        one_more("member.reactivated", by_ada).await;
        members::end_sessions(&context, &ada.slug, &id).await.unwrap();
        one_more("member.sessions_ended", by_ada).await;
        usecases::operator::change_role(&house.operator(), &ada.slug, &id, Role::Admin).await.unwrap();
        one_more("member.role_changed", ("operator", "Operator")).await;
        let other = ada.invite("eve@northwind.example").await;
        one_more("invitation.sent", by_ada).await;
        invitations::revoke(&context, &ada.slug, &other.id).await.unwrap();
        one_more("invitation.revoked", by_ada).await;
    });
}

#[test]
fn a_sending_of_three_is_three_lines_of_one_write() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let emails = texts(["a@x.example", "b@x.example", "nonsense", "c@x.example"]);
        invitations::send(&ada.context().await, &ada.slug, &emails, None).await.unwrap();
        let page = read(&ada, Query::default()).await;
        let version = house.organization(&ada.slug).await.version;
        let positions: Vec<_> = page.entries.iter().map(|entry| entry.position).collect();
        assert_eq!(positions, [(version, 2), (version, 1), (version, 0), (1, 0)]);
    });
}

#[test]
fn an_attempt_that_was_refused_is_written_down() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let (adas, bobs) = (ada.id().await, bob.id().await);
        let context = bob.context().await;
        refused(invitations::send(&context, &bob.slug, &texts(["eve@e.example"]), None).await);
        refused(members::deactivate(&context, &bob.slug, &adas, &[]).await);
        refused(usecases::operator::change_role(&context, &bob.slug, &bobs, Role::Admin).await);
        refused(members::deactivate(&ada.context().await, &ada.slug, &adas, &[]).await);
        ada.deactivate(&bob).await.unwrap();
        refused(namespaces::create(&context, &bob.slug, "dev").await);
        let page = read(&ada, Query { code: "refused".into(), ..Query::default() }).await;
        let said: Vec<_> = page
            .entries
            .iter()
            .rev()
            .map(|entry| match &entry.event {
                ActivityEvent::Refused { action, reason, .. } => {
                    (entry.actor_name.as_str(), action.as_str(), reason.as_str())
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            said,
            [
                ("bob@northwind.example", "invitations.send", "admins_only"),
                ("bob@northwind.example", "members.deactivate", "admins_only"),
                ("bob@northwind.example", "members.role", "operator_only"),
                ("ada@northwind.example", "members.deactivate", "founder_stays"),
                ("bob@northwind.example", "namespaces.create", "membership_deactivated"),
            ]
        );
        assert!(page.entries.iter().all(|entry| entry.ip.is_some()));
    });
}

#[test]
fn a_stranger_leaves_no_line() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let version = house.organization(&ada.slug).await.version;
        refused(namespaces::create(&carl.context().await, &ada.slug, "dev").await);
        refused(namespaces::create(&house.stranger().await, &ada.slug, "dev").await);
        assert_eq!(ada.codes().await, ["organization.created"]);
        assert_eq!(house.organization(&ada.slug).await.version, version, "nor any other trace");
    });
}

#[test]
fn members_cannot_read_the_log() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let seen = activity::list(&bob.context().await, &bob.slug, &Query::default()).await;
        assert_eq!(refused(seen), Refusal::AdminsOnly);
        let seen = activity::list(&house.stranger().await, &bob.slug, &Query::default()).await;
        assert_eq!(refused(seen), Refusal::NotSignedIn);
    });
}

#[test]
fn pages_give_each_line_once_under_every_filter() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = ada.welcome_admin("carl@northwind.example").await;
        for (n, person) in [&ada, &carl].into_iter().cycle().take(12).enumerate() {
            let emails: Vec<_> = (0..n % 3 + 1).map(|i| format!("p{n}-{i}@x.example")).collect();
            invitations::send(&person.context().await, &person.slug, &emails, None).await.unwrap();
            refused(members::deactivate(&person.context().await, &person.slug, &ada.id().await, &[]).await);
            // Within a minute they would be counted on one line.
            house.advance(MINUTE);
        }
        for (actor, code, expected) in [
            ("", "", 4 + 24 + 12),
            ("ada@northwind.example", "", 2 + 12 + 6),
            ("CARL@Northwind.example", "", 1 + 12 + 6),
            ("", "refused", 12),
            (" carl@northwind.example ", "invitation.sent", 12),
            ("Operator", "", 1),
            ("nobody@x.example", "", 0),
            ("", "no.such.code", 0),
        ] {
            let mut query = Query { actor: actor.into(), code: code.into(), limit: Some(5), ..Query::default() };
            let mut positions = Vec::new();
            loop {
                let page = read(&ada, query.clone()).await;
                positions.extend(page.entries.iter().map(|entry| entry.position));
                let Some(next) = page.next else { break };
                assert_eq!(page.entries.len(), 5);
                query.cursor = next;
            }
            assert_eq!(positions.len(), expected, "{actor} {code}");
            assert!(positions.is_sorted_by(|a, b| a > b), "{positions:?}");
        }
    });
}

#[test]
fn a_span_of_time_begins_with_its_first_moment_and_ends_before_its_last() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let context = ada.context().await;
        for _ in 0..3 {
            house.advance(DAY);
            invitations::send(&context, &ada.slug, &[format!("p{}@x.example", house.now().seconds())], None)
                .await
                .unwrap();
        }
        let count = async |since: &str, until: &str| {
            let query = Query { since: since.into(), until: until.into(), ..Query::default() };
            activity::list(&context, &ada.slug, &query).await.unwrap().entries.len()
        };
        assert_eq!(count("", "").await, 4);
        assert_eq!(count("2026-11-24T09:30:05.25Z", "").await, 3);
        assert_eq!(count("2026-11-24T09:30:05.250001Z", "").await, 2);
        assert_eq!(count("", "2026-11-24T09:30:05.25Z").await, 1);
        assert_eq!(count("", "2026-11-24").await, 2, "a day as the end is that whole day");
        assert_eq!(count("2026-11-24", "2026-11-25").await, 2);
        assert_eq!(count("2026-11-24T11:30:05.25+02:00", "").await, 3);
        for (field, query) in [
            ("since", Query { since: "yesterday".into(), ..Query::default() }),
            ("until", Query { until: "2026-13-01".into(), ..Query::default() }),
        ] {
            let why = refused(activity::list(&context, &ada.slug, &query).await);
            assert_eq!(why, Refusal::BadField { field, problem: Problem::NotATime });
        }
        for cursor in ["x", "1", "1.x", ".", "1.2.3"] {
            let query = Query { cursor: cursor.into(), ..Query::default() };
            let why = refused(activity::list(&context, &ada.slug, &query).await);
            assert_eq!(why, Refusal::BadField { field: "cursor", problem: Problem::Unknown }, "{cursor}");
        }
        house.advance(Duration::from_secs(1));
    });
}

#[test]
fn the_last_thirty_days_are_counted_one_by_one() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let days = async |ada: &Person| {
            let query = Query { code: "grants.changed".into(), ..Query::default() };
            activity::page(&ada.context().await, &ada.slug, &query).await.unwrap().1
        };
        let bob = ada.welcome("bob@northwind.example").await;
        refused(namespaces::create(&bob.context().await, &bob.slug, "dev").await);
        let first = days(&ada).await;
        let today = first.last().unwrap();
        assert_eq!((today.changes, today.refused), (4, 1), "founded, invited, accepted, refused");
        assert!(today.at <= house.now() && house.now() < today.at.plus(24 * HOUR));

        house.advance(29 * 24 * HOUR);
        let ada = ada.back().await;
        ada.create_namespace("dev").await;
        let later = days(&ada).await;
        assert_eq!(later.len(), 30);
        assert_eq!((later[0], later[0].at.plus(29 * 24 * HOUR)), (*today, later[29].at));
        assert_eq!(later[1..29].iter().map(|day| day.changes).sum::<u64>(), 0);
        assert_eq!((later[29].changes, later[29].refused), (1, 0));
        house.advance(24 * HOUR);
        assert_eq!(days(&ada.back().await).await[0].changes, 0, "thirty days and no more");
    });
}
