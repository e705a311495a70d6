//! Which of several controllers writes: the one that holds the Lease.
//!
//! A holder renews every two seconds and counts on six from the moment it asked; the others take over when they have
//! seen the Lease unchanged for ten by their own clock. Between the two lie the longest write and a reserve, so that
//! two never write at once, however their clocks differ and however long one of them slept.
//!
//! The Lease is also where the cluster remembers what it was told: whoever takes it over finds there how far the last one
//! had come, and sees when the database that it follows is an older copy.

use crate::{
    failure::Failure,
    mirror::Clock,
    object::annotation,
    term::{Held, Term},
};
use domain::{time::Timestamp, told::Told};
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
    /// What the cluster is to remember.
    heard: watch::Receiver<Option<Told>>,
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
        let (name, holder, heard) = (name.to_owned(), watch::Sender::new(None), term.heard());
        (Self { api, name, identity, clock, term: held, lease: None, seen: None, holder, heard }, term)
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
            let renewed = match timeout(RENEWED_EVERY, self.turn()).await {
                Ok(Ok(renewed)) => Some(renewed),
                Ok(Err(failure)) => {
                    tracing::debug!(%failure, "the lease can't be asked for");
                    None
                }
                Err(_) => {
                    tracing::debug!("the lease can't be asked for: no answer");
                    None
                }
            };
            match renewed {
                Some(true) => self.prolong(asked),
                Some(false) => self.end(),
                None => {}
            }
            tokio::select! {
                () = sleep(RENEWED_EVERY.saturating_sub(asked.elapsed())) => {}
                // Nothing new is told before the cluster remembers: somebody waits for that.
                Ok(()) = self.heard.changed(), if renewed == Some(true) => {}
            }
        }
    }

    /// Gives it back, so that another takes over at once. After the last write.
    pub(crate) async fn release(&mut self) {
        self.end();
        let Some(mut lease) = self.lease.take() else { return };
        self.remember(&mut lease.metadata);
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
            held.remembered = self.lease.as_ref().and_then(|lease| remembered(&lease.metadata));
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
            let renewed = self.as_ours(Some(lease));
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
        let taken = self.as_ours(Some(found));
        self.lease = self.write(&taken).await?;
        Ok(self.lease.is_some())
    }

    async fn make(&mut self) -> Result<bool, Failure> {
        let made = self.as_ours(None);
        match self.api.create(&PostParams::default(), &made).await {
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
    fn as_ours(&mut self, before: Option<Lease>) -> Lease {
        let now = micro_time((self.clock)());
        let transitions = i32::from(before.is_some());
        let Lease { metadata: before, spec } = before.unwrap_or_default();
        let spec = spec.unwrap_or_default();
        let renewed = spec.holder_identity.as_ref() == Some(&self.identity);
        let transitions = spec.lease_transitions.unwrap_or_default() + if renewed { 0 } else { transitions };
        let mut metadata = ObjectMeta {
            name: Some(self.name.clone()),
            resource_version: before.resource_version,
            annotations: before.annotations,
            ..ObjectMeta::default()
        };
        self.remember(&mut metadata);
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

    /// Notes there what was heard. What was seen there before counts too, since somebody may have deleted the Lease.
    fn remember(&mut self, lease: &mut ObjectMeta) {
        let heard = *self.heard.borrow_and_update();
        let known = [self.term.borrow().remembered, heard].into_iter().flatten();
        let now = known.fold(remembered(lease), |before, told| Some(told.remembered_after(before)));
        if let Some(now) = now {
            lease.annotations.get_or_insert_default().insert(annotation::TOLD.to_owned(), now.to_string());
        }
    }
}

fn remembered(lease: &ObjectMeta) -> Option<Told> {
    let text = lease.annotations.as_ref()?.get(annotation::TOLD)?;
    text.parse()
        .inspect_err(|_| tracing::warn!(text, "what the Lease says that the cluster was told can't be read"))
        .ok()
}

fn micro_time(at: Timestamp) -> Option<MicroTime> {
    jiff::Timestamp::from_microsecond(at.micros()).ok().map(MicroTime)
}
