//! The API server of these tests: the one that is given, or one that a test starts for itself.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// What `.ci/cluster start` says of the server it started.
pub(crate) struct Facts(String);

impl Facts {
    fn read(file: &str) -> Self {
        Self(fs::read_to_string(file).unwrap())
    }

    pub(crate) fn get(&self, key: &str) -> &str {
        let found = self.0.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("cluster.env has no {key}"))
    }
}

pub(crate) enum Given {
    Facts(Facts),
    Kubeconfig(PathBuf),
}

/// `None` where whoever runs the tests does without a cluster.
pub(crate) fn given() -> Option<Given> {
    match (env::var("BAILIWICK_TEST_CLUSTER"), env::var("BAILIWICK_TEST_KUBECONFIG")) {
        (Ok(facts), _) if !facts.is_empty() => Some(Given::Facts(Facts::read(&facts))),
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

impl Given {
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        match self {
            Self::Facts(facts) => facts.get("KUBECONFIG").into(),
            Self::Kubeconfig(file) => file.clone(),
        }
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

/// A server of one test's own, for what the one of all was not started with. Gone with it, however the test ends.
pub(crate) struct Own {
    pub(crate) facts: Facts,
    folder: String,
}

impl Own {
    /// One that keeps what the webhook answered for so long. `None` where tests do without a cluster.
    pub(crate) fn keeping_answers_for(time: &str) -> Option<Self> {
        facts()?;
        let started = Self::command(&["start"], &[("CLUSTER_WEBHOOK_TTL", time)]);
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        let said = String::from_utf8(started.stdout).unwrap();
        let [facts, folder, ..] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
        Some(Self { facts: Facts::read(facts), folder: folder.to_owned() })
    }

    fn command(words: &[&str], environment: &[(&str, &str)]) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/cluster");
        Command::new(script).args(words).envs(environment.iter().copied()).output().expect("the script runs")
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        Self::command(&["stop", &self.folder], &[]);
    }
}

pub(crate) fn run(words: &[&str]) -> Output {
    Command::new("kubectl").args(words).output().expect("kubectl is installed")
}
