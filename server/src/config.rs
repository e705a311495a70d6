//! Configuration: environment variables, or the same names in a TOML file. An unknown name is an error: a misspelled one
//! would otherwise be a setting that silently is not set.

mod cluster;
mod database;
mod function;
mod namespaces;
mod outside;
mod proxies;

pub use outside::LogFormat;

use domain::token::Lifetime;
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};
use usecases::{Cluster, DbOptions, Settings};

const PREFIX: &str = "BAILIWICK_";

/// Settings that are numbers; any other may look like one.
const NUMBERS: [&str; 5] = [
    "database_connections",
    "database_statement_seconds",
    "database_wait_seconds",
    "drain_seconds",
    "invitations_per_hour",
];

/// Whoever starts programs kills them when they take much longer to stop.
const LONGEST_DRAIN: Duration = Duration::from_secs(60);

/// Variables that one command reads by itself.
const OF_COMMANDS: [&str; 2] = ["config", "operator_credential"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SignUps {
    Open,
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Place {
    Inside,
    Remote,
}

/// As it is written, with nothing filled in.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    listen: Option<SocketAddr>,
    base_url: Option<String>,
    data: Option<PathBuf>,
    database_url: Option<SecretString>,
    database_connections: Option<u32>,
    database_wait_seconds: Option<u64>,
    database_statement_seconds: Option<u64>,
    database_pooler: Option<database::WrittenPooler>,
    smtp_url: Option<SecretString>,
    mail_from: Option<String>,
    secret_key: Option<SecretString>,
    signups: Option<SignUps>,
    trusted_proxies: Option<String>,
    invitations_per_hour: Option<u32>,
    token_longest: Option<String>,
    namespace_prefix: Option<String>,
    reserved_namespaces: Option<String>,
    pod_security: Option<namespaces::WrittenLevel>,
    kubeconfig: Option<PathBuf>,
    controller: Option<Place>,
    controller_credential: Option<SecretString>,
    cluster_server: Option<String>,
    cluster_name: Option<String>,
    cluster_ca: Option<PathBuf>,
    cluster_audiences: Option<String>,
    drain_seconds: Option<u64>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    metrics_listen: Option<SocketAddr>,
}

/// Everything that an operator decides.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// What links begin with; no slash at its end.
    pub base_url: String,
    pub data: PathBuf,
    pub database_url: SecretString,
    pub database: DbOptions,
    /// Unset: mails are files in the data folder.
    pub smtp_url: Option<SecretString>,
    pub mail_from: String,
    /// Unset: made once, in the data folder.
    pub secret_key: Option<SecretString>,
    pub sign_ups_open: bool,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    pub invitations_per_hour: u32,
    /// The longest that a token may live.
    pub token_longest: Lifetime,
    pub namespaces: domain::namespace::Rules,
    /// Where kubeconfigs lead. Unset: no cluster.
    pub cluster: Option<Cluster>,
    /// With what this process reaches the cluster; `None`: not at all, or as the pod that it runs in.
    pub kubeconfig: Option<PathBuf>,
    pub controller: Controller,
    /// With what a controller comes to its server.
    pub controller_credential: Option<SecretString>,
    /// What API servers call themselves when they ask whose a token is.
    pub cluster_audiences: Vec<String>,
    /// How long requests are still taken after the signal to stop.
    pub drain: Duration,
    pub log: String,
    pub log_format: LogFormat,
    /// Where Prometheus asks. Unset: nowhere.
    pub metrics_listen: Option<SocketAddr>,
}

/// Where the controller of this installation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Controller {
    /// There is none, and nothing enforces what the console says.
    Nowhere,
    /// In `bailiwick serve`.
    Inside,
    /// Elsewhere: it comes to this server, or to its database.
    Remote,
}

/// What is wrong with the configuration, as a sentence for whoever wrote it.
#[derive(Debug)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the file, if one is named, and then the environment, which wins.
    ///
    /// # Errors
    /// An unknown name, or a value that can't be used.
    pub fn read(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut table = match file {
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|error| ConfigError(format!("the file {} can't be read: {error}", file.display())))?;
                let written: toml::Table = text.parse().map_err(|error: toml::de::Error| {
                    ConfigError(format!("{}: {}", file.display(), error.message()))
                })?;
                // `bailiwick_listen` and `listen` name the same thing.
                let bare = |name: String| name.strip_prefix("bailiwick_").map(ToOwned::to_owned).unwrap_or(name);
                written.into_iter().map(|(name, value)| (bare(name), value)).collect()
            }
            None => toml::Table::new(),
        };
        let environment: BTreeMap<_, _> = environment.collect();
        // Where a platform starts a container for each rush of requests, it says so at which port it comes.
        if let Some(port) = environment.get("PORT").filter(|port| !port.is_empty()) {
            table.entry("listen").or_insert_with(|| toml::Value::String(format!("0.0.0.0:{port}")));
        }
        let named = |(name, value): (String, String)| Some((name.strip_prefix(PREFIX)?.to_lowercase(), value));
        for (name, value) in environment.into_iter().filter_map(named) {
            // What the tests of this project, and single commands, are told by; never a setting.
            if name.starts_with("test_") || OF_COMMANDS.contains(&name.as_str()) || value.is_empty() {
                continue;
            }
            let value = match (name.as_str(), value.parse::<i64>()) {
                (name, Ok(number)) if NUMBERS.contains(&name) => toml::Value::Integer(number),
                _ => toml::Value::String(value),
            };
            table.insert(name, value);
        }
        let written: Written = table.try_into().map_err(|error: toml::de::Error| {
            ConfigError(format!(
                "{} Names are those of the README, with {PREFIX} before them in the environment.",
                error.message()
            ))
        })?;
        written.filled()
    }
}

impl Written {
    fn filled(self) -> Result<Config, ConfigError> {
        let database = self.database()?;
        let drain = Duration::from_secs(self.drain_seconds.unwrap_or_default());
        if drain > LONGEST_DRAIN {
            return Err(ConfigError(format!("drain_seconds is a number up to {}", LONGEST_DRAIN.as_secs())));
        }
        let (cluster, namespaces) = (self.cluster()?, self.namespaces()?);
        let cluster_audiences = self.cluster_audiences(cluster.as_ref());
        let listen = self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)));
        let metrics_listen = outside::metrics_listen(self.metrics_listen, listen)?;
        let base_url = self.base_url.unwrap_or_else(|| format!("http://{listen}")).trim_end_matches('/').to_owned();
        let host = base_url
            .strip_prefix("https://")
            .or_else(|| base_url.strip_prefix("http://"))
            .filter(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' ', '@']))
            .ok_or_else(|| {
                ConfigError(format!("the base URL {base_url} is not of the form https://host or http://host:port"))
            })?;
        let data = self.data.unwrap_or_else(|| PathBuf::from("./data"));
        let database_url = self
            .database_url
            .unwrap_or_else(|| SecretString::from(format!("sqlite:{}", data.join("bailiwick.db").display())));
        let trusted_proxies = proxies::trusted(self.trusted_proxies.as_deref().unwrap_or_default())?;
        let token_longest = self.token_longest.as_deref().map_or(Ok(Lifetime::Never), |written| {
            Lifetime::parse(written).map_err(|_| {
                let known = Lifetime::ALL.map(Lifetime::as_str).join(", ");
                ConfigError(format!("the longest life of a token is one of {known}, not {written}"))
            })
        })?;
        let mail_host = host.split(':').next().filter(|host| host.contains('.') && host.parse::<IpAddr>().is_err());
        let mail_from = self
            .mail_from
            .unwrap_or_else(|| format!("Bailiwick <bailiwick@{}>", mail_host.unwrap_or("localhost.localdomain")));
        Ok(Config {
            listen,
            base_url,
            data,
            database_url,
            database,
            smtp_url: self.smtp_url.filter(|url| !url.expose_secret().is_empty()),
            mail_from,
            secret_key: self.secret_key,
            sign_ups_open: self.signups != Some(SignUps::Closed),
            trusted_proxies,
            invitations_per_hour: self.invitations_per_hour.unwrap_or(Settings::INVITATIONS_PER_HOUR),
            token_longest,
            namespaces,
            cluster_audiences,
            controller: match (self.controller, &self.kubeconfig) {
                (Some(Place::Inside), _) | (None, Some(_)) => Controller::Inside,
                (Some(Place::Remote), _) => Controller::Remote,
                (None, None) => Controller::Nowhere,
            },
            controller_credential: self.controller_credential.filter(|it| !it.expose_secret().is_empty()),
            kubeconfig: self.kubeconfig,
            cluster,
            drain,
            log_format: self.log_format.unwrap_or_default(),
            metrics_listen,
            // What kube says of each failing request, we say once, and in words.
            log: self.log.unwrap_or_else(|| "info,kube_client=off".to_owned()),
        })
    }
}

impl Config {
    /// Whether browsers come over TLS, in front of us or to us.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// Whether anything is kept in the data folder.
    pub fn keeps_files(&self) -> bool {
        let file = self.database_url.expose_secret().starts_with("sqlite:");
        file || self.secret_key.is_none() || self.smtp_url.is_none()
    }

    pub fn mail_folder(&self) -> PathBuf {
        self.data.join("mail")
    }

    pub fn settings(&self) -> Settings {
        Settings {
            base_url: self.base_url.clone(),
            sign_ups_open: self.sign_ups_open,
            invitation_lifetime: Settings::INVITATION_LIFETIME,
            invitations_per_hour: self.invitations_per_hour,
            namespace_limit: domain::namespace::LIMIT,
            namespaces: self.namespaces.clone(),
            token_longest: self.token_longest,
            cluster: self.cluster.clone(),
            cluster_audiences: self.cluster_audiences.clone(),
            seen_apart: self.seen_apart(),
            enforced: self.controller != Controller::Nowhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(None, pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn nothing_configured_is_a_whole_configuration() {
        let config = read(&[("PATH", "/bin")]).unwrap();
        assert_eq!(config.base_url, "http://127.0.0.1:3000");
        assert_eq!(config.database_url.expose_secret(), "sqlite:./data/bailiwick.db");
        assert!(config.sign_ups_open);
        assert_eq!(config.token_longest, Lifetime::Never);
        assert!(config.keeps_files());
        assert_eq!(config.cluster, None);
    }

    #[test]
    fn where_all_has_a_place_of_its_own_no_folder_is_needed() {
        let elsewhere = [
            ("BAILIWICK_DATABASE_URL", "postgres://db.example/bailiwick"),
            ("BAILIWICK_SECRET_KEY", "a-key-of-the-tests-that-is-long-enough"),
            ("BAILIWICK_SMTP_URL", "smtp://mail.example"),
        ];
        assert!(!read(&elsewhere).unwrap().keeps_files());
        for without in 0..elsewhere.len() {
            let some: Vec<_> = elsewhere.iter().copied().enumerate().filter(|(n, _)| *n != without).collect();
            assert!(read(&some.iter().map(|(_, pair)| *pair).collect::<Vec<_>>()).unwrap().keeps_files());
        }
    }

    #[test]
    fn what_is_configured_reaches_the_use_cases() {
        let pairs = [("BAILIWICK_TOKEN_LONGEST", "90d"), ("BAILIWICK_CLUSTER_SERVER", "https://k8s.example")];
        let settings = read(&pairs).unwrap().settings();
        assert_eq!(settings.token_longest, Lifetime::NinetyDays);
        assert_eq!(settings.cluster.unwrap().server, "https://k8s.example");
    }

    #[test]
    fn pages_speak_of_the_cluster_where_a_controller_is_inside_or_comes_from_elsewhere() {
        let enforced = |pairs: &[(&str, &str)]| {
            let config = read(pairs).unwrap();
            (config.controller, config.settings().enforced)
        };
        assert_eq!(enforced(&[]), (Controller::Nowhere, false));
        let address = ("BAILIWICK_CLUSTER_SERVER", "https://k8s.example");
        assert_eq!(enforced(&[address]), (Controller::Nowhere, false), "an address is no controller");
        assert_eq!(enforced(&[("BAILIWICK_CONTROLLER", "remote")]), (Controller::Remote, true));
        assert_eq!(
            enforced(&[("BAILIWICK_CONTROLLER", "inside")]),
            (Controller::Inside, true),
            "as the pod it runs in"
        );
    }

    #[test]
    fn a_platform_says_by_port_where_it_comes_unless_somebody_said_otherwise() {
        let listen = |pairs: &[(&str, &str)]| read(pairs).map(|config| config.listen.to_string());
        assert_eq!(listen(&[("PORT", "8080")]).unwrap(), "0.0.0.0:8080");
        assert_eq!(listen(&[("PORT", "8080"), ("BAILIWICK_LISTEN", "127.0.0.1:1")]).unwrap(), "127.0.0.1:1");
        assert_eq!(listen(&[("PORT", "")]).unwrap(), "127.0.0.1:3000");
        assert!(listen(&[("PORT", "http")]).is_err());
    }

    #[test]
    fn a_misspelled_name_is_an_error_that_names_it() {
        let error = read(&[("BAILIWICK_LISTN", "127.0.0.1:1")]).unwrap_err().to_string();
        assert!(error.contains("listn"), "{error}");
    }

    #[test]
    fn a_value_that_can_not_be_used_is_an_error() {
        for (name, value) in [
            ("BAILIWICK_LISTEN", "here"),
            ("BAILIWICK_BASE_URL", "bailiwick.example"),
            ("BAILIWICK_BASE_URL", "https://bailiwick.example/path"),
            ("BAILIWICK_SIGNUPS", "perhaps"),
            ("BAILIWICK_CONTROLLER", "somewhere"),
            ("BAILIWICK_INVITATIONS_PER_HOUR", "many"),
            ("BAILIWICK_TOKEN_LONGEST", "2 weeks"),
            ("BAILIWICK_DRAIN_SECONDS", "61"),
        ] {
            assert!(read(&[(name, value)]).is_err(), "{name}={value}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let config = read(&[
            ("BAILIWICK_SECRET_KEY", "a-very-secret-key-of-some-length"),
            ("BAILIWICK_SMTP_URL", "smtps://me:hunter2@mail.example"),
            ("BAILIWICK_CONTROLLER_CREDENTIAL", "bwr_hunter2"),
            ("BAILIWICK_DATABASE_URL", "postgres://me:hunter2@db.example/bailiwick"),
        ]);
        let printed = format!("{:?}", config.unwrap());
        assert!(!printed.contains("hunter2") && !printed.contains("very-secret"), "{printed}");
    }
}
