//! What breaks in the middle: the program, its disk, its database, its folder.

use crate::{
    house::{House, PASSWORD},
    machine::{bare, ran},
    relay::Relay,
    serving::{Serving, ask, post, sign_in},
};
use serde_json::{Value, json};
use std::{
    fs,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};
use storage::trial::{on_both, on_postgres};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

const EMAIL: &str = "ada@northwind.example";
/// Issue 6 promises it of a start after the worst of ends.
const READY_WITHIN: Duration = Duration::from_secs(5);
const ROUNDS: u64 = 6;

fn body(answer: &str) -> Value {
    serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap_or_default()).unwrap_or_default()
}

/// Founds an organization where nobody is yet; answers the founder's head of a request.
async fn found(port: u16) -> String {
    let fields = [("organization_name", "Northwind"), ("first_name", "Ada"), ("last_name", "Okafor"), ("email", EMAIL)];
    let answer = post(port, "sessions/sign-up", "", &[&fields[..], &[("password", PASSWORD)]].concat()).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    format!("cookie: {}\r\n", sign_in(port, EMAIL).await)
}

async fn read(port: u16, head: &str, path: &str) -> Value {
    let asked = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{head}\r\n");
    let answer = ask(port, &asked).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    body(&answer)
}

/// Every name of a token that the list has, over all its pages.
async fn tokens(port: u16, head: &str) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/tokens/list?organization=northwind&limit=200&cursor={cursor}");
        let page = read(port, head, &path).await;
        names.extend(page["tokens"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return names,
        }
    }
}

#[test]
fn what_was_answered_outlives_a_kill_and_nothing_is_half_done() {
    on_both(async |trial| {
        let settings = match trial.url().starts_with("postgres:") {
            true => vec![("BAILIWICK_DATABASE_URL", trial.url())],
            // A file of its own: the trial's is open here, too.
            false => Vec::new(),
        };
        let serving = Arc::new(Serving::start(settings));
        serving.until_ready().await;
        let head = found(serving.port).await;
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let mut slowest = Duration::ZERO;
        for round in 0..ROUNDS {
            let mut writers = JoinSet::new();
            for writer in 0..4 {
                let (serving, head, told) = (serving.clone(), head.clone(), told.clone());
                writers.spawn(async move {
                    for number in 0.. {
                        let name = format!("t{round}-{writer}-{number}");
                        let fields = [("organization", "northwind"), ("name", &name), ("namespaces[]", "")];
                        match post(serving.port, "tokens/create", &head, &fields).await {
                            Ok(answer) if answer.starts_with("HTTP/1.1 200") && body(&answer)["secret"].is_string() => {
                                told.lock().unwrap().push(name);
                            }
                            // In the middle of it, or not there any longer: nobody was told that it is done.
                            _ => return,
                        }
                    }
                });
            }
            sleep(Duration::from_millis(200 + 70 * round)).await;
            serving.kill();
            writers.join_all().await;
            serving.again();
            slowest = slowest.max(serving.until_ready().await);
        }
        let (told, kept) = (told.lock().unwrap().clone(), tokens(serving.port, &head).await);
        println!("{} writes answered, {} kept, ready again within {slowest:.1?}", told.len(), kept.len());
        assert!(told.len() > 20, "{}", told.len());
        let lost: Vec<_> = told.iter().filter(|name| !kept.contains(name)).collect();
        assert!(lost.is_empty(), "answered and lost: {lost:?}");
        assert!(slowest < READY_WITHIN, "{slowest:?}");

        // Each that is kept stands in the log, and each in the log is kept: both were one transaction.
        let (mut logged, mut cursor) = (0, String::new());
        loop {
            let path =
                format!("/api/v1/activity/list?organization=northwind&code=token.created&limit=200&cursor={cursor}");
            let page = read(serving.port, &head, &path).await;
            logged += page["events"].as_array().unwrap().len();
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        assert_eq!(logged, kept.len());
    });
}

#[test]
fn while_the_database_is_gone_everybody_is_told_to_come_back_and_it_recovers_by_itself() {
    on_postgres(async |trial| {
        House::live_in(trial, &async |house: House| {
            let url = house.trial.url();
            let (before, after) = url.split_once('@').unwrap();
            let (server, database) = after.split_once('/').unwrap();
            let relay = Relay::to(&format!("tcp://{server}")).await;
            let through = format!("{before}@{}/{database}", relay.address.trim_start_matches("tcp://"));
            let wait = ("BAILIWICK_DATABASE_WAIT_SECONDS", "1".to_owned());
            let serving = Serving::start(vec![("BAILIWICK_DATABASE_URL", through), wait]);
            serving.until_ready().await;
            let head = found(serving.port).await;
            let current = format!("GET /api/v1/sessions/current HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{head}\r\n");
            let printed = ran(&mut serving.command(&["cluster", "webhook-config"]), "").out;
            let secret = printed.lines().find_map(|line| line.trim().strip_prefix("token: ")).unwrap().trim_matches('"').to_owned();
            house.note(&secret);
            let fields = [("organization", "northwind"), ("name", "ci"), ("namespaces[]", "")];
            let token = body(&post(serving.port, "tokens/create", &head, &fields).await.unwrap())["secret"].clone();
            let token = token.as_str().unwrap();
            house.note(token);
            let review = json!({
                "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": { "token": token },
            });
            let review = review.to_string();
            let review = format!(
                "POST /cluster/v1/token-review HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\nauthorization: Bearer {secret}\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{review}",
                review.len()
            );
            assert!(ask(serving.port, &review).await.unwrap().contains("\"authenticated\":true"));

            relay.cut().await;
            let away = Instant::now();
            while away.elapsed() < Duration::from_secs(6) {
                let answer = ask(serving.port, &current).await.unwrap();
                assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: "), "{answer}");
                assert!(!serving.is_ready().await);
                let review = ask(serving.port, &review).await.unwrap();
                assert!(review.starts_with("HTTP/1.1 5"), "an API server keeps a no: {review}");
            }
            relay.mend();
            let took = serving.until_ready().await;
            println!("ready {took:.1?} after the database was back");
            assert!(took < READY_WITHIN, "{took:?}");
            let answer = ask(serving.port, &current).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(EMAIL), "nobody was signed out: {answer}");
        })
        .await;
    });
}

/// A file system of two megabytes, gone with this.
struct Small(tempfile::TempDir);

impl Small {
    /// `None` where nothing may be mounted.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(folder.path()).output();
        if !mounted.is_ok_and(|it| it.status.success()) {
            println!("skipped: nothing may be mounted here");
            return None;
        }
        Some(Self(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_503_keeps_what_was_kept_and_works_again_when_there_is_room() {
    let Some(disk) = Small::mount() else { return };
    let database = disk.0.path().join("bailiwick.db");
    let serving = Serving::start(vec![("BAILIWICK_DATABASE_URL", format!("sqlite:{}", database.display()))]);
    serving.until_ready().await;
    let head = found(serving.port).await;
    let create = async |name: &str| {
        let fields = [("organization", "northwind"), ("name", name), ("namespaces[]", "")];
        post(serving.port, "tokens/create", &head, &fields).await.unwrap()
    };
    assert!(create("before").await.starts_with("HTTP/1.1 200"));
    let ballast = disk.0.path().join("ballast");
    let _ = fs::write(&ballast, vec![0; 4 << 20]);
    // What is left of the journal's own pages is used up soon.
    let mut full = String::new();
    for number in 0..500 {
        full = create(&format!("more-{number}")).await;
        if !full.starts_with("HTTP/1.1 200") {
            break;
        }
    }
    assert!(full.starts_with("HTTP/1.1 503"), "{full}");
    let before = tokens(serving.port, &head).await;
    assert!(before.contains(&"before".to_owned()), "reading goes on");
    fs::remove_file(&ballast).unwrap();
    let after = create("after").await;
    assert!(after.starts_with("HTTP/1.1 200"), "{after}");
    let now = tokens(serving.port, &head).await;
    assert_eq!(now.len(), before.len() + 1, "and nothing of what was refused is there");
}

#[test]
fn a_data_folder_that_can_not_be_written_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    for data in ["file/data", "file"] {
        let refused = ran(bare().arg("serve").env("BAILIWICK_DATA", folder.path().join(data)), "");
        assert_eq!(refused.exit, 1, "{refused:?}");
        refused.says(data);
        assert_eq!(refused.err.lines().filter(|line| line.starts_with("bailiwick: ")).count(), 1, "{refused:?}");
    }
}
