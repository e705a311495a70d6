use super::{
    server::SmtpServer,
    smtp::{mailer_for, send},
    *,
};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::fs;

/// A certificate for 127.0.0.1 that nobody vouches for.
struct Certificate {
    folder: tempfile::TempDir,
    pem: String,
}

impl Certificate {
    fn make() -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("certificate.pem"), cert.pem()).unwrap();
        fs::write(folder.path().join("key.pem"), signing_key.serialize_pem()).unwrap();
        Self { folder, pem: cert.pem() }
    }

    fn start_server(&self, options: &[&str]) -> SmtpServer {
        let path = |name| self.folder.path().join(name).to_str().unwrap().to_owned();
        let (certificate, key) = (path("certificate.pem"), path("key.pem"));
        let certified = ["--certificate", &certificate, "--key", &key];
        SmtpServer::start_with("accept", &[&certified, options].concat())
    }

    fn trusted(&self) -> SmtpOptions {
        SmtpOptions { extra_roots: vec![self.pem.clone()], ..SmtpOptions::default() }
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let certificate = Certificate::make();
    for (scheme, options) in [("smtp", &[][..]), ("smtps", &["--implicit-tls"])] {
        let server = certificate.start_server(options);
        let mailer = mailer_for(&format!("{scheme}://127.0.0.1:{}", server.port), SmtpOptions::default());
        let refused = send(&mailer, "grace@example.com").await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Transient);
        assert!(refused.reason.starts_with("The mail server's TLS is not trusted: "), "{refused}");
        assert_eq!(server.count("message"), 0);
    }
}

#[tokio::test]
async fn a_mail_travels_encrypted_where_the_certificate_is_trusted() {
    let certificate = Certificate::make();
    for (scheme, options) in [("smtp", &[][..]), ("smtps", &["--implicit-tls"])] {
        let server = certificate.start_server(options);
        let mailer = mailer_for(&format!("{scheme}://127.0.0.1:{}", server.port), certificate.trusted());
        send(&mailer, "grace@example.com").await.unwrap();
        assert_eq!(server.wait_for("message")["encrypted"], true, "{scheme}");
    }
}

#[tokio::test]
async fn a_local_server_may_be_spoken_to_in_clear_when_the_url_says_so() {
    let server = Certificate::make().start_server(&[]);
    let mailer = mailer_for(&format!("smtp://127.0.0.1:{}?tls=none", server.port), SmtpOptions::default());
    send(&mailer, "grace@example.com").await.unwrap();
    assert_eq!(server.wait_for("message")["encrypted"], false);
}

#[test]
fn certificates_that_are_none_are_refused_at_once() {
    let broken = SmtpOptions {
        extra_roots: vec!["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".into()],
        ..SmtpOptions::default()
    };
    let url = "smtps://mail.example.com".to_owned().into();
    assert_eq!(Mailer::smtp_with(&url, FROM, broken).unwrap_err(), SetupError::Certificate);
}
