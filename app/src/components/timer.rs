//! What is done a while later, unless something comes before.

use leptos::prelude::*;
use std::time::Duration;

/// One thing that waits. It lives as long as the component that makes it.
#[derive(Clone, Copy)]
pub struct Timer(StoredValue<Option<TimeoutHandle>>);

impl Timer {
    pub fn idle() -> Self {
        Self(StoredValue::new(None))
    }

    /// Does `act` after `wait`, instead of what waits now.
    pub fn after(self, wait: Duration, act: impl FnOnce() + 'static) {
        self.stop();
        let act = move || {
            let _ = self.0.try_update_value(Option::take);
            act();
        };
        let waiting = set_timeout_with_handle(act, wait).ok();
        let _ = self.0.try_update_value(|timer| *timer = waiting);
    }

    /// Whether something waited, which is not done now.
    pub fn stop(self) -> bool {
        let waiting = self.0.try_update_value(Option::take).flatten();
        if let Some(waiting) = &waiting {
            waiting.clear();
        }
        waiting.is_some()
    }
}
