//! What happened, said once: a quiet line at the foot of the window, read aloud by screen readers. It leaves by itself, but not
//! while somebody reads it.

use super::{
    icon::{Glyph, Icon},
    timer::Timer,
};
pub use crate::said::announce;
use crate::said::{Notice, hear};
use leptos::prelude::*;
use std::time::Duration;

/// How long a sentence stays.
const STAYS: Duration = Duration::from_secs(6);

/// The live region, once for all pages.
#[component]
pub fn Announcer() -> impl IntoView {
    // What the server was left with is handed to the browser: both must draw the same.
    let left = SharedValue::new(|| use_context::<Notice>().and_then(|notice| notice.0).unwrap_or_default());
    let said = RwSignal::new(left.into_inner());
    let reached = RwSignal::new(true);
    let timer = Timer::idle();
    let stop = move || {
        timer.stop();
    };
    let start = move || timer.after(STAYS, move || said.set(String::new()));
    Effect::new(move |_| hear(said, reached));
    Effect::new(move |_| if said.with(String::is_empty) { stop() } else { start() });
    for (event, is) in [("offline", false), ("online", true)] {
        let listening = window_event_listener_untyped(event, move |_| reached.set(is));
        on_cleanup(move || listening.remove());
    }
    view! {
        <div class="offline" role="status" hidden=move || reached.get()>
            <Glyph icon=Icon::Warning size=16 />
            <span>"The server can't be reached. What you typed stays here; try again when the connection is back."</span>
        </div>
        <div
            class="announcer"
            id="announcer"
            hidden=move || said.with(String::is_empty)
            on:mouseenter=move |_| stop()
            on:mouseleave=move |_| start()
            on:focusin=move |_| stop()
            on:focusout=move |_| start()
        >
            <p id="announcement" role="status" aria-live="polite">
                {said}
            </p>
            <button type="button" class="icon" aria-label="Dismiss" on:click=move |_| said.set(String::new())>
                <Glyph icon=Icon::Close size=16 />
            </button>
        </div>
    }
}
