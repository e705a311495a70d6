//! What somebody typed and has not sent: kept by this tab while the form is closed, the page is left, or loaded again. Never a
//! password, and nothing of forms that have one.

use super::{
    browser::{self, session_storage},
    reveal::PASSWORDS,
};
use crate::address;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, EventInit, HtmlFormElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

/// One form for each thing that it is about: what the form's hidden fields say belongs to its name.
fn key(form: &HtmlFormElement, function: &str) -> String {
    let about = browser::all::<HtmlInputElement>(form, "input[type=hidden]");
    let about = about.iter().filter(|input| !matches!(input.name().as_str(), "back" | "next" | "version"));
    let about = about.map(|input| format!("{}={}", input.name(), input.value())).collect::<Vec<_>>().join("&");
    format!("draft {function} {about}")
}

enum Control {
    Text(String),
    Ticked(bool),
}

/// Every field that somebody fills in, by its name and, where several share one, its value.
fn controls(form: &Element) -> Vec<(String, Element, Control)> {
    let mut found = Vec::new();
    for input in browser::all::<HtmlInputElement>(form, "input[name]:not([type=hidden], [type=search], [readonly])") {
        let ticks = matches!(input.type_().as_str(), "checkbox" | "radio");
        let (name, control) = if ticks {
            (format!("{} {}", input.name(), input.value()), Control::Ticked(input.checked()))
        } else {
            (input.name(), Control::Text(input.value()))
        };
        found.push((name, input.unchecked_into(), control));
    }
    for area in browser::all::<HtmlTextAreaElement>(form, "textarea[name]") {
        let (name, value) = (area.name(), area.value());
        found.push((name, area.unchecked_into(), Control::Text(value)));
    }
    for select in browser::all::<HtmlSelectElement>(form, "select[name]:not([multiple])") {
        let (name, value) = (select.name(), select.value());
        found.push((name, select.unchecked_into(), Control::Text(value)));
    }
    found
}

fn has_password(form: &HtmlFormElement) -> bool {
    matches!(form.query_selector(PASSWORDS), Ok(Some(_)))
}

pub fn keep(form: &HtmlFormElement, function: &str) {
    if has_password(form) {
        return;
    }
    let pair = |(name, _, control): &(String, Element, Control)| {
        let value = match control {
            Control::Text(text) => text.clone(),
            Control::Ticked(ticked) => ticked.to_string(),
        };
        format!("{}={}", address::encode(name), address::encode(&value))
    };
    let typed = controls(form).iter().map(pair).collect::<Vec<_>>().join("&");
    if let Some(storage) = session_storage() {
        let _ = storage.set_item(&key(form, function), &typed);
    }
}

/// Puts back what was kept, as if it were typed now.
pub fn restore(form: &HtmlFormElement, function: &str) {
    let Some(kept) = session_storage().and_then(|storage| storage.get_item(&key(form, function)).ok()?) else { return };
    let kept = address::pairs(&kept);
    for (name, element, control) in controls(form) {
        let Some((_, value)) = kept.iter().find(|(kept, _)| *kept == name) else { continue };
        let changed = match control {
            Control::Text(now) => now != *value && set_text(&element, value),
            Control::Ticked(now) => now.to_string() != *value && set_ticked(&element, value == "true"),
        };
        if changed {
            tell(&element);
        }
    }
}

fn set_text(element: &Element, value: &str) -> bool {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.set_value(value);
    } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        area.set_value(value);
    } else if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
        select.set_value(value);
    }
    true
}

fn set_ticked(element: &Element, ticked: bool) -> bool {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.set_checked(ticked);
    }
    true
}

/// Whoever follows what is typed hears of it.
fn tell(element: &Element) {
    for name in ["input", "change"] {
        let bubbles = EventInit::new();
        bubbles.set_bubbles(true);
        if let Ok(event) = Event::new_with_event_init_dict(name, &bubbles) {
            let _ = element.dispatch_event(&event);
        }
    }
}

pub fn forget(form: &HtmlFormElement, function: &str) {
    if let Some(storage) = session_storage() {
        let _ = storage.remove_item(&key(form, function));
    }
}

/// The form that an element stands in is given up: by Cancel.
pub fn give_up(form: &HtmlFormElement) {
    let action = form.get_attribute("action").unwrap_or_default();
    forget(form, &action);
}
