//! Organizations, people and bindings, by number.

use domain::{
    binding::{Binding, ClusterRole, Note, Subject},
    id::{OrganizationId, TokenId, UserId},
    text::NamespaceName,
    time::Timestamp,
};
use proptest::test_runner::{Config, RngSeed};

/// The same cases on every run.
pub(crate) fn steady() -> Config {
    Config { cases: 512, failure_persistence: None, rng_seed: RngSeed::Fixed(20_260_101), ..Config::default() }
}

pub(crate) fn organization(number: u8) -> OrganizationId {
    OrganizationId::from_random([0xa0 + number; 16])
}

pub(crate) fn user(number: u8) -> Subject {
    Subject::User(UserId::from_random([number; 16]))
}

pub(crate) fn token(number: u8) -> Subject {
    Subject::Token(TokenId::from_random([number; 16]))
}

pub(crate) fn named(name: &str) -> NamespaceName {
    NamespaceName::parse(name).unwrap()
}

pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T12:00:00Z").unwrap()
}

/// What `organization(1)` gives.
pub(crate) fn binding(namespace: &str, subject: Subject, role: ClusterRole) -> Binding {
    let note =
        Note { subject: "bob@northwind.example".into(), granted_by: "ada@northwind.example".into(), granted_at: now() };
    Binding { organization: organization(1), namespace: named(namespace), subject, role, note }
}
