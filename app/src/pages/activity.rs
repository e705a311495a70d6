//! `/o/<slug>/activity`: every change as a sentence, with who, when and from where. Filters and pages stand in the
//! address.

mod chart;
mod filters;

use crate::{
    address::{Address, use_address, use_slug},
    api::activity::{self, Page},
    components::{
        device::device,
        log::{Actor, Line, Log},
        paging::Paging,
    },
    read::{shown, use_read},
    words::count,
};
use chart::Chart;
use filters::Filters;
use leptos::prelude::*;
use leptos_meta::Title;

/// What the address says of which changes are shown, beside the cursor.
const FILTERS: [&str; 4] = ["actor", "code", "since", "until"];

fn is_filtered(address: &Address) -> bool {
    FILTERS.iter().any(|name| address.get(name).is_some())
}

#[component]
pub fn ActivityPage() -> impl IntoView {
    let (slug, address) = (use_slug(), use_address());
    let asked =
        Memo::new(move |_| address.with(|address| (FILTERS.map(|name| address.text(name)), address.text("cursor"))));
    let page = use_read(
        move || (slug.get(), asked.get()),
        |(slug, ([actor, code, since, until], cursor))| activity::page(slug, actor, code, since, until, cursor),
    );
    shown(page, move |page| view! { <Shown page address /> }.into_any())
}

#[component]
fn Shown(page: Signal<Page>, address: Memo<Address>) -> impl IntoView {
    let name = move || page.with(|page| page.name.to_string());
    let lines = Memo::new(move |_| page.with(|page| page.events.iter().map(line).collect::<Vec<_>>()));
    let none = Memo::new(move |_| lines.with(Vec::is_empty));
    let shown = move || lines.with(|lines| count(lines.len() as u64, "change", "changes"));
    view! {
        <Title text=move || format!("Activity · {}", name()) />
        <header class="page-head">
            <div>
                <h1>"Activity"</h1>
                <p>
                    {move || {
                        format!("Every change in {}, and every attempt that was refused, the newest first.", name())
                    }}
                </p>
            </div>
        </header>
        <Chart page address />
        <section class="card" aria-label="Changes">
            <Filters page address />
            <Log lines />
            {move || none.get().then(|| view! { <Empty address /> })}
            <div class="foot">
                <span>{shown}</span>
                <Paging next=Signal::derive(move || page.with(|page| page.next.clone())) />
            </div>
        </section>
    }
    .into_any()
}

fn line(entry: &activity::Line) -> Line {
    let actor = match entry.actor_kind.as_str() {
        "user" => Actor::Person,
        "token" => Actor::Token,
        "operator" => Actor::Operator,
        _ => Actor::System,
    };
    let agent = entry.user_agent.as_deref();
    let from = entry.ip.as_ref().map(|ip| match agent {
        Some(agent) => format!("from {ip}, {}", device(Some(agent))),
        None => format!("from {ip}"),
    });
    Line {
        key: entry.id.clone(),
        id: Some(format!("event-{}", entry.id)),
        at: entry.at,
        actor,
        by: entry.actor.clone(),
        // The operator and Bailiwick itself are not looked for alone.
        leads: matches!(actor, Actor::Person | Actor::Token),
        sentence: entry.sentence.clone(),
        refused: entry.code == "refused",
        place: None,
        from,
        user_agent: entry.user_agent.clone(),
    }
}

#[component]
fn Empty(address: Memo<Address>) -> impl IntoView {
    let filtered = Memo::new(move |_| address.with(is_filtered));
    let words = move || {
        if filtered.get() {
            let everything = address.with_untracked(|address| address.path().to_owned());
            view! {
                <h2>"Nothing found"</h2>
                <p>"No change matches this filter. A person is found by the whole address."</p>
                <a class="button" href=everything>
                    "Show everything"
                </a>
            }
            .into_any()
        } else {
            view! {
                <h2>"Nothing more"</h2>
                <p>"There is no older change than those on the page before."</p>
            }
            .into_any()
        }
    };
    view! { <div class="empty">{words}</div> }
}
