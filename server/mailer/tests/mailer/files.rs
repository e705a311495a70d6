use super::*;
use mail_parser::{HeaderValue, MessageParser};
use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

async fn written(mailer: &Mailer, mail: &Mail) -> PathBuf {
    match mailer.send("0199-ab", &address("Grace@Example.com"), mail, now()).await.unwrap() {
        Sent::ToFile(path) => path,
        elsewhere => panic!("{elsewhere}"),
    }
}

#[tokio::test]
async fn a_mail_in_the_folder_is_a_whole_message() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::file(folder.path().join("data/mail"), FROM).unwrap();
    let path = written(&mailer, &invitation_to("Zoë & 👩‍🚀")).await;
    assert_eq!(path, folder.path().join("data/mail/20261123T093005.250Z-0199-ab.eml"));

    let bytes = fs::read(&path).unwrap();
    assert!(bytes.is_ascii(), "not every server takes 8 bits");
    let mail = MessageParser::default().parse(&bytes).unwrap();
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!((from.name().unwrap(), from.address().unwrap()), ("Bailiwick", "no-reply@bailiwick.example"));
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("grace@example.com"));
    assert_eq!(mail.subject(), Some("Ada Lovelace invites you to Zoë & 👩‍🚀"));
    assert_eq!(mail.message_id(), Some("0199-ab@bailiwick.example"));
    assert_eq!(mail.date().unwrap().to_rfc3339(), "2026-11-23T09:30:05Z");
    assert!(matches!(mail.header("Auto-Submitted"), Some(HeaderValue::Text(value)) if value == "auto-generated"));

    let kinds: Vec<_> =
        mail.parts.iter().map(|part| part.headers.iter().find_map(|header| header.value().as_content_type())).collect();
    let kinds: Vec<_> = kinds.into_iter().flatten().filter_map(|kind| kind.subtype()).collect();
    assert_eq!(kinds, ["alternative", "plain", "html"], "readers show the last part that they understand");
    let rendered = invitation_to("Zoë & 👩‍🚀").render().unwrap();
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n"), rendered.text);
    assert_eq!(mail.body_html(0).unwrap().replace("\r\n", "\n"), rendered.html);
}

#[tokio::test]
async fn a_mail_in_the_folder_is_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::file(folder.path().join("mail"), FROM).unwrap();
    let path = written(&mailer, &invitation_to("Northwind")).await;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[tokio::test]
async fn nothing_unfinished_stays_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::file(folder.path(), FROM).unwrap();
    mailer.check().await.unwrap();
    let path = written(&mailer, &invitation_to("Northwind")).await;
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [path]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let occupied = folder.path().join("mail");
    fs::write(&occupied, "a file where the folder should be").unwrap();
    let mailer = Mailer::file(&occupied, FROM).unwrap();
    let sent = mailer.send("1", &address("grace@example.com"), &invitation_to("Northwind"), now()).await;
    for failure in [mailer.check().await.unwrap_err(), sent.unwrap_err()] {
        assert_eq!(failure.kind, ErrorKind::Transient);
        assert!(failure.reason.starts_with("The mail folder can't be written: "), "{failure}");
        assert!(!failure.reason.contains(folder.path().to_str().unwrap()), "{failure}");
    }
}

#[tokio::test]
async fn an_id_cannot_leave_the_folder_or_the_header() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::file(folder.path().join("mail"), FROM).unwrap();
    for id in ["", "../../etc/passwd", "a/b", "a\r\nBcc: x", "<a>", "a@b", ".", "ä", &"x".repeat(101)] {
        let sent = mailer.send(id, &address("grace@example.com"), &invitation_to("Northwind"), now()).await;
        assert_eq!(sent.unwrap_err().kind, ErrorKind::Permanent, "{id}");
    }
    assert!(!folder.path().join("mail").exists());
}

#[tokio::test]
async fn a_date_that_no_header_can_hold_does_not_stop_a_mail() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::file(folder.path(), FROM).unwrap();
    for micros in [i64::MIN, -1, i64::MAX] {
        let at = Timestamp::from_micros(micros);
        mailer.send("1", &address("grace@example.com"), &invitation_to("Northwind"), at).await.unwrap();
    }
}

#[tokio::test]
async fn a_memory_mailer_shows_what_it_took() {
    let mailer = Mailer::memory(FROM).unwrap();
    let mail = invitation_to("Northwind");
    let refusal = SendError::permanent("The mail server refused the address: 550 no such mailbox");
    mailer.fail_next(refusal.clone());
    let to = address("grace@example.com");
    assert_eq!(mailer.send("0199", &to, &mail, now()).await, Err(refusal));
    assert_eq!(mailer.clone().send("0199", &to, &mail, now()).await, Ok(Sent::ToMemory));

    let Rendered { subject, text, html } = mail.render().unwrap();
    let message_id = "<0199@bailiwick.example>".to_owned();
    assert_eq!(mailer.sent(), [SentMail { to: "grace@example.com".into(), subject, text, html, message_id }]);
}

#[test]
fn a_sender_that_is_no_address_is_refused() {
    for from in ["", "Bailiwick", "Bailiwick <>", "a@b\r\nBcc: c@d", "A\u{0}B <a@b.example>", "zoë@exämple.com"] {
        assert_eq!(Mailer::memory(from).unwrap_err(), SetupError::From, "{from:?}");
    }
    for from in ["no-reply@bailiwick.example", "Zoë's Bailiwick <no-reply@bailiwick.example>", "bailiwick@localhost"] {
        assert!(Mailer::memory(from).is_ok(), "{from:?}");
    }
}

#[tokio::test]
async fn no_line_of_a_message_is_longer_than_smtp_carries() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::file(folder.path(), FROM).unwrap();
    for name in ["x".repeat(5000), "ü".repeat(5000), "x ".repeat(2500), "👩‍🚀".repeat(1000)] {
        let message = fs::read(written(&mailer, &invitation_to(&name)).await).unwrap();
        let longest = message.split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap();
        assert!(longest <= 999, "998 and a CR (RFC 5321, 4.5.3.1.6), not {longest}");
        let parsed = MessageParser::default().parse(&message).unwrap();
        assert!(parsed.body_text(0).unwrap().contains(&name), "{parsed:?}");
    }
}
