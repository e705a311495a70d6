//! The search of the whole console (command palette), by `Ctrl K`: its pages and actions, and the people, namespaces and tokens of
//! the open organization, by fuzzy match.

mod entries;
mod found;
mod recent;
mod search;

pub use entries::Scope;
pub use recent::forget_recent;

use super::{
    browser::by_id,
    dialog::modal,
    icon::{Glyph, Icon},
    unsaved::may_go,
};
use entries::Entry;
use found::Groups;
use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use search::Search;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Without scripts there is no button: every page is a link in the navigation, and the Users table has a search of its own.
///
/// What it reads lives as long as the console: nothing inside of the list reads a signal that the list could take with it.
#[component]
pub fn Palette(scope: Memo<Scope>, open: RwSignal<bool>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let input = NodeRef::<html::Input>::new();
    let search = Search::new(scope);
    // What the arrow keys led to; the first while that is nothing, or is not shown any more.
    let reached = RwSignal::new(None::<Entry>);
    // Not drawn while it is closed: every page has this.
    let groups = Memo::new(move |_| if open.get() { search.groups() } else { Groups::new() });
    let none = Memo::new(move |_| groups.with(Vec::is_empty));
    let active = Memo::new(move |_| {
        let position = |reached: &Entry| groups.with(|groups| all(groups).position(|entry| entry.is_same(reached)));
        reached.with(|reached| reached.as_ref().and_then(position)).unwrap_or(0)
    });
    modal(dialog, open);
    Effect::new(move |_| {
        if open.get() {
            search.begin();
        }
    });
    Effect::new(move |_| {
        groups.track();
        let active = active.get();
        // Once it is drawn.
        request_animation_frame(move || show(active));
    });
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let closed = move || {
        if dialog.get_untracked().is_some_and(|dialog| dialog.open()) {
            return;
        }
        open.set(false);
        search.end();
        reached.set(None);
        if let Some(input) = input.get_untracked() {
            input.set_value("");
        }
    };
    let nth = move |index: usize| groups.with_untracked(|groups| all(groups).nth(index).cloned());
    let navigate = use_navigate();
    let pressed = move |event: ev::KeyboardEvent| {
        let changed = event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key();
        if changed || event.is_composing() {
            return;
        }
        let now = active.get_untracked();
        let last = groups.with_untracked(|groups| all(groups).count()).saturating_sub(1);
        let to = match event.key().as_str() {
            "ArrowDown" if now < last => now + 1,
            "ArrowUp" if now == 0 => last,
            "ArrowUp" => now - 1,
            "ArrowDown" | "Home" => 0,
            "End" => last,
            "Enter" => {
                event.prevent_default();
                if let Some(entry) = nth(now).filter(|entry| may_go(&entry.address)) {
                    search.remember(&entry);
                    // First, so that the focus is back before what comes next takes it.
                    close();
                    navigate(&entry.address, NavigateOptions::default());
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        reached.set(nth(to));
    };
    view! {
        <button type="button" class="search-button" aria-label="Search" on:click=move |_| open.set(true)>
            <Glyph icon=Icon::Search size=16 />
            <span>"Search"</span>
            <kbd>"Ctrl K"</kbd>
        </button>
        <dialog class="palette" aria-label="Search" node_ref=dialog on:close=move |_| closed()>
            <input
                class="input"
                type="text"
                role="combobox"
                aria-autocomplete="list"
                aria-expanded=move || (!none.get()).to_string()
                aria-controls="places"
                aria-activedescendant=move || (!none.get()).then(|| format!("place-{}", active.get()))
                aria-label="Search pages and people, namespaces and tokens"
                placeholder="Find a page, person, namespace or token"
                autocomplete="off"
                spellcheck="false"
                node_ref=input
                on:input=move |event| {
                    reached.set(None);
                    search.typed(event_target_value(&event));
                }
                on:keydown=pressed
            />
            <div id="places" role="listbox" aria-label="Found">
                {move || groups.with(|groups| drawn(groups, active.get(), search, dialog))}
            </div>
            <p class="palette-none" role="status" hidden=move || !none.get()>
                {move || if none.get() && open.get() { search.excuse() } else { "" }}
            </p>
        </dialog>
    }
    .into_any()
}

fn all(groups: &Groups) -> impl Iterator<Item = &Entry> {
    groups.iter().flat_map(|(_, entries)| entries)
}

/// Scrolls the list so far that the active option is seen, and the heading above the first one.
fn show(active: usize) {
    let option = by_id(&format!("place-{active}")).and_then(|option| option.dyn_into::<HtmlElement>().ok());
    let (Some(list), Some(option)) = (by_id("places"), option) else { return };
    // Both from the list, which is what its options are placed by.
    let (top, height) = (if active == 0 { 0 } else { option.offset_top() }, list.client_height());
    let bottom = option.offset_top() + option.offset_height();
    if top < list.scroll_top() {
        list.set_scroll_top(top);
    } else if bottom > list.scroll_top() + height {
        list.set_scroll_top(bottom - height);
    }
}

fn drawn(groups: &Groups, active: usize, search: Search, dialog: NodeRef<html::Dialog>) -> Vec<AnyView> {
    let mut index = 0;
    let mut drawn = Vec::new();
    for (number, (heading, entries)) in groups.iter().enumerate() {
        let mut options = Vec::new();
        for entry in entries {
            options.push(option(entry.clone(), index, index == active, search, dialog));
            index += 1;
        }
        let (id, heading) = (format!("found-{number}"), *heading);
        let labelled = id.clone();
        let group = view! {
            <div role="group" aria-labelledby=labelled>
                <p role="presentation" id=id>
                    {heading}
                </p>
                {options}
            </div>
        };
        drawn.push(group.into_any());
    }
    drawn
}

/// A link, so that it opens in another tab as well.
fn option(entry: Entry, index: usize, active: bool, search: Search, dialog: NodeRef<html::Dialog>) -> AnyView {
    let (address, icon, label, hint) = (entry.address.clone(), entry.icon, entry.label.clone(), entry.hint.clone());
    let hint = (!hint.is_empty()).then(|| view! { <small>{format!(" {hint}")}</small> });
    view! {
        <a
            href=address
            id=format!("place-{index}")
            role="option"
            aria-selected=active.to_string()
            tabindex="-1"
            on:click=move |_| {
                search.remember(&entry);
                if let Some(dialog) = dialog.get_untracked() {
                    dialog.close();
                }
            }
        >
            <Glyph icon size=16 />
            <span>{label} {hint}</span>
        </a>
    }
    .into_any()
}
