//! What has to be done now and then, by the worker: no request waits for it.

use crate::{
    Context, Error, Installation, Settings,
    cluster::DRIFTS_KEPT,
    forwarders,
    gates::write_refused,
    guesses::write_failed,
    outbox::{LEASE, LONGEST_WAIT},
};
use domain::{
    id::{LetterId, OrganizationId, TokenId, UserId},
    letter::{GATHERED, Letter},
    text::EmailAddress,
    token::{EXPIRED_LISTED, REMINDED_BEFORE},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use storage::{
    account_activity, attempts, cluster, grants, login_requests, logins, members, outbox, password_resets, sessions,
    sign_ups, tokens,
};

/// How long sent letters and an account's own log are kept.
const LETTERS_KEPT: Duration = Duration::from_secs(30 * 86_400);
const ACCOUNT_LOG_KEPT: Duration = Duration::from_secs(400 * 86_400);
/// Of lines that name no account: anybody can have them written.
const ANONYMOUS_KEPT: Duration = Duration::from_secs(30 * 86_400);
const COUNTERS_KEPT: Duration = Duration::from_secs(2 * 3600);

/// What the clocks of replicas may differ by: less than a lease, or one would take what another one is sending.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

/// Tokens of whose end the admins are told in one go; the rest wait for the next hour.
const REMINDED_AT_ONCE: u32 = 500;

/// Writes down when each session, each token and each login was last used, which proxies are not trusted, and what was counted of
/// repeated refusals. Called every minute, and after each answer of a function.
pub async fn write_seen(installation: &Installation) -> Result<(), Error> {
    write_refused(installation, installation.refused.due(installation.clock.now())).await;
    write_failed(installation).await?;
    let (seen, used) = (installation.sessions_seen.gathered(), installation.tokens_used.gathered());
    let logins = installation.logins_used.gathered();
    let forwarders = installation.untrusted_forwarders.unwritten();
    if seen.is_empty() && used.is_empty() && logins.is_empty() && forwarders.is_empty() {
        return Ok(());
    }
    let mut c = installation.db.write().await?;
    sessions::seen(&mut c, &seen).await?;
    tokens::used(&mut c, &used).await?;
    logins::used(&mut c, &logins).await?;
    forwarders::write(&mut c, &forwarders, installation.clock.now()).await?;
    c.commit().await?;
    installation.sessions_seen.forget(&seen);
    installation.tokens_used.forget(&used);
    installation.logins_used.forget(&logins);
    installation.untrusted_forwarders.forget(&forwarders);
    Ok(())
}

/// Writes down all that is still only counted: the process ends.
pub async fn write_rest(installation: &Installation) -> Result<(), Error> {
    write_refused(installation, installation.refused.rest(installation.clock.now())).await;
    write_seen(installation).await
}

/// Brings to the present what was written while the clock was ahead: else a session would outlive its day, and a letter would
/// wait, until the clock is there again. Called every minute.
pub async fn put_times_right(installation: &Installation) -> Result<(), Error> {
    let now = installation.clock.now();
    let mut c = installation.db.write().await?;
    sessions::put_right(&mut c, now, now.plus(CLOCKS_DIFFER)).await?;
    // Another replica's lease ends a little after ours would.
    let (latest_attempt, latest_lease) = (now.plus(LONGEST_WAIT), now.plus(LEASE + CLOCKS_DIFFER));
    let letters = outbox::put_right(&mut c, now, (now.plus(GATHERED), latest_attempt, latest_lease)).await?;
    c.commit().await?;
    if letters > 0 {
        installation.letters.notify_one();
    }
    Ok(())
}

/// Removes what is over: sessions, links, counters, logins, tokens that are no longer listed, letters that went out long ago.
pub async fn sweep(installation: &Installation) -> Result<(), Error> {
    let now = installation.clock.now();
    let mut c = installation.db.write().await?;
    // Later than they end: the last use may not have been written down yet, here or by another replica.
    sessions::delete_over(&mut c, now.minus(2 * Settings::SESSION_IDLE), now.minus(Settings::SESSION_LONGEST)).await?;
    sign_ups::delete_over(&mut c, now).await?;
    password_resets::delete_over(&mut c, now).await?;
    attempts::delete_over(&mut c, now.minus(COUNTERS_KEPT)).await?;
    // A login takes its request along, as a machine that claims one does.
    logins::delete_over(&mut c, now).await?;
    login_requests::delete_over(&mut c, now).await?;
    tokens::remove_over(&mut c, now.minus(EXPIRED_LISTED)).await?;
    cluster::forget_drifts(&mut c, now.minus(DRIFTS_KEPT)).await?;
    outbox::delete_sent(&mut c, now.minus(LETTERS_KEPT)).await?;
    account_activity::delete_over(&mut c, now.minus(ACCOUNT_LOG_KEPT)).await?;
    account_activity::delete_anonymous_over(&mut c, now.minus(ANONYMOUS_KEPT)).await?;
    Ok(c.commit().await?)
}

/// Takes back every grant whose time is over. In the cluster it ended by that time already: this writes it down.
///
/// # Errors
/// The first of any organization; the others are written all the same.
pub async fn end_grants(installation: &Arc<Installation>) -> Result<(), Error> {
    let now = installation.clock.now();
    let over = grants::over(&mut installation.db.read().await?, now).await?;
    let system = Context::system(installation.clone());
    let mut failed = Ok(());
    for organization in over {
        failed = failed.and(crate::grants::end(&system, organization).await);
    }
    failed
}

/// Tells admins of tokens that end within a week, once for each token: whoever made it, where they are an admin still, else
/// every admin. One letter to each of them, however many tokens it names.
pub async fn remind(installation: &Installation) -> Result<(), Error> {
    let now = installation.clock.now();
    let mut c = installation.db.write().await?;
    let ending = tokens::ending(&mut c, now, now.plus(REMINDED_BEFORE), REMINDED_AT_ONCE).await?;
    if ending.is_empty() {
        return Ok(());
    }
    let mut letters: BTreeMap<(OrganizationId, UserId), (EmailAddress, Vec<TokenId>)> = BTreeMap::new();
    for token in &ending {
        // Of two processes that read the same list, one tells.
        if !tokens::reminded(&mut c, token.id, now).await? {
            continue;
        }
        let admins = members::admins(&mut c, token.organization).await?;
        let maker = admins.iter().find(|admin| admin.user == token.maker);
        let told = maker.map_or(admins.as_slice(), std::slice::from_ref);
        for admin in told {
            let letter = letters.entry((token.organization, admin.user));
            letter.or_insert_with(|| (admin.email.clone(), Vec::new())).1.push(token.id);
        }
    }
    for ((organization, user), (email, tokens)) in letters {
        let letter = Letter::TokensExpire { user, organization, tokens };
        outbox::insert(&mut c, LetterId::from_random(crate::dice::random()), &email, &letter, (now, now)).await?;
    }
    c.commit().await?;
    installation.letters.notify_one();
    Ok(())
}
