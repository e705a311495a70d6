//! SERVER FUNCTIONS, the public API: typed request, typed answer; each body ends in one use case.
//!
//! Every function names its path (`/api/v1/<area>/<verb>`): the framework's default hashes the folder it was built in.
//! Reads are `GET` with a query string, writes are `POST` with a form; answers are JSON, errors [`crate::error::ApiError`].

pub mod access;
pub mod account;
pub mod activity;
pub mod client;
#[cfg(feature = "ssr")]
pub mod exchange;
pub mod grants;
pub mod invitations;
pub mod logins;
pub mod matrix;
pub mod members;
pub mod namespaces;
pub mod operator;
pub mod requests;
pub mod sessions;
pub mod token;
pub mod tokens;

pub use crate::error::ApiError;
