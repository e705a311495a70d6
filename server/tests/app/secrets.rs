//! Nothing that opens a door stands in a log, on a page or in the database.

use crate::{
    captured::Log,
    controllers,
    house::{House, on_both},
    logins, programs,
    story::{self, BO_PASSWORD},
    tokens,
};
use mailer::Mailer;
use tokio::sync::watch;

/// The worker of `bailiwick serve`, for one letter: told to stop at once, it finishes the one under way.
async fn deliver_one(house: &House, mailer: &Mailer) {
    let (stop, stopping) = watch::channel(false);
    let worker = bailiwick::worker::send_mail(house.installation.clone(), mailer.clone(), stopping);
    tokio::join!(worker, async { stop.send(true).unwrap() });
}

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
        log.clear();
        story::tell(&house).await;
        let ada = house.again("ada@northwind.example", "northwind-traders").await;
        tokens::tell(&house, &ada).await;
        logins::tell(&house, &ada).await;
        programs::tell(&house).await;
        controllers::tell_of(&house, &ada).await;
        let refused =
            [("email", "Ada@Northwind.example"), ("password", BO_PASSWORD), ("secret", "a-secret-in-a-field")];
        for function in ["sessions/sign-in", "sessions/verify", "invitations/accept", "account/change-password"] {
            house.anonymous().call(function, &refused).await;
            house.anonymous().submit(function, &refused).await;
        }
        house.anonymous().visit("/invitations/a-secret-in-a-path").await;
        house.post().await;
        let secret = ada.copy_link(&ada.invite("dana@northwind.example").await).await;
        deliver_one(&house, &house.mailer).await;
        assert_eq!(house.secret_to("dana@northwind.example").await, secret);
        let text = log.text();
        let mailed = text.lines().find(|line| line.contains("mail kind=\"invitation\" to=dana@northwind.example"));
        assert!(mailed.is_some(), "the worker's line was not captured: {text}");
        let secrets = house.secrets.lock().unwrap().clone();
        assert!(secrets.len() >= 8, "{}", secrets.len());
        for secret in secrets.iter().map(String::as_str).chain(["a-secret-in-a-field", "a-secret-in-a-path"]) {
            let line = text.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{secret} is in the log: {}", line.unwrap_or_default());
        }

        // Where mails are files nobody's mailbox rings: on loopback that one line has the link, so that somebody can follow it.
        // Where others can open the link, whoever reads the log is not let in by it.
        let folder = tempfile::tempdir().unwrap();
        let files = Mailer::file(folder.path().to_owned(), "Bailiwick <no-reply@bailiwick.example>").unwrap();
        let told_of = async |house: &House, address: &str| {
            let secret = ada.copy_link(&ada.invite(address).await).await;
            deliver_one(house, &files).await;
            let text = log.text();
            let mailed = text.lines().find(|line| line.contains(&format!("to={address}"))).map(ToOwned::to_owned);
            let mailed = mailed.unwrap_or_else(|| panic!("the worker's line was not captured: {text}"));
            let lines: Vec<_> = text.lines().filter(|line| line.contains(&secret)).map(ToOwned::to_owned).collect();
            (secret, mailed, lines)
        };
        let (_, mailed, lines) = told_of(&house, "eleanor@northwind.example").await;
        assert!(lines.is_empty() && mailed.contains(".eml"), "{mailed} {lines:?}");
        let (secret, mailed, lines) = told_of(&house.without_tls(), "fay@northwind.example").await;
        let link = format!("link=\"http://127.0.0.1:3000/invitations/{secret}\"");
        assert!(lines == [mailed.as_str()] && mailed.contains(&link), "{mailed} {lines:?}");
    });
}

#[test]
fn the_database_keeps_nothing_that_opens_a_door() {
    on_both(async |house| {
        story::tell(&house).await;
        let ada = house.again("ada@northwind.example", "northwind-traders").await;
        tokens::tell(&house, &ada).await;
        logins::tell(&house, &ada).await;
        programs::tell(&house).await;
        controllers::tell_of(&house, &ada).await;
        let kept = house.trial.everything().await;
        assert!(kept.contains("ada@northwind.example"));
        for secret in house.secrets.lock().unwrap().iter() {
            assert!(!kept.contains(secret), "{secret} is in the database");
        }
    });
}
