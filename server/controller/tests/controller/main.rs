//! The controller: what it plans, and what it writes.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod cluster;
mod manifests;
mod people;
mod plans;
mod probes;
mod script;
mod simulation;
mod there;
mod writes;
