//! Reads settings: the one place that knows where a value is from, that trims it, and that says what is wrong with it.

use super::{ConfigError, services};
use secrecy::{ExposeSecret, SecretString};
use std::{
    collections::BTreeMap,
    fmt::Display,
    fs::{self, File},
    io::{self, Read},
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

const PREFIX: &str = "BAILIWICK_";

/// Every setting, by its name in a file; the README's table has the same.
const NAMES: &[&str] = &[
    "base_url",
    "cluster_audiences",
    "cluster_ca",
    "cluster_name",
    "cluster_server",
    "controller",
    "controller_credential",
    "data",
    "database_connections",
    "database_pooler",
    "database_statement_seconds",
    "database_url",
    "database_wait_seconds",
    "drain_seconds",
    "insecure_http",
    "invitations_per_hour",
    "kubeconfig",
    "listen",
    "log",
    "log_format",
    "mail_from",
    "metrics_listen",
    "namespace_prefix",
    "pod_security",
    "reserved_namespaces",
    "secret_key",
    "signups",
    "smtp_url",
    "token_longest",
    "trusted_proxies",
];

/// Whose values are never shown, and may be in a file of their own that `…_FILE` names.
const SECRETS: [&str; 4] = ["controller_credential", "database_url", "secret_key", "smtp_url"];
const FILE: &str = "_file";

/// Variables that one command reads by itself.
const OF_COMMANDS: [&str; 2] = ["config", "operator_credential"];

/// A file of a secret that is longer (in bytes) is another file.
const LONGEST_SECRET: u64 = 64 * 1024;

/// How much of a value an error shows, in characters.
const SHOWN: usize = 200;

struct Setting {
    /// How an error calls it, so that whoever wrote it finds it.
    called: String,
    value: String,
}

/// All that is set, each under its name in lower case and without the prefix.
pub(super) struct Reader(BTreeMap<String, Setting>);

impl Reader {
    /// The file, if one is named, and the environment, which wins. What is empty is not set.
    pub(super) fn new(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut settings = file.map_or_else(|| Ok(BTreeMap::new()), in_file)?;
        let mut port = None;
        for (variable, value) in environment {
            let value = trimmed(&value);
            if value.is_empty() {
                continue;
            }
            if variable == "PORT" {
                port = Some(value.to_owned());
            }
            let Some(name) = variable.strip_prefix(PREFIX).map(str::to_lowercase) else { continue };
            // What the tests of this project, single commands and Kubernetes' own Services are told by; never a setting.
            if name.starts_with("test_") || OF_COMMANDS.contains(&name.as_str()) || services::tells_of_one(&name, value)
            {
                continue;
            }
            known(&name, &variable)?;
            settings.insert(name, Setting { called: variable, value: value.to_owned() });
        }
        // Where a platform starts a container for each rush of requests, it says so at which port it comes.
        if let Some(port) = port
            && !settings.contains_key("listen")
        {
            let number = port.parse::<u16>();
            let number = number.map_err(|_| ConfigError(format!("PORT={port:?}: expected a number up to 65535")))?;
            let listen = Setting { called: "PORT".to_owned(), value: format!("0.0.0.0:{number}") };
            settings.insert("listen".to_owned(), listen);
        }
        Ok(Self(settings))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        debug_assert!(NAMES.contains(&name), "{name} is no setting");
        self.0.get(name).map(|setting| setting.value.as_str())
    }

    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.text(name).map(PathBuf::from)
    }

    /// What `parse` makes of the value; what it says of one that it can't read is said of the setting.
    pub(super) fn parsed<T, E: Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ConfigError> {
        self.text(name).map(parse).transpose().map_err(|why| self.wrong(name, why))
    }

    pub(super) fn number(&self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, ConfigError> {
        self.parsed(name, |value| {
            let number = value.parse().ok().filter(|number| range.contains(number));
            number.ok_or_else(|| format!("expected a number from {} to {}", range.start(), range.end()))
        })
    }

    pub(super) fn one_of<T: Copy>(&self, name: &str, known: &[(&str, T)]) -> Result<Option<T>, ConfigError> {
        self.parsed(name, |value| {
            let found = known.iter().find(|(word, _)| *word == value).map(|(_, meant)| *meant);
            let words = || known.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            found.ok_or_else(|| format!("expected one of {}", words()))
        })
    }

    /// Off where it is not set.
    pub(super) fn is_on(&self, name: &str) -> Result<bool, ConfigError> {
        let words = [("1", true), ("true", true), ("0", false), ("false", false)];
        self.one_of(name, &words).map(Option::unwrap_or_default)
    }

    /// What is between commas.
    pub(super) fn list(&self, name: &str) -> Option<Vec<&str>> {
        let all = self.text(name)?.split(',').map(str::trim);
        Some(all.filter(|it| !it.is_empty()).collect())
    }

    /// One of [`SECRETS`], or what is in the file that it is said to be in.
    pub(super) fn secret(&self, name: &str) -> Result<Option<SecretString>, ConfigError> {
        debug_assert!(SECRETS.contains(&name), "{name} is no secret");
        let file = self.0.get(&format!("{name}{FILE}"));
        match (self.0.get(name), file) {
            (Some(itself), Some(file)) => {
                Err(ConfigError(format!("{} and {} are both set: keep one of them", itself.called, file.called)))
            }
            (Some(itself), None) => Ok(Some(SecretString::from(itself.value.clone()))),
            (None, Some(file)) => in_secret_file(Path::new(&file.value)).map(Some).map_err(|why| self.wrong(name, why)),
            (None, None) => Ok(None),
        }
    }

    /// What is wrong with the setting, as an error that says which it is and, of all but secrets, what is written there.
    pub(super) fn wrong(&self, name: &str, why: impl Display) -> ConfigError {
        let shown = match (self.0.get(name), self.0.get(&format!("{name}{FILE}"))) {
            (Some(secret), _) if SECRETS.contains(&name) => secret.called.clone(),
            (None, Some(setting)) | (Some(setting), _) => format!("{}={:?}", setting.called, shown(&setting.value)),
            (None, None) => format!("{PREFIX}{}", name.to_uppercase()),
        };
        ConfigError(format!("{shown}: {why}"))
    }
}

/// Blanks and the line ends and marks of files from Windows, which nobody sees and nobody means.
fn trimmed(value: &str) -> &str {
    value.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// An address may have a password in it, wherever it does not belong.
fn shown(value: &str) -> String {
    let value: String = value.chars().take(SHOWN).collect();
    match (value.find("://"), value.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}…{}", value.get(..scheme + 3).unwrap_or_default(), value.get(at..).unwrap_or_default())
        }
        _ => value,
    }
}

fn known(name: &str, called: &str) -> Result<(), ConfigError> {
    let in_file = |name: &str| name.strip_suffix(FILE).map(ToOwned::to_owned);
    if NAMES.contains(&name) || in_file(name).is_some_and(|secret| SECRETS.contains(&secret.as_str())) {
        return Ok(());
    }
    // Never with its value: it may be a secret under a name that is misspelled.
    let why = match in_file(name) {
        Some(other) if NAMES.contains(&other.as_str()) => {
            let secrets = SECRETS.map(|name| format!("{PREFIX}{}", name.to_uppercase())).join(", ");
            format!("only secrets are read from files: {secrets}")
        }
        _ if name == "port" => format!("set {PREFIX}LISTEN to address:port, such as 127.0.0.1:3000"),
        _ => format!(
            "names are those of the README's table, with {PREFIX} before them in the environment; correct it, or take it out"
        ),
    };
    Err(ConfigError(format!("{called} is no setting: {why}")))
}

fn in_file(file: &Path) -> Result<BTreeMap<String, Setting>, ConfigError> {
    let shown = file.display();
    let text =
        fs::read_to_string(file).map_err(|error| ConfigError(format!("the file {shown} can't be read: {error}")))?;
    let text = text.trim_start_matches('\u{feff}');
    let written: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        ConfigError(format!("{shown}, line {}: {}", before.matches('\n').count() + 1, error.message()))
    })?;
    let mut settings = BTreeMap::new();
    for (written, value) in written {
        let called = format!("{written} in {shown}");
        // `BAILIWICK_LISTEN`, `bailiwick_listen` and `listen` name the same thing.
        let name = written.to_lowercase();
        let name = name.strip_prefix("bailiwick_").unwrap_or(&name).to_owned();
        known(&name, &called)?;
        let value = match value {
            toml::Value::String(text) => trimmed(&text).to_owned(),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(is_on) => is_on.to_string(),
            other => {
                return Err(ConfigError(format!(
                    "{called}: expected text or a number, not a value of type {}",
                    other.type_str()
                )));
            }
        };
        let called = format!("{PREFIX}{} ({called})", name.to_uppercase());
        if !value.is_empty() && settings.insert(name, Setting { called: called.clone(), value }).is_some() {
            return Err(ConfigError(format!("{called} is there twice: keep one of them")));
        }
    }
    Ok(settings)
}

fn in_secret_file(file: &Path) -> Result<SecretString, String> {
    let read = || -> io::Result<SecretString> {
        let mut text = String::new();
        File::open(file)?.take(LONGEST_SECRET + 1).read_to_string(&mut text)?;
        Ok(SecretString::from(text))
    };
    let text = read().map_err(|error| format!("the file can't be read: {error}"))?;
    let secret = trimmed(text.expose_secret());
    if secret.is_empty() {
        return Err("the file is empty; expected the secret in it".to_owned());
    }
    if text.expose_secret().len() as u64 > LONGEST_SECRET || secret.contains('\n') {
        return Err("the file has more than one line; expected the secret alone".to_owned());
    }
    Ok(SecretString::from(secret.to_owned()))
}

#[cfg(test)]
mod tests;
