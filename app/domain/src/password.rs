//! Which passwords are good enough. Hashing and checking them is `usecases::passwords`.

use crate::text::Problem;
use std::fmt;

/// A password that satisfies the rules. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    /// In characters. NIST SP 800-63B-4 asks for 15 where the password is the only factor, and for no rule of
    /// composition.
    pub const SHORTEST: usize = 15;
    /// In characters; above NIST's 64, and far below what would make hashing slow.
    pub const LONGEST: usize = 128;

    /// `names` is what the person and the organization are called: a password made of those is guessed first.
    ///
    /// # Errors
    /// [`Problem::TooShort`], [`Problem::TooLong`], [`Problem::CommonPassword`], [`Problem::PasswordFromNames`].
    pub fn choose(text: &str, names: &[&str]) -> Result<Self, Problem> {
        let length = text.chars().count();
        if length == 0 {
            return Err(Problem::Empty);
        }
        if length < Self::SHORTEST {
            return Err(Problem::TooShort { least: Self::SHORTEST });
        }
        if length > Self::LONGEST {
            return Err(Problem::TooLong { most: Self::LONGEST });
        }
        let lower = text.to_lowercase();
        if is_repetition(&lower) || COMMON.lines().any(|common| common == lower) {
            return Err(Problem::CommonPassword);
        }
        if is_made_of(&lower, names) {
            return Err(Problem::PasswordFromNames);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Passwords of 15 and more characters that everybody tries: those in the list of 20,000 that Django ships
/// (by Royce Williams, BSD licence) and the long runs and phrases of its kind. Lower case, one a line; shorter ones
/// never get this far.
static COMMON: &str = include_str!("common_passwords.txt");

/// `passwordpassword`, `abcabcabcabcabc`, `aaaaaaaaaaaaaaa`: one short piece, again and again.
fn is_repetition(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=chars.len() / 2).any(|period| chars.iter().enumerate().all(|(i, c)| *c == chars[i % period]))
}

/// Whether fewer than eight letters and digits are left once the names are taken out.
fn is_made_of(lower: &str, names: &[&str]) -> bool {
    let mut left = lower.to_owned();
    let mut words: Vec<String> = names
        .iter()
        .flat_map(|name| name.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 3)
        .map(str::to_lowercase)
        .collect();
    // The longest first: `ann` must not eat half of `annika`.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in &words {
        left = left.replace(word.as_str(), " ");
    }
    left.chars().filter(|c| c.is_alphanumeric()).count() < 8 && left != lower
}
