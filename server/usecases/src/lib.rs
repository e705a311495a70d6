//! What a person can do: one function per verb, one transaction each.
//!
//! Every write enters through [`Context::begin`] with an [`domain::access::Action`] and leaves through
//! [`Work::commit`] with an [`domain::activity::ActivityEvent`]; what concerns only a person's own account enters
//! through [`Context::begin_account`] and leaves with an [`domain::account::AccountEvent`]. There is no other way in.

pub mod access;
pub mod account;
pub mod activity;
mod bell;
mod clock;
pub mod cluster;
mod context;
pub mod demo;
mod dice;
mod error;
pub mod forwarders;
mod gates;
pub mod grants;
mod guesses;
pub mod guide;
pub mod invitations;
pub mod judge;
pub mod key_check;
mod keys;
pub mod kubeconfig;
mod limits;
pub mod live;
pub mod logins;
pub mod matrix;
pub mod members;
pub mod namespaces;
pub mod operator;
pub mod organizations;
pub mod outbox;
pub mod password_reset;
mod passwords;
mod repeats;
pub mod requests;
mod seen;
pub mod sessions;
pub mod sign_up;
pub mod tokens;
pub mod upkeep;

pub use bell::{Bell, Mark};
pub use clock::Clock;
pub use context::{Caller, Context, Credential, Installation, Operator, Settings, SignedIn, Who};
pub use error::{Error, Present};
pub use gates::{Look, Work};
pub use keys::{KeyError, Keys};
pub use kubeconfig::Cluster;
pub use passwords::Passwords;
pub use storage::{
    Db, Error as DbError, Options as DbOptions, Pooler, Rest, outbox::State as OutboxState, url as database_url,
};
