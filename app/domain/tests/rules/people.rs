//! The cast, and what every property test is run with.

use domain::{
    access::{Actor, Place},
    id::{MemberId, NamespaceId, OrganizationId, TokenId, UserId},
    membership::{Membership, Role, Status},
    token::{Bearer, Scope},
};
use proptest::test_runner::{Config, RngSeed};

/// The same cases on every run: a property that fails today fails tomorrow, without a file of seeds.
pub(crate) fn steady() -> Config {
    Config { cases: 512, failure_persistence: None, rng_seed: RngSeed::Fixed(20_260_101), ..Config::default() }
}

fn bytes(kind: u8, number: u8) -> [u8; 16] {
    let mut bytes = [kind; 16];
    bytes[15] = number;
    bytes
}

pub(crate) fn user(number: u8) -> UserId {
    UserId::from_random(bytes(1, number))
}

pub(crate) fn organization(number: u8) -> OrganizationId {
    OrganizationId::from_random(bytes(2, number))
}

/// That organization, as it is unless the operator closes it.
pub(crate) fn open(number: u8) -> Place {
    Place { organization: organization(number), suspended: false }
}

pub(crate) fn namespace(number: u8) -> NamespaceId {
    NamespaceId::from_random(bytes(3, number))
}

/// The membership of `user(number)` in the one organization that most tests need.
pub(crate) fn membership(number: u8, role: Role, status: Status) -> Membership {
    Membership {
        id: MemberId::from_random(bytes(4, number)),
        organization: organization(1),
        user: user(number),
        role,
        status,
        founder: false,
    }
}

pub(crate) fn founder(number: u8) -> Membership {
    Membership { founder: true, ..membership(number, Role::Admin, Status::Active) }
}

pub(crate) fn token(number: u8) -> TokenId {
    TokenId::from_random(bytes(5, number))
}

/// A program with a token of `organization(number)`.
pub(crate) fn program(number: u8, scopes: impl IntoIterator<Item = Scope>) -> Actor {
    Actor::Token(Bearer {
        token: token(number),
        organization: organization(number),
        scopes: scopes.into_iter().collect(),
    })
}
