//! What stands where a removed person's address was, and namespaces that were there before their organization.

use crate::people::{steady, user};
use domain::{
    id::UserId,
    text::{EmailAddress, NamespaceLabel, NamespaceName, PersonName, Slug},
};
use proptest::{collection::vec, prelude::*, sample::select};
use std::collections::BTreeSet;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

fn name(text: &str) -> PersonName {
    PersonName::parse(text).expect("a name")
}

#[test]
fn the_address_instead_is_made_of_names_and_is_nobodys() {
    let instead = |first, last, number| {
        EmailAddress::of_removed(&name(first), &name(last), UserId::from_random([number; 16])).to_string()
    };
    let bo = instead("Bo", "Lindqvist", 1);
    assert!(bo.starts_with("bo.lindqvist.") && bo.ends_with("@removed.invalid"), "{bo}");
    assert_ne!(bo, instead("Bo", "Lindqvist", 2), "two of one name are told apart");
    assert!(instead("李", "小龍", 1).starts_with("somebody."));
    assert!(instead("O'Brien-Łukasz", "<b>", 1).starts_with("obrienukasz.b."));
}

#[test]
fn an_address_is_replaced_wherever_it_stands_alone_and_in_any_spelling() {
    let bo = address("bo@example.org");
    for (text, expected) in [
        ("bo@example.org", "X"),
        ("Bo@Example.ORG", "X"),
        ("Please remove bo@example.org.", "Please remove X."),
        ("bo@example.org, BO@EXAMPLE.ORG; (bo@example.org)", "X, X; (X)"),
        ("<bo@example.org>\n'bo@example.org' `bo@example.org`", "<X>\n'X' `X`"),
        ("mailto:bo@example.org", "mailto:X"),
        ("token bwk_4mQ8…oCi9 made by bo@example.org", "token bwk_4mQ8…oCi9 made by X"),
        ("李bo", "李bo"),
        ("İbo@example.org bo@example.org", "İbo@example.org X"),
        ("", ""),
    ] {
        assert_eq!(bo.replaced_in(text, "X"), expected, "{text:?}");
    }
}

#[test]
fn an_address_that_only_has_this_one_in_it_is_somebody_elses() {
    let bo = address("bo@example.org");
    for text in [
        "jimbo@example.org",
        "jim.bo@example.org",
        "jim+bo@example.org",
        "o'bo@example.org",
        "bo@example.org.uk",
        "bo@example.organic",
        "bo@example.org-unit.example",
        "_bo@example.org",
    ] {
        assert_eq!(bo.replaced_in(text, "X"), text);
    }
}

#[test]
fn a_namespace_that_was_there_before_gets_a_label_that_no_other_has() {
    let slug = Slug::parse("northwind").expect("a slug");
    let label = |name: &str, taken: &[&str]| {
        let taken = taken.iter().map(|label| NamespaceLabel::parse(label).expect("a label")).collect();
        let name = NamespaceName::parse(name).expect("a name");
        NamespaceLabel::of_name(&name, &slug, &taken).to_string()
    };
    assert_eq!(label("northwind-dev", &[]), "dev", "as if it had been made here");
    assert_eq!(label("dev", &[]), "dev");
    assert_eq!(label("dev", &["dev"]), "dev-2");
    assert_eq!(label("dev", &["dev", "dev-2"]), "dev-3");
    assert_eq!(label("northwind", &[]), "northwind");
    assert_eq!(label("a-very-long-name-indeed", &[]), "a-very-long-name-ind");
    assert_eq!(label("a-very-long-name-indeed", &["a-very-long-name-ind"]), "a-very-long-name-i-2");
    assert_eq!(label("abcdefghijklmnopqrs-tuv", &[]), "abcdefghijklmnopqrs", "no hyphen at the end");
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn the_address_instead_is_always_an_address(first in "\\PC{1,100}", last in "\\PC{1,100}", number in any::<u8>()) {
        prop_assume!(PersonName::parse(&first).is_ok() && PersonName::parse(&last).is_ok());
        let instead = EmailAddress::of_removed(&name(&first), &name(&last), user(number));
        prop_assert_eq!(EmailAddress::parse(instead.as_str()), Ok(instead.clone()));
    }

    #[test]
    fn replacing_leaves_the_address_nowhere_alone_and_everything_else_as_it_was(
        parts in vec(select(vec!["bo@example.org", "BO@example.org", " ", ".", "x", "-", "'", "\n", "İ", "@", "é"]), 0..12),
    ) {
        let bo = address("bo@example.org");
        let text = parts.concat();
        let once = bo.replaced_in(&text, "…");
        prop_assert_eq!(bo.replaced_in(&once, "…"), once.clone(), "nothing is left to be replaced");
        if !text.to_ascii_lowercase().contains("bo@example.org") {
            prop_assert_eq!(once, text);
        }
    }

    #[test]
    fn every_label_is_one_that_could_have_been_typed(
        text in "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
        taken in 0_usize..40,
    ) {
        let (name, slug) = (NamespaceName::parse(&text).expect("a name"), Slug::parse("northwind").expect("a slug"));
        let mut labels = BTreeSet::new();
        for _ in 0..=taken {
            let label = NamespaceLabel::of_name(&name, &slug, &labels);
            prop_assert_eq!(NamespaceLabel::parse(label.as_str()), Ok(label.clone()));
            prop_assert!(labels.insert(label));
        }
    }
}
