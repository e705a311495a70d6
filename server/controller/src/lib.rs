//! What the cluster holds of Bailiwick's grants, compared with what it should, and put right.
//!
//! `domain::binding` says what should be. [`plan`] compares that with what is, and is pure; [`apply`] writes it by the API
//! server; [`Controller`] does so whenever the office, the cluster or the clock says that something may differ.
//! [`roles`] are the ClusterRoles that bindings refer to, and [`review`] answers the API server's question who somebody is.
//!
//! Written for Kubernetes 1.20 to 1.36: no field or API that one of them lacks.

pub mod access;
mod address;
mod agenda;
pub mod apply;
mod backoff;
pub mod checkup;
pub mod connect;
mod controller;
pub mod drift;
mod failure;
mod lease;
mod ledger;
mod mirror;
pub mod object;
mod office;
mod pairs;
mod pass;
pub mod plan;
pub mod review;
pub mod roles;
mod shelf;
mod term;
mod there;
pub mod wire;

pub use address::{NotAServer, ServerAddress};
pub use controller::{Controller, Settings};
pub use failure::Failure;
pub use kube::Client;
pub use mirror::{Clock, Connection};
pub use office::{Lease, Office, Report, Standing, Trouble, Wanted};
pub use term::Term;
pub use there::There;
