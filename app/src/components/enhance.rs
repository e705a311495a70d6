//! Makes plain links and forms quick: the next page is fetched and put in place of this one, a post's errors appear at their
//! fields. The server draws everything; whatever this can't do, the browser does as it always did.

mod leave;
mod post;
mod visit;

pub use leave::{is_unsaved, saved};
pub use visit::{refresh, settle, visit};

use super::browser::{by_id, document, focus, window};
use leptos::prelude::*;
use std::time::Duration;
use visit::Step;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlFormElement, KeyboardEvent, MouseEvent, SubmitEvent, Url};

/// How long the search box waits for the next letter.
const TYPING: Duration = Duration::from_millis(200);

/// Stands once on every page and listens for all of it.
#[island]
pub fn Enhance() -> impl IntoView {
    Effect::new(|_| listen());
    view! { <span hidden></span> }
}

fn listen() {
    let Some(document) = document() else { return };
    on(&document, "submit", |event| {
        if let Ok(event) = event.dyn_into::<SubmitEvent>() {
            submitted(&event);
        }
    });
    on(&document, "click", |event| {
        if let Ok(event) = event.dyn_into::<MouseEvent>() {
            clicked(&event);
        }
    });
    on(&document, "keydown", |event| {
        if let Ok(event) = event.dyn_into::<KeyboardEvent>() {
            // The palette is a dialog of its own, and may lie over one that a URL opened.
            let palette = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let palette = palette.and_then(|target| target.closest("dialog:not([data-close])").ok().flatten());
            if event.key() != "Escape" || palette.is_some() {
                return;
            }
            // A dialog that a URL opened is closed by another URL; see `visit::close_dialog`.
            if visit::close_dialog() {
                event.prevent_default();
            } else {
                visit::leave_menus();
            }
        }
    });
    let timer = StoredValue::new_local(None::<TimeoutHandle>);
    on(&document, "input", move |event| {
        let Some(form) = live_form(&event) else { return };
        if let Some(Some(waiting)) = timer.try_get_value() {
            waiting.clear();
        }
        let again = move || {
            if let Some(url) = get_url(&form, None) {
                visit::go(url, Step::Replace);
            }
        };
        timer.set_value(set_timeout_with_handle(again, TYPING).ok());
    });
    if let Some(window) = window() {
        on(&window, "popstate", |_| {
            if let Some(here) = visit::here() {
                visit::go(here, Step::Back);
            }
        });
        on(&window, "beforeunload", |event| leave::closing(&event));
    }
    visit::begin();
}

/// Listens for as long as the page lives: dropping the closure would end it.
fn on(target: &web_sys::EventTarget, name: &str, act: impl FnMut(Event) + 'static) {
    let closure = Closure::<dyn FnMut(Event)>::new(act);
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}

fn submitted(event: &SubmitEvent) {
    let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
    let submitter = event.submitter().and_then(|button| button.dyn_into::<Element>().ok());
    if form.has_attribute("data-soft") {
        event.prevent_default();
        visit::remember(submitter.as_ref());
        if let Some(url) = get_url(&form, submitter.as_ref()) {
            visit::go(url, Step::Forward);
        }
    } else if form.has_attribute("data-enhance") {
        event.prevent_default();
        post::send(form, submitter);
    }
}

/// The address that submitting this form leads to, without its empty fields.
fn get_url(form: &HtmlFormElement, submitter: Option<&Element>) -> Option<String> {
    let pairs = post::pairs(form, submitter)?;
    let query = web_sys::UrlSearchParams::new().ok()?;
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append(name, value);
    }
    let action = form.get_attribute("action")?;
    let query = String::from(query.to_string());
    Some(if query.is_empty() { action } else { format!("{action}?{query}") })
}

fn live_form(event: &Event) -> Option<HtmlFormElement> {
    let field = event.target()?.dyn_into::<Element>().ok()?;
    if !field.has_attribute("data-live") {
        return None;
    }
    field.closest("form").ok()??.dyn_into().ok()
}

fn clicked(event: &MouseEvent) {
    if event.default_prevented()
        || event.button() != 0
        || event.meta_key()
        || event.ctrl_key()
        || event.shift_key()
        || event.alt_key()
    {
        return;
    }
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    // A menu closes when something in it was chosen or the click was elsewhere.
    visit::close_menus(&target);
    let Ok(Some(link)) = target.closest("a[href]") else { return };
    if link.has_attribute("download") || link.has_attribute("target") || link.has_attribute("data-hard") {
        return;
    }
    let (Some(href), Some(window)) = (link.get_attribute("href"), window()) else { return };
    if let Some(id) = href.strip_prefix('#') {
        // Within the page, and not through its history: a step there would draw the page again.
        if let Some(place) = by_id(id) {
            event.prevent_default();
            focus(&place);
        }
        return;
    }
    let Ok(here) = window.location().href() else { return };
    let (Ok(to), Ok(here)) = (Url::new_with_base(&href, &here), Url::new(&here)) else { return };
    if to.origin() != here.origin() {
        return;
    }
    event.prevent_default();
    visit::remember(Some(&link));
    visit::go(to.href(), Step::Forward);
}
