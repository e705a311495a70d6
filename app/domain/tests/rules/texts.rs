//! Names and addresses, with everything that people and attackers put into such fields.

use crate::people::steady;
use domain::text::{
    EmailAddress, MachineName, OrganizationName, PersonName,
    Problem::{self, Empty, Invisible, NotAnAddress, TooLong},
    TokenName,
};
use proptest::prelude::*;

const LONG: Problem = TooLong { most: 100 };

/// Names of tokens and machines have the same rules as any other, and less room.
fn of_a_thing(person: Problem) -> Problem {
    if person == LONG { TooLong { most: 60 } } else { person }
}

/// What is typed, and what becomes of it. Refused is only what cannot be shown or would change what stands
/// around it; everything else is text, and harmless wherever it is escaped.
fn names() -> Vec<(String, Result<&'static str, Problem>)> {
    let own = |text: &str, outcome| (text.to_owned(), outcome);
    vec![
        own("Ada", Ok("Ada")),
        own("  Ada  ", Ok("Ada")),
        own("Ada Lovelace\n", Ok("Ada Lovelace")),
        own("O'Brien-Łukasz, Jr.", Ok("O'Brien-Łukasz, Jr.")),
        own("李小龍", Ok("李小龍")),
        own("عائشة", Ok("عائشة")),
        // Text that other programs would run
        own("<script>alert(1)</script>", Ok("<script>alert(1)</script>")),
        own("{{7*7}}", Ok("{{7*7}}")),
        own("=HYPERLINK(\"https://evil.example\",\"x\")", Ok("=HYPERLINK(\"https://evil.example\",\"x\")")),
        own("'; drop table users; --", Ok("'; drop table users; --")),
        own("system:masters", Ok("system:masters")),
        own("%0d%0aBcc: eve@example.org", Ok("%0d%0aBcc: eve@example.org")),
        // Emoji, joined ones too; and a joiner between letters, which some scripts need
        own("🦊", Ok("🦊")),
        own("👩\u{200D}🚀", Ok("👩\u{200D}🚀")),
        own("❤\u{FE0F}", Ok("❤\u{FE0F}")),
        own("می\u{200C}خواهم", Ok("می\u{200C}خواهم")),
        // Nothing to see
        own("", Err(Empty)),
        own(" \t \u{3000} ", Err(Empty)),
        own("\n", Err(Empty)),
        own("\u{200B}", Err(Empty)),
        own("\u{200B}\u{200D}\u{2060} \u{00AD}\u{3164}", Err(Empty)),
        own("\u{FE0F}", Err(Empty)),
        own("\u{E0100}", Err(Empty)),
        own("\u{2800}\u{2800}", Err(Empty)),
        own("\u{1D173}\u{1BCA0}\u{E01EF}\u{FFF0}\u{2065}", Err(Empty)),
        ("\u{200B}".repeat(5_000), Err(Empty)),
        // Control characters and line separators forge lines
        own("Ada\nBcc: eve@example.org", Err(Invisible)),
        own("Ada\r\nBcc: eve@example.org", Err(Invisible)),
        own("Ada\tLovelace", Err(Invisible)),
        own("Ada\0", Err(Invisible)),
        own("\0", Err(Invisible)),
        own("\u{1B}[31mAda", Err(Invisible)),
        own("Ada\u{7F}", Err(Invisible)),
        own("Ada\u{85}Eve", Err(Invisible)),
        own("Ada\u{2028}Eve", Err(Invisible)),
        own("Ada\u{2029}Eve", Err(Invisible)),
        own("Ada\u{FEFF}Eve", Err(Invisible)),
        // Overrides, isolates and marks of direction swap what is read
        own("\u{202E}adA", Err(Invisible)),
        own("Ada\u{202C}", Err(Invisible)),
        own("\u{2066}Ada\u{2069}", Err(Invisible)),
        own("Ada\u{200F}", Err(Invisible)),
        own("Ada\u{061C}", Err(Invisible)),
        own("Ada\u{206E}", Err(Invisible)),
        // Tags carry hidden text; the flags of three countries pay for that
        own("Ada\u{E0041}\u{E0042}", Err(Invisible)),
        // Length is counted in characters
        ("é".repeat(101), Err(LONG)),
        ("🦊".repeat(101), Err(LONG)),
        ("a".repeat(5_000), Err(LONG)),
        ("<script>".repeat(625), Err(LONG)),
    ]
}

#[test]
fn a_name_is_any_text_that_can_be_seen_and_changes_nothing_around_it() {
    for (text, outcome) in names() {
        let shown: String = text.escape_unicode().take(120).collect();
        let outcome = outcome.map(str::to_owned);
        assert_eq!(PersonName::parse(&text).map(|name| name.to_string()), outcome, "person {text:.30} {shown}");
        assert_eq!(OrganizationName::parse(&text).map(|name| name.to_string()), outcome, "organization {shown}");
        let outcome = outcome.map_err(of_a_thing);
        assert_eq!(MachineName::parse(&text).map(|name| name.to_string()), outcome, "machine {shown}");
        assert_eq!(TokenName::parse(&text).map(|name| name.to_string()), outcome, "token {shown}");
    }
}

#[test]
fn a_name_has_room_for_a_hundred_characters_of_any_script() {
    for longest in ["a".repeat(100), "李".repeat(100), "🦊".repeat(100), format!(" {} ", "é".repeat(100))] {
        assert!(PersonName::parse(&longest).is_ok(), "{longest}");
        assert!(OrganizationName::parse(&longest).is_ok(), "{longest}");
    }
}

#[test]
fn a_token_s_name_has_room_for_sixty_characters_of_any_script() {
    assert_eq!(TokenName::parse("x").map(|name| name.to_string()), Ok("x".to_owned()));
    for one in ["a", "李", "🦊", "é"] {
        assert!(TokenName::parse(&format!(" {} ", one.repeat(60))).is_ok(), "{one}");
        assert_eq!(TokenName::parse(&one.repeat(61)), Err(TooLong { most: 60 }), "{one}");
    }
}

fn addresses() -> Vec<(String, Result<&'static str, Problem>)> {
    let own = |text: &str, outcome| (text.to_owned(), outcome);
    vec![
        own("someone@email.com", Ok("someone@email.com")),
        own("  Someone@Email.COM\n", Ok("someone@email.com")),
        own("ada+work@sub.example.org", Ok("ada+work@sub.example.org")),
        own("ada@xn--bcher-kva.example", Ok("ada@xn--bcher-kva.example")),
        // Strange, but addresses: what shows them must escape them, like any text
        own("{{7*7}}@example.org", Ok("{{7*7}}@example.org")),
        own("=1+1@example.org", Ok("=1+1@example.org")),
        own("o'brien@example.org", Ok("o'brien@example.org")),
        // No address
        own("", Err(Empty)),
        own(" \u{3000}\n", Err(Empty)),
        own("someone", Err(NotAnAddress)),
        own("@example.org", Err(NotAnAddress)),
        own("someone@", Err(NotAnAddress)),
        own("a@b@example.org", Err(NotAnAddress)),
        own(".ada@example.org", Err(NotAnAddress)),
        own("a..b@example.org", Err(NotAnAddress)),
        own("ada@example..org", Err(NotAnAddress)),
        own("ada@-example.org", Err(NotAnAddress)),
        own("ada@example.org.", Err(NotAnAddress)),
        own("root@localhost", Err(NotAnAddress)),
        own("ada@[127.0.0.1]", Err(NotAnAddress)),
        own("Ada <ada@example.org>", Err(NotAnAddress)),
        own("<ada@example.org>", Err(NotAnAddress)),
        own("\"ada lovelace\"@example.org", Err(NotAnAddress)),
        own("ada(work)@example.org", Err(NotAnAddress)),
        own("ada@example.org,eve@example.org", Err(NotAnAddress)),
        own("ada@example.org;eve@example.org", Err(NotAnAddress)),
        own("ada@example.org eve@example.org", Err(NotAnAddress)),
        // Hostile
        own("<script>alert(1)</script>@example.org", Err(NotAnAddress)),
        own("=HYPERLINK(\"https://evil.example\")@example.org", Err(NotAnAddress)),
        own("system:masters@example.org", Err(NotAnAddress)),
        own("ada@example.org\r\nBcc: eve@example.org", Err(NotAnAddress)),
        own("ada@exam\nple.org", Err(NotAnAddress)),
        own("ada@example.org\0", Err(NotAnAddress)),
        own("\0ada@example.org", Err(NotAnAddress)),
        own("ada@example.org\u{7F}", Err(NotAnAddress)),
        own("\u{202E}ada@example.org", Err(NotAnAddress)),
        own("ada\u{200B}@example.org", Err(NotAnAddress)),
        own("\u{200B}\u{200B}", Err(NotAnAddress)),
        own("ada\u{2028}@example.org", Err(NotAnAddress)),
        own("🦊@example.org", Err(NotAnAddress)),
        own("ada@bücher.example", Err(NotAnAddress)),
        // Two that look the same would be two people
        own("аda@example.org", Err(NotAnAddress)),
        (format!("{}@example.org", "a".repeat(65)), Err(NotAnAddress)),
        (format!("{}@example.org", "a".repeat(5_000)), Err(TooLong { most: 254 })),
        ("\u{200B}".repeat(5_000), Err(TooLong { most: 254 })),
    ]
}

#[test]
fn an_address_is_plain_and_in_lower_case_or_it_is_refused() {
    for (text, outcome) in addresses() {
        let shown: String = text.escape_default().take(60).collect();
        assert_eq!(EmailAddress::parse(&text).map(|email| email.to_string()), outcome.map(str::to_owned), "{shown}");
    }
}

#[test]
fn an_address_has_room_for_254_characters_64_of_them_before_the_at() {
    let before = "a".repeat(64);
    let label = "b".repeat(63);
    let fits = format!("{before}@{label}.{label}.{}.org", "b".repeat(57));
    assert_eq!(fits.len(), 254);
    assert!(EmailAddress::parse(&fits).is_ok());
    assert_eq!(
        EmailAddress::parse(&format!("{before}@{label}.{label}.{}.org", "b".repeat(58))),
        Err(TooLong { most: 254 })
    );
}

#[test]
fn a_pasted_list_is_split_at_commas_semicolons_spaces_and_new_lines() {
    let split = |text| EmailAddress::split_many(text).collect::<Vec<_>>();
    assert_eq!(split("a@x.org"), ["a@x.org"]);
    assert_eq!(
        split("a@x.org,b@x.org;c@x.org d@x.org\ne@x.org\r\nf@x.org\tg@x.org"),
        ["a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org", "f@x.org", "g@x.org"]
    );
    assert_eq!(split("  a@x.org , ,;\n\n b@x.org,\u{a0}\u{2028}"), ["a@x.org", "b@x.org"]);
    assert_eq!(split(" ,;\n"), [""; 0]);
    assert_eq!(split(""), [""; 0]);
}

#[test]
fn what_is_no_address_stays_in_a_pasted_list_so_that_it_can_be_reported() {
    let pasted = "ada@example.org, nonsense, <script>";
    let outcomes: Vec<bool> = EmailAddress::split_many(pasted).map(|one| EmailAddress::parse(one).is_ok()).collect();
    assert_eq!(outcomes, [true, false, false]);
}

#[test]
fn a_text_that_arrives_from_elsewhere_obeys_the_same_rules_as_one_that_is_typed() {
    fn both<T: serde::de::DeserializeOwned + TryFrom<String>>(text: &str) -> (bool, bool) {
        let json = serde_json::to_string(text).expect("any text is JSON");
        (serde_json::from_str::<T>(&json).is_ok(), T::try_from(text.to_owned()).is_ok())
    }
    for (text, outcome) in names() {
        let same = (outcome.is_ok(), outcome.is_ok());
        assert_eq!((both::<PersonName>(&text), both::<OrganizationName>(&text)), (same, same), "{text:.30}");
        assert_eq!(both::<TokenName>(&text), same, "{text:.30}");
    }
    for (text, outcome) in addresses() {
        assert_eq!(both::<EmailAddress>(&text), (outcome.is_ok(), outcome.is_ok()), "{text:.30}");
    }
}

/// Any text, with the characters that the rules are about more often than chance would bring them.
fn any_text() -> impl Strategy<Value = String> {
    let special = proptest::sample::select(vec![
        ' ',
        '\n',
        '\r',
        '\0',
        '\t',
        '@',
        '.',
        '-',
        '<',
        '"',
        ',',
        '\u{85}',
        '\u{AD}',
        '\u{200B}',
        '\u{200D}',
        '\u{202E}',
        '\u{2028}',
        '\u{2066}',
        '\u{FEFF}',
        '\u{3000}',
        '\u{E0041}',
        '🦊',
        'é',
    ]);
    let one = prop_oneof![special, proptest::char::range('a', 'z'), any::<char>()];
    proptest::collection::vec(one, 0..140).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn a_name_that_was_accepted_is_one_visible_line_and_is_accepted_again(text in any_text()) {
        if let Ok(name) = PersonName::parse(&text) {
            let forges = |c: char| c.is_control() || ('\u{2028}'..='\u{202E}').contains(&c);
            prop_assert!(!name.as_str().contains(forges));
            prop_assert!((1..=100).contains(&name.as_str().chars().count()));
            prop_assert_eq!(name.as_str().trim(), name.as_str());
            prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name));
        }
        prop_assert_eq!(
            PersonName::parse(&text).map(|name| name.to_string()),
            OrganizationName::parse(&text).map(|name| name.to_string()),
        );
        let of_token = match PersonName::parse(&text) {
            Ok(name) if name.as_str().chars().count() > 60 => Err(TooLong { most: 60 }),
            other => other.map(|name| name.to_string()).map_err(of_a_thing),
        };
        prop_assert_eq!(TokenName::parse(&text).map(|name| name.to_string()), of_token);
    }

    #[test]
    fn an_address_that_was_accepted_has_one_spelling(
        text in prop_oneof![any_text(), "[!-~]{1,12}@[a-zA-Z0-9-]{1,9}\\.[a-zA-Z]{1,5}"],
    ) {
        if let Ok(email) = EmailAddress::parse(&text) {
            let plain = |b: u8| b.is_ascii_graphic() && !b.is_ascii_uppercase();
            prop_assert!(email.as_str().bytes().all(plain), "{}", email);
            prop_assert_eq!(email.as_str().matches('@').count(), 1);
            prop_assert_eq!(EmailAddress::parse(email.as_str()), Ok(email.clone()));
            prop_assert_eq!(EmailAddress::parse(&email.as_str().to_uppercase()), Ok(email));
        }
    }

    #[test]
    fn splitting_a_pasted_list_loses_nothing_but_what_stands_between(pasted in any_text()) {
        let between = |c: char| c == ',' || c == ';' || c.is_whitespace();
        let parts: Vec<&str> = EmailAddress::split_many(&pasted).collect();
        prop_assert!(parts.iter().all(|part| !part.is_empty() && !part.contains(between)));
        prop_assert_eq!(parts.concat(), pasted.replace(between, ""));
    }
}
