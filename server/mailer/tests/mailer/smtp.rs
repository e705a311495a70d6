use super::{server::SmtpServer, *};
use mail_parser::MessageParser;
use std::time::Duration;
use tokio::net::TcpSocket;

pub(crate) fn mailer_for(url: &str, options: SmtpOptions) -> Mailer {
    Mailer::smtp_with(&url.to_owned().into(), FROM, options).unwrap()
}

/// With a short wait only where silence is the point: a slow machine must not look like a silent server.
fn impatient() -> SmtpOptions {
    SmtpOptions { timeout: Duration::from_millis(300), ..SmtpOptions::default() }
}

fn mailer_of(server: &SmtpServer) -> Mailer {
    mailer_for(&format!("smtp://127.0.0.1:{}", server.port), SmtpOptions::default())
}

pub(crate) async fn send(mailer: &Mailer, to: &str) -> Result<Sent, SendError> {
    mailer.send("0199-ab", &address(to), &invitation_to("Zoë's Northwind"), now()).await
}

#[tokio::test]
async fn a_mail_reaches_a_real_server() {
    let server = SmtpServer::start("accept");
    assert_eq!(send(&mailer_of(&server), "grace@example.com").await, Ok(Sent::ToServer));

    let message = server.wait_for("message");
    assert_eq!(message["sender"], "no-reply@bailiwick.example");
    assert_eq!(message["recipients"], serde_json::json!(["grace@example.com"]));
    let content = message["content"].as_str().unwrap();
    let mail = MessageParser::default().parse(content.as_bytes()).unwrap();
    assert_eq!(mail.subject(), Some("Ada Lovelace invites you to Zoë's Northwind"));
    assert_eq!(mail.message_id(), Some("0199-ab@bailiwick.example"));
    let rendered = invitation_to("Zoë's Northwind").render().unwrap();
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n"), rendered.text);
    assert_eq!(mail.body_html(0).unwrap().replace("\r\n", "\n"), rendered.html);
}

#[tokio::test]
async fn many_mails_share_one_connection() {
    let server = SmtpServer::start("accept");
    let mailer = mailer_of(&server);
    mailer.check().await.unwrap();
    for _ in 0..5 {
        send(&mailer, "grace@example.com").await.unwrap();
    }
    assert_eq!(server.count("connected"), 1);
}

#[tokio::test]
async fn mails_sent_at_once_all_arrive() {
    let server = SmtpServer::start("accept");
    let mailer = mailer_of(&server);
    let sending: Vec<_> = (0..10)
        .map(|number| {
            let mailer = mailer.clone();
            tokio::spawn(async move { send(&mailer, &format!("grace-{number}@example.com")).await })
        })
        .collect();
    for one in sending {
        one.await.unwrap().unwrap();
    }
    assert_eq!(server.count("message"), 10);
}

#[tokio::test]
async fn a_refused_address_is_permanent_and_stops_no_other() {
    let server = SmtpServer::start("refuse-recipient");
    let mailer = mailer_of(&server);
    send(&mailer, "grace@example.com").await.unwrap();
    let refused = send(&mailer, "nobody@example.com").await.unwrap_err();
    assert_eq!(refused, SendError::permanent("The mail server refused the address: 550 5.1.1 no such mailbox"));
    send(&mailer, "grace@example.com").await.unwrap();
    assert_eq!(server.count("connected"), 1, "the conversation goes on after a refusal");
}

#[tokio::test]
async fn a_refused_mail_is_permanent() {
    let server = SmtpServer::start("refuse-content");
    let refused = send(&mailer_of(&server), "grace@example.com").await.unwrap_err();
    assert_eq!(refused, SendError::permanent("The mail server refused the mail: 554 5.7.1 looks like spam"));
}

#[tokio::test]
async fn a_refused_sender_is_a_setting_to_mend_and_loses_no_mail() {
    let server = SmtpServer::start("refuse-sender");
    let refused = send(&mailer_of(&server), "grace@example.com").await.unwrap_err();
    assert_eq!(refused, SendError::transient("The mail server refused the sender: 550 5.7.1 you may not send as this"));
}

#[tokio::test]
async fn a_postponed_mail_may_be_tried_again() {
    let server = SmtpServer::start("postpone");
    let postponed = send(&mailer_of(&server), "grace@example.com").await.unwrap_err();
    assert_eq!(
        postponed,
        SendError::transient("The mail server does not take the mail now: 451 4.7.1 greylisted, come back later")
    );
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_after_the_timeout() {
    let server = SmtpServer::start("silent");
    let mailer = mailer_for(&format!("smtp://127.0.0.1:{}", server.port), impatient());
    let silence = SendError::transient("The mail server did not answer: timed out after 300 ms.");
    assert_eq!(send(&mailer, "grace@example.com").await, Err(silence.clone()));
    assert_eq!(mailer.check().await, Err(silence));
}

#[tokio::test]
async fn a_conversation_that_fell_silent_is_not_continued_by_the_next_mail() {
    let mut server = SmtpServer::start("silent-once");
    let mailer = mailer_for(
        &format!("smtp://127.0.0.1:{}", server.port),
        SmtpOptions { timeout: Duration::from_secs(2), ..SmtpOptions::default() },
    );
    let silence = send(&mailer, "grace@example.com").await.unwrap_err();
    assert_eq!(silence.reason, "The mail server did not answer: timed out after 2 s.");
    // The late answer must not be read as the answer to what the next mail asks.
    server.answer();
    send(&mailer, "grace@example.com").await.unwrap();
    assert_eq!(server.count("connected"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_is_given_up_leaves_no_half_spoken_connection_behind() {
    let mut server = SmtpServer::start("silent-once");
    let mailer = mailer_of(&server);
    mailer.check().await.unwrap();
    let sending = tokio::spawn({
        let mailer = mailer.clone();
        async move { send(&mailer, "grace@example.com").await }
    });
    server.wait_for("silent");
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    server.answer();
    send(&mailer, "ada@example.com").await.unwrap();
    assert_eq!(server.count("connected"), 1, "beside the first, which was told before it fell silent");
}

#[tokio::test]
async fn a_connection_that_stood_idle_for_too_long_is_replaced() {
    let server = SmtpServer::start("forgetful");
    let mailer = mailer_of(&server);
    send(&mailer, "grace@example.com").await.unwrap();
    send(&mailer, "grace@example.com").await.unwrap();
    assert_eq!(server.count("connected"), 2);
}

#[tokio::test]
async fn a_server_that_is_away_is_a_sentence() {
    // Bound, but not listening: the port is ours, and connections to it are refused.
    let nobody = TcpSocket::new_v4().unwrap();
    nobody.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mailer = mailer_for(&format!("smtp://{}", nobody.local_addr().unwrap()), SmtpOptions::default());
    let away = SendError::transient("The mail server can't be reached: Connection refused.");
    assert_eq!(send(&mailer, "grace@example.com").await, Err(away.clone()));
    assert_eq!(mailer.check().await, Err(away));
}

#[tokio::test]
async fn a_server_that_does_not_exist_is_a_sentence() {
    let mailer = mailer_for("smtp://mail.bailiwick.invalid", SmtpOptions::default());
    let failure = send(&mailer, "grace@example.com").await.unwrap_err();
    assert_eq!(failure.kind, ErrorKind::Transient);
    assert!(failure.reason.starts_with("The mail server can't be reached: "), "{failure}");
    assert!(failure.reason.ends_with('.') && !failure.reason.contains("os error"), "{failure}");
}

#[tokio::test]
async fn a_remote_server_without_tls_gets_neither_password_nor_mail() {
    let server = SmtpServer::start_with("accept", &["--login", "bailiwick:password"]);
    // The resolver reads 127.1 as 127.0.0.1; to us it is a name like any other.
    let mailer = mailer_for(&format!("smtp://bailiwick:password@127.1:{}", server.port), SmtpOptions::default());
    let refused =
        SendError::transient("The mail server offers no TLS, and mail does not leave this machine without it.");
    assert_eq!(send(&mailer, "grace@example.com").await, Err(refused));
    assert_eq!(server.count("message"), 0);
}

#[tokio::test]
async fn a_server_that_went_away_between_two_mails_is_noticed() {
    let server = SmtpServer::start("accept");
    let mailer = mailer_of(&server);
    send(&mailer, "grace@example.com").await.unwrap();
    drop(server);
    let gone = send(&mailer, "grace@example.com").await.unwrap_err();
    assert_eq!(gone, SendError::transient("The mail server can't be reached: Connection refused."));
}

#[tokio::test]
async fn a_name_and_password_are_used_and_a_wrong_one_is_a_setting_to_mend() {
    let server = SmtpServer::start_with("accept", &["--login", "bailiwick:p@ss/word"]);
    let url = |login: &str| format!("smtp://{login}127.0.0.1:{}", server.port);
    send(&mailer_for(&url("bailiwick:p%40ss%2Fword@"), SmtpOptions::default()), "grace@example.com").await.unwrap();
    assert_eq!(server.wait_for("message")["signed_in"], true);

    let wrong = mailer_for(&url("bailiwick:hunter2@"), SmtpOptions::default());
    for failure in [wrong.check().await.unwrap_err(), send(&wrong, "grace@example.com").await.unwrap_err()] {
        assert_eq!(failure.kind, ErrorKind::Transient);
        assert!(failure.reason.starts_with("The mail server refused the user name or password: 535"), "{failure}");
        assert!(!failure.reason.contains("hunter2"), "{failure}");
    }
    assert!(!format!("{wrong:?}").contains("hunter2"));

    let without = mailer_for(&url(""), SmtpOptions::default());
    let failure = send(&without, "grace@example.com").await.unwrap_err();
    assert_eq!(failure.kind, ErrorKind::Transient, "{failure}");
}

#[test]
fn a_refused_url_does_not_show_its_password() {
    let url = "smtp://bailiwick:hunter2@mail.example.com/path".to_owned();
    let refused = Mailer::smtp(&url.into(), FROM).unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("hunter2"));
}
