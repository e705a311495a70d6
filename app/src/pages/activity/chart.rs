//! How much happened on each of the last days: a bar for each, which leads to the changes of that day.

use crate::{
    address::Address,
    api::activity::{Day, Page},
    words::{count, day},
};
use leptos::prelude::*;

/// The picture's own units, of which one day is `STEP` wide.
const STEP: u64 = 20;
const GAP: u64 = 4;
const HEIGHT: u64 = 56;
/// A day with a single change is still to be seen, and to be met by a pointer.
const LEAST: u64 = 3;

#[component]
pub(super) fn Chart(page: Signal<Page>, address: Memo<Address>) -> impl IntoView {
    let days = move || page.with(|page| page.days.clone());
    let bars = move || {
        let days = days();
        let most = days.iter().map(|day| day.changes).max().unwrap_or_default().max(1);
        let chosen = address.with(|address| (address.text("since"), address.text("until")));
        let bars = days.iter().zip(0..).map(|(day, place)| {
            let date = day.at.to_date();
            let to = address.with_untracked(|address| address.only(&[("since", &date), ("until", &date)]));
            bar(day, place, most, to, chosen == (date.clone(), date.clone()))
        });
        bars.collect::<Vec<_>>()
    };
    let width = move || days().len() as u64 * STEP;
    let said = move || summary(&days());
    let ends = move || {
        let days = days();
        let [first, last] = [days.first(), days.last()].map(|end| end.map(|end| day(end.at)).unwrap_or_default());
        view! {
            <span>{first}</span>
            <span>{last}</span>
        }
    };
    view! {
        <section class="card chart" aria-labelledby="chart">
            <header class="card-head">
                <h2 id="chart">"Last 30 days"</h2>
                <p>{said}</p>
            </header>
            <svg
                viewBox=move || format!("0 0 {} {HEIGHT}", width())
                preserveAspectRatio="none"
                role="group"
                aria-label="Changes on each day"
            >
                {bars}
            </svg>
            <p class="chart-ends quiet small" aria-hidden="true">
                {ends}
            </p>
        </section>
    }
    .into_any()
}

fn summary(days: &[Day]) -> String {
    let changes = days.iter().map(|day| day.changes - day.refused).sum();
    let refused = days.iter().map(|day| day.refused).sum();
    let changes = count(changes, "change", "changes");
    match refused {
        0 => format!("{changes}."),
        n => format!("{changes}, and {}.", count(n, "refused attempt", "refused attempts")),
    }
}

fn words(of: &Day) -> String {
    let changes = count(of.changes - of.refused, "change", "changes");
    match of.refused {
        0 => format!("{}: {changes}", day(of.at)),
        n => format!("{}: {changes}, {n} refused", day(of.at)),
    }
}

fn bar(of: &Day, place: u64, most: u64, to: String, chosen: bool) -> AnyView {
    let x = place * STEP + GAP / 2;
    let (width, said, label) = (STEP - GAP, words(of), words(of));
    if of.changes == 0 {
        return view! {
            <rect class="none" x=x y=HEIGHT - 1 width=width height=1>
                <title>{said}</title>
            </rect>
        }
        .into_any();
    }
    let tall = |n: u64| if n == 0 { 0 } else { (n * HEIGHT / most).max(LEAST) };
    let (whole, refused) = (tall(of.changes), tall(of.refused));
    view! {
        <a href=to aria-label=label aria-current=chosen.then_some("date")>
            <title>{said}</title>
            // The whole column: a short bar is hard to meet.
            <rect class="all" x=place * STEP y=0 width=STEP height=HEIGHT />
            <rect class="bar" x=x y=HEIGHT - whole width=width height=whole />
            <rect class="refused" x=x y=HEIGHT - refused width=width height=refused />
        </a>
    }
    .into_any()
}
