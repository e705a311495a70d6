//! The whole program in process, on both databases: requests as browsers and programs send them.
#![allow(clippy::unwrap_used)]

mod browser;
mod calls;
mod house;

mod arrows;
mod boundary;
mod who_may_call;
