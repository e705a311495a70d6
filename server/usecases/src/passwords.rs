//! Hashing and checking passwords: argon2id, off the async threads, behind a limit of memory.

use crate::Error;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};
use domain::password::Password;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// KiB of memory and passes over it: OWASP's first recommendation for argon2id (Password Storage Cheat Sheet, 2026).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// What checking a password says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Check {
    Wrong,
    Right,
    /// Right, and hashed with less than we ask for today: here is the better hash.
    RightButWeak(String),
}

/// The hasher of an installation.
pub struct Passwords {
    /// How many hashes may run at once; each takes [`MEMORY_KIB`], and 200 sign-ins at once must not take 4 GB.
    at_once: Arc<Semaphore>,
    /// A hash of nothing: checked when there is no such user, so that both take the same time.
    nobody: String,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords(…)")
    }
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| Error::Broken(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &[u8]) -> Result<String, Error> {
    let hash = hasher()?.hash_password(password).map_err(|error| Error::Broken(error.to_string()))?;
    Ok(hash.to_string())
}

fn is_weak(hash: &PasswordHash) -> bool {
    let Ok(params) = Params::try_from(hash) else {
        return true;
    };
    params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES
}

impl Passwords {
    /// `at_once` hashes at most run at the same time.
    ///
    /// # Errors
    /// [`Error::Broken`] when argon2 refuses its own parameters.
    pub fn new(at_once: usize) -> Result<Self, Error> {
        let nobody = hash_now(&crate::dice::random::<32>())?;
        Ok(Self { at_once: Arc::new(Semaphore::new(at_once)), nobody })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = self.at_once.clone().acquire_owned().await.map_err(|error| Error::Broken(error.to_string()))?;
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        })
        .await
        .map_err(|error| Error::Broken(error.to_string()))?
    }

    pub(crate) async fn hash(&self, password: Password) -> Result<String, Error> {
        self.run(move || hash_now(password.as_bytes())).await
    }

    /// Checks `typed` against a stored hash, or against nobody's, at the same cost.
    pub(crate) async fn check(&self, typed: &str, stored: Option<&str>) -> Result<Check, Error> {
        // Nobody's password is longer, and hashing megabytes is work for nothing.
        let typed: String = typed.chars().take(Password::LONGEST + 1).collect();
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        self.run(move || {
            let hash = PasswordHash::new(&stored).map_err(|error| Error::Broken(error.to_string()))?;
            let right = hasher()?.verify_password(typed.as_bytes(), &hash).is_ok();
            match (known && right, is_weak(&hash)) {
                (false, _) => Ok(Check::Wrong),
                (true, false) => Ok(Check::Right),
                (true, true) => hash_now(typed.as_bytes()).map(Check::RightButWeak),
            }
        })
        .await
    }
}
