//! The database fails, or answers what can't be. Nothing in the cluster is deleted for it, although the organizations here
//! are so small that nobody would be asked before a deletion.

use crate::{
    measure::{AT_FIRST, within},
    place::{Place, on_cluster},
};
use bailiwick::office::Here;
use controller::{Office, Report, Standing, Trouble, Wanted};
use domain::{id::OrganizationId, membership::Role, told::Told};
use serde_json::Value;
use std::sync::Arc;
use storage::Db;
use tokio::{sync::watch, time::timeout};

/// The office of `bailiwick serve`, which counts how often it was asked in vain.
struct Counting {
    here: Here,
    in_vain: Arc<watch::Sender<usize>>,
    answered: Arc<watch::Sender<usize>>,
}

impl Counting {
    fn count<T>(&self, answer: Result<T, Trouble>, is_nothing: impl Fn(&T) -> bool) -> Result<T, Trouble> {
        if answer.as_ref().map_or(true, is_nothing) {
            self.in_vain.send_modify(|times| *times += 1);
        } else {
            self.answered.send_modify(|times| *times += 1);
        }
        answer
    }
}

impl Office for Counting {
    async fn changed(&self) -> Vec<OrganizationId> {
        self.here.changed().await
    }

    async fn organizations(&self) -> Result<Vec<OrganizationId>, Trouble> {
        self.count(self.here.organizations().await, Vec::is_empty)
    }

    async fn wanted(&self, organization: OrganizationId) -> Result<Wanted, Trouble> {
        self.count(self.here.wanted(organization).await, |_| false)
    }

    async fn report(&self, organization: OrganizationId, report: Report) -> Result<(), Trouble> {
        self.here.report(organization, report).await
    }

    async fn count_up(&self, remembered: Option<Told>) -> Result<Option<Told>, Trouble> {
        self.here.count_up(remembered).await
    }

    async fn standing(&self, standing: Standing) -> Result<Option<Told>, Trouble> {
        self.here.standing(standing).await
    }
}

/// An organization in sync, and what its namespace holds.
struct Scene<'a> {
    place: &'a Place,
    dev: String,
    bindings: Vec<Value>,
    in_vain: Arc<watch::Sender<usize>>,
    answered: Arc<watch::Sender<usize>>,
}

impl<'a> Scene<'a> {
    async fn new(place: &'a Place) -> Self {
        let dev = place.ada.create_namespace("dev").await;
        for _ in 0..3 {
            let member = place.house.seat(&place.id, Role::Member).await;
            place.save(&place.ada, &member, &[&dev]).await;
        }
        place.ada.create_token(&[("namespaces[]", &dev)]).await;
        let mut scene = Self { place, dev, bindings: Vec::new(), in_vain: Arc::default(), answered: Arc::default() };
        let controller = place.controller().await;
        within(AT_FIRST, "in sync", async || place.sync_of(&scene.dev).await == "in_sync").await;
        controller.stop().await;
        scene.bindings = scene.now();
        assert_eq!(scene.bindings.len(), 5);
        scene
    }

    fn office(&self) -> Counting {
        Counting {
            here: Here::new(self.place.house.installation.clone()),
            in_vain: self.in_vain.clone(),
            answered: self.answered.clone(),
        }
    }

    /// The controller that was started last knows of the organization, and what it wants.
    async fn is_told(&self) {
        let mut count = self.answered.subscribe();
        timeout(AT_FIRST, count.wait_for(|count| *count >= 2)).await.expect("it is told").unwrap();
    }

    fn now(&self) -> Vec<Value> {
        self.place.objects(&["rolebindings", "-n", &self.dev, "--show-managed-fields"])
    }

    /// Somebody deletes the first binding, so that there is a reason to look; answers what is left then.
    fn meddle(&self) -> Vec<Value> {
        let name = self.bindings[0]["metadata"]["name"].as_str().unwrap();
        self.place.kubectl(&["delete", "rolebinding", name, "-n", &self.dev]);
        self.bindings[1..].to_vec()
    }

    async fn is_asked_in_vain(&self, times: usize) {
        let mut count = self.in_vain.subscribe();
        let before = *count.borrow();
        let waited = timeout(AT_FIRST, count.wait_for(|count| *count >= before + times)).await;
        waited.expect("the database is asked again and again").unwrap();
    }

    /// What was deleted is made anew, and nothing else is written.
    async fn is_repaired(&self, left: &[Value]) {
        within(AT_FIRST, "what was deleted is made anew", async || self.now().len() == 5).await;
        let name = |it: &Value| it["metadata"]["name"].clone();
        let now = self.now();
        assert!(left.iter().all(|it| now.contains(it)));
        assert_eq!(name(&now[0]), name(&self.bindings[0]));
    }
}

#[test]
fn a_database_that_fails_deletes_nothing_and_all_is_repaired_when_it_is_back() {
    on_cluster(async |place| {
        let scene = Scene::new(place).await;
        let controller = place.controller_of(scene.office()).await;
        scene.is_told().await;
        // As a read that finds nobody would.
        place.house.trial.execute("update members set status = 'deactivated'").await;
        let left = scene.meddle();
        scene.is_asked_in_vain(2).await;
        assert_eq!(scene.now(), left, "nobody is an active admin: that is no wish");
        place.house.trial.execute("update members set status = 'active'").await;
        scene.is_repaired(&left).await;

        place.house.post().await;
        place.house.installation.db.close().await;
        let left = scene.meddle();
        scene.is_asked_in_vain(2).await;
        assert_eq!(scene.now(), left, "the database is closed");
        controller.stop().await;
        let controller = place.controller_of(scene.office()).await;
        scene.is_asked_in_vain(2).await;
        assert_eq!(scene.now(), left, "nor does one that starts with it delete anything");
        controller.stop().await;

        let replica = place.replica().await;
        let controller = place.controller_of(Here::new(replica.installation.clone())).await;
        scene.is_repaired(&left).await;
        controller.stop().await;
        replica.installation.db.close().await;
    });
}

#[test]
fn a_database_that_was_emptied_deletes_nothing() {
    on_cluster(async |place| {
        let scene = Scene::new(place).await;
        let controller = place.controller_of(scene.office()).await;
        scene.is_told().await;
        let db: &Db = &place.house.installation.db;
        place.house.post().await;
        place.house.trial.empty().await;
        let left = scene.meddle();
        scene.is_asked_in_vain(2).await;
        assert_eq!(scene.now(), left, "the tables are gone");
        // As after a backup that was empty.
        db.migrate().await.unwrap();
        scene.is_asked_in_vain(2).await;
        assert_eq!(scene.now(), left, "the tables are empty");
        controller.stop().await;
        let controller = place.controller_of(scene.office()).await;
        scene.is_asked_in_vain(1).await;
        // It leads by now, and has been told of nobody.
        within(AT_FIRST, "it leads", async || !place.leader().is_empty()).await;
        assert_eq!(scene.now(), left, "nor does one that starts with it delete anything");
        controller.stop().await;
    });
}
