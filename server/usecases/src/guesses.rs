//! Guesses at passwords: counted, slowed and checked in one place, wherever a password can be tried. What is wrong costs the
//! address and the account it came from and for, and nobody else.

use crate::{
    Context, Error, Installation,
    keys::Keys,
    limits::{HOUR, MINUTE, key_of, network, until_over},
    passwords::Check,
};
use domain::{
    account::AccountEvent,
    id::{LetterId, UserId},
    text::EmailAddress,
};
use std::{net::IpAddr, time::Duration};
use storage::{Connection, account_activity, attempts, users, users::User};

/// Wrong passwords a minute for one account: from one network address, or from one browser that has signed in to it before.
const OF_ONE: i64 = 10;
/// Of one network address so many count for the account as a whole: a single guesser leaves room for its owner elsewhere.
const SHARED_OF_ONE: i64 = 5;
/// Wrong passwords a minute for one account, from all browsers together that never signed in to it.
const OF_ALL: i64 = 10;
/// Wrong passwords a minute from one network address, whatever the accounts, before each further one waits, and in all.
const FREE_OF_NETWORK: i64 = 10;
const OF_NETWORK: i64 = 100;
/// Wrong passwords an hour for one account before each further one waits.
const FREE_OF_ACCOUNT: i64 = 5;
/// Right passwords a minute for one account: each costs as much memory as a wrong one.
const RIGHT: i64 = 60;

/// A failed sign-in, by account and network address.
pub(crate) type Failed = (UserId, Option<IpAddr>);

/// What was counted for a guess, to be taken back when it is right.
struct Counted {
    keys: Vec<(String, i64, Duration)>,
    wait: Duration,
}

/// One spelling of an address has one counter, whether or not it is an address: blanks, case and what can't be seen tell
/// nothing apart.
fn account_key(email: &str) -> String {
    let seen: String = email.chars().filter(|c| c.is_alphanumeric() || c.is_ascii_punctuation()).collect();
    let seen = seen.to_lowercase();
    EmailAddress::parse(email).map_or_else(|_| key_of("", &seen), |address| key_of("", address.as_str()))
}

/// Checks `typed` for this account, or at the same cost for none.
///
/// # Errors
/// [`domain::Refusal::TooManyRequests`], known from nothing but how often it was tried.
pub(crate) async fn check(context: &Context, email: &str, user: Option<&User>, typed: &str) -> Result<Check, Error> {
    let account = account_key(user.map_or(email, |user| user.email.as_str()));
    let counted = count(context, &account, user.and_then(|user| known_browser(context, user.id))).await?;
    // Before the check: who hangs up early has learned nothing.
    context.installation.clock.wait(counted.wait).await;
    let checked = {
        let _turn = context.installation.passwords.turn(&account).await;
        context.installation.passwords.check(typed, user.map(|user| user.password_hash.as_str())).await
    };
    match checked {
        Ok(Check::Wrong) => {
            note_failed(context, user);
            Ok(Check::Wrong)
        }
        Ok(check) => {
            take_back(context, counted, Some(&account)).await?;
            Ok(check)
        }
        Err(error) => {
            take_back(context, counted, None).await?;
            Err(error)
        }
    }
}

async fn count(context: &Context, account: &str, browser: Option<String>) -> Result<Counted, Error> {
    let mut c = context.installation.db.write().await?;
    let counted = count_in(context, &mut c, account, browser).await;
    // What is refused is counted too, and waits no longer for it: windows do not move.
    c.commit().await?;
    counted
}

/// The counters of one account before those of others, and each in this order: two who guess at once then never wait for
/// one another in a circle.
async fn count_in(
    context: &Context,
    c: &mut Connection,
    account: &str,
    browser: Option<String>,
) -> Result<Counted, Error> {
    let now = context.now();
    let mut counted = Counted { keys: Vec::new(), wait: Duration::ZERO };
    let right = attempts::add(c, &format!("right{account}"), 0, now, now.minus(MINUTE)).await?;
    if right.count >= RIGHT {
        return Err(until_over(right, MINUTE, now).into());
    }
    let mut add = async |key: String, tries: i64, window: Duration| {
        let total = attempts::add(c, &key, tries, now, now.minus(window)).await?;
        counted.keys.push((key, tries, window));
        Ok::<_, Error>(total)
    };
    let network = network(context);
    let here = add(format!("guess {network}{account}"), 1, MINUTE).await?;
    if let Some(browser) = browser {
        let own = add(format!("browser {browser}"), 1, MINUTE).await?;
        return if own.count > OF_ONE { Err(until_over(own, MINUTE, now).into()) } else { Ok(counted) };
    }
    if here.count > OF_ONE {
        return Err(until_over(here, MINUTE, now).into());
    }
    let shared = i64::from(here.count <= SHARED_OF_ONE);
    let all = add(format!("account{account}"), shared, MINUTE).await?;
    if all.count - shared >= OF_ALL {
        return Err(until_over(all, MINUTE, now).into());
    }
    let everybody_here = add(format!("guess {network}"), 1, MINUTE).await?;
    if everybody_here.count > OF_NETWORK {
        return Err(until_over(everybody_here, MINUTE, now).into());
    }
    let lately = add(format!("lately{account}"), 1, HOUR).await?;
    let of_account = match (lately.count - FREE_OF_ACCOUNT).clamp(0, 6) {
        0 => Duration::ZERO,
        over => Duration::from_millis(50 << over),
    };
    let over = (everybody_here.count - FREE_OF_NETWORK).clamp(0, 20).unsigned_abs();
    counted.wait = of_account.max(Duration::from_millis(100 * over));
    Ok(counted)
}

/// No guess after all: it was right, for `right`, or nobody looked at it.
async fn take_back(context: &Context, counted: Counted, right: Option<&str>) -> Result<(), Error> {
    let now = context.now();
    let mut c = context.installation.db.write().await?;
    let times = match right {
        Some(account) => Some(attempts::add(&mut c, &format!("right{account}"), 1, now, now.minus(MINUTE)).await?),
        None => None,
    };
    for (key, tries, window) in counted.keys {
        attempts::add(&mut c, &key, -tries, now, now.minus(window)).await?;
    }
    c.commit().await?;
    match times {
        Some(times) if times.count > RIGHT => Err(until_over(times, MINUTE, now).into()),
        _ => Ok(()),
    }
}

/// What tells this browser from others, if it has proved this account's password before: by its session, or by a cookie that
/// outlives it.
pub(crate) fn known_browser(context: &Context, user: UserId) -> Option<String> {
    let brought = context.caller.device.as_deref().unwrap_or_default();
    let proved = brought.split(SEPARATOR).find(|proof| context.keys().proves_device(proof, user));
    let device = proved.and_then(Keys::link_id).map(|id| id.to_string());
    let session = context.caller.person().filter(|person| person.user == user);
    device.or_else(|| session.map(|person| person.session.to_string()))
}

/// Between what a browser was given for each of the accounts that signed in there.
const SEPARATOR: char = '.';
/// So many accounts of one browser are remembered, the latest first.
const REMEMBERED: usize = 4;

/// What a browser keeps from now on that has just proved this account's password: its cookie proves nothing but that, and
/// signs nobody in.
pub(crate) fn remember(context: &Context, user: UserId) -> String {
    let brought = context.caller.device.as_deref().unwrap_or_default();
    let brought = || brought.split(SEPARATOR).filter(|proof| Keys::link_id(proof).is_some());
    let is_own = |proof: &&str| context.keys().proves_device(proof, user);
    let own = brought().find(is_own).map_or_else(|| context.keys().device(user), ToOwned::to_owned);
    let others = brought().filter(|proof| !is_own(proof)).take(REMEMBERED - 1).map(ToOwned::to_owned);
    std::iter::once(own).chain(others).collect::<Vec<_>>().join(&SEPARATOR.to_string())
}

/// In memory alone, so that it takes no longer for who has an account; written down with what else was gathered.
fn note_failed(context: &Context, user: Option<&User>) {
    context.installation.wrong_passwords.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    // The address of an account is its owner's; that of none may be a password in the wrong field.
    let account = user.map_or_else(|| "none".to_owned(), |user| user.id.to_string());
    tracing::info!(account, ip = context.ip_text().as_deref(), "wrong password");
    if let Some(user) = user {
        context.installation.failed.count((user.id, context.caller.ip), context.caller.user_agent.clone());
    }
}

/// Writes failed sign-ins into the logs of their accounts: the first of an address at once, what follows as one line a minute.
pub(crate) async fn write_failed(installation: &Installation) -> Result<(), Error> {
    let now = installation.clock.now();
    let lines = installation.failed.due(now);
    if lines.is_empty() {
        return Ok(());
    }
    let written = async {
        let mut c = installation.db.write().await?;
        for line in &lines {
            let (user, ip) = line.key;
            // Of a person who was removed, nothing is written.
            if users::hold(&mut c, user).await? {
                let (id, ip) = (LetterId::from_random(crate::dice::random()).uuid(), ip.map(|ip| ip.to_string()));
                let from = (ip.as_deref(), line.last.as_deref());
                let event = AccountEvent::SignInFailed;
                account_activity::insert_times(&mut c, id, Some(user), event, from, (now, line.times)).await?;
            }
        }
        Ok(c.commit().await?)
    };
    let written = written.await;
    if written.is_err() {
        installation.failed.give_back(lines);
    }
    written
}
