//! What a database counts, and what the cluster remembers of it.

use crate::people::steady;
use domain::{
    Refusal,
    id::OrganizationId,
    told::{NotACount, Told},
};
use proptest::{collection::vec, prelude::*};

fn told(count: i64) -> Told {
    Told::new(OrganizationId::from_random([1; 16]), count).expect("a count")
}

fn elsewhere(count: i64) -> Told {
    Told::new(OrganizationId::from_random([2; 16]), count).expect("a count")
}

#[test]
fn a_copy_that_counts_less_than_the_cluster_remembers_is_older() {
    assert!(told(4).is_older_than(told(5)));
    for same_or_newer in [told(5), told(6), told(1_000_000_000)] {
        assert!(!same_or_newer.is_older_than(told(5)), "{same_or_newer}");
    }
    assert!(!elsewhere(4).is_older_than(told(5)), "another database's count is no measure");
}

#[test]
fn the_cluster_never_forgets_but_for_another_database() {
    assert_eq!(told(4).remembered_after(Some(told(5))), told(5));
    assert_eq!(told(6).remembered_after(Some(told(5))), told(6));
    assert_eq!(told(6).remembered_after(None), told(6));
    assert_eq!(elsewhere(1).remembered_after(Some(told(5))), elsewhere(1));
}

#[test]
fn only_an_older_copy_is_confirmed_and_then_counts_what_no_copy_ever_did() {
    for nothing_to_confirm in [None, Some(told(3)), Some(told(4)), Some(elsewhere(5))] {
        assert_eq!(told(4).confirmed(nothing_to_confirm), Err(Refusal::NotOlder), "{nothing_to_confirm:?}");
    }
    let confirmed = told(4).confirmed(Some(told(5))).expect("it is older");
    assert!(!confirmed.is_older_than(told(5)) && !confirmed.continues(told(4)) && !confirmed.continues(told(5)));
    assert!(told(900).is_older_than(confirmed), "so is whatever went on without it");
    let again = told(5).confirmed(Some(confirmed)).expect("it is older");
    assert!(confirmed.is_older_than(again) && !again.continues(confirmed));
    assert!(told(5).continues(told(4)) && !elsewhere(4).continues(told(4)));
}

#[test]
fn a_count_is_read_as_it_was_written_and_nothing_else_is_one() {
    for it in [told(0), told(17), told(3_000_000_017)] {
        assert_eq!(it.to_string().parse(), Ok(it));
        let json = serde_json::to_string(&it).expect("JSON");
        assert_eq!(json, format!("\"{it}\""));
        assert_eq!(serde_json::from_str::<Told>(&json).expect("a count"), it);
    }
    let line = OrganizationId::from_random([1; 16]);
    for text in ["", ".", "5", &line.to_string(), &format!("{line}."), &format!("{line}.-1"), "northwind.5"] {
        assert_eq!(text.parse::<Told>(), Err(NotACount), "{text}");
    }
    for far in [i64::MAX, i64::MIN, -1, 1_000_000_000_000_001] {
        assert_eq!(Told::new(line, far), Err(NotACount));
    }
}

/// What happens to a database, its cluster, and the copies that are kept of the one.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Counts,
    /// As far as it has counted.
    Remembers,
    BacksUp,
    Restores(usize),
    Confirms,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        4 => Just(Turn::Counts),
        4 => Just(Turn::Remembers),
        1 => Just(Turn::BacksUp),
        1 => (0_usize..8).prop_map(Turn::Restores),
        1 => Just(Turn::Confirms),
    ];
    vec(turn, 0..60)
}

proptest! {
    #![proptest_config(steady())]

    /// With the true history beside it: which of all tellings a database and its copies hold. Copies are not made in the
    /// moment between counting and remembering.
    #[test]
    fn a_database_is_held_to_be_older_exactly_when_the_cluster_was_told_what_it_does_not_hold(turns in turns()) {
        let (mut database, mut cluster) = (told(0), None::<Told>);
        // What was told, in the order of its telling; and how much of that the database knows of.
        let (mut holds, mut heard): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        let (mut copies, mut next) = (Vec::new(), 0);
        for turn in turns {
            let is_older = cluster.is_some_and(|cluster| database.is_older_than(cluster));
            match turn {
                // An older one is not told of.
                Turn::Counts if !is_older => {
                    next += 1;
                    holds.push(next);
                    database = told(database.count() + 1);
                }
                Turn::Remembers if !is_older => {
                    cluster = Some(database.remembered_after(cluster));
                    heard.clone_from(&holds);
                }
                Turn::Counts | Turn::Remembers => {}
                Turn::BacksUp if is_older || holds == heard => copies.push((database, holds.clone())),
                Turn::BacksUp => {}
                Turn::Restores(which) if which < copies.len() => (database, holds) = copies[which].clone(),
                Turn::Restores(_) => {}
                Turn::Confirms => if let Ok(confirmed) = database.confirmed(cluster) {
                    next += 1;
                    database = confirmed;
                    holds.clone_from(&heard);
                    holds.push(next);
                },
            }
            let is_older = cluster.is_some_and(|cluster| database.is_older_than(cluster));
            let lacks = heard.iter().any(|it| !holds.contains(it));
            prop_assert_eq!(is_older, lacks, "{:?}: {} {:?}, {:?} {:?}", turn, database, cluster, &holds, &heard);
        }
    }
}
