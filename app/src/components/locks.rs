//! Permissions that only an operator gives: how each stands, and the way to ask for it.

use super::icon::{Glyph, Icon};
use domain::permission::Permission;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Lock {
    pub permission: Permission,
    pub given: bool,
    /// By whom and until when it is given, and since when it is asked for.
    pub said: String,
    /// Where the operator is asked to give it, or to take it back.
    pub ask: Option<String>,
}

/// `namespace` is where they are had.
#[component]
pub fn Locks(locks: Vec<Lock>, namespace: String) -> impl IntoView {
    let lines = locks.into_iter().map(|Lock { permission, given, said, ask }| {
        let place = format!("{permission} in {namespace}");
        let (class, icon, word, about) = if given {
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
        view! {
            <li>
                <span class=class title=permission.explanation()>
                    <Glyph icon size=12 />
                    {permission.as_str()}
                </span>
                {(!said.is_empty()).then(|| view! { <small class="quiet">{said}</small> })}
                {ask}
            </li>
        }
    });
    view! { <ul class="locks">{lines.collect::<Vec<_>>()}</ul> }
}
