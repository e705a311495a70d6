//! The whole program in process, on both databases: requests as browsers and programs send them.
#![allow(clippy::unwrap_used)]

mod browser;
mod calls;
mod captured;
mod failed;
mod house;
mod laptop;

mod access;
mod arrows;
mod asking;
mod bad_input;
mod boundary;
mod circles;
mod contended;
mod controllers;
mod desk;
mod doors;
mod drawing;
mod forged;
mod forms;
#[path = "../function/front.rs"]
mod front;
mod function;
mod headers;
mod kubeconfig;
mod listening;
mod login_command;
mod logins;
mod matrix;
mod metrics;
mod names;
mod operator;
mod pages;
mod pooler;
mod programs;
mod promises;
mod proxies;
mod readiness;
mod redirects;
mod request_ids;
mod secrets;
mod story;
mod token_review;
mod tokens;
mod who_may_call;
mod withheld;
