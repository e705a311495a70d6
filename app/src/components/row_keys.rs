//! Going through the rows of tables by keyboard. One listener around all tables hears the keys: rows come and go, and have none.
//!
//! Up and down lead to the same control of another row, Home and End to that of the first and the last one. `x` ticks the box of
//! a row. What the focused control itself does by Enter and Space stays the browser's.

use super::{
    browser::{all, closest},
    shortcuts::FIELDS,
};
use leptos::ev::KeyboardEvent;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

const CONTROLS: &str = "a[href], button:not(:disabled), input:not(:disabled, [type=hidden]), summary";

/// What has another use for these keys, beside the fields that somebody types into.
const OTHERS: &str = "[type=radio], .menu[open], dialog";

/// For the element around the tables.
pub fn walk(event: KeyboardEvent) {
    // A browser that fills in a form sends events of this name without a key.
    if !event.is_instance_of::<KeyboardEvent>() || event.default_prevented() || event.is_composing() {
        return;
    }
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
        return;
    }
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let Some(row) = closest(&target, "tr.row") else { return };
    if closest(&target, FIELDS).is_some() || closest(&target, OTHERS).is_some() {
        return;
    }
    let done = match event.key().as_str() {
        "ArrowDown" => go(&target, &row, Way::Next),
        "ArrowUp" => go(&target, &row, Way::Previous),
        "Home" => go(&target, &row, Way::First),
        "End" => go(&target, &row, Way::Last),
        "x" if !event.repeat() => tick(&row),
        _ => false,
    };
    if done {
        event.prevent_default();
    }
}

#[derive(Clone, Copy)]
enum Way {
    Next,
    Previous,
    First,
    Last,
}

/// Whether there was a row to go to. Where there is none, the page scrolls as it does elsewhere.
fn go(from: &Element, row: &Element, way: Way) -> bool {
    let Some(table) = closest(row, "table") else { return false };
    let rows = all::<Element>(&table, "tr.row");
    let Some(here) = rows.iter().position(|other| other == row) else { return false };
    let mut rows: Vec<&Element> = match way {
        Way::Next => rows.iter().skip(here + 1).collect(),
        Way::Previous => rows.iter().take(here).rev().collect(),
        Way::First => rows.iter().take(here).collect(),
        Way::Last => rows.iter().skip(here + 1).rev().collect(),
    };
    // Rows in which nothing can be done are passed over.
    let Some(control) = rows.drain(..).find_map(|row| like(from, row)) else { return false };
    // With scrolling: it may be out of sight.
    let _ = control.focus();
    true
}

/// The control of another row that is the same as this one, or else the row's main one: what can be done with it, before its box.
fn like(from: &Element, row: &Element) -> Option<HtmlElement> {
    let controls = all::<HtmlElement>(row, CONTROLS).into_iter().filter(|control| control.offset_parent().is_some());
    let controls: Vec<HtmlElement> = controls.collect();
    let is_box = |control: &HtmlElement| control.matches("[type=checkbox]").unwrap_or_default();
    let (what, cell) = (kind(from), place(from));
    let found = controls.iter().find(|control| place(control) == cell && kind(control) == what);
    let found = found.or_else(|| controls.iter().find(|control| place(control) == cell && !is_box(control)));
    let found = found.or_else(|| controls.iter().find(|control| !is_box(control)));
    found.or(controls.first()).cloned()
}

/// `deactivate` of `deactivate-<member>`; its tag where it has no such id.
fn kind(control: &Element) -> String {
    let id = control.id();
    id.split_once('-').map_or_else(|| control.tag_name(), |(kind, _)| kind.to_owned())
}

/// In which cell of its row it stands.
pub fn place(control: &Element) -> Option<usize> {
    let cell = closest(control, "td, th")?;
    let before = std::iter::successors(cell.previous_element_sibling(), Element::previous_element_sibling);
    Some(before.count())
}

fn tick(row: &Element) -> bool {
    let found = all::<HtmlElement>(row, "input[type=checkbox]:not(:disabled)").into_iter().next();
    found.is_some_and(|ticked| {
        ticked.click();
        true
    })
}
