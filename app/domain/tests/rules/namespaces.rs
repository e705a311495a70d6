//! What namespaces are called, and whose a name is.

use crate::people::steady;
use domain::{
    Refusal,
    namespace::{Pattern, PodSecurity, Prefix, Rules, SHIPPED},
    text::{NamespaceLabel, NamespaceName, OrganizationName, Problem, Slug},
};
use proptest::prelude::*;

fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

fn label(text: &str) -> NamespaceLabel {
    NamespaceLabel::parse(text).expect("a label")
}

fn name(text: &str) -> NamespaceName {
    NamespaceName::parse(text).expect("a name")
}

fn behind(prefix: &str) -> Rules {
    Rules { prefix: Prefix::parse(prefix).expect("a prefix"), ..Rules::default() }
}

fn owners(rules: &Rules, text: &str) -> Vec<String> {
    rules.owners_of(&name(text)).map(|slug| slug.to_string()).collect()
}

#[test]
fn a_created_name_is_the_prefix_the_slug_and_the_label() {
    let created = |prefix: &str| behind(prefix).name_of(&slug("acme"), &label("dev")).expect("a name").to_string();
    assert_eq!(created(""), "acme-dev");
    assert_eq!(created("tenant-"), "tenant-acme-dev");
}

#[test]
fn the_names_that_run_the_cluster_are_nobodys_to_have() {
    let taken = |text: &str| Rules::default().may_be_taken(&name(text));
    for own in [
        "kube-system",
        "kube-public",
        "kube-anything",
        "openshift-config",
        "openshift",
        "bailiwick",
        "default",
        "cert-manager",
        "istio-system",
        "gatekeeper-system",
        "kyverno",
        "argocd",
        "flux-system",
        "cattle-fleet-system",
        "rook-ceph",
        "longhorn-system",
        "metallb-system",
        "ingress-nginx",
        "monitoring",
        "calico-apiserver",
        "tigera-operator",
        "linkerd",
        "linkerd-viz",
        "knative-serving",
        "vault",
        "external-secrets",
        "velero",
        "kubernetes-dashboard",
        "acme-system",
    ] {
        assert_eq!(taken(own), Err(Refusal::NameReserved { name: own.into() }), "{own}");
    }
    for theirs in
        ["bailiwick-dev", "team-kube-public", "certmanager", "acme-dev", "monitoring-dev", "linkerds", "system"]
    {
        assert_eq!(taken(theirs), Ok(()), "{theirs}");
    }
}

#[test]
fn an_organization_called_cert_can_not_create_cert_manager_unless_a_prefix_keeps_them_apart() {
    let reserved = Err(Refusal::NameReserved { name: "cert-manager".into() });
    assert_eq!(Rules::default().name_of(&slug("cert"), &label("manager")), reserved);
    assert_eq!(behind("tenant-").name_of(&slug("cert"), &label("manager")), Ok(name("tenant-cert-manager")));
}

#[test]
fn every_shipped_pattern_is_one_that_an_operator_could_write() {
    for pattern in SHIPPED {
        let read = Pattern::parse(pattern).expect(pattern);
        assert!(read.matches(&pattern.replace('*', "x")), "{pattern}");
        assert_eq!(SHIPPED.iter().filter(|other| *other == pattern).count(), 1, "{pattern} stands there twice");
    }
}

#[test]
fn a_pattern_has_its_star_at_an_end_and_never_stands_for_everything() {
    let matches = |pattern: &str, text: &str| Pattern::parse(pattern).expect("a pattern").matches(text);
    assert!(matches("team-*", "team-a") && !matches("team-*", "a-team-a") && !matches("team-*", "team"));
    assert!(matches("*-infra", "our-infra") && !matches("*-infra", "our-infra-2"));
    assert!(matches("*db*", "a-db-b") && !matches("*db*", "a-d-b"));
    assert!(matches("shared", "shared") && !matches("shared", "shared-2"));
    for (text, problem) in [
        ("", Problem::Empty),
        ("*", Problem::Empty),
        ("**", Problem::Empty),
        ("a*b", Problem::NotDnsSafe),
        ("Team-*", Problem::NotDnsSafe),
        ("a b", Problem::NotDnsSafe),
        ("***a", Problem::NotDnsSafe),
        ("a.b", Problem::NotDnsSafe),
    ] {
        assert_eq!(Pattern::parse(text), Err(problem), "{text:?}");
    }
}

#[test]
fn a_prefix_ends_with_a_hyphen_and_leaves_room_for_names() {
    for good in ["", "tenant-", "t-", "a1-b-", "abcdefghijklmnopqrs-"] {
        assert_eq!(Prefix::parse(good).map(String::from), Ok(good.to_owned()));
    }
    for bad in ["tenant", "-", "-a-", "Tenant-", "a.b-", "a_-", "tenant- "] {
        assert_eq!(Prefix::parse(bad), Err(Problem::NotDnsSafe), "{bad:?}");
    }
    assert_eq!(Prefix::parse("abcdefghijklmnopqrst-"), Err(Problem::TooLong { most: 20 }));
}

#[test]
fn a_name_belongs_to_the_longest_slug_that_it_begins_with() {
    let rules = Rules::default();
    assert_eq!(owners(&rules, "acme-dev-x"), ["acme-dev-x", "acme-dev", "acme"]);
    assert_eq!(owners(&rules, "legacy"), ["legacy"]);
    assert_eq!(owners(&rules, "a--b"), ["a--b", "a"], "no slug ends with a hyphen");
    let rules = behind("tenant-");
    assert_eq!(owners(&rules, "tenant-acme-dev"), ["acme-dev", "acme"], "the prefix is nobody's slug");
    assert_eq!(owners(&rules, "acme-dev"), ["acme-dev", "acme"], "adopted ones are as they are");
}

#[test]
fn a_slug_under_which_all_is_reserved_is_not_given() {
    let given = |rules: &Rules, text: &str, attempt| {
        rules.slug(&OrganizationName::parse(text).expect("a name"), attempt).to_string()
    };
    let rules = Rules::default();
    assert_eq!(given(&rules, "Acme", 1), "acme");
    assert_eq!(given(&rules, "Kube Masters", 1), "org-kube-masters");
    assert_eq!(given(&rules, "Kube Masters", 3), "org-kube-masters-3");
    assert_eq!(given(&rules, &format!("Kube {}", "x".repeat(60)), 12), format!("org-kube-{}-12", "x".repeat(28)));
    assert_eq!(given(&behind("tenant-"), "Kube Masters", 1), "kube-masters", "the prefix keeps them apart already");
}

#[test]
fn every_level_of_pod_security_is_read_from_its_word() {
    for (level, word) in PodSecurity::ALL.into_iter().zip(["restricted", "baseline", "privileged"]) {
        assert_eq!((level.as_str(), PodSecurity::parse(word)), (word, Some(level)));
        assert_eq!(crate::codes::json(&level), word);
    }
    for other in ["", "none", "Baseline", "strict"] {
        assert_eq!(PodSecurity::parse(other), None, "{other:?}");
    }
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn a_name_fits_or_the_field_says_how_many_characters_do(
        prefix in "([a-z][a-z0-9]{0,18}-)?",
        organization in "[a-z]([a-z0-9]{0,38}[a-z0-9])?",
        label in "[a-z]([a-z0-9]{0,18}[a-z0-9])?",
    ) {
        let (rules, organization, parsed) = (behind(&prefix), slug(&organization), self::label(&label));
        let most = rules.longest_label(&organization);
        prop_assert!((2..=NamespaceLabel::LONGEST).contains(&most));
        let made = rules.name_of(&organization, &parsed);
        if label.len() > most {
            prop_assert_eq!(made, Err(Refusal::BadField { field: "id", problem: Problem::TooLong { most } }));
        } else {
            prop_assert!(made.is_ok_and(|made| made.as_str().len() <= NamespaceName::LONGEST));
        }
    }

    // Of all organizations that there may be, one alone gets a name.
    #[test]
    fn whoever_could_create_a_name_is_among_those_that_it_may_belong_to(
        prefix in "(tenant-)?",
        organization in "[a-z]([a-z0-9-]{0,10}[a-z0-9])?",
        label in "[a-z]([a-z0-9-]{0,10}[a-z0-9])?",
    ) {
        let (rules, organization) = (behind(&prefix), slug(&organization));
        if let Ok(name) = rules.name_of(&organization, &self::label(&label)) {
            let owners: Vec<_> = rules.owners_of(&name).collect();
            prop_assert!(owners.contains(&organization));
            prop_assert!(owners.is_sorted_by_key(|slug| usize::MAX - slug.as_str().len()));
        }
    }
}
