//! Light, dark, or as the system has it.

use leptos::prelude::*;

/// Cycles through the three; remembered by this browser alone.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let theme = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        theme.set(stored());
    });
    let label = move || match theme.get().as_deref() {
        Some("light") => "Theme: light",
        Some("dark") => "Theme: dark",
        _ => "Theme: as the system",
    };
    let next = move |_| {
        let next = match theme.get_untracked().as_deref() {
            None => Some("light"),
            Some("light") => Some("dark"),
            _ => None,
        };
        store(next);
        theme.set(next.map(ToOwned::to_owned));
    };
    view! {
        <button type="button" class="menu-item" on:click=next>
            <super::icon::Glyph icon=super::icon::Icon::Sun />
            <span>{label}</span>
        </button>
    }
}

fn stored() -> Option<String> {
    super::browser::window()?.local_storage().ok()??.get_item("theme").ok()?
}

fn store(theme: Option<&str>) {
    let Some(window) = super::browser::window() else { return };
    if let Ok(Some(storage)) = window.local_storage() {
        let _ = match theme {
            Some(theme) => storage.set_item("theme", theme),
            None => storage.remove_item("theme"),
        };
    }
    if let Some(root) = super::browser::document().and_then(|document| document.document_element()) {
        let _ = match theme {
            Some(theme) => root.set_attribute("data-theme", theme),
            None => root.remove_attribute("data-theme"),
        };
    }
}
