//! Starts the console in the browser, and nothing else.

use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

/// Called by the page once the program is there: takes over what the server drew.
#[wasm_bindgen]
pub fn hydrate() {
    // Said in the console: a browser itself says no more than "unreachable".
    std::panic::set_hook(Box::new(|info| leptos::logging::error!("{info}")));
    let document = leptos::prelude::document();
    if let Some(root) = document.get_element_by_id("app").and_then(|root| root.dyn_into().ok()) {
        leptos::mount::hydrate_from(root, app::App).forget();
    }
}
