//! Points in time on a page: words for people, the exact time as their tooltip and for programs.

use super::clock::Clock;
use crate::words;
use domain::time::Timestamp;
use leptos::prelude::*;

/// How much of it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    /// How far it is from now: `3 minutes ago`.
    Distance,
    /// `ends in 6 days`.
    End,
    /// `23 Nov 2026`: in a sentence that says "on".
    Day,
    /// `23 Nov 2026, 10:30`.
    Time,
    /// `10:30`: under a heading that says the day.
    Clock,
}

/// Every time that a page shows. It is in the zone of whoever reads, and goes on with the time.
#[component]
pub fn Moment(at: Timestamp, #[prop(default = Say::Distance)] say: Say) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let words = move || {
        let offset = clock.offset(at);
        match say {
            Say::Distance => words::relative_at(at, clock.now(), offset),
            Say::End if at <= clock.now() => "ends now".to_owned(),
            Say::End => format!("ends {}", words::relative_at(at, clock.now(), offset)),
            Say::Day => words::day_at(at, offset),
            Say::Time => words::time_at(at, offset),
            Say::Clock => words::clock_at(at, offset),
        }
    };
    view! {
        <time datetime=at.to_rfc3339() title=move || words::exact(at, clock.offset(at))>
            {words}
        </time>
    }
    .into_any()
}

/// The dates of these, each once, in their order.
pub fn dates(clock: Clock, all: impl Iterator<Item = Timestamp>) -> Vec<Timestamp> {
    let mut dates: Vec<Timestamp> = all.map(|at| clock.date(at)).collect();
    dates.dedup();
    dates
}

/// The day that the lines below it happened on, as [`Clock::date`] says it.
#[component]
pub fn DayHeading(date: Timestamp) -> impl IntoView {
    view! {
        <h2 class="day">
            <time datetime=date.to_date()>{words::day(date)}</time>
        </h2>
    }
}
