//! Where a server of Bailiwick's is: for whoever asks it with a secret.

use http::Uri;
use std::{fmt, net::IpAddr, str::FromStr};

/// Scheme, host and port in one spelling, `https://host:port`: `http://` only where what is sent never leaves this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress(String);

/// Why this can't be a server's address: a sentence for whoever wrote it.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAServer(pub(crate) String);

impl fmt::Display for NotAServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAServer {}

impl ServerAddress {
    /// Not so for a server on this very machine.
    pub fn is_encrypted(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ServerAddress {
    type Err = NotAServer;

    fn from_str(text: &str) -> Result<Self, NotAServer> {
        let wrong = || NotAServer(format!("{text:?} is no address of the form https://host or https://host:port"));
        let uri: Uri = text.trim().trim_end_matches('/').parse().map_err(|_| wrong())?;
        let (Some(scheme), Some(host), Some(authority)) = (uri.scheme_str(), uri.host(), uri.authority()) else {
            return Err(wrong());
        };
        // A name or a password in it would be shown wherever the address is.
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !authority.as_str().contains('@');
        if host.is_empty() || !bare {
            return Err(wrong());
        }
        let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let is_here = host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback());
        match scheme {
            "https" => {}
            "http" if is_here => {}
            "http" => {
                return Err(NotAServer(format!(
                    "{text} is not https: whoever listens on the way would read the secrets that are sent. Only this very machine \
                     is asked by http://"
                )));
            }
            _ => return Err(wrong()),
        }
        Ok(Self(format!("{scheme}://{}", authority.as_str().to_ascii_lowercase())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling() {
        for (written, kept) in [
            ("https://bailiwick.example", "https://bailiwick.example"),
            ("https://Bailiwick.Example:8443/", "https://bailiwick.example:8443"),
            (" https://bailiwick.example// ", "https://bailiwick.example"),
            ("https://10.0.0.1", "https://10.0.0.1"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[::1]:3000/", "http://[::1]:3000"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(written.parse::<ServerAddress>().unwrap().to_string(), kept, "{written}");
        }
    }

    #[test]
    fn no_secret_crosses_a_network_in_clear() {
        for clear in [
            "http://bailiwick.example",
            "http://10.0.0.1:3000",
            "http://0.0.0.0:3000",
            "http://127.0.0.1.example",
            "http://localhost.example",
        ] {
            let refused = clear.parse::<ServerAddress>().unwrap_err().to_string();
            assert!(refused.contains("is not https"), "{refused}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_address_is_none() {
        for bad in [
            "",
            "/",
            "bailiwick.example",
            "bailiwick.example:443",
            "https://",
            "ftp://bailiwick.example",
            "file:///etc/passwd",
            "https://a b",
            "https://me:hunter2@bailiwick.example",
            "http://localhost@bailiwick.example",
            "https://bailiwick.example/console",
            "https://bailiwick.example?x=1",
        ] {
            let refused = bad.parse::<ServerAddress>().unwrap_err().to_string();
            assert!(refused.contains("of the form https://host"), "{refused}");
        }
    }
}
