//! Where the cluster is, as the operator says it: by a kubeconfig, an address, a certificate.

use base64::{Engine, engine::general_purpose::STANDARD};
use pem::{EncodeConfig, LineEnding};
use serde::Deserialize;
use std::{
    fmt,
    path::{Path, PathBuf},
};
use url::Url;

/// The cluster that kubeconfigs lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    pub name: String,
    /// `https://…`, as people and programs reach it.
    pub server: String,
    /// The certificates, in PEM, that prove the server; `None`: the roots of whoever connects.
    pub certificate_authority: Option<String>,
    /// The name that the server's certificate bears, where it is not the one in `server`.
    pub tls_server_name: Option<String>,
}

/// Why kubeconfigs can't lead there, as a sentence for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterError(String);

impl fmt::Display for ClusterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ClusterError {}

fn refused<T>(why: impl Into<String>) -> Result<T, ClusterError> {
    Err(ClusterError(why.into()))
}

impl Cluster {
    /// What a cluster is called that nobody named.
    pub const UNNAMED: &str = "cluster";
    /// The longest name, in characters.
    pub const LONGEST_NAME: usize = 63;

    /// The cluster at this address.
    ///
    /// # Errors
    /// When that is not `https://`: a token sent there would be read on the way.
    pub fn at(server: &str) -> Result<Self, ClusterError> {
        let server = address(server)?;
        Ok(Self { name: Self::UNNAMED.to_owned(), server, certificate_authority: None, tls_server_name: None })
    }

    /// The cluster of a kubeconfig's current context. `folder` is where the kubeconfig lies: its paths begin there.
    ///
    /// # Errors
    /// What the kubeconfig lacks, or has and must not: [`ClusterError`] names it.
    pub fn from_kubeconfig(text: &str, folder: &Path) -> Result<Self, ClusterError> {
        let (name, found) = Kubeconfig::read(text)?.current()?;
        found.cluster(name.clone(), folder).or_else(|ClusterError(why)| refused(format!("its cluster {name:?}: {why}")))
    }

    /// The same cluster under another address. A TLS server name belonged to the former one.
    ///
    /// # Errors
    /// As [`Cluster::at`].
    pub fn reached_at(self, server: &str) -> Result<Self, ClusterError> {
        Ok(Self { server: address(server)?, tls_server_name: None, ..self })
    }

    /// The same cluster, its server proved by these certificates.
    ///
    /// # Errors
    /// When the PEM holds none.
    pub fn proved_by(self, pem: &str) -> Result<Self, ClusterError> {
        Ok(Self { certificate_authority: Some(certificates(pem.as_bytes())?), ..self })
    }

    /// The same cluster under another name.
    ///
    /// # Errors
    /// For an empty name, a long one, and one with a control character or a `/`, which ends the name in a context's.
    pub fn called(self, name: &str) -> Result<Self, ClusterError> {
        let name = name.trim();
        let most = Self::LONGEST_NAME;
        if !(1..=most).contains(&name.chars().count()) || name.contains(|c: char| c == '/' || c.is_control()) {
            return refused(format!(
                "the cluster can't be called {name:?}: a name has 1 to {most} characters, no `/` and no control characters"
            ));
        }
        Ok(Self { name: name.to_owned(), ..self })
    }
}

/// The address in full: `kubectl` guesses at nothing that it lacks.
fn address(server: &str) -> Result<String, ClusterError> {
    // Not quoted in the sentence: it may hold a password, and sentences end in logs.
    if server.contains(['@', '?', '#']) {
        return refused("the server's address must hold no user, no password, no `?` and no `#`");
    }
    match Url::parse(server) {
        Ok(url) if url.scheme() == "https" => Ok(url.as_str().trim_end_matches('/').to_owned()),
        _ => refused(format!("the server {server:?} is not of the form https://host:port")),
    }
}

/// The certificates alone: a key or a comment that lies beside them is nobody else's business.
fn certificates(text: &[u8]) -> Result<String, ClusterError> {
    let mut blocks = pem::parse_many(text).unwrap_or_default();
    blocks.retain(|block| block.tag() == "CERTIFICATE" && !block.contents().is_empty());
    if blocks.is_empty() {
        return refused("the certificate authority holds no whole block of `-----BEGIN CERTIFICATE-----`");
    }
    let lines = EncodeConfig::new().set_line_ending(LineEnding::LF);
    Ok(blocks.iter().map(|block| pem::encode_config(block, lines)).collect())
}

/// What is read of the operator's kubeconfig: not its users, which are secrets. `kubectl` writes `null` for no list and
/// `""` for no text.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Kubeconfig {
    current_context: Option<String>,
    contexts: Option<Vec<NamedContext>>,
    clusters: Option<Vec<NamedCluster>>,
}

#[derive(Deserialize)]
struct NamedContext {
    name: String,
    context: Option<ContextFields>,
}

#[derive(Deserialize)]
struct ContextFields {
    cluster: Option<String>,
}

#[derive(Deserialize)]
struct NamedCluster {
    name: String,
    cluster: Option<ClusterFields>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct ClusterFields {
    server: Option<String>,
    insecure_skip_tls_verify: Option<bool>,
    tls_server_name: Option<String>,
    certificate_authority: Option<PathBuf>,
    certificate_authority_data: Option<String>,
}

impl Kubeconfig {
    fn read(text: &str) -> Result<Self, ClusterError> {
        serde_saphyr::from_str(text).or_else(|error| {
            // The place alone: the error itself quotes what stands there, which may be a secret.
            let place = error.location().map(|at| format!(" at line {}, column {}", at.line(), at.column()));
            refused(format!("it can't be read as a kubeconfig{}", place.unwrap_or_default()))
        })
    }

    /// The cluster of the current context, by its name there.
    fn current(self) -> Result<(String, ClusterFields), ClusterError> {
        let Some(context) = self.current_context.filter(|name| !name.is_empty()) else {
            return refused("it has no current-context: choose one with `kubectl config use-context`");
        };
        let Some(found) = self.contexts.into_iter().flatten().find(|it| it.name == context) else {
            return refused(format!("its current-context {context:?} is not among its contexts"));
        };
        let Some(name) = found.context.and_then(|it| it.cluster).filter(|name| !name.is_empty()) else {
            return refused(format!("its context {context:?} names no cluster"));
        };
        let Some(found) = self.clusters.into_iter().flatten().find(|it| it.name == name) else {
            return refused(format!("its cluster {name:?} is not among its clusters"));
        };
        Ok((name, found.cluster.unwrap_or_default()))
    }
}

impl ClusterFields {
    fn cluster(self, name: String, folder: &Path) -> Result<Cluster, ClusterError> {
        // Everybody with a token would trust whoever answers.
        if self.insecure_skip_tls_verify == Some(true) {
            return refused("insecure-skip-tls-verify is never handed on: name its certificate-authority instead");
        }
        let Some(server) = self.server.as_deref().filter(|server| !server.is_empty()) else {
            return refused("it has no server");
        };
        let (server, certificate_authority) = (address(server)?, self.certificates(folder)?);
        Ok(Cluster {
            name,
            server,
            certificate_authority,
            tls_server_name: self.tls_server_name.filter(|it| !it.is_empty()),
        })
    }

    /// As `kubectl` finds them: data goes before a file, and may be broken into lines.
    fn certificates(&self, folder: &Path) -> Result<Option<String>, ClusterError> {
        let data: String = self.certificate_authority_data.iter().flat_map(|it| it.split_ascii_whitespace()).collect();
        if !data.is_empty() {
            let Ok(pem) = STANDARD.decode(data) else { return refused("its certificate-authority-data is not base64") };
            return certificates(&pem).map(Some);
        }
        let Some(file) = self.certificate_authority.as_deref().filter(|file| !file.as_os_str().is_empty()) else {
            return Ok(None);
        };
        let file = folder.join(file);
        match std::fs::read(&file) {
            Ok(pem) => certificates(&pem).map(Some),
            Err(error) => refused(format!("its certificate-authority {} can't be read: {error}", file.display())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nAQIDBAUGBwgJCgsMDQ4PEA==\n-----END CERTIFICATE-----\n";

    fn read(text: &str) -> Result<Cluster, ClusterError> {
        Cluster::from_kubeconfig(text, Path::new("/nowhere"))
    }

    fn refusal(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    /// A kubeconfig of two clusters, the present one with these fields.
    fn kubeconfig(fields: &Value) -> String {
        let context =
            |name: &str, cluster: &str| json!({ "name": name, "context": { "cluster": cluster, "user": "me" } });
        json!({
            "current-context": "here",
            "contexts": [context("there", "test"), context("here", "prod")],
            "clusters": [
                { "name": "test", "cluster": { "server": "http://localhost:8080" } },
                { "name": "prod", "cluster": fields },
            ],
            "users": [{ "name": "me", "user": { "token": "hunter2" } }],
        })
        .to_string()
    }

    #[test]
    fn the_cluster_is_that_of_the_current_context() {
        let data = STANDARD.encode(PEM);
        let fields = json!({
            "server": "https://10.0.0.1:6443/",
            "certificate-authority-data": format!("{}\n{}\n", &data[..20], &data[20..]),
            "certificate-authority": "not-read.pem",
            "tls-server-name": "kubernetes",
            "proxy-url": "socks5://localhost:1080",
        });
        let cluster = read(&kubeconfig(&fields)).unwrap();
        assert_eq!(cluster.name, "prod");
        assert_eq!(cluster.server, "https://10.0.0.1:6443");
        assert_eq!(cluster.certificate_authority.as_deref(), Some(PEM));
        assert_eq!(cluster.tls_server_name.as_deref(), Some("kubernetes"));
        let elsewhere = cluster.reached_at("https://rancher.example/k8s/clusters/c-1/").unwrap();
        assert_eq!(elsewhere.server, "https://rancher.example/k8s/clusters/c-1");
        assert_eq!(elsewhere.tls_server_name, None);
    }

    #[test]
    fn what_a_kubeconfig_lacks_is_named() {
        assert!(refusal("clusters: null\ncontexts: null\ncurrent-context: ''").contains("no current-context"));
        let here = "current-context: here";
        assert!(refusal(here).contains("\"here\" is not among its contexts"));
        let unnamed = format!("{here}\ncontexts: [{{name: here, context: {{user: me}}}}]");
        assert!(refusal(&unnamed).contains("names no cluster"));
        let unknown = format!("{here}\ncontexts: [{{name: here, context: {{cluster: prod}}}}]\nclusters: []");
        assert!(refusal(&unknown).contains("\"prod\" is not among its clusters"));
        assert!(refusal(&kubeconfig(&Value::Null)).contains("\"prod\": it has no server"));
    }

    #[test]
    fn what_must_not_be_handed_on_is_refused() {
        for (name, value, why) in [
            ("server", json!("http://k8s.example"), "https://host:port"),
            ("server", json!("k8s.example:6443"), "https://host:port"),
            ("server", json!("https://me:hunter2@k8s.example"), "password"),
            ("insecure-skip-tls-verify", json!(true), "insecure-skip-tls-verify"),
            ("certificate-authority-data", json!("not base64!"), "not base64"),
            ("certificate-authority-data", json!("YWJj"), "BEGIN CERTIFICATE"),
            ("certificate-authority", json!("ca.pem"), "/nowhere/ca.pem can't be read"),
        ] {
            let mut fields = json!({ "server": "https://k8s.example" });
            fields[name] = value;
            let refusal = refusal(&kubeconfig(&fields));
            assert!(refusal.contains(why) && !refusal.contains("hunter2"), "{refusal}");
        }
    }

    #[test]
    fn a_file_that_is_no_kubeconfig_is_refused_without_a_word_of_it() {
        for text in ["", "a: [hunter2", "current-context: {hunter2: 1}", "clusters: hunter2", "a: *hunter2", "hunter2"]
        {
            let why = refusal(text);
            assert!(!why.contains("hunter2"), "{why}");
        }
        assert!(refusal("a:\n  b: [hunter2\n").contains("line"));
    }

    #[test]
    fn a_key_that_lies_beside_the_certificates_is_not_handed_on() {
        let key = "-----BEGIN PRIVATE KEY-----\nAQIDBA==\n-----END PRIVATE KEY-----\n";
        let cluster = Cluster::at("https://k8s.example").unwrap();
        let proved = cluster.clone().proved_by(&format!("# ours\n{key}{PEM}\r\n{PEM}")).unwrap();
        assert_eq!(proved.certificate_authority, Some(format!("{PEM}{PEM}")));
        for none in
            [key, "", "-----BEGIN CERTIFICATE-----\nAQID", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"]
        {
            assert!(cluster.clone().proved_by(none).is_err(), "{none}");
        }
    }

    #[test]
    fn a_name_that_a_context_can_not_begin_with_is_refused() {
        let called = |name: &str| Cluster::at("https://k8s.example").unwrap().called(name);
        assert_eq!(called(" prod 🚢 ").unwrap().name, "prod 🚢");
        assert!(called(&"é".repeat(63)).is_ok());
        for name in ["", " ", "a/b", "a\nb", "a\u{85}b", &"x".repeat(64)] {
            assert!(called(name).is_err(), "{name:?}");
        }
    }
}
