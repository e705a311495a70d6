//! What the islands ask of the browser. Everything here does nothing where there is none: on the server.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, HtmlElement, Window};

pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

pub(crate) fn by_id(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

pub(crate) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Puts a text on the clipboard. Browsers have one only for pages that came over HTTPS or from this machine.
pub(crate) async fn written(text: &str) -> bool {
    let Some(navigator) = window().map(|window| window.navigator()) else { return false };
    let has_one = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|found| found.is_object());
    has_one && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

/// Calls a function that the page's own loader put on the window.
pub(crate) fn call_global(name: &str, argument: &JsValue) {
    let Some(window) = window() else { return };
    if let Ok(function) = js_sys::Reflect::get(&window, &name.into()).and_then(|f| f.dyn_into::<js_sys::Function>()) {
        let _ = function.call1(&window, argument);
    }
}
