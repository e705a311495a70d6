//! What the console asks of the browser. Everything here does nothing where there is none: on the server.

use wasm_bindgen::JsCast;
use web_sys::{
    Document, Element, HtmlElement, HtmlInputElement, HtmlOptionElement, HtmlTextAreaElement, Storage, Window,
};

pub(crate) fn window() -> Option<Window> {
    if cfg!(feature = "ssr") { None } else { web_sys::window() }
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

pub(crate) fn by_id(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// Of this tab alone, and gone with it.
pub(crate) fn session_storage() -> Option<Storage> {
    window()?.session_storage().ok()?
}

/// Without scrolling: where somebody looks is theirs.
pub(crate) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// Every element below `root` that the selector fits.
pub(crate) fn all<T: JsCast>(root: &Element, selector: &str) -> Vec<T> {
    let Ok(found) = root.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

/// The nearest element around this one, itself included, that the selector finds.
pub(crate) fn closest(element: &Element, selector: &str) -> Option<Element> {
    element.closest(selector).ok().flatten()
}

/// Whether somebody typed, ticked or chose something below `root` that was not there at first.
pub(crate) fn is_touched(root: &Element) -> bool {
    let typed = |input: HtmlInputElement| match input.type_().as_str() {
        "checkbox" | "radio" => input.checked() != input.default_checked(),
        "hidden" | "search" => false,
        _ => input.value() != input.default_value(),
    };
    all::<HtmlInputElement>(root, "input").into_iter().any(typed)
        || all::<HtmlTextAreaElement>(root, "textarea")
            .into_iter()
            .any(|area| Ok(area.value()) != area.default_value().map_err(|_| ()))
        || all::<HtmlOptionElement>(root, "select:not([multiple]) option")
            .into_iter()
            .any(|option| option.selected() && !option.default_selected() && has_default(&option))
}

/// Of a choice without one the browser takes the first.
fn has_default(option: &HtmlOptionElement) -> bool {
    let Ok(Some(select)) = option.closest("select") else { return false };
    let options = all::<HtmlOptionElement>(&select, "option");
    options.iter().any(HtmlOptionElement::default_selected) || options.first() != Some(option)
}

/// Asks a question that is answered by yes or no.
pub(crate) fn confirmed(question: &str) -> bool {
    window().is_none_or(|window| window.confirm_with_message(question).unwrap_or(true))
}
