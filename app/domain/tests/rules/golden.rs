//! Texts that are committed and reviewed: a change of the rules shows as a change of the text.

use std::{env, fmt::Write, fs, path::PathBuf};

/// Compares with `tests/<file>`, or writes it anew when the variable BLESS is set.
pub(crate) fn assert_committed(file: &str, now: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
    if env::var_os("BLESS").is_some() {
        fs::write(&path, now).expect("the committed text can be written");
        return;
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == now,
        "the rules and {} disagree (- committed, + now):\n\n{}\n\
         Is the change meant? Then write it anew, read the diff and commit it:\n    \
         BLESS=1 cargo nextest run -p domain committed\n",
        path.display(),
        difference(&committed, now),
    );
}

/// Lines that only one side has, in order: the rest of both is their longest common subsequence.
fn difference(before: &str, after: &str) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut common = vec![vec![0_usize; after.len() + 1]; before.len() + 1];
    for i in (0..before.len()).rev() {
        for j in (0..after.len()).rev() {
            common[i][j] =
                if before[i] == after[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, String::new());
    while i < before.len() || j < after.len() {
        if i < before.len() && j < after.len() && before[i] == after[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == after.len() || (i < before.len() && common[i + 1][j] >= common[i][j + 1]) {
            writeln!(out, "- {}", before[i]).expect("a string takes any text");
            i += 1;
        } else {
            writeln!(out, "+ {}", after[j]).expect("a string takes any text");
            j += 1;
        }
    }
    out
}

/// Columns aligned by spaces, none at the end of a line.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn a_difference_names_the_lines_that_went_and_the_lines_that_came() {
    assert_eq!(difference("a\nb\nc\n", "a\nx\nc\nd\n"), "- b\n+ x\n+ d\n");
    assert_eq!(difference("same\n", "same\n"), "");
}
