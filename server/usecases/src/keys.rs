//! The server's key, and the secrets that are derived from it: links in mails are computed, never stored, so that the
//! admin can copy the very link that was mailed and a copy of the database opens nothing.

use domain::{
    id::{LoginId, UserId},
    login::UserCode,
    time::Timestamp,
};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

/// What a link is for: the same id and nonce give different links for different purposes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Invitation,
    Verification,
    PasswordReset,
    /// Not a link: the API server's own credential.
    Cluster,
    /// Not a link: what the API server is shown for some minutes.
    Credential,
    /// Not a secret of ours: what hides the few letters that a person types.
    UserCode,
    /// The same of a controller far from the database.
    Controller,
    /// Not a secret: by what a database knows the key that belongs to it.
    Check,
    /// Not a secret: what a plain form post that failed leaves in an address.
    FailedPost,
    /// Signs nobody in: remembers a browser that has proved a password before.
    Device,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Invitation => b"bailiwick invitation 1",
            Self::Verification => b"bailiwick verification 1",
            Self::PasswordReset => b"bailiwick password reset 1",
            Self::Cluster => b"bailiwick cluster 1",
            Self::Credential => b"bailiwick credential 1",
            Self::UserCode => b"bailiwick user code 1",
            Self::Controller => b"bailiwick controller 1",
            Self::Check => b"bailiwick key check 1",
            Self::FailedPost => b"bailiwick failed post 1",
            Self::Device => b"bailiwick device 1",
        }
    }
}

/// The present key, and older ones whose links still open.
pub struct Keys {
    present: Vec<u8>,
    older: Vec<Vec<u8>>,
}

/// Why a configured key can't be used.
#[derive(Debug)]
pub struct KeyError;

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret key has at least 32 characters; make one with `openssl rand -hex 32`")
    }
}

impl std::error::Error for KeyError {}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// The shortest key, in characters: 32 of hexadecimal digits are 128 bits.
    pub const SHORTEST: usize = 32;

    /// Reads keys separated by commas, the present one first.
    ///
    /// # Errors
    /// When one is shorter than [`Keys::SHORTEST`]: a key of zeros or an empty one would let anybody make links.
    pub fn parse(configured: &SecretString) -> Result<Self, KeyError> {
        let mut keys = configured.expose_secret().split(',').map(str::trim).filter(|key| !key.is_empty());
        let usable = |key: &str| {
            let varied = key.bytes().collect::<std::collections::BTreeSet<_>>().len() >= 8;
            if key.len() >= Self::SHORTEST && varied { Ok(key.as_bytes().to_vec()) } else { Err(KeyError) }
        };
        let present = usable(keys.next().unwrap_or_default())?;
        Ok(Self { present, older: keys.map(usable).collect::<Result<_, _>>()? })
    }

    /// A fresh key as text, for an installation that has none.
    pub fn generate() -> SecretString {
        let [a, b] = halves(&crate::dice::random::<32>());
        SecretString::from(format!("{}{}", base62(a), base62(b)))
    }

    /// The secret of a link: the row's id, so that it can be found, and proof that this server made it.
    pub(crate) fn link_secret(&self, purpose: Purpose, id: uuid::Uuid, nonce: &[u8]) -> String {
        let proof = proof(&self.present, purpose, id, nonce);
        format!("{}{}", base62(id.as_u128()), base62(proof))
    }

    /// What the API server shows when it asks whose a token is. Derived, so that replicas share it and nothing stores it.
    pub fn cluster_secret(&self) -> SecretString {
        SecretString::from(cluster_secret(&self.present))
    }

    /// What a controller far from the database shows when it asks what is wanted. Derived as well, and no API server's.
    pub fn controller_secret(&self) -> SecretString {
        SecretString::from(controller_secret(&self.present))
    }

    /// Whether this is what an API server was given: by the present key, or by an older one until its file is replaced.
    pub fn is_cluster(&self, shown: &str) -> bool {
        self.any(shown, cluster_secret)
    }

    /// Whether this is what a controller was given, in the same way.
    pub fn is_controller(&self, shown: &str) -> bool {
        self.any(shown, controller_secret)
    }

    /// Proof that this server wrote into an address what a page says of a form that failed, for this person: a link made by
    /// somebody else must not put words into our mouth.
    pub fn failed_post(&self, person: Option<uuid::Uuid>, said: &str) -> String {
        failed_post(&self.present, person, said)
    }

    pub fn is_failed_post(&self, person: Option<uuid::Uuid>, said: &str, shown: &str) -> bool {
        self.any(shown, |key| failed_post(key, person, said))
    }

    /// By what a database knows these keys, the present one first. Tells nothing of them.
    pub(crate) fn checks(&self) -> Vec<String> {
        let check = |key: &Vec<u8>| base62(proof(key, Purpose::Check, uuid::Uuid::nil(), b""));
        std::iter::once(&self.present).chain(&self.older).map(check).collect()
    }

    fn any(&self, shown: &str, secret: impl Fn(&[u8]) -> String) -> bool {
        let mut keys = std::iter::once(&self.present).chain(&self.older);
        keys.any(|key| secret(key).as_bytes().ct_eq(shown.as_bytes()).into())
    }

    /// A credential for the API server: it names a login and an end, and nothing stores it. An API server that is given one
    /// asks whether that login stands.
    pub(crate) fn credential(&self, login: LoginId, ends: Timestamp) -> String {
        let ends = ends.seconds();
        let proof = self.link_secret(Purpose::Credential, login.uuid(), &ends.to_be_bytes());
        format!("{CREDENTIAL}{ends:0ENDS$}_{proof}")
    }

    /// The login that a credential names and when it ends; `None` when no key of ours made it.
    pub(crate) fn proves_credential(&self, credential: &str) -> Option<(LoginId, Timestamp)> {
        let (ends, proof) = credential.strip_prefix(CREDENTIAL)?.split_once('_')?;
        // One spelling: a sign or a zero more would be read as the same number.
        if ends.len() != ENDS || !ends.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let ends: i64 = ends.parse().ok()?;
        let proved = self.proves(Purpose::Credential, proof, &ends.to_be_bytes());
        let login = Self::link_id(proof).filter(|_| proved)?;
        Some((login.into(), Timestamp::from_micros(ends.saturating_mul(1_000_000))))
    }

    /// For a browser in which somebody has proved this account's password.
    pub(crate) fn device(&self, user: UserId) -> String {
        let id = uuid::Uuid::from_bytes(crate::dice::random());
        self.link_secret(Purpose::Device, id, user.uuid().as_bytes())
    }

    pub(crate) fn proves_device(&self, shown: &str, user: UserId) -> bool {
        self.proves(Purpose::Device, shown, user.uuid().as_bytes())
    }

    /// By what a request is found whose code somebody types. Eight letters are few: whoever has a copy of the table, and not
    /// the key, must not find them by trying all.
    pub(crate) fn user_code_hash(&self, code: &UserCode) -> [u8; 16] {
        proof(&self.present, Purpose::UserCode, uuid::Uuid::nil(), code.letters().as_bytes()).to_be_bytes()
    }

    /// The id in a link's secret, unproved: only [`Keys::proves`] says whether it may be used.
    pub(crate) fn link_id(secret: &str) -> Option<uuid::Uuid> {
        parse(secret).map(|(id, _)| uuid::Uuid::from_u128(id))
    }

    pub(crate) fn proves(&self, purpose: Purpose, secret: &str, nonce: &[u8]) -> bool {
        let Some((id, given)) = parse(secret) else {
            return false;
        };
        let id = uuid::Uuid::from_u128(id);
        std::iter::once(&self.present)
            .chain(&self.older)
            .any(|key| proof(key, purpose, id, nonce).to_be_bytes().ct_eq(&given.to_be_bytes()).into())
    }
}

/// HMAC-SHA-256, its first 128 bits: what fits a URL and is out of reach of guessing.
#[expect(clippy::expect_used, reason = "HMAC takes a key of any length; its type says otherwise for other MACs")]
fn proof(key: &[u8], purpose: Purpose, id: uuid::Uuid, nonce: &[u8]) -> u128 {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(purpose.label());
    mac.update(id.as_bytes());
    mac.update(nonce);
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    halves(&bytes)[0]
}

fn failed_post(key: &[u8], person: Option<uuid::Uuid>, said: &str) -> String {
    base62(proof(key, Purpose::FailedPost, person.unwrap_or_default(), said.as_bytes()))
}

fn cluster_secret(key: &[u8]) -> String {
    format!("bwc_{}", base62(proof(key, Purpose::Cluster, uuid::Uuid::nil(), b"")))
}

fn controller_secret(key: &[u8]) -> String {
    format!("bwr_{}", base62(proof(key, Purpose::Controller, uuid::Uuid::nil(), b"")))
}

pub(crate) fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// What credentials begin with, and how many digits their end has: seconds since 1970, until the year 2286.
const CREDENTIAL: &str = "bwu_";
const ENDS: usize = 10;

/// What a machine proves itself with while it waits, and what it keeps afterwards: 32 random bytes each, behind what a scanner
/// recognises them by.
pub(crate) fn device_code() -> String {
    format!("bwd_{}", random_secret())
}

pub(crate) fn login_secret() -> String {
    format!("bwl_{}", random_secret())
}

/// 32 random bytes as text: the value of a session cookie.
pub(crate) fn random_secret() -> String {
    let [a, b] = halves(&crate::dice::random::<32>());
    format!("{}{}", base62(a), base62(b))
}

fn halves(bytes: &[u8; 32]) -> [u128; 2] {
    let (mut a, mut b) = ([0; 16], [0; 16]);
    a.copy_from_slice(&bytes[..16]);
    b.copy_from_slice(&bytes[16..]);
    [u128::from_be_bytes(a), u128::from_be_bytes(b)]
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// 62^22 > 2^128: always 22 digits, so that two of them can be told apart again.
const WIDTH: usize = 22;

fn base62(mut number: u128) -> String {
    let mut digits = [b'0'; WIDTH];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

fn parse(secret: &str) -> Option<(u128, u128)> {
    if secret.len() != 2 * WIDTH || !secret.is_ascii() {
        return None;
    }
    let number = |text: &str| {
        text.bytes().try_fold(0u128, |number, byte| {
            let digit = DIGITS.iter().position(|digit| *digit == byte)? as u128;
            number.checked_mul(62)?.checked_add(digit)
        })
    };
    Some((number(&secret[..WIDTH])?, number(&secret[WIDTH..])?))
}

#[cfg(test)]
mod tests;
