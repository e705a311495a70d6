//! What changes elsewhere appears here: while a page of an organization can be seen, the browser listens for changes of it and
//! reads again what it shows. Where the server is a function it asks from time to time.

use crate::{
    address::use_address,
    api::sessions::{self, Current},
    components::browser::document,
    error::ApiError,
    refresh::Refresh,
    session::sign_in_address,
};
use futures::{
    StreamExt,
    future::{AbortHandle, Abortable},
};
use gloo_net::{
    eventsource::{State, futures::EventSource},
    http::Request,
};
use gloo_timers::future::sleep;
use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::time::Duration;

/// The events, by their names. Their data is the organization's version.
pub const CHANGED: &str = "changed";
/// Whoever listens may not any longer.
pub const ENDED: &str = "ended";
/// How often a browser asks where it can't listen.
pub const POLL_SECONDS: u64 = 15;

/// How long a connection that broke off waits before it is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// How long after the end of a session its new cookie may come: the stream can be quicker than the answer.
const COOKIE_COMES: Duration = Duration::from_millis(500);

/// Listens for as long as the component that calls this is there, and its window can be seen: a window in the background holds
/// no connection, and reads once when it comes to the front.
pub fn follow(organization: Memo<Option<String>>) {
    let Some(refresh) = use_context::<Refresh>() else { return };
    let (address, navigate) = (use_address(), use_navigate());
    // What was typed is kept for whoever signs in again; what was shown is not for whoever sits here now.
    let leave = Callback::new(move |()| navigate(&address.with_untracked(sign_in_address), NavigateOptions::default()));
    let visible = RwSignal::new(true);
    let listening = window_event_listener(ev::visibilitychange, move |_| {
        visible.set(document().is_some_and(|document| !document.hidden()));
    });
    on_cleanup(move || listening.remove());
    let turn = RwSignal::new(0_u32);
    Effect::new(move |before: Option<(bool, Option<String>)>| {
        turn.track();
        let now = (visible.get(), organization.get());
        // What happened while nobody looked.
        if before.is_some_and(|(seen, _)| !seen) && now.0 {
            refresh.now();
        }
        if let (true, Some(organization)) = &now {
            let (handle, ended) = AbortHandle::new_pair();
            on_cleanup(move || handle.abort());
            let listening = Abortable::new(listen(organization.clone(), refresh, leave, turn), ended);
            spawn_local(async move {
                let _ = listening.await;
            });
        }
        now
    });
}

async fn listen(organization: String, refresh: Refresh, leave: Callback<()>, turn: RwSignal<u32>) {
    let address = format!("/api/v1/live?organization={}", crate::address::encode(&organization));
    let Ok(mut source) = EventSource::new(&address) else { return };
    let (Ok(changed), Ok(ended)) = (source.subscribe(CHANGED), source.subscribe(ENDED)) else { return };
    let mut events = futures::stream::select(changed, ended);
    let mut was_open = false;
    while let Some(event) = events.next().await {
        match event {
            Ok((name, _)) if name == CHANGED => refresh.now(),
            Ok(_) => {
                drop(events);
                source.close();
                return end(&organization, refresh, leave, turn).await;
            }
            Err(_) if source.state() == State::Closed => break,
            Err(_) => was_open = true,
        }
    }
    drop(events);
    source.close();
    if !was_open {
        match poll(&address, refresh).await {
            Polled::Ended => return end(&organization, refresh, leave, turn).await,
            Polled::Failed => {}
        }
    }
    sleep(AGAIN).await;
    listen_again(turn);
}

fn listen_again(turn: RwSignal<u32>) {
    let _ = turn.try_update(|turn| *turn = turn.wrapping_add(1));
}

/// The session that listened has ended. A changed or repeated password gives this browser a new one, with which it goes on
/// listening; whoever has none leaves. Whoever is signed in and may not listen here any longer reads that.
async fn end(organization: &str, refresh: Refresh, leave: Callback<()>, turn: RwSignal<u32>) {
    let mut current = sessions::current(None).await;
    if is_nobody(&current) {
        // The answer that brings the new cookie may still be on its way.
        sleep(COOKIE_COMES).await;
        current = sessions::current(None).await;
    }
    match current {
        current if is_nobody(&current) => leave.run(()),
        Ok(current) => {
            refresh.now();
            if current.organizations.iter().any(|own| own.organization.as_str() == organization) {
                listen_again(turn);
            }
        }
        Err(_) => {
            refresh.now();
            sleep(AGAIN).await;
            listen_again(turn);
        }
    }
}

fn is_nobody(current: &Result<Current, ApiError>) -> bool {
    current.as_ref().is_err_and(|error| error.code == "not_signed_in")
}

enum Polled {
    /// Whoever asks may not any longer.
    Ended,
    Failed,
}

/// Asks again and again, for as long as the server answers.
async fn poll(address: &str, refresh: Refresh) -> Polled {
    let mut tag = String::new();
    loop {
        let asked =
            Request::get(address).header("Accept", "application/json").header("If-None-Match", &tag).send().await;
        let Ok(answer) = asked else { return Polled::Failed };
        match (answer.status(), answer.headers().get("etag")) {
            (200, Some(new)) => {
                if !tag.is_empty() && tag != new {
                    refresh.now();
                }
                tag = new;
            }
            (304, _) => {}
            (401 | 403, _) => return Polled::Ended,
            _ => return Polled::Failed,
        }
        sleep(Duration::from_secs(POLL_SECONDS)).await;
    }
}
