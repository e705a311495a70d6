//! One request to the operator, as a line: who asks for what and why, how it stands, and what can be done about it.

use crate::{
    api::requests::{Outcome, Request},
    components::{
        email::{broken, initial},
        moment::Moment,
    },
};
use domain::{path, request::How};
use leptos::prelude::*;

/// From where a request is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The organization's own: which one is no question.
    Asker,
    Operator,
}

/// The class of a state's badge.
fn badge(state: &str) -> &'static str {
    match state {
        "waiting" => "badge wait",
        "approved" => "badge good",
        "declined" => "badge bad",
        _ => "badge none",
    }
}

/// What can be done about it is inside.
#[component]
pub fn Ticket(request: Request, side: Side, children: Children) -> impl IntoView {
    let Request {
        id,
        organization,
        organization_name,
        summary,
        reason,
        requested_by,
        requested_at,
        state,
        outcome,
        ..
    } = request;
    let place = (side == Side::Operator).then(|| {
        view! {
            " of "
            <a href=path::operator_organization(&organization)>{organization_name.to_string()}</a>
        }
    });
    let ended = outcome.map(|outcome| view! { <Ended outcome /> });
    view! {
        <li class="ticket" id=format!("row-{id}")>
            <span class="avatar" aria-hidden="true">
                {initial(requested_by.as_str())}
            </span>
            <div class="ticket-words">
                <p>
                    <span class="who">{broken(requested_by.as_str())}</span>
                    {place}
                    " asks to "
                    <b>{summary}</b>
                </p>
                <p class="ticket-reason">{reason}</p>
                <small class="quiet">"asked " <Moment at=requested_at /></small>
                {ended}
            </div>
            <span class="ticket-state">
                <span class=badge(&state)>{state.clone()}</span>
            </span>
            <div class="actions">{children()}</div>
        </li>
    }
    .into_any()
}

#[component]
fn Ended(outcome: Outcome) -> impl IntoView {
    let Outcome { how, by, at, note } = outcome;
    let note = note.map(|note| view! { <p class="ticket-note">{note}</p> });
    let word = match how {
        How::Approved => "approved",
        How::Declined => "declined",
        How::Withdrawn => "withdrawn",
    };
    view! {
        <small class="quiet">{format!("{word} by {by} ")} <Moment at /></small>
        {note}
    }
    .into_any()
}
