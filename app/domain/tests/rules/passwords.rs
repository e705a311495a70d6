//! Which passwords are good enough.

use crate::people::steady;
use domain::{
    password::Password,
    text::Problem::{self, CommonPassword, Empty, PasswordFromNames, TooLong, TooShort},
};
use proptest::prelude::*;

const NAMES: [&str; 5] = ["Annika", "Kowalska-Ann", "Li", "annika@northwind.example", "Northwind Traders"];

fn choose(text: &str) -> Result<(), Problem> {
    Password::choose(text, &NAMES).map(|_| ())
}

/// No two characters alike, so that nothing but the length is in question.
fn of_length(characters: u32, from: char) -> String {
    (from as u32..from as u32 + characters).filter_map(char::from_u32).collect()
}

#[test]
fn a_password_has_15_to_128_characters_whatever_they_weigh() {
    for from in ['!', 'À', '一', '😀'] {
        assert_eq!(choose(&of_length(14, from)), Err(TooShort { least: 15 }), "{from}");
        assert_eq!(choose(&of_length(15, from)), Ok(()), "{from}");
    }
    for from in ['À', '一'] {
        assert_eq!(choose(&of_length(128, from)), Ok(()), "{from}");
        assert_eq!(choose(&of_length(129, from)), Err(TooLong { most: 128 }), "{from}");
    }
    assert_eq!(choose(&"ab".repeat(2_500)), Err(TooLong { most: 128 }));
    assert_eq!(choose(""), Err(Empty));
}

#[test]
fn any_composition_will_do() {
    for fine in [
        "correct horse battery staple",
        "        a quiet lighthouse",
        "zażółć gęślą jaźń",
        "3141592653589793",
        "<script>alert(1)</script>",
        "{{7*7}} or so they say",
        "=HYPERLINK(\"https://evil.example\")",
        "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🦆",
    ] {
        assert_eq!(choose(fine), Ok(()), "{fine}");
    }
}

#[test]
fn passwords_that_everybody_tries_are_refused_in_any_case() {
    for common in ["123456789012345", "qwertyuiopasdfgh", "thequickbrownfox", "ThisIsMyPassword", "PASSWORDPASSWORD1"] {
        assert_eq!(choose(common), Err(CommonPassword), "{common}");
    }
}

#[test]
fn every_line_of_the_list_of_common_passwords_can_be_met() {
    let list = include_str!("../../src/common_passwords.txt");
    for common in list.lines() {
        let refused = Password::choose(common, &[]).map(|_| ());
        assert_eq!(refused, Err(CommonPassword), "{common}");
        assert_eq!(common.to_lowercase(), common, "it is compared in lower case");
        assert!(!common.contains("&#"), "{common} is written for a web page");
    }
    assert!(list.lines().count() > 100);
}

#[test]
fn one_piece_again_and_again_is_no_password() {
    for repeated in [
        "aaaaaaaaaaaaaaa",
        "passwordpassword",
        "abcabcabcabcabc",
        "AbcaBcabCABCabc",
        "sunshinesunshines",
        "               ",
    ] {
        assert_eq!(choose(repeated), Err(CommonPassword), "{repeated}");
    }
    assert_eq!(choose("sunshine, sunset"), Ok(()));
}

#[test]
fn a_password_made_of_the_names_is_refused() {
    for made in [
        "annika-kowalska",
        "AnnikaKowalska2026!",
        "northwindtraders",
        "Northwind Traders 1",
        "annika@northwind.example",
        "traders.northwind.99",
        "kowalska kowalskA1",
    ] {
        assert_eq!(choose(made), Err(PasswordFromNames), "{made}");
    }
}

#[test]
fn digits_in_order_and_a_common_word_add_nothing_to_the_names() {
    for made in [
        "Northwind123456789012",
        "annika-kowalska-12345678",
        "Annika98765432109",
        "Annika4567890123",
        "Northwind20262026",
        "NorthwindPassword1",
        "welcome, annika: 2026",
    ] {
        assert_eq!(choose(made), Err(PasswordFromNames), "{made}");
    }
    let refused = Password::choose("Acme123456789012", &["Acme"]).map(|_| ());
    assert_eq!(refused, Err(PasswordFromNames));
    assert_eq!(choose("annika 1592653589793"), Ok(()), "digits of their own");
}

#[test]
fn a_common_password_made_longer_by_digits_is_still_one() {
    for common in
        ["password12345678", "Sunshine!987654321", "qwerty...12345678", "Dragon!!!!!!!2026", "12345678901234567890123"]
    {
        assert_eq!(choose(common), Err(CommonPassword), "{common}");
    }
    for fine in ["password 59265358", "sunshine over 12345678", "12345678 quiet doors"] {
        assert_eq!(choose(fine), Ok(()), "{fine}");
    }
}

#[test]
fn the_filter_holds_more_than_ten_thousand_in_order() {
    let filter = include_bytes!("../../src/common_passwords.crc32");
    let (hashes, rest) = filter.as_chunks::<4>();
    assert!(hashes.len() > 10_000 && rest.is_empty(), "{}", hashes.len());
    assert!(hashes.is_sorted());
}

#[test]
fn eight_letters_or_digits_beside_the_names_are_enough() {
    assert_eq!(choose("annika-kowalska-1234567"), Err(PasswordFromNames));
    assert_eq!(choose("annika-kowalska-94837261"), Ok(()));
}

#[test]
fn a_short_name_takes_nothing_from_a_longer_one_in_whatever_order_they_come() {
    for names in [["Ann", "Annika"], ["Annika", "Ann"]] {
        let refused = Password::choose("annika.annika.1234567", &names).map(|_| ());
        assert_eq!(refused, Err(PasswordFromNames), "{names:?}");
    }
}

#[test]
fn a_name_inside_a_password_of_its_own_is_fine() {
    for fine in ["annika rows seven boats", "northwind over the old pier", "li li li, said the small bird"] {
        assert_eq!(choose(fine), Ok(()), "{fine}");
    }
}

#[test]
fn names_of_one_or_two_letters_take_nothing_from_a_password() {
    assert!(Password::choose("li-xu-yo-li-xu-ya", &["Li", "Xu", "Yo"]).is_ok());
}

#[test]
fn a_password_without_letters_and_digits_is_not_taken_for_a_name() {
    assert_eq!(choose("!?.,;:-_#+*~^|/"), Ok(()));
}

#[test]
fn a_password_is_kept_as_it_was_typed() {
    let typed = "  Quiet Lighthouse \u{0}Keeper  ";
    assert_eq!(Password::choose(typed, &NAMES).unwrap().as_bytes(), typed.as_bytes());
}

#[test]
fn a_password_never_shows_itself() {
    let password = Password::choose("correct horse battery staple", &[]).unwrap();
    assert_eq!(format!("{password:?} {:#?}", Some(&password)).matches("horse").count(), 0);
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn no_text_and_no_names_make_the_rules_stumble(
        text in "\\PC{0,140}",
        names in proptest::collection::vec("\\PC{0,20}", 0..4),
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if let Ok(password) = Password::choose(&text, &names) {
            prop_assert!((15..=128).contains(&text.chars().count()));
            prop_assert_eq!(password.as_bytes(), text.as_bytes());
        }
    }

    #[test]
    fn a_piece_repeated_to_fifteen_characters_is_always_refused(piece in "\\PC{1,7}") {
        let repeated: String = piece.chars().cycle().take(15).collect();
        prop_assert_eq!(Password::choose(&repeated, &[]).map(|_| ()), Err(CommonPassword));
    }
}
