//! API access tokens: what they may in Bailiwick itself, and how long they live. Their secrets: `secrets.rs`.

use crate::people::steady;
use domain::{
    Refusal,
    text::Problem,
    time::Timestamp,
    token::{Lifetime, Scope, Scopes, is_expired},
};
use proptest::{prelude::*, sample::subsequence};
use std::time::Duration;

#[test]
fn every_scope_has_one_word_everywhere() {
    assert_eq!(Scope::ALL.map(Scope::as_str), ["members", "invitations", "grants"]);
    for scope in Scope::ALL {
        assert_eq!(Scope::parse(scope.as_str()), Ok(scope));
        let json = serde_json::to_value(scope).expect("it is JSON");
        assert_eq!(json, scope.as_str());
        assert_eq!(serde_json::from_value::<Scope>(json).expect("it is read again"), scope);
        assert!(!scope.explanation().is_empty());
    }
    for text in ["", "manage", "*", "tokens", "Members", "members ", "members,grants", "members\n", "admin"] {
        assert_eq!(Scope::parse(text), Err(Problem::Unknown), "{text:?}");
        assert!(serde_json::from_value::<Scope>(text.into()).is_err(), "{text:?}");
    }
}

#[test]
fn scopes_are_read_as_a_set_and_one_unknown_word_refuses_them_all() {
    let read = |json| serde_json::from_str::<Scopes>(json).ok();
    assert_eq!(read("[]"), Some(Scopes::default()));
    let both = Scopes { members: true, invitations: false, grants: true };
    assert_eq!(read(r#"["members","grants"]"#), Some(both));
    assert_eq!(read(r#"["grants","members","grants"]"#), Some(both));
    for json in [
        "null",
        "7",
        r#""members""#,
        "{}",
        r#"{"members":true}"#,
        r#"[""]"#,
        r#"["Members"]"#,
        r#"["members","tokens"]"#,
        r#"["members",null]"#,
        r#"["members,grants"]"#,
    ] {
        assert_eq!(read(json), None, "{json}");
    }
}

const NEVER_IN_SECONDS: u64 = u64::MAX;

#[test]
fn every_lifetime_has_the_word_of_the_contract_and_lasts_as_long_as_it_says() {
    let hour = 60 * 60;
    let day = 24 * hour;
    let seconds = [hour, 8 * hour, 30 * day, 90 * day, 365 * day, NEVER_IN_SECONDS];
    assert_eq!(Lifetime::ALL.map(Lifetime::as_str), ["1h", "8h", "30d", "90d", "1y", "never"]);
    assert_eq!(Lifetime::ALL.map(Lifetime::words), ["1 hour", "8 hours", "30 days", "90 days", "1 year", "never"]);
    assert_eq!(
        Lifetime::ALL.map(|lifetime| lifetime.duration().map_or(NEVER_IN_SECONDS, |duration| duration.as_secs())),
        seconds
    );
    for lifetime in Lifetime::ALL {
        assert_eq!(Lifetime::parse(lifetime.as_str()), Ok(lifetime));
    }
    for text in ["", "1H", " 1h", "1h ", "2h", "0h", "-1h", "90", "90 d", "90 days", "365d", "1y1h", "Never", "∞"] {
        assert_eq!(Lifetime::parse(text), Err(Problem::Unknown), "{text:?}");
    }
}

#[test]
fn a_lifetime_is_within_every_maximum_that_is_not_shorter() {
    assert!(Lifetime::ALL.is_sorted_by(|shorter, longer| shorter < longer));
    for (number, lifetime) in Lifetime::ALL.into_iter().enumerate() {
        for (most_number, most) in Lifetime::ALL.into_iter().enumerate() {
            let expected = if number <= most_number { Ok(lifetime) } else { Err(Refusal::TokenLifetime { most }) };
            assert_eq!(lifetime.within(most), expected, "{lifetime:?} within {most:?}");
        }
    }
}

#[test]
fn what_nobody_chose_is_ninety_days_or_the_maximum_where_that_is_less() {
    use Lifetime::{EightHours, Hour, NinetyDays, ThirtyDays};
    let chosen = [Hour, EightHours, ThirtyDays, NinetyDays, NinetyDays, NinetyDays];
    assert_eq!(Lifetime::ALL.map(Lifetime::default_within), chosen);
}

#[test]
fn a_lifetime_ends_as_long_after_its_beginning_as_it_lasts() {
    let at = |text| Timestamp::parse(text).expect("a time");
    let from = at("2027-12-31T23:30:00.000001Z");
    let ends = Lifetime::ALL.map(|lifetime| lifetime.ends(from).map(|end| end.to_string()));
    let end = |text: &str| Some(text.to_owned());
    // A year is 365 days, whether or not it leaps.
    assert_eq!(
        ends,
        [
            end("2028-01-01T00:30:00.000001Z"),
            end("2028-01-01T07:30:00.000001Z"),
            end("2028-01-30T23:30:00.000001Z"),
            end("2028-03-30T23:30:00.000001Z"),
            end("2028-12-30T23:30:00.000001Z"),
            None,
        ]
    );
    let last = Timestamp::from_micros(i64::MAX);
    assert_eq!(Lifetime::Year.ends(last), Some(last));
}

#[test]
fn a_token_is_over_at_the_very_microsecond_it_names() {
    let end = Timestamp::parse("2026-03-02T09:00:00Z").expect("a time");
    let microsecond = Duration::from_micros(1);
    assert!(!is_expired(Some(end), end.minus(microsecond)));
    assert!(is_expired(Some(end), end));
    assert!(is_expired(Some(end), end.plus(microsecond)));
    for now in [i64::MIN, 0, i64::MAX].map(Timestamp::from_micros) {
        assert!(!is_expired(None, now));
    }
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn a_set_of_scopes_holds_what_was_put_in_and_comes_back(chosen in subsequence(Scope::ALL.to_vec(), 0..=3)) {
        let scopes: Scopes = chosen.iter().rev().copied().collect();
        prop_assert_eq!(scopes.iter().collect::<Vec<_>>(), chosen.clone());
        prop_assert!(Scope::ALL.into_iter().all(|scope| scopes.has(scope) == chosen.contains(&scope)));
        prop_assert_eq!(scopes.is_empty(), chosen.is_empty());
        let json = serde_json::to_value(scopes).expect("it is JSON");
        prop_assert_eq!(&json, &serde_json::to_value(chosen).expect("it is JSON"));
        prop_assert_eq!(serde_json::from_value::<Scopes>(json).expect("it is read again"), scopes);
    }
}
