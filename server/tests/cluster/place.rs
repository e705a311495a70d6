//! An organization, the API server, and the controller between them.

use crate::{
    browser::Person,
    given::{given, run},
    house::House,
    measure::within,
    relay::Relay,
    requests::{Answered, Requests},
};
use bailiwick::{
    http::{Assets, Listeners, Server, router},
    office::Here,
    readiness::Readiness,
    traces::Traces,
};
use controller::{Controller, Office, connect};
use domain::{binding::Subject, text::EmailAddress};
use serde_json::{Value, json};
use std::{
    env, fs,
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};
use storage::{
    Db,
    trial::{self, Trial},
};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};
use usecases::{Clock, Installation, Keys, Passwords, Settings};

/// Below them, as below every path, the API server's objects lie by name.
pub(crate) const NAMESPACES: &str = "/api/v1/namespaces";
pub(crate) const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
const STANDARD: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles/bailiwick:standard";
const FULL: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles/bailiwick:w:full";

/// Which databases a test runs on, one after the other.
#[derive(Clone, Copy)]
pub(crate) enum On {
    Both,
    /// For what takes long, and no database makes different.
    Sqlite,
    /// For what several replicas do.
    Postgres,
}

/// Runs a test with a cluster, on SQLite and then on PostgreSQL.
pub(crate) fn on_cluster<T: AsyncFn(&Place)>(test: T) {
    on_cluster_with(On::Both, |_| {}, test);
}

pub(crate) fn on_cluster_with<T: AsyncFn(&Place)>(on: On, change: impl Fn(&mut Settings), test: T) {
    if let Some(given) = given() {
        at(&given.kubeconfig(), on, change, test);
    }
}

/// The same with the API server that this file leads to.
pub(crate) fn at<T: AsyncFn(&Place)>(kubeconfig: &Path, on: On, change: impl Fn(&mut Settings), test: T) {
    let test = async |house| {
        let place = Place::open(house, kubeconfig, &change).await;
        test(&place).await;
        place.house.post().await;
        place.clear().await;
    };
    let test = async |trial| House::live_in(trial, &test).await;
    match on {
        On::Both => trial::on_both(test),
        On::Sqlite => trial::on_sqlite(test),
        On::Postgres => trial::on_postgres(test),
    }
}

/// Something that no other test, and no test before, was called.
fn unique() -> String {
    format!("t{:010x}", RandomState::new().hash_one("unique") & 0xff_ffff_ffff)
}

/// What whoever runs the tests asks for by this name, or what is usual.
pub(crate) fn asked<N: FromStr>(name: &str, usually: N) -> N {
    let written = env::var(name).ok();
    written.map_or(usually, |written| written.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// The same house by the real clock, which a real API server shares, at this database.
fn on_real_time(house: House, db: Db, settings: Settings) -> House {
    let keys = Keys::parse(&"a-key-of-the-tests-that-is-long-enough".to_owned().into()).unwrap();
    let passwords = Passwords::new(4).unwrap();
    let installation = Installation::new(db, Clock::System, keys, passwords, settings);
    let installation = Arc::new(installation);
    let server = Server {
        installation: installation.clone(),
        assets: Arc::new(Assets::find()),
        https: true,
        trusted_proxies: Arc::new([]),
        mailer: house.mailer.clone(),
        listeners: Listeners::default(),
        leaving: Arc::default(),
        readiness: Readiness::default(),
        metrics: house.metrics.clone(),
        traces: Traces::default(),
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
    pub(crate) requests: Requests,
    kubeconfig: PathBuf,
    /// With the rights of the controller that are shipped, and no more.
    controllers: PathBuf,
    /// The API server's address.
    pub(crate) server: String,
    folder: TempDir,
    /// The organization's slug, what its namespaces' names begin with, and the namespace of the Lease.
    pub(crate) id: String,
}

impl Place {
    async fn open(house: House, kubeconfig: &Path, change: &impl Fn(&mut Settings)) -> Self {
        let mut settings = Settings { enforced: true, ..house.installation.settings.clone() };
        change(&mut settings);
        let db = house.trial.db.clone();
        let house = on_real_time(house, db, settings);
        let admin = connect::by_kubeconfig(kubeconfig).await.unwrap();
        let id = unique();
        let ada = house.found(&id, &format!("ada@{id}.example")).await;
        assert_eq!(ada.slug, id);
        let folder = tempfile::tempdir().unwrap();
        // Until there are others, everybody comes as the administrator.
        let (kubeconfig, requests) = (kubeconfig.to_owned(), Requests { nobody: admin.clone(), admin });
        let (controllers, server) = (kubeconfig.clone(), String::new());
        let mut place = Self { house, ada, requests, kubeconfig, controllers, server, folder, id };
        let file = place.kubectl(&["config", "view", "--raw", "--flatten", "-o", "json"]);
        let mut file: Value = serde_json::from_str(&file).unwrap();
        file["clusters"][0]["cluster"]["server"].as_str().unwrap().clone_into(&mut place.server);
        file["users"][0]["user"]["as"] = json!("system:serviceaccount:bailiwick:bailiwick-controller");
        place.controllers = place.write("controller.json", &file.to_string());
        file["users"][0]["user"] = json!({});
        let nobody = place.write("nobody.json", &file.to_string());
        place.requests.nobody = connect::by_kubeconfig(&nobody).await.unwrap();
        place.install().await;
        place
    }

    /// Sees to the manifests, and gives the controller a Lease of this test's own.
    async fn install(&self) {
        self.apply_manifests().await;
        // One after the other; until then every binding is called failing.
        let parts = controller::roles::permissions().into_iter().filter(|role| role.metadata.labels.is_some());
        let rules: Vec<_> = parts.flat_map(|role| role.rules.unwrap()).map(|rule| json!(rule)).collect();
        within(Duration::from_secs(20), "the API server's own controller fills the roles", async || {
            let (standard, full) = (self.requests.find(STANDARD).await, self.requests.find(FULL).await);
            let filled =
                |role: &Value| rules.iter().all(|rule| role["rules"].as_array().is_some_and(|it| it.contains(rule)));
            standard.is_some_and(|role| filled(&role))
                && full.is_some_and(|role| role["rules"].to_string().contains("rolebindings"))
        })
        .await;
        self.requests.make(NAMESPACES, &json!({ "metadata": { "name": self.id } })).await;
        for kind in ["roles", "rolebindings"] {
            let path = |namespace: &str| format!("{RBAC}/namespaces/{namespace}/{kind}");
            let shipped = format!("{}/bailiwick:controller", path("bailiwick"));
            let mut object = self.requests.find(&shipped).await.unwrap();
            object["metadata"] = json!({"name": "bailiwick:controller", "namespace": self.id});
            self.requests.make(&path(&self.id), &object).await;
        }
    }

    /// Applies them as they are committed, unless a test before has done so.
    async fn apply_manifests(&self) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/cluster");
        // Tests run side by side, each a process of its own; where two make the same object, the second one fails.
        let one_at_a_time = fs::File::create(env::temp_dir().join("bailiwick-manifests.lock")).unwrap();
        one_at_a_time.lock().unwrap();
        let applied = env::temp_dir().join("bailiwick-manifests.applied");
        let now = format!("{}\n{}", self.server, controller::roles::manifests());
        let done = fs::read_to_string(&applied).is_ok_and(|before| before == now);
        if !done || self.requests.find(STANDARD).await.is_none() {
            self.kubectl(&["apply", "-k", folder.to_str().unwrap()]);
            fs::write(applied, now).unwrap();
        }
    }

    /// Takes the test's namespaces away.
    async fn clear(&self) {
        for namespace in self.requests.list(NAMESPACES).await {
            let name = namespace["metadata"]["name"].as_str().unwrap();
            if name.contains(&self.id) {
                self.requests.delete(&format!("{NAMESPACES}/{name}")).await;
            }
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

    /// The same house as another process serves it: another installation, with connections of its own.
    pub(crate) async fn replica(&self) -> House {
        let db = self.house.trial.open_again().await;
        on_real_time(self.house.clone(), db, self.house.installation.settings.clone())
    }

    /// The same house with a database that was restored from a copy.
    pub(crate) async fn restored(&self, copy: &Trial) -> House {
        let mut house = self.house.clone();
        house.trial = copy.clone();
        on_real_time(house, copy.db.clone(), self.house.installation.settings.clone())
    }

    /// The kubeconfig of the controller.
    pub(crate) fn controllers(&self) -> &Path {
        &self.controllers
    }

    /// The controller of `bailiwick serve`, in this process.
    pub(crate) async fn controller(&self) -> Running {
        self.controller_of(Here::new(self.house.installation.clone())).await
    }

    /// The same for another office.
    pub(crate) async fn controller_of(&self, office: impl Office) -> Running {
        self.start(office, &self.controllers).await
    }

    /// The same by another way to the API server.
    pub(crate) async fn controller_through(&self, way: &Relay) -> Running {
        let mut file: Value = serde_json::from_str(&fs::read_to_string(&self.controllers).unwrap()).unwrap();
        let cluster = &mut file["clusters"][0]["cluster"];
        let server = self.server.trim_start_matches("https://");
        let host = server.rsplit_once(':').map_or(server, |(host, _)| host);
        cluster["tls-server-name"] = host.into();
        cluster["server"] = way.address.as_str().into();
        let file = self.write("relayed.json", &file.to_string());
        self.start(Here::new(self.house.installation.clone()), &file).await
    }

    async fn start(&self, office: impl Office, kubeconfig: &Path) -> Running {
        let client = connect::by_kubeconfig(kubeconfig).await.unwrap();
        let identity = format!("{}-{}", self.id, self.house.next());
        let settings = controller::Settings {
            lease_namespace: self.id.clone(),
            ..controller::Settings::new(identity, Arc::new(|| Clock::System.now()))
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(Controller::new(client, Arc::new(office), settings).run(async {
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

    /// Whether the API server lets somebody read the configuration in a namespace, at this moment.
    pub(crate) async fn may_read(&self, username: &str, namespace: &str) -> bool {
        self.requests.in_the_name_of(username, namespace).await == Answered::Allowed
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

    /// Which controller writes.
    pub(crate) fn leader(&self) -> String {
        let lease = ["get", "lease", "bailiwick-controller", "-n", &self.id, "--ignore-not-found"];
        self.kubectl(&[&lease[..], &["-o", "jsonpath={.spec.holderIdentity}"]].concat())
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
        page.drawn()
    }
}

/// A test that fails clears nothing by itself.
impl Drop for Place {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let own = ["--kubeconfig", self.kubeconfig.to_str().unwrap()];
        let namespaces = run(&[&own[..], &["get", "namespaces", "-o", "name"]].concat());
        let all = String::from_utf8_lossy(&namespaces.stdout).into_owned();
        let names: Vec<_> = all.lines().filter(|name| name.contains(&self.id)).collect();
        run(&[&own[..], &["delete", "--wait=false"], &names].concat());
    }
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
