//! Permissions that only an operator gives: how each stands, and the way to ask for it.

use super::{
    ends::Ends,
    icon::{Glyph, Icon},
    moment::{Moment, Say},
};
use domain::{permission::Permission, time::Timestamp};
use leptos::prelude::*;

#[derive(Debug, Clone)]
pub struct Lock {
    pub permission: Permission,
    pub given: Option<Given>,
    /// Since when it is asked for, or asked to be taken back.
    pub waits: Option<Timestamp>,
    /// Where the operator is asked to give it, or to take it back.
    pub ask: Option<String>,
}

/// By whom it is given, and until when.
#[derive(Debug, Clone)]
pub struct Given {
    pub by: String,
    pub ends_at: Option<Timestamp>,
}

/// `namespace` is where they are had.
#[component]
pub fn Locks(locks: Vec<Lock>, namespace: String) -> impl IntoView {
    let lines = locks.into_iter().map(|Lock { permission, given, waits, ask }| {
        let place = format!("{permission} in {namespace}");
        let (class, icon, word, about) = if given.is_some() {
            ("chip", Icon::Yes, "Ask to take it back", format!(" ({place})"))
        } else {
            ("chip locked", Icon::Lock, "Ask the operator", format!(" for {place}"))
        };
        let ask = ask.map(|address| {
            view! {
                <a class="button small" id=format!("ask-{permission}-{namespace}") href=address>
                    {word}
                    <span class="visually-hidden">{about}</span>
                </a>
            }
        });
        let said = (given.is_some() || waits.is_some()).then(|| {
            let comma = (given.is_some() && waits.is_some()).then_some(", ");
            let given = given.map(|Given { by, ends_at }| view! { {format!("given by {by}, ")} <Ends at=ends_at /> });
            let waits = waits.map(|at| view! { "asked on " <Moment at say=Say::Day /> });
            view! { <small class="quiet">{given} {comma} {waits}</small> }
        });
        view! {
            <li>
                <span class=class title=permission.explanation()>
                    <Glyph icon size=12 />
                    {permission.as_str()}
                </span>
                {said}
                {ask}
            </li>
        }
    });
    view! { <ul class="locks">{lines.collect::<Vec<_>>()}</ul> }
}
