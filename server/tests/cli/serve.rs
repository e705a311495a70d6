//! `bailiwick serve`, as it is seen from outside.

use crate::{machine::bare, serving::Serving, smtp::SmtpServer};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};
use storage::trial::on_postgres;

/// Killed with this, however the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn prometheus_is_answered_at_an_address_of_its_own_that_a_log_for_programs_tells() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bare();
    command.arg("serve").current_dir(folder.path()).env("BAILIWICK_LOG_FORMAT", "json");
    command.env("BAILIWICK_LISTEN", "127.0.0.1:0").env("BAILIWICK_METRICS_LISTEN", "127.0.0.1:0");
    let mut running = Running(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let mut log = BufReader::new(running.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let message = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        line["message"].as_str().unwrap().to_owned()
    };
    let address = log
        .find_map(|line| {
            Some(message(&line).strip_prefix("Prometheus finds http://")?.strip_suffix("/metrics")?.to_owned())
        })
        .expect("a line that tells the address");

    let answer = get(&address, "/metrics");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.lines().any(|line| line == "bailiwick_database_up 1"), "{answer}");
    let details = get(&address, "/readyz");
    assert!(details.starts_with("HTTP/1.1 200") && details.contains("\"database\":\"ok\""), "{details}");
    for path in ["/", "/sign-up", "/healthz", "/api/v1/sessions/current"] {
        assert!(get(&address, path).starts_with("HTTP/1.1 404"), "{path}");
    }

    // Prometheus keeps its connection, which holds nobody up.
    let _kept = TcpStream::connect(&address).unwrap();
    let told = Command::new("kill").args(["-TERM", &running.0.id().to_string()]).status().unwrap();
    assert!(told.success());
    let rest: Vec<_> = log.map(|line| message(&line)).collect();
    assert!(rest.iter().any(|said| said == "stopping"), "{rest:?}");
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn where_database_key_and_mail_are_elsewhere_no_folder_is_needed() {
    on_postgres(async |trial| {
        let smtp = SmtpServer::start("accept");
        let serving = Serving::start(vec![
            ("BAILIWICK_DATABASE_URL", trial.url()),
            ("BAILIWICK_SMTP_URL", format!("smtp://127.0.0.1:{}", smtp.port)),
            // Nobody can make a folder there.
            ("BAILIWICK_DATA", "/proc/nowhere".to_owned()),
        ]);
        println!("ready within {:?}", serving.until_ready().await);
    });
}
