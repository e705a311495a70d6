//! What is kept, on SQLite and PostgreSQL. The only crate that knows sqlx.
//!
//! One text of SQL serves both databases: `$1` placeholders, `returning`, `on conflict … do update`; ids and times come
//! from Rust. Every statement stands in a [`statements!`] block, so that a test can prepare all of them on both.

#[macro_use]
mod statement;

mod at;
mod breaker;
mod db;
mod error;
mod pools;

pub mod access;
pub mod account_activity;
pub mod activity;
pub mod attempts;
pub mod cluster;
pub mod credentials;
pub mod directory;
pub mod grants;
pub mod invitations;
pub mod login_requests;
pub mod logins;
pub mod matrix;
pub mod members;
pub mod namespaces;
pub mod operators;
mod options;
pub mod organizations;
pub mod outbox;
pub mod password_resets;
pub mod removal;
pub mod requests;
pub mod roster;
pub mod roster_sorts;
pub mod schema;
pub mod sessions;
pub mod sign_ups;
pub mod tokens;
pub mod told;
#[cfg(feature = "trial")]
pub mod trial;
pub mod url;
pub mod users;
pub mod withheld;

pub use db::{Connection, Db, OLDEST_SQLITE};
pub use error::Error;
pub use options::{Options, Pooler, Rest};
pub use pools::Pool;

/// Every statement of this crate, with the module and name it has there.
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    [
        ("access", access::STATEMENTS),
        ("account_activity", account_activity::STATEMENTS),
        ("activity", activity::STATEMENTS),
        ("attempts", attempts::STATEMENTS),
        ("cluster", cluster::STATEMENTS),
        ("credentials", credentials::STATEMENTS),
        ("directory", directory::STATEMENTS),
        ("grants", grants::STATEMENTS),
        ("invitations", invitations::STATEMENTS),
        ("login_requests", login_requests::STATEMENTS),
        ("logins", logins::STATEMENTS),
        ("matrix", matrix::STATEMENTS),
        ("members", members::STATEMENTS),
        ("namespaces", namespaces::STATEMENTS),
        ("operators", operators::STATEMENTS),
        ("organizations", organizations::STATEMENTS),
        ("outbox", outbox::STATEMENTS),
        ("password_resets", password_resets::STATEMENTS),
        ("removal", removal::STATEMENTS),
        ("requests", requests::STATEMENTS),
        ("roster", roster::STATEMENTS),
        ("roster_sorts", roster_sorts::STATEMENTS),
        ("sessions", sessions::STATEMENTS),
        ("sign_ups", sign_ups::STATEMENTS),
        ("told", told::STATEMENTS),
        ("tokens", tokens::STATEMENTS),
        ("users", users::STATEMENTS),
        ("withheld", withheld::STATEMENTS),
    ]
    .into_iter()
    .flat_map(|(module, statements)| statements.iter().map(move |(name, sql)| (module, *name, *sql)))
}
