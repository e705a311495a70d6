//! The installation as a whole: who its operators are, what their programs bring, sign-ups, and the mail that waits.

use crate::{
    Context, Error, Operator,
    gates::{InstallationWork, open_account},
    keys::sha256,
};
use domain::{
    Refusal,
    id::{CredentialId, LetterId, UserId},
    operator::{OperatorEvent, Secret},
    password::Password,
    text::{EmailAddress, PersonName, TokenName},
};
use storage::{
    credentials::{self, Credential},
    directory,
    operators::{self, Operator as Listed},
    removal,
    users::{self, User},
};

/// Who is to become an operator, and has no account yet.
#[derive(Debug, Clone, Copy)]
pub struct NewAccount<'a> {
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub password: &'a str,
}

/// Every operator.
pub async fn list(context: &Context) -> Result<Vec<Listed>, Error> {
    context.as_operator()?;
    Ok(operators::all(&mut context.installation.db.read().await?).await?)
}

/// Makes somebody an operator; with `account`, whoever has none gets one.
///
/// # Errors
/// [`Refusal::BadField`]; [`Refusal::NotFound`] where there is no such account and none is to be made;
/// [`Refusal::AlreadyOperator`].
pub async fn add(context: &Context, email: &str, account: Option<NewAccount<'_>>) -> Result<EmailAddress, Error> {
    let context = context.acting_as_operator()?;
    let email = EmailAddress::parse(email).map_err(Refusal::field("email"))?;
    let found = users::find_by_email(&mut context.installation.db.read().await?, &email).await?;
    let fresh = match (&found, account) {
        (Some(_), _) => None,
        (None, None) => return Err(Refusal::NotFound.into()),
        (None, Some(account)) => Some(user(&context, &email, account).await?),
    };
    let mut work = context.begin_installation().await?;
    let (by, now) = (name(&context), work.now);
    if let Some(fresh) = &fresh {
        open_account(&mut work.c, &context, fresh, now).await?;
    }
    // Asked again: the address may have got its account, or lost it, since.
    let user = users::find_by_email(&mut work.c, &email).await?.ok_or(Refusal::NotFound)?;
    if !users::hold(&mut work.c, user.id).await? {
        return Err(Refusal::NotFound.into());
    }
    if !operators::insert(&mut work.c, user.id, &by, now).await? {
        return Err(Refusal::AlreadyOperator.into());
    }
    work.commit(OperatorEvent::Added { email: email.clone() }).await?;
    Ok(email)
}

/// Hashing comes before the transaction: it takes as long as a thousand writes.
async fn user(context: &Context, email: &EmailAddress, account: NewAccount<'_>) -> Result<User, Error> {
    let first_name = PersonName::parse(account.first_name).map_err(Refusal::field("first_name"))?;
    let last_name = PersonName::parse(account.last_name).map_err(Refusal::field("last_name"))?;
    let names = [first_name.as_str(), last_name.as_str(), email.as_str()];
    let password = Password::choose(account.password, &names).map_err(Refusal::field("password"))?;
    let password_hash = context.installation.passwords.hash(password).await?;
    let id = UserId::from_random(crate::dice::random());
    Ok(User { id, email: email.clone(), first_name, last_name, password_hash })
}

fn name(context: &Context) -> String {
    context.caller.operator().map(Operator::name).unwrap_or_default()
}

/// What became of somebody who is no operator any longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissed {
    pub email: EmailAddress,
    /// How many credentials of theirs ended.
    pub credentials: usize,
    /// Their account was of no organization, and went as completely as a person is removed.
    pub forgotten: bool,
}

/// Makes somebody no operator any longer, and ends the credentials they made. Their account stays, unless nothing is left
/// for it to open: then nobody else could ever remove it.
///
/// # Errors
/// [`Refusal::NotOperator`], [`Refusal::LastOperator`].
pub async fn remove(context: &Context, email: &str) -> Result<Dismissed, Error> {
    let context = context.acting_as_operator()?;
    let email = EmailAddress::parse(email).map_err(Refusal::field("email"))?;
    let mut work = context.begin_installation().await?;
    let user = users::find_by_email(&mut work.c, &email).await?.ok_or(Refusal::NotOperator)?;
    if !operators::is_one(&mut work.c, user.id).await? {
        return Err(Refusal::NotOperator.into());
    }
    if operators::all(&mut work.c).await?.len() <= 1 {
        return Err(Refusal::LastOperator.into());
    }
    operators::delete(&mut work.c, user.id).await?;
    let now = work.now;
    let ended = credentials::end_of(&mut work.c, user.id, now).await?;
    let credentials = ended.len();
    for name in ended {
        work.record(&OperatorEvent::CredentialEnded { name }).await?;
    }
    let forgotten = forget(&mut work, &user).await?;
    let known_as = forgotten.clone().unwrap_or_else(|| email.clone());
    work.commit(OperatorEvent::Removed { email: known_as }).await?;
    Ok(Dismissed { email, credentials, forgotten: forgotten.is_some() })
}

/// Removes an account that is in no organization and invited to none; the address that stands in the logs instead of its own.
async fn forget(work: &mut InstallationWork, user: &User) -> Result<Option<EmailAddress>, Error> {
    // From here on they join nothing.
    if !users::hold(&mut work.c, user.id).await? {
        return Err(Refusal::NotOperator.into());
    }
    let memberships = removal::memberships(&mut work.c, user.id).await?;
    if !memberships.is_empty() || !removal::pending(&mut work.c, &user.email).await?.is_empty() {
        return Ok(None);
    }
    let name = format!("{} {}", user.first_name, user.last_name);
    let instead = EmailAddress::of_removed(&user.first_name, &user.last_name, user.id);
    let now = work.now;
    removal::forget(&mut work.c, user, &instead, &name, now).await?;
    work.record(&OperatorEvent::UserRemoved { name }).await?;
    Ok(Some(instead))
}

/// The credentials that stand.
pub async fn credentials(context: &Context) -> Result<Vec<Credential>, Error> {
    context.as_operator()?;
    Ok(credentials::all(&mut context.installation.db.read().await?).await?)
}

/// Makes a credential for a program of the operator's. The answer is the only copy of the secret.
///
/// # Errors
/// [`Refusal::BadField`] on `name`.
pub async fn make_credential(context: &Context, called: &str) -> Result<(CredentialId, String), Error> {
    let context = context.acting_as_operator()?;
    let called = TokenName::parse(called).map_err(Refusal::field("name"))?;
    let secret = Secret::from_random(crate::dice::bytes());
    let id = CredentialId::from_random(crate::dice::random());
    let mut work = context.begin_installation().await?;
    let (by, now) = (name(&context), work.now);
    let secret_hash = sha256(secret.reveal());
    let maker = context.caller.operator().and_then(Operator::hand);
    let new = credentials::New { id, name: called.as_str(), secret_hash, made_by: &by, maker };
    credentials::insert(&mut work.c, new, now).await?;
    work.commit(OperatorEvent::CredentialMade { name: called.to_string() }).await?;
    Ok((id, secret.reveal().to_owned()))
}

/// # Errors
/// [`Refusal::NotFound`].
pub async fn end_credential(context: &Context, id: &str) -> Result<(), Error> {
    let context = context.acting_as_operator()?;
    let id: CredentialId = id.parse().map_err(|_| Refusal::NotFound)?;
    let mut work = context.begin_installation().await?;
    let now = work.now;
    let name = credentials::end(&mut work.c, id, now).await?.ok_or(Refusal::NotFound)?;
    work.commit(OperatorEvent::CredentialEnded { name }).await
}

/// Opens sign-ups, or closes them. What is closed by configuration stays closed.
pub async fn set_sign_ups(context: &Context, open: bool) -> Result<(), Error> {
    let context = context.acting_as_operator()?;
    let mut work = context.begin_installation().await?;
    operators::set_sign_ups(&mut work.c, open).await?;
    work.commit(if open { OperatorEvent::SignUpsOpened } else { OperatorEvent::SignUpsClosed }).await
}

/// Sends one letter that waits now.
///
/// # Errors
/// [`Refusal::NotFound`] when it has gone out, or is on its way.
pub async fn retry_mail(context: &Context, letter: &str) -> Result<(), Error> {
    let context = context.acting_as_operator()?;
    let id: LetterId = letter.parse().map_err(|_| Refusal::NotFound)?;
    let mut work = context.begin_installation().await?;
    let now = work.now;
    if !directory::retry(&mut work.c, id, now).await? {
        return Err(Refusal::NotFound.into());
    }
    work.commit(OperatorEvent::MailRetried { letters: 1 }).await?;
    context.installation.letters.notify_one();
    Ok(())
}

/// Sends every letter now that failed before; answers how many.
pub async fn retry_all_mail(context: &Context) -> Result<u64, Error> {
    let context = context.acting_as_operator()?;
    let mut work = context.begin_installation().await?;
    let now = work.now;
    let letters = directory::retry_all(&mut work.c, now).await?;
    if letters > 0 {
        work.commit(OperatorEvent::MailRetried { letters }).await?;
        context.installation.letters.notify_one();
    }
    Ok(letters)
}
