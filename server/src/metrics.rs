//! What Prometheus is told: how requests go, and how the installation stands. On a listener of its own, since nobody is
//! asked there who they are.

use crate::connections::ConnectionMetrics;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, prometheus_text},
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::{ConstGauge, Gauge},
        histogram::Histogram,
        info::Info,
    },
    registry::{Registry, Unit},
};
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use usecases::{Error, Installation, OutboxState, cluster, outbox};

/// How long the database may take to answer. Whoever asks is to be told within three seconds, and that it is away before all.
const PATIENCE: Duration = Duration::from_secs(2);

/// In seconds: from a page, over a hashed password, to what waits for the database until it is told to come back.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PoolName {
    pool: &'static str,
}

/// How requests went since this process began.
#[derive(Debug, Clone)]
pub struct Metrics {
    requests: Family<Answered, Counter>,
    durations: Family<Asked, Histogram, fn() -> Histogram>,
    under_way: Gauge,
    pub(crate) connections: ConnectionMetrics,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            under_way: Gauge::default(),
            connections: ConnectionMetrics::default(),
        }
    }
}

impl Metrics {
    /// Both are words of ours, of which there are so many and no more: whatever is asked, no more is kept.
    pub(crate) fn begin(&self, method: &'static str, route: &'static str) -> UnderWay<'_> {
        self.under_way.inc();
        UnderWay { metrics: self, method, route, since: Instant::now() }
    }

    /// All there is to say, as a text for Prometheus.
    pub async fn render(&self, installation: &Installation) -> String {
        let kept = tokio::time::timeout(PATIENCE, Kept::read(installation)).await;
        let mut registry = Registry::with_prefix("bailiwick");
        self.register(&mut registry);
        register_pools(&mut registry, installation);
        let wrong = ConstCounter::new(installation.wrong_passwords.load(Ordering::Relaxed));
        registry.register("wrong_passwords", "Passwords that were given and wrong, at any door", wrong);
        let up = "Whether the database answered just now: 1 or 0";
        match kept {
            Ok(Ok(kept)) => {
                registry.register("database_up", up, ConstGauge::new(1_i64));
                kept.register(&mut registry);
            }
            Ok(Err(_)) | Err(_) => registry.register("database_up", up, ConstGauge::new(0_i64)),
        }
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "What is running", version);
        let mut text = String::new();
        // Into a text there is always room to write.
        let _ = prometheus_text::encode(&mut text, &registry);
        text
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("http_requests", "Requests that were answered", self.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "How long answers took",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register("http_requests_under_way", "Requests that wait for their answer", self.under_way.clone());
        self.connections.register(registry);
    }
}

/// A request until it is answered, or until whoever asked is gone.
pub(crate) struct UnderWay<'a> {
    metrics: &'a Metrics,
    method: &'static str,
    route: &'static str,
    since: Instant,
}

impl UnderWay<'_> {
    pub(crate) fn answered(self, status: StatusCode) {
        let Self { metrics, method, route, since } = self;
        let status = match status.as_u16() / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        metrics.requests.get_or_create(&Answered { method, route, status }).inc();
        metrics.durations.get_or_create(&Asked { route }).observe(since.elapsed().as_secs_f64());
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.metrics.under_way.dec();
    }
}

/// What stands in the database: every replica says the same.
struct Kept {
    outbox: OutboxState,
    /// In seconds; 0 where none waits.
    oldest: f64,
    /// `None`: no controller is meant to be.
    cluster: Option<Following>,
}

struct Following {
    followed: bool,
    behind: usize,
    drifts: i64,
}

impl Kept {
    async fn read(installation: &Installation) -> Result<Self, Error> {
        let now = installation.clock.now();
        let outbox = outbox::state(installation).await?;
        let oldest = outbox.oldest.map_or(0.0, |oldest| now.since(oldest).as_secs_f64());
        let cluster = if installation.settings.enforced {
            Some(Following {
                followed: cluster::health(&installation.db, now).await? == cluster::Health::Followed,
                behind: cluster::behind(installation).await?.len(),
                drifts: cluster::count_drifts(installation).await?,
            })
        } else {
            None
        };
        Ok(Self { outbox, oldest, cluster })
    }

    fn register(self, registry: &mut Registry) {
        let OutboxState { waiting, given_up, .. } = self.outbox;
        registry.register("outbox_waiting", "Letters that are still to be sent", ConstGauge::new(waiting - given_up));
        registry.register("outbox_given_up", "Letters that nobody tries to send any more", ConstGauge::new(given_up));
        registry.register_with_unit(
            "outbox_oldest",
            "How long the oldest letter has been waiting",
            Unit::Seconds,
            ConstGauge::new(self.oldest),
        );
        let Some(Following { followed, behind, drifts }) = self.cluster else { return };
        let followed = ConstGauge::new(i64::from(followed));
        registry.register("cluster_followed", "Whether a controller keeps the cluster: 1 or 0", followed);
        registry.register(
            "cluster_organizations_behind",
            "Organizations that the cluster has yet to follow; counted up to 1000",
            ConstGauge::new(behind),
        );
        registry.register(
            "cluster_drifts",
            "What was found different in the cluster in the last 90 days",
            ConstGauge::new(drifts),
        );
    }
}

/// Known without asking the database.
fn register_pools(registry: &mut Registry, installation: &Installation) {
    let (open, idle, max) = (Connections::default(), Connections::default(), Connections::default());
    for pool in installation.db.pools() {
        let name = PoolName { pool: pool.name };
        open.get_or_create(&name).set(pool.open.into());
        idle.get_or_create(&name).set(i64::try_from(pool.idle).unwrap_or(i64::MAX));
        max.get_or_create(&name).set(pool.max.into());
    }
    registry.register("database_connections", "Connections to the database that are open", open);
    registry.register("database_connections_idle", "Those that nobody uses", idle);
    registry.register("database_connections_max", "How many there may be", max);
}

type Connections = Family<PoolName, Gauge>;

/// What is served where Prometheus asks, and nowhere else.
pub fn router(metrics: Metrics, installation: Arc<Installation>) -> Router {
    Router::new().route("/metrics", get(answer)).with_state((metrics, installation))
}

async fn answer(State((metrics, installation)): State<(Metrics, Arc<Installation>)>) -> Response {
    let headers = [(header::CONTENT_TYPE, prometheus_text::CONTENT_TYPE)];
    (headers, metrics.render(&installation).await).into_response()
}
