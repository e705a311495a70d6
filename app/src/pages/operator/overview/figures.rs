//! The installation in figures.

use super::Page;
use crate::words::count;
use domain::path;
use leptos::prelude::*;

#[component]
pub(super) fn Figures(page: Signal<Page>) -> impl IntoView {
    let number = move |read: fn(&Page) -> i64| Signal::derive(move || page.with(read).to_string());
    let some = move |read: fn(&Page) -> i64, what: &'static str| {
        Signal::derive(move || match page.with(read) {
            n if n > 0 => format!("{n} {what}"),
            _ => String::new(),
        })
    };
    let cluster = Signal::derive(move || page.with(|page| cluster(page).to_owned()));
    let differing = Signal::derive(move || match page.with(differing) {
        0 => String::new(),
        n => count(n, "organization", "organizations"),
    });
    view! {
        <dl class="card figures">
            <Figure
                label="Organizations"
                value=number(|page| page.overview.organizations)
                beside=some(|page| page.overview.suspended, "suspended")
                to=path::OPERATOR_ORGANIZATIONS
            />
            <Figure label="People" value=number(|page| page.overview.users) />
            <Figure
                label="Requests waiting"
                value=number(|page| i64::try_from(page.overview.requests_waiting).unwrap_or(i64::MAX))
                to=path::OPERATOR_REQUESTS
            />
            <Figure label="Cluster" value=cluster beside=differing to=path::OPERATOR_CLUSTER />
            <Figure
                label="Mail waiting"
                value=number(|page| page.overview.mails_waiting)
                beside=some(|page| page.overview.mails_given_up, "given up")
                to=path::OPERATOR_MAIL
            />
        </dl>
    }
    .into_any()
}

/// Without a cluster nothing could follow: what an earlier one left behind is no trouble.
fn differing(page: &Page) -> u64 {
    if page.cluster.is_some() { page.differing } else { 0 }
}

fn cluster(page: &Page) -> &'static str {
    match page.cluster.as_deref() {
        None => "none",
        Some("away") => "away",
        Some("silent") => "no controller",
        Some("behind") => "not ours",
        Some("older") => "older database",
        Some("awaited") => "awaited",
        Some(_) if differing(page) > 0 => "differs",
        Some(_) => "followed",
    }
}

/// A number, what it counts, and where to see more of it.
#[component]
fn Figure(
    label: &'static str,
    value: Signal<String>,
    #[prop(optional)] beside: Option<Signal<String>>,
    #[prop(optional)] to: Option<&'static str>,
) -> impl IntoView {
    let text = move || value.get();
    let value = match to {
        Some(to) => view! { <a href=to>{text}</a> }.into_any(),
        None => text.into_any(),
    };
    let beside = move || {
        let words = beside.map(|beside| beside.get()).filter(|words| !words.is_empty());
        words.map(|words| view! { " " <small>{words}</small> })
    };
    view! {
        <div>
            <dt>{label}</dt>
            <dd>{value} {beside}</dd>
        </div>
    }
    .into_any()
}
