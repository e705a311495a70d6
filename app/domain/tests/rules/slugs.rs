//! From an organization's name to the names of its namespaces in the cluster.

use crate::people::steady;
use domain::{
    namespace::Rules,
    text::{
        NamespaceLabel, NamespaceName, OrganizationName,
        Problem::{self, Empty, NotDnsSafe, TooLong},
        Slug,
    },
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn slug_of(name: &str, attempt: u32) -> String {
    OrganizationName::parse(name).expect("a name").slug(attempt).to_string()
}

#[test]
fn a_slug_keeps_the_letters_and_digits_of_the_name() {
    for (name, slug) in [
        ("Northwind", "northwind"),
        ("Northwind Traders, Inc.", "northwind-traders-inc"),
        ("  --Big   Data-- ", "big-data"),
        ("42", "42"),
        ("Zoë's Café", "zo-s-caf"),
        ("李小龍", "organization"),
        ("🦊", "organization"),
        ("!!!", "organization"),
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("{{7*7}}", "7-7"),
        ("=HYPERLINK(\"https://evil.example\")", "hyperlink-https-evil-example"),
        ("../../etc/passwd", "etc-passwd"),
        ("system:masters", "system-masters"),
    ] {
        assert_eq!(slug_of(name, 1), slug, "{name}");
    }
}

#[test]
fn a_taken_slug_is_followed_by_a_number() {
    assert_eq!(slug_of("Northwind", 0), "northwind");
    assert_eq!(slug_of("Northwind", 1), "northwind");
    assert_eq!(slug_of("Northwind", 2), "northwind-2");
    assert_eq!(slug_of("Northwind", 1_000_000), "northwind-1000000");
    assert_eq!(slug_of("李小龍", 3), "organization-3");
}

#[test]
fn a_long_name_makes_room_for_the_number_and_never_ends_in_two_hyphens() {
    let long = "a".repeat(100);
    assert_eq!(slug_of(&long, 1), "a".repeat(40));
    assert_eq!(slug_of(&long, 2), format!("{}-2", "a".repeat(38)));
    assert_eq!(slug_of(&long, 1_000_000), format!("{}-1000000", "a".repeat(32)));
    assert_eq!(slug_of(&long, u32::MAX), format!("{}-4294967295", "a".repeat(29)));
    // The cut falls just behind a hyphen.
    let words = format!("{} b", "a".repeat(39));
    assert_eq!(slug_of(&words, 1), "a".repeat(39));
    let words = format!("{} bbbbbbbbb", "a".repeat(31));
    assert_eq!(slug_of(&words, 1_000_000), format!("{}-1000000", "a".repeat(31)));
}

#[test]
fn what_an_organization_calls_a_namespace_is_short_and_dns_safe() {
    let long = TooLong { most: NamespaceLabel::LONGEST };
    let cases: Vec<(String, Result<&str, Problem>)> = vec![
        ("dev".into(), Ok("dev")),
        ("  dev\n".into(), Ok("dev")),
        ("a".into(), Ok("a")),
        ("0".into(), Ok("0")),
        ("team-1--blue".into(), Ok("team-1--blue")),
        ("abcdefghij0123456789".into(), Ok("abcdefghij0123456789")),
        ("abcdefghij0123456789x".into(), Err(long)),
        ("a".repeat(5_000), Err(long)),
        ("".into(), Err(Empty)),
        ("  ".into(), Err(Empty)),
        ("Dev".into(), Err(NotDnsSafe)),
        ("-dev".into(), Err(NotDnsSafe)),
        ("dev-".into(), Err(NotDnsSafe)),
        ("-".into(), Err(NotDnsSafe)),
        ("my_dev".into(), Err(NotDnsSafe)),
        ("my.dev".into(), Err(NotDnsSafe)),
        ("my dev".into(), Err(NotDnsSafe)),
        ("dev/../kube-system".into(), Err(NotDnsSafe)),
        ("développement".into(), Err(NotDnsSafe)),
        ("ｄｅｖ".into(), Err(NotDnsSafe)),
        ("🦊".into(), Err(NotDnsSafe)),
        ("de\nv".into(), Err(NotDnsSafe)),
        ("dev\0".into(), Err(NotDnsSafe)),
        ("\u{200B}".into(), Err(NotDnsSafe)),
        ("\u{202E}ved".into(), Err(NotDnsSafe)),
        ("<script>".into(), Err(NotDnsSafe)),
        ("{{7*7}}".into(), Err(NotDnsSafe)),
    ];
    for (text, outcome) in cases {
        let label = NamespaceLabel::parse(&text).map(|label| label.to_string());
        assert_eq!(label, outcome.map(str::to_owned), "{text:.40}");
    }
}

#[test]
fn a_slug_and_a_namespaces_full_name_are_read_as_they_stand_or_not_at_all() {
    for text in ["northwind", "a", "7", "a--b"] {
        assert_eq!(Slug::parse(text).map(|slug| slug.to_string()), Ok(text.to_owned()));
        assert_eq!(NamespaceName::parse(text).map(|name| name.to_string()), Ok(text.to_owned()));
    }
    for text in ["North", " northwind", "northwind\n", "-a", "a-", "a.b", "a_b", "é", "a/b", "%2e", "a\0"] {
        assert_eq!(Slug::parse(text), Err(NotDnsSafe), "{text:?}");
        assert_eq!(NamespaceName::parse(text), Err(NotDnsSafe), "{text:?}");
    }
    assert_eq!(Slug::parse(""), Err(Empty));
    assert_eq!(NamespaceName::parse(""), Err(Empty));
    assert!(Slug::parse(&"a".repeat(40)).is_ok());
    assert_eq!(Slug::parse(&"a".repeat(41)), Err(TooLong { most: 40 }));
    assert!(NamespaceName::parse(&"a".repeat(63)).is_ok());
    assert_eq!(NamespaceName::parse(&"a".repeat(64)), Err(TooLong { most: 63 }));
}

/// Names of every kind: words of any script, and runs whose hyphens fall wherever the cut may fall.
fn organization_name() -> impl Strategy<Value = OrganizationName> {
    prop_oneof!["\\PC{1,100}", "[a-zA-Z0-9 ]{1,100}", "[ab -]{1,100}", "[a]{25,45}[ -]{0,3}[b]{0,20}"]
        .prop_filter_map("not a name", |text| OrganizationName::parse(&text).ok())
}

/// Small attempts, those around each further digit, and any other.
fn attempt() -> impl Strategy<Value = u32> {
    let edges = (0_u32..10).prop_flat_map(|digits| {
        let edge = 10_u32.pow(digits);
        edge - 1..=edge + 1
    });
    prop_oneof![0_u32..12, edges, any::<u32>(), Just(1_000_000), Just(u32::MAX)]
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn every_name_at_every_attempt_makes_a_valid_slug(name in organization_name(), attempt in attempt()) {
        let slug = name.slug(attempt);
        prop_assert_eq!(Slug::parse(slug.as_str()), Ok(slug.clone()), "{} at {}", name, attempt);
        if attempt >= 2 {
            let ending = format!("-{attempt}");
            prop_assert!(slug.as_str().ends_with(&ending) && slug.as_str().len() > ending.len());
        }
    }

    #[test]
    fn a_slug_and_a_label_together_make_a_valid_namespace_name(
        name in organization_name(),
        attempt in attempt(),
        label in "[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?",
    ) {
        let label = NamespaceLabel::parse(&label).expect("a label");
        match Rules::default().name_of(&name.slug(attempt), &label) {
            Ok(full) => prop_assert_eq!(NamespaceName::parse(full.as_str()), Ok(full.clone())),
            Err(refusal) => prop_assert_eq!(refusal.code(), "name_reserved"),
        }
    }

    // Whoever looks for a free slug by counting up would otherwise try one twice, or forever.
    #[test]
    fn later_attempts_never_repeat_an_earlier_number(name in organization_name(), first in 2_u32..2_000_000) {
        let slugs: BTreeSet<Slug> = (first..first + 20).map(|attempt| name.slug(attempt)).collect();
        prop_assert_eq!(slugs.len(), 20);
    }
}
