//! What would be lost if the page were left. Whoever has such a thing registers it with a question, which is asked before
//! the browser goes elsewhere: by a link, by a form, through its history, and when it is closed.

use super::browser::{confirmed, document, window};
use crate::address::{Address, use_address};
use domain::path;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BeforeUnloadEvent, Element, Event, EventTarget, HtmlFormElement, HtmlInputElement, MouseEvent};

thread_local! {
    // Of the one page that runs in this browser: its events arrive outside of any component.
    static REGISTERED: RefCell<Vec<(u32, Unsaved)>> = const { RefCell::new(Vec::new()) };
    static LAST: Cell<u32> = const { Cell::new(0) };
}

/// Something that would be lost, for as long as the component that registers it is there.
#[derive(Clone, Copy)]
pub struct Unsaved {
    question: &'static str,
    is_unsaved: Signal<bool>,
    /// Of the page that it is on.
    address: Memo<Address>,
    given_up: Option<Callback<()>>,
}

impl Unsaved {
    /// What stays while this very page is shown, whatever its address asks for beside its path.
    pub fn register(question: &'static str, is_unsaved: Signal<bool>) {
        Self { question, is_unsaved, address: use_address(), given_up: None }.add();
    }

    /// What goes with every step through the history, even to this very page: `given_up` is told that somebody agreed.
    pub fn register_here(question: &'static str, is_unsaved: Signal<bool>, given_up: Callback<()>) {
        Self { question, is_unsaved, address: use_address(), given_up: Some(given_up) }.add();
    }

    fn add(self) {
        Effect::new(move |_| {
            let id = LAST.get().wrapping_add(1);
            if LAST.replace(id) == 0 {
                listen();
            }
            REGISTERED.with_borrow_mut(|registered| registered.push((id, self)));
            on_cleanup(move || REGISTERED.with_borrow_mut(|registered| registered.retain(|(other, _)| *other != id)));
        });
    }

    fn is_lost_at(self, path: &str) -> bool {
        self.address.try_with_untracked(|address| address.path() != path).unwrap_or(false)
    }
}

/// What is not saved now and would be lost so.
fn lost(by: impl Fn(Unsaved) -> bool) -> Vec<Unsaved> {
    REGISTERED.with_borrow(|registered| {
        let unsaved = registered.iter().map(|(_, unsaved)| *unsaved);
        unsaved.filter(|unsaved| unsaved.is_unsaved.try_get_untracked() == Some(true) && by(*unsaved)).collect()
    })
}

/// Asks once about each, and lets go of all of it or of nothing.
fn agreed(lost: &[Unsaved]) -> bool {
    let mut asked = Vec::new();
    for unsaved in lost {
        if !asked.contains(&unsaved.question) {
            if !confirmed(unsaved.question) {
                return false;
            }
            asked.push(unsaved.question);
        }
    }
    for given_up in lost.iter().filter_map(|unsaved| unsaved.given_up) {
        given_up.run(());
    }
    true
}

/// Whether the browser may go to this address of ours: asks where something would be lost. Links and forms are asked about
/// already; this is for whoever navigates by itself.
pub fn may_go(to: &str) -> bool {
    let path = to.split(['?', '#']).next().unwrap_or_default();
    agreed(&lost(|unsaved| unsaved.is_lost_at(path)))
}

/// Before anybody else hears of it, the router above all: it leaves alone what was prevented.
fn listen() {
    let (Some(window), Some(document)) = (window(), document()) else { return };
    on(&document, "click", clicked);
    on(&document, "submit", submitted);
    on(&window, "popstate", stepped);
    on(&window, "beforeunload", closing);
}

/// For as long as the program runs.
fn on(target: &EventTarget, name: &str, act: fn(&Event)) {
    let heard = Closure::<dyn Fn(Event)>::new(move |event| act(&event));
    let _ = target.add_event_listener_with_callback_and_bool(name, heard.as_ref().unchecked_ref(), true);
    heard.forget();
}

/// A link of the console. To another site the browser goes by itself, and asks in its own words.
fn clicked(event: &Event) {
    let Some(mouse) = event.dyn_ref::<MouseEvent>() else { return };
    let plain = mouse.button() == 0 && !(mouse.meta_key() || mouse.ctrl_key() || mouse.shift_key() || mouse.alt_key());
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(Ok(Some(link))) = target.filter(|_| plain).map(|target| target.closest("a[href]")) else { return };
    if link.has_attribute("target") || link.has_attribute("download") {
        return;
    }
    let href = link.get_attribute("href").unwrap_or_default();
    if path::local(&href).is_some_and(|to| !may_go(to)) {
        stop(event);
    }
}

/// A form that leads to another page: by its address, or once it is done.
fn submitted(event: &Event) {
    let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
    let to = if form.method() == "get" {
        form.get_attribute("action")
    } else {
        let next = form.query_selector("input[type=hidden][name=next]").ok().flatten();
        next.and_then(|next| next.dyn_into::<HtmlInputElement>().ok()).map(|next| next.value())
    };
    if to.as_deref().and_then(path::local).is_some_and(|to| !may_go(to)) {
        stop(event);
    }
}

/// The step is made when it is heard of, but nothing has followed it yet. Where somebody stays, the address of what they see
/// is put on top again: after Back that is how the history was; what lay ahead of a step forward is lost.
fn stepped(event: &Event) {
    let Some(location) = window().map(|window| window.location()) else { return };
    let (path, search) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    let there = Address::parse(&path, search.trim_start_matches('?'));
    let within = location.hash().is_ok_and(|hash| !hash.is_empty());
    let lost = lost(|unsaved| {
        let is_here = || unsaved.address.try_with_untracked(|address| *address == there).unwrap_or(true);
        unsaved.is_lost_at(&path) || (unsaved.given_up.is_some() && !(within && is_here()))
    });
    // Read first: who agrees may take it out of the page.
    let Some(here) = lost.first().and_then(|unsaved| unsaved.address.try_with_untracked(Address::here)) else { return };
    if agreed(&lost) {
        return;
    }
    event.stop_immediate_propagation();
    if let Some(Ok(history)) = window().map(|window| window.history()) {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&here));
    }
}

/// The browser's own way to another site, to a reload or to the end.
fn closing(event: &Event) {
    if lost(|_| true).is_empty() {
        return;
    }
    event.prevent_default();
    // Safari asks only when this is set.
    if let Some(event) = event.dyn_ref::<BeforeUnloadEvent>() {
        event.set_return_value("unsaved");
    }
}

fn stop(event: &Event) {
    event.prevent_default();
    event.stop_immediate_propagation();
}
