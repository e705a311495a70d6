//! An office on paper: it wants what the test says, and keeps every report. Each controller comes to a window of its own.

use controller::{Connection, Lease, Office, Report, Standing, Trouble, Wanted, plan::Deletions};
use domain::{binding::Binding, id::OrganizationId, namespace::PodSecurity, text::NamespaceName, told::Told};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, time::timeout};

#[derive(Default)]
pub(crate) struct Desk {
    wishes: Mutex<BTreeMap<OrganizationId, Wanted>>,
    pub(crate) trouble: Mutex<Option<Trouble>>,
    /// What pods are held to by the next wish.
    pub(crate) pod_security: Mutex<Option<PodSecurity>>,
    /// What is counted of what the cluster was told; nothing is, as long as there is none.
    count: Mutex<Option<Told>>,
    pushed: watch::Sender<Vec<OrganizationId>>,
    reports: watch::Sender<Vec<(OrganizationId, Report)>>,
    pub(crate) connections: watch::Sender<Vec<Connection>>,
    pub(crate) standings: watch::Sender<Vec<Standing>>,
    pub(crate) asked: watch::Sender<usize>,
}

impl Desk {
    /// Wants this from now on, and says so. Answers the version.
    pub(crate) fn want(&self, organization: OrganizationId, bindings: &[Binding], namespaces: &[NamespaceName]) -> i64 {
        self.want_so(organization, bindings, namespaces, Deletions::WithinReason)
    }

    pub(crate) fn want_so(
        &self,
        organization: OrganizationId,
        bindings: &[Binding],
        namespaces: &[NamespaceName],
        deletions: Deletions,
    ) -> i64 {
        let mut wishes = self.wishes.lock().unwrap();
        let version = wishes.get(&organization).map_or(1, |wanted| wanted.version + 1);
        let namespaces = namespaces.iter().cloned().collect();
        let (bindings, adopted) = (bindings.to_vec(), BTreeSet::new());
        wishes.insert(
            organization,
            Wanted {
                version,
                bindings,
                namespaces,
                adopted,
                pod_security: *self.pod_security.lock().unwrap(),
                deletions,
                until: None,
                news: true,
                told: None,
            },
        );
        drop(wishes);
        self.push(organization);
        version
    }

    /// Goes back to an older version, as a replica that lags would.
    pub(crate) fn falls_back(&self, organization: OrganizationId) {
        let mut wishes = self.wishes.lock().unwrap();
        let wanted = wishes.get_mut(&organization).unwrap();
        (wanted.version, wanted.bindings) = (wanted.version - 1, Vec::new());
        drop(wishes);
        self.push(organization);
    }

    /// Counts from now on, and from here.
    pub(crate) fn counts(&self, count: i64) {
        *self.count.lock().unwrap() = Some(count_of(count));
    }

    pub(crate) fn counted(&self) -> i64 {
        self.count.lock().unwrap().unwrap().count()
    }

    /// What of all this a backup holds.
    pub(crate) fn copy(&self) -> Copy {
        (self.wishes.lock().unwrap().clone(), *self.count.lock().unwrap())
    }

    pub(crate) fn restore(&self, (wishes, count): &Copy) {
        (*self.wishes.lock().unwrap()).clone_from(wishes);
        *self.count.lock().unwrap() = *count;
    }

    /// Waits until a controller that writes says that the cluster remembers this.
    pub(crate) async fn is_remembered(&self, count: i64) {
        let mut standings = self.standings.subscribe();
        let said = |all: &Vec<Standing>| all.iter().any(|it| it.remembered == Some(count_of(count)));
        let waited = timeout(Duration::from_secs(15), standings.wait_for(said)).await;
        waited.unwrap_or_else(|_| panic!("nobody remembers {count}: {:?}", self.standings.borrow())).unwrap();
    }

    pub(crate) fn push(&self, organization: OrganizationId) {
        self.pushed.send_modify(|pushed| pushed.push(organization));
    }

    /// The first report that is so; the next after the ones that were there when it was `since`.
    pub(crate) async fn report(&self, since: usize, what: &str, is_so: impl Fn(&Report) -> bool) -> Report {
        self.report_within(Duration::from_secs(10), since, what, is_so).await
    }

    pub(crate) async fn report_within(
        &self,
        most: Duration,
        since: usize,
        what: &str,
        is_so: impl Fn(&Report) -> bool,
    ) -> Report {
        let mut reports = self.reports.subscribe();
        let found =
            |reports: &Vec<(_, Report)>| reports.iter().skip(since).map(|(_, it)| it).find(|it| is_so(it)).cloned();
        let waited = timeout(most, reports.wait_for(|reports| found(reports).is_some())).await;
        let Ok(Ok(all)) = waited else {
            panic!("no report within {most:?}: {what}; there are {:#?}", self.reports.borrow())
        };
        found(&all).unwrap()
    }

    pub(crate) async fn in_sync(&self, version: i64) -> Report {
        self.report(0, "in sync", |report| report.version == version && report.is_in_sync()).await
    }

    /// Waits until this controller says of itself that it stands so.
    pub(crate) async fn stands(&self, identity: &str, lease: &Lease) {
        let mut standings = self.standings.subscribe();
        let said = |all: &Vec<Standing>| all.iter().any(|it| it.identity == identity && it.lease == *lease);
        let waited = timeout(Duration::from_secs(15), standings.wait_for(said)).await;
        waited.unwrap_or_else(|_| panic!("{identity} never says {lease:?}: {:?}", self.standings.borrow())).unwrap();
    }

    pub(crate) fn count(&self) -> usize {
        self.reports.borrow().len()
    }

    pub(crate) fn times_asked(&self) -> usize {
        *self.asked.borrow()
    }

    /// Waits until what is wanted was asked for so often.
    pub(crate) async fn was_asked(&self, times: usize) {
        let mut asked = self.asked.subscribe();
        let waited = timeout(Duration::from_secs(10), asked.wait_for(|count| *count >= times)).await;
        waited.expect("somebody asks").unwrap();
    }
}

pub(crate) type Copy = (BTreeMap<OrganizationId, Wanted>, Option<Told>);

/// Every test's database is called the same: each has a Lease of its own.
pub(crate) fn count_of(count: i64) -> Told {
    Told::new(OrganizationId::from_random([9; 16]), count).unwrap()
}

/// Where one controller asks.
pub(crate) struct Window {
    desk: Arc<Desk>,
    heard: AtomicUsize,
    pub(crate) asked: AtomicUsize,
}

impl Window {
    pub(crate) fn of(desk: &Arc<Desk>) -> Self {
        Self { desk: desk.clone(), heard: AtomicUsize::default(), asked: AtomicUsize::default() }
    }
}

impl Office for Window {
    async fn changed(&self) -> Vec<OrganizationId> {
        let mut pushed = self.desk.pushed.subscribe();
        let heard = self.heard.load(Ordering::SeqCst);
        let all = pushed.wait_for(|pushed| pushed.len() > heard).await.unwrap();
        self.heard.store(all.len(), Ordering::SeqCst);
        all[heard..].to_vec()
    }

    async fn organizations(&self) -> Result<Vec<OrganizationId>, Trouble> {
        Ok(self.desk.wishes.lock().unwrap().keys().copied().collect())
    }

    async fn wanted(&self, organization: OrganizationId) -> Result<Wanted, Trouble> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.desk.asked.send_modify(|count| *count += 1);
        if let Some(trouble) = &*self.desk.trouble.lock().unwrap() {
            return Err(trouble.clone());
        }
        let wishes = self.desk.wishes.lock().unwrap();
        let wanted = wishes.get(&organization).cloned().ok_or_else(|| Trouble("unknown".into()))?;
        let agreed = |(of, report): &(_, Report)| *of == organization && report.version >= wanted.version;
        let news = !self.desk.reports.borrow().iter().any(agreed);
        Ok(Wanted { news, told: *self.desk.count.lock().unwrap(), ..wanted })
    }

    async fn report(&self, organization: OrganizationId, report: Report) -> Result<(), Trouble> {
        self.desk.reports.send_modify(|reports| reports.push((organization, report)));
        Ok(())
    }

    async fn count_up(&self, remembered: Option<Told>) -> Result<Option<Told>, Trouble> {
        if let Some(trouble) = &*self.desk.trouble.lock().unwrap() {
            return Err(trouble.clone());
        }
        let mut count = self.desk.count.lock().unwrap();
        if let Some(told) = count.filter(|told| remembered.is_none_or(|it| !told.is_older_than(it))) {
            *count = Some(count_of(told.count() + 1));
        }
        Ok(*count)
    }

    async fn standing(&self, standing: Standing) -> Result<Option<Told>, Trouble> {
        self.desk.connections.send_modify(|connections| connections.push(standing.connection.clone()));
        self.desk.standings.send_modify(|standings| standings.push(standing));
        Ok(*self.desk.count.lock().unwrap())
    }
}
