//! A forgotten password: asked for by anybody, used by whoever reads the mailbox.

use crate::{
    Context, Error, Settings, guesses,
    keys::{Keys, Purpose},
    limits,
};
use domain::{Refusal, account::AccountEvent, id::ResetId, letter::Letter, text::EmailAddress};
use storage::{
    logins,
    password_resets::{self, Reset},
    sessions,
    users::{self, User},
};

/// Mails a link when the address has an account; answers the same when it has none.
///
/// # Errors
/// [`Refusal::BadField`] for what is no address; [`Refusal::TooManyRequests`] by network address alone.
pub async fn request(context: &Context, email: &str) -> Result<(), Error> {
    let email = EmailAddress::parse(email).map_err(Refusal::field("email"))?;
    limits::strangers_request(context).await?;
    let mut work = context.begin_account().await?;
    let user = match users::find_by_email(&mut work.c, &email).await? {
        Some(user) if users::hold(&mut work.c, user.id).await? => Some(user),
        _ => None,
    };
    let browser = user.as_ref().and_then(|user| guesses::known_browser(context, user.id));
    let may_mail = limits::reset_to(context, &mut work.c, &email, browser.as_deref()).await;
    let may_mail = match may_mail {
        Ok(()) => true,
        Err(Error::Refused(_)) => false,
        Err(error) => return Err(error),
    };
    if let (Some(user), true) = (&user, may_mail) {
        let reset = Reset {
            id: ResetId::from_random(crate::dice::random()),
            user: user.id,
            nonce: crate::dice::random::<16>().to_vec(),
            expires_at: work.now.plus(Settings::RESET_LIFETIME),
        };
        password_resets::insert(&mut work.c, &reset, work.now).await?;
        work.write_letter(&user.email, &Letter::PasswordReset { reset: reset.id }).await?;
    }
    work.commit(user.map(|user| user.id), AccountEvent::PasswordResetRequested).await
}

/// Whose password this link would change. Changes nothing.
///
/// # Errors
/// [`Refusal::LinkUnknown`], [`Refusal::LinkExpired`].
pub async fn waiting(context: &Context, secret: &str) -> Result<User, Error> {
    let mut c = context.installation.db.read().await?;
    let id = Keys::link_id(secret).ok_or(Refusal::LinkUnknown)?;
    let reset = password_resets::find(&mut c, id.into())
        .await?
        .filter(|reset| context.installation.keys.proves(Purpose::PasswordReset, secret, &reset.nonce))
        .ok_or(Refusal::LinkUnknown)?;
    if context.now() >= reset.expires_at {
        return Err(Refusal::LinkExpired.into());
    }
    users::find(&mut c, reset.user).await?.ok_or(Error::Refused(Refusal::LinkUnknown))
}

/// Sets a new password by the mailed link, and ends every session of that person, and every login of
/// their machines: whoever knew the old one is out.
///
/// # Errors
/// As [`waiting`], and [`Refusal::BadField`] for the password.
pub async fn finish(context: &Context, secret: &str, password: &str) -> Result<(), Error> {
    let user = waiting(context, secret).await?;
    let password = crate::account::choose_password(context, &user, password).await?;
    let hash = context.installation.passwords.hash(password).await?;
    let mut work = context.begin_account().await?;
    // Of two who use the link at once, one finds it.
    if password_resets::delete_of(&mut work.c, user.id).await? == 0 {
        return Err(Refusal::LinkUnknown.into());
    }
    users::set_password(&mut work.c, user.id, &hash).await?;
    sessions::delete_all(&mut work.c, user.id).await?;
    // After the sessions, so that what one of them approves at this moment is seen.
    logins::end_all(&mut work.c, user.id).await?;
    work.write_letter(&user.email, &Letter::PasswordChanged { user: user.id }).await?;
    work.commit(Some(user.id), AccountEvent::PasswordReset).await
}
