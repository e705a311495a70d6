//! The program itself, as whoever runs an installation types it: on the database, and against a server by a credential.
//! Each scenario is written once and goes both ways, on both databases.
#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "`app` uses all of it")]
#[path = "../app/browser.rs"]
mod browser;
#[allow(dead_code, reason = "`app` uses all of it")]
#[path = "../app/calls.rs"]
mod calls;
#[allow(dead_code, reason = "`app` uses all of it")]
#[path = "../app/house.rs"]
mod house;

mod machine;

mod backup;
mod deletions;
mod doors;
mod help;
mod installation;
mod people;
mod requests;
mod serve;
mod terminal;
