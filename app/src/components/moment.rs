//! Points in time on a page: words for people, the exact time for programs.

use crate::words;
use domain::time::Timestamp;
use leptos::prelude::*;

/// `say` chooses how much of it is told.
#[component]
pub fn Moment(at: Timestamp, #[prop(default = words::time)] say: fn(Timestamp) -> String) -> impl IntoView {
    view! { <time datetime=at.to_rfc3339()>{say(at)}</time> }
}

/// How far it is from now; the exact time is its tooltip.
#[component]
pub fn Distance(at: Timestamp, now: Timestamp) -> impl IntoView {
    view! {
        <time datetime=at.to_rfc3339() title=words::time(at)>
            {words::relative(at, now)}
        </time>
    }
}

/// `09:30 UTC`: under a heading that says the day.
pub fn clock(at: Timestamp) -> String {
    match at.calendar() {
        Some((.., hour, minute)) => format!("{hour:02}:{minute:02} UTC"),
        None => at.to_rfc3339(),
    }
}

/// Neighbours of one day together; the order stays as it is.
pub fn by_day<T: Clone>(all: &[T], at: impl Fn(&T) -> Timestamp) -> Vec<Vec<T>> {
    all.chunk_by(|one, next| words::day(at(one)) == words::day(at(next))).map(<[T]>::to_vec).collect()
}

/// The day that the lines below it happened on.
#[component]
pub fn DayHeading(at: Timestamp) -> impl IntoView {
    let date = at.to_rfc3339().chars().take(10).collect::<String>();
    view! {
        <h2 class="day">
            <time datetime=date>{words::day(at)}</time>
        </h2>
    }
}
