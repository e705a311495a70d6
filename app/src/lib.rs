//! THE CONSOLE: what a person sees and may ask for. Built twice: for the server (`ssr`), which draws every page, and for
//! the browser (`hydrate`), which brings the islands to life.

#![recursion_limit = "256"]
// The component macro writes `pub` on types of private pages.
#![allow(unreachable_pub)]

pub mod api;
pub mod components;
pub mod error;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod words;
