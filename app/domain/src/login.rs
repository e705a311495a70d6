//! A person's own way into the cluster from a machine. The machine asks, its person answers in a browser, as RFC 8628 has it;
//! from then on it holds a login, which gives it credentials that live for minutes.

use crate::{id::LoginId, refusal::Refusal, time::Timestamp};
use std::{fmt, time::Duration};

/// How long a machine's request waits for its person.
pub const REQUEST_LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How often a machine may ask what became of its request.
pub const INTERVAL: Duration = Duration::from_secs(2);
/// A login ends this long after the machine took it, used or not.
pub const LOGIN_LIFETIME: Duration = Duration::from_secs(LOGIN_DAYS * 86_400);
pub const LOGIN_DAYS: u64 = 30;
/// How long one credential is good for. What it opens ends earlier: each use asks whether the login stands.
pub const CREDENTIAL_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Twenty consonants: no two look alike, and no word comes of them (RFC 8628, section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// What the machine shows and its person compares or types: `WDJB-MJHT`. 34 bits, which is plenty for ten minutes and ten
/// tries a minute, and far too little to be the machine's own secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    pub const LENGTH: usize = 8;

    /// Makes a code of random bytes; takes as many as it needs.
    pub fn from_random(mut byte: impl FnMut() -> u8) -> Self {
        let mut letters = String::with_capacity(Self::LENGTH);
        while letters.len() < Self::LENGTH {
            // Five bits at a time, and what is over twenty thrown away: a remainder would make some letters likelier.
            if let Some(letter) = LETTERS.get(usize::from(byte() & 0x1f)) {
                letters.push(char::from(*letter));
            }
        }
        Self(letters)
    }

    /// Reads what a person typed: in either case, with or without the hyphen.
    ///
    /// # Errors
    /// [`Refusal::LoginCodeUnknown`]: what is no code is the code of nothing.
    pub fn parse(typed: &str) -> Result<Self, Refusal> {
        let letters = typed.chars().filter(|c| !(c.is_whitespace() || c.is_ascii_punctuation()));
        let letters: String = letters.take(Self::LENGTH + 1).map(|c| c.to_ascii_uppercase()).collect();
        let fits = letters.len() == Self::LENGTH && letters.bytes().all(|letter| LETTERS.contains(&letter));
        if fits { Ok(Self(letters)) } else { Err(Refusal::LoginCodeUnknown) }
    }

    /// The letters alone, of which there is one spelling.
    pub fn letters(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(Self::LENGTH / 2);
        write!(f, "{first}-{second}")
    }
}

/// What a person said to a machine's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Waiting,
    Denied,
    /// There is a login, which the machine has yet to take.
    Approved(LoginId),
}

impl Answer {
    /// Whether a person may still answer.
    pub fn is_waiting(self, expires_at: Timestamp, now: Timestamp) -> bool {
        self == Self::Waiting && now < expires_at
    }

    /// What the machine is told: the login that it may take, or why there is none.
    ///
    /// # Errors
    /// [`Refusal::LoginPending`], [`Refusal::LoginDenied`], [`Refusal::LoginExpired`].
    pub fn told(self, expires_at: Timestamp, now: Timestamp) -> Result<LoginId, Refusal> {
        match self {
            Self::Denied => Err(Refusal::LoginDenied),
            _ if now >= expires_at => Err(Refusal::LoginExpired),
            Self::Waiting => Err(Refusal::LoginPending),
            Self::Approved(login) => Ok(login),
        }
    }
}

/// When a credential that is made now ends: never after the login that gives it. In whole seconds, as it is written.
pub fn credential_ends(login_expires_at: Timestamp, now: Timestamp) -> Timestamp {
    let end = now.plus(CREDENTIAL_LIFETIME).min(login_expires_at);
    Timestamp::from_micros(end.seconds().saturating_mul(1_000_000))
}
