//! Starts `smtp_server.py` and listens to what it tells.

use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

/// Long enough for a busy machine to start Python; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail server of one test. Ends with it.
pub(crate) struct SmtpServer {
    process: Child,
    told: Receiver<Value>,
    pub(crate) port: u16,
}

impl SmtpServer {
    pub(crate) fn start(mode: &str) -> Self {
        Self::start_with(mode, &[])
    }

    pub(crate) fn start_with(mode: &str, options: &[&str]) -> Self {
        // From this crate, or from the one that has it.
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let here = if here.ends_with("mailer") { here } else { here.join("mailer") };
        let modules = std::env::var_os("BAILIWICK_TEST_PYTHONPATH")
            .map_or_else(|| here.join("../../.tools/python"), PathBuf::from);
        assert!(
            modules.join("aiosmtpd").is_dir(),
            "aiosmtpd is not in {}: `make test` installs it (or set BAILIWICK_TEST_PYTHONPATH)",
            modules.display()
        );
        let mut process = Command::new("python3")
            .arg(here.join("tests/smtp_server.py"))
            .arg(mode)
            .args(options)
            .env("PYTHONPATH", modules)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 starts");
        let (tell, told) = channel();
        let output = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = tell.send(serde_json::from_str(&line).unwrap());
            }
        });
        let mut server = Self { process, told, port: 0 };
        server.port = server.wait_for("ready")["port"].as_u64().unwrap().try_into().unwrap();
        server
    }

    /// The next event of this kind; others before it are skipped.
    pub(crate) fn wait_for(&self, event: &str) -> Value {
        loop {
            let told = self.told.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("the server tells no {event:?}"));
            if told["event"] == event {
                return told;
            }
        }
    }

    /// What has been told already of this event; others are skipped.
    #[allow(dead_code, reason = "the tests of functions use it")]
    pub(crate) fn so_far(&self, event: &str) -> Vec<Value> {
        self.told.try_iter().filter(|told| told["event"] == event).collect()
    }

    /// Lets a server of mode `silent-once` give its late answer.
    pub(crate) fn answer(&mut self) {
        self.process.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    /// Ends the server, and counts what it told that nobody waited for. After the end, so that nothing is missed.
    pub(crate) fn count(mut self, event: &str) -> usize {
        drop(self.process.stdin.take());
        let mut count = 0;
        loop {
            match self.told.recv_timeout(PATIENCE) {
                Ok(told) => count += usize::from(told["event"] == event),
                Err(RecvTimeoutError::Disconnected) => return count,
                Err(RecvTimeoutError::Timeout) => panic!("the server does not end"),
            }
        }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
