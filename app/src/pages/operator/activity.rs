//! `/operator/activity`: what operators did, to the installation and to each organization.

use super::{Desk, Tab};
use crate::{
    address::use_address,
    api::operator::directory::{self, Activity, Deed},
    components::{
        log::{Actor, Line, Log},
        paging::Paging,
    },
    read::{shown, use_read},
};
use leptos::prelude::*;
use leptos_meta::Title;
use std::collections::HashMap;

#[component]
pub fn ActivityPage() -> impl IntoView {
    let address = use_address();
    let cursor = Memo::new(move |_| address.with(|address| address.text("cursor")));
    let activity = use_read(move || cursor.get(), directory::activity);
    view! {
        <Title text="Activity · Operator" />
        {shown(activity, |activity| view! { <Shown activity /> }.into_any())}
    }
}

#[component]
fn Shown(activity: Signal<Activity>) -> impl IntoView {
    let address = use_address();
    let lines = Memo::new(move |_| activity.with(|activity| lines(&activity.deeds)));
    let none = Memo::new(move |_| lines.with(Vec::is_empty));
    let next = Memo::new(move |_| activity.with(|activity| activity.next.clone()));
    let empty = move || {
        none.get().then(|| {
            view! {
                <div class="empty">
                    <h2>"Nothing done yet"</h2>
                    <p>"Every act of an operator stands here, and in the activity of the organization that it concerned."</p>
                </div>
            }
        })
    };
    let more =
        Memo::new(move |_| next.with(Option::is_some) || address.with(|address| address.get("cursor").is_some()));
    let foot = move || {
        more.get().then(|| {
            view! {
                <div class="foot">
                    <Paging next />
                </div>
            }
        })
    };
    view! {
        <Desk tab=Tab::Activity lead="What operators did, the newest first, wherever they did it.">
            <section class="card" aria-label="Acts">
                <Log lines />
                {empty}
                {foot}
            </section>
        </Desk>
    }
    .into_any()
}

/// Deeds have no names: what is the same in all that is shown is counted, from the oldest on.
fn lines(deeds: &[Deed]) -> Vec<Line> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut line = |deed: &Deed| {
        let Deed { at, by, organization, summary, ip, .. } = deed.clone();
        let place = organization.as_ref().map(ToString::to_string).unwrap_or_default();
        let said = format!("{} {by} {place} {summary}", at.micros());
        let count = seen.entry(said.clone()).or_default();
        *count += 1;
        Line {
            key: format!("{said} {count}"),
            id: None,
            at,
            actor: Actor::Person,
            by,
            leads: false,
            sentence: summary,
            refused: false,
            place: organization,
            from: ip.map(|ip| format!("from {ip}")),
            user_agent: None,
        }
    };
    let mut lines: Vec<Line> = deeds.iter().rev().map(&mut line).collect();
    lines.reverse();
    lines
}
