//! Points in time and ids: what goes out comes back the same.

use crate::people::steady;
use domain::{
    id::{
        InvitationId, LetterId, MemberId, NamespaceId, NotAnId, OrganizationId, ResetId, SessionId, SignUpId, TokenId,
        UserId,
    },
    time::Timestamp,
};
use proptest::prelude::*;
use std::time::Duration;

/// The years 0000 to 9999, which is what RFC 3339 can write.
const WRITABLE: std::ops::RangeInclusive<i64> = -62_167_219_200_000_000..=253_402_300_799_999_999;

fn at(text: &str) -> Option<i64> {
    Timestamp::parse(text).map(Timestamp::micros)
}

#[test]
fn a_time_is_read_with_any_offset_and_written_in_utc() {
    assert_eq!(at("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(at("2026-11-23T10:30:00+01:00"), at("2026-11-23T09:30:00Z"));
    assert_eq!(at(" 2026-11-23T09:30:00Z\n"), at("2026-11-23T09:30:00Z"));
    let written = Timestamp::parse("2026-11-23T10:30:00.25+01:00").map(Timestamp::to_rfc3339);
    assert_eq!(written.as_deref(), Some("2026-11-23T09:30:00.25Z"));
}

#[test]
fn a_day_alone_is_its_beginning_in_utc() {
    assert_eq!(at("2026-11-23"), at("2026-11-23T00:00:00Z"));
    assert_eq!(at("2024-02-29"), at("2024-02-29T00:00:00Z"));
    assert_eq!(at("2026-02-29"), None);
}

#[test]
fn what_is_finer_than_a_microsecond_is_cut_downwards() {
    assert_eq!(at("1970-01-01T00:00:00.0000019Z"), Some(1));
    assert_eq!(at("1970-01-01T00:00:00.000000999Z"), Some(0));
    assert_eq!(at("1969-12-31T23:59:59.9999999Z"), Some(-1));
}

#[test]
fn what_is_no_time_is_refused() {
    for text in ["", "now", "2026-11-23T09:30:00", "2026-13-01", "23.11.2026", "2026-11-2é", "🦊🦊🦊", "1e99", "\0"]
    {
        assert_eq!(at(text), None, "{text}");
    }
}

#[test]
fn times_at_the_ends_of_their_range_stop_there() {
    let (first, last) = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
    assert_eq!(last.plus(Duration::MAX), last);
    assert_eq!(first.minus(Duration::MAX), first);
    assert_eq!(first.since(last), Duration::ZERO);
    assert_eq!(last.since(first), Duration::from_micros(i64::MAX as u64));
}

#[test]
fn a_page_prints_the_calendar_of_utc() {
    let at = |text| Timestamp::parse(text).and_then(Timestamp::calendar);
    assert_eq!(at("2026-11-23T00:30:59+01:00"), Some((2026, 11, 22, 23, 30)));
    assert_eq!(at("1969-12-31T23:59:59.999999Z"), Some((1969, 12, 31, 23, 59)));
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn a_time_comes_back_from_text_and_from_json_to_the_microsecond(micros in WRITABLE) {
        let time = Timestamp::from_micros(micros);
        prop_assert_eq!(Timestamp::parse(&time.to_rfc3339()), Some(time));
        let json = serde_json::to_string(&time).expect("a time is JSON");
        prop_assert_eq!(&json, &format!("\"{time}\""));
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).ok(), Some(time));
    }

    #[test]
    fn no_number_and_no_text_makes_a_time_stumble(micros in any::<i64>(), text in "\\PC{0,40}|[0-9T:.Z+-]{0,40}") {
        let time = Timestamp::from_micros(micros);
        let _ = (time.to_rfc3339(), time.calendar(), Timestamp::parse(&text));
        prop_assert_eq!(time.seconds(), micros.div_euclid(1_000_000));
    }

    #[test]
    fn adding_and_taking_away_are_each_others_undoing(
        micros in -1_000_000_000_000_000_i64..1_000_000_000_000_000,
        by in 0_u64..1_000_000_000_000_000,
    ) {
        let (time, by) = (Timestamp::from_micros(micros), Duration::from_micros(by));
        prop_assert_eq!(time.plus(by).minus(by), time);
        prop_assert_eq!(time.plus(by).since(time), by);
    }
}

macro_rules! each_kind_of_id {
    ($check:ident) => {
        $check!(
            OrganizationId,
            UserId,
            MemberId,
            InvitationId,
            NamespaceId,
            TokenId,
            SessionId,
            SignUpId,
            ResetId,
            LetterId
        )
    };
}

/// The bits that say `version 4, the usual variant` in bytes 6 and 8; all others are the dice's.
const RANDOM: [(usize, u8); 2] = [(6, 0x0f), (8, 0x3f)];

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn an_id_keeps_122_random_bits_and_says_version_4(bytes in any::<[u8; 16]>()) {
        macro_rules! check {
            ($($id:ident),+) => {$(
                let uuid = $id::from_random(bytes).uuid();
                prop_assert_eq!(uuid.get_version_num(), 4);
                prop_assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
                let mut dice = bytes;
                let mut kept = *uuid.as_bytes();
                for (byte, mask) in RANDOM {
                    dice[byte] &= mask;
                    kept[byte] &= mask;
                }
                prop_assert_eq!(dice, kept);
            )+};
        }
        each_kind_of_id!(check);
    }

    #[test]
    fn an_id_comes_back_from_text_and_from_json(bytes in any::<[u8; 16]>()) {
        macro_rules! check {
            ($($id:ident),+) => {$(
                let id = $id::from_random(bytes);
                prop_assert_eq!(id.to_string().parse::<$id>(), Ok(id));
                prop_assert_eq!($id::from(id.uuid()), id);
                let json = serde_json::to_string(&id).expect("an id is JSON");
                prop_assert_eq!(&json, &format!("\"{id}\""));
                prop_assert_eq!(serde_json::from_str::<$id>(&json).ok(), Some(id));
            )+};
        }
        each_kind_of_id!(check);
    }

    #[test]
    fn a_text_that_is_no_id_is_refused_quietly(text in "\\PC{0,35}") {
        prop_assume!(uuid::Uuid::try_parse(&text).is_err());
        prop_assert_eq!(text.parse::<UserId>(), Err(NotAnId));
    }
}
