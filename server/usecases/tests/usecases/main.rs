//! What people can do, on both databases. Each test has a house of its own and a clock that stands still.
#![allow(clippy::unwrap_used)]

mod people;

mod accepting;
mod activity;
mod counts;
mod demo;
mod grants;
mod inheritance;
mod inviting;
mod last_admin;
mod limits;
mod members;
mod outbox;
mod passwords;
mod roster;
mod sessions;
mod sign_in;
mod sign_up;
mod tenants;
