//! `/`: leads to the organization, or to the door.

use crate::{
    address::use_slug,
    api::sessions,
    components::card,
    read::{shown_or, use_read},
};
use domain::path;
use leptos::prelude::*;
use leptos_router::components::Redirect;

#[component]
pub fn Home() -> impl IntoView {
    let door = use_read(|| (), |()| sessions::door());
    shown_or(
        door,
        |door| {
            let door = door.get_untracked();
            let to = match (door.home, door.first) {
                (Some(home), _) => home,
                (None, true) => path::SIGN_UP.to_owned(),
                (None, false) => path::SIGN_IN.to_owned(),
            };
            view! { <Redirect path=to /> }.into_any()
        },
        card::failed,
        || ().into_any(),
    )
}

/// `/o/<slug>`: the organization's first page.
#[component]
pub fn Organization() -> impl IntoView {
    let slug = use_slug().get_untracked();
    view! { <Redirect path=format!("/o/{slug}/organization") /> }
}
