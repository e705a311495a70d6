//! What the program says of itself: help that teaches, and completions.

use crate::machine::{Ran, bare, ran};
use std::{collections::BTreeSet, process::Command};

fn help(of: &[String]) -> String {
    let Ran { exit, out, err } = ran(bare().args(of).arg("--help"), "");
    assert_eq!((exit, err.as_str()), (0, ""), "{of:?}");
    out
}

/// The names in the list of commands of a help.
fn commands(help: &str) -> Vec<String> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let list = list.take_while(|line| line.starts_with("  "));
    // A line that goes on is set in deeper.
    let names = list.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(ToOwned::to_owned).collect()
}

/// Every command of the operator's, as it is typed.
fn all() -> Vec<Vec<String>> {
    let mut found = vec![vec!["operator".to_owned()]];
    let mut next = 0;
    while let Some(command) = found.get(next).cloned() {
        let below = commands(&help(&command)).into_iter();
        found.extend(below.map(|name| [command.clone(), vec![name]].concat()));
        next += 1;
    }
    assert!(found.len() > 35, "{found:?}");
    found
}

#[test]
fn every_command_s_help_shows_how_it_is_typed() {
    for command in all() {
        let help = help(&command);
        let typed = format!("bailiwick {}", command.join(" "));
        let examples = help.split_once("Example").unwrap_or_else(|| panic!("no example: {help}")).1;
        assert!(examples.contains(&typed), "no example of `{typed}`: {help}");
        assert!(!help.starts_with("Usage"), "nothing says what it is for: {help}");
        let long = help.lines().find(|line| line.chars().count() > 130);
        assert!(long.is_none(), "{long:?}");
    }
}

#[test]
fn the_help_says_what_an_operator_is_and_what_scripts_go_by() {
    let help = help(&["operator".to_owned()]);
    assert!(help.contains("An operator runs the installation."), "{help}");
    for number in 0..=5 {
        assert!(help.contains(&format!("\n  {number}  ")), "{number} is not told: {help}");
    }
}

#[test]
fn shells_complete_every_command_even_where_nothing_is_configured() {
    let names: BTreeSet<String> = all().into_iter().flatten().collect();
    for shell in ["bash", "zsh", "fish"] {
        let printed = ran(bare().args(["completions", shell]).env("BAILIWICK_LISTEN", "nowhere"), "");
        assert_eq!((printed.exit, printed.err.as_str()), (0, ""), "{shell}");
        for name in &names {
            assert!(printed.out.contains(name.as_str()), "{shell} does not know {name}");
        }
        // Fish knows the options of two levels of commands, and these are of the third.
        assert!(shell == "fish" || printed.out.contains("dry-run"), "{shell}");
    }
    let script = ran(bare().args(["completions", "bash"]), "").out;
    assert_eq!(ran(Command::new("bash").arg("-n"), &script).exit, 0);
    assert_eq!(ran(bare().args(["completions", "csh"]), "").exit, 2);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let program = env!("CARGO_BIN_EXE_bailiwick");
    let piped = format!("set -o pipefail; {program} completions bash | head -c 1 >/dev/null");
    let done = ran(Command::new("bash").args(["-c", &piped]), "");
    assert_eq!((done.exit, done.err.as_str()), (0, ""), "{done:?}");
}
