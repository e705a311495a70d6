//! An organization, the API server, and the controller between them.

use crate::{
    browser::Person,
    house::{House, on_both},
};
use bailiwick::{
    http::{Assets, Server, router},
    office::Here,
};
use controller::{
    Client, Controller,
    access::{Act, may},
    connect,
};
use domain::{binding::Subject, text::EmailAddress};
use serde_json::{Value, json};
use std::{
    env, fs,
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle, time::Instant};
use usecases::{Clock, Installation, Keys, Passwords, Settings};

/// What `.ci/cluster start` says of the server it started.
pub(crate) struct Facts(String);

impl Facts {
    pub(crate) fn get(&self, key: &str) -> &str {
        let found = self.0.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("cluster.env has no {key}"))
    }
}

enum Given {
    Facts(Facts),
    Kubeconfig(PathBuf),
}

/// `None` where whoever runs the tests does without a cluster.
fn given() -> Option<Given> {
    match (env::var("BAILIWICK_TEST_CLUSTER"), env::var("BAILIWICK_TEST_KUBECONFIG")) {
        (Ok(facts), _) if !facts.is_empty() => Some(Given::Facts(Facts(fs::read_to_string(facts).unwrap()))),
        (_, Ok(kubeconfig)) if !kubeconfig.is_empty() => Some(Given::Kubeconfig(kubeconfig.into())),
        (Ok(_), _) => {
            println!("skipped: BAILIWICK_TEST_CLUSTER is empty");
            None
        }
        (Err(_), _) => panic!(
            "BAILIWICK_TEST_CLUSTER is not set. `make test` starts a cluster by itself; for one that stays:\n    \
             export BAILIWICK_TEST_CLUSTER=$(.ci/cluster start | head -1)"
        ),
    }
}

/// The facts of a server that asks a webhook whose a token is; one that was given need not.
pub(crate) fn facts() -> Option<Facts> {
    match given()? {
        Given::Facts(facts) => Some(facts),
        Given::Kubeconfig(_) => {
            println!("skipped: the cluster of BAILIWICK_TEST_KUBECONFIG asks no webhook of these tests");
            None
        }
    }
}

/// Runs a test with a cluster, on SQLite and then on PostgreSQL.
pub(crate) fn on_cluster<T: AsyncFn(&Place)>(test: T) {
    on_cluster_with(|_| {}, test);
}

pub(crate) fn on_cluster_with<T: AsyncFn(&Place)>(change: impl Fn(&mut Settings), test: T) {
    let kubeconfig = match given() {
        None => return,
        Some(Given::Kubeconfig(file)) => file,
        Some(Given::Facts(facts)) => facts.get("KUBECONFIG").into(),
    };
    on_both(async |house| {
        let place = Place::open(house, &kubeconfig, &change).await;
        test(&place).await;
        place.house.post().await;
    });
}

/// Something that no other test, and no test before, was called.
fn unique() -> String {
    format!("t{:010x}", RandomState::new().hash_one("unique") & 0xff_ffff_ffff)
}

/// Waits until something is so, and no longer than it may take. Answers how long it took.
pub(crate) async fn within<F: AsyncFnMut() -> bool>(most: Duration, what: &str, mut is_so: F) -> Duration {
    let began = Instant::now();
    loop {
        let so = is_so().await;
        let took = began.elapsed();
        assert!(took < most, "not within {most:?}: {what}");
        if so {
            return took;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Prints what was measured; answers the slowest but one.
pub(crate) fn told(what: &str, mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let [.., last_but_one, last] = times[..] else { panic!("too few: {times:?}") };
    let median = times[times.len() / 2];
    println!(
        "{what}, {} times: median {median:.1?}, slowest but one {last_but_one:.1?}, slowest {last:.1?}",
        times.len()
    );
    last_but_one
}

/// The same house by the real clock, which a real API server shares.
fn on_real_time(house: House, change: impl Fn(&mut Settings)) -> House {
    let mut settings = house.installation.settings.clone();
    settings.enforced = true;
    change(&mut settings);
    let keys = Keys::parse(&"a-key-of-the-tests-that-is-long-enough".to_owned().into()).unwrap();
    let passwords = Passwords::new(4).unwrap();
    let installation = Installation::new(house.trial.db.clone(), Clock::System, keys, passwords, settings);
    let installation = Arc::new(installation);
    let server = Server {
        installation: installation.clone(),
        assets: Arc::new(Assets::find()),
        https: true,
        trusted_proxies: Arc::new([]),
        mailer: house.mailer.clone(),
    };
    let mut house = house;
    house.installation = installation;
    house.router = router(server);
    house
}

pub(crate) struct Place {
    pub(crate) house: House,
    /// The organization's founder.
    pub(crate) ada: Person,
    pub(crate) admin: Client,
    kubeconfig: PathBuf,
    /// With the rights of the controller that are shipped, and no more.
    controllers: PathBuf,
    folder: TempDir,
    /// The organization's slug, what its namespaces' names begin with, and the namespace of the Lease.
    pub(crate) id: String,
}

impl Place {
    async fn open(house: House, kubeconfig: &Path, change: &impl Fn(&mut Settings)) -> Self {
        let house = on_real_time(house, change);
        let admin = connect::by_kubeconfig(kubeconfig).await.unwrap();
        let id = unique();
        let ada = house.found(&id, &format!("ada@{id}.example")).await;
        assert_eq!(ada.slug, id);
        let folder = tempfile::tempdir().unwrap();
        let (kubeconfig, controllers) = (kubeconfig.to_owned(), folder.path().join("controller.json"));
        let place = Self { house, ada, admin, kubeconfig, controllers, folder, id };
        place.install().await;
        let mut file: Value =
            serde_json::from_str(&place.kubectl(&["config", "view", "--raw", "--flatten", "-o", "json"])).unwrap();
        file["users"][0]["user"]["as"] = json!("system:serviceaccount:bailiwick:bailiwick-controller");
        fs::write(&place.controllers, file.to_string()).unwrap();
        place
    }

    /// Applies the manifests as they are committed, and gives the controller a Lease of this test's own.
    async fn install(&self) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/cluster");
        // Tests run side by side, each a process of its own; where two make the same object, the second one fails.
        let one_at_a_time = fs::File::create(env::temp_dir().join("bailiwick-manifests.lock")).unwrap();
        one_at_a_time.lock().unwrap();
        self.kubectl(&["apply", "-k", folder.to_str().unwrap()]);
        drop(one_at_a_time);
        within(Duration::from_secs(20), "the API server's own controller fills the role", async || {
            let rules = ["get", "clusterrole", "bailiwick:standard", "-o", "jsonpath={.rules}"];
            self.kubectl(&rules).contains("configmaps")
        })
        .await;
        self.kubectl(&["create", "namespace", &self.id]);
        for kind in ["role", "rolebinding"] {
            let shipped = self.kubectl(&["get", kind, "bailiwick:controller", "-n", "bailiwick", "-o", "json"]);
            let mut object: Value = serde_json::from_str(&shipped).unwrap();
            object["metadata"] = json!({"name": "bailiwick:controller", "namespace": self.id});
            self.create(&object);
        }
    }

    pub(crate) fn create(&self, object: &Value) {
        let file = self.write("object.json", &object.to_string());
        self.kubectl(&["create", "-f", file.to_str().unwrap()]);
    }

    /// A file that is gone when the test is.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::write(&file, text).unwrap();
        file
    }

    /// As the cluster's administrator.
    pub(crate) fn kubectl(&self, words: &[&str]) -> String {
        let answer = run(&[&["--kubeconfig", self.kubeconfig.to_str().unwrap()], words].concat());
        assert!(answer.status.success(), "kubectl {words:?}: {}", String::from_utf8_lossy(&answer.stderr));
        String::from_utf8(answer.stdout).unwrap()
    }

    pub(crate) fn objects(&self, words: &[&str]) -> Vec<Value> {
        let list: Value = serde_json::from_str(&self.kubectl(&[&["get", "-o", "json"], words].concat())).unwrap();
        list["items"].as_array().unwrap().clone()
    }

    /// The controller of `bailiwick serve`, in this process.
    pub(crate) async fn controller(&self) -> Running {
        let client = connect::by_kubeconfig(&self.controllers).await.unwrap();
        let identity = format!("{}-{}", self.id, self.house.next());
        let settings = controller::Settings {
            lease_namespace: self.id.clone(),
            ..controller::Settings::new(identity, Arc::new(|| Clock::System.now()))
        };
        let office = Arc::new(Here::new(self.house.installation.clone()));
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(Controller::new(client, office, settings).run(async {
            // Dropped is stopped too.
            let _ = stopped.await;
        }));
        Running { task, stop: Some(stop) }
    }

    pub(crate) async fn username(&self, person: &Person) -> String {
        let organization = self.house.organization(&person.slug).await.id;
        let mut c = self.house.installation.db.read().await.unwrap();
        let email = EmailAddress::parse(&person.email).unwrap();
        let member = storage::members::find_by_email(&mut c, organization, &email).await.unwrap().unwrap();
        Subject::User(member.user).username()
    }

    /// Whether the API server would let somebody read the configuration in a namespace.
    pub(crate) async fn may_read(&self, username: &str, namespace: &str) -> bool {
        let act = Act {
            namespace: namespace.to_owned(),
            verb: "list".to_owned(),
            group: String::new(),
            resource: "configmaps".to_owned(),
        };
        may(&self.admin, username, &[], &act).await.unwrap().allowed
    }

    /// Ticks exactly these namespaces.
    pub(crate) async fn save(&self, asker: &Person, person: &Person, namespaces: &[&str]) {
        let (member, version) = (person.id().await, person.version().await.to_string());
        let mut fields = vec![
            ("organization", asker.slug.as_str()),
            ("member", &member),
            ("version", &version),
            ("namespaces[]", ""),
        ];
        fields.extend(namespaces.iter().map(|name| ("namespaces[]", *name)));
        let answer = asker.call("grants/save", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// What the namespaces page says beside one namespace.
    pub(crate) async fn sync_of(&self, namespace: &str) -> Value {
        let list = self.ada.read("namespaces/list", &[("organization", &self.id)]).await.json();
        let found = list["namespaces"].as_array().unwrap().iter().find(|it| it["name"] == namespace);
        found.unwrap_or_else(|| panic!("no {namespace}: {list}"))["sync"].clone()
    }

    pub(crate) async fn page(&self, name: &str) -> String {
        let page = self.ada.visit(&format!("/o/{}/{name}", self.id)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        page.text
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let own = ["--kubeconfig", self.kubeconfig.to_str().unwrap()];
        let namespaces = run(&[&own[..], &["get", "namespaces", "-o", "name"]].concat());
        let all = String::from_utf8_lossy(&namespaces.stdout).into_owned();
        let names: Vec<_> = all.lines().filter(|name| name.contains(&self.id)).collect();
        run(&[&own[..], &["delete", "--wait=false"], &names].concat());
    }
}

pub(crate) fn run(words: &[&str]) -> Output {
    Command::new("kubectl").args(words).output().expect("kubectl is installed")
}

pub(crate) struct Running {
    task: JoinHandle<()>,
    stop: Option<oneshot::Sender<()>>,
}

impl Running {
    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        (&mut self.task).await.unwrap();
    }

    /// As `kill -9` would: nothing is given back.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
