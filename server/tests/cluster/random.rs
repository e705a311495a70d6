//! Whatever is done in the console, and whenever the controller is killed: the cluster ends up as it should be.

use crate::{
    browser::{Person, Token},
    house::PASSWORD,
    measure::within,
    place::{NAMESPACES, Place, RBAC, Running, asked, on_cluster},
};
use controller::object::role_binding;
use domain::membership::Role;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use usecases::cluster;

/// On each database. `BAILIWICK_TEST_OPERATIONS` and `BAILIWICK_TEST_SEED` ask for others; `cargo test` has the patience
/// for many.
const OPERATIONS: usize = 500;
const SEED: u64 = 7105;
const MOST: Duration = Duration::from_secs(30);

/// The same throws for the same seed (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        for (left, by) in [(true, 13), (false, 7), (true, 17)] {
            self.0 ^= if left { self.0 << by } else { self.0 >> by };
        }
        usize::try_from(self.0 >> 11).unwrap() % most
    }

    fn some<'a>(&mut self, names: &'a [String]) -> Vec<&'a str> {
        names.iter().filter(|_| self.below(2) == 0).map(String::as_str).collect()
    }
}

/// An organization and what the test knows of it.
struct Troop {
    founder: Person,
    namespaces: Vec<String>,
    people: Vec<(Person, bool)>,
    tokens: Vec<Token>,
}

impl Place {
    /// As if the time were over for which one that was killed keeps its Lease: `replicas` waits for it.
    async fn forget_leader(&self) {
        let leases = format!("/apis/coordination.k8s.io/v1/namespaces/{}/leases", self.id);
        self.requests.delete(&format!("{leases}/bailiwick-controller")).await;
    }
}

impl Troop {
    async fn new(founder: Person) -> Self {
        let mut namespaces = Vec::new();
        for label in ["a", "b", "c"] {
            namespaces.push(founder.create_namespace(label).await);
        }
        Self { founder, namespaces, people: Vec::new(), tokens: Vec::new() }
    }

    async fn join(&mut self, place: &Place, dice: &mut Dice) {
        let (house, slug) = (&place.house, self.founder.slug.as_str());
        if dice.below(4) > 0 {
            self.people.push((house.seat(slug, Role::Member).await, true));
            return;
        }
        let email = format!("invited-{}@{slug}.example", house.next());
        let mut fields = vec![("organization", slug), ("emails[]", &email), ("namespaces[]", "")];
        fields.extend(dice.some(&self.namespaces).into_iter().map(|name| ("namespaces[]", name)));
        let sent = self.founder.call("invitations/send", &fields).await.json();
        let secret = self.founder.copy_link(sent["results"][0]["invitation"].as_str().unwrap()).await;
        let browser = house.anonymous();
        let fields =
            [("secret", secret.as_str()), ("first_name", "In"), ("last_name", "Vited"), ("password", PASSWORD)];
        let joined = browser.call("invitations/accept", &fields).await;
        assert_eq!(joined.status, 200, "{}", joined.text);
        self.people.push((Person { browser, email: email.clone(), slug: slug.to_owned() }, true));
    }

    async fn do_something(&mut self, place: &Place, dice: &mut Dice) -> &'static str {
        let (what, who) = (dice.below(20), dice.below(self.people.len().max(1)));
        let ticked = dice.some(&self.namespaces);
        let organization = ("organization", self.founder.slug.as_str());
        let listed = |more: &[&str]| more.iter().map(|name| ("namespaces[]", (*name).to_owned())).collect::<Vec<_>>();
        match what {
            _ if self.people.is_empty() => {
                self.join(place, dice).await;
                "join"
            }
            0..2 => {
                self.join(place, dice).await;
                "join"
            }
            2..9 if self.people[who].1 => {
                place.save(&self.founder, &self.people[who].0, &ticked).await;
                "grant"
            }
            9..12 if self.people[who].1 => {
                self.founder.deactivate(&self.people[who].0).await;
                self.people[who].1 = false;
                "deactivate"
            }
            2..12 => {
                self.founder.reactivate(&self.people[who].0).await;
                self.people[who].1 = true;
                "reactivate"
            }
            15..18 if !self.tokens.is_empty() => {
                let token = &self.tokens[dice.below(self.tokens.len())];
                let names = listed(&ticked);
                let names = names.iter().map(|(key, name)| (*key, name.as_str()));
                let fields = [organization, ("token", token.id.as_str()), ("namespaces[]", "")];
                let fields: Vec<_> = fields.into_iter().chain(names).collect();
                let answer = self.founder.call("tokens/assign", &fields).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                "assign"
            }
            18.. if !self.tokens.is_empty() => {
                let token = self.tokens.swap_remove(dice.below(self.tokens.len()));
                let answer = self.founder.call("tokens/remove", &[organization, ("token", &token.id)]).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                "remove"
            }
            _ => {
                let fields: Vec<_> = ticked.iter().map(|name| ("namespaces[]", *name)).collect();
                self.tokens.push(self.founder.create_token(&fields).await);
                "token"
            }
        }
    }
}

/// What makes a binding, whoever wrote it.
fn essence(object: &Value) -> ((String, String), Value) {
    let text = |key: &str| object["metadata"][key].as_str().unwrap().to_owned();
    let (labels, annotations) = (&object["metadata"]["labels"], &object["metadata"]["annotations"]);
    let essence = json!([labels, annotations, object["roleRef"], object["subjects"]]);
    ((text("namespace"), text("name")), essence)
}

type Bindings = BTreeMap<(String, String), Value>;

async fn wanted(place: &Place) -> Bindings {
    let installation = &place.house.installation;
    let mut all = BTreeMap::new();
    for organization in cluster::organizations(installation).await.unwrap() {
        let wanted = cluster::wanted(installation, organization).await.unwrap().unwrap();
        all.extend(wanted.bindings.iter().map(|it| essence(&serde_json::to_value(role_binding(it)).unwrap())));
    }
    all
}

/// Every binding in any of these namespaces, ours or not.
async fn objects(place: &Place, troops: &[Troop]) -> Vec<Value> {
    let own = |name: &str| troops.iter().flat_map(|troop| &troop.namespaces).any(|own| own == name);
    let mut all = place.requests.list(&format!("{RBAC}/rolebindings")).await;
    all.retain(|it| own(it["metadata"]["namespace"].as_str().unwrap()));
    all
}

async fn actual(place: &Place, troops: &[Troop]) -> Bindings {
    objects(place, troops).await.iter().map(essence).collect()
}

async fn is_followed(place: &Place, after: i64) -> bool {
    let installation = &place.house.installation;
    let mut c = installation.db.read().await.unwrap();
    for id in cluster::organizations(installation).await.unwrap() {
        let state = storage::cluster::state(&mut c, id).await.unwrap();
        if !state.is_some_and(|state| state.trouble.is_none() && state.applied_at.micros() > after) {
            return false;
        }
    }
    true
}

async fn versions(place: &Place, troops: &[Troop]) -> Vec<String> {
    let mut all = objects(place, troops).await;
    for name in troops.iter().flat_map(|troop| &troop.namespaces) {
        all.push(place.requests.find(&format!("{NAMESPACES}/{name}")).await.unwrap());
    }
    all.iter().map(|it| format!("{} {}", it["metadata"]["name"], it["metadata"]["resourceVersion"])).collect()
}

#[test]
fn after_any_operations_and_any_deaths_the_cluster_is_as_it_should_be() {
    on_cluster(async |place| {
        let operations = asked("BAILIWICK_TEST_OPERATIONS", OPERATIONS);
        let seed = asked("BAILIWICK_TEST_SEED", SEED);
        println!("seed {seed}, {operations} operations");
        // A zero would stay one.
        let mut dice = Dice(seed.max(1));
        let second = format!("{}x", place.id);
        let sam = place.house.found(&second, &format!("sam@{second}.example")).await;
        let mut troops = [Troop::new(place.ada.clone()).await, Troop::new(sam).await];
        let mut running: Option<Running> = Some(place.controller().await);
        let (mut done, mut ends, mut caught_up) = (BTreeMap::<_, u32>::new(), [0; 2], 0);
        for turn in 0..operations {
            if turn % 500 == 0 {
                println!("{turn} operations are done");
                // A sign-in of ten minutes ago makes no token.
                for troop in &mut troops {
                    troop.founder = troop.founder.elsewhere().await;
                }
            }
            let troop = &mut troops[dice.below(2)];
            *done.entry(troop.do_something(place, &mut dice).await).or_default() += 1;
            running = match (running, dice.below(60)) {
                (Some(controller), 0..2) => {
                    ends[0] += 1;
                    controller.stop().await;
                    None
                }
                (Some(controller), 2..4) => {
                    ends[1] += 1;
                    controller.kill();
                    place.forget_leader().await;
                    None
                }
                // Else it would mostly be waiting, and not in the middle of its work when it is stopped.
                (Some(controller), 4) => {
                    caught_up += 1;
                    within(MOST, "it catches up", async || {
                        cluster::behind(&place.house.installation).await.unwrap().is_empty()
                    })
                    .await;
                    assert_eq!(actual(place, &troops).await, wanted(place).await);
                    Some(controller)
                }
                (None, 0..20) => Some(place.controller().await),
                (same, _) => same,
            };
        }
        println!("{done:?}; stopped {} times, killed {} times, caught up {caught_up} times", ends[0], ends[1]);
        if running.is_none() {
            running = Some(place.controller().await);
        }
        let wanted = wanted(place).await;
        let took =
            within(MOST, "the cluster is as it should be", async || actual(place, &troops).await == wanted).await;
        println!("{} bindings as wanted {took:.1?} after the last operation", wanted.len());
        assert!(wanted.len() > 10);

        // A new controller remembers nothing and looks at everything: it finds nothing to write.
        running.unwrap().stop().await;
        let before = versions(place, &troops).await;
        let now = place.house.installation.clock.now().micros();
        let again = place.controller().await;
        within(MOST, "another round", async || is_followed(place, now).await).await;
        assert_eq!(versions(place, &troops).await, before);
        again.stop().await;
    });
}
