//! On a real API server. Each test has an organization, namespaces and a Lease of its own.

mod checkup;
mod drift;
mod leading;
mod office;
mod older;
mod permissions;
mod relay;
mod rights;
mod roles;
mod trouble;
mod wishes;

use controller::{Client, Controller, Settings, connect};
use domain::{id::OrganizationId, text::NamespaceName, time::Timestamp};
use kube::{
    Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use office::{Desk, Window};
use serde_json::Value;
use std::{
    env, fs,
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};
use tokio::{sync::oneshot, task::JoinHandle, time::Instant};

pub(crate) struct Cluster {
    kubeconfig: PathBuf,
    pub(crate) admin: Client,
}

/// `None` where whoever runs the tests does without a cluster.
pub(crate) async fn cluster() -> Option<Cluster> {
    let kubeconfig = match (env::var("BAILIWICK_TEST_CLUSTER"), env::var("BAILIWICK_TEST_KUBECONFIG")) {
        (Ok(facts), _) if !facts.is_empty() => fact(&facts, "KUBECONFIG"),
        (_, Ok(kubeconfig)) if !kubeconfig.is_empty() => kubeconfig.into(),
        (Ok(_), _) => {
            println!("skipped: BAILIWICK_TEST_CLUSTER is empty");
            return None;
        }
        (Err(_), _) => panic!(
            "BAILIWICK_TEST_CLUSTER is not set. `make test` starts a cluster by itself; for one that stays:\n    \
             export BAILIWICK_TEST_CLUSTER=$(.ci/cluster start | head -1)"
        ),
    };
    let admin = connect::by_kubeconfig(&kubeconfig).await.unwrap();
    Some(Cluster { kubeconfig, admin })
}

fn fact(facts: &str, key: &str) -> PathBuf {
    let text = fs::read_to_string(facts).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    line.unwrap_or_else(|| panic!("{facts} has no {key}")).into()
}

/// Something that no other test, and no test before, was called.
fn unique() -> u64 {
    RandomState::new().hash_one("unique")
}

pub(crate) fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the clock of these tests is the real one")]
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_micros(since.as_micros().try_into().unwrap())
}

/// Waits until something is so, and no longer than it may take. Answers how long it took.
pub(crate) async fn within<F: AsyncFnMut() -> bool>(most: Duration, what: &str, mut is_so: F) -> Duration {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < most, "not within {most:?}: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    began.elapsed()
}

impl Cluster {
    pub(crate) fn kubectl(&self, words: &[&str]) -> String {
        let answer = self.run(words);
        assert!(answer.status.success(), "kubectl {words:?}: {}", String::from_utf8_lossy(&answer.stderr));
        String::from_utf8(answer.stdout).unwrap()
    }

    fn run(&self, words: &[&str]) -> std::process::Output {
        Command::new("kubectl")
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .args(words)
            .output()
            .expect("kubectl is installed")
    }

    /// Applies the manifests as they are committed, and waits until the aggregated roles are filled.
    pub(crate) async fn install(&self) {
        self.apply_manifests();
        within(Duration::from_secs(20), "the API server's own controller fills the roles", async || {
            let all: Value = serde_json::from_str(&self.kubectl(&["get", "clusterroles", "-o", "json"])).unwrap();
            let all = all["items"].as_array().unwrap();
            is_whole("bailiwick:standard", "bailiwick/aggregate-to-standard", all)
                && is_whole("bailiwick:w:full", "rbac.authorization.k8s.io/aggregate-to-admin", all)
        })
        .await;
    }

    /// Answers what became of each object.
    pub(crate) fn apply_manifests(&self) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/cluster");
        // Tests run side by side, each a process of its own; where two make the same object, the second one fails.
        let one_at_a_time = fs::File::create(env::temp_dir().join("bailiwick-manifests.lock")).unwrap();
        one_at_a_time.lock().unwrap();
        self.kubectl(&["apply", "-k", folder.to_str().unwrap()])
    }

    pub(crate) async fn room(self) -> Room {
        self.install().await;
        let id = format!("test-{:012x}", unique() & 0xffff_ffff_ffff);
        let organization = OrganizationId::from_random(unique_bytes());
        self.kubectl(&["create", "namespace", &id]);
        // The right to a Lease as in the namespace that is shipped.
        for kind in ["role", "rolebinding"] {
            let shipped = self.kubectl(&["get", kind, "bailiwick:controller", "-n", "bailiwick", "-o", "json"]);
            let mut object: Value = serde_json::from_str(&shipped).unwrap();
            object["metadata"] = serde_json::json!({"name": "bailiwick:controller", "namespace": id});
            self.apply(&object);
        }
        Room { cluster: self, organization, id, desk: Arc::new(Desk::default()) }
    }

    pub(crate) fn apply(&self, object: &Value) {
        let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
        fs::write(file.path(), object.to_string()).unwrap();
        self.kubectl(&["create", "-f", file.path().to_str().unwrap()]);
    }

    /// A client with the rights that are shipped, and no more. By another way to the API server, if one is named.
    pub(crate) async fn as_controller(&self, server: Option<&str>) -> Client {
        let mut file = Kubeconfig::read_from(&self.kubeconfig).unwrap();
        if let Some(server) = server {
            file.clusters[0].cluster.as_mut().unwrap().server = Some(server.to_owned());
        }
        let mut config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap();
        config.auth_info.impersonate = Some("system:serviceaccount:bailiwick:bailiwick-controller".into());
        Client::try_from(config).unwrap()
    }

    pub(crate) fn address(&self) -> String {
        let file = Kubeconfig::read_from(&self.kubeconfig).unwrap();
        file.clusters[0].cluster.as_ref().unwrap().server.clone().unwrap()
    }
}

fn unique_bytes() -> [u8; 16] {
    (u128::from(unique()) << 64 | u128::from(unique())).to_be_bytes()
}

/// A test's own part of the cluster.
pub(crate) struct Room {
    pub(crate) cluster: Cluster,
    pub(crate) organization: OrganizationId,
    /// A namespace for the Lease, and what the test's namespaces' names begin with.
    pub(crate) id: String,
    pub(crate) desk: Arc<Desk>,
}

impl Room {
    pub(crate) fn named(&self, ending: &str) -> NamespaceName {
        NamespaceName::parse(&format!("{}-{ending}", self.id)).unwrap()
    }

    /// A controller that runs until it is stopped, or dies with the answer.
    pub(crate) async fn controller(&self, identity: &str) -> Running {
        self.controller_by(identity, None).await
    }

    pub(crate) async fn controller_by(&self, identity: &str, server: Option<&str>) -> Running {
        self.controller_whose_clock_is(identity, server, 0).await
    }

    /// Ahead by so many hours of what is right, or behind it.
    pub(crate) async fn controller_whose_clock_is(&self, identity: &str, server: Option<&str>, hours: i64) -> Running {
        self.controller_with(identity, self.cluster.as_controller(server).await, hours)
    }

    pub(crate) fn controller_with(&self, identity: &str, client: Client, hours: i64) -> Running {
        let clock = move || Timestamp::from_micros(now().micros() + hours * 3_600_000_000);
        let settings = Settings { lease_namespace: self.id.clone(), ..Settings::new(identity, Arc::new(clock)) };
        let (stop, stopped) = oneshot::channel::<()>();
        let window = Arc::new(Window::of(&self.desk));
        let controller = Controller::new(client, window.clone(), settings);
        let task = tokio::spawn(controller.run(async {
            // Dropped is stopped too.
            let _ = stopped.await;
        }));
        Running { task, stop: Some(stop), window }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let namespaces = self.cluster.run(&["get", "namespaces", "-o", "name"]);
        let all = String::from_utf8_lossy(&namespaces.stdout).into_owned();
        let own: Vec<_> = all.lines().filter(|name| name.contains(&self.id)).collect();
        self.cluster.run(&[&["delete", "--wait=false"], own.as_slice()].concat());
    }
}

pub(crate) struct Running {
    task: JoinHandle<()>,
    stop: Option<oneshot::Sender<()>>,
    pub(crate) window: Arc<Window>,
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

/// Whether a role has every rule of the roles with this label: it is filled one after the other.
fn is_whole(role: &str, label: &str, all: &[Value]) -> bool {
    let rules = |role: &Value| role["rules"].as_array().cloned().unwrap_or_default();
    let found = all.iter().find(|it| it["metadata"]["name"] == role).map(rules).unwrap_or_default();
    let mut parts = all.iter().filter(|it| it["metadata"]["labels"][label] == "true");
    parts.all(|part| rules(part).iter().all(|rule| found.contains(rule)))
}
