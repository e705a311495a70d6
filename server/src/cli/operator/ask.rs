//! What a person is asked on the terminal: to confirm what can't be undone, and a password that nobody sees.

use super::ended::{Ended, Exit};
use secrecy::SecretString;
use std::{
    io::{self, BufRead, IsTerminal, Write},
    process::{Command, Stdio},
};
use tokio::{signal, sync::oneshot};

/// Whether whoever runs the command has agreed to everything beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assent {
    Given,
    Asked,
}

/// Asks for the name of what goes, so that nobody deletes by habit.
///
/// # Errors
/// [`Exit::NotConfirmed`] when something else is typed, and where nobody is there to be asked.
pub(super) fn confirm(assent: Assent, kind: &str, name: &str) -> Result<(), Ended> {
    if assent == Assent::Given {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let message =
            "Nothing was changed: this takes a confirmation, and no terminal is there to ask on. Run it with --yes.";
        return Err(Ended::new(Exit::NotConfirmed, "not_confirmed", message));
    }
    tell(&format!("Type the {kind} ({name}) to confirm: "))?;
    if is_meant(&line()?, name) {
        return Ok(());
    }
    let message = format!("Nothing was changed: that was not the {kind}.");
    Err(Ended::new(Exit::NotConfirmed, "not_confirmed", message))
}

fn is_meant(typed: &str, name: &str) -> bool {
    typed.trim() == name
}

fn line() -> Result<String, Ended> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(|error| unreadable(&error))?;
    Ok(line)
}

fn unreadable(error: &io::Error) -> Ended {
    Ended::trouble(format!("Nothing can be read from here: {error}"))
}

fn tell(text: &str) -> Result<(), Ended> {
    let mut out = io::stderr();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| unreadable(&error))
}

/// A new password: typed twice on a terminal, without echo; elsewhere the first line of the input.
pub(super) async fn new_password() -> Result<SecretString, Ended> {
    if !io::stdin().is_terminal() {
        let line = line()?;
        return Ok(SecretString::from(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    let first = hidden("Password: ").await?;
    let again = hidden("Once more: ").await?;
    if first != again {
        return Err(Ended::new(Exit::NotConfirmed, "not_confirmed", "Nothing was changed: the two are not the same."));
    }
    Ok(SecretString::from(first))
}

async fn hidden(prompt: &str) -> Result<String, Ended> {
    let silence = Silence::begin()?;
    tell(prompt)?;
    let (typed, waiting) = oneshot::channel();
    // No task of the runtime's: it would be waited for at the end, and whoever interrupts has typed nothing.
    std::thread::spawn(move || typed.send(line()));
    let line = tokio::select! {
        line = waiting => line.unwrap_or_else(|_| Ok(String::new())),
        _ = signal::ctrl_c() => Err(Ended::new(Exit::NotConfirmed, "not_confirmed", "Nothing was changed.")),
    };
    drop(silence);
    tell("\n")?;
    Ok(line?.trim_end_matches(['\r', '\n']).to_owned())
}

/// The terminal shows nothing of what is typed while this lives. By `stty`, which every Unix has: what the terminal's
/// settings are, only unsafe code could ask by itself.
struct Silence {
    before: String,
}

impl Silence {
    fn begin() -> Result<Self, Ended> {
        let before = stty(&["-g"])?;
        let silence = Self { before: before.trim().to_owned() };
        stty(&["-echo"])?;
        Ok(silence)
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        let _ = stty(&[&self.before]);
    }
}

fn stty(arguments: &[&str]) -> Result<String, Ended> {
    let done = Command::new("stty").args(arguments).stdin(Stdio::inherit()).stderr(Stdio::null()).output();
    match done {
        Ok(done) if done.status.success() => Ok(String::from_utf8_lossy(&done.stdout).into_owned()),
        _ => Err(Ended::trouble(
            "The terminal can't hide what is typed, since there is no `stty` here. Hand the password in by a pipe.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_name_confirms() {
        assert!(is_meant("northwind\n", "northwind"));
        assert!(is_meant(" northwind \r\n", "northwind"));
        for other in ["", "\n", "y\n", "yes\n", "Northwind\n", "northwind-dev\n", "north wind\n"] {
            assert!(!is_meant(other, "northwind"), "{other:?}");
        }
    }
}
