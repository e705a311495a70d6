//! The same console as a function on AWS Lambda: events come one at a time, and between two of them this process stands still,
//! or is ended. So nothing goes on after an answer, and a schedule does what a worker does elsewhere.

use crate::{
    http::{Polled, Server, router},
    traces::Traces,
    worker,
};
use axum::{
    Extension, Router,
    extract::{ConnectInfo, Request},
    middleware::map_request,
};
use lambda_http::{
    Adapter, Error, LambdaEvent, RequestExt, Service,
    request::{LambdaRequest, RequestContext},
};
use mailer::Mailer;
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{runtime::Handle, task::yield_now, time::timeout};
use usecases::{Installation, upkeep};

/// Kept free before the platform ends an event: a mail server that answers at all does so within it.
const RESERVE: Duration = Duration::from_secs(20);

/// How long an answer may wait for what goes on behind it. A connection is back within the time of one trip to the database.
const SETTLES_WITHIN: Duration = Duration::from_secs(2);

/// What EventBridge calls an event that a schedule made, be it a rule's or a scheduler's.
const SCHEDULED: &str = "Scheduled Event";

/// The part of EventBridge's envelope that tells it from a request.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
}

/// One process of a function.
pub struct Function {
    http: Router,
    installation: Arc<Installation>,
    mailer: Mailer,
    traces: Traces,
}

impl Function {
    pub fn new(server: Server) -> Self {
        let (installation, mailer, traces) =
            (server.installation.clone(), server.mailer.clone(), server.traces.clone());
        // Nothing goes on after an answer, so nobody can listen: browsers ask again from time to time.
        let http = router(server).layer(Extension(Polled)).layer(map_request(name_peer));
        Self { http, installation, mailer, traces }
    }

    /// Answers a request that came through API Gateway's HTTP API or a function URL, or does what a schedule asks for. When it
    /// returns, nothing goes on.
    ///
    /// # Errors
    /// An event of another kind, and scheduled work that the database did not let be done: the platform tries that again.
    pub async fn answer(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, Error> {
        let before = alive();
        let envelope: Envelope = serde_json::from_str(event.payload.get())?;
        let answer = match envelope.detail_type.as_deref() {
            Some(SCHEDULED) => self.work(event.context.deadline).await,
            Some(other) => Err(format!("an event of the kind “{other}” means nothing here").into()),
            None => self.respond(event).await,
        };
        // Outside, since what was used is to be known however it went.
        if let Err(error) = upkeep::write_seen(&self.installation).await {
            tracing::warn!(?error, "when a session or token was last used could not be written down");
        }
        self.traces.flush().await;
        settle(before).await;
        answer
    }

    async fn respond(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, Error> {
        let request: LambdaRequest = serde_json::from_str(event.payload.get())?;
        let answer = {
            // No thread may have this while another waits, so it is gone before anybody does.
            let mut adapter = Adapter::from(self.http.clone());
            adapter.call(LambdaEvent::new(request, event.context))
        };
        let answer = match answer.await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        Ok(to_raw_value(&answer)?)
    }

    /// `deadline` is in milliseconds since 1970, as the platform says it.
    async fn work(&self, deadline: u64) -> Result<Box<RawValue>, Error> {
        let now = || u64::try_from(self.installation.clock.now().micros() / 1000).unwrap_or_default();
        let left = Duration::from_millis(deadline.saturating_sub(now()));
        // Of a short time there is to be some left for letters.
        let reserve = u64::try_from(RESERVE.min(left / 2).as_millis())?;
        if self.installation.settings.enforced {
            usecases::cluster::await_one(&self.installation).await.map_err(said)?;
        }
        worker::work_once(&self.installation, &self.mailer, || now() + reserve < deadline).await.map_err(said)?;
        Ok(to_raw_value(&())?)
    }
}

fn said(error: usecases::Error) -> Error {
    format!("scheduled work was not all done: {error:?}").into()
}

/// Whoever connected to the front, as the front says.
async fn name_peer(mut request: Request) -> Request {
    let peer = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        _ => None,
    };
    if let Some(ip) = peer.and_then(|ip| ip.parse::<IpAddr>().ok()) {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((ip, 0))));
    }
    request
}

fn alive() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Waits until what an event began has ended: connections on their way back, and the end of transactions that were given up.
/// Frozen before, they would hold their locks until this process is asked again.
async fn settle(before: usize) {
    let quiet = async {
        while alive() > before {
            yield_now().await;
        }
    };
    if timeout(SETTLES_WITHIN, quiet).await.is_err() {
        tracing::error!("something goes on after the answer, and will stand still in its middle");
    }
}
