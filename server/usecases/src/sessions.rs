//! Signing in and out, and a person's own sessions.

use crate::{
    Context, Error, SignedIn, guesses,
    keys::{random_secret, sha256},
    passwords::Check,
};
use domain::{Refusal, account::AccountEvent, id::SessionId, membership::Status, text::EmailAddress};
use storage::{
    operators,
    organizations::{self, OwnOrganization},
    sessions,
    users::{self, User},
};

pub use storage::sessions::OwnSession;

/// The value of a session's cookie. Exists only on its way to the browser; the table has its hash.
pub struct Cookie {
    session: String,
    device: String,
}

impl Cookie {
    pub fn value(&self) -> &str {
        &self.session
    }

    /// What the browser keeps longer than its session: that this account signed in there, which no stranger can say.
    pub fn device(&self) -> &str {
        &self.device
    }
}

/// Somebody who is signed in from now on.
pub struct NewSession {
    pub cookie: Cookie,
    pub user: User,
}

/// Makes a session within a transaction that has other things to do as well. The password was proved before it began;
/// whoever changed it since has ended every session, and this one must not come after.
///
/// # Errors
/// [`Refusal::WrongCredentials`] when the password is another by now.
pub(crate) async fn start(context: &Context, c: &mut storage::Connection, user: &User) -> Result<Cookie, Error> {
    if !users::replace_password(c, user.id, &user.password_hash, &user.password_hash).await? {
        return Err(Refusal::WrongCredentials.into());
    }
    // A browser that brings a session along leaves it: a sign-in always makes a new one (OWASP ASVS 7.2.4).
    if let Some(SignedIn { session, user, .. }) = context.caller.person() {
        sessions::delete(c, *user, *session).await?;
    }
    let secret = random_secret();
    let ip = context.ip_text();
    let new = sessions::New {
        id: SessionId::from_random(crate::dice::random()),
        token_hash: sha256(&secret),
        user: user.id,
        ip: ip.as_deref(),
        user_agent: context.caller.user_agent.as_deref(),
    };
    sessions::insert(c, new, context.now()).await?;
    Ok(Cookie { session: secret, device: guesses::remember(context, user.id) })
}

/// Signs in with address and password.
///
/// # Errors
/// [`Refusal::WrongCredentials`], the same for a wrong password and an unknown address, after the same work;
/// [`Refusal::AccountDeactivated`] for whoever proved the password but is switched off everywhere, and
/// [`Refusal::OrganizationSuspended`] where the organizations themselves are;
/// [`Refusal::TooManyRequests`].
pub async fn sign_in(context: &Context, email: &str, password: &str) -> Result<NewSession, Error> {
    let address = EmailAddress::parse(email).ok();
    let found = match &address {
        Some(address) => users::find_by_email(&mut context.installation.db.read().await?, address).await?,
        None => None,
    };
    let check = guesses::check(context, email, found.as_ref(), password).await?;
    let user = match (check, found) {
        (Check::Wrong, _) | (_, None) => return Err(Refusal::WrongCredentials.into()),
        (Check::Right, Some(user)) => user,
        (Check::RightButWeak(hash), Some(user)) => {
            let mut work = context.begin_account().await?;
            users::replace_password(&mut work.c, user.id, &user.password_hash, &hash).await?;
            work.commit(Some(user.id), AccountEvent::PasswordRehashed).await?;
            User { password_hash: hash, ..user }
        }
    };
    let mut work = context.begin_account().await?;
    // Read in the transaction: a deactivation that answered before this begins is seen here.
    let own = organizations::of_user(&mut work.c, user.id).await?;
    if !own.iter().any(OwnOrganization::is_open) && !operators::is_one(&mut work.c, user.id).await? {
        if own.iter().any(|organization| organization.status == Status::Active) {
            return Err(Refusal::OrganizationSuspended.into());
        }
        let organizations = own.into_iter().map(|organization| organization.name).collect();
        return Err(Refusal::AccountDeactivated { organizations }.into());
    }
    let cookie = start(context, &mut work.c, &user).await?;
    work.commit(Some(user.id), AccountEvent::SignedIn).await?;
    Ok(NewSession { cookie, user })
}

/// Ends this session. Whoever has none is signed out already.
pub async fn sign_out(context: &Context) -> Result<(), Error> {
    let Ok(person) = context.signed_in() else {
        return Ok(());
    };
    let mut work = context.begin_account().await?;
    sessions::delete(&mut work.c, person.user, person.session).await?;
    work.commit(Some(person.user), AccountEvent::SignedOut).await
}

/// Who is signed in, and the organizations that are open to them.
pub async fn current(context: &Context) -> Result<(SignedIn, Vec<OwnOrganization>), Error> {
    let person = context.signed_in()?.clone();
    let mut c = context.installation.db.read().await?;
    let mut own = organizations::of_user(&mut c, person.user).await?;
    own.retain(OwnOrganization::is_open);
    Ok((person, own))
}

/// Organizations that would be open to this person if the operator had not suspended them.
pub async fn suspended(context: &Context) -> Result<Vec<OwnOrganization>, Error> {
    let person = context.signed_in()?;
    let mut c = context.installation.db.read().await?;
    let mut own = organizations::of_user(&mut c, person.user).await?;
    own.retain(|own| own.status == Status::Active && own.suspended);
    Ok(own)
}

/// This person's live sessions, the latest used first, and which of them is asking.
pub async fn list(context: &Context) -> Result<(Vec<OwnSession>, SessionId), Error> {
    let person = context.signed_in()?;
    let mut c = context.installation.db.read().await?;
    let mut own = sessions::list(&mut c, person.user).await?;
    let now = context.now();
    own.retain(|session| {
        session.id == person.session
            || (now < session.last_seen_at.plus(crate::Settings::SESSION_IDLE)
                && now < session.created_at.plus(crate::Settings::SESSION_LONGEST))
    });
    Ok((own, person.session))
}

/// Ends one of this person's sessions.
///
/// # Errors
/// [`Refusal::NotFound`] for any session that is not theirs.
pub async fn end(context: &Context, session: &str) -> Result<(), Error> {
    let person = context.signed_in()?;
    let id: SessionId = session.parse().map_err(|_| Refusal::NotFound)?;
    let mut work = context.begin_account().await?;
    if !sessions::delete(&mut work.c, person.user, id).await? {
        return Err(Refusal::NotFound.into());
    }
    work.commit(Some(person.user), AccountEvent::SessionsEnded).await
}

/// Ends every session of this person but the one that asks.
pub async fn end_others(context: &Context) -> Result<u64, Error> {
    let person = context.signed_in()?;
    let mut work = context.begin_account().await?;
    let ended = sessions::delete_others(&mut work.c, person.user, person.session).await?;
    work.commit(Some(person.user), AccountEvent::SessionsEnded).await?;
    Ok(ended)
}
