//! Configuration: environment variables, or the same names in a TOML file. An unknown name is an error: a misspelled one
//! would otherwise be a setting that silently is not set.

mod address;
mod cluster;
mod database;
mod function;
mod namespaces;
mod outside;
mod proxies;
mod reader;
mod services;

pub use address::is_loopback;
pub use outside::LogFormat;

use address::{BaseUrl, Listen};
use domain::token::Lifetime;
use ipnet::IpNet;
use reader::Reader;
use secrecy::{ExposeSecret, SecretString};
use std::{
    ffi::OsString,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use usecases::{Cluster, DbOptions, Keys, Settings};

/// In seconds: whoever starts programs kills them when they take much longer to stop.
const LONGEST_DRAIN: u32 = 60;

/// Everything that an operator decides.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// What links begin with; no slash at its end.
    pub base_url: String,
    /// Otherwise it is made from where we listen.
    base_url_is_written: bool,
    /// Plain HTTP is served to other machines all the same.
    pub insecure_http: bool,
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
    /// Reads the file, if one is named, and then this process' environment, which wins.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn from_environment(file: Option<&Path>) -> Result<Self, ConfigError> {
        let text = |text: OsString| text.into_string();
        let mut variables = Vec::new();
        for (name, value) in std::env::vars_os() {
            // No name of ours is, and the rest of the environment is none of our business.
            let Ok(name) = text(name) else { continue };
            match text(value) {
                Ok(value) => variables.push((name, value)),
                Err(_) if name.starts_with("BAILIWICK_") => {
                    return Err(ConfigError(format!("{name}: expected text in UTF-8")));
                }
                Err(_) => {}
            }
        }
        Self::read(file, variables.into_iter())
    }

    /// Reads the file, if one is named, and then the environment, which wins.
    ///
    /// # Errors
    /// An unknown name, or a value that can't be used.
    pub fn read(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let reader = Reader::new(file, environment)?;
        let database = database::options(&reader)?;
        let cluster = cluster::cluster(&reader)?;
        let namespaces = namespaces::rules(&reader)?;
        let cluster_audiences = cluster::audiences(&reader, cluster.as_ref());
        let listen = reader.parsed("listen", Listen::parse)?.unwrap_or_else(|| Listen::loopback(3000));
        let metrics_listen = outside::metrics_listen(&reader, listen.address)?;
        let written = reader.parsed("base_url", BaseUrl::parse)?;
        let base_url_is_written = written.is_some();
        let base_url = written.map_or_else(|| listen.base_url().map_err(|why| reader.wrong("listen", why)), Ok)?;
        let data = reader.path("data").unwrap_or_else(|| PathBuf::from("./data"));
        let database_url = database::url(&reader, &data)?;
        let secret_key = reader.secret("secret_key")?;
        if let Some(key) = &secret_key {
            Keys::parse(key).map_err(|why| reader.wrong("secret_key", why))?;
        }
        let token_longest = reader.parsed("token_longest", |written| {
            let known = || Lifetime::ALL.map(Lifetime::as_str).join(", ");
            Lifetime::parse(written).map_err(|_| format!("expected one of {}", known()))
        })?;
        let kubeconfig = reader.path("kubeconfig");
        let place = reader.one_of("controller", &[("inside", Controller::Inside), ("remote", Controller::Remote)])?;
        let mail_from = reader.text("mail_from").map(ToOwned::to_owned);
        let mail_domain = base_url.mail_domain().unwrap_or("localhost.localdomain");
        Ok(Config {
            listen: listen.address,
            data,
            database_url,
            database,
            smtp_url: reader.secret("smtp_url")?,
            mail_from: mail_from.unwrap_or_else(|| format!("Bailiwick <bailiwick@{mail_domain}>")),
            secret_key,
            sign_ups_open: reader.one_of("signups", &[("open", true), ("closed", false)])?.unwrap_or(true),
            trusted_proxies: proxies::trusted(&reader)?,
            invitations_per_hour: reader
                .number("invitations_per_hour", 0..=u32::MAX)?
                .unwrap_or(Settings::INVITATIONS_PER_HOUR),
            token_longest: token_longest.unwrap_or(Lifetime::Never),
            namespaces,
            cluster_audiences,
            controller: place.unwrap_or(if kubeconfig.is_some() { Controller::Inside } else { Controller::Nowhere }),
            controller_credential: reader.secret("controller_credential")?,
            kubeconfig,
            cluster,
            drain: Duration::from_secs(reader.number("drain_seconds", 0..=LONGEST_DRAIN)?.unwrap_or_default().into()),
            log: outside::log(&reader)?,
            log_format: outside::log_format(&reader)?,
            metrics_listen,
            insecure_http: reader.is_on("insecure_http")?,
            base_url: base_url.text,
            base_url_is_written,
        })
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

    /// Why these settings are no configuration.
    pub(super) fn refusal(pairs: &[(&str, &str)]) -> String {
        read(pairs).unwrap_err().to_string()
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
