//! The rules of Bailiwick, each written once.
//!
//! No I/O, no async, no clock, no randomness: times and ids arrive as arguments, so every rule can be
//! tested as a plain function, and the browser asks the very code that the server obeys.

pub mod access;
pub mod account;
pub mod activity;
pub mod binding;
pub mod effective;
pub mod fuzzy;
pub mod grant;
pub mod id;
pub mod invitation;
pub mod letter;
pub mod login;
pub mod membership;
pub mod namespace;
pub mod operator;
pub mod password;
pub mod path;
pub mod permission;
pub mod refusal;
pub mod request;
pub mod text;
pub mod time;
pub mod token;
pub mod told;

pub use refusal::Refusal;
