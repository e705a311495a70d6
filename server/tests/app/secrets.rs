//! Nothing that opens a door stands in a log, on a page or in the database.

use crate::{
    house::on_both,
    story::{self, BO_PASSWORD},
};
use std::{
    io,
    sync::{Arc, Mutex},
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The one log line with a link is the worker's, where mails are files and nobody's mailbox rings.
#[test]
fn no_secret_is_logged_however_much_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::level_filters::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    on_both(async |house| {
        log.0.lock().unwrap().clear();
        story::tell(&house).await;
        let refused =
            [("email", "Ada@Northwind.example"), ("password", BO_PASSWORD), ("secret", "a-secret-in-a-field")];
        for function in ["sessions/sign-in", "sessions/verify", "invitations/accept", "account/change-password"] {
            house.anonymous().call(function, &refused).await;
            house.anonymous().submit(function, &refused).await;
        }
        house.anonymous().visit("/invitations/a-secret-in-a-path").await;
        tracing::trace!("the end of the story");
        let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        assert!(text.contains("TRACE") && text.contains("the end of the story"), "nothing was captured");
        let secrets = house.secrets.lock().unwrap().clone();
        assert!(secrets.len() >= 8, "{}", secrets.len());
        for secret in secrets.iter().map(String::as_str).chain(["a-secret-in-a-field", "a-secret-in-a-path"]) {
            let line = text.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{secret} is in the log: {}", line.unwrap_or_default());
        }
    });
}

#[test]
fn the_database_keeps_nothing_that_opens_a_door() {
    on_both(async |house| {
        story::tell(&house).await;
        let kept = house.trial.everything().await;
        assert!(kept.contains("ada@northwind.example"));
        for secret in house.secrets.lock().unwrap().iter() {
            assert!(!kept.contains(secret), "{secret} is in the database");
        }
    });
}
