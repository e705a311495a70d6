//! One running Bailiwick: configuration, HTTP, the worker and the subcommands.

pub mod cli;
pub mod config;
pub mod connections;
pub mod function;
pub mod http;
pub mod judge;
pub mod log;
pub mod metrics;
pub mod office;
pub mod readiness;
mod remote;
pub mod traces;
pub mod worker;
