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
        if let Some(left) = without(&lower, names)
            && is_guessed(&left, true)
        {
            return Err(Problem::PasswordFromNames);
        }
        // Afterwards: some names are common words too, and "made of your names" says more.
        if is_guessed(&lower, false) {
            return Err(Problem::CommonPassword);
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

/// Hashes of the 19,640 passwords in that list of Django 5.2, of every length: CRC-32 of each, big-endian, in order. Another
/// text is taken for one of them once in 200,000 times. Made by Python's `zlib.crc32` from `common-passwords.txt.gz`.
static FILTER: &[u8] = include_bytes!("common_passwords.crc32");

fn is_common(word: &str) -> bool {
    FILTER.as_chunks::<4>().0.binary_search(&crc32fast::hash(word.as_bytes()).to_be_bytes()).is_ok()
}

/// Letters and digits that a password needs beside what is guessed first.
const OWN: usize = 8;

/// Whether less than [`OWN`] is left of a text without what is guessed first: digits in order, and a common word where it is
/// the only one; several words are a phrase. `taken` says that something is taken out of it already.
fn is_guessed(lower: &str, mut taken: bool) -> bool {
    let (words, numbers) = (runs(lower, char::is_alphabetic), runs(lower, char::is_numeric));
    let only_word = words.len() == 1;
    let mut own = 0;
    for word in words {
        let guessed = only_word && (is_repetition(word) || is_common(word));
        own += if guessed { 0 } else { word.chars().count() };
        taken |= guessed;
    }
    for number in numbers {
        let guessed = is_repetition(number) || is_counted(number) || is_common(number);
        own += if guessed { 0 } else { number.chars().count() };
        taken |= guessed;
    }
    taken && own < OWN
}

fn runs(text: &str, of: fn(char) -> bool) -> Vec<&str> {
    text.split(|c| !of(c)).filter(|run| !run.is_empty()).collect()
}

/// Digits one after the other, up or down: `4567890123`, `987654`.
fn is_counted(number: &str) -> bool {
    let Some(digits) = number.chars().map(|c| c.to_digit(10)).collect::<Option<Vec<_>>>() else { return false };
    let by = |step| digits.windows(2).all(|pair| matches!(pair, [one, next] if (one + step) % 10 == *next));
    digits.len() > 2 && (by(1) || by(9))
}

/// What is left once the names are taken out, where one of them is there.
fn without(lower: &str, names: &[&str]) -> Option<String> {
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
    (left != lower).then_some(left)
}
