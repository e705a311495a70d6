//! What would be lost for good with the page: a secret that is shown once. The element that shows it has the attribute
//! `data-unsaved`, whose value is the question to ask; without one, or once it was answered by yes, leaving is free.

use crate::components::browser::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{BeforeUnloadEvent, Element, Event};

const MARK: &str = "data-unsaved";

fn unsaved() -> Option<Element> {
    document()?.query_selector("[data-unsaved]").ok()?
}

/// Whether the page shows something that is nowhere else.
pub fn is_unsaved() -> bool {
    unsaved().is_some()
}

/// What the page showed is in safety: it may be left without a question.
pub fn saved() {
    if let Some(element) = unsaved() {
        let _ = element.remove_attribute(MARK);
    }
}

/// Whether the page may be left: asks where something would be lost.
pub(super) fn may_leave() -> bool {
    let question = unsaved().and_then(|element| element.get_attribute(MARK));
    let (Some(question), Some(window)) = (question, window()) else { return true };
    let sure = window.confirm_with_message(&question).unwrap_or(true);
    if sure {
        saved();
    }
    sure
}

/// The browser's own way to another site, to a reload or to the end: it asks by itself, in its own words.
pub(super) fn closing(event: &Event) {
    if !is_unsaved() {
        return;
    }
    event.prevent_default();
    // Safari asks only when this is set.
    if let Some(event) = event.dyn_ref::<BeforeUnloadEvent>() {
        event.set_return_value("unsaved");
    }
}
