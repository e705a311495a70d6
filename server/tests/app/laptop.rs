//! A person's own machine: a home folder, a browser that writes down what it is asked to open, and the real program.

use crate::{browser::Person, house::House};
use axum::Router;
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

/// A house served on loopback until it is dropped.
pub(crate) struct Served {
    pub(crate) address: String,
    task: JoinHandle<()>,
}

impl Served {
    pub(crate) async fn plainly(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        Self::by(address, async move { axum::serve(listener, service).await.unwrap() })
    }

    pub(crate) fn by(address: String, serving: impl Future<Output = ()> + Send + 'static) -> Self {
        Self { address, task: tokio::spawn(serving) }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a program said, and whether it did what it was asked.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) well: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { well: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }
}

pub(crate) struct Laptop {
    home: TempDir,
    /// Where Bailiwick is, as its person types it.
    pub(crate) server: String,
    environment: Vec<(String, String)>,
}

impl Laptop {
    pub(crate) fn new(server: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let programs = home.path().join("bin");
        fs::create_dir(&programs).unwrap();
        let browser = format!("#!/bin/sh\necho \"$1\" >>{}/opened\n", home.path().display());
        let program = programs.join("xdg-open");
        fs::write(&program, browser).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let own = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
        let environment = [("HOME", own("")), ("PATH", path), ("DISPLAY", ":0".into())];
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { home, server: server.to_owned(), environment }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The kubeconfig that `kubectl` uses when nobody names one.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.path(".kube/config")
    }

    pub(crate) fn logins(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path(".config/bailiwick/logins")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn program(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).env_clear().envs(self.environment.iter().cloned()).current_dir(self.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    async fn run(&self, program: &str, words: &[&str], more: &[(&str, &str)]) -> Said {
        let mut command = self.program(program, words);
        command.envs(more.iter().copied());
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap().into()
    }

    pub(crate) async fn bailiwick(&self, words: &[&str]) -> Said {
        self.run(env!("CARGO_BIN_EXE_bailiwick"), words, &[]).await
    }

    pub(crate) async fn bailiwick_with(&self, words: &[&str], more: &[(&str, &str)]) -> Said {
        self.run(env!("CARGO_BIN_EXE_bailiwick"), words, more).await
    }

    pub(crate) async fn kubectl(&self, words: &[&str]) -> Said {
        self.run("kubectl", words, &[]).await
    }

    pub(crate) async fn credential(&self, organization: &str) -> Said {
        self.bailiwick(&["credential", "--server", &self.server, "--organization", organization]).await
    }

    /// Runs `bailiwick login`; `answer` is given the code as soon as it is shown.
    pub(crate) async fn log_in(&self, more: &[&str], answer: impl AsyncFnOnce(&str)) -> Said {
        let words = [&["login", "--server", &self.server], more].concat();
        let mut child = self.program(env!("CARGO_BIN_EXE_bailiwick"), &words).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let shown = move || {
            let mut seen = String::new();
            while !seen.contains("Waiting") && out.read_line(&mut seen).unwrap() > 0 {}
            (out, seen)
        };
        let (mut out, mut seen) = tokio::task::spawn_blocking(shown).await.unwrap();
        if let Some((_, rest)) = seen.split_once("the code ") {
            answer(&rest[..9]).await;
        }
        let end = move || {
            out.read_to_string(&mut seen).unwrap();
            let mut said = Said::from(child.wait_with_output().unwrap());
            said.out = seen;
            said
        };
        tokio::task::spawn_blocking(end).await.unwrap()
    }

    /// The same with somebody who approves.
    pub(crate) async fn let_in_by(&self, person: &Person, more: &[&str]) -> Said {
        self.log_in(more, async |code| {
            let fields = [("organization", person.slug.as_str()), ("code", code)];
            let answer = person.call("logins/approve", &fields).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        })
        .await
    }

    /// What the browser was asked to open.
    pub(crate) fn opened(&self) -> String {
        fs::read_to_string(self.path("opened")).unwrap_or_default()
    }

    /// Every secret that is kept here, so that others can look for it.
    pub(crate) fn note_secrets(&self, house: &House) {
        for file in self.logins() {
            let kept: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
            house.note(kept["secret"].as_str().unwrap());
        }
    }
}

pub(crate) fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().permissions().mode() & 0o777
}
