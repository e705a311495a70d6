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
    let config = of_file("\u{feff}listen = 'localhost:4000'\r\nsignups = ' closed '\r\ndrain_seconds = 4\r\n").unwrap();
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
    for (name, value) in [("BAILIWICK_SECRET_KEY", "hunter2"), ("BAILIWICK_DATABASE_URL", "mysql://me:hunter2@db")] {
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
