//! docs/security.md names tests: each of them exists, so that no promise outlives its proof.

use std::{
    fs,
    path::{Path, PathBuf},
};

const DOCUMENT: &str = "docs/security.md";
/// Below each promise, one line for each test that proves it.
const PROOF: &str = "  * `";
const MEASURED: &str = "  * `make bench` measures ";

#[test]
fn every_test_that_the_document_names_exists() {
    let (text, files) = (document(), sources(&["rs", "ts"]));
    let tests = named(&text);
    assert!(tests.len() > 150, "{} tests are read from {DOCUMENT}: does it look different now?", tests.len());
    let missing: Vec<_> = tests.iter().filter(|test| !exists(test, &files)).collect();
    assert!(missing.is_empty(), "{DOCUMENT} names tests that do not exist: {missing:#?}");
}

#[test]
fn every_figure_that_the_document_names_is_measured() {
    let scripts = sources(&["mjs"]);
    let measured = |line: &str| {
        let figure = line.split('"').nth(1).unwrap_or_else(|| panic!("no figure is named: {line}"));
        scripts.iter().any(|(path, text)| path.starts_with("end2end/bench") && text.contains(&format!("\"{figure}\"")))
    };
    let text = document();
    let missing: Vec<_> =
        text.lines().filter(|line| line.starts_with(MEASURED)).filter(|line| !measured(line)).collect();
    assert!(missing.is_empty(), "`make bench` does not measure these: {missing:#?}");
}

#[test]
fn every_promise_of_the_document_has_a_test() {
    let text = document();
    let promises: Vec<_> = text.split("\n* ").skip(1).collect();
    assert!(promises.len() > 80, "{} promises are read from {DOCUMENT}", promises.len());
    let unproved: Vec<_> = promises.into_iter().filter(|promise| named(promise).is_empty()).collect();
    assert!(unproved.is_empty(), "no test is named for these: {unproved:#?}");
}

#[test]
fn a_test_is_found_by_its_file_and_its_name() {
    let file = |path: &str, text: &str| (PathBuf::from(path), text.to_owned());
    let files = [
        file("server/src/a/tests.rs", "fn helper() {}\n#[tokio::test(flavor = \"x\")]\nasync fn one() {}"),
        file(
            "server/tests/b.rs",
            "#[test]\n/// Why.\n#[cfg(unix)]\n    fn two(x in 0..1) {}\n// #[test] fn three() {}",
        ),
        file("server/tests/c.rs", "#[test]\n#[ignore]\nfn four() {}"),
        file("end2end/tests/d.spec.ts", "test(\"five\", async () => {});\ntest(`six ${x}`, () => {});\n// seven"),
    ];
    for there in ["tests::one", "a::tests::one", "b::two", "d.spec.ts: \"five\"", "d.spec.ts: \"six ${x}\""] {
        assert!(exists(there, &files), "{there}");
    }
    let gone = ["tests::helper", "b::one", "c::tests::one", "b::tw", "b::three", "c::four", "one"];
    for gone in gone.into_iter().chain(["d.spec.ts: \"seven\"", "d.spec.ts: \"fiv\"", "e.spec.ts: \"five\"", "d::five"])
    {
        assert!(!exists(gone, &files), "{gone}");
    }
}

fn document() -> String {
    fs::read_to_string(workspace().join(DOCUMENT)).unwrap_or_else(|error| panic!("{DOCUMENT}: {error}"))
}

/// The tests that a text names, each on a line of its own.
fn named(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.starts_with(MEASURED));
    lines
        .filter_map(|line| line.strip_prefix(PROOF))
        .map(|rest| rest.strip_suffix('`').unwrap_or_else(|| panic!("more than a test stands in `{rest}")))
        .collect()
}

/// Whether there is such a test: `file::test` or `folder::file::test` in Rust, `file.spec.ts: "title"` in a browser.
fn exists(test: &str, files: &[(PathBuf, String)]) -> bool {
    let (file, holds): (PathBuf, &dyn Fn(&str) -> bool) = if let Some((file, title)) = test.split_once(": ") {
        let title = title.trim_matches('"');
        (file.into(), &move |text| ['"', '`'].iter().any(|q| text.contains(&format!("test({q}{title}{q},"))))
    } else if let Some((module, name)) = test.rsplit_once("::") {
        (format!("{}.rs", module.replace("::", "/")).into(), &move |text| has_test(text, name))
    } else {
        return false;
    };
    files.iter().any(|(path, text)| path.ends_with(&file) && holds(text))
}

/// Whether a Rust source has a function of this name that is marked as a test and is not ignored.
fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<_> = text.lines().map(str::trim_start).collect();
    lines.iter().enumerate().any(|(at, line)| {
        let called =
            line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ").and_then(|it| it.strip_prefix(name));
        let above = lines[..at].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("///"));
        let marks: Vec<_> = above.collect();
        let marked = |words: &[&str]| marks.iter().any(|mark| words.iter().any(|word| mark.starts_with(word)));
        called.is_some_and(|rest| rest.starts_with('('))
            && marked(&["#[test]", "#[tokio::test"])
            && !marked(&["#[ignore"])
    })
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace above the server").to_path_buf()
}

/// Every file of ours with one of these endings: its path from the workspace, and what is in it.
pub(crate) fn sources(endings: &[&str]) -> Vec<(PathBuf, String)> {
    let root = workspace();
    let mut folders: Vec<_> = ["app", "frontend", "server", "style", "end2end"].map(|it| root.join(it)).into();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the workspace").flatten() {
            let path = entry.path();
            if path.is_dir() {
                if !["node_modules", "target"].iter().any(|it| path.ends_with(it)) {
                    folders.push(path);
                }
            } else if path.extension().and_then(|it| it.to_str()).is_some_and(|it| endings.contains(&it)) {
                let inside = fs::read_to_string(&path).expect("our sources are UTF-8");
                found.push((path.strip_prefix(&root).expect("below the root").to_path_buf(), inside));
            }
        }
    }
    assert!(!found.is_empty(), "no sources found below {}", root.display());
    found
}
