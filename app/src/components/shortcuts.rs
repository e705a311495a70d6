//! Keyboard shortcuts of the console: one listener for all of them, and the dialog that lists them.

use super::{
    browser::{closest, document, focus},
    dialog::modal,
    icon::{Glyph, Icon},
    palette::Scope,
    unsaved::may_go,
};
use domain::{path, text::Slug};
use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDetailsElement, HtmlInputElement, KeyboardEvent};

/// In milliseconds: how long `g` waits for the letter after it.
const LEAD: f64 = 1500.0;

/// What takes letters. Boxes to tick and buttons do not.
pub(super) const FIELDS: &str = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=reset]), textarea, select, \
                      [contenteditable]:not([contenteditable=false])";

/// A page that `g` and a letter lead to.
struct Go {
    letter: &'static str,
    word: &'static str,
    admins: bool,
    address: fn(&Slug) -> String,
}

const GO: [Go; 5] = [
    Go { letter: "o", word: "Organization", admins: false, address: path::organization },
    Go { letter: "n", word: "Namespaces", admins: false, address: path::namespaces },
    Go { letter: "m", word: "Access", admins: true, address: path::access },
    Go { letter: "t", word: "API access", admins: true, address: path::api_access },
    Go { letter: "a", word: "Activity", admins: true, address: path::activity },
];

impl Go {
    /// Whether they may see that page.
    fn is_open_to(&self, scope: &Scope) -> bool {
        scope.organization.is_some() && (scope.admin || !self.admins)
    }
}

/// What a shortcut does, with its keys: several ways are apart by "or".
type Line = (&'static str, &'static [&'static str]);

const EVERYWHERE: [Line; 4] = [
    ("Search the console", &["Ctrl K", "or", "⌘ K"]),
    ("Go to the search box of the page", &["/"]),
    ("Show or close this list", &["?"]),
    ("Close a dialog or a menu", &["Esc"]),
];

const IN_SEARCH: [Line; 3] = [
    ("Next or previous result", &["↓", "or", "↑"]),
    ("First or last result", &["Home", "or", "End"]),
    ("Open the result", &["Enter"]),
];

const IN_TABLES: [Line; 3] = [
    ("Next or previous row", &["↓", "or", "↑"]),
    ("First or last row", &["Home", "or", "End"]),
    ("Select the row, or not", &["x"]),
];

const IN_FORMS: [Line; 1] = [("Send the form of a dialog", &["Ctrl Enter", "or", "⌘ Enter"])];

/// `search` opens the search of the console, `help` the list of shortcuts.
#[component]
pub fn Shortcuts(scope: Memo<Scope>, search: RwSignal<bool>, help: RwSignal<bool>) -> impl IntoView {
    listen(scope, search, help);
    let node = NodeRef::<html::Dialog>::new();
    modal(node, help);
    let closed = move |_| {
        if !node.get_untracked().is_some_and(|dialog| dialog.open()) {
            help.set(false);
        }
    };
    view! {
        <dialog class="wide" aria-labelledby="shortcuts-title" node_ref=node on:close=closed>
            <div class="dialog-in shortcuts">
                <header>
                    <h2 id="shortcuts-title">"Keyboard shortcuts"</h2>
                    <p>"Letters, / and ? work while you are not typing in a field."</p>
                </header>
                // Every page has this dialog: what is in it comes when it is opened.
                {move || if help.get() { scope.with(lists) } else { ().into_any() }}
                <footer>
                    <button type="button" class="button" on:click=move |_| help.set(false)>
                        "Close"
                    </button>
                </footer>
            </div>
        </dialog>
    }
    .into_any()
}

/// For menus: opens the list. The menu closes, and what opened it gets the focus back in the end.
#[component]
pub fn ShortcutsEntry(help: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="menu-item scripted"
            on:click=move |event| {
                let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                let menu = target.and_then(|target| closest(&target, "details"));
                if let Some(menu) = menu.and_then(|menu| menu.dyn_into::<HtmlDetailsElement>().ok()) {
                    if let Ok(Some(opener)) = menu.query_selector("summary") {
                        focus(&opener);
                    }
                    menu.set_open(false);
                }
                help.set(true);
            }
        >
            <Glyph icon=Icon::Keyboard />
            "Keyboard shortcuts"
        </button>
    }
    .into_any()
}

fn lists(scope: &Scope) -> AnyView {
    let go = GO.iter().filter(|go| go.is_open_to(scope)).map(|go| line(go.word, &["g", "then", go.letter]));
    let go = go.collect::<Vec<_>>();
    let lines = |lines: &[Line]| lines.iter().map(|(word, keys)| line(word, keys)).collect::<Vec<_>>();
    let mut groups = vec![group("Everywhere", lines(&EVERYWHERE))];
    if !go.is_empty() {
        groups.push(group("Go to", go));
    }
    groups.push(group("In a table", lines(&IN_TABLES)));
    groups.push(group("In the search", lines(&IN_SEARCH)));
    groups.push(group("In a dialog", lines(&IN_FORMS)));
    view! { <div class="side-by-side">{groups}</div> }.into_any()
}

fn group(heading: &'static str, lines: Vec<AnyView>) -> AnyView {
    view! {
        <section>
            <h3>{heading}</h3>
            <dl>{lines}</dl>
        </section>
    }
    .into_any()
}

fn line(word: &'static str, keys: &[&'static str]) -> AnyView {
    let key = |key: &&'static str| {
        if matches!(*key, "or" | "then") {
            view! { <span>{format!(" {key} ")}</span> }.into_any()
        } else {
            view! { <kbd>{*key}</kbd> }.into_any()
        }
    };
    let keys = keys.iter().map(key).collect::<Vec<_>>();
    view! {
        <div>
            <dt>{word}</dt>
            <dd>{keys}</dd>
        </div>
    }
    .into_any()
}

/// For as long as the component that calls this is there.
fn listen(scope: Memo<Scope>, search: RwSignal<bool>, help: RwSignal<bool>) {
    let navigate = use_navigate();
    // When `g` was pressed last, where nothing was pressed since.
    let led = StoredValue::new(f64::NEG_INFINITY);
    let listening = window_event_listener(ev::keydown, move |event| {
        // A browser that fills in a form sends events of this name without a key.
        if !event.is_instance_of::<KeyboardEvent>() || event.default_prevented() || event.is_composing() {
            return;
        }
        let key = event.key().to_lowercase();
        let changed = event.ctrl_key() || event.meta_key();
        if changed && key == "k" && !event.shift_key() && !event.alt_key() {
            event.prevent_default();
            // The search leads elsewhere: the list would stay open over that.
            help.set(false);
            search.set(true);
            return;
        }
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        if changed || event.alt_key() || event.repeat() || matches!(target.closest(FIELDS), Ok(Some(_))) {
            return;
        }
        let after_g = event.time_stamp() - led.get_value() < LEAD;
        led.set_value(f64::NEG_INFINITY);
        if key == "?" {
            event.prevent_default();
            help.update(|help| *help = !*help);
            return;
        }
        if is_dialog_open() {
            return;
        }
        match key.as_str() {
            // It is not typed into the box.
            "/" if focus_search() => event.prevent_default(),
            "g" => led.set_value(event.time_stamp()),
            letter if after_g => {
                let address = scope.with_untracked(|scope| {
                    let go = GO.iter().find(|go| go.letter == letter && go.is_open_to(scope))?;
                    scope.organization.as_ref().map(go.address)
                });
                if let Some(address) = address.filter(|address| may_go(address)) {
                    event.prevent_default();
                    navigate(&address, NavigateOptions::default());
                }
            }
            _ => {}
        }
    });
    on_cleanup(move || listening.remove());
}

fn is_dialog_open() -> bool {
    let found = document().and_then(|document| document.query_selector("dialog[open]").ok().flatten());
    found.is_some()
}

/// Whether the page has a search box.
fn focus_search() -> bool {
    let found = document().and_then(|document| document.query_selector("#main input[type=search]").ok().flatten());
    let Some(input) = found.and_then(|found| found.dyn_into::<HtmlInputElement>().ok()) else { return false };
    // With scrolling: it may be far above.
    let _ = input.focus();
    input.select();
    true
}
