//! `/api/v1/live`: tells a browser that the organization it shows has changed, as server-sent events. Names no more than that.

use super::{
    Server,
    api::error_response,
    caller::{cookie, cookie_name, identify},
    listeners::Listening,
};
use app::{
    address::pairs,
    error::ApiError,
    live::{CHANGED, ENDED, POLL_SECONDS},
};
use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::time::sleep;
use usecases::{
    Installation, Mark,
    live::{Seen, is_over, see, see_again},
};

/// How soon a change is noticed that another replica made, and that somebody is signed out.
const LOOKS: Duration = Duration::from_secs(3);

/// What comes in one go is told once.
const GATHERS: Duration = Duration::from_millis(40);

/// Where nothing goes on after an answer.
#[derive(Debug, Clone, Copy)]
pub struct Polled;

pub(super) async fn listen(State(server): State<Server>, request: Request) -> Response {
    let polled = request.extensions().get::<Polled>().is_some();
    let query = pairs(request.uri().query().unwrap_or_default());
    let slug = query.into_iter().find(|(name, _)| name == "organization").map(|(_, slug)| slug).unwrap_or_default();
    let secret = cookie(request.headers(), cookie_name(server.https)).map(ToOwned::to_owned).unwrap_or_default();
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let accepted = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let accepts = |media: &str| accepted.is_some_and(|accept| accept.contains(media));
    let (wants_events, polls) = (accepts("text/event-stream"), accepts("application/json"));
    let seen = match identify(&server, &request, None).await {
        Ok(context) => see(&context, &slug).await.and_then(|seen| Ok((seen, context.signed_in()?.user))),
        Err(error) => Err(error),
    };
    let (seen, user) = match seen {
        Ok(seen) => seen,
        Err(error) => return error_response(&ApiError::from(error)),
    };
    let place = if polled { None } else { server.listeners.join(user) };
    match place {
        // A browser gives up on events without complaining about this answer, and asks from time to time.
        None if wants_events => StatusCode::NO_CONTENT.into_response(),
        None => version(seen, known.as_ref()),
        // It was told to ask from time to time, and may listen by now: it tries again after an answer that tells nothing.
        Some(_) if polls && !wants_events => StatusCode::NO_CONTENT.into_response(),
        Some(place) => {
            let installation = server.installation.clone();
            let heard = installation.live.mark();
            let listener = Listener { installation, secret, slug, seen, heard, over: false, _place: place };
            let events = futures::stream::unfold(listener, Listener::next);
            Sse::new(events).keep_alive(KeepAlive::default()).into_response()
        }
    }
}

/// For browsers that ask again: the version, and whether it is the one they know.
fn version(seen: Seen, known: Option<&HeaderValue>) -> Response {
    let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", seen.version)) else {
        return error_response(&ApiError::internal());
    };
    if known == Some(&tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let answer = serde_json::json!({ "version": seen.version, "poll_seconds": POLL_SECONDS });
    ([(header::ETAG, tag)], Json(answer)).into_response()
}

/// One open connection.
struct Listener {
    installation: Arc<Installation>,
    secret: String,
    slug: String,
    seen: Seen,
    heard: Mark,
    over: bool,
    _place: Listening,
}

impl Listener {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self.over {
            return None;
        }
        loop {
            let told = self.wait().await?;
            match see_again(&self.installation, &self.secret, &self.slug).await {
                Ok(seen) => {
                    let changed = told || seen.version != self.seen.version;
                    self.seen = seen;
                    if changed {
                        return Some((Ok(event(CHANGED, seen.version)), self));
                    }
                }
                Err(error) if is_over(&error) => {
                    self.over = true;
                    return Some((Ok(event(ENDED, self.seen.version)), self));
                }
                // The database is away: the next look tells.
                Err(_) => {}
            }
        }
    }

    /// Whether something was told of this organization, or it is only time to look. `None` when the process ends.
    async fn wait(&mut self) -> Option<bool> {
        loop {
            tokio::select! {
                heard = self.installation.live.listen(self.heard) => {
                    let (organizations, heard) = heard?;
                    self.heard = heard;
                    if organizations.contains(&self.seen.organization) {
                        sleep(GATHERS).await;
                        return Some(true);
                    }
                }
                () = sleep(LOOKS) => return Some(false),
            }
        }
    }
}

fn event(name: &str, version: i64) -> Event {
    Event::default().event(name).data(version.to_string())
}
