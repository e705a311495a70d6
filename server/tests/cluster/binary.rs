//! The program itself, as an operator starts it.

use crate::{
    house::House,
    measure::{AT_FIRST, SOON, within},
    place::{On, Place, on_cluster_with},
    remote::Remote,
};
use domain::membership::Role;
use std::{
    io::Read,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::Duration,
};

const KEY: &str = "a-key-of-the-tests-that-is-long-enough";
/// The Lease of the manifests, which the program takes: one test at a time, and it may still be another's.
const LEASED_WITHIN: Duration = Duration::from_secs(60);

fn program(words: &[&str], environment: &[(&str, &str)], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bailiwick"));
    // Nothing of ours is inherited: the program refuses settings that it does not know.
    command.env_clear().env("NO_COLOR", "1").envs(environment.iter().copied()).args(words).current_dir(folder);
    command
}

fn run(words: &[&str], environment: &[(&str, &str)], folder: &Path) -> Output {
    program(words, environment, folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Running until it is told to stop, or killed with this.
struct Running {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (log, mut said) = (Arc::new(Mutex::new(String::new())), child.stderr.take().unwrap());
        let written = log.clone();
        let reader = std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(count @ 1..) = said.read(&mut part) {
                written.lock().unwrap().push_str(&String::from_utf8_lossy(&part[..count]));
            }
        });
        Self { child, log, reader: Some(reader) }
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    async fn says(&self, what: &str, most: Duration) {
        within(most, what, async || self.log().contains(what)).await;
    }

    /// As an init system does; answers what it said.
    fn terminate(mut self) -> String {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let ended = self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        assert_eq!(ended.code(), Some(0), "{}", self.log());
        self.log()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_program_follows_a_server_far_away_says_when_it_is_gone_and_gives_the_lease_back() {
    on_cluster_with(
        On::Sqlite,
        |_| {},
        async |place: &Place| {
            let (ada, house) = (&place.ada, &place.house);
            let remote = Remote::serve(house).await;
            let folder = tempfile::tempdir().unwrap();
            let credential = credential(house, folder.path());
            assert_eq!(credential, remote.credential, "the one that the server takes");
            let kubeconfig = place.controllers().to_str().unwrap();
            let environment = [("BAILIWICK_KUBECONFIG", kubeconfig), ("BAILIWICK_CONTROLLER_CREDENTIAL", &credential)];
            let words = ["controller", "--server", &remote.address];
            let controller = Running::start(program(&words, &environment, folder.path()));
            controller.says("this controller writes", LEASED_WITHIN).await;
            let (dev, bo) = (ada.create_namespace("dev").await, house.seat(&place.id, Role::Member).await);
            place.save(ada, &bo, &[&dev]).await;
            let username = place.username(&bo).await;
            within(AT_FIRST, "allowed", async || place.may_read(&username, &dev).await).await;
            within(AT_FIRST, "in sync", async || place.sync_of(&dev).await == "in_sync").await;

            remote.leave().await;
            controller.says("Bailiwick's server is away", AT_FIRST).await;
            ada.deactivate(&bo).await;
            remote.come_back();
            controller.says("Bailiwick's server is back away_since=", AT_FIRST).await;
            within(AT_FIRST, "withdrawn", async || !place.may_read(&username, &dev).await).await;
            let holder = || {
                let lease = ["get", "lease", "bailiwick-controller", "-n", "bailiwick", "-o"];
                place.kubectl(&[&lease[..], &["jsonpath={.spec.holderIdentity}"]].concat())
            };
            assert!(holder().contains(&format!("-{}-", controller.child.id())), "{}", holder());
            let checked = doctor(house, kubeconfig, folder.path());
            assert!(checked.contains(&format!("held by {}", holder())), "{checked}");
            let began = std::time::Instant::now();
            let log = controller.terminate();
            assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
            assert_eq!(holder(), "");
            println!("{log}");
            assert!(!log.contains(&credential) && !log.contains("ERROR"), "{log}");
            let lines = |what: &str| log.lines().filter(|line| line.contains(what)).count();
            assert_eq!((lines("server is away"), lines("server is back")), (1, 1), "{log}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "it needs no data folder of its own");
        },
    );
}

/// What `bailiwick cluster controller-credential` prints, with this house's key.
fn credential(house: &House, folder: &Path) -> String {
    let data = folder.join("data");
    let environment = [
        ("BAILIWICK_SECRET_KEY", KEY),
        ("BAILIWICK_DATA", data.to_str().unwrap()),
        ("BAILIWICK_BASE_URL", house.base()),
    ];
    let printed = run(&["cluster", "controller-credential"], &environment, folder);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    let printed = text(&printed.stdout);
    let lines: Vec<_> = printed.lines().collect();
    let [first, second, last] = lines[..] else { panic!("{printed}") };
    assert!(first.starts_with("# ") && second.contains(&format!("bailiwick controller --server {}", house.base())));
    last.strip_prefix("BAILIWICK_CONTROLLER_CREDENTIAL=").unwrap().to_owned()
}

/// What `bailiwick doctor` says, all of it well.
fn doctor(house: &House, kubeconfig: &str, folder: &Path) -> String {
    let data = folder.join("data");
    let environment = [
        ("BAILIWICK_SECRET_KEY", KEY),
        ("BAILIWICK_DATA", data.to_str().unwrap()),
        ("BAILIWICK_BASE_URL", house.base()),
        ("BAILIWICK_KUBECONFIG", kubeconfig),
    ];
    let migrated = run(&["migrate"], &environment, folder);
    assert!(migrated.status.success(), "{}", text(&migrated.stderr));
    let said = run(&["doctor"], &environment, folder);
    let words = text(&said.stdout);
    println!("{words}");
    assert!(said.status.success(), "{words}");
    for line in ["ok    roles", "ok    rights", "ok    lease"] {
        assert!(words.contains(line), "{words}");
    }
    words
}

#[test]
fn what_is_missing_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let said = |words: &[&str], environment: &[(&str, &str)]| {
        let ended = run(words, environment, folder.path());
        let why = text(&ended.stderr);
        assert!(!ended.status.success(), "{why}");
        why.lines().last().unwrap_or_default().to_owned()
    };
    let credential = ("BAILIWICK_CONTROLLER_CREDENTIAL", "bwr_x");
    let far = |server| ["controller", "--server", server];
    let why = said(&far("https://bailiwick.example"), &[]);
    assert!(why.contains("BAILIWICK_CONTROLLER_CREDENTIAL is not set"), "{why}");
    let why = text(&run(&far("http://bailiwick.example"), &[credential], folder.path()).stderr);
    assert!(why.contains("is not https"), "{why}");
    let why = said(&far("https://bailiwick.example"), &[credential]);
    assert!(why.contains("BAILIWICK_KUBECONFIG is not set"), "{why}");
    let why = said(&far("https://bailiwick.example"), &[credential, ("BAILIWICK_KUBECONFIG", "/nowhere")]);
    assert!(why.contains("/nowhere"), "{why}");
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "and nothing is made");
}
