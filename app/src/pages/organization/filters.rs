//! Which rows of the Users table are shown: by status as links, by role and namespace as a form. Both lead to another address of the
//! same page, and the form is sent by a button where no scripts run.

use super::{KEPT, Shared, everybody, listed};
use crate::{api::members::Page, components::fields::kept_field};
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use web_sys::HtmlSelectElement;

#[component]
pub(super) fn Filters(shared: Shared) -> impl IntoView {
    let Shared { address, page, .. } = shared;
    let filter = move |status: &'static str, word: &'static str, count: fn(&Page) -> i64| {
        let to = move || address.with(|address| listed(address, &[("status", status)]));
        let current = move || address.with(|address| address.text("status") == status).then_some("true");
        view! {
            <a href=to aria-current=current>
                {word}
                <span>{move || page.with(count)}</span>
            </a>
        }
    };
    view! {
        <div class="filters" role="group" aria-label="Status">
            {filter("", "All", everybody)}
            {filter("active", "Active", |page| page.counts.active)}
            {filter("invited", "Invited", |page| page.counts.invited)}
            {filter("deactivated", "Deactivated", |page| page.counts.deactivated)}
        </div>
        <Choices shared />
    }
    .into_any()
}

/// By role, and for whoever may see who has which, by namespace.
#[component]
fn Choices(shared: Shared) -> impl IntoView {
    let Shared { address, page, .. } = shared;
    let navigate = use_navigate();
    let chosen = move |event: ev::Event| {
        let select = event_target::<HtmlSelectElement>(&event);
        let to = address.with_untracked(|address| listed(address, &[(&select.name(), &select.value())]));
        navigate(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    };
    let option = move |name: &'static str, value: String, word: String| {
        let selected = address.with_untracked(|address| address.text(name) == value);
        view! {
            <option value=value selected=selected>
                {word}
            </option>
        }
        .into_any()
    };
    let select = move |name: &'static str, label: &'static str, all: &'static str, options: Vec<AnyView>| {
        let value = move || address.with(|address| address.text(name));
        view! {
            <select class="input" id=format!("filter-{name}") name=name aria-label=label prop:value=value>
                <option value="">{all}</option>
                {options}
            </select>
        }
        .into_any()
    };
    let roles = ["admin", "member"].map(|role| option("role", role.to_owned(), role.to_owned()));
    let names = Memo::new(move |_| page.with(|page| page.all_namespaces.clone()));
    let namespaces = move || {
        let names = names.get();
        (!names.is_empty()).then(|| {
            let options = names.iter().map(|name| option("namespace", name.to_string(), name.to_string()));
            select("namespace", "Namespace", "Every namespace", options.collect())
        })
    };
    let others = KEPT.into_iter().filter(|name| !matches!(*name, "role" | "namespace"));
    let others = others.map(|name| kept_field(address, name)).collect::<Vec<_>>();
    view! {
        <form
            method="get"
            action=move || address.with(|address| address.path().to_owned())
            class="choices"
            role="group"
            aria-label="Filter"
            autocomplete="off"
            on:change=chosen
        >
            {others}
            {select("role", "Role", "Every role", roles.into_iter().collect())}
            {namespaces}
            <button type="submit" class="button small unscripted">
                "Filter"
            </button>
        </form>
    }
    .into_any()
}

/// What an empty table says: by what it was searched and filtered.
#[component]
pub(super) fn Nobody(shared: Shared) -> impl IntoView {
    let sentence = move || {
        shared.address.with(|address| {
            let said = |(name, word): (&str, &str)| address.get(name).map(|value| format!("{word} “{value}”"));
            let filters = [("search", "search"), ("status", "status"), ("role", "role"), ("namespace", "namespace")];
            match filters.into_iter().filter_map(said).collect::<Vec<_>>().join(", ") {
                none if none.is_empty() => "No user is on this page.".to_owned(),
                filters => format!("No user matches {filters}."),
            }
        })
    };
    let everybody = move || {
        let none = [("search", ""), ("status", ""), ("role", ""), ("namespace", "")];
        shared.address.with(|address| listed(address, &none))
    };
    view! {
        <div class="empty">
            <h3>"Nobody here"</h3>
            <p>{sentence}</p>
            <a class="button" href=everybody>
                "Show everybody"
            </a>
        </div>
    }
    .into_any()
}
