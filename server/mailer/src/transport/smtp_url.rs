//! Reads where the mail server is, and how far its wire may be trusted, from one URL.

use crate::SetupError;
use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;
use std::net::IpAddr;
use url::{Host, Url};

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    /// `smtps://`: TLS from the first byte.
    Implicit,
    /// `smtp://`: STARTTLS, without which nothing is sent.
    StartTls,
    /// `smtp://` to this machine: STARTTLS if the server offers it. Nobody else can listen here.
    StartTlsIfOffered,
    /// `smtp://localhost?tls=none`, for a local server with a certificate that nobody signed.
    None,
}

pub(super) struct Server {
    /// A name, or an IP address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<Credentials>,
}

impl Server {
    pub(super) fn parse(url: &str) -> Result<Self, SetupError> {
        let url = Url::parse(url.trim()).map_err(|_| SetupError::Url("is not a URL"))?;
        let (default_port, implicit) = match url.scheme() {
            "smtp" => (587, false),
            "smtps" => (465, true),
            _ => return Err(SetupError::Url("must begin with smtp:// or smtps://")),
        };
        let host = match url.host() {
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(Host::Domain(name)) if !name.is_empty() => decode(name)?,
            _ => return Err(SetupError::Url("names no host")),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SetupError::Url("must end after the host and port"));
        }
        let encryption = match (implicit, url.query(), is_loopback(&host)) {
            (true, None, _) => Encryption::Implicit,
            (false, None, false) => Encryption::StartTls,
            (false, None, true) => Encryption::StartTlsIfOffered,
            (false, Some("tls=none"), true) => Encryption::None,
            (false, Some("tls=none"), false) => {
                return Err(SetupError::Url("may only say tls=none when the mail server is on this machine"));
            }
            _ => {
                return Err(SetupError::Url("has an unknown part after the question mark"));
            }
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => {
                return Err(SetupError::Url("must have both a user name and a password, or neither"));
            }
            (user, Some(password)) => Some(Credentials::new(decode(user)?, decode(password)?)),
        };
        Ok(Self { host, port: url.port().unwrap_or(default_port), encryption, credentials })
    }
}

fn decode(part: &str) -> Result<String, SetupError> {
    let decoded = percent_decode_str(part).decode_utf8();
    decoded.map(Into::into).map_err(|_| SetupError::Url("has a part that is not UTF-8"))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encryption(url: &str) -> Result<Encryption, SetupError> {
        Server::parse(url).map(|server| server.encryption)
    }

    #[test]
    fn only_this_machine_may_be_spoken_to_without_tls() {
        for remote in
            ["smtp://mail.example.com", "smtp://10.0.0.5:25", "smtp://[2001:db8::1]", "smtp://localhost.example.com"]
        {
            assert_eq!(encryption(remote), Ok(Encryption::StartTls), "{remote}");
            assert!(encryption(&format!("{remote}?tls=none")).is_err(), "{remote}");
        }
        for local in ["smtp://localhost", "smtp://127.0.0.1:2525", "smtp://[::1]:25", "smtp://LOCALHOST"] {
            assert_eq!(encryption(local), Ok(Encryption::StartTlsIfOffered), "{local}");
            assert_eq!(encryption(&format!("{local}?tls=none")), Ok(Encryption::None), "{local}");
        }
        assert_eq!(encryption("smtps://localhost"), Ok(Encryption::Implicit));
    }

    #[test]
    fn a_password_with_special_characters_is_decoded() {
        let server = Server::parse("smtp://us%40er:p%2Fa%3As%23s@mail.example.com:2525").unwrap();
        assert!(server.credentials == Some(Credentials::new("us@er".into(), "p/a:s#s".into())));
        assert_eq!((server.host.as_str(), server.port), ("mail.example.com", 2525));
    }

    #[test]
    fn the_port_follows_the_scheme() {
        assert_eq!(Server::parse("smtp://mail.example.com").unwrap().port, 587);
        assert_eq!(Server::parse("smtps://mail.example.com/").unwrap().port, 465);
    }

    #[test]
    fn a_url_with_an_unknown_part_is_refused() {
        for url in [
            "",
            "mail.example.com",
            "http://mail.example.com",
            "smtp://",
            "smtp:///x",
            "smtp://mail.example.com/name",
            "smtp://mail.example.com?tls=opportunistic",
            "smtps://localhost?tls=none",
            "smtp://user@mail.example.com",
            "smtp://:password@mail.example.com",
            "smtp://mail.example.com#x",
        ] {
            assert!(Server::parse(url).is_err(), "{url}");
        }
    }
}
