//! Where this program listens, what people open, and whether what they type crosses a network in clear.

use super::{Config, ConfigError};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use url::{Host, Url};

const LISTEN: &str = "expected an address and a port, such as 127.0.0.1:3000, localhost:3000 or [::1]:3000";
const BASE_URL: &str = "expected https://host or http://host:port, such as https://bailiwick.example";

/// An address and port, as the system knows them and as they were written.
pub(super) struct Listen {
    pub(super) address: SocketAddr,
    written: String,
}

impl Listen {
    /// A name is resolved; of its addresses the first of IPv4 is taken, where there is one.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self { address, written: address.to_string() });
        }
        let (host, port) = text.rsplit_once(':').ok_or(LISTEN)?;
        let port: u16 = port.parse().map_err(|_| LISTEN)?;
        if host.is_empty() || host.contains([':', '/', '@', '[', ' ']) {
            return Err(LISTEN.to_owned());
        }
        let written = format!("{}:{port}", host.to_lowercase());
        // Known everywhere (RFC 6761), also where nothing resolves names.
        if host.eq_ignore_ascii_case("localhost") {
            return Ok(Self { address: SocketAddr::from(([127, 0, 0, 1], port)), written });
        }
        let found = (host, port).to_socket_addrs().map(Vec::from_iter);
        let found = found.map_err(|error| format!("the name {host} can't be resolved ({error}); {LISTEN}"))?;
        let address = found.iter().find(|address| address.is_ipv4()).or(found.first()).copied();
        let address = address.ok_or_else(|| format!("the name {host} has no address; {LISTEN}"))?;
        Ok(Self { address, written })
    }

    pub(super) fn loopback(port: u16) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Self { address, written: address.to_string() }
    }

    /// What people open where nothing else is said.
    pub(super) fn base_url(&self) -> Result<BaseUrl, String> {
        BaseUrl::parse(&format!("http://{}", self.written)).map_err(|_| {
            "listens at what no link can lead to: set BAILIWICK_BASE_URL to what people open, such as https://bailiwick.example"
                .to_owned()
        })
    }
}

/// What links begin with, in the one spelling that browsers use as well: no slash at its end, and no port that is the scheme's own.
pub(super) struct BaseUrl {
    pub(super) text: String,
    host: Host<String>,
}

impl BaseUrl {
    pub(super) fn parse(written: &str) -> Result<Self, String> {
        let url = Url::parse(written).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        // Browsers forgive `https:host` and `https:/host`, which nobody means.
        let after = written.split_once("://").map(|(_, after)| after).filter(|it| !it.starts_with('/'));
        let (Some(url), Some(_)) = (url, after) else { return Err(BASE_URL.to_owned()) };
        if url.path() != "/" {
            let path = url.path();
            return Err(format!(
                "the path {path} can't be part of it, since Bailiwick needs a host name of its own: {BASE_URL}"
            ));
        }
        let bare =
            url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        let host = url.host().filter(|_| bare).ok_or(BASE_URL)?.to_owned();
        let host = match host {
            // `host.` is the same host, and another origin for a browser.
            Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_owned()),
            ip => ip,
        };
        if is_empty(&host) {
            return Err(format!("nobody can open this address: {BASE_URL}"));
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self { text: format!("{}://{host}{port}", url.scheme()), host })
    }

    /// The name that mails may come from.
    pub(super) fn mail_domain(&self) -> Option<&str> {
        match &self.host {
            Host::Domain(name) if name.contains('.') => Some(name),
            _ => None,
        }
    }
}

fn is_empty(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name.is_empty(),
        Host::Ipv4(ip) => ip.is_unspecified(),
        Host::Ipv6(ip) => ip.to_canonical().is_unspecified(),
    }
}

/// Whether only this very machine can open this address.
pub fn is_loopback(base_url: &str) -> bool {
    match Url::parse(base_url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.to_canonical().is_loopback(),
        None => false,
    }
}

impl Config {
    /// Whether browsers come over TLS, in front of us or to us.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// Whether other machines can come here, and are told to come by plain HTTP.
    pub fn is_plain_in_public(&self) -> bool {
        let ip: IpAddr = self.listen.ip().to_canonical();
        !ip.is_loopback() && !self.is_https() && !is_loopback(&self.base_url)
    }

    /// # Errors
    /// Plain HTTP in public, unless somebody said that it is meant.
    pub fn refuse_plain_http(&self) -> Result<(), ConfigError> {
        if !self.is_plain_in_public() || self.insecure_http {
            return Ok(());
        }
        Err(ConfigError(format!(
            "BAILIWICK_LISTEN={:?} is open to other machines and BAILIWICK_BASE_URL={:?} is not https: passwords would cross the \
             network in clear. Set BAILIWICK_BASE_URL to https://… where a front ends TLS, or BAILIWICK_LISTEN to 127.0.0.1:{}; \
             for a network that nobody else listens to, BAILIWICK_INSECURE_HTTP=1",
            self.listen.to_string(),
            self.base_url,
            self.listen.port()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, refusal};
    use super::*;

    #[test]
    fn a_name_is_an_address_to_listen_at_and_to_open() {
        for written in ["localhost:3000", "LocalHost:3000", " localhost:3000\r\n"] {
            let config = read(&[("BAILIWICK_LISTEN", written)]).unwrap();
            assert_eq!(config.listen, SocketAddr::from(([127, 0, 0, 1], 3000)), "{written}");
            assert_eq!(config.base_url, "http://localhost:3000");
        }
        let config = read(&[("BAILIWICK_LISTEN", "[::1]:80"), ("BAILIWICK_METRICS_LISTEN", "localhost:9464")]).unwrap();
        assert_eq!((config.listen.to_string(), config.base_url.as_str()), ("[::1]:80".to_owned(), "http://[::1]"));
        assert_eq!(config.metrics_listen, Some(SocketAddr::from(([127, 0, 0, 1], 9464))));
    }

    #[test]
    fn what_is_no_address_to_listen_at_is_named_with_what_is_expected() {
        for setting in ["BAILIWICK_LISTEN", "BAILIWICK_METRICS_LISTEN"] {
            for value in [
                "here",
                "3000",
                ":3000",
                "127.0.0.1",
                "::1:3000",
                "localhost:65536",
                "localhost:http",
                "no.invalid:3000",
            ] {
                let why = refusal(&[(setting, value)]);
                assert!(why.starts_with(&format!("{setting}={value:?}: ")) && why.contains("127.0.0.1:3000"), "{why}");
            }
        }
    }

    #[test]
    fn a_base_url_has_one_spelling() {
        for (written, kept) in [
            ("https://bailiwick.example", "https://bailiwick.example"),
            ("HTTPS://Bailiwick.Example:443/", "https://bailiwick.example"),
            ("http://Bailiwick.example:80", "http://bailiwick.example"),
            ("https://bailiwick.example.:8443", "https://bailiwick.example:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://[2001:DB8:0::1]", "https://[2001:db8::1]"),
            (" https://bailiwick.example\r\n", "https://bailiwick.example"),
        ] {
            assert_eq!(read(&[("BAILIWICK_BASE_URL", written)]).unwrap().base_url, kept, "{written}");
        }
    }

    #[test]
    fn what_nobody_can_open_is_no_base_url() {
        for value in [
            "bailiwick.example",
            "bailiwick.example:3000",
            "localhost:3000",
            "ftp://bailiwick.example",
            "https://",
            "https:bailiwick.example",
            "https:///bailiwick.example",
            "https://bailiwick.example?x=1",
            "https://bailiwick.example#x",
            "https://a b",
            "http://0.0.0.0:3000",
            "http://[::]:3000",
        ] {
            let why = refusal(&[("BAILIWICK_BASE_URL", value)]);
            assert!(why.starts_with(&format!("BAILIWICK_BASE_URL={value:?}: ")), "{why}");
            assert!(why.contains("https://bailiwick.example"), "{why}");
        }
        let why = refusal(&[("BAILIWICK_BASE_URL", "https://bailiwick.example/console/")]);
        assert!(
            why.contains("the path /console/ can't be part of it") && why.contains("a host name of its own"),
            "{why}"
        );
        let why = refusal(&[("BAILIWICK_BASE_URL", "https://me:hunter2@bailiwick.example")]);
        assert!(!why.contains("hunter2"), "{why}");
    }

    #[test]
    fn listening_everywhere_asks_for_a_base_url() {
        for listen in ["0.0.0.0:3000", "[::]:3000", "[::ffff:0.0.0.0]:3000"] {
            let why = refusal(&[("BAILIWICK_LISTEN", listen)]);
            assert!(why.contains(listen) && why.contains("set BAILIWICK_BASE_URL"), "{why}");
            let both = [("BAILIWICK_LISTEN", listen), ("BAILIWICK_BASE_URL", "https://bailiwick.example")];
            assert!(read(&both).is_ok(), "{listen}");
        }
        assert!(refusal(&[("PORT", "8080")]).contains("set BAILIWICK_BASE_URL"));
    }

    #[test]
    fn plain_http_is_served_on_loopback_and_elsewhere_where_somebody_says_so() {
        let refused = |listen: &str, base_url: &str, more: &[(&str, &str)]| {
            let pairs = [&[("BAILIWICK_LISTEN", listen), ("BAILIWICK_BASE_URL", base_url)], more].concat();
            read(&pairs).unwrap().refuse_plain_http().map_err(|error| error.to_string())
        };
        for (listen, base_url) in [
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("[::1]:3000", "http://bailiwick.example"),
            ("0.0.0.0:3000", "https://bailiwick.example"),
            ("0.0.0.0:3000", "http://localhost:3000"),
            ("[::]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(refused(listen, base_url, &[]), Ok(()), "{listen} {base_url}");
        }
        for (listen, base_url) in [
            ("0.0.0.0:3000", "http://bailiwick.example"),
            ("[::]:3000", "http://192.0.2.1:3000"),
            ("192.0.2.1:3000", "http://192.0.2.1:3000"),
            ("[::ffff:192.0.2.1]:3000", "http://localhost.example"),
        ] {
            let why = refused(listen, base_url, &[]).unwrap_err();
            for said in [listen, base_url, "BAILIWICK_BASE_URL", "BAILIWICK_INSECURE_HTTP=1"] {
                assert!(why.contains(said), "{why}");
            }
            assert_eq!(refused(listen, base_url, &[("BAILIWICK_INSECURE_HTTP", "1")]), Ok(()));
            assert!(refused(listen, base_url, &[("BAILIWICK_INSECURE_HTTP", "0")]).is_err());
        }
        assert!(refusal(&[("BAILIWICK_INSECURE_HTTP", "please")]).contains("expected one of 1, true, 0, false"));
    }
}
