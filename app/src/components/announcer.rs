//! What happened, said once: a quiet line at the foot of the window, read aloud by screen readers, that covers nothing.

use leptos::prelude::*;

/// Shows a sentence to the person; the next one takes its place.
pub fn announce(sentence: &str) {
    use super::browser::by_id;
    if let Some(line) = by_id("announcement") {
        // Emptied first: the same sentence again is news again.
        line.set_text_content(None);
        line.set_text_content(Some(sentence));
        if let Some(frame) = by_id("announcer") {
            let _ = frame.remove_attribute("hidden");
        }
    }
}

/// The live region of every page. `notice` is what a plain form post left to say.
#[island]
pub fn Announcer(notice: Option<String>) -> impl IntoView {
    let hidden = notice.is_none();
    let close = move |_| {
        if let Some(frame) = super::browser::by_id("announcer") {
            let _ = frame.set_attribute("hidden", "");
        }
    };
    view! {
        <div class="announcer" id="announcer" hidden=hidden>
            <p id="announcement" role="status" aria-live="polite">
                {notice.unwrap_or_default()}
            </p>
            <button type="button" class="icon" aria-label="Dismiss" on:click=close>
                <super::icon::Glyph icon=super::icon::Icon::Close size=16 />
            </button>
        </div>
    }
}
