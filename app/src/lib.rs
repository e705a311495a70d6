//! THE CONSOLE: what a person sees and may ask for. Built twice: for the server (`ssr`), which draws the first page of a visit,
//! and for the browser (`hydrate`), which goes on from there without loading a page again.

#![recursion_limit = "256"]
// The component macro writes `pub` on types of private pages.
#![allow(unreachable_pub)]

pub mod address;
pub mod api;
pub mod components;
pub mod error;
pub mod live;
mod pages;
mod read;
mod refresh;
mod routes;
mod said;
mod session;
#[cfg(feature = "ssr")]
mod shell;
pub mod words;
mod write;

pub use routes::App;
#[cfg(feature = "ssr")]
pub use {
    said::Notice,
    shell::{Settled, Site, shell},
};
