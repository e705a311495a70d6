//! A machine on which the program runs: a data folder, an environment of its own, and an organization to act on.

use crate::{
    browser::Person,
    house::{House, on_both},
};
use domain::membership::Role;
use serde_json::Value;
use std::{
    io::Write,
    net::SocketAddr,
    process::{Command, Stdio},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

/// Runs a scenario on the database itself, and by a credential against a server.
pub(crate) fn both_ways<T: AsyncFn(&Machine)>(scenario: T) {
    on_both(async |house| scenario_on(Machine::beside(&house).await, &scenario).await);
    on_both(async |house| scenario_on(Machine::far_from(&house).await, &scenario).await);
}

async fn scenario_on<T: AsyncFn(&Machine)>(machine: Machine, scenario: &T) {
    scenario(&machine).await;
    machine.house.post().await;
}

/// What a program printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// What the one line of this text in its table says, cell by cell.
    #[track_caller]
    pub(crate) fn row(&self, text: &str) -> Vec<&str> {
        let found: Vec<_> = self.out.lines().filter(|line| line.contains(text)).collect();
        let [line] = found[..] else { panic!("{} lines have {text}: {self:?}", found.len()) };
        line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
    }

    /// Whether something stands in its output, wherever it was put.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        assert!(self.out.contains(text) || self.err.contains(text), "{text} is not in {self:?}");
    }
}

pub(crate) struct Machine {
    pub(crate) house: House,
    /// The founder of `northwind`, which has the namespaces `northwind-dev` and `northwind-lab`.
    pub(crate) ada: Person,
    /// A member of it.
    pub(crate) bo: Person,
    folder: TempDir,
    /// The server's address and a credential; none on the server's own machine.
    server: Option<(String, String, JoinHandle<()>)>,
}

impl Machine {
    pub(crate) async fn beside(house: &House) -> Self {
        let house = house.on_real_time();
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["dev", "lab"] {
            ada.create_namespace(label).await;
        }
        let bo = house.seat("northwind", Role::Member).await;
        Self { house, ada, bo, folder: tempfile::tempdir().unwrap(), server: None }
    }

    async fn far_from(house: &House) -> Self {
        let mut machine = Self::beside(house).await;
        let secret = machine.done(&["credential", "make", "laptop"]).out.trim().to_owned();
        machine.house.note(&secret);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = machine.house.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        machine.server = Some((address, secret, serving));
        machine
    }

    pub(crate) fn is_far(&self) -> bool {
        self.server.is_some()
    }

    /// The program in this machine's environment, and in no other: nothing of whoever runs the tests gets in.
    pub(crate) fn program(&self) -> Command {
        let mut command = bare();
        command.current_dir(self.folder.path()).env("BAILIWICK_DATA", self.folder.path()).env("BAILIWICK_LOG", "warn");
        match &self.server {
            None => command.env("BAILIWICK_DATABASE_URL", self.house.trial.url()),
            Some((_, secret, _)) => command.env("BAILIWICK_OPERATOR_CREDENTIAL", secret),
        };
        command
    }

    /// `bailiwick operator` with these arguments, the way this machine goes.
    pub(crate) fn operator(&self, arguments: &[&str]) -> Command {
        let mut command = self.program();
        command.arg("operator").args(arguments);
        if let Some((address, ..)) = &self.server {
            command.args(["--server", address]);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        ran(&mut self.operator(arguments), "")
    }

    /// The same, which must be done.
    #[track_caller]
    pub(crate) fn done(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.exit, 0, "{arguments:?}: {ran:?}");
        assert!(!ran.out.is_empty(), "{arguments:?} says nothing: {ran:?}");
        ran
    }

    /// The same for a program: the JSON that is printed.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        self.done(&[arguments, &["--json"]].concat()).json()
    }

    /// The same, which must end like this and change nothing. Answers the code, which a program is told as well.
    pub(crate) async fn changes_nothing(&self, exit: i32, arguments: &[&str]) -> String {
        let before = self.house.rows().await;
        let ran = self.run(arguments);
        assert_eq!(ran.exit, exit, "{arguments:?}: {ran:?}");
        assert!(exit == 0 || ran.out.is_empty(), "{ran:?}");
        let told = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(told.exit, exit, "{arguments:?}: {told:?}");
        assert_eq!(self.house.rows().await, before, "{arguments:?}");
        if exit == 0 {
            told.json();
            return String::new();
        }
        let error: Value = serde_json::from_str(&told.err).unwrap_or_else(|_| panic!("no JSON: {told:?}"));
        let code = error["code"].as_str().unwrap().to_owned();
        assert!(ran.err.trim_end().ends_with(&format!("({code})")), "{ran:?}");
        assert!(error["message"].as_str().unwrap().len() > 10, "{error}");
        code
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some((_, _, serving)) = &self.server {
            serving.abort();
        }
    }
}

/// The program, told nothing.
pub(crate) fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bailiwick"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// Runs it with this on its standard input, which is no terminal.
pub(crate) fn ran(command: &mut Command, typed: &str) -> Ran {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // Whoever does not read it ends before, which is no failure.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    let done = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { exit: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
}
