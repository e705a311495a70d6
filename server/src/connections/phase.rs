//! What a connection waits for: its client, or this server.

use super::{ConnectionMetrics, Limits};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::{sync::Notify, time::Instant};

/// Why this server ended a connection, or did not take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Another took its place.
    Evicted,
    HeadTimeout,
    BodyTimeout,
    IdleTimeout,
    /// Nothing of its answer was read.
    Stalled,
    /// Every place was taken by a request under way.
    Full,
    /// The same for the places of one address.
    FullForAddress,
    /// The system had no file for it.
    NoFile,
}

impl End {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Evicted => "evicted",
            Self::HeadTimeout => "head_timeout",
            Self::BodyTimeout => "body_timeout",
            Self::IdleTimeout => "idle_timeout",
            Self::Stalled => "stalled",
            Self::Full => "full",
            Self::FullForAddress => "full_for_address",
            Self::NoFile => "no_file",
        }
    }
}

/// Each with the moment when it began. Bytes that trickle in don't make it younger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Accepted, and its socket not looked at yet: its head may be there, and so it does not wait for its client.
    New(Instant),
    /// Connected, or in the midst of a head.
    Head(Instant),
    /// Between two requests.
    Idle(Instant),
    /// A request is read, worked on or answered.
    Working,
    /// The work waits for the rest of the request; since its head.
    Body(Instant),
    /// To be closed.
    Evicted,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    /// Since when nothing of the answer was read.
    blocked: Option<Instant>,
}

/// One connection, as the table of all of them sees it.
#[derive(Debug)]
pub(super) struct Connection {
    state: Mutex<State>,
    evicted: Notify,
    metrics: ConnectionMetrics,
    /// For health checks and the cluster only.
    pub(super) reserved: bool,
}

impl Connection {
    pub(super) fn new(reserved: bool, metrics: ConnectionMetrics) -> Self {
        let state = State { phase: Phase::New(Instant::now()), blocked: None };
        Self { state: Mutex::new(state), evicted: Notify::new(), metrics, reserved }
    }

    pub(super) fn count(&self, end: End) {
        self.metrics.count(end);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since when it waits for its client; `None` while the client waits for us.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        let state = self.state();
        match state.phase {
            Phase::Head(since) | Phase::Idle(since) | Phase::Body(since) => Some(since),
            Phase::Working => state.blocked,
            Phase::New(_) | Phase::Evicted => None,
        }
    }

    /// Whether it is closed now. Not if its client has sent what it waited for.
    pub(super) fn evict(&self) -> bool {
        let mut state = self.state();
        let waits = match state.phase {
            Phase::Head(_) | Phase::Idle(_) | Phase::Body(_) => true,
            Phase::Working => state.blocked.is_some(),
            Phase::New(_) | Phase::Evicted => false,
        };
        if waits {
            state.phase = Phase::Evicted;
            self.evicted.notify_one();
        }
        waits
    }

    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// When the task of the connection ends it. A body and a blocked answer are timed where they are waited for.
    pub(super) fn deadline(&self, limits: &Limits) -> Option<(Instant, End)> {
        match self.state().phase {
            Phase::New(since) | Phase::Head(since) => Some((since + limits.head, End::HeadTimeout)),
            Phase::Idle(since) => Some((since + limits.idle, End::IdleTimeout)),
            Phase::Working | Phase::Body(_) | Phase::Evicted => None,
        }
    }

    /// There is nothing to read.
    pub(super) fn await_bytes(&self) {
        let mut state = self.state();
        if let Phase::New(since) = state.phase {
            state.phase = Phase::Head(since);
        }
    }

    /// Bytes came. After a pause they begin another head.
    pub(super) fn received(&self) {
        let mut state = self.state();
        match state.phase {
            Phase::New(since) => state.phase = Phase::Head(since),
            Phase::Idle(_) => state.phase = Phase::Head(Instant::now()),
            Phase::Head(_) | Phase::Working | Phase::Body(_) | Phase::Evicted => {}
        }
    }

    /// A head or the next part of a body is there. Whether it still counts: not if the connection is being closed.
    pub(super) fn work(&self) -> bool {
        let mut state = self.state();
        let open = state.phase != Phase::Evicted;
        if open {
            state.phase = Phase::Working;
        }
        open
    }

    pub(super) fn await_body(&self, since: Instant) {
        let mut state = self.state();
        if state.phase == Phase::Working {
            state.phase = Phase::Body(since);
        }
    }

    /// Nobody waits for the body of the request any longer.
    pub(super) fn leave_body(&self) {
        let mut state = self.state();
        if let Phase::Body(_) = state.phase {
            state.phase = Phase::Working;
        }
    }

    /// The answer is on its way.
    pub(super) fn answered(&self) {
        let mut state = self.state();
        if state.phase != Phase::Evicted {
            state.phase = Phase::Idle(Instant::now());
        }
    }

    pub(super) fn block(&self) {
        self.state().blocked = Some(Instant::now());
    }

    /// Some of the answer was taken. The rest of one that has no more to come is no idle time.
    pub(super) fn unblock(&self) {
        let mut state = self.state();
        state.blocked = None;
        if let Phase::Idle(since) = &mut state.phase {
            *since = Instant::now();
        }
    }
}
