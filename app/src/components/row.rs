//! Acts on one row of a table. One form stands below the table for all of its rows; each row's button sends it with its own
//! id, shows that it works, and has beside it what went wrong.

use super::browser::{by_id, document, focus};
use crate::{error::ApiError, write::Posting};
use leptos::prelude::*;
use std::time::Duration;

/// An action whose rows send one form.
#[derive(Clone, Copy)]
pub struct RowAction {
    /// The form's id.
    form: &'static str,
    /// The field that says which row.
    field: &'static str,
    row: Signal<String>,
    pending: Signal<bool>,
    error: Signal<Option<ApiError>>,
}

impl RowAction {
    pub fn new(form: &'static str, field: &'static str, action: Posting) -> Self {
        let last = RwSignal::new(String::new());
        // It is there only while it is under way.
        Effect::new(move |_| {
            if let Some(row) = action.sent(field) {
                last.set(row);
            }
        });
        // The button that was pressed goes when what it did is read again: its row gets the focus.
        Effect::new(move |_| {
            if action.is_done() {
                keep_focus(last.get_untracked());
            }
        });
        Self { form, field, row: last.into(), pending: action.pending(), error: action.error() }
    }

    fn is_of(self, id: &str) -> bool {
        self.row.with(|row| row == id)
    }
}

/// How often it is looked whether the focus is lost, a twentieth of a second apart: for as long as an answer takes.
const LOOKS: u32 = 60;

/// Gives the focus to the first control of a row, once what had it is gone.
pub fn keep_focus(row: String) {
    look(row, LOOKS);
}

fn look(row: String, looks: u32) {
    let Some(active) = document().and_then(|document| document.active_element()) else { return };
    if active.tag_name() != "BODY" {
        if looks > 0 {
            set_timeout(move || look(row, looks - 1), Duration::from_millis(50));
        }
        return;
    }
    let control = by_id(&format!("row-{row}"))
        .and_then(|row| row.query_selector("button:not([disabled]), a[href]").ok().flatten())
        .or_else(|| by_id("main"));
    if let Some(control) = control {
        focus(&control);
    }
}

/// A button in a row.
#[component]
pub fn RowButton(
    action: RowAction,
    /// Of the row.
    #[prop(into)]
    value: String,
    #[prop(into)] id: String,
    class: &'static str,
    #[prop(optional, into)] title: Option<String>,
    #[prop(optional, into)] label: Option<String>,
    children: Children,
) -> impl IntoView {
    let (of_busy, of_failed) = (value.clone(), value.clone());
    let busy = Memo::new(move |_| action.pending.get() && action.is_of(&of_busy));
    let failed = move || {
        let error =
            action.error.get().filter(|error| !action.pending.get() && !error.asks_who() && action.is_of(&of_failed));
        error.map(|error| view! { <small class="row-error" role="alert">{error.message}</small> })
    };
    view! {
        <button
            type="submit"
            form=action.form
            name=action.field
            value=value
            id=id
            class=class
            title=title
            aria-label=label
            aria-busy=move || busy.get().then_some("true")
            on:click=move |event| {
                if busy.get_untracked() {
                    event.prevent_default();
                }
            }
        >
            {children()}
        </button>
        {failed}
    }
    .into_any()
}
