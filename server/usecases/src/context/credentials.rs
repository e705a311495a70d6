//! Whose a session's cookie, a token or an operator's credential is.

use super::{Installation, Settings, SignedIn};
use crate::{Error, keys::sha256};
use domain::{
    Refusal, operator,
    time::Timestamp,
    token::{Secret, is_expired},
};
use storage::{credentials::Credential as Credentialed, tokens::Token};

impl Installation {
    pub(super) async fn person_with(&self, cookie: &str) -> Result<Option<SignedIn>, Error> {
        let found = self.person_of(cookie).await?;
        Ok(found.map(|(person, last_seen_at)| {
            self.sessions_seen.see(person.session, self.clock.now(), Some(last_seen_at));
            person
        }))
    }

    /// Whose live session this is, and when it was used last.
    pub(crate) async fn person_of(&self, cookie: &str) -> Result<Option<(SignedIn, Timestamp)>, Error> {
        let mut c = self.db.read().await?;
        let Some(session) = storage::sessions::find(&mut c, &sha256(cookie)).await? else { return Ok(None) };
        let now = self.clock.now();
        let last = self.sessions_seen.at(session.id).unwrap_or(session.last_seen_at).max(session.last_seen_at);
        let live = now < last.plus(Settings::SESSION_IDLE) && now < session.created_at.plus(Settings::SESSION_LONGEST);
        let person = SignedIn {
            session: session.id,
            user: session.user,
            email: session.email,
            first_name: session.first_name,
            last_name: session.last_name,
            signed_in_at: session.created_at,
            operator: session.operator,
        };
        Ok(live.then_some((person, session.last_seen_at)))
    }

    pub(crate) async fn token_with(&self, secret: &str) -> Result<Token, Error> {
        // Before the database is asked: a typo, and what a scanner of secrets tries, costs a checksum.
        let secret = Secret::parse(secret)?;
        let mut c = self.db.read().await?;
        let found = storage::tokens::find_by_secret(&mut c, &sha256(secret.reveal())).await?;
        let token = found.ok_or(Refusal::TokenUnknown)?;
        if token.suspended {
            return Err(Refusal::OrganizationSuspended.into());
        }
        let now = self.clock.now();
        match token.expires_at {
            Some(at) if is_expired(token.expires_at, now) => Err(Refusal::TokenExpired { at }.into()),
            _ => {
                self.tokens_used.see(token.id, now, token.last_used_at);
                Ok(token)
            }
        }
    }

    /// A program of the operator's.
    pub(super) async fn credential_with(&self, secret: &str) -> Result<Credentialed, Error> {
        let secret = operator::Secret::parse(secret)?;
        let mut c = self.db.read().await?;
        let found = storage::credentials::find_by_secret(&mut c, &sha256(secret.reveal())).await?;
        Ok(found.ok_or(Refusal::TokenUnknown)?)
    }
}
