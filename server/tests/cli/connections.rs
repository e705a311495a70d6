//! Silent clients at the program itself, with fewer files than there are clients.

use crate::{
    machine::bare,
    serving::{LOOKS_EVERY, Serving, ask},
};
use std::time::Duration;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};

/// What an answer may take beside all those.
const SOON: Duration = Duration::from_secs(2);

async fn answers(serving: &Serving, request: &str, status: &str) {
    let began = Instant::now();
    let answer = timeout(SOON, ask(serving.port, request)).await.expect("an answer in time").unwrap();
    assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request}: {answer}");
    println!("{:?} after {:?}", request.lines().next(), began.elapsed());
}

#[tokio::test]
async fn three_hundred_silent_clients_of_a_server_with_256_files_keep_nobody_out() {
    let serving = Serving::start_below(256);
    serving.until_ready().await;
    let mut silent = Vec::new();
    for count in 0..300 {
        silent.push(TcpStream::connect(("127.0.0.1", serving.port)).await.unwrap());
        // While they come, and not only when all are there.
        if count % 50 == 49 {
            answers(&serving, "GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n", "200").await;
        }
    }
    for _ in 0..3 {
        answers(&serving, "GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n", "200").await;
        // The database has files too.
        answers(&serving, "GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n", "200").await;
        answers(&serving, "GET /sign-up HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n", "200").await;
        let review = "POST /cluster/v1/token-review HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        answers(&serving, review, "401").await;
    }
    // None of them holds it up either.
    let stopped = serving.stop().await;
    assert!(stopped < LOOKS_EVERY * 30, "{stopped:?}");
    let log = serving.log();
    assert!(!log.contains("can be accepted") && !log.contains("panicked"), "{log}");
}

#[test]
fn a_server_that_may_open_too_few_files_says_so_and_does_not_start() {
    let serving = tempfile::tempdir().unwrap();
    let program = bare();
    let ended = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\" serve"])
        .arg(program.get_program())
        .env("BAILIWICK_DATA", serving.path())
        .env("BAILIWICK_LISTEN", "127.0.0.1:0")
        .output()
        .unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success() && said.contains("only 64 files may be open"), "{said}");
}
