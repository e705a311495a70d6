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
mod tests {
    use super::super::{
        Config,
        tests::{read, refusal},
    };
    use super::*;
    use std::collections::BTreeSet;

    const KEY: &str = "a-key-of-the-tests-that-is-long-enough";
    const URL: &str = "postgres://me:hunter2@db.example/bailiwick";

    /// A folder of files, and the path of one with this in it.
    fn file(folder: &tempfile::TempDir, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn of_file(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder, "bailiwick.toml", text);
        Config::read(Some(Path::new(&file)), std::iter::empty()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_readme_s_table_has_every_setting_and_no_other() {
        let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
        let first_cells = readme.lines().filter_map(|line| line.strip_prefix("| `BAILIWICK_")?.split(" | ").next());
        let told: BTreeSet<_> = first_cells
            .flat_map(|cell| cell.split("`, `BAILIWICK_"))
            .map(|name| name.trim_matches('`').to_lowercase())
            .collect();
        let files = SECRETS.map(|name| format!("{name}{FILE}"));
        let known: BTreeSet<_> = NAMES.iter().map(|name| (*name).to_owned()).chain(files).collect();
        assert_eq!(told, known);
    }

    #[test]
    fn a_platform_says_by_port_where_it_comes_unless_somebody_said_otherwise() {
        let base = ("BAILIWICK_BASE_URL", "https://bailiwick.example");
        let listen = |pairs: &[(&str, &str)]| read(pairs).map(|config| config.listen.to_string());
        assert_eq!(listen(&[("PORT", "8080"), base]).unwrap(), "0.0.0.0:8080");
        assert_eq!(listen(&[("PORT", "8080"), ("BAILIWICK_LISTEN", "127.0.0.1:1")]).unwrap(), "127.0.0.1:1");
        assert_eq!(listen(&[("PORT", "")]).unwrap(), "127.0.0.1:3000");
        assert!(refusal(&[("PORT", "http"), base]).starts_with("PORT=\"http\": expected"));
    }

    #[test]
    fn a_misspelled_name_is_an_error_that_names_it_and_shows_no_value() {
        for name in ["BAILIWICK_LISTN", "BAILIWICK_SECRET_KEYS", "BAILIWICK_LISTEN_FILE"] {
            let why = refusal(&[(name, "hunter2")]);
            assert!(why.starts_with(&format!("{name} is no setting: ")) && !why.contains("hunter2"), "{why}");
        }
        let why = of_file("listn = 'hunter2'").unwrap_err();
        assert!(why.starts_with("listn in ") && why.contains("bailiwick.toml") && !why.contains("hunter2"), "{why}");
    }

    #[test]
    fn what_a_windows_editor_adds_to_a_value_is_no_part_of_it() {
        let config = read(&[
            ("BAILIWICK_BASE_URL", "https://bailiwick.example\r"),
            ("BAILIWICK_SIGNUPS", "\u{feff} closed \r\n"),
            ("BAILIWICK_DRAIN_SECONDS", "3\r"),
            ("BAILIWICK_SECRET_KEY", &format!("{KEY}\r\n")),
            ("BAILIWICK_SMTP_URL", " \r"),
        ]);
        let config = config.unwrap();
        assert_eq!((config.base_url.as_str(), config.drain.as_secs()), ("https://bailiwick.example", 3));
        assert!(!config.sign_ups_open && config.smtp_url.is_none(), "what is blank is not set");
        assert_eq!(config.secret_key.unwrap().expose_secret(), KEY);
        let config =
            of_file("\u{feff}listen = 'localhost:4000'\r\nsignups = ' closed '\r\ndrain_seconds = 4\r\n").unwrap();
        assert_eq!((config.listen.port(), config.sign_ups_open, config.drain.as_secs()), (4000, false, 4));
    }

    #[test]
    fn a_value_that_can_not_be_used_is_shown_with_its_setting_and_what_is_expected() {
        for (name, value) in [
            ("BAILIWICK_SIGNUPS", "perhaps"),
            ("BAILIWICK_CONTROLLER", "somewhere"),
            ("BAILIWICK_INVITATIONS_PER_HOUR", "many"),
            ("BAILIWICK_TOKEN_LONGEST", "2 weeks"),
            ("BAILIWICK_DRAIN_SECONDS", "61"),
            ("BAILIWICK_DRAIN_SECONDS", "-1"),
        ] {
            let why = refusal(&[(name, value)]);
            assert!(why.starts_with(&format!("{name}={value:?}: expected ")), "{why}");
            let setting = name.to_lowercase();
            let why = of_file(&format!("{setting} = '{value}'")).unwrap_err();
            assert!(why.starts_with(&format!("{name} ({setting} in ")) && why.contains("expected"), "{why}");
        }
        assert!(of_file("signups = ['open']").unwrap_err().contains("not a value of type array"));
        assert!(of_file("signups = 'open'\nbailiwick_signups = 'closed'").unwrap_err().contains("twice"));
        assert!(of_file("\nsignups = open").unwrap_err().contains("bailiwick.toml, line 2: "));
    }

    #[test]
    fn a_secret_that_can_not_be_used_is_never_shown() {
        for (name, value) in [("BAILIWICK_SECRET_KEY", "hunter2"), ("BAILIWICK_DATABASE_URL", "mysql://me:hunter2@db")]
        {
            let why = refusal(&[(name, value)]);
            assert!(why.starts_with(&format!("{name}: ")) && !why.contains("hunter2"), "{why}");
        }
    }

    #[test]
    fn secrets_are_read_from_files_without_their_line_ends() {
        let folder = tempfile::tempdir().unwrap();
        let with = |content: &str| {
            let path = file(&folder, "secret", content);
            read(&[
                ("BAILIWICK_DATABASE_URL_FILE", &file(&folder, "url", format!("{URL}\n"))),
                ("BAILIWICK_SMTP_URL_FILE", &file(&folder, "smtp", "smtps://me:hunter2@mail.example\r\n")),
                ("BAILIWICK_SECRET_KEY_FILE", &path),
                ("BAILIWICK_CONTROLLER_CREDENTIAL_FILE", &file(&folder, "credential", "\u{feff}bwr_x")),
            ])
        };
        for content in [KEY.to_owned(), format!("{KEY}\n"), format!("{KEY}\r\n")] {
            let config = with(&content).unwrap();
            let found = [config.secret_key, Some(config.database_url), config.smtp_url, config.controller_credential];
            let found = found.map(|secret| secret.unwrap().expose_secret().to_owned());
            assert_eq!(found, [KEY, URL, "smtps://me:hunter2@mail.example", "bwr_x"]);
        }
    }

    #[test]
    fn a_file_that_holds_no_secret_is_named_with_its_setting() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("nowhere").to_str().unwrap().to_owned();
        for (path, said) in [
            (nowhere, "can't be read"),
            (folder.path().to_str().unwrap().to_owned(), "can't be read"),
            (file(&folder, "empty", " \r\n"), "is empty"),
            (file(&folder, "bytes", [0xff, 0xfe]), "can't be read"),
            (file(&folder, "lines", format!("{KEY}\n{KEY}")), "more than one line"),
            (file(&folder, "short", "hunter2"), "at least 32 characters"),
        ] {
            let why = refusal(&[("BAILIWICK_SECRET_KEY_FILE", &path)]);
            assert!(why.starts_with(&format!("BAILIWICK_SECRET_KEY_FILE={path:?}: ")) && why.contains(said), "{why}");
            assert!(!why.contains("hunter2") && !why.contains(KEY), "{why}");
        }
        for name in SECRETS.map(|name| format!("{PREFIX}{}", name.to_uppercase())) {
            let both = format!("{name}_FILE");
            let why = refusal(&[(&name, KEY), (&both, "/nowhere")]);
            assert_eq!(why, format!("{name} and {both} are both set: keep one of them"));
        }
    }
}
