//! What answers say beside what was asked for, to whoever uses the page: a sentence about what happened, and whether the server
//! can be reached. Answers arrive outside of any component; [`hear`] is called by the one that shows it.

use leptos::prelude::*;
use std::cell::Cell;

thread_local! {
    // Of the one page that runs in this browser.
    static SAID: Cell<Option<RwSignal<String>>> = const { Cell::new(None) };
    static REACHED: Cell<Option<RwSignal<bool>>> = const { Cell::new(None) };
}

/// A sentence that a plain form post left for whichever page is next.
#[derive(Debug, Clone, Default)]
pub struct Notice(pub Option<String>);

/// From here on, this is where it is heard.
pub fn hear(said: RwSignal<String>, reached: RwSignal<bool>) {
    SAID.set(Some(said));
    REACHED.set(Some(reached));
}

/// Shows a sentence to the person; the next one takes its place.
pub fn announce(sentence: &str) {
    if let Some(said) = SAID.get() {
        // Emptied first: the same sentence again is news again.
        said.set(String::new());
        said.set(sentence.to_owned());
    }
}

/// Whether the server could be reached, as the last answer showed.
pub fn report(is_reached: bool) {
    if let Some(reached) = REACHED.get()
        && reached.get_untracked() != is_reached
    {
        reached.set(is_reached);
    }
}
