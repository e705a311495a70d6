//! What the cluster holds at this moment, as far as its watches have told; who has to look again; and whether the API
//! server answers at all.

mod roles;

use crate::{
    backoff,
    failure::Failure,
    object::{label, version},
    roles::wrong::Wrong,
    shelf::{Bindings, Namespaces, Owned, Roles, place},
};
use domain::{
    binding::{ClusterRole as Bound, Key},
    id::OrganizationId,
    time::Timestamp,
};
use futures::{Stream, StreamExt, future};
use k8s_openapi::api::{core::v1::Namespace, rbac::v1::RoleBinding};
use kube::{
    Api, Client,
    runtime::{
        WatchStreamExt,
        watcher::{self, Config, Event, watcher},
    },
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, sleep_until, timeout},
};

/// How often the API server is asked whether it is there, and how long its answer may take.
const HEARTBEAT: Duration = Duration::from_secs(5);
const HEARTBEAT_ANSWER: Duration = Duration::from_secs(3);
/// The API server ends a watch after so long; one on a dead connection ends then too.
const WATCH_SECONDS: u32 = 60;

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Whether the API server answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// It was not yet asked.
    Unknown,
    Connected {
        since: Timestamp,
        version: String,
    },
    Disconnected {
        since: Timestamp,
        why: Failure,
    },
}

/// The cluster's part in what one organization has.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) found: Vec<Arc<RoleBinding>>,
    /// Of each namespace that what was found lies in, or that was asked for.
    pub(crate) owners: BTreeMap<String, Owned>,
    /// The roles that give nothing, or too little.
    pub(crate) broken: BTreeMap<Bound, Wrong>,
}

/// What a write must have led to before the next look.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expected {
    /// As the API server answered.
    There(Box<RoleBinding>),
    Gone {
        key: Key,
        uid: String,
    },
}

#[derive(Default)]
struct Shelves {
    bindings: Bindings,
    namespaces: Namespaces,
    roles: Roles,
    touched: BTreeSet<OrganizationId>,
    everybody: bool,
}

/// Kept up to date by [`Mirror::follow`].
pub(crate) struct Mirror {
    client: Client,
    clock: Clock,
    shelves: Mutex<Shelves>,
    /// Something is in `touched`.
    stirred: Notify,
    /// Counts events, for whoever waits for one.
    events: watch::Sender<u64>,
    connection: watch::Sender<Connection>,
    /// A watch broke off: it may be more than that.
    doubt: Notify,
}

/// Who has to look again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Touched {
    pub(crate) organizations: BTreeSet<OrganizationId>,
    /// The cluster is back, or was listed anew: nobody knows what was missed.
    pub(crate) everybody: bool,
}

impl Mirror {
    pub(crate) fn new(client: Client, clock: Clock) -> Self {
        Self {
            client,
            clock,
            shelves: Mutex::default(),
            stirred: Notify::new(),
            events: watch::Sender::new(0),
            connection: watch::Sender::new(Connection::Unknown),
            doubt: Notify::new(),
        }
    }

    pub(crate) fn connection(&self) -> watch::Receiver<Connection> {
        self.connection.subscribe()
    }

    /// Follows the cluster for ever.
    pub(crate) async fn follow(&self) {
        let ours = format!("{}={}", label::MANAGED_BY, label::BAILIWICK);
        let bindings = Api::<RoleBinding>::all(self.client.clone());
        let namespaces = Api::<Namespace>::all(self.client.clone());
        let bindings = self.follow_one(bindings, &ours, "role bindings", |shelves, event| {
            let Shelves { bindings, namespaces, touched, everybody, .. } = shelves;
            *everybody |= matches!(event, Event::InitDone);
            for namespace in bindings.take(event, touched) {
                touched.extend(namespaces.get(&namespace).map(|owned| owned.organization));
            }
        });
        let namespaces = self.follow_one(namespaces, label::ORGANIZATION, "namespaces", |shelves, event| {
            shelves.everybody |= matches!(event, Event::InitDone);
            shelves.namespaces.take(event, &mut shelves.touched);
        });
        future::join4(bindings, namespaces, self.follow_roles(), self.listen_to_the_heart()).await;
    }

    async fn follow_one<K>(&self, api: Api<K>, labels: &str, kind: &'static str, take: impl Fn(&mut Shelves, Event<K>))
    where
        K: kube::Resource + Clone + serde::de::DeserializeOwned + Debug + Send + 'static,
    {
        let mut events = events(api, Config::default().labels(labels), kind);
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => self.take_in(|shelves| take(shelves, event)),
                Err(error) => self.broke_off(kind, &error),
            }
        }
    }

    fn take_in(&self, take: impl FnOnce(&mut Shelves)) {
        take(&mut self.shelves());
        self.stirred.notify_one();
        self.events.send_modify(|count| *count += 1);
    }

    /// What its end means is for the heartbeat to say: a watch ends many times a day, and goes on.
    fn broke_off(&self, kind: &'static str, error: &watcher::Error) {
        tracing::debug!(kind, error = %said(error), "a watch broke off");
        self.doubt.notify_one();
    }

    /// Asks again and again: a watch that is silent says nothing about whether anybody is there.
    async fn listen_to_the_heart(&self) {
        let mut failures = 0;
        loop {
            let answer = match timeout(HEARTBEAT_ANSWER, self.client.apiserver_version()).await {
                Ok(answer) => answer.map_err(Failure::from),
                Err(_) => Err(Failure::Unavailable(format!("no answer within {} s", HEARTBEAT_ANSWER.as_secs()))),
            };
            let wait = match answer {
                Ok(version) => {
                    failures = 0;
                    self.is_connected(version.git_version);
                    HEARTBEAT
                }
                Err(why) => {
                    failures += 1;
                    self.is_disconnected(why);
                    backoff::after(failures, &"heartbeat")
                }
            };
            // Only a heart that beats is asked earlier: one that does not is left the time to come back.
            let doubted = async {
                if failures > 0 {
                    future::pending::<()>().await;
                }
                self.doubt.notified().await;
            };
            tokio::select! {
                () = sleep(wait) => {}
                () = doubted => {}
            }
        }
    }

    fn is_connected(&self, version: String) {
        let changed = self.connection.send_if_modified(|connection| match connection {
            Connection::Connected { version: before, .. } if *before == version => false,
            _ => {
                tracing::info!(version, "the API server answers");
                *connection = Connection::Connected { since: (self.clock)(), version };
                true
            }
        });
        if changed {
            self.shelves().everybody = true;
            self.stirred.notify_one();
        }
    }

    fn is_disconnected(&self, why: Failure) {
        self.connection.send_if_modified(|connection| {
            if matches!(connection, Connection::Disconnected { .. }) {
                return false;
            }
            tracing::warn!(%why, "the API server is away");
            *connection = Connection::Disconnected { since: (self.clock)(), why };
            true
        });
    }

    /// Waits until somebody has to look again.
    pub(crate) async fn touched(&self) -> Touched {
        loop {
            {
                let mut shelves = self.shelves();
                let everybody = std::mem::take(&mut shelves.everybody);
                let organizations = std::mem::take(&mut shelves.touched);
                if everybody || !organizations.is_empty() {
                    return Touched { organizations, everybody };
                }
            }
            self.stirred.notified().await;
        }
    }

    /// Whether all lists have been read to their end, but for roles that can't be read.
    pub(crate) fn is_listed(&self) -> bool {
        let shelves = self.shelves();
        shelves.bindings.listed && shelves.namespaces.listed && shelves.roles.unlisted().next().is_none()
    }

    /// `None` until bindings and namespaces have been read to the end of their lists: half a list would look like deletions.
    pub(crate) fn of<'a>(&self, organization: OrganizationId, wanted: impl Iterator<Item = &'a str>) -> Option<Seen> {
        let shelves = self.shelves();
        if !shelves.bindings.listed || !shelves.namespaces.listed {
            return None;
        }
        let mut namespaces: BTreeSet<&str> = wanted.collect();
        namespaces.extend(shelves.namespaces.of(organization));
        let found = shelves.bindings.of(organization, namespaces.iter().copied());
        let around = found.iter().filter_map(|object| object.metadata.namespace.as_deref());
        let all = namespaces.iter().copied().chain(around);
        let owners = all.filter_map(|name| Some((name.to_owned(), shelves.namespaces.get(name)?))).collect();
        Some(Seen { found, owners, broken: shelves.roles.broken() })
    }

    /// Waits until what was written can be seen, and no longer than a second: the next look should not take our own work
    /// for somebody else's. What no watch has shown by then is there as the API server answered.
    pub(crate) async fn shows(&self, expected: Vec<Expected>) {
        let mut events = self.events.subscribe();
        let end = Instant::now() + Duration::from_secs(1);
        while !expected.iter().all(|it| self.has_seen(it)) {
            tokio::select! {
                _ = events.changed() => {}
                () = sleep_until(end) => break,
            }
        }
        for expected in expected {
            if let Expected::There(object) = expected {
                self.shelves().bindings.put_answered(*object);
            }
        }
    }

    fn has_seen(&self, expected: &Expected) -> bool {
        let shelves = self.shelves();
        match expected {
            Expected::Gone { key, uid } => {
                let found = shelves.bindings.get(&(key.namespace.to_string(), key.name.to_string()));
                found.is_none_or(|object| object.metadata.uid.as_ref() != Some(uid))
            }
            Expected::There(object) => {
                shelves.bindings.get(&place(object)).is_some_and(|found| is_as_new(found, object))
            }
        }
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Only where resource versions are not numbers, the same one is asked for.
fn is_as_new(found: &RoleBinding, written: &RoleBinding) -> bool {
    match (version(found), version(written)) {
        (Some(found), Some(written)) => found >= written,
        _ => found.metadata.resource_version == written.metadata.resource_version,
    }
}

/// What a watch brings, with a list of all before and whenever it was interrupted for too long.
fn events<K>(api: Api<K>, config: Config, kind: &'static str) -> impl Stream<Item = watcher::Result<Event<K>>> + Unpin
where
    K: kube::Resource + Clone + serde::de::DeserializeOwned + Debug + Send + 'static,
{
    watcher(api, config.timeout(WATCH_SECONDS)).backoff(backoff::OfWatch::new(kind)).boxed()
}

fn said(error: &watcher::Error) -> String {
    use std::error::Error;
    error.source().map_or_else(|| error.to_string(), |cause| cause.to_string())
}
