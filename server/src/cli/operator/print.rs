//! What is printed: tables for people, JSON for programs. Everything goes through here, since much of it comes from strangers.

use crate::cli::unless_closed;
use domain::time::Timestamp;
use serde_json::Value;
use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Write},
};
use unicode_width::UnicodeWidthStr;

const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";
/// Between two columns.
const GAP: &str = "  ";

/// Where it is printed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    /// What was asked for.
    Out,
    /// What a person is told about it.
    Beside,
}

/// A text under way, in words.
pub(super) struct Paper {
    text: String,
    bold: bool,
}

impl Paper {
    pub(super) fn for_stream(stream: Stream) -> Self {
        let terminal = match stream {
            Stream::Out => io::stdout().is_terminal(),
            Stream::Beside => io::stderr().is_terminal(),
        };
        // https://no-color.org: whatever it is set to, unless it is empty.
        let plain = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
        Self { text: String::new(), bold: terminal && !plain }
    }

    pub(super) fn line(&mut self, text: &str) {
        self.text.push_str(&one_line(text));
        self.text.push('\n');
    }

    /// Text on several lines as it was written, set in by two spaces.
    pub(super) fn lines(&mut self, text: &str) {
        for line in text.lines() {
            self.line(&format!("  {line}"));
        }
    }

    /// What comes next is something else.
    pub(super) fn heading(&mut self, text: &str) {
        self.text.push('\n');
        let line = self.emphasis(text);
        self.text.push_str(&line);
        self.text.push('\n');
    }

    fn emphasis(&self, text: &str) -> String {
        if self.bold { format!("{BOLD}{text}{PLAIN}") } else { text.to_owned() }
    }

    /// Names and what they are, one to a line.
    pub(super) fn facts<const N: usize>(&mut self, facts: [(&str, String); N]) {
        let width = facts.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
        for (name, value) in facts {
            let value = one_line(&value);
            let value = if value.is_empty() { "-" } else { &value };
            let _ = writeln!(self.text, "{name}{}{GAP}{value}", " ".repeat(width - name.width()));
        }
    }

    /// Rows below a header, each on one line; `none` says that there are none.
    pub(super) fn table<const N: usize>(&mut self, none: &str, header: [&str; N], rows: &[[String; N]]) {
        if rows.is_empty() {
            return self.line(none);
        }
        let rows: Vec<[String; N]> = rows
            .iter()
            .map(|row| {
                row.clone().map(|cell| one_line(&cell)).map(|cell| if cell.is_empty() { "-".into() } else { cell })
            })
            .collect();
        let mut widths = header.map(UnicodeWidthStr::width);
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let header = self.emphasis(&set(&header, &widths));
        self.text.push_str(&header);
        self.text.push('\n');
        for row in &rows {
            self.text.push_str(&set(row, &widths));
            self.text.push('\n');
        }
    }

    /// # Errors
    /// As the stream.
    pub(super) fn print(&self, stream: Stream) -> io::Result<()> {
        unless_closed(match stream {
            Stream::Out => io::stdout().write_all(self.text.as_bytes()).and_then(|()| io::stdout().flush()),
            Stream::Beside => io::stderr().write_all(self.text.as_bytes()),
        })
    }
}

/// The last column is as wide as it is: nothing ends in spaces.
fn set<S: AsRef<str>, const N: usize>(cells: &[S; N], widths: &[usize; N]) -> String {
    let mut line = String::new();
    for (n, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let cell = cell.as_ref();
        line.push_str(cell);
        if n + 1 < N {
            line.push_str(&" ".repeat(width - cell.width()));
            line.push_str(GAP);
        }
    }
    line
}

/// On one line, and without what moves a terminal's cursor or turns the text around: remarks have line breaks, and what a
/// mail server or a cluster says may hold anything.
fn one_line(text: &str) -> String {
    let harmless = |c: char| match c {
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    let text: String = text.chars().map(harmless).collect();
    // What is set in stays set in.
    let lead = text.len() - text.trim_start_matches(' ').len();
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() { String::new() } else { format!("{}{}", &text[..lead], words.join(" ")) }
}

/// The API's own JSON, for programs.
pub(super) fn json(value: &Value) -> io::Result<()> {
    let mut paper = Paper { text: serde_json::to_string_pretty(value).unwrap_or_default(), bold: false };
    paper.text.push('\n');
    paper.print(Stream::Out)
}

/// `2026-11-25 22:40 UTC`.
pub(super) fn time(at: Timestamp) -> String {
    match at.calendar() {
        Some((year, month, day, hour, minute)) => format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02} UTC"),
        None => at.to_rfc3339(),
    }
}

/// What is not known is `-`.
pub(super) fn known<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

pub(super) fn known_time(at: Option<Timestamp>) -> String {
    known(at.map(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper() -> Paper {
        Paper { text: String::new(), bold: false }
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_nothing_ends_in_spaces() {
        let mut paper = paper();
        let rows = [["日本".into(), "x".into()], ["a-long-one".into(), String::new()]];
        paper.table("none", ["NAME", "WHAT"], &rows);
        assert_eq!(paper.text, "NAME        WHAT\n日本        x\na-long-one  -\n");
    }

    #[test]
    fn a_row_is_one_line_whatever_strangers_wrote() {
        let mut paper = paper();
        paper.table("none", ["A", "B"], &[["one\r\n  two\u{1b}[2J".into(), "\u{202E}drow\u{2028}".into()]]);
        assert_eq!(paper.text, "A            B\none two [2J   drow\n");
        assert_eq!(paper.text.lines().count(), 2);
    }

    #[test]
    fn nothing_is_said_in_words() {
        let mut paper = paper();
        paper.table::<1>("No request waits.", ["ID"], &[]);
        assert_eq!(paper.text, "No request waits.\n");
    }

    #[test]
    fn headers_are_bold_for_eyes_alone() {
        let mut bold = Paper { text: String::new(), bold: true };
        bold.table("none", ["ID"], &[["1".into()]]);
        assert_eq!(bold.text, "\u{1b}[1mID\u{1b}[0m\n1\n");
    }

    #[test]
    fn times_are_told_to_the_minute_in_utc() {
        assert_eq!(time(Timestamp::parse("2026-11-25T22:40:59.9Z").unwrap()), "2026-11-25 22:40 UTC");
        assert_eq!(known_time(None), "-");
    }
}
