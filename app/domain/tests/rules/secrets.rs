//! The secrets of API access tokens: their form, every typo in them, and what may be shown.

use crate::people::steady;
use domain::{
    Refusal, operator,
    token::{Mask, Secret},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const DIGITS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The same bytes on every run, as even as dice (SplitMix64).
fn dice(seed: u64) -> impl FnMut() -> u8 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 56) as u8
    }
}

fn secret(seed: u64) -> Secret {
    Secret::from_random(dice(seed))
}

#[test]
fn a_secret_of_the_operators_has_the_same_form_and_no_slip_of_a_key_makes_it_a_tokens() {
    for seed in 0..200 {
        let (ours, tokens) = (operator::Secret::from_random(dice(seed)), secret(seed));
        let digits = ours.reveal().strip_prefix("bwo_").expect("the prefix");
        assert_eq!((digits.len(), &digits[..30]), (36, &tokens.reveal()[4..34]));
        assert_eq!(digits[30..], checksum(&ours.reveal()[..34]));
        assert_eq!(operator::Secret::parse(ours.reveal()), Ok(ours.clone()));
        assert_eq!(format!("{ours:?}"), "Secret(bwo_…)");
        // Of one kind as the other.
        let (as_token, as_ours) = (format!("bwk_{digits}"), tokens.reveal().replacen("bwk_", "bwo_", 1));
        for wrong in [as_token.as_str(), ours.reveal()] {
            assert!(is_refused(wrong), "{wrong}");
        }
        for wrong in [as_ours.as_str(), tokens.reveal()] {
            assert_eq!(operator::Secret::parse(wrong), Err(Refusal::TokenMalformed), "{wrong}");
        }
    }
}

#[test]
fn every_typo_in_a_secret_of_the_operators_is_refused() {
    let made = operator::Secret::from_random(dice(7));
    for place in 0..made.reveal().len() {
        for other in DIGITS.chars().chain(['_', '-', ' ', '\n']) {
            let wrong = format!("{}{other}{}", &made.reveal()[..place], &made.reveal()[place + 1..]);
            let parsed = operator::Secret::parse(&wrong);
            assert_eq!(parsed.is_ok(), wrong == made.reveal(), "{wrong}");
        }
    }
}

fn is_refused(text: &str) -> bool {
    Secret::parse(text) == Err(Refusal::TokenMalformed)
}

/// The checksum once more, bit by bit as the standard has it.
fn checksum(random: &str) -> String {
    let mut crc = u32::MAX;
    for byte in random.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    let digits = DIGITS.as_bytes();
    (0..6).rev().map(|place| char::from(digits[(!crc / 62_u32.pow(place) % 62) as usize])).collect()
}

#[test]
fn a_secret_is_a_prefix_thirty_random_digits_and_six_of_checksum() {
    assert_eq!(Secret::LENGTH, 40);
    for seed in 0..500 {
        let made = secret(seed);
        let text = made.reveal();
        assert_eq!(text.len(), 40);
        let digits = text.strip_prefix("bwk_").expect("the prefix");
        assert!(digits.chars().all(|digit| DIGITS.contains(digit)), "{text}");
        assert_eq!(digits[30..], checksum(&digits[..30]));
        assert_eq!(Secret::parse(text), Ok(made.clone()));
    }
}

/// From Python: `zlib.crc32` of the thirty digits, in base 62, filled up with zeros to six.
const KNOWN: [(&str, &str); 8] = [
    ("0123456789ABCDEFGHIJKLMNOPQRST", "4PMbyp"),
    ("UVWXYZabcdefghijklmnopqrstuvwx", "2VaC6P"),
    ("000000000000000000000000000000", "2C8GjS"),
    ("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "4IlJEz"),
    ("TheQuickBrownFoxJumpsOver13Dog", "2maxkI"),
    ("CN6Zj4a3dDVhYRnKTbxTNJFoBinF5a", "42GyMy"),
    ("EBdlz3IqXGJeztbxgvKk0l2E9IdeRQ", "004hyu"),
    ("i3LdrxhJucQwPEWT4CKGkfbDWwFXdK", "000ZfW"),
];

#[test]
fn the_checksum_is_the_one_that_everybody_computes() {
    for (random, check) in KNOWN {
        let text = format!("bwk_{random}{check}");
        assert_eq!(Secret::parse(&text).expect("a secret").reveal(), text);
        assert_eq!(checksum(random), check);
    }
}

#[test]
fn bytes_become_digits_by_their_lower_six_bits_and_62_and_63_are_thrown_away() {
    let (random, check) = KNOWN[0];
    for high in [0x00, 0x40, 0x80, 0xc0] {
        let mut bytes = (0..30).flat_map(|digit| [62, 63, digit]);
        let made = Secret::from_random(|| bytes.next().expect("enough bytes") | high);
        assert_eq!(made.reveal(), format!("bwk_{random}{check}"));
    }
}

#[test]
fn every_digit_is_as_likely_as_every_other() {
    // Each byte equally often, 15 times: then each digit must be, to the last one.
    let mut byte = 255_u8;
    let mut every_byte = || {
        byte = byte.wrapping_add(1);
        byte
    };
    let mut counts = BTreeMap::new();
    for _ in 0..124 {
        for digit in Secret::from_random(&mut every_byte).reveal()[4..34].chars() {
            *counts.entry(digit).or_insert(0) += 1;
        }
    }
    assert_eq!(counts, DIGITS.chars().map(|digit| (digit, 60)).collect());

    // Of dice, about a thousand each: a remainder of 256 would give eight of them 1210.
    let (mut counts, mut places, mut dice) = (BTreeMap::new(), BTreeMap::new(), dice(1));
    for _ in 0..62_000 / 30 {
        for (place, digit) in Secret::from_random(&mut dice).reveal()[4..34].chars().enumerate() {
            *counts.entry(digit).or_insert(0) += 1;
            *places.entry((place, digit)).or_insert(0) += 1;
        }
    }
    assert_eq!(counts.len(), 62);
    assert!(counts.values().all(|count| (850..1150).contains(count)), "{counts:?}");
    assert_eq!(places.len(), 30 * 62, "every digit comes in every place");
}

/// Some of the dice, and those whose checksum begins with zeros.
fn several() -> Vec<String> {
    let known = KNOWN.map(|(random, check)| format!("bwk_{random}{check}"));
    (0..8).map(|seed| secret(seed).reveal().to_owned()).chain(known).collect()
}

#[test]
fn every_wrong_character_is_noticed() {
    for text in several() {
        for place in 0..40 {
            for wrong in (' '..='~').filter(|wrong| text.as_bytes()[place] != *wrong as u8) {
                let mut typo = text.clone();
                typo.replace_range(place..=place, wrong.encode_utf8(&mut [0; 4]));
                assert!(is_refused(&typo), "{typo} for {text}");
            }
        }
    }
}

#[test]
fn every_character_too_few_and_too_many_and_every_swapped_pair_is_noticed() {
    for text in several() {
        for place in 0..40 {
            let (before, after) = text.split_at(place);
            assert!(is_refused(&format!("{before}{}", &after[1..])), "{text} without {place}");
            for more in ' '..='~' {
                assert!(is_refused(&format!("{before}{more}{after}")), "{more} before {place} of {text}");
            }
            assert!(is_refused(before) && is_refused(after) == (place > 0), "{text} cut at {place}");
        }
        assert!((' '..='~').all(|more| is_refused(&format!("{text}{more}"))), "{text} and more");
        for place in 1..40 {
            let mut swapped = text.clone().into_bytes();
            swapped.swap(place - 1, place);
            let swapped = String::from_utf8(swapped).expect("ASCII");
            assert!(swapped == text || is_refused(&swapped), "{swapped} for {text}");
        }
    }
}

#[test]
fn a_wider_letter_in_any_place_is_noticed_though_the_bytes_are_forty() {
    for text in several() {
        for wide in ["é", "０", "🦊"] {
            for place in 0..=40 - wide.len() {
                let mut typo = text.clone();
                typo.replace_range(place..place + wide.len(), wide);
                assert!(typo.len() == 40 && is_refused(&typo), "{typo} for {text}");
            }
        }
    }
}

#[test]
fn what_is_no_secret_is_refused_whatever_it_is() {
    let (random, check) = KNOWN[0];
    let good = format!("bwk_{random}{check}");
    let of = |random: &str| format!("bwk_{random}{}", checksum(random));
    assert!(!is_refused(&good) && !is_refused(&of(random)));
    for text in [
        String::new(),
        "bwk_".into(),
        good[4..].into(),
        format!("ghp_{random}{check}"),
        format!("BWK_{random}{check}"),
        format!("Bearer {good}"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}\r\n"),
        format!("\u{FEFF}{good}"),
        format!("{good}\0"),
        good.replace('0', " "),
        good.replace('0', "\t"),
        good.replace('0', "\0"),
        good.repeat(2),
        good.repeat(50_000),
        "bwk_".repeat(10),
        " ".repeat(40),
        "\0".repeat(40),
        "é".repeat(20),
        "🦊".repeat(10),
        "🦊".repeat(40),
        // The right checksum of what is no secret
        of(&random[1..]),
        of(&format!("{random}U")),
        of(""),
        of(&random.replace('0', "-")),
        of(&random.replace('0', " ")),
        of(&random.replace('0', "_")),
        of(&random.replace("01", "é")),
        format!("bwk_{random}{}", &check[1..]),
    ] {
        assert!(is_refused(&text), "{:?}", text.chars().take(60).collect::<String>());
    }
}

#[test]
fn a_secret_never_shows_itself() {
    for secret in (0..50).map(secret) {
        let text = secret.reveal();
        let mask = format!("{}…{}", &text[..8], &text[36..]);
        assert_eq!(format!("{secret:?}"), format!("Secret({mask})"));
        let held = (Some(&secret), vec![secret.clone()], Ok::<_, Refusal>(secret.clone()), secret.mask());
        for shown in [format!("{held:?}"), format!("{held:#?}")] {
            assert_eq!(shown.matches(&mask[..8]).count(), 4, "{shown}");
            let hidden = &text[8..36];
            assert!((0..=24).all(|from| !shown.contains(&hidden[from..from + 4])), "{shown}");
        }
    }
}

#[test]
fn a_mask_shows_four_digits_of_each_end() {
    for text in several() {
        let mask = Secret::parse(&text).expect("a secret").mask();
        assert_eq!((mask.prefix.as_str(), mask.last_four.as_str()), (&text[..8], &text[36..]));
        let shown = format!("{}…{}", &text[..8], &text[36..]);
        assert_eq!(mask.to_string(), shown);
        assert_eq!(serde_json::to_value(&mask).expect("it is JSON"), shown);
        assert_eq!(serde_json::from_value::<Mask>(shown.into()).expect("it is read again"), mask);
    }
}

#[test]
fn what_is_no_mask_is_not_taken_for_one() {
    let secret = secret(1);
    for text in [
        "",
        "…",
        "bwk_",
        secret.reveal(),
        "bwk_4mQ8oCi9",
        "bwk_4mQ8...oCi9",
        "bwk_4mQ8…",
        "…oCi9",
        "bwk_4mQ…oCi9",
        "bwk_4mQ80…oCi9",
        "bwk_4mQ8…oCi",
        "bwk_4mQ8…oCi90",
        "bwk_4mQ8……oCi9",
        "bwk_4mQ8…oCi9…oCi9",
        "bwk_4mQ8…\u{2026}0",
        "BWK_4mQ8…oCi9",
        "ghp_4mQ8…oCi9",
        " bwk_4mQ8…oCi9",
        "bwk_4mQ8…oCi9\n",
        "bwk_4m 8…oCi9",
        "bwk_4m_8…oCi9",
        "bwk_4mQ8…oC\n9",
        "bwk_4mé…oCi9",
        "bwk_4mQ8…oé9",
        "bwk_<b>…</b>",
        // The prefix ends inside a character
        "abc🦊…oCi9",
        "bwké…oCi9",
        "🦊…oCi9",
        "é…é",
    ] {
        assert!(serde_json::from_value::<Mask>(text.into()).is_err(), "{text:?}");
    }
    for json in ["null", "7", "{}", r#"["bwk_4mQ8…oCi9"]"#, r#"{"prefix":"bwk_4mQ8","last_four":"oCi9"}"#] {
        assert!(serde_json::from_str::<Mask>(json).is_err(), "{json}");
    }
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn no_bytes_make_a_secret_that_is_not_read_again(seed in any::<u64>()) {
        let made = secret(seed);
        prop_assert_eq!(Secret::parse(made.reveal()), Ok(made.clone()));
        prop_assert_eq!(&made.reveal()[34..], checksum(&made.reveal()[4..34]));
    }

    #[test]
    fn no_text_makes_secrets_or_masks_stumble(
        text in "\\PC{0,50}|bwk_[0-9A-Za-z]{36}|[bwk_é🦊]{0,9}…[0-9A-Za-zé…]{0,5}",
    ) {
        if let Ok(secret) = Secret::parse(&text) {
            prop_assert_eq!(secret.reveal(), &text);
        }
        if let Ok(mask) = serde_json::from_value::<Mask>(text.as_str().into()) {
            prop_assert_eq!(mask.to_string(), text.as_str());
        }
    }
}
