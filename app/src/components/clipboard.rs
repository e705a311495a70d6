//! Copying to the clipboard, and saying how that went.

use super::{announcer::announce, browser::window};
use wasm_bindgen_futures::JsFuture;

/// Copies a text and says so: `what` is copied. Where the browser does not allow it, says `by_hand`: how it is done without the
/// clipboard. Whether it was copied.
pub(crate) async fn copy(text: &str, what: &str, by_hand: &str) -> bool {
    let copied = written(text).await;
    if copied {
        announce(&format!("{what} is copied."));
    } else {
        announce(&format!("Your browser blocked clipboard access. {by_hand}"));
    }
    copied
}

/// Browsers have a clipboard only for pages that came over HTTPS or from this machine.
async fn written(text: &str) -> bool {
    let Some(navigator) = window().map(|window| window.navigator()) else { return false };
    let has_one = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|found| found.is_object());
    has_one && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
