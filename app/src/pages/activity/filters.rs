//! Which changes are shown: a form whose answer is another address of the same page.

use super::{FILTERS, is_filtered};
use crate::{address::Address, api::activity::Page, components::timer::Timer, words::event_kind};
use domain::activity::ActivityEvent;
use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::{collections::BTreeSet, time::Duration};
use web_sys::{FormData, HtmlFormElement};

/// How long a choice waits for the next: a date is typed number by number.
const CHOOSING: Duration = Duration::from_millis(200);

#[component]
pub(super) fn Filters(page: Signal<Page>, address: Memo<Address>) -> impl IntoView {
    let node = NodeRef::<html::Form>::new();
    let (navigate, timer) = (use_navigate(), Timer::idle());
    on_cleanup(move || {
        timer.stop();
    });
    let go = Callback::new(move |replace: bool| {
        timer.stop();
        let Some(form) = node.get_untracked() else { return };
        let to = filled(&form, &address.get_untracked());
        if to != address.with_untracked(Address::here) {
            navigate(&to, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        }
    });
    let changed = move |_: ev::Event| timer.after(CHOOSING, move || go.run(true));
    let sent = move |event: ev::SubmitEvent| {
        event.prevent_default();
        go.run(false);
    };
    let value = move |name: &'static str| Memo::new(move |_| address.with(|address| address.text(name)));
    let [actor, code, since, until] = FILTERS.map(value);
    let filtered = Memo::new(move |_| address.with(is_filtered));
    let path = move || address.with(|address| address.path().to_owned());
    let everything = move || {
        filtered.get().then(|| {
            view! {
                <a class="button" href=path>
                    "Show everything"
                </a>
            }
        })
    };
    let kinds = ActivityEvent::CODES.map(|kind| {
        let selected = code.with_untracked(|code| code == kind);
        view! {
            <option value=kind selected=selected>
                {event_kind(kind)}
            </option>
        }
    });
    let kinds = kinds.into_iter().collect::<Vec<_>>();
    view! {
        <form
            method="get"
            action=path
            node_ref=node
            role="search"
            aria-label="Filter"
            class="card-tools filter"
            on:submit=sent
            on:change=changed
        >
            <div class="field">
                <label for="actor">"Person"</label>
                <input
                    class="input"
                    type="search"
                    inputmode="email"
                    id="actor"
                    name="actor"
                    value=actor.get_untracked()
                    prop:value=move || actor.get()
                    placeholder="someone@email.com"
                    list="actors"
                    autocomplete="off"
                />
                <Actors page />
            </div>
            <div class="field">
                <label for="code">"Kind"</label>
                <select class="input" id="code" name="code" prop:value=move || code.get()>
                    <option value="">"Every kind"</option>
                    {kinds}
                </select>
            </div>
            // The server reads them, and does not know the reader's zone.
            <Day name="since" label="Since (UTC)" value=since />
            <Day name="until" label="Until (UTC)" value=until />
            <span class="actions">
                <button type="submit" id="filter" class="button">
                    "Filter"
                </button>
                {everything}
            </span>
        </form>
    }
    .into_any()
}

#[component]
fn Day(name: &'static str, label: &'static str, value: Memo<String>) -> impl IntoView {
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                class="input"
                type="date"
                id=name
                name=name
                value=value.get_untracked()
                prop:value=move || value.get()
            />
        </div>
    }
    .into_any()
}

/// Whoever did something on this page of the list, for the field above.
#[component]
fn Actors(page: Signal<Page>) -> impl IntoView {
    let actors = Memo::new(move |_| {
        page.with(|page| {
            let people = page.events.iter().filter(|event| event.actor_kind == "user");
            people.map(|event| event.actor.clone()).collect::<BTreeSet<_>>()
        })
    });
    let options =
        move || actors.get().into_iter().map(|actor| view! { <option value=actor></option> }).collect::<Vec<_>>();
    view! { <datalist id="actors">{options}</datalist> }
}

/// The address of what the form says: its first page.
fn filled(form: &HtmlFormElement, address: &Address) -> String {
    let data = FormData::new_with_form(form).ok();
    let values = FILTERS.map(|name| {
        let value = data.as_ref().and_then(|data| data.get(name).as_string()).unwrap_or_default();
        (name, value.trim().to_owned())
    });
    address.only(&values.each_ref().map(|(name, value)| (*name, value.as_str())))
}
