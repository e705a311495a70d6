//! What happened, line by line, below the day it happened on.

use super::{
    clock::Clock,
    icon::{Glyph, Icon},
    moment::{DayHeading, Moment, Say, dates},
};
use crate::address::use_address;
use domain::{path, text::Slug, time::Timestamp};
use leptos::prelude::*;

/// Who did it, as far as lines differ by that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    Person,
    Token,
    /// Said beside their name.
    Operator,
    System,
}

/// One line. Lines of the same key say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub key: String,
    /// Of its element.
    pub id: Option<String>,
    pub at: Timestamp,
    pub actor: Actor,
    pub by: String,
    /// Whether their name leads to what they did, and nobody else.
    pub leads: bool,
    /// Follows the name.
    pub sentence: String,
    pub refused: bool,
    /// Where it was done, for whoever looks at all organizations.
    pub place: Option<Slug>,
    /// The network address, and the device where it is known.
    pub from: Option<String>,
    /// What the device said of itself.
    pub user_agent: Option<String>,
}

/// Lines that come later are put beside those that are there. Which day a line belongs to depends on the reader's zone.
#[component]
pub fn Log(#[prop(into)] lines: Signal<Vec<Line>>) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let dates = Memo::new(move |_| lines.with(|lines| dates(clock, lines.iter().map(|line| line.at))));
    view! {
        <For each=move || dates.get() key=|date| *date let:date>
            <Day date lines />
        </For>
    }
    .into_any()
}

#[component]
fn Day(date: Timestamp, lines: Signal<Vec<Line>>) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let own = Memo::new(move |_| {
        let is_own = |line: &&Line| clock.date(line.at) == date;
        let of_day = |lines: &Vec<Line>| lines.iter().filter(is_own).cloned().collect::<Vec<_>>();
        lines.with(of_day)
    });
    view! {
        <DayHeading date />
        <ol class="log">
            <For each=move || own.get() key=|line| line.key.clone() let:line>
                <Event line />
            </For>
        </ol>
    }
    .into_any()
}

#[component]
fn Event(line: Line) -> impl IntoView {
    let Line { id, at, actor, by, leads, sentence, refused, place, from, user_agent, .. } = line;
    let operator = (actor == Actor::Operator).then(|| view! { " " <span class="role">"operator"</span> });
    let (face, title) = if actor == Actor::Token {
        (view! { <Glyph icon=Icon::Key size=16 /> }.into_any(), "Show only what this token did")
    } else {
        (super::email::initial(&by).into_any(), "Show only what this person did")
    };
    let who = if leads {
        let (address, actor) = (use_address(), by.clone());
        let only = move || address.with(|address| address.with(&[("actor", &actor), ("cursor", "")]));
        view! {
            <a class="who" href=only title=title>
                {by}
            </a>
        }
        .into_any()
    } else {
        view! { <b class="who">{by}</b> }.into_any()
    };
    let below = (place.is_some() || from.is_some()).then(|| {
        let place = place.map(|slug| {
            view! {
                <a href=path::operator_organization(&slug)>{slug.to_string()}</a>
                " "
            }
        });
        view! {
            <small class="quiet" title=user_agent>
                {place}
                {from}
            </small>
        }
    });
    view! {
        <li class="event" class:refused=refused id=id>
            <span class="avatar" aria-hidden="true">
                {face}
            </span>
            <p>{who} {operator} " " {sentence}</p>
            {below}
            <Moment at say=Say::Clock />
        </li>
    }
    .into_any()
}
