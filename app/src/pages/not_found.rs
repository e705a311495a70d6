//! An address that leads nowhere: inside of the console for whoever is signed in.

use crate::{
    api::sessions,
    components::{card, failed::Failed},
    error::ApiError,
    pages::console::Frame,
    read::{shown_or, use_read},
};
use leptos::prelude::*;

#[component]
pub fn NotFound() -> impl IntoView {
    let door = use_read(|| (), |()| sessions::door());
    shown_or(
        door,
        |door| {
            if door.get_untracked().home.is_none() {
                return card::failed(ApiError::not_found());
            }
            view! {
                <Frame>
                    <Failed error=ApiError::not_found() />
                </Frame>
            }
            .into_any()
        },
        card::failed,
        || ().into_any(),
    )
}
