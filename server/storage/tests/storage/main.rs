//! One text of SQL on two databases: every statement is understood by both, and both have the same tables.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod contention;
mod outage;
mod plans;
mod schemas;
mod statements;
mod upgrades;
