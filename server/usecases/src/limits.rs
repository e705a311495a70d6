//! How often something may be tried. Counted in the database, where all replicas look.

use crate::{Context, Error, Settings, keys::sha256};
use domain::{
    Refusal,
    id::{LoginRequestId, OrganizationId, UserId},
    login::INTERVAL,
    text::EmailAddress,
    time::Timestamp,
};
use std::time::Duration;
use storage::{
    Connection,
    attempts::{self, Window},
};

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);

/// Wrong codes of machines a minute by one person.
const CODES_PER_MINUTE: i64 = 10;
/// Mails an hour of one kind that one sender causes to one address.
const MAILS_PER_HOUR: i64 = 3;
/// Links for a new password to one address, caused by all strangers together while one of them lives.
const RESETS_OF_STRANGERS: i64 = 20;
/// Sign-ups and forgotten passwords a minute from one network address.
const REQUESTS_PER_MINUTE: i64 = 30;
/// What one organization asks of the operator in an hour.
const ASKED_PER_HOUR: i64 = 30;

async fn add(
    context: &Context,
    c: &mut Connection,
    key: &str,
    tries: i64,
    most: i64,
    window: Duration,
) -> Result<(), Error> {
    let now = context.now();
    let counted = attempts::add(c, key, tries, now, now.minus(window)).await?;
    if counted.count > most { Err(until_over(counted, window, now).into()) } else { Ok(()) }
}

/// Too many until the window is over.
pub(crate) fn until_over(counted: Window, window: Duration, now: Timestamp) -> Refusal {
    let retry_after = counted.started_at.plus(window).since(now).max(Duration::from_secs(1));
    Refusal::TooManyRequests { retry_after }
}

/// The network address a guess came from. IPv6 hands out whole /64s, so that is what is counted.
pub(crate) fn network(context: &Context) -> String {
    match context.caller.ip {
        Some(std::net::IpAddr::V6(ip)) => {
            let s = ip.segments();
            format!("{:x}:{:x}:{:x}:{:x}", s[0], s[1], s[2], s[3])
        }
        Some(ip) => ip.to_string(),
        None => "unknown".into(),
    }
}

/// Counts a guess at what a machine shows before it is looked at, so that guesses sent at once can't all slip through; taken
/// back by [`code_right`]. By person, so that nobody uses up a colleague's behind the same address.
pub(crate) async fn code(context: &Context) -> Result<(), Error> {
    let mut c = context.installation.db.write().await?;
    let counted = add(context, &mut c, &format!("code {}", guesser(context)), 1, CODES_PER_MINUTE, MINUTE).await;
    c.commit().await?;
    counted
}

pub(crate) async fn code_right(context: &Context) -> Result<(), Error> {
    let mut c = context.installation.db.write().await?;
    let now = context.now();
    attempts::add(&mut c, &format!("code {}", guesser(context)), -1, now, now.minus(MINUTE)).await?;
    c.commit().await?;
    Ok(())
}

fn guesser(context: &Context) -> String {
    context.caller.person().map_or_else(|| network(context), |person| person.user.to_string())
}

/// Hashed: the table must not tell which addresses somebody tried, nor whom mail went to.
pub(crate) fn key_of(what: &str, email: &str) -> String {
    let hash = sha256(email);
    let hex: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{what} {hex}")
}

/// Counts how often a machine asks what became of its request. A little early is early enough: networks are not even.
pub(crate) async fn asked_again(context: &Context, request: LoginRequestId) -> Result<(), Error> {
    let mut c = context.installation.db.write().await?;
    let now = context.now();
    let asked = attempts::add(&mut c, &format!("claim {request}"), 1, now, now.minus(INTERVAL / 2)).await?;
    c.commit().await?;
    if asked.count > 1 { Err(Refusal::LoginTooSoon { retry_after: INTERVAL }.into()) } else { Ok(()) }
}

/// Whether one more invitation may go to this address within this hour, from this organization and from this person in any.
/// What others send there is theirs.
pub(crate) async fn invitation_to(
    context: &Context,
    c: &mut Connection,
    (organization, user): (OrganizationId, UserId),
    email: &EmailAddress,
) -> Result<(), Error> {
    for sender in [format!("mail {organization}"), format!("mail {user}")] {
        add(context, c, &key_of(&sender, email.as_str()), 1, MAILS_PER_HOUR, HOUR).await?;
    }
    Ok(())
}

/// Whether one more mail may go to this address because somebody signs up with it, from this network address.
pub(crate) async fn verification_to(context: &Context, c: &mut Connection, email: &EmailAddress) -> Result<(), Error> {
    let sender = format!("sign-up {}", network(context));
    add(context, c, &key_of(&sender, email.as_str()), 1, MAILS_PER_HOUR, HOUR).await
}

/// Whether one more link for a new password may go to this address. A browser that has signed in before has a budget of its
/// own. Of strangers, each network address has one, and all of them together as many as leave no gap: while it is used up, a
/// link that was mailed is still good.
pub(crate) async fn reset_to(
    context: &Context,
    c: &mut Connection,
    email: &EmailAddress,
    known_browser: Option<&str>,
) -> Result<(), Error> {
    let email = email.as_str();
    if let Some(browser) = known_browser {
        return add(context, c, &key_of(&format!("reset {browser}"), email), 1, MAILS_PER_HOUR, HOUR).await;
    }
    let sender = format!("reset {}", network(context));
    add(context, c, &key_of(&sender, email), 1, MAILS_PER_HOUR, HOUR).await?;
    add(context, c, &key_of("reset", email), 1, RESETS_OF_STRANGERS, Settings::RESET_LIFETIME).await
}

pub(crate) async fn invitations(
    context: &Context,
    c: &mut Connection,
    organization: OrganizationId,
    how_many: usize,
) -> Result<(), Error> {
    let most = i64::from(context.settings().invitations_per_hour);
    let how_many = i64::try_from(how_many).unwrap_or(i64::MAX);
    add(context, c, &format!("invitations {organization}"), how_many, most, HOUR).await
}

/// Whether an organization may ask the operator for one thing more within this hour: each is a mail to every operator.
pub(crate) async fn request_to_operator(
    context: &Context,
    c: &mut Connection,
    organization: OrganizationId,
) -> Result<(), Error> {
    add(context, c, &format!("requests {organization}"), 1, ASKED_PER_HOUR, HOUR).await
}

/// Counts what a stranger may ask for: a sign-up, a new password.
pub(crate) async fn strangers_request(context: &Context) -> Result<(), Error> {
    let mut c = context.installation.db.write().await?;
    let counted = add(context, &mut c, &format!("request {}", network(context)), 1, REQUESTS_PER_MINUTE, MINUTE).await;
    c.commit().await?;
    counted
}
