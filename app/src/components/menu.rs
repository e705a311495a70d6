//! A menu below a button. It opens and closes without scripts; with them it closes too when something in it was chosen, when
//! somebody presses elsewhere, and by Escape, which gives the focus back to its button.

use super::browser::focus;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

#[component]
pub fn Menu(
    class: &'static str,
    /// What the button says to screen readers.
    #[prop(into)]
    label: Signal<String>,
    button: AnyView,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Details>::new();
    let listening = window_event_listener(ev::click, move |event| {
        let Some(menu) = node.get_untracked().filter(|menu| menu.open()) else { return };
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let chosen = matches!(target.closest("a, [type=submit]"), Ok(Some(_)));
        if chosen || !menu.contains(Some(target.unchecked_ref::<Node>())) {
            menu.set_open(false);
        }
    });
    on_cleanup(move || listening.remove());
    let left = move |event: ev::KeyboardEvent| {
        let Some(menu) = node.get_untracked().filter(|menu| menu.open() && event.key() == "Escape") else { return };
        menu.set_open(false);
        if let Ok(Some(opener)) = menu.query_selector("summary") {
            focus(&opener);
        }
    };
    view! {
        <details class=format!("menu {class}") node_ref=node on:keydown=left>
            <summary aria-label=move || label.get()>{button}</summary>
            <div class="menu-items">{children()}</div>
        </details>
    }
    .into_any()
}
