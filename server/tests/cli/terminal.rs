//! At a terminal: what goes is confirmed by its name, and a password shows nowhere. `script` brings the terminal.

use crate::machine::{Machine, both_ways};
use std::{
    io::{Read, Write},
    process::{Child, Command, Stdio},
};

const SLUG: &str = "northwind";

/// A program at a terminal, and all that has come to its screen.
struct Terminal {
    child: Child,
    screen: String,
}

impl Terminal {
    fn open(machine: &Machine, arguments: &[&str]) -> Self {
        Self::run(&machine.operator(arguments))
    }

    fn run(program: &Command) -> Self {
        let words = [program.get_program()].into_iter().chain(program.get_args());
        let line = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect::<Vec<_>>().join(" ");
        let mut script = Command::new("script");
        script.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).env("SHELL", "/bin/sh");
        let child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        Self { child, screen: String::new() }
    }

    /// Reads until this stands on the screen.
    fn wait_for(&mut self, text: &str) {
        let out = self.child.stdout.as_mut().unwrap();
        while !self.screen.contains(text) {
            let mut byte = [0; 256];
            let n = out.read(&mut byte).unwrap();
            assert!(n > 0, "{text} never comes: {}", self.screen);
            self.screen.push_str(&String::from_utf8_lossy(&byte[..n]));
        }
    }

    fn type_in(&mut self, line: &str) {
        let keys = self.child.stdin.as_mut().unwrap();
        keys.write_all(format!("{line}\n").as_bytes()).unwrap();
        keys.flush().unwrap();
    }

    /// How it ended, and what stood on the screen.
    fn end(mut self) -> (i32, String) {
        let mut rest = Vec::new();
        self.child.stdout.as_mut().unwrap().read_to_end(&mut rest).unwrap();
        self.screen.push_str(&String::from_utf8_lossy(&rest));
        drop(self.child.stdin.take());
        (self.child.wait().unwrap().code().unwrap(), self.screen)
    }
}

#[test]
fn what_goes_is_confirmed_by_its_own_name_and_by_nothing_else() {
    both_ways(async |machine| {
        for (typed, exit) in [("y", 5), ("", 5), ("lab", 5), ("northwind-lab", 0)] {
            let mut terminal = Terminal::open(machine, &["namespace", "delete", SLUG, "lab"]);
            terminal.wait_for("Type the namespace (northwind-lab) to confirm: ");
            assert!(
                terminal.screen.contains("northwind-lab will be taken from its organization"),
                "{}",
                terminal.screen
            );
            terminal.type_in(typed);
            let (ended, screen) = terminal.end();
            assert_eq!(ended, exit, "{typed:?}: {screen}");
        }
        assert!(!machine.done(&["namespace", "list", SLUG]).out.contains("northwind-lab"));
    });
}

#[test]
fn a_password_is_typed_twice_and_shows_nowhere() {
    both_ways(async |machine| {
        let password = "nine grey geese over the weir";
        machine.house.note(password);
        for (again, exit) in [("nine grey geese over the hill", 5), (password, 0)] {
            let names = ["--first-name", "Olga", "--last-name", "Petrova"];
            let mut terminal =
                Terminal::open(machine, &[&["create", "--email", "olga@example.org"][..], &names].concat());
            terminal.wait_for("Password: ");
            terminal.type_in(password);
            terminal.wait_for("Once more: ");
            terminal.type_in(again);
            let (ended, screen) = terminal.end();
            assert_eq!(ended, exit, "{screen}");
            assert!(!screen.contains("geese"), "{screen}");
        }
        assert_eq!(machine.done(&["list"]).row("olga@example.org").last(), Some(&"Olga Petrova"));
    });
}

#[test]
fn headers_are_bold_unless_somebody_wants_no_colour() {
    both_ways(async |machine| {
        let (_, screen) = Terminal::open(machine, &["organization", "list"]).end();
        assert!(screen.contains("\u{1b}[1mORGANIZATION"), "{screen:?}");
        let mut program = machine.operator(&["organization", "list"]);
        let (_, screen) = Terminal::run(program.env("NO_COLOR", "1")).end();
        assert!(screen.contains("ORGANIZATION") && !screen.contains('\u{1b}'), "{screen:?}");
    });
}
