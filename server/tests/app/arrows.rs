//! Who may know whom. A forbidden arrow fails here, before anybody has grown used to it.

use crate::promises::{sources, workspace};
use serde_json::Value;
use std::{env, process::Command};

/// Every crate of the house, and which others it may name: nothing names `bailiwick`.
const MAY_SEE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("storage", &["domain"]),
    ("mailer", &["domain"]),
    ("controller", &["domain"]),
    ("usecases", &["domain", "storage", "mailer"]),
    ("app", &["domain", "usecases"]),
    ("frontend", &["app"]),
    ("bailiwick", &["domain", "storage", "mailer", "controller", "usecases", "app"]),
];

/// Crates from outside that one crate of ours keeps to itself.
const KEPT_BY: &[(&str, &str)] = &[("sqlx", "storage"), ("lettre", "mailer"), ("kube", "controller")];

const LONGEST_FILE: usize = 400;

#[test]
fn no_crate_names_another_against_the_arrows() {
    for package in packages() {
        let name = text(&package, "name");
        let (_, seen) = MAY_SEE
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("the crate `{name}` has no line in MAY_SEE: what may it know?"));
        for dependency in list(&package, "dependencies").iter().filter(|it| it["path"].is_string()) {
            let other = text(dependency, "name");
            // A crate's tests may ask for more of its own features.
            if other == name {
                continue;
            }
            assert!(seen.contains(&other.as_str()), "`{name}` must not know `{other}`");
        }
    }
}

#[test]
fn what_the_server_alone_does_is_optional_in_the_console() {
    let app = packages().into_iter().find(|it| text(it, "name") == "app").expect("a crate `app`");
    for dependency in list(&app, "dependencies") {
        let name = text(&dependency, "name");
        if ["usecases", "leptos_axum"].contains(&name.as_str()) {
            assert_eq!(dependency["optional"], true, "`{name}` would be compiled for the browser");
        }
    }
}

#[test]
fn database_mail_and_cluster_each_have_one_crate_that_knows_them() {
    for package in packages() {
        let name = text(&package, "name");
        for dependency in list(&package, "dependencies") {
            let other = text(&dependency, "name");
            if let Some((_, keeper)) = KEPT_BY.iter().find(|(kept, _)| *kept == other) {
                assert_eq!(name, *keeper, "`{other}` belongs to `{keeper}`");
            }
        }
    }
}

#[test]
fn sqlx_is_named_nowhere_outside_storage() {
    let naming: Vec<_> = sources(&["rs"])
        .into_iter()
        .filter(|(path, text)| {
            !path.starts_with("server/storage") && !path.ends_with("tests/app/arrows.rs") && text.contains("sqlx")
        })
        .map(|(path, _)| path)
        .collect();
    assert!(naming.is_empty(), "these files name sqlx: {naming:?}");
}

#[test]
fn no_file_has_outgrown_its_reader() {
    let long: Vec<_> = sources(&["rs", "ts", "mjs", "css"])
        .into_iter()
        .map(|(path, text)| (text.lines().count(), path))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .collect();
    assert!(long.is_empty(), "these files are longer than {LONGEST_FILE} lines: {long:?}");
}

fn packages() -> Vec<Value> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let answer = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(workspace())
        .output()
        .expect("cargo runs");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let metadata: Value = serde_json::from_slice(&answer.stdout).expect("cargo metadata is JSON");
    list(&metadata, "packages")
}

fn list(value: &Value, key: &str) -> Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("no list `{key}`")).clone()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no text `{key}`")).to_owned()
}
