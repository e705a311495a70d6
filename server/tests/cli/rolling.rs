//! Two replicas behind a balancer, replaced one after the other while people work.

use crate::{
    house::{House, PASSWORD},
    machine::bare,
};
use std::{
    net::TcpListener as Free,
    process::{Child, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use storage::trial::on_postgres;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

const KEY: &str = "a-key-of-the-tests-that-is-long-enough";
/// Issue 6 asks for as many.
const REQUESTS: usize = 10_000;
const ASKED_AT_ONCE: usize = 8;
/// How often a balancer looks whether a replica is ready; the replica stays for longer once it is told to stop.
const LOOKS_EVERY: Duration = Duration::from_millis(100);
/// Nobody waits for longer than this, for a start or for a stop.
const PATIENCE: Duration = Duration::from_secs(20);
/// From the signal to the end: issue 6 promises it.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

struct Replica {
    port: u16,
    child: Mutex<Option<Child>>,
    environment: Vec<(&'static str, String)>,
    folder: TempDir,
}

impl Replica {
    fn new(house: &House) -> Self {
        let port = Free::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let environment = vec![
            ("BAILIWICK_DATABASE_URL", house.trial.url()),
            ("BAILIWICK_SECRET_KEY", KEY.to_owned()),
            ("BAILIWICK_LISTEN", format!("127.0.0.1:{port}")),
            ("BAILIWICK_BASE_URL", "http://127.0.0.1".to_owned()),
            ("BAILIWICK_DRAIN_SECONDS", "1".to_owned()),
            ("BAILIWICK_LOG", "warn".to_owned()),
        ];
        let replica = Self { port, child: Mutex::default(), environment, folder: tempfile::tempdir().unwrap() };
        replica.start();
        replica
    }

    fn start(&self) {
        let mut command = bare();
        command.arg("serve").env("BAILIWICK_DATA", self.folder.path()).envs(self.environment.iter().cloned());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        *self.child.lock().unwrap() = Some(child);
    }

    async fn is_ready(&self) -> bool {
        let asked = ask(self.port, "GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
        timeout(LOOKS_EVERY * 5, asked)
            .await
            .is_ok_and(|answer| answer.is_ok_and(|text| text.starts_with("HTTP/1.1 200")))
    }

    async fn until_ready(&self) {
        let began = Instant::now();
        while !self.is_ready().await {
            assert!(began.elapsed() < PATIENCE, "not ready");
            sleep(LOOKS_EVERY / 4).await;
        }
    }

    /// As an init system stops it; answers how long that took.
    async fn stop(&self) -> Duration {
        let mut child = self.child.lock().unwrap().take().unwrap();
        let began = Instant::now();
        let told = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let ended = tokio::task::spawn_blocking(move || child.wait()).await.unwrap().unwrap();
        assert_eq!(ended.code(), Some(0), "it stops by itself");
        began.elapsed()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The whole answer to one request on a connection of its own.
async fn ask(port: u16, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Sends each connection to a replica that was ready when it last looked, in turn.
async fn balance(listener: TcpListener, replicas: Arc<[Replica; 2]>) {
    let ready: Arc<Mutex<Vec<u16>>> = Arc::new(Mutex::new(replicas.iter().map(|it| it.port).collect()));
    let looking = ready.clone();
    let watched = replicas.clone();
    let look = async move {
        loop {
            let mut found = Vec::new();
            for replica in watched.iter() {
                if replica.is_ready().await {
                    found.push(replica.port);
                }
            }
            *looking.lock().unwrap() = found;
            sleep(LOOKS_EVERY).await;
        }
    };
    let turn = AtomicUsize::new(0);
    let pass = async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let ports = ready.lock().unwrap().clone();
            let port = ports[turn.fetch_add(1, Ordering::Relaxed) % ports.len()];
            tokio::spawn(async move {
                let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    };
    tokio::join!(look, pass);
}

/// Signs in at the balancer; answers the cookie.
async fn sign_in(port: u16, email: &str) -> String {
    let body = format!("email={}&password={}", email.replace('@', "%40"), PASSWORD.replace(' ', "+"));
    let head = "POST /api/v1/sessions/sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
                content-type: application/x-www-form-urlencoded";
    let answer = ask(port, &format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[test]
fn while_two_replicas_are_replaced_no_request_fails_and_nobody_is_signed_out() {
    on_postgres(async |trial| {
        House::live_in(trial, &async |house: House| {
            let ada = house.on_real_time().found("Northwind", "ada@northwind.example").await;
            let replicas = Arc::new([Replica::new(&house), Replica::new(&house)]);
            for replica in replicas.iter() {
                replica.until_ready().await;
            }
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let balancing = tokio::spawn(balance(listener, replicas.clone()));
            let cookie = sign_in(port, &ada.email).await;
            house.note(cookie.split('=').nth(1).unwrap());
            let request = format!(
                "GET /api/v1/sessions/current HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n"
            );

            let asked = Arc::new(AtomicUsize::new(0));
            let mut people = JoinSet::new();
            for _ in 0..ASKED_AT_ONCE {
                let (asked, request) = (asked.clone(), request.clone());
                people.spawn(async move {
                    let mut wrong = Vec::new();
                    while asked.fetch_add(1, Ordering::Relaxed) < REQUESTS {
                        match ask(port, &request).await {
                            Ok(answer) if answer.starts_with("HTTP/1.1 200") && answer.contains("ada@northwind") => {}
                            other => wrong.push(format!("{other:?}")),
                        }
                    }
                    wrong
                });
            }
            let mut stops = Vec::new();
            let mut rounds = 0;
            // As long as there are requests: each replica is replaced once at least, and most likely several times.
            while rounds < 2 || asked.load(Ordering::Relaxed) < REQUESTS {
                let replica = &replicas[rounds % 2];
                stops.push(replica.stop().await);
                replica.start();
                replica.until_ready().await;
                // The balancer has to see that it is back before the other one leaves.
                sleep(LOOKS_EVERY * 3).await;
                rounds += 1;
            }
            let wrong: Vec<_> = people.join_all().await.into_iter().flatten().collect();
            println!("{REQUESTS} requests while replicas were replaced {rounds} times; stopped within {:?}", stops.iter().max());
            assert!(wrong.is_empty(), "{} of {REQUESTS} failed: {:?}", wrong.len(), wrong.first());
            assert!(stops.iter().all(|it| *it < STOPS_WITHIN), "{stops:?}");
            balancing.abort();
        })
        .await;
    });
}
