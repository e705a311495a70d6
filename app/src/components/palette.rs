//! The search of the whole console, by `Ctrl K`: its pages, and the people of the organization.

use super::{browser::document, enhance::visit};
use leptos::{html, prelude::*, task::spawn_local};
use std::time::Duration;
use wasm_bindgen::{JsCast, closure::Closure};

/// How long the box waits for the next letter before it asks for people.
const TYPING: Duration = Duration::from_millis(150);
const MOST_PEOPLE: u32 = 6;

/// `places` are names with their addresses. Without scripts there is no button: every place is a link in the
/// navigation, and the Users table has a search of its own.
#[island]
pub fn Palette(places: Vec<(String, String)>, organization: Option<String>) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let input = NodeRef::<html::Input>::new();
    let text = RwSignal::new(String::new());
    let people = RwSignal::new(Vec::<(String, String)>::new());
    let chosen = RwSignal::new(0_usize);
    let timer = StoredValue::new_local(None::<TimeoutHandle>);
    let open = move || {
        if let Some(dialog) = dialog.get_untracked() {
            text.set(String::new());
            people.set(Vec::new());
            chosen.set(0);
            if let Some(input) = input.get_untracked() {
                input.set_value("");
            }
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    Effect::new(move |_| {
        let Some(document) = document() else { return };
        let listen = Closure::<dyn FnMut(web_sys::KeyboardEvent)>::new(move |event: web_sys::KeyboardEvent| {
            // This island is drawn anew with each page; the one that is gone must not answer.
            let here = dialog.try_get_untracked().flatten().is_some_and(|dialog| dialog.is_connected());
            if here && event.key().eq_ignore_ascii_case("k") && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                open();
            }
        });
        let _ = document.add_event_listener_with_callback("keydown", listen.as_ref().unchecked_ref());
        listen.forget();
    });
    let found = Memo::new(move |_| {
        let wanted = text.get().to_lowercase();
        let places = places.iter().filter(|(name, _)| name.to_lowercase().contains(&wanted)).cloned();
        places.chain(people.get()).collect::<Vec<_>>()
    });
    let slug = StoredValue::new(organization);
    let typed = move |event| {
        text.set(event_target_value(&event));
        chosen.set(0);
        if let Some(Some(waiting)) = timer.try_get_value() {
            waiting.clear();
        }
        let ask = move || {
            let (Some(slug), wanted) = (slug.get_value(), text.get_untracked()) else { return };
            if wanted.trim().is_empty() {
                people.set(Vec::new());
                return;
            }
            spawn_local(async move {
                let asked = wanted.clone();
                let list =
                    crate::api::members::list(slug.clone(), Some(wanted), None, None, None, Some(MOST_PEOPLE)).await;
                if let (Ok(list), true) = (list, text.try_get_untracked().is_some_and(|now| now == asked)) {
                    let row = |member: crate::api::members::Member| {
                        let query = js_sys::encode_uri_component(&member.email);
                        let address = format!("/o/{slug}/organization?search={query}");
                        (member.email, address)
                    };
                    people.set(list.members.into_iter().map(row).collect());
                }
            });
        };
        timer.set_value(set_timeout_with_handle(ask, TYPING).ok());
    };
    let go = move |index: usize| {
        if let Some((_, address)) = found.get_untracked().get(index) {
            close();
            visit(address);
        }
    };
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        let count = found.get_untracked().len().max(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|chosen| *chosen = (*chosen + 1) % count),
            "ArrowUp" => chosen.update(|chosen| *chosen = (*chosen + count - 1) % count),
            "Enter" => go(chosen.get_untracked()),
            _ => return,
        }
        event.prevent_default();
    };
    let options = move || {
        let now = chosen.get();
        let row = |(index, (name, address)): (usize, (String, String))| {
            view! {
                <li role="none">
                    <a
                        href=address
                        id=format!("place-{index}")
                        role="option"
                        aria-selected=(index == now).to_string()
                        tabindex="-1"
                        on:click=move |_| close()
                    >
                        {name}
                    </a>
                </li>
            }
        };
        found.get().into_iter().enumerate().map(row).collect::<Vec<_>>()
    };
    view! {
        <button type="button" class="search-button" aria-label="Search" on:click=move |_| open()>
            <super::icon::Glyph icon=super::icon::Icon::Search size=16 />
            <span>"Search"</span>
            <kbd>"Ctrl K"</kbd>
        </button>
        <dialog class="palette" aria-label="Search" node_ref=dialog>
            <input
                class="input"
                type="text"
                role="combobox"
                aria-expanded=move || (!found.get().is_empty()).to_string()
                aria-controls="places"
                aria-activedescendant=move || (!found.get().is_empty()).then(|| format!("place-{}", chosen.get()))
                aria-label="Search pages and people"
                placeholder="A page or a person"
                autocomplete="off"
                node_ref=input
                on:input=typed
                on:keydown=pressed
            />
            <ul id="places" role="listbox" aria-label="Found">
                {options}
            </ul>
            <p class="palette-none" hidden=move || !found.get().is_empty()>
                "Nothing by that name."
            </p>
        </dialog>
    }
}
