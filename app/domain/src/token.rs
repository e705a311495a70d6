//! API access tokens: what their secrets look like, how long they live, and what they may change in Bailiwick itself.
//! They belong to an organization, not to a person: nothing that happens to a member touches one.

use crate::{
    id::{OrganizationId, TokenId},
    refusal::Refusal,
    text::Problem,
    time::Timestamp,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, time::Duration};

/// How long an expired token stays in the list: long enough for whoever wonders why a job stopped.
pub const EXPIRED_LISTED: Duration = Duration::from_secs(30 * 86_400);
/// How long before its end the admins are reminded.
pub const REMINDED_BEFORE: Duration = Duration::from_secs(7 * 86_400);

/// What every secret begins with, so that a scanner recognises one.
pub const PREFIX: &str = "bwk_";
/// Random digits of base 62: 178 bits.
const RANDOM: usize = 30;
/// Digits of base 62 that hold a CRC-32: 62^6 > 2^32.
const CHECKSUM: usize = 6;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A token's secret: `bwk_`, thirty random digits, six of checksum (the form of GitHub's tokens). The checksum keeps a
/// typo from reaching the database; it proves nothing else. Never printed: only [`Secret::reveal`] hands it out.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// How long every secret is, in characters.
    pub const LENGTH: usize = PREFIX.len() + RANDOM + CHECKSUM;

    /// Makes a secret of random bytes; takes as many as it needs.
    pub fn from_random(byte: impl FnMut() -> u8) -> Self {
        let random = random_digits(byte);
        Self(format!("{PREFIX}{random}{}", checksum(&random)))
    }

    /// # Errors
    /// [`Refusal::TokenMalformed`] for what no installation ever gave out, or somebody mistyped.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        match digits(text, PREFIX) {
            Some((random, check)) if check == checksum(random) => Ok(Self(text.to_owned())),
            _ => Err(Refusal::TokenMalformed),
        }
    }

    /// The secret itself: for the answer that makes it, for its hash, and for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub fn mask(&self) -> Mask {
        Mask { prefix: self.0[..Mask::PREFIX].to_owned(), last_four: self.0[Self::LENGTH - Mask::LAST..].to_owned() }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.mask())
    }
}

/// As many random digits as a secret has; takes as many bytes as it needs.
pub(crate) fn random_digits(mut byte: impl FnMut() -> u8) -> String {
    let mut digits = String::with_capacity(RANDOM);
    while digits.len() < RANDOM {
        // Six bits at a time, and 62 and 63 thrown away: a remainder would make some digits likelier than others.
        if let Some(digit) = DIGITS.get(usize::from(byte() & 0x3f)) {
            digits.push(char::from(*digit));
        }
    }
    digits
}

/// The random digits behind a prefix and the checksum behind them, where a text has the form of a secret.
pub(crate) fn digits<'a>(text: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    let digits = text.strip_prefix(prefix)?;
    let fits = digits.len() == RANDOM + CHECKSUM && digits.bytes().all(|digit| digit.is_ascii_alphanumeric());
    fits.then(|| digits.split_at(RANDOM))
}

/// The CRC-32 of some text as six digits of base 62, the highest first.
pub(crate) fn checksum(of: &str) -> String {
    let mut rest = crc32fast::hash(of.as_bytes()) as usize;
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[rest % DIGITS.len()];
        rest /= DIGITS.len();
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// What may be shown of a secret: enough to tell tokens apart, `bwk_4mQ8…oCi9`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mask {
    pub prefix: String,
    pub last_four: String,
}

impl Mask {
    const PREFIX: usize = PREFIX.len() + 4;
    const LAST: usize = 4;

    fn parse(text: &str) -> Option<Self> {
        let (prefix, last_four) = text.split_once('…')?;
        let fits = prefix.len() == Self::PREFIX && last_four.len() == Self::LAST;
        let plain = [prefix.strip_prefix(PREFIX)?, last_four].concat();
        (fits && plain.bytes().all(|digit| digit.is_ascii_alphanumeric()))
            .then(|| Self { prefix: prefix.to_owned(), last_four: last_four.to_owned() })
    }
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…{}", self.prefix, self.last_four)
    }
}

impl Serialize for Mask {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mask {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a masked token"))
    }
}

/// What a token may change in Bailiwick beside reading. In the cluster, its grants decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Switch members off and on.
    Members,
    /// Send, resend and revoke invitations, and copy their links.
    Invitations,
    /// Decide which namespaces members may work in.
    Grants,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Members, Self::Invitations, Self::Grants];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Invitations => "invitations",
            Self::Grants => "grants",
        }
    }

    /// # Errors
    /// [`Problem::Unknown`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(Problem::Unknown)
    }

    /// One line for the person who decides.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Members => "Deactivate and reactivate members",
            Self::Invitations => "Send, resend and revoke invitations, copy their links",
            Self::Grants => "Decide which namespaces members may work in",
        }
    }
}

/// A set of scopes; none by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes {
    pub members: bool,
    pub invitations: bool,
    pub grants: bool,
}

impl Scopes {
    pub const fn has(self, scope: Scope) -> bool {
        match scope {
            Scope::Members => self.members,
            Scope::Invitations => self.invitations,
            Scope::Grants => self.grants,
        }
    }

    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }

    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut set = Self::default();
        for scope in scopes {
            match scope {
                Scope::Members => set.members = true,
                Scope::Invitations => set.invitations = true,
                Scope::Grants => set.grants = true,
            }
        }
        set
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Vec::<Scope>::deserialize(from)?.into_iter().collect())
    }
}

/// Who asks with a token: read from its row, never from the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bearer {
    pub token: TokenId,
    pub organization: OrganizationId,
    pub scopes: Scopes,
}

/// How long a token may be asked to live (product contract, section 5), or a grant to last. Ordered from the shortest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lifetime {
    Hour,
    EightHours,
    ThirtyDays,
    NinetyDays,
    Year,
    Never,
}

impl Lifetime {
    pub const ALL: [Self; 6] =
        [Self::Hour, Self::EightHours, Self::ThirtyDays, Self::NinetyDays, Self::Year, Self::Never];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::EightHours => "8h",
            Self::ThirtyDays => "30d",
            Self::NinetyDays => "90d",
            Self::Year => "1y",
            Self::Never => "never",
        }
    }

    /// # Errors
    /// [`Problem::Unknown`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|lifetime| lifetime.as_str() == text).ok_or(Problem::Unknown)
    }

    pub const fn words(self) -> &'static str {
        match self {
            Self::Hour => "1 hour",
            Self::EightHours => "8 hours",
            Self::ThirtyDays => "30 days",
            Self::NinetyDays => "90 days",
            Self::Year => "1 year",
            Self::Never => "never",
        }
    }

    /// `None` for a token that never ends.
    pub const fn duration(self) -> Option<Duration> {
        const HOUR: u64 = 3600;
        match self {
            Self::Hour => Some(Duration::from_secs(HOUR)),
            Self::EightHours => Some(Duration::from_secs(8 * HOUR)),
            Self::ThirtyDays => Some(Duration::from_secs(30 * 24 * HOUR)),
            Self::NinetyDays => Some(Duration::from_secs(90 * 24 * HOUR)),
            Self::Year => Some(Duration::from_secs(365 * 24 * HOUR)),
            Self::Never => None,
        }
    }

    /// What nobody chose: 90 days, or the operator's maximum where that is less.
    pub fn default_within(most: Self) -> Self {
        Self::NinetyDays.min(most)
    }

    /// # Errors
    /// [`Refusal::TokenLifetime`] for more than the operator's maximum.
    pub fn within(self, most: Self) -> Result<Self, Refusal> {
        if self > most { Err(Refusal::TokenLifetime { most }) } else { Ok(self) }
    }

    pub fn ends(self, from: Timestamp) -> Option<Timestamp> {
        self.duration().map(|duration| from.plus(duration))
    }
}

impl Serialize for Lifetime {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Lifetime {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

/// Whether what has this end, a token or a grant, is over.
pub fn is_expired(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|at| now >= at)
}
