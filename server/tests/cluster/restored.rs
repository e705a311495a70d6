//! A backup is restored: what was taken away since then stays shut out of the cluster, and what was given stays in, until an
//! operator confirms.

use crate::{
    browser::Person,
    house::House,
    measure::{AT_FIRST, SOON, within},
    place::{On, Place, Running, on_cluster, on_cluster_with},
    remote::Remote,
};
use bailiwick::office::Here;
use controller::{Office, Report, Standing, Trouble, Wanted};
use domain::{binding::Subject, id::OrganizationId, membership::Role, told::Told};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;
use usecases::{
    Context,
    cluster::{self, Health},
    operator,
};

/// A controller that waits asks every two seconds; then it looks.
const ONCE_CONFIRMED: Duration = Duration::from_secs(6);

impl House {
    async fn health(&self) -> Health {
        cluster::health(&self.installation.db, self.installation.clock.now()).await.unwrap()
    }

    /// Waits until a controller has said so often how it stands.
    async fn is_told(&self, times: u32) {
        for _ in 0..times {
            let heard = async || self.trial.texts("select cast(heard_at as text) from cluster_connections").await;
            let before = heard().await;
            within(AT_FIRST, "it says how it stands", async || heard().await != before).await;
        }
    }
}

/// Two people and a token, and who of them may read in the namespace.
struct Scene<'a> {
    place: &'a Place,
    dev: String,
    bo: Person,
    chika: Person,
    token: String,
    names: [String; 3],
}

impl<'a> Scene<'a> {
    /// Bo and the token may.
    async fn of(place: &'a Place) -> Self {
        let dev = place.ada.create_namespace("dev").await;
        let bo = place.house.seat(&place.id, Role::Member).await;
        let chika = place.house.seat(&place.id, Role::Member).await;
        place.save(&place.ada, &bo, &[&dev]).await;
        let token = place.ada.create_token(&[("name", "ci"), ("namespaces[]", &dev)]).await.id;
        let of_token = Subject::Token(token.parse().unwrap()).username();
        let names = [place.username(&bo).await, of_token, place.username(&chika).await];
        Self { place, dev, bo, chika, token, names }
    }

    /// What became of it after the backup: Bo and the token may no longer, Chika may.
    async fn goes_on(&self) {
        let (place, ada) = (self.place, &self.place.ada);
        ada.deactivate(&self.bo).await;
        let removed = ada.call("tokens/remove", &[("organization", &place.id), ("token", &self.token)]).await;
        assert_eq!(removed.status, 200, "{}", removed.text);
        place.save(ada, &self.chika, &[&self.dev]).await;
        within(AT_FIRST, "the cluster follows", async || self.who_may().await == [false, false, true]).await;
        within(AT_FIRST, "in sync", async || place.sync_of(&self.dev).await == "in_sync").await;
    }

    async fn who_may(&self) -> [bool; 3] {
        let mut may = [false; 3];
        for (name, may) in self.names.iter().zip(&mut may) {
            *may = self.place.may_read(name, &self.dev).await;
        }
        may
    }

    /// The database of before, until it is confirmed and from then on.
    async fn holds_until_confirmed(&self, restored: &House, first: Running, next: impl AsyncFn() -> Running) {
        let is_older = async || matches!(restored.health().await, Health::Older { .. });
        within(AT_FIRST, "it is noticed", is_older).await;
        let ada = restored.again(&self.place.ada.email, &self.place.id).await;
        let lab = ada.create_namespace("lab").await;
        let there = || self.place.kubectl(&["get", "namespace", &lab, "--ignore-not-found", "-o", "name"]);
        restored.is_told(2).await;
        assert_eq!((self.who_may().await, there().as_str()), ([false, false, true], ""));
        let page = ada.visit(&format!("/o/{}/namespaces", self.place.id)).await.drawn();
        assert!(page.contains("brought back from an older copy"), "{page}");
        // One that comes anew finds the same.
        let leader = self.place.leader();
        first.kill();
        let controller = next().await;
        within(AT_FIRST, "it has taken over", async || self.place.leader() != leader).await;
        restored.is_told(2).await;
        within(AT_FIRST, "it is noticed again", is_older).await;
        assert_eq!((self.who_may().await, there().as_str()), ([false, false, true], ""));

        let since = restored.health().await.since().unwrap().to_string();
        let by = Context::operator(restored.installation.clone());
        operator::confirm_restore(&by, &since).await.unwrap();
        let follows = async || self.who_may().await == [true, true, false] && !there().is_empty();
        let took = within(ONCE_CONFIRMED, "the database's word is followed", follows).await;
        println!("followed {took:.1?} after it was confirmed");
        within(AT_FIRST, "nothing differs", async || restored.health().await == Health::Followed).await;
        let bo = restored.again(&self.bo.email, &self.place.id).await;
        ada.deactivate(&bo).await;
        within(SOON, "as usual", async || self.who_may().await == [false, true, false]).await;
        controller.stop().await;
    }
}

#[test]
fn what_was_taken_away_since_the_backup_stays_away_until_an_operator_confirms() {
    on_cluster(async |place| {
        let scene = Scene::of(place).await;
        let controller = place.controller().await;
        within(AT_FIRST, "the grants", async || scene.who_may().await == [true, true, false]).await;
        within(AT_FIRST, "in sync", async || place.sync_of(&scene.dev).await == "in_sync").await;
        let backup = place.house.trial.copy().await;
        scene.goes_on().await;
        assert_eq!(place.house.health().await, Health::Followed, "the database was away for a while, and is the same");
        controller.stop().await;

        let restored = place.restored(&backup).await;
        let next = async || place.controller_of(Here::new(restored.installation.clone())).await;
        scene.holds_until_confirmed(&restored, next().await, next).await;
        restored.post().await;
        restored.installation.db.close().await;
        backup.end().await;
    });
}

#[test]
fn a_controller_far_away_that_runs_on_notices_that_its_server_serves_an_older_database() {
    on_cluster_with(
        On::Sqlite,
        |_| {},
        async |place: &Place| {
            let scene = Scene::of(place).await;
            let old = Remote::serve(&place.house).await;
            let controller = place.controller_of(old.office()).await;
            within(AT_FIRST, "the grants", async || scene.who_may().await == [true, true, false]).await;
            within(AT_FIRST, "in sync", async || place.sync_of(&scene.dev).await == "in_sync").await;
            let backup = place.house.trial.copy().await;
            scene.goes_on().await;
            let restored = place.restored(&backup).await;
            old.serves(&restored);
            let next = async || place.controller_of(old.office()).await;
            scene.holds_until_confirmed(&restored, controller, next).await;
            restored.post().await;
            restored.installation.db.close().await;
            backup.end().await;
        },
    );
}

/// An office that takes no report, so that whoever comes dies between doing something and telling it.
struct Deaf {
    here: Here,
    reported: Arc<watch::Sender<usize>>,
}

impl Office for Deaf {
    async fn changed(&self) -> Vec<OrganizationId> {
        self.here.changed().await
    }

    async fn organizations(&self) -> Result<Vec<OrganizationId>, Trouble> {
        self.here.organizations().await
    }

    async fn wanted(&self, organization: OrganizationId) -> Result<Wanted, Trouble> {
        self.here.wanted(organization).await
    }

    async fn report(&self, _: OrganizationId, _: Report) -> Result<(), Trouble> {
        self.reported.send_modify(|times| *times += 1);
        std::future::pending().await
    }

    async fn count_up(&self, remembered: Option<Told>) -> Result<Option<Told>, Trouble> {
        self.here.count_up(remembered).await
    }

    async fn standing(&self, standing: Standing) -> Result<Option<Told>, Trouble> {
        self.here.standing(standing).await
    }
}

#[test]
fn whoever_dies_on_the_way_leaves_no_database_that_looks_older() {
    on_cluster(async |place| {
        let scene = Scene::of(place).await;
        let house = &place.house;
        let reported = Arc::new(watch::Sender::new(0));
        let deaf = Deaf { here: Here::new(house.installation.clone()), reported: reported.clone() };
        let first = place.controller_of(deaf).await;
        let mut reports = reported.subscribe();
        let done = tokio::time::timeout(AT_FIRST, reports.wait_for(|times| *times > 0)).await;
        done.expect("it has written").unwrap();
        assert_eq!(scene.who_may().await, [true, true, false]);
        first.kill();
        // And another one between counting and what the cluster remembers.
        cluster::count_up(&house.installation, None).await.unwrap();
        let second = place.controller().await;
        within(AT_FIRST, "in sync", async || place.sync_of(&scene.dev).await == "in_sync").await;
        assert_eq!(house.health().await, Health::Followed);
        scene.goes_on().await;
        // A second one stands by, takes over, and hands back.
        let third = place.controller().await;
        second.stop().await;
        place.ada.reactivate(&scene.bo).await;
        within(AT_FIRST, "by the third", async || scene.who_may().await == [true, false, true]).await;
        assert_eq!(house.health().await, Health::Followed);
        third.stop().await;
    });
}
