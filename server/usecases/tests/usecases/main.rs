//! What people can do, on both databases. Each test has a house of its own and a clock that stands still.
#![allow(clippy::unwrap_used)]

mod bearers;
mod operators;
mod people;

mod accepting;
mod access;
mod access_checks;
mod activity;
mod cluster;
mod counts;
mod decisions;
mod demo;
mod grants;
mod inheritance;
mod inviting;
mod last_admin;
mod limits;
mod login_ends;
mod logins;
mod members;
mod operator_acts;
mod operator_doors;
mod outbox;
mod passwords;
mod removal;
mod requests;
mod roster;
mod sessions;
mod sign_in;
mod sign_up;
mod suspension;
mod tenants;
mod token_chance;
mod token_doors;
mod token_ends;
mod token_freshness;
mod token_invitations;
mod token_kubeconfig;
mod token_lists;
mod token_makers;
mod token_policy;
mod token_races;
mod token_reminders;
mod token_uses;
mod tokens;
