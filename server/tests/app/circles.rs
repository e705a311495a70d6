//! Who may know whom inside of the console: its modules stand on floors, and no two of them know each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Folders whose files each are a module of their own. Elsewhere a folder is one: its files share what is theirs alone.
const APART: [&str; 3] = ["api", "components", "pages"];

/// From the ground up: a module may know those of its own floor and of the floors below.
const FLOORS: [&[&str]; 7] = [
    &["address", "error", "refresh", "said", "words"],
    &["api"],
    &["session"],
    &["components", "live", "read", "write"],
    &["pages"],
    &["routes"],
    &["shell"],
];

/// How the console was drawn before the framework did it.
const GONE: [&str; 4] = ["enhance", "flash", "data-close", "bailiwick-enhanced"];

#[test]
fn no_two_modules_of_the_console_know_each_other() {
    let found = circles(&knows(&modules()));
    assert!(found.is_empty(), "each of these leads back to where it begins: {found:#?}");
}

#[test]
fn no_module_of_the_console_knows_one_of_a_floor_above() {
    let floor = |module: &str| {
        let name = module.split("::").next().unwrap();
        let found = FLOORS.iter().position(|names| names.contains(&name));
        found.unwrap_or_else(|| panic!("the module `{name}` is on no floor: what may it know?"))
    };
    for (module, known) in knows(&modules()) {
        for other in known {
            assert!(floor(&other) <= floor(&module), "`{module}` must not know `{other}`");
        }
    }
}

/// A file that no module names is compiled by nobody, and wrong before long.
#[test]
fn every_file_of_the_console_is_one_of_its_modules() {
    let known: BTreeSet<PathBuf> = modules().into_iter().map(|module| module.file).collect();
    let dead: Vec<_> = files(&root()).into_iter().filter(|file| !known.contains(file)).collect();
    assert!(dead.is_empty(), "nobody names these: {dead:#?}");
}

#[test]
fn nothing_is_left_of_how_the_console_was_drawn_before() {
    let mut found = Vec::new();
    for file in files(&root()) {
        let text = fs::read_to_string(&file).unwrap().to_lowercase();
        found.extend(
            GONE.iter().filter(|word| text.contains(**word)).map(|word| format!("{word} in {}", file.display())),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_circle_is_found_however_the_names_are_written() {
    let names = |source: &str| paths(source).into_iter().map(|path| path.join("::")).collect::<Vec<_>>();
    assert_eq!(names("use crate::{a::{self, B}, c::d}; // crate::x"), ["crate::a", "crate::a::B", "crate::c::d"]);
    assert_eq!(names("pub use super::{ b, super::c::* };"), ["super::b", "super::super::c"]);
    assert_eq!(names("let a = crate::words::of::<u8>(\"crate::x\");"), ["crate::words::of"]);
    assert_eq!(names("/// crate::x\nfn of(a: &'static str) -> super::E { crate::e() }"), ["super::E", "crate::e"]);
    let knows = |pairs: &[(&str, &[&str])]| {
        let known = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        pairs.iter().map(|(name, names)| ((*name).to_owned(), known(names))).collect()
    };
    let circle = knows(&[("a", &["b"]), ("b", &["c", "d"]), ("c", &["a"]), ("d", &[])]);
    assert_eq!(circles(&circle), [["a", "b", "c"]]);
    assert_eq!(circles(&knows(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])])), Vec::<Vec<String>>::new());
}

struct Module {
    /// From the crate's root, which has none.
    names: Vec<String>,
    file: PathBuf,
    source: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace above the server").join("app/src")
}

/// Every module that is compiled, from the crate's root on.
fn modules() -> Vec<Module> {
    let mut found = Vec::new();
    let mut open = vec![(Vec::new(), root().join("lib.rs"))];
    while let Some((names, file)) = open.pop() {
        let source = fs::read_to_string(&file).unwrap_or_else(|_| panic!("{} is named and not there", file.display()));
        for line in source.lines() {
            let words = line.trim_end().strip_suffix(';').and_then(|line| line.split_once("mod "));
            let Some((_, name)) = words.filter(|(before, _)| before.is_empty() || before.starts_with("pub")) else {
                continue;
            };
            let inside: Vec<String> = names.iter().cloned().chain([name.to_owned()]).collect();
            open.push((inside.clone(), root().join(inside.join("/")).with_extension("rs")));
        }
        found.push(Module { names, file, source });
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// Under which name a module is known here: its own in a folder of many, else that of its folder.
fn called(names: &[String]) -> String {
    let depth = if names.first().is_some_and(|folder| APART.contains(&folder.as_str())) { 2 } else { 1 };
    names.iter().take(depth).cloned().collect::<Vec<_>>().join("::")
}

/// Which modules each module names.
fn knows(modules: &[Module]) -> BTreeMap<String, BTreeSet<String>> {
    let all: BTreeSet<&[String]> = modules.iter().map(|module| module.names.as_slice()).collect();
    let mut knows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for module in modules.iter().filter(|module| !module.names.is_empty()) {
        let own = called(&module.names);
        let known = knows.entry(own.clone()).or_default();
        for path in paths(&module.source) {
            let up = path.iter().take_while(|name| *name == "super").count();
            let from = if up == 0 { 0 } else { module.names.len().saturating_sub(up) };
            let whole: Vec<String> = module.names[..from].iter().chain(&path[up.max(1)..]).cloned().collect();
            let meant = (1..=whole.len()).rev().map(|length| &whole[..length]).find(|names| all.contains(names));
            known.extend(meant.map(called).filter(|other| *other != own));
        }
    }
    knows
}

/// Everything in a source that begins with `crate::` or `super::`, with what is in braces written out.
fn paths(source: &str) -> Vec<Vec<String>> {
    let code = without_words(source);
    let mut found = Vec::new();
    let mut rest = code.as_str();
    while let Some(at) = ["crate::", "super::"].iter().filter_map(|word| rest.find(word)).min() {
        let begins = !rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        rest = &rest[at..];
        if begins {
            rest = expand(rest, &[], &mut found);
        } else {
            rest = &rest["crate".len()..];
        }
    }
    found
}

/// Reads one path and all that hangs on it; answers what stands behind it.
fn expand<'a>(text: &'a str, before: &[String], found: &mut Vec<Vec<String>>) -> &'a str {
    let mut path = before.to_vec();
    let mut rest = text.trim_start();
    loop {
        if let Some(list) = rest.strip_prefix('{') {
            rest = list.trim_start();
            while !rest.starts_with('}') && !rest.is_empty() {
                rest = expand(rest, &path, found).trim_start();
                // A name may be renamed, and a list goes on.
                let end = rest.find([',', '}']).unwrap_or(rest.len());
                rest = rest[end..].strip_prefix(',').unwrap_or(&rest[end..]).trim_start();
            }
            return rest.strip_prefix('}').unwrap_or(rest);
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if !name.is_empty() && name != "self" {
            path.push(name.to_owned());
        }
        match after.strip_prefix("::") {
            Some(more) if more.trim_start().starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '{') => {
                rest = more.trim_start();
            }
            _ => {
                found.push(path);
                return after;
            }
        }
    }
}

/// Without comments and texts: what is said there is no knowledge.
fn without_words(source: &str) -> String {
    let mut code = String::new();
    for line in source.lines() {
        let mut quoted = false;
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '/' if !quoted && chars.peek() == Some(&'/') => break,
                '\\' if quoted => drop(chars.next()),
                '"' => quoted = !quoted,
                _ if quoted => {}
                _ => code.push(c),
            }
        }
        code.push('\n');
    }
    code
}

/// The ways that lead from a module back to it; each once.
fn circles(knows: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let mut found: BTreeMap<BTreeSet<String>, Vec<String>> = BTreeMap::new();
    for start in knows.keys() {
        // The shortest way back, breadth first.
        let mut ways = vec![vec![start.clone()]];
        let mut seen = BTreeSet::new();
        while !ways.is_empty() {
            let mut longer = Vec::new();
            for way in ways {
                for next in way.last().and_then(|last| knows.get(last)).into_iter().flatten() {
                    if next == start {
                        found.entry(way.iter().cloned().collect()).or_insert_with(|| way.clone());
                    } else if seen.insert(next.clone()) {
                        longer.push(way.iter().cloned().chain([next.clone()]).collect());
                    }
                }
            }
            ways = longer;
        }
    }
    found.into_values().collect()
}
