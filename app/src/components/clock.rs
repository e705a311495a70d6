//! What the time is and which zone it is told in, once for all times on a page.
//!
//! The server does not know the reader's zone: it draws UTC, with the time of drawing as now. The browser takes over with the same,
//! so that both draw the same page, and goes on from there in the zone of whoever reads, once a minute.

use super::browser::{document, window};
use domain::time::{Timestamp, UtcOffset};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsValue;

/// What is told changes by the minute.
const MINUTE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy)]
pub struct Clock {
    /// When the server drew the page.
    drawn: Timestamp,
    /// The same on the browser's clock, in milliseconds.
    began: f64,
    /// Counts up while somebody can see the page. Zero: it is as the server drew it.
    ticks: RwSignal<u32>,
}

impl Clock {
    /// For the whole application: one timer, however many times are shown.
    pub fn provide() {
        let drawn = SharedValue::new(|| drawn().map(Timestamp::to_rfc3339).unwrap_or_default()).into_inner();
        let drawn = Timestamp::parse(&drawn).unwrap_or(Timestamp::from_micros(0));
        let clock = Self { drawn, began: began(), ticks: RwSignal::new(0) };
        provide_context(clock);
        Effect::new(move |_| {
            clock.tick();
            set_interval(move || clock.tick_if_seen(), MINUTE);
        });
        let listening = window_event_listener_untyped("visibilitychange", move |_| clock.tick_if_seen());
        on_cleanup(move || listening.remove());
    }

    /// Now, and again each minute. The clock of the server and how long the page is there: the browser's own may be anything.
    pub fn now(self) -> Timestamp {
        if self.ticks.get() == 0 {
            return self.drawn;
        }
        let gone = (js_sys::Date::now() - self.began).max(0.0);
        self.drawn.plus(Duration::from_millis(gone as u64))
    }

    /// How far the reader's clocks are ahead of UTC at that time: in summer it is another than in winter.
    pub fn offset(self, at: Timestamp) -> UtcOffset {
        if self.ticks.get() == 0 {
            return UtcOffset::UTC;
        }
        let date = js_sys::Date::new(&JsValue::from_f64(at.micros() as f64 / 1000.0));
        // The other way round: how far UTC is ahead.
        UtcOffset::from_minutes(-date.get_timezone_offset().round() as i16)
    }

    /// The date that the reader's calendar says, as the midnight in UTC that this date begins with.
    pub fn date(self, at: Timestamp) -> Timestamp {
        at.date_at(self.offset(at))
    }

    fn tick(self) {
        self.ticks.update(|ticks| *ticks = ticks.wrapping_add(1).max(1));
    }

    /// A page in the background rests, and is right again as soon as somebody looks at it.
    fn tick_if_seen(self) {
        if document().is_some_and(|document| !document.hidden()) {
            self.tick();
        }
    }
}

/// When the request came to which the page is the answer.
fn drawn() -> Option<Timestamp> {
    #[cfg(feature = "ssr")]
    {
        crate::api::exchange::context().ok().map(|context| context.now())
    }
    #[cfg(not(feature = "ssr"))]
    None
}

/// When the browser asked for the page. Taken from its clock as it is now: that may have been set since the browser began.
fn began() -> f64 {
    let Some(window) = window() else { return 0.0 };
    js_sys::Date::now() - window.performance().map_or(0.0, |performance| performance.now())
}
