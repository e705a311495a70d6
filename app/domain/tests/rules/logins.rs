//! Machines that ask to be let in: the code that people read, and what the machine is told.

use crate::people::steady;
use domain::{
    Refusal,
    id::LoginId,
    login::{Answer, CREDENTIAL_LIFETIME, UserCode, credential_ends},
    time::Timestamp,
};
use proptest::prelude::*;
use std::{collections::BTreeMap, time::Duration};

const LETTERS: &str = "BCDFGHJKLMNPQRSTVWXZ";

#[test]
fn a_code_is_eight_letters_that_are_not_mistaken_for_one_another() {
    let mut byte = 0_u8;
    let mut counts = BTreeMap::new();
    for _ in 0..80 {
        let code = UserCode::from_random(|| {
            byte = byte.wrapping_add(1);
            byte
        });
        let shown = code.to_string();
        assert_eq!((shown.len(), &shown[4..5]), (9, "-"), "{shown}");
        assert_eq!(shown.replace('-', ""), code.letters());
        for letter in code.letters().chars() {
            assert!(LETTERS.contains(letter), "{shown}");
            *counts.entry(letter).or_insert(0) += 1;
        }
    }
    // Every byte equally often: then so is every letter.
    assert_eq!(counts, LETTERS.chars().map(|letter| (letter, 32)).collect());
}

#[test]
fn a_code_is_read_however_a_person_types_it() {
    let code = UserCode::parse("WDJB-MJHT").expect("a code");
    for typed in ["WDJBMJHT", "wdjb-mjht", " Wdjb mjhT\n", "W-D-J-B-M-J-H-T", "wdjb_mjht", "(WDJB.MJHT)", "WDJB\tMJHT"]
    {
        assert_eq!(UserCode::parse(typed), Ok(code.clone()), "{typed:?}");
    }
}

#[test]
fn what_is_no_code_is_the_code_of_nothing() {
    let long = "B".repeat(100_000);
    for typed in [
        "",
        "-",
        "WDJB-MJH",
        "WDJB-MJHTT",
        "WDJB-MJHA",
        "WDJB-MJH0",
        "WDJB-MJHÉ",
        "WDJB–MJHT",
        "ＷＤＪＢＭＪＨＴ",
        "WDJBMJ\u{212A}T",
        &long,
    ] {
        assert_eq!(UserCode::parse(typed), Err(Refusal::LoginCodeUnknown), "{:?}", typed.get(..20));
    }
}

#[test]
fn a_machine_is_told_what_its_person_said_and_in_time() {
    let (end, login) = (Timestamp::from_micros(1_000_000), LoginId::from_random([7; 16]));
    let before = end.minus(Duration::from_micros(1));
    for (answer, in_time, late) in [
        (Answer::Waiting, Err(Refusal::LoginPending), Err(Refusal::LoginExpired)),
        (Answer::Approved(login), Ok(login), Err(Refusal::LoginExpired)),
        (Answer::Denied, Err(Refusal::LoginDenied), Err(Refusal::LoginDenied)),
    ] {
        assert_eq!(answer.told(end, before), in_time, "{answer:?}");
        assert_eq!(answer.told(end, end), late, "{answer:?}");
        assert_eq!(answer.is_waiting(end, before), answer == Answer::Waiting);
        assert!(!answer.is_waiting(end, end));
    }
}

#[test]
fn a_credential_ends_in_ten_minutes_and_never_after_its_login() {
    let now = Timestamp::parse("2026-11-23T09:30:05.25Z").expect("a time");
    let ends = |login| credential_ends(login, now).to_rfc3339();
    assert_eq!(ends(now.plus(2 * CREDENTIAL_LIFETIME)), "2026-11-23T09:40:05Z", "in whole seconds, as it is written");
    assert_eq!(ends(now.plus(Duration::from_secs(60))), "2026-11-23T09:31:05Z");
    assert_eq!(ends(now), "2026-11-23T09:30:05Z");
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn every_code_is_read_as_it_is_shown_and_no_text_makes_it_stumble(bytes in any::<[u8; 64]>(), text in "\\PC{0,20}") {
        let mut bytes = bytes.into_iter().chain(std::iter::repeat(3));
        let code = UserCode::from_random(|| bytes.next().unwrap_or_default());
        prop_assert_eq!(UserCode::parse(&code.to_string()), Ok(code));
        if let Ok(code) = UserCode::parse(&text) {
            prop_assert_eq!(code.letters().len(), UserCode::LENGTH);
        }
    }
}
