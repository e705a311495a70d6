//! How a page reads: by one server function, again after each write and when something changed elsewhere, and what is shown
//! while it is waited for, and when it fails.

pub use crate::components::skeleton::Skeleton;
pub use crate::refresh::{Read, Refresh};
use crate::{
    address::{Address, use_address},
    components::{browser::document, failed::Failed, timer::Timer},
    error::ApiError,
    session::Proof,
};
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};

/// Reads what `fetch` answers for `key`, and again when the key changes or something was written.
pub fn use_read<K, T, F>(
    key: impl Fn() -> K + Send + Sync + 'static,
    fetch: impl Fn(K) -> F + Send + Sync + 'static,
) -> Read<T>
where
    K: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    let refresh = use_context::<Refresh>();
    let revision = move || refresh.map(|refresh| refresh.0.get());
    Read::new(move || (revision(), key()), move |(_, key)| fetch(key))
}

/// In seconds, between one look at what is under way and the next.
const FIRST_WAIT: u64 = 2;
const LONGEST_WAIT: u64 = 32;

/// Reads all that the page shows again while something is under way, ever less often: but soon again after a write.
pub fn look_again(under_way: Signal<bool>) {
    let Some(refresh) = use_context::<Refresh>() else { return };
    // What is read again says the same most of the time: that is no reason to begin anew.
    let under_way = Memo::new(move |_| under_way.get());
    let looks = Looks { refresh, timer: Timer::idle(), own: StoredValue::new(false) };
    Effect::new(move |before: Option<u64>| {
        refresh.0.track();
        let own = looks.own.try_update_value(std::mem::take).unwrap_or_default();
        looks.timer.stop();
        let wait = before.filter(|_| own).map_or(FIRST_WAIT, |before| (before * 2).min(LONGEST_WAIT));
        if under_way.get() {
            looks.after(wait);
        }
        wait
    });
    on_cleanup(move || {
        looks.timer.stop();
    });
}

#[derive(Clone, Copy)]
struct Looks {
    refresh: Refresh,
    timer: Timer,
    /// Whether the page is being read again because of this, and not because of a write.
    own: StoredValue<bool>,
}

impl Looks {
    fn after(self, seconds: u64) {
        let look = move || {
            if is_busy() {
                self.after(seconds);
            } else {
                self.own.set_value(true);
                self.refresh.now();
            }
        };
        self.timer.after(Duration::from_secs(seconds), look);
    }
}

/// Whether somebody is deciding or typing something: nothing moves under their hands.
fn is_busy() -> bool {
    let found = |document: web_sys::Document| {
        document.query_selector("dialog[open], :focus:is(input, select, textarea)").ok().flatten()
    };
    document().and_then(found).is_some()
}

#[derive(Clone, PartialEq)]
enum State {
    Waiting,
    Ready,
    Failed(ApiError),
}

/// Shows what was read. `draw` is called once; what is read again later comes through its signal, so that nothing that
/// somebody types or has opened is drawn anew.
pub fn shown<T>(read: Read<T>, draw: impl Fn(Signal<T>) -> AnyView + Send + Sync + 'static) -> AnyView
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
{
    shown_or(read, draw, |error| view! { <Failed error /> }.into_any(), || view! { <Skeleton /> }.into_any())
}

/// As [`shown`], with words of its own where it fails and while it is waited for.
pub fn shown_or<T>(
    read: Read<T>,
    draw: impl Fn(Signal<T>) -> AnyView + Send + Sync + 'static,
    failed: impl Fn(ApiError) -> AnyView + Send + Sync + 'static,
    waiting: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
{
    // Of the page, not of what is inside: the server draws that twice, and what was drawn first may still be read.
    let (facts, owner) = (StoredValue::new(None::<RwSignal<T>>), Owner::current());
    let take = move || {
        let found = read.get()?;
        Some(found.map(|found| match facts.get_value() {
            Some(signal) => signal.set(found),
            // Of the page: what is made in a memo goes with its next run.
            None => facts.set_value(owner.as_ref().map(|owner| owner.with(|| RwSignal::new(found)))),
        }))
    };
    let draw = move || facts.get_value().map(|signal| draw(signal.into()));
    let page = Shown {
        take: Box::new(take),
        draw: Box::new(draw),
        failed: Box::new(failed),
        address: use_address(),
        proof: use_context::<Proof>(),
        at: StoredValue::new(None),
    };
    page.view(Box::new(waiting))
}

/// What is shown of a read, without the type of what is read: compiled once.
struct Shown {
    /// Reads, keeps what was answered, and says how that went.
    take: Box<dyn Fn() -> Option<Result<(), ApiError>> + Send + Sync>,
    /// Draws what was kept.
    draw: Box<dyn Fn() -> Option<AnyView> + Send + Sync>,
    failed: Box<dyn Fn(ApiError) -> AnyView + Send + Sync>,
    address: Memo<Address>,
    proof: Option<Proof>,
    /// The path that what was kept belongs to.
    at: StoredValue<Option<String>>,
}

impl Shown {
    fn view(self, waiting: Box<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
        let page = Arc::new(self);
        view! { <Transition fallback=waiting>{move || page.clone().inside()}</Transition> }.into_any()
    }

    fn inside(self: Arc<Self>) -> AnyView {
        let page = self.clone();
        let state = Memo::new(move |_| page.state());
        view! {
            {move || match state.get() {
                State::Failed(error) => (self.failed)(error),
                State::Ready => untrack(|| (self.draw)()).unwrap_or_else(|| ().into_any()),
                State::Waiting => ().into_any(),
            }}
        }
        .into_any()
    }

    fn state(&self) -> State {
        let path = || self.address.with_untracked(|address| address.path().to_owned());
        match (self.take)() {
            None => State::Waiting,
            Some(Ok(())) => {
                self.at.set_value(Some(path()));
                State::Ready
            }
            // What is shown already stays: somebody may be in the middle of something.
            Some(Err(error)) if error.is_passing() && self.at.get_value() == Some(path()) => {
                if let Some(proof) = self.proof.filter(|_| error.asks_who()) {
                    proof.ask_to_go_on(error);
                }
                State::Ready
            }
            Some(Err(error)) => State::Failed(error),
        }
    }
}
