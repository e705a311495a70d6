//! What stands around every page of somebody who is signed in. It is drawn once: going from page to page changes what is
//! inside.

mod side;

use crate::{
    address::Routing,
    components::{
        browser::{by_id, focus},
        proof::Reauthenticate,
        row_keys::walk,
        timer::Timer,
    },
    error::ApiError,
    read::{Skeleton, shown_or},
    session::{Session, use_sign_in_address},
};
use leptos::prelude::*;
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::use_location,
};
use side::Side;
use std::time::Duration;

/// How long the page that is left stays, while the next one is on its way.
const PATIENCE: Duration = Duration::from_millis(300);

#[component]
pub fn Console() -> impl IntoView {
    view! {
        <Frame>
            <Outlet />
        </Frame>
    }
}

#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let session = Session::provide();
    let routing = use_context::<Routing>().map_or_else(|| RwSignal::new(false), |Routing(routing)| routing);
    let slow = slow_routing(routing);
    follow();
    let email = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(Ok(current)) = session.current.get() {
            email.set(current.user.email.to_string());
        }
    });
    let side = shown_or(
        session.current,
        |current| view! { <Side current /> }.into_any(),
        |error: ApiError| {
            if error.code == "not_signed_in" {
                view! { <Redirect path=use_sign_in_address() /> }.into_any()
            } else {
                ().into_any()
            }
        },
        || view! { <header class="side"></header> }.into_any(),
    );
    view! {
        <div class="shell">
            {side}
            <main
                class="main"
                id="main"
                tabindex="-1"
                class:leaving=move || slow.get()
                aria-busy=move || routing.get().then_some("true")
                on:keydown=walk
            >
                {move || slow.get().then(|| view! { <Skeleton /> })}
                <div class="page">{children()}</div>
            </main>
            <Reauthenticate email />
        </div>
    }
    .into_any()
}

/// Whether the next page takes its time.
fn slow_routing(routing: RwSignal<bool>) -> Signal<bool> {
    let slow = RwSignal::new(false);
    let timer = Timer::idle();
    Effect::new(move |_| {
        if routing.get() {
            timer.after(PATIENCE, move || slow.set(true));
        } else {
            timer.stop();
            slow.set(false);
        }
    });
    slow.into()
}

/// On a new page the focus is at its beginning, as after a page load, and nothing scrolls for it.
fn follow() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now)
            && let Some(main) = by_id("main")
        {
            focus(&main);
        }
        now
    });
}
