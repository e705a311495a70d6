//! Dialogs over a page. Each is an address, so it opens and closes without scripts; where they are it is modal, and what was
//! pressed to open it gets the focus back.

use super::{
    browser::{by_id, closest, confirmed, document, focus, is_touched},
    draft::give_up,
    icon::{Glyph, Icon},
    row::keep_focus,
    skeleton::Skeleton,
};
use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement};

thread_local! {
    /// What had the focus when the open dialog was opened.
    static OPENER: RefCell<Option<Element>> = const { RefCell::new(None) };
}

/// How long a dialog that is still read for leaves the page as it is.
const PATIENCE: Duration = Duration::from_millis(300);

const UNSAVED: &str = "What you typed here is not sent yet. It is kept until you open this again. Close it now?";

/// Leaves a dialog for the address below it: its entry in the history is replaced, so that Back does not open it again.
#[derive(Clone, Copy)]
pub struct Leave {
    close: Signal<String>,
    go: Callback<()>,
}

impl Leave {
    pub fn now(self) {
        self.go.run(());
    }

    /// Of the page below.
    pub fn address(self) -> String {
        self.close.get_untracked()
    }
}

/// `close` is the address of the page without it.
#[component]
pub fn Dialog(
    #[prop(into)] close: Signal<String>,
    #[prop(default = false)] wide: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let navigate = use_navigate();
    let go = Callback::new(move |()| {
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&close.get_untracked(), options);
    });
    let leave = Leave { close, go };
    let ask = move || {
        let touched = node.get_untracked().is_some_and(|dialog| is_touched(&dialog));
        if !touched || confirmed(UNSAVED) {
            leave.now();
        }
    };
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if dialog.matches(":modal").unwrap_or(false) {
            return;
        }
        let active = document().and_then(|document| document.active_element());
        // A dialog that came in the place of another was opened by whatever opened that one.
        let is_opener = |active: &Element| {
            active.tag_name() != "BODY" && matches!(active.closest("dialog, body > :not(#app)"), Ok(None))
        };
        if let Some(active) = active.filter(is_opener) {
            OPENER.set(Some(active));
        }
        dialog.set_open(false);
        let _ = dialog.show_modal();
    });
    on_cleanup(return_focus);
    let on_dialog = move |event: &ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        target.is_some_and(|target| target.tag_name() == "DIALOG")
    };
    view! {
        <dialog
            open
            class:wide=wide
            node_ref=node
            aria-labelledby="dialog-title"
            on:cancel=move |event: leptos::ev::Event| {
                event.prevent_default();
                ask();
            }
            // Where Enter makes a new line, this sends.
            on:keydown=move |event: ev::KeyboardEvent| {
                if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                    let form = target.and_then(|target| closest(&target, "form"));
                    if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
                        event.prevent_default();
                        let _ = form.request_submit();
                    }
                }
            }
            // Beside what is in it: only the dialog's own surroundings are the dialog itself.
            on:mousedown=move |event| {
                if on_dialog(&event) {
                    event.prevent_default();
                    ask();
                }
            }
        >
            {provide(leave, children)}
            // Last, so that the first field is the first to be reached.
            <a
                class="icon dialog-close"
                href=move || close.get()
                aria-label="Close dialog"
                on:click=move |event| {
                    event.prevent_default();
                    ask();
                }
            >
                <Glyph icon=Icon::Close size=16 />
            </a>
        </dialog>
    }
    .into_any()
}

/// Opens and closes a dialog that has no address of its own, as `open` says. The browser gives the focus back. It also closes such
/// a dialog by itself, on `Escape`: the dialog's `close` event is to set `open` then.
pub fn modal(node: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
}

/// Stands for a dialog while what is in it is read, once that takes its time.
#[component]
pub fn Opening(#[prop(into)] close: Signal<String>, #[prop(default = false)] wide: bool) -> impl IntoView {
    let late = RwSignal::new(false);
    Effect::new(move |_| {
        if let Ok(timer) = set_timeout_with_handle(move || late.set(true), PATIENCE) {
            on_cleanup(move || timer.clear());
        }
    });
    move || {
        late.get().then(|| {
            view! {
                <Dialog close wide>
                    <div class="dialog-in">
                        <Skeleton />
                    </div>
                </Dialog>
            }
        })
    }
}

fn provide(leave: Leave, children: Option<Children>) -> impl IntoView {
    view! { <leptos::context::Provider value=leave>{children.map(|children| children())}</leptos::context::Provider> }
        .into_any()
}

/// Leaves the dialog that this stands in, and forgets what was typed.
#[component]
pub fn Cancel(
    #[prop(default = "Cancel")] word: &'static str,
    #[prop(default = false)] autofocus: bool,
) -> impl IntoView {
    let leave = use_context::<Leave>();
    view! {
        <a
            class="button"
            href=move || leave.map(|leave| leave.close.get())
            autofocus=autofocus
            on:click=move |event| {
                if let Some(leave) = leave {
                    event.prevent_default();
                    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                    let form = target.and_then(|target| closest(&target, "form"));
                    if let Some(form) = form.and_then(|form| form.dyn_into().ok()) {
                        give_up(&form);
                    }
                    leave.now();
                }
            }
        >
            {word}
        </a>
    }
}

/// What the dialog brought is shown on its page, and has the focus there once the dialog is gone.
pub fn forget_opener() {
    OPENER.set(None);
}

/// Back to what was pressed: the same control, else the first control of its row, else the page.
fn return_focus() {
    let Some(opener) = OPENER.take() else { return };
    // The dialog goes first: while it is there, nothing below it can have the focus.
    request_animation_frame(move || {
        // Another dialog took its place, or it lay over one: what opened that is still to get the focus back.
        if document().is_some_and(|document| matches!(document.query_selector("#app dialog:modal"), Ok(Some(_)))) {
            OPENER.set(Some(opener));
            return;
        }
        let enabled = |element: &Element| element.is_connected() && !element.has_attribute("disabled");
        let again = || by_id(&opener.id()).filter(enabled);
        // `deactivate-<member>` goes once it is done, and maybe only after this; its row is still `row-<member>`.
        let row = opener.id().split_once('-').map(|(_, row)| row.to_owned());
        match Some(opener.clone()).filter(enabled).or_else(again) {
            Some(found) => focus(&found),
            None if row.is_none() => by_id("main").iter().for_each(focus),
            None => {}
        }
        if let Some(row) = row {
            keep_focus(row);
        }
    });
}
