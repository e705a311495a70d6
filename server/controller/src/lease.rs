//! Which of several controllers writes: the one that holds the Lease.
//!
//! A holder renews every two seconds and counts on six from the moment it asked; the others take over when they have
//! seen the Lease unchanged for ten by their own clock. Between the two lie the longest write and a reserve, so that
//! two never write at once, however their clocks differ and however long one of them slept.

use crate::{
    failure::Failure,
    mirror::Clock,
    term::{Held, Term},
};
use domain::time::Timestamp;
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta},
    jiff,
};
use kube::{Api, Client, api::PostParams};
use std::time::Duration;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

const RENEWED_EVERY: Duration = Duration::from_secs(2);
const COUNTED_ON: Duration = Duration::from_secs(6);
/// What the Lease says of itself.
const LASTS_SECONDS: i32 = 10;

/// Competes for a Lease.
pub(crate) struct Candidate {
    api: Api<Lease>,
    name: String,
    identity: String,
    clock: Clock,
    term: watch::Sender<Held>,
    lease: Option<Lease>,
    seen: Option<Observed>,
    /// Somebody else, as last seen.
    holder: watch::Sender<Option<String>>,
}

/// A Lease of somebody else's, and since when it has not changed.
struct Observed {
    version: Option<String>,
    since: Instant,
}

impl Candidate {
    pub(crate) fn new(client: Client, place: (&str, &str), identity: String, clock: Clock) -> (Self, Term) {
        let (namespace, name) = place;
        let (held, term) = Term::new();
        let api = Api::namespaced(client, namespace);
        let (name, holder) = (name.to_owned(), watch::Sender::new(None));
        (Self { api, name, identity, clock, term: held, lease: None, seen: None, holder }, term)
    }

    /// Who else holds it.
    pub(crate) fn holder(&self) -> watch::Receiver<Option<String>> {
        self.holder.subscribe()
    }

    /// Takes and renews it for ever.
    pub(crate) async fn compete(&mut self) {
        loop {
            let asked = Instant::now();
            // Within the time that is counted on, there is room for another try.
            match timeout(RENEWED_EVERY, self.turn()).await {
                Ok(Ok(true)) => self.prolong(asked),
                Ok(Ok(false)) => self.end(),
                Ok(Err(failure)) => tracing::debug!(%failure, "the lease can't be asked for"),
                Err(_) => tracing::debug!("the lease can't be asked for: no answer"),
            }
            sleep(RENEWED_EVERY.saturating_sub(asked.elapsed())).await;
        }
    }

    /// Gives it back, so that another takes over at once. After the last write.
    pub(crate) async fn release(&mut self) {
        self.end();
        let Some(mut lease) = self.lease.take() else { return };
        if let Some(spec) = &mut lease.spec {
            spec.holder_identity = None;
            spec.lease_duration_seconds = Some(1);
        }
        let given_back = timeout(RENEWED_EVERY, self.api.replace(&self.name, &PostParams::default(), &lease)).await;
        if !matches!(given_back, Ok(Ok(_))) {
            tracing::debug!("the lease could not be given back; it ends by itself");
        }
    }

    fn prolong(&self, asked: Instant) {
        self.term.send_modify(|held| {
            if held.until.is_none_or(|until| until < Instant::now()) {
                held.number += 1;
                tracing::info!(identity = self.identity, term = held.number, "this controller writes");
            }
            held.until = Some(asked + COUNTED_ON);
        });
        self.holder.send_if_modified(|holder| holder.take().is_some());
    }

    fn end(&self) {
        self.term.send_if_modified(|held| {
            let ended = held.until.take().is_some();
            if ended {
                tracing::info!(identity = self.identity, "this controller no longer writes");
            }
            ended
        });
    }

    /// Whether it is ours now.
    async fn turn(&mut self) -> Result<bool, Failure> {
        if let Some(lease) = self.lease.take() {
            let renewed = self.as_ours(Some(&lease));
            if let Some(lease) = self.write(&renewed).await? {
                self.lease = Some(lease);
                return Ok(true);
            }
        }
        let Some(found) = self.api.get_opt(&self.name).await? else {
            return self.make().await;
        };
        if !self.is_free(&found) {
            return Ok(false);
        }
        let taken = self.as_ours(Some(&found));
        self.lease = self.write(&taken).await?;
        Ok(self.lease.is_some())
    }

    async fn make(&mut self) -> Result<bool, Failure> {
        match self.api.create(&PostParams::default(), &self.as_ours(None)).await {
            Ok(lease) => {
                self.lease = Some(lease);
                Ok(true)
            }
            Err(kube::Error::Api(status)) if status.is_already_exists() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// `None` when somebody else was faster: the API server compares resource versions.
    async fn write(&self, lease: &Lease) -> Result<Option<Lease>, Failure> {
        match self.api.replace(&self.name, &PostParams::default(), lease).await {
            Ok(lease) => Ok(Some(lease)),
            Err(kube::Error::Api(status)) if status.is_conflict() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn is_free(&mut self, found: &Lease) -> bool {
        let spec = found.spec.clone().unwrap_or_default();
        let holder = spec.holder_identity.unwrap_or_default();
        if holder.is_empty() || holder == self.identity {
            return true;
        }
        self.holder.send_if_modified(|seen| {
            let changed = seen.as_ref() != Some(&holder);
            *seen = Some(holder.clone());
            changed
        });
        let version = found.metadata.resource_version.clone();
        let lasts = spec.lease_duration_seconds.unwrap_or(LASTS_SECONDS).clamp(1, LASTS_SECONDS);
        let lasts = Duration::from_secs(u64::from(lasts.unsigned_abs()));
        match &self.seen {
            Some(seen) if seen.version == version => seen.since.elapsed() >= lasts,
            _ => {
                self.seen = Some(Observed { version, since: Instant::now() });
                false
            }
        }
    }

    /// The Lease as ours, from what it was.
    fn as_ours(&self, before: Option<&Lease>) -> Lease {
        let now = micro_time((self.clock)());
        let spec = before.and_then(|lease| lease.spec.clone()).unwrap_or_default();
        let renewed = spec.holder_identity.as_ref() == Some(&self.identity);
        let transitions = spec.lease_transitions.unwrap_or_default() + i32::from(before.is_some() && !renewed);
        let metadata = ObjectMeta {
            name: Some(self.name.clone()),
            resource_version: before.and_then(|lease| lease.metadata.resource_version.clone()),
            ..ObjectMeta::default()
        };
        let spec = LeaseSpec {
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: Some(LASTS_SECONDS),
            acquire_time: if renewed { spec.acquire_time } else { now.clone() },
            renew_time: now,
            lease_transitions: Some(transitions),
            ..LeaseSpec::default()
        };
        Lease { metadata, spec: Some(spec) }
    }
}

fn micro_time(at: Timestamp) -> Option<MicroTime> {
    jiff::Timestamp::from_microsecond(at.micros()).ok().map(MicroTime)
}
