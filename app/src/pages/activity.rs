//! `/o/<slug>/activity`: every change as a sentence, with who, when and from where. Filters and pages stand in the
//! address.

use super::{
    Document, Loaded, Visit,
    frame::{Console, Entry, Frame, Paging, initial},
};
use crate::{
    api::activity::{Activity, Entry as Event},
    components::{
        device::device,
        icon::{Glyph, Icon},
        moment::{DayHeading, Moment, by_day, clock},
    },
    words,
};
use domain::activity::ActivityEvent;
use leptos::prelude::*;
use std::collections::BTreeSet;

struct Facts {
    frame: Frame,
    name: String,
    state: State,
    events: Vec<Event>,
    older: Option<String>,
    /// The address of the first page, when this is a later one.
    newest: Option<String>,
}

/// The address's parameters, spelled out.
#[derive(Clone)]
struct State {
    visit: Visit,
    actor: String,
    code: String,
    since: String,
    until: String,
}

impl State {
    fn of(visit: &Visit) -> Self {
        let text = |name: &str| visit.query.get(name).unwrap_or_default().to_owned();
        let (actor, code, since, until) = (text("actor"), text("code"), text("since"), text("until"));
        Self { visit: visit.clone(), actor, code, since, until }
    }

    fn is_filtered(&self) -> bool {
        [&self.actor, &self.code, &self.since, &self.until].iter().any(|text| !text.is_empty())
    }

    /// What one person did, with the other filters as they are.
    fn only(&self, actor: &str) -> String {
        self.visit.with(&[("actor", actor), ("cursor", "")])
    }
}

pub(super) async fn load(visit: &Visit, slug: &str) -> Loaded {
    let frame = Frame::load(visit, Some(slug)).await?;
    let state = State::of(visit);
    let cursor = visit.query.get("cursor").unwrap_or_default().to_owned();
    let newest = (!cursor.is_empty()).then(|| visit.with(&[("cursor", "")]));
    let query = usecases::activity::Query {
        actor: state.actor.clone(),
        code: state.code.clone(),
        since: state.since.clone(),
        until: state.until.clone(),
        cursor,
        limit: None,
    };
    let page = usecases::activity::list(&visit.context, slug, &query).await?;
    let name = page.organization.name.to_string();
    let Activity { events, next } = page.into();
    let older = next.map(|cursor| visit.with(&[("cursor", &cursor)]));
    let title = format!("Activity · {name}");
    let facts = Facts { frame, name, state, events, older, newest };
    Ok(Document::new(title, move || view! { <Page facts /> }))
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { frame, name, state, events, older, newest } = facts;
    let shown = words::count(events.len() as u64, "change", "changes");
    let list = if events.is_empty() {
        view! { <Empty path=state.visit.path.clone() filtered=state.is_filtered() /> }.into_any()
    } else {
        let days = by_day(&events, |event| event.at).into_iter();
        days.map(|day| view! { <Day day state=state.clone() /> }).collect::<Vec<_>>().into_any()
    };
    view! {
        <Console frame entry=Entry::Activity>
            <header class="page-head">
                <div>
                    <h1>"Activity"</h1>
                    <p>{format!("Every change in {name}, and every attempt that was refused, the newest first.")}</p>
                </div>
            </header>
            <section class="card" aria-label="Changes">
                <Filters state events=events.clone() />
                {list}
                <div class="foot">
                    <span>{shown}</span>
                    <Paging newest older />
                </div>
            </section>
        </Console>
    }
}

#[component]
fn Filters(state: State, events: Vec<Event>) -> impl IntoView {
    let everything = state.is_filtered().then(|| {
        view! {
            <a class="button" href=state.visit.path.clone()>
                "Show everything"
            </a>
        }
    });
    let State { visit, actor, code, since, until } = state;
    let actors: BTreeSet<String> =
        events.into_iter().filter(|event| event.actor_kind == "user").map(|event| event.actor).collect();
    let actors = actors.into_iter().map(|actor| view! { <option value=actor></option> }).collect::<Vec<_>>();
    let kinds = ActivityEvent::CODES.map(|kind| {
        view! {
            <option value=kind selected=kind == code>
                {words::event_kind(kind)}
            </option>
        }
    });
    view! {
        <form method="get" action=visit.path data-soft="" role="search" aria-label="Filter" class="card-tools filter">
            <div class="field">
                <label for="actor">"Person"</label>
                <input
                    class="input"
                    type="search"
                    inputmode="email"
                    id="actor"
                    name="actor"
                    value=actor
                    placeholder="someone@email.com"
                    list="actors"
                    autocomplete="off"
                />
                <datalist id="actors">{actors}</datalist>
            </div>
            <div class="field">
                <label for="code">"Kind"</label>
                <select class="input" id="code" name="code" data-live="">
                    <option value="">"Every kind"</option>
                    {kinds}
                </select>
            </div>
            <div class="field">
                <label for="since">"Since"</label>
                <input class="input" type="date" id="since" name="since" value=since />
            </div>
            <div class="field">
                <label for="until">"Until"</label>
                <input class="input" type="date" id="until" name="until" value=until />
            </div>
            <span class="actions">
                <button type="submit" id="filter" class="button">
                    "Filter"
                </button>
                {everything}
            </span>
        </form>
    }
}

#[component]
fn Day(day: Vec<Event>, state: State) -> impl IntoView {
    let heading = day.first().map(|event| view! { <DayHeading at=event.at /> });
    let lines = day.into_iter().map(|event| {
        let only = matches!(event.actor_kind.as_str(), "user" | "token").then(|| state.only(&event.actor));
        view! { <Line event only /> }
    });
    let lines = lines.collect::<Vec<_>>();
    view! {
        {heading}
        <ol class="log">{lines}</ol>
    }
}

/// `only` is the address that shows this person or token alone; the operator and Bailiwick itself have none.
#[component]
fn Line(event: Event, only: Option<String>) -> impl IntoView {
    let Event { id, at, actor, actor_kind, sentence, ip, user_agent, .. } = event;
    let operator = (actor_kind == "operator").then(|| view! { " " <span class="role">"operator"</span> });
    let refused = event.code == "refused";
    let (face, title) = if actor_kind == "token" {
        (view! { <Glyph icon=Icon::Key size=16 /> }.into_any(), "Show only what this token did")
    } else {
        (initial(&actor).into_any(), "Show only what this person did")
    };
    let who = match only {
        Some(address) => view! {
            <a class="who" href=address title=title>
                {actor}
            </a>
        }
        .into_any(),
        None => view! { <b class="who">{actor}</b> }.into_any(),
    };
    let from = ip.map(|ip| {
        let device = user_agent.as_deref().map(|agent| format!(", {}", device(Some(agent))));
        view! {
            <small class="quiet" title=user_agent>
                {format!("from {ip}")}
                {device}
            </small>
        }
    });
    view! {
        <li class="event" class:refused=refused id=format!("event-{id}")>
            <span class="avatar" aria-hidden="true">
                {face}
            </span>
            <p>{who} {operator} " " {sentence}</p>
            {from}
            <Moment at say=clock />
        </li>
    }
}

#[component]
fn Empty(path: String, filtered: bool) -> impl IntoView {
    if !filtered {
        return view! {
            <div class="empty">
                <h2>"Nothing more"</h2>
                <p>"There is no older change than those on the page before."</p>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="empty">
            <h2>"Nothing found"</h2>
            <p>"No change matches this filter. A person is found by the whole address."</p>
            <a class="button" href=path>
                "Show everything"
            </a>
        </div>
    }
    .into_any()
}
