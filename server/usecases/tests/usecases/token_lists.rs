//! The list of tokens: its order, its pages, and what is on it.

use crate::{bearers::*, people::*};
use domain::{
    Refusal,
    text::Problem,
    token::{EXPIRED_LISTED, Lifetime},
};
use std::collections::BTreeSet;
use usecases::{
    tokens::{self, Listed, NAMED, Wanted},
    upkeep,
};

/// Reads the list to its end.
async fn walk(person: &Person, limit: u32) -> Vec<Listed> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = person.token_page(cursor.as_deref(), limit).await.unwrap();
        all.extend(page.tokens);
        let Some(next) = page.next else {
            assert_eq!(page.total, all.len() as u64);
            return all;
        };
        assert_eq!(all.len() % limit as usize, 0, "a page before the last is full");
        cursor = Some(next);
    }
}

#[test]
fn the_newest_token_comes_first() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let mut made = Vec::new();
        for _ in 0..5 {
            made.push(ada.token("", &[], NO_SCOPES).await.mask());
            house.advance(MICROSECOND);
        }
        made.reverse();
        assert_eq!(ada.masks().await, made);
        let empty = house.found("Contoso", "carl@contoso.example").await;
        let page = empty.token_page(None, 50).await.unwrap();
        assert_eq!((page.tokens.len(), page.total, page.next), (0, 0, None));
    });
}

#[test]
fn tokens_of_the_very_same_moment_are_each_on_one_page_with_their_own_namespaces() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["a", "b", "c"] {
            ada.create_namespace(label).await;
        }
        let mut made = BTreeSet::new();
        for n in 0..60 {
            // Every combination of the three.
            let namespaces: Vec<_> = (0..3).filter(|bit| n >> bit & 1 == 1).map(|bit| ["a", "b", "c"][bit]).collect();
            let program = ada.token("", &namespaces, NO_SCOPES).await;
            let full: Vec<_> = namespaces.iter().map(|label| format!("northwind-{label}")).collect();
            made.insert((program.id(), full));
            if n % 20 == 19 {
                house.advance(MICROSECOND);
            }
        }
        let reference: Vec<_> = ada.tokens().await.iter().map(|listed| listed.token.id).collect();
        for limit in [1, 7, 20, 59, 60, 61, 10_000] {
            let listed = walk(&ada, limit).await;
            assert_eq!(listed.iter().map(|listed| listed.token.id).collect::<Vec<_>>(), reference, "{limit}");
            assert!(listed.is_sorted_by(|a, b| (a.token.created_at, a.token.id) > (b.token.created_at, b.token.id)));
            let seen: BTreeSet<_> =
                listed.iter().map(|listed| (listed.token.id.to_string(), strings(&listed.namespaces))).collect();
            assert_eq!(seen, made, "{limit}");
        }
        assert_eq!(ada.token_page(None, 0).await.unwrap().tokens.len(), 1);
        let page = tokens::list(&ada.context().await, &ada.slug, Some(""), None).await.unwrap();
        assert_eq!((page.tokens.len(), page.total), (50, 60), "an empty cursor in a form is none");
    });
}

#[test]
fn what_comes_or_goes_while_somebody_turns_pages_shifts_none() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let mut made = Vec::new();
        for _ in 0..9 {
            made.insert(0, ada.token("", &[], NO_SCOPES).await);
            house.advance(MICROSECOND);
        }
        let first = ada.token_page(None, 3).await.unwrap();
        // The row that the cursor names goes, another comes.
        ada.remove(&made[2]).await.unwrap();
        ada.token("", &[], NO_SCOPES).await;
        let second = ada.token_page(first.next.as_deref(), 3).await.unwrap();
        let expected: Vec<_> = made[3..6].iter().map(|program| program.token).collect();
        assert_eq!(second.tokens.iter().map(|listed| listed.token.id).collect::<Vec<_>>(), expected);
        assert_eq!(second.total, 9);
    });
}

#[test]
fn a_cursor_that_is_none_of_ours_is_refused() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let program = ada.token("", &[], NO_SCOPES).await;
        let id = program.id();
        let mut cursors = vec!["x".to_owned(), ".".to_owned(), "1".to_owned(), "1.".to_owned(), format!(".{id}")];
        cursors.extend([format!("1.{id}.2"), format!("x.{id}"), format!("1 .{id}"), "1.2".into(), "\0".into()]);
        cursors.extend([format!("99999999999999999999.{id}"), "1.'; drop table tokens".into(), "9".repeat(100_000)]);
        for cursor in cursors {
            let listed = ada.token_page(Some(&cursor), 5).await.map(|page| page.total);
            let wrong = Refusal::BadField { field: "cursor", problem: Problem::Unknown };
            assert_eq!(refused(listed), wrong, "{}", &cursor[..cursor.len().min(80)]);
        }
    });
}

/// Times that no database keeps: PostgreSQL's begin in 4714 BC.
#[test]
fn a_cursor_of_a_time_that_never_was_is_refused_or_finds_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let id = ada.token("", &[], NO_SCOPES).await.id();
        for micros in [i64::MIN, i64::MIN + 1, -9_000_000_000_000_000_000, -300_000_000_000_000_000, -1, 0, i64::MAX] {
            let (slug, cursor) = (ada.slug.clone(), format!("{micros}.{id}"));
            let context = ada.context().await;
            let listed = tokio::spawn(async move {
                tokens::list(&context, &slug, Some(&cursor), None).await.map(|page| page.tokens.len())
            });
            match listed.await {
                Ok(Ok(found)) => assert_eq!(found, usize::from(micros > 0), "{micros}"),
                Ok(Err(usecases::Error::Refused(why))) => {
                    assert_eq!(why, Refusal::BadField { field: "cursor", problem: Problem::Unknown }, "{micros}");
                }
                other => panic!("{micros}: {other:?}"),
            }
        }
    });
}

#[test]
fn an_expired_token_is_listed_for_thirty_days_and_then_swept_away() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let namespaces = texts(["dev"]);
        let wanted = Wanted { namespaces: &namespaces, expires: Some(Lifetime::Hour), ..Wanted::default() };
        let (brief, lasting) = (ada.equip(&wanted).await, ada.token_for(Lifetime::Never).await);
        let end = house.now().plus(HOUR);
        house.advance(HOUR - MICROSECOND);
        let expired = async |ada: &Person| ada.find_token(&brief).await.unwrap().expired;
        let ada = ada.back().await;
        assert!(!expired(&ada).await);
        house.advance(MICROSECOND);
        assert!(expired(&ada).await);
        house.advance(EXPIRED_LISTED - MICROSECOND);
        upkeep::sweep(&house.installation).await.unwrap();
        let ada = ada.back().await;
        let page = ada.token_page(None, 1).await.unwrap();
        assert_eq!(page.total, 2);
        let listed = walk(&ada, 1).await;
        assert_eq!(listed.iter().filter(|listed| listed.expired).count(), 1);
        assert_eq!(strings(&ada.find_token(&brief).await.unwrap().namespaces), ["northwind-dev"]);

        house.advance(MICROSECOND);
        let only_the_lasting = async || {
            assert_eq!(ada.masks().await, [lasting.mask()]);
            assert_eq!(walk(&ada, 1).await.len(), 1);
        };
        only_the_lasting().await;
        house.advance(MICROSECOND);
        only_the_lasting().await;
        assert_eq!(refused(brief.identify().await), Refusal::TokenExpired { at: end }, "not swept away yet");
        upkeep::sweep(&house.installation).await.unwrap();
        only_the_lasting().await;
        assert_eq!(refused(brief.identify().await), Refusal::TokenUnknown);
        assert_eq!(refused(ada.find_token(&brief).await), Refusal::NotFound);
        assert_eq!(refused(ada.assign(&brief, &["dev"]).await), Refusal::NotFound);
        assert_eq!(house.trial.number("select count(*) from token_grants").await, 0);
        assert_eq!(house.secret_hashes().await.len(), 1);
        assert_eq!(house.trial.number("select count(*) from tokens where removed_at = expires_at").await, 1);
        lasting.identify().await.unwrap();
        let before = house.rows(&[]).await;
        upkeep::sweep(&house.installation).await.unwrap();
        assert_eq!(house.rows(&[]).await, before);
    });
}

#[test]
fn what_somebody_made_is_theirs_here_and_still_stands() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        // Bob makes tokens in Carl's organization as well.
        let invited = carl.invite(&bob.email).await;
        usecases::invitations::accept(&bob.context().await, &invited.secret, NOTHING).await.unwrap();
        let elsewhere = Person { slug: carl.slug.clone(), ..bob.clone() };
        elsewhere.become_role(domain::membership::Role::Admin).await.unwrap();
        elsewhere.token("in Contoso", &[], NO_SCOPES).await;
        ada.token("Ada's", &[], NO_SCOPES).await;
        bob.token_for(Lifetime::Hour).await;
        let removed = bob.token("removed", &[], NO_SCOPES).await;
        ada.remove(&removed).await.unwrap();
        let mut bobs = Vec::new();
        for _ in 0..3 {
            house.advance(MICROSECOND);
            bobs.insert(0, bob.token_for(Lifetime::Never).await.token);
        }
        house.advance(HOUR - 4 * MICROSECOND);
        let ada = ada.back().await;
        let made = async |person: &Person, id: &str| {
            let (made, total) = tokens::made_by(&person.context().await, &person.slug, id).await.unwrap();
            (made.into_iter().map(|token| token.id).collect::<Vec<_>>(), total)
        };
        assert_eq!(made(&ada, &bob.id().await).await.1, 4, "the hour is not over yet");
        house.advance(4 * MICROSECOND);
        assert_eq!(made(&ada, &bob.id().await).await, (bobs, 3));
        assert_eq!(made(&ada, &ada.id().await).await.1, 1);
        let foreign = tokens::made_by(&ada.context().await, &ada.slug, &carl.id().await).await;
        assert_eq!(refused(foreign), Refusal::NotFound);
        let bob = bob.back().await;
        for _ in 0..NAMED {
            bob.token("", &[], NO_SCOPES).await;
        }
        let (named, total) = made(&ada, &bob.id().await).await;
        assert_eq!((named.len(), total), (NAMED as usize, u64::from(NAMED) + 3));
    });
}
