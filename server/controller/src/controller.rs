//! The loop: who is looked at, when, and by which of several controllers.

use crate::{
    agenda::{Agenda, Ended},
    apply::Writer,
    backoff,
    lease::Candidate,
    ledger::Ledger,
    mirror::{Clock, Connection, Mirror},
    office::{Lease, Office, Standing},
    pass::{Looker, Memory},
    roles,
    term::Term,
};
use domain::id::OrganizationId;
use futures::future;
use kube::Client;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{mpsc, watch},
    task::{self, JoinError, JoinSet},
    time::{Instant, sleep, sleep_until, timeout},
};

/// So many organizations are looked at at once.
const AT_ONCE: usize = 8;
/// How often the office is told how this controller stands, though nothing changed: its silence says something too.
const TOLD_EVERY: Duration = Duration::from_secs(20);
/// The same while the database is older than what the cluster was told, and an operator may confirm it at any moment.
const ASKED_EVERY: Duration = Duration::from_secs(2);
/// How long a stop waits for looks that are under way.
const LAST_LOOKS: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Settings {
    /// Who this controller is, among those that compete: different for each process.
    pub identity: String,
    pub clock: Clock,
    /// Every organization is looked at anew after about so long, whatever the watches say.
    pub round: Duration,
    /// Where the Lease lies.
    pub lease_namespace: String,
}

impl Settings {
    /// As shipped: a round every minute, the Lease in the namespace of the manifests.
    pub fn new(identity: impl Into<String>, clock: Clock) -> Self {
        Self {
            identity: identity.into(),
            clock,
            round: Duration::from_secs(60),
            lease_namespace: roles::NAMESPACE.to_owned(),
        }
    }
}

/// Keeps a cluster as an office wants it.
pub struct Controller<O> {
    client: Client,
    office: Arc<O>,
    settings: Settings,
}

/// What reaches the loop from the office.
enum News {
    Changed(Vec<OrganizationId>),
    All(BTreeSet<OrganizationId>),
}

impl<O: Office> Controller<O> {
    pub fn new(client: Client, office: Arc<O>, settings: Settings) -> Self {
        Self { client, office, settings }
    }

    /// Runs until `stop`, then ends what is under way and gives back the Lease. Waits for an API server that is away.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Settings { identity, clock, round, lease_namespace } = self.settings.clone();
        let mirror = Arc::new(Mirror::new(self.client.clone(), clock.clone()));
        let place = (lease_namespace.as_str(), roles::LEASE);
        let (mut candidate, term) = Candidate::new(self.client.clone(), place, identity, clock.clone());
        let (holder, leads, ledger) = (candidate.holder(), term.clone(), Ledger::new(term.clone()));
        let (news, listen) = mpsc::channel(64);
        let looker = Looker {
            office: self.office.clone(),
            mirror: mirror.clone(),
            writer: Writer::new(self.client.clone(), term.clone()),
            ledger: ledger.clone(),
            clock,
        };
        let desk = Desk {
            looker: Arc::new(looker),
            mirror: mirror.clone(),
            term,
            round,
            agenda: Agenda::default(),
            memories: BTreeMap::new(),
            looks: JoinSet::new(),
            looking: HashMap::new(),
            number: None,
            older: ledger.older(),
        };
        let around = future::join5(
            mirror.follow(),
            candidate.compete(),
            self.hear_of_changes(news.clone()),
            self.hear_of_all(news, round),
            self.tell_how_it_stands(&mirror, &ledger, leads, holder),
        );
        tokio::select! {
            _ = around => {}
            () = desk.work(listen, stop) => {}
        }
        candidate.release().await;
    }

    async fn hear_of_changes(&self, news: mpsc::Sender<News>) {
        while news.send(News::Changed(self.office.changed().await)).await.is_ok() {}
    }

    async fn hear_of_all(&self, news: mpsc::Sender<News>, round: Duration) {
        let mut failures = 0;
        loop {
            match self.office.organizations().await {
                Ok(all) => {
                    failures = 0;
                    if news.send(News::All(all.into_iter().collect())).await.is_err() {
                        return;
                    }
                    sleep(backoff::about(round, &self.settings.identity)).await;
                }
                Err(trouble) => {
                    failures += 1;
                    if failures == 1 {
                        tracing::warn!(%trouble, "the organizations can't be read; they are asked for again and again");
                    }
                    sleep(backoff::after(failures, &self.settings.identity)).await;
                }
            }
        }
    }

    async fn tell_how_it_stands(
        &self,
        mirror: &Mirror,
        ledger: &Ledger,
        mut term: Term,
        mut holder: watch::Receiver<Option<String>>,
    ) {
        let (mut connection, mut older, mut failures) = (mirror.connection(), ledger.older(), 0);
        loop {
            let leads = term.running().is_some();
            let lease = match (leads, &*holder.borrow_and_update()) {
                (true, _) => Lease::Ours,
                (false, Some(by)) => Lease::Held { by: by.clone() },
                (false, None) => Lease::Unknown,
            };
            let connection_now = connection.borrow_and_update().clone();
            let known = connection_now != Connection::Unknown;
            let remembered = ledger.remembered().filter(|_| leads);
            let identity = self.settings.identity.clone();
            let standing = Standing { identity, connection: connection_now, lease, remembered };
            let told = if known { self.office.standing(standing).await.map(Some) } else { Ok(None) };
            let wait = match told {
                Ok(answer) => {
                    failures = 0;
                    // Whoever does not write knows of no Lease of today.
                    if let Some(told) = answer.filter(|_| leads) {
                        ledger.hears(told, remembered);
                    }
                    let every = if *older.borrow_and_update() { ASKED_EVERY } else { TOLD_EVERY };
                    backoff::about(every, &self.settings.identity)
                }
                Err(trouble) => {
                    failures += 1;
                    if failures == 1 {
                        tracing::warn!(%trouble, "how this controller stands could not be told; it is told again");
                    }
                    backoff::after(failures, &self.settings.identity)
                }
            };
            tokio::select! {
                _ = connection.changed() => {}
                _ = holder.changed() => {}
                _ = older.changed() => {}
                () = term.turned(leads) => {}
                () = sleep(wait) => {}
            }
        }
    }
}

/// Where looks are begun and end.
struct Desk<O> {
    looker: Arc<Looker<O>>,
    mirror: Arc<Mirror>,
    term: Term,
    round: Duration,
    agenda: Agenda,
    memories: BTreeMap<OrganizationId, Memory>,
    looks: JoinSet<(OrganizationId, Memory, Ended)>,
    looking: HashMap<task::Id, OrganizationId>,
    /// The term that the memories are of.
    number: Option<u64>,
    /// The database is older than what the cluster was told.
    older: watch::Receiver<bool>,
}

impl<O: Office> Desk<O> {
    async fn work(mut self, mut news: mpsc::Receiver<News>, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            let may_begin = self.begin();
            let wakes_at = self.agenda.wakes_at().filter(|_| may_begin);
            tokio::select! {
                () = &mut stop => break,
                Some(news) = news.recv() => self.hear(news),
                touched = self.mirror.touched() => {
                    let now = Instant::now();
                    touched.organizations.into_iter().for_each(|it| self.agenda.touch_known(it, now));
                    if touched.everybody {
                        self.agenda.touch_everybody(now);
                    }
                }
                Some(ended) = self.looks.join_next_with_id() => self.finish(ended),
                () = self.term.changed() => {}
                _ = self.older.changed() => self.agenda.touch_everybody(Instant::now()),
                () = until(wakes_at) => {}
            }
        }
        let last = async { while self.looks.join_next().await.is_some() {} };
        if timeout(LAST_LOOKS, last).await.is_err() {
            tracing::warn!("stopped in the middle of a look; the next controller goes on from there");
        }
    }

    /// Begins as many looks as may run; answers whether another could begin when it is due.
    fn begin(&mut self) -> bool {
        let term = self.term.running();
        if term.is_some() && term != self.number {
            // Somebody else may have written meanwhile: nothing that is remembered counts.
            self.number = term;
            self.memories.clear();
            self.agenda.touch_everybody(Instant::now());
        }
        if term.is_none() || !self.mirror.is_listed() || *self.older.borrow() {
            return false;
        }
        while self.looks.len() < AT_ONCE {
            let Some(organization) = self.agenda.next(Instant::now()) else { return true };
            let (looker, mut memory) = (self.looker.clone(), self.memories.remove(&organization).unwrap_or_default());
            let look = self.looks.spawn(async move {
                let ended = looker.look(organization, &mut memory).await;
                (organization, memory, ended)
            });
            self.looking.insert(look.id(), organization);
        }
        false
    }

    fn hear(&mut self, news: News) {
        let now = Instant::now();
        match news {
            News::Changed(organizations) => organizations.into_iter().for_each(|it| self.agenda.touch(it, now)),
            News::All(organizations) => {
                self.memories.retain(|organization, _| organizations.contains(organization));
                self.agenda.know(organizations, now);
            }
        }
    }

    fn finish(&mut self, ended: Result<(task::Id, (OrganizationId, Memory, Ended)), JoinError>) {
        let (organization, ended) = match ended {
            Ok((id, (organization, memory, ended))) => {
                self.looking.remove(&id);
                self.memories.insert(organization, memory);
                (organization, ended)
            }
            // One organization's data that breaks the code must not leave all others without a controller.
            Err(broken) => {
                let Some(organization) = self.looking.remove(&broken.id()) else { return };
                tracing::error!(%organization, %broken, "a look broke off");
                (organization, Ended::InTrouble)
            }
        };
        self.agenda.finish(organization, ended, self.round, Instant::now());
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => future::pending().await,
    }
}
