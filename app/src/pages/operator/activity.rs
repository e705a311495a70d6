//! `/operator/activity`: what operators did, to the installation and to each organization.

use super::{
    super::{
        Document, Loaded, Visit,
        frame::{Frame, Paging, initial},
    },
    Desk, Tab,
};
use crate::{
    api::operator::directory::Deed,
    components::moment::{DayHeading, Moment, by_day, clock},
};
use domain::path;
use leptos::prelude::*;

struct Facts {
    frame: Frame,
    deeds: Vec<Deed>,
    newest: Option<String>,
    older: Option<String>,
}

pub(super) async fn load(visit: &Visit, frame: Frame) -> Loaded {
    let cursor = visit.query.get("cursor").unwrap_or_default();
    let (deeds, next) = usecases::operator::activity(&visit.context, cursor).await?;
    let facts = Facts {
        frame,
        deeds: deeds.into_iter().map(Deed::from).collect(),
        newest: (!cursor.is_empty()).then(|| visit.with(&[("cursor", "")])),
        older: next.map(|cursor| visit.with(&[("cursor", &cursor)])),
    };
    Ok(Document::new("Activity · Operator", move || view! { <Page facts /> }))
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { frame, deeds, newest, older } = facts;
    let list = if deeds.is_empty() {
        view! {
            <div class="empty">
                <h2>"Nothing done yet"</h2>
                <p>"Every act of an operator stands here, and in the activity of the organization that it concerned."</p>
            </div>
        }
        .into_any()
    } else {
        let days = by_day(&deeds, |deed| deed.at).into_iter();
        days.map(|day| view! { <Day day /> }).collect::<Vec<_>>().into_any()
    };
    let foot = (newest.is_some() || older.is_some()).then(|| {
        view! {
            <div class="foot">
                <Paging newest older />
            </div>
        }
    });
    view! {
        <Desk frame tab=Tab::Activity lead="What operators did, the newest first, wherever they did it." dialog=None>
            <section class="card" aria-label="Acts">
                {list}
                {foot}
            </section>
        </Desk>
    }
}

#[component]
fn Day(day: Vec<Deed>) -> impl IntoView {
    let heading = day.first().map(|deed| deed.at);
    let lines = day.into_iter().map(|deed| view! { <Line deed /> });
    view! {
        {heading.map(|at| view! { <DayHeading at /> })}
        <ol class="log">{lines.collect::<Vec<_>>()}</ol>
    }
}

#[component]
fn Line(deed: Deed) -> impl IntoView {
    let Deed { at, by, organization, summary, ip, .. } = deed;
    let place = organization.map(|slug| {
        view! {
            <a href=path::operator_organization(&slug)>{slug.to_string()}</a>
            " "
        }
    });
    let from = ip.map(|ip| format!("from {ip}"));
    let below = (place.is_some() || from.is_some()).then(|| view! { <small class="quiet">{place} {from}</small> });
    let face = initial(&by);
    view! {
        <li class="event">
            <span class="avatar" aria-hidden="true">
                {face}
            </span>
            <p>
                <b class="who">{by}</b>
                " "
                {summary}
            </p>
            {below}
            <Moment at say=clock />
        </li>
    }
    .into_any()
}
