//! The whole program in process, its controller beside it, and a real API server: what a click in the console does to a
//! request in the cluster. Each test has an organization, namespaces and a Lease of its own.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[allow(dead_code, reason = "`app` uses all of it")]
#[path = "../app/browser.rs"]
mod browser;
#[allow(dead_code, reason = "`app` uses all of it")]
#[path = "../app/calls.rs"]
mod calls;
#[path = "../app/captured.rs"]
mod captured;
#[allow(dead_code, reason = "`app` uses all of it")]
#[path = "../app/house.rs"]
mod house;
#[allow(dead_code, reason = "`app` uses all of it")]
#[path = "../app/laptop.rs"]
mod laptop;

#[path = "../../controller/tests/controller/cluster/relay.rs"]
mod relay;

mod front;
mod given;
mod measure;
mod place;
mod remote;
mod requests;

mod access;
mod authentication;
mod binary;
mod deploy;
mod drift;
mod far;
mod hostile;
mod kept;
mod log;
mod logins;
mod names;
mod operator;
mod outage;
mod promises;
mod random;
mod replicas;
mod restored;
mod trouble;
