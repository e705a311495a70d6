//! Brings the islands to life in the browser, and nothing else.

// Without a use the linker would leave the islands out.
use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's loader once the module is there; it then wakes each island by its name.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
