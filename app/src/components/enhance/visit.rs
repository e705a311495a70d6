//! Going to a page without loading the program again: the server's HTML takes the place of what is shown.

use super::leave;
use crate::components::{
    announcer::announce,
    browser::{by_id, call_global, document, focus, window},
};
use leptos::{prelude::set_timeout, task::spawn_local};
use std::{
    cell::{Cell, RefCell},
    time::Duration,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, DomParser, Element, HtmlDialogElement, HtmlInputElement, Request, RequestInit, Response, SupportedType,
    Url,
};

/// What a visit does to the browser's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Forward,
    /// The same page, changed.
    Replace,
    /// The browser has moved already.
    Back,
}

thread_local! {
    /// Of two visits under way the later one wins.
    static LATEST: Cell<u32> = const { Cell::new(0) };
    /// What was pressed to open a dialog, by id: where the focus returns when it closes.
    static OPENER: RefCell<Option<String>> = const { RefCell::new(None) };
    /// How often the page was drawn again because something in it is under way.
    static LOOKS: Cell<u32> = const { Cell::new(0) };
    /// The address of what is shown: the browser's own is another one while a step back is decided.
    static SHOWN: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What the server drew at first.
pub(super) fn begin() {
    SHOWN.set(here());
    open_dialog();
    look_again();
}

/// Where something is under way (`data-again`), the page is drawn again by itself: after a second, and then ever later.
fn look_again() {
    let under_way = || document().and_then(|document| document.query_selector("[data-again]").ok()?).is_some();
    if !under_way() {
        LOOKS.set(0);
        return;
    }
    let looks = LOOKS.get();
    LOOKS.set(looks.saturating_add(1));
    let turn = LATEST.get();
    let look = move || {
        // Not under the hands of somebody who has gone on, is deciding something, or has ticked what is not saved yet.
        let busy = document().and_then(|document| {
            document.query_selector("dialog[open], :focus:is(input, select), .namespaces .changed").ok()?
        });
        if LATEST.get() == turn && under_way() {
            if busy.is_none() { refresh() } else { look_again() }
        }
    };
    set_timeout(look, Duration::from_secs(1 << looks.min(5)));
}

pub(super) fn here() -> Option<String> {
    window()?.location().href().ok()
}

/// Goes to a page of ours.
pub fn visit(path: &str) {
    go(path.to_owned(), Step::Forward);
}

/// Draws the present page again, as the server sees it now.
pub fn refresh() {
    if let Some(here) = here() {
        go(here, Step::Replace);
    }
}

pub(super) fn remember(pressed: Option<&Element>) {
    // What stands inside a dialog is gone when the dialog is.
    let outside = pressed.filter(|element| matches!(element.closest("dialog"), Ok(None)));
    if let Some(id) = outside.map(Element::id).filter(|id| !id.is_empty()) {
        OPENER.set(Some(id));
    }
}

pub(super) fn go(url: String, step: Step) {
    if !leave::may_leave() {
        if step == Step::Back {
            stay();
        }
        return;
    }
    let turn = next_turn();
    set_busy(true);
    spawn_local(async move {
        let arrived = fetch(&url).await;
        if LATEST.get() != turn {
            return;
        }
        set_busy(false);
        match arrived {
            Some((address, page)) => show(&address, &page, step),
            // Not a page of ours, or no answer: the browser knows what to do about that.
            None => {
                if let Some(window) = window() {
                    let _ = window.location().assign(&url);
                }
            }
        }
    });
}

fn next_turn() -> u32 {
    let turn = LATEST.get().wrapping_add(1);
    LATEST.set(turn);
    turn
}

/// The browser stepped back and the page did not: the address goes where the page is.
fn stay() {
    let shown = SHOWN.with_borrow(Clone::clone);
    if let (Some(shown), Some(Ok(history))) = (shown, window().map(|window| window.history())) {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&shown));
    }
}

/// Says under which address the present page is found: the answer to a plain post has none of its own.
pub fn settle(address: &str) {
    if let Some(Ok(history)) = window().map(|window| window.history()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address));
    }
    SHOWN.set(here());
}

/// Shows a page that came as the answer to a post, in place of the one that posted. `false` when it is no page of ours.
pub(super) fn put(address: &str, html: &str) -> bool {
    let Some(page) = parse(html) else { return false };
    next_turn();
    set_busy(false);
    show(address, &page, Step::Replace);
    true
}

fn parse(html: &str) -> Option<Document> {
    let page = DomParser::new().ok()?.parse_from_string(html, SupportedType::TextHtml).ok()?;
    page.get_element_by_id("app")?;
    Some(page)
}

async fn fetch(url: &str) -> Option<(String, Document)> {
    let init = RequestInit::new();
    let request = Request::new_with_str_and_init(url, &init).ok()?;
    request.headers().set("Accept", "text/html").ok()?;
    let response: Response = JsFuture::from(window()?.fetch_with_request(&request)).await.ok()?.dyn_into().ok()?;
    let html = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    // The fragment stays with the browser; a fetch does not have it.
    Some((response.url(), parse(&html)?))
}

fn set_busy(busy: bool) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = if busy { root.set_attribute("data-busy", "") } else { root.remove_attribute("data-busy") };
    }
}

fn path_of(address: &str) -> String {
    Url::new(address).map(|url| url.pathname()).unwrap_or_default()
}

/// What the person was in the middle of, to be found again in the new page.
struct Place {
    id: String,
    typed: Option<(String, Option<u32>)>,
}

fn place(document: &Document) -> Option<Place> {
    let active = document.active_element()?;
    let id = active.id();
    if id.is_empty() {
        return None;
    }
    let typed = active
        .dyn_ref::<HtmlInputElement>()
        .filter(|input| input.has_attribute("data-live"))
        .map(|input| (input.value(), input.selection_start().ok().flatten()));
    Some(Place { id, typed })
}

fn show(address: &str, page: &Document, step: Step) {
    let (Some(window), Some(document)) = (window(), document()) else { return };
    let (Some(old), Some(new)) = (document.get_element_by_id("app"), page.get_element_by_id("app")) else { return };
    let before = here().map(|here| path_of(&here)).unwrap_or_default();
    let shown = old.get_attribute("data-path").unwrap_or(before);
    let kept = place(&document);
    let elsewhere = shown != path_of(address);
    let _ = new.set_attribute("data-path", &path_of(address));
    let Ok(new) = document.adopt_node(&new) else { return };
    let _ = old.replace_with_with_node_1(&new);
    document.set_title(&page.title());
    if let Ok(history) = window.history() {
        // To where one is already is no step, as with any link.
        let again = here().as_deref() == Some(address);
        let _ = match step {
            Step::Forward if !again => history.push_state_with_url(&JsValue::NULL, "", Some(address)),
            Step::Forward | Step::Replace => history.replace_state_with_url(&JsValue::NULL, "", Some(address)),
            Step::Back => Ok(()),
        };
    }
    SHOWN.set(here());
    look_again();
    call_global("bailiwickHydrate", new.as_ref());
    // A plain post may have left a sentence with the server for whichever page is next.
    let said = page.get_element_by_id("announcement").and_then(|line| line.text_content()).unwrap_or_default();
    if !said.trim().is_empty() {
        announce(said.trim());
    }
    if open_dialog() {
        return;
    }
    // What a page wants to be read first, whichever way it came.
    if let Ok(Some(first)) = document.query_selector("#main :is(h1, h2)[autofocus]") {
        focus(&first);
        return;
    }
    if elsewhere {
        OPENER.set(None);
        window.scroll_to_with_x_and_y(0.0, 0.0);
        if let Some(heading) = by_id("main") {
            focus(&heading);
        }
        return;
    }
    return_focus(kept);
}

/// Back to where the person was: the same control, else what opened the dialog, else the first control of its row.
fn return_focus(kept: Option<Place>) {
    if let Some(Place { id, typed: Some((value, caret)) }) = &kept
        && let Some(input) = by_id(id).and_then(|element| element.dyn_into::<HtmlInputElement>().ok())
    {
        input.set_value(value);
        let _ = input.focus();
        if let Some(caret) = caret {
            let _ = input.set_selection_range(*caret, *caret);
        }
        return;
    }
    let opener = OPENER.take();
    let wanted = kept.map(|place| place.id).into_iter().chain(opener);
    for id in wanted {
        if let Some(element) = by_id(&id).filter(|element| !element.has_attribute("disabled")) {
            focus(&element);
            return;
        }
        // `deactivate-<member>` is gone once it is done; its row is still `row-<member>`.
        let row = id.split_once('-').and_then(|(_, row)| by_id(&format!("row-{row}")));
        if let Some(Ok(Some(control))) = row.map(|row| row.query_selector("button:not([disabled]), a[href]")) {
            focus(&control);
            return;
        }
    }
    if let Some(main) = by_id("main") {
        focus(&main);
    }
}

/// Makes the dialog that the server drew a modal one. `false` when there is none.
pub(super) fn open_dialog() -> bool {
    let dialog = document().and_then(|document| document.query_selector("dialog[data-close]").ok().flatten());
    let Some(dialog) = dialog.and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok()) else { return false };
    dialog.set_open(false);
    dialog.show_modal().is_ok()
}

/// Leaves the open dialog by the address it names. `false` when there is none.
pub(super) fn close_dialog() -> bool {
    let dialog = document().and_then(|document| document.query_selector("dialog[data-close]").ok().flatten());
    let Some(address) = dialog.and_then(|dialog| dialog.get_attribute("data-close")) else { return false };
    go(address, Step::Forward);
    true
}

fn open_menus() -> Vec<Element> {
    let found = document().and_then(|document| document.query_selector_all("details.menu[open]").ok());
    let Some(found) = found else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

/// Closes every `<details class="menu">` that this click was not in, and any in which something was chosen.
pub(super) fn close_menus(target: &Element) {
    let chosen = matches!(target.closest("a, [type=submit]"), Ok(Some(_)));
    for menu in open_menus() {
        if chosen || !menu.contains(Some(target)) {
            let _ = menu.remove_attribute("open");
        }
    }
}

/// Closes the open menus; the focus goes back to what opened the one it was in.
pub(super) fn leave_menus() {
    let active = document().and_then(|document| document.active_element());
    for menu in open_menus() {
        let _ = menu.remove_attribute("open");
        if let (true, Ok(Some(opener))) = (menu.contains(active.as_deref()), menu.query_selector("summary")) {
            focus(&opener);
        }
    }
}
