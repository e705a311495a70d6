//! The log of all that operators did, to the installation and to organizations.

use crate::{
    installation::{OLGA, deeds},
    people::*,
};
use domain::{Refusal, operator::OperatorEvent, text::Problem};
use std::collections::BTreeSet;
use usecases::operator::{self, Did};

/// What happens within one transaction has one time, and with a clock that stands still everything has.
#[test]
fn the_log_of_what_operators_did_skips_nothing_and_repeats_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let by = house.operator();
        let mut done = 0;
        let act = async |n: u32| match n % 3 {
            0 => operator::limit_namespaces(&by, &ada.slug, 20 + n).await.unwrap(),
            1 => operator::limit_members(&by, &carl.slug, Some(20 + n)).await.unwrap(),
            _ => operator::set_sign_ups(&by, n.is_multiple_of(2)).await.unwrap(),
        };
        for n in 0..130 {
            act(n).await;
            done += 1;
            // Ties of sixty, of one, and of the rest.
            if n == 60 || n == 61 {
                house.advance(MICROSECOND);
            }
        }
        let all = deeds(&by).await;
        assert_eq!(all.len(), done);
        assert!(all.is_sorted_by(|a, b| a.at >= b.at), "the latest first");
        let said: BTreeSet<_> = all.iter().map(|deed| format!("{:?}", deed.did)).collect();
        let sign_ups = all.iter().filter(|deed| matches!(deed.did, Did::Here(_))).count();
        assert_eq!(said.len(), done - sign_ups + 2, "each change of a limit is another");
        // What happens between two pages moves nothing of what is older.
        let (first, next) = operator::activity(&by, "").await.unwrap();
        act(999).await;
        let (second, _) = operator::activity(&by, &next.unwrap()).await.unwrap();
        let again: Vec<_> = first.iter().chain(&second).map(|deed| format!("{} {:?}", deed.at, deed.did)).collect();
        let before: Vec<_> = all[..100].iter().map(|deed| format!("{} {:?}", deed.at, deed.did)).collect();
        assert_eq!(again, before);
        let id = crate::tenants::ABSENT;
        for cursor in [
            "x".to_owned(),
            "1".to_owned(),
            "1.x".to_owned(),
            format!("-1.{id}"),
            format!("1.{id}.2"),
            format!("1.{id}.2.x"),
            format!("1.{id}.2.3.4"),
            "\0".to_owned(),
        ] {
            let refusal = Refusal::BadField { field: "cursor", problem: Problem::Unknown };
            assert_eq!(house.refuses(operator::activity(&by, &cursor)).await, refusal, "{cursor:?}");
        }
    });
}

#[test]
fn only_what_operators_did_stands_in_their_log() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let olga = house.runs(OLGA).await;
        house.advance(MICROSECOND);
        operator::suspend(&olga.acting().await, &ada.slug, "unpaid").await.unwrap();
        let all = deeds(&house.operator()).await;
        assert_eq!(all.len(), 2);
        let Did::In(place, _) = &all[0].did else { panic!("{all:?}") };
        assert_eq!((place.slug.as_str(), all[0].by.as_str(), all[0].ip.is_some()), ("northwind", OLGA, true));
        assert!(matches!(&all[1].did, Did::Here(OperatorEvent::Added { .. })));
    });
}
