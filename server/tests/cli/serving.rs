//! `bailiwick serve` in a process of its own, which can be stopped, killed and started again.

use crate::{house::PASSWORD, machine::bare, relay::Relay};
use std::{
    fs::{self, File},
    hash::{BuildHasher, RandomState},
    net::TcpListener as Free,
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

/// The key that the houses of these tests have as well.
const KEY: &str = "a-key-of-the-tests-that-is-long-enough";
const LOG: &str = "serve.log";
/// How often somebody looks whether it is ready.
pub(crate) const LOOKS_EVERY: Duration = Duration::from_millis(100);
/// Nobody waits for longer than this.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Serving {
    pub(crate) port: u16,
    pub(crate) folder: TempDir,
    child: Mutex<Option<Child>>,
    settings: Vec<(&'static str, String)>,
    /// How many files it may have open; unset: as many as the tests may.
    files: Option<u32>,
}

impl Serving {
    /// Started, and not ready yet.
    pub(crate) fn start(settings: Vec<(&'static str, String)>) -> Self {
        Self::start_with(settings, None)
    }

    /// The same with so many files.
    pub(crate) fn start_below(files: u32) -> Self {
        Self::start_with(Vec::new(), Some(files))
    }

    fn start_with(settings: Vec<(&'static str, String)>, files: Option<u32>) -> Self {
        let (folder, child) = (tempfile::tempdir().unwrap(), Mutex::default());
        let serving = Self { port: free_port(), folder, child, settings, files };
        serving.again();
        serving
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.files.map_or_else(bare, below);
        command.args(words).env("BAILIWICK_DATA", self.folder.path()).env("BAILIWICK_SECRET_KEY", KEY);
        command
            .env("BAILIWICK_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("BAILIWICK_BASE_URL", "http://127.0.0.1");
        command.env("BAILIWICK_LOG", "warn").envs(self.settings.iter().cloned());
        command
    }

    pub(crate) fn again(&self) {
        let log = File::options().create(true).append(true).open(self.folder.path().join(LOG)).unwrap();
        let child = self.command(&["serve"]).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        *self.child.lock().unwrap() = Some(child);
    }

    /// Of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.lock().unwrap().as_ref().unwrap().id()
    }

    /// What it has logged, whenever it ran.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join(LOG)).unwrap()
    }

    pub(crate) async fn is_ready(&self) -> bool {
        let asked = ask(self.port, "GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
        timeout(LOOKS_EVERY * 5, asked)
            .await
            .is_ok_and(|answer| answer.is_ok_and(|text| text.starts_with("HTTP/1.1 200")))
    }

    /// Answers how long that took.
    pub(crate) async fn until_ready(&self) -> Duration {
        let began = Instant::now();
        while !self.is_ready().await {
            assert!(began.elapsed() < PATIENCE, "not ready");
            sleep(LOOKS_EVERY / 4).await;
        }
        began.elapsed()
    }

    /// As an init system stops it; answers how long that took.
    pub(crate) async fn stop(&self) -> Duration {
        let mut child = self.child.lock().unwrap().take().unwrap();
        let began = Instant::now();
        let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let ended = tokio::task::spawn_blocking(move || child.wait()).await.unwrap().unwrap();
        assert_eq!(ended.code(), Some(0), "it stops by itself");
        began.elapsed()
    }

    /// As a power cut ends it.
    pub(crate) fn kill(&self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A way to the database that can be cut, and the database's address by it.
pub(crate) async fn relayed(url: &str) -> (Relay, String) {
    let (before, after) = url.split_once('@').unwrap();
    let (server, database) = after.split_once('/').unwrap();
    let relay = Relay::to(&format!("tcp://{server}")).await;
    let through = format!("{before}@{}/{database}", relay.address.trim_start_matches("tcp://"));
    (relay, through)
}

/// The program by a shell that lowers the limit of open files and becomes it.
fn below(files: u32) -> Command {
    let (program, mut command) = (bare(), Command::new("sh"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\"")]).arg(program.get_program());
    command
}

/// Below those that the system gives to whoever connects: it is listened at again after each stop, and nobody may have it
/// meanwhile.
fn free_port() -> u16 {
    let chance = RandomState::new();
    let mut candidates = (0_u64..).map(|n| 20_000 + u16::try_from(chance.hash_one(n) % 12_000).unwrap());
    candidates.find(|port| Free::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

/// The whole answer to one request on a connection of its own.
pub(crate) async fn ask(port: u16, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A form that is sent to a function of the API, with what else its head says.
pub(crate) async fn post(port: u16, function: &str, head: &str, fields: &[(&str, &str)]) -> std::io::Result<String> {
    let body: Vec<_> =
        fields.iter().map(|(name, value)| format!("{name}={}", value.replace('@', "%40").replace(' ', "+"))).collect();
    let body = body.join("&");
    let length = body.len();
    ask(
        port,
        &format!(
            "POST /api/v1/{function} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{head}\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        ),
    )
    .await
}

/// Answers the cookie of whoever signs in there.
pub(crate) async fn sign_in(port: u16, email: &str) -> String {
    let answer = post(port, "sessions/sign-in", "", &[("email", email), ("password", PASSWORD)]).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}
