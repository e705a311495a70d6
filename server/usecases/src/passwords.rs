//! Hashing and checking passwords: argon2id, off the async threads, behind a limit of memory.

use crate::Error;
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use domain::password::Password;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as AsyncMutex, MutexGuard, Semaphore};

/// KiB of memory and passes over it: OWASP's first recommendation for argon2id (Password Storage Cheat Sheet, 2026).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// For each hash that may run at once, so many may wait: two seconds of work, at some 20 ms each.
const WAITING_FOR_EACH: usize = 100;

const TURNS: usize = 256;

/// What checking a password says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Check {
    Wrong,
    Right,
    /// Right, and hashed with less than we ask for today: here is the better hash.
    RightButWeak(String),
}

/// What one hash is made in: [`MEMORY_KIB`] of it, used again by the next one. Given back to the system after each, it would
/// stay with the allocator, and a burst of sign-ins would take a gigabyte for good.
type Memory = Box<[Block]>;

/// The hasher of an installation.
pub struct Passwords {
    at_once: Arc<Semaphore>,
    /// Those that run and those that wait for it.
    asked: Arc<Semaphore>,
    /// What no hash is made in at the moment; never more than may run at once.
    idle: Arc<Mutex<Vec<Memory>>>,
    /// Guesses at one account are checked one after the other. Several accounts share one.
    turns: [AsyncMutex<()>; TURNS],
    /// A hash of nothing: checked when there is no such user, so that both take the same time.
    nobody: String,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords(…)")
    }
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Broken(error.to_string())
}

fn params() -> Result<Params, Error> {
    Params::new(MEMORY_KIB, PASSES, 1, None).map_err(broken)
}

fn memory() -> Result<Memory, Error> {
    Ok(vec![Block::default(); params()?.block_count()].into_boxed_slice())
}

/// The output of argon2 for these, in `memory` where that is enough.
fn output(argon2: &Argon2, password: &[u8], salt: &Salt, memory: &mut Memory) -> Result<Output, Error> {
    let mut made = [0; Output::MAX_LENGTH];
    let length = argon2.params().output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let made = made.get_mut(..length).ok_or_else(|| broken("a stored password hash is too long"))?;
    if argon2.params().block_count() <= memory.len() {
        argon2.hash_password_into_with_memory(password, salt, made, memory).map_err(broken)?;
    } else {
        argon2.hash_password_into(password, salt, made).map_err(broken)?;
    }
    Output::new(made).map_err(broken)
}

fn hash_now(password: &[u8], memory: &mut Memory) -> Result<String, Error> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params()?);
    let salt = Salt::generate();
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params()).map_err(broken)?,
        salt: Some(salt),
        hash: Some(output(&argon2, password, &salt, memory)?),
    };
    Ok(hash.to_string())
}

/// Whether `hash` is of `password`. Comparing outputs takes the same time wherever they differ.
fn is_right(hash: &PasswordHash, password: &[u8], memory: &mut Memory) -> Result<bool, Error> {
    let (Some(salt), Some(stored)) = (&hash.salt, &hash.hash) else {
        return Err(broken("a stored password hash has no salt or no output"));
    };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(broken)?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).map_err(broken)?;
    let argon2 = Argon2::new(algorithm, version, Params::try_from(hash).map_err(broken)?);
    Ok(output(&argon2, password, salt, memory)? == *stored)
}

fn is_weak(hash: &PasswordHash) -> bool {
    let Ok(params) = Params::try_from(hash) else {
        return true;
    };
    params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES
}

impl Passwords {
    /// `at_once` hashes at most run at the same time, each in 19 MiB of its own; a hundred times as many may wait.
    ///
    /// # Errors
    /// [`Error::Broken`] when argon2 refuses its own parameters.
    pub fn new(at_once: usize) -> Result<Self, Error> {
        let mut memory = memory()?;
        let nobody = hash_now(&crate::dice::random::<32>(), &mut memory)?;
        Ok(Self {
            at_once: Arc::new(Semaphore::new(at_once)),
            asked: Arc::new(Semaphore::new(at_once * (1 + WAITING_FOR_EACH))),
            idle: Arc::new(Mutex::new(vec![memory])),
            turns: [const { AsyncMutex::const_new(()) }; TURNS],
            nobody,
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let asked = self.asked.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
        let permit = self.at_once.clone().acquire_owned().await.map_err(broken)?;
        let idle = self.idle.clone();
        tokio::task::spawn_blocking(move || {
            let mut memory = match idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
                Some(memory) => memory,
                None => memory()?,
            };
            let done = work(&mut memory);
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
            drop((permit, asked));
            done
        })
        .await
        .map_err(broken)?
    }

    pub(crate) async fn hash(&self, password: Password) -> Result<String, Error> {
        self.run(move |memory| hash_now(password.as_bytes(), memory)).await
    }

    /// Waits until nobody else checks a password of this account.
    pub(crate) async fn turn(&self, account: &str) -> MutexGuard<'_, ()> {
        let [first, ..] = crate::keys::sha256(account);
        self.turns[usize::from(first)].lock().await
    }

    /// Checks `typed` against a stored hash, or against nobody's, at the same cost.
    pub(crate) async fn check(&self, typed: &str, stored: Option<&str>) -> Result<Check, Error> {
        // Nobody's password is longer, and hashing megabytes is work for nothing.
        let typed: String = typed.chars().take(Password::LONGEST + 1).collect();
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        self.run(move |memory| {
            let hash = PasswordHash::new(&stored).map_err(broken)?;
            let right = is_right(&hash, typed.as_bytes(), memory)?;
            match (known && right, is_weak(&hash)) {
                (false, _) => Ok(Check::Wrong),
                (true, false) => Ok(Check::Right),
                (true, true) => hash_now(typed.as_bytes(), memory).map(Check::RightButWeak),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::choose(text, &[]).unwrap()
    }

    #[tokio::test]
    async fn hashes_share_as_much_memory_as_may_run_at_once() {
        let passwords = Arc::new(Passwords::new(2).unwrap());
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let passwords = passwords.clone();
            all.spawn(async move {
                let hash = passwords.hash(password("correct horse battery")).await.unwrap();
                passwords.check("correct horse battery", Some(&hash)).await.unwrap()
            });
        }
        assert!(all.join_all().await.iter().all(|check| *check == Check::Right));
        assert_eq!(passwords.idle.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_sent_away() {
        let passwords = Passwords::new(1).unwrap();
        let all = passwords.asked.clone().acquire_many_owned(1 + WAITING_FOR_EACH as u32).await.unwrap();
        assert!(matches!(passwords.check("x", None).await, Err(Error::Busy)));
        drop(all);
        assert_eq!(passwords.check("x", None).await.unwrap(), Check::Wrong);
    }

    #[tokio::test]
    async fn a_hash_of_the_library_itself_is_read() {
        use argon2::PasswordHasher;
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8_192, 1, 1, None).unwrap());
        let old = old.hash_password(b"correct horse battery").unwrap().to_string();
        let passwords = Passwords::new(1).unwrap();
        assert!(matches!(passwords.check("correct horse battery", Some(&old)).await, Ok(Check::RightButWeak(_))));
        assert_eq!(passwords.check("another horse", Some(&old)).await.unwrap(), Check::Wrong);
        let strong = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(32_768, 2, 1, None).unwrap());
        let strong = strong.hash_password(b"correct horse battery").unwrap().to_string();
        assert_eq!(passwords.check("correct horse battery", Some(&strong)).await.unwrap(), Check::Right);
    }
}
