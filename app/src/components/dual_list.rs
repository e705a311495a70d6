//! Choosing some of the organization's namespaces: a list of those there are, a list of those taken, and four buttons
//! between them. A box for each namespace is what the form sends, and all that is seen without scripts. The server draws
//! everything ([`crate::pages`]); here it comes alive.

use super::{
    browser::{by_id, focus},
    grants_editor::summary,
};
use domain::{grant::Change, text::NamespaceName};
use leptos::{ev, html, prelude::*};
use std::collections::BTreeSet;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlOptionElement, HtmlSelectElement};

/// The lists, by their ids.
pub const AVAILABLE: &str = "available";
pub const ASSIGNED: &str = "assigned";

/// Around the boxes, the lists and what moves between them. `editing` tells what would change.
#[island]
pub fn DualList(editing: bool, children: Children) -> impl IntoView {
    let root = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(root) = root.get() {
            wake(&root, editing);
        }
    });
    let act = move |done: Option<()>| {
        if let (Some(()), Some(root)) = (done, root.get_untracked()) {
            show(&root, editing);
        }
    };
    view! {
        <div
            class="dual-in"
            node_ref=root
            on:click=move |event| act(pressed(&event))
            on:dblclick=move |event| act(pressed_twice(&event))
            on:keydown=move |event| act(key(&event))
            on:change=move |_| act(Some(()))
        >
            {children()}
        </div>
    }
}

fn list(id: &str) -> Option<HtmlSelectElement> {
    by_id(id)?.dyn_into().ok()
}

fn other(id: &str) -> &'static str {
    if id == AVAILABLE { ASSIGNED } else { AVAILABLE }
}

fn all<T: JsCast>(root: &Element, selector: &str) -> Vec<T> {
    let Ok(found) = root.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

fn options(list: &HtmlSelectElement) -> Vec<HtmlOptionElement> {
    all(list, "option")
}

fn marked(list: &HtmlSelectElement) -> Vec<HtmlOptionElement> {
    options(list).into_iter().filter(HtmlOptionElement::selected).collect()
}

/// What was ticked before the scripts came counts.
fn wake(root: &Element, editing: bool) {
    let (Some(available), Some(assigned)) = (list(AVAILABLE), list(ASSIGNED)) else { return };
    let boxes: Vec<HtmlInputElement> = all(root, "input[type=checkbox]");
    let ticked: BTreeSet<String> = boxes.iter().filter(|each| each.checked()).map(HtmlInputElement::value).collect();
    let options = options(&available);
    carry(&options.into_iter().filter(|option| ticked.contains(&option.value())).collect::<Vec<_>>(), &assigned);
    for part in all::<Element>(root, "[data-alive]") {
        let _ = part.toggle_attribute("hidden");
    }
    show(root, editing);
}

/// Puts options into a list, at their places in the organization's own order.
fn carry(moved: &[HtmlOptionElement], to: &HtmlSelectElement) {
    for option in moved {
        let at = place(option);
        let after = options(to).into_iter().find(|there| place(there) > at);
        let _ = to.insert_before(option, after.as_ref().map(AsRef::as_ref));
    }
}

fn place(option: &Element) -> u32 {
    option.get_attribute("data-place").and_then(|place| place.parse().ok()).unwrap_or_default()
}

/// What was moved stays marked where it is now, and alone there, so that one press takes it back.
fn take(moved: &[HtmlOptionElement], to: &HtmlSelectElement) {
    for option in options(to) {
        option.set_selected(false);
    }
    carry(moved, to);
    for option in moved {
        option.set_selected(true);
    }
}

fn pressed(event: &ev::MouseEvent) -> Option<()> {
    let button = event.target()?.dyn_into::<Element>().ok()?.closest("button[data-from]").ok()??;
    let from = list(&button.get_attribute("data-from")?)?;
    let to = list(other(&from.id()))?;
    take(&if button.has_attribute("data-all") { options(&from) } else { marked(&from) }, &to);
    // There is nothing left to press for, so the focus goes along.
    focus(&to);
    Some(())
}

fn pressed_twice(event: &ev::MouseEvent) -> Option<()> {
    let option = event.target()?.dyn_into::<HtmlOptionElement>().ok()?;
    from_within(&option.closest("select").ok()??.dyn_into().ok()?)
}

fn key(event: &ev::KeyboardEvent) -> Option<()> {
    let list = event.target()?.dyn_into::<HtmlSelectElement>().ok()?;
    if event.key() != "Enter" {
        return None;
    }
    event.prevent_default();
    from_within(&list)
}

/// Moves what is marked; the next name is marked then, so that the same key moves that one.
fn from_within(from: &HtmlSelectElement) -> Option<()> {
    let (options, moved) = (options(from), marked(from));
    let last = options.iter().rposition(HtmlOptionElement::selected)?;
    let stays = |option: &&HtmlOptionElement| !option.selected();
    let next = options[last..].iter().find(stays).or_else(|| options[..last].iter().rev().find(stays)).cloned();
    take(&moved, &list(other(&from.id()))?);
    if let Some(next) = next {
        next.set_selected(true);
    }
    Some(())
}

/// Makes everything else say what the lists say.
fn show(root: &Element, editing: bool) {
    let Some(assigned) = list(ASSIGNED) else { return };
    let names = options(&assigned).iter().map(HtmlOptionElement::value).collect::<BTreeSet<_>>();
    let boxes: Vec<HtmlInputElement> = all(root, "input[type=checkbox]");
    for each in &boxes {
        each.set_checked(names.contains(&each.value()));
    }
    for label in all::<Element>(root, "label[data-word]") {
        let (word, list) = (label.get_attribute("data-word"), label.get_attribute("for").and_then(|id| list(&id)));
        if let (Some(word), Some(list)) = (word, list) {
            label.set_text_content(Some(&format!("{word} ({})", list.length())));
        }
    }
    for button in all::<Element>(root, "button[data-from]") {
        let Some(from) = button.get_attribute("data-from").and_then(|id| list(&id)) else { continue };
        let idle = if button.has_attribute("data-all") { from.length() == 0 } else { marked(&from).is_empty() };
        let _ = button.toggle_attribute_with_force("disabled", idle);
    }
    if let Ok(Some(said)) = root.query_selector("[role=status]") {
        let sentence = if editing {
            let set = |boxes: &[HtmlInputElement], is: fn(&HtmlInputElement) -> bool| -> BTreeSet<NamespaceName> {
                let names = boxes.iter().filter(|each| is(each)).map(HtmlInputElement::value);
                names.filter_map(|name| NamespaceName::parse(&name).ok()).collect()
            };
            let was = set(&boxes, HtmlInputElement::default_checked);
            summary(&Change::between(&was, &set(&boxes, HtmlInputElement::checked)))
        } else {
            format!("{} of {} assigned.", names.len(), boxes.len())
        };
        // Said again only when it is something else: a mark alone changes nothing.
        if said.text_content().as_deref() != Some(&sentence) {
            said.set_text_content(Some(&sentence));
        }
    }
}
