//! A person's own names and password.

use crate::{Context, Error, guesses, passwords::Check, sessions::Cookie};
use domain::{Refusal, account::AccountEvent, id::UserId, letter::Letter, password::Password, text::PersonName};
use storage::{
    account_activity, logins, organizations, password_resets, sessions,
    users::{self, User},
};

/// How many lines of their own log a person is shown.
const RECENT: u32 = 20;

pub async fn rename(context: &Context, first_name: &str, last_name: &str) -> Result<(), Error> {
    let person = context.signed_in()?;
    let first_name = PersonName::parse(first_name).map_err(Refusal::field("first_name"))?;
    let last_name = PersonName::parse(last_name).map_err(Refusal::field("last_name"))?;
    let mut work = context.begin_account().await?;
    let user = users::find(&mut work.c, person.user).await?.ok_or(Refusal::NotSignedIn)?;
    users::rename(&mut work.c, &users::User { first_name, last_name, ..user }).await?;
    work.commit(Some(person.user), AccountEvent::NamesChanged).await
}

/// Somebody who is signed in gives their present password.
async fn prove(context: &Context, user: UserId, current: &str) -> Result<User, Error> {
    let user = users::find(&mut context.installation.db.read().await?, user).await?.ok_or(Refusal::NotSignedIn)?;
    if guesses::check(context, user.email.as_str(), Some(&user), current).await? == Check::Wrong {
        return Err(Refusal::BadField { field: "current_password", problem: domain::text::Problem::Unknown }.into());
    }
    Ok(user)
}

/// Proves the password again, for what needs a fresh sign-in. The session is replaced by a new one.
///
/// # Errors
/// [`Refusal::BadField`] on `current_password`; [`Refusal::TooManyRequests`].
pub async fn confirm(context: &Context, current: &str) -> Result<Cookie, Error> {
    let person = context.signed_in()?;
    let user = prove(context, person.user, current).await?;
    let mut work = context.begin_account().await?;
    // A session that ended meanwhile must not be followed by another.
    if !sessions::delete(&mut work.c, person.user, person.session).await? {
        return Err(Refusal::NotSignedIn.into());
    }
    let cookie = crate::sessions::start(context, &mut work.c, &user).await?;
    work.commit(Some(user.id), AccountEvent::Confirmed).await?;
    Ok(cookie)
}

/// A password for somebody who has an account: not made of their names, nor of those of their organizations.
///
/// # Errors
/// [`Refusal::BadField`] on `password`.
pub(crate) async fn choose_password(context: &Context, user: &User, typed: &str) -> Result<Password, Error> {
    let own = organizations::of_user(&mut context.installation.db.read().await?, user.id).await?;
    let mut names = vec![user.first_name.as_str(), user.last_name.as_str(), user.email.as_str()];
    names.extend(own.iter().map(|organization| organization.name.as_str()));
    Ok(Password::choose(typed, &names).map_err(Refusal::field("password"))?)
}

/// Changes the password. Every session of this person ends, and every login of their machines; the browser that asks goes on
/// in a new session, so that a cookie that was copied from it is worth nothing any longer (OWASP ASVS 5.0, 7.2.4).
///
/// # Errors
/// [`Refusal::BadField`] on `current_password` or `password`; [`Refusal::TooManyRequests`].
pub async fn change_password(context: &Context, current: &str, new: &str) -> Result<Cookie, Error> {
    let person = context.signed_in()?;
    let user = prove(context, person.user, current).await?;
    let password = choose_password(context, &user, new).await?;
    let hash = context.installation.passwords.hash(password).await?;
    let mut work = context.begin_account().await?;
    users::set_password(&mut work.c, user.id, &hash).await?;
    // A session that ended meanwhile must not be followed by another.
    if !sessions::delete(&mut work.c, person.user, person.session).await? {
        return Err(Refusal::NotSignedIn.into());
    }
    sessions::delete_all(&mut work.c, user.id).await?;
    // After the sessions, so that what one of them approves at this moment is seen.
    logins::end_all(&mut work.c, user.id).await?;
    password_resets::delete_of(&mut work.c, user.id).await?;
    work.write_letter(&user.email, &Letter::PasswordChanged { user: user.id }).await?;
    let user = User { password_hash: hash, ..user };
    let cookie = crate::sessions::start(context, &mut work.c, &user).await?;
    work.commit(Some(user.id), AccountEvent::PasswordChanged).await?;
    Ok(cookie)
}

/// What happened to this account lately, the newest first.
pub async fn recent(context: &Context) -> Result<Vec<account_activity::Entry>, Error> {
    let person = context.signed_in()?;
    let mut c = context.installation.db.read().await?;
    Ok(account_activity::list(&mut c, person.user, RECENT).await?)
}
