//! Sending what waits in the outbox, one letter at a time. Each letter is alone: a poisoned one never stops the next.

use crate::{
    Error, Installation,
    invitations::{inviter_of, link_of, name_of, namespaces_of},
    keys::Purpose,
};
use domain::{grant::inherited, letter::Letter, path, text::EmailAddress, time::Timestamp};
use mailer::{ErrorKind, Mail, Mailer, SendError, Sent};
use std::time::Duration;
use storage::{
    Connection, invitations, operators, organizations,
    outbox::{self, Claimed, State},
    password_resets, requests, sign_ups, tokens,
    users::{self, User},
};

/// How long a sender may take before its letter is free again. Longer than the mail server's time-out, and than what the
/// clocks of replicas may differ by.
pub(crate) const LEASE: Duration = Duration::from_secs(120);
/// A letter is given up after this many attempts, some three days after it was written.
const ATTEMPTS: i64 = 16;
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(6 * 3600);

/// What came of looking into the outbox.
#[derive(Debug)]
pub enum Delivery {
    /// Nothing is due.
    Idle,
    Sent {
        kind: &'static str,
        to: EmailAddress,
        sent: Sent,
        link: Option<String>,
    },
    /// What the letter speaks of is gone: a revoked invitation, a used link.
    Dropped,
    Failed {
        kind: &'static str,
        to: EmailAddress,
        why: String,
        given_up: bool,
    },
}

/// Waits 10 s, 20 s, 40 s … and at most six hours after the given attempt.
fn wait_after(attempt: i64) -> Duration {
    let doublings = u32::try_from(attempt.clamp(1, 16) - 1).unwrap_or(0);
    Duration::from_secs(10).saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

/// Claims the letter that is due longest, mails it, and writes down what came of it.
///
/// # Errors
/// Only the database's: whatever the mail server says becomes the letter's own state.
pub async fn deliver_one(installation: &Installation, mailer: &Mailer) -> Result<Delivery, Error> {
    let now = installation.clock.now();
    let claimed = {
        let mut c = installation.db.write().await?;
        let claimed = outbox::claim(&mut c, now, now.plus(LEASE)).await?;
        c.commit().await?;
        claimed
    };
    let Some(Claimed { id, recipient, letter, attempts, .. }) = claimed else {
        return Ok(Delivery::Idle);
    };
    let kind = letter.as_ref().map_or("unknown", Letter::kind);
    let outcome = match &letter {
        None => Err(SendError::permanent("This version of Bailiwick does not know this kind of mail.")),
        Some(letter) => match compose(installation, letter).await {
            Ok(Some((mail, link))) => {
                mailer.send(&id.to_string(), &recipient, &mail, now).await.map(|sent| Some((sent, link)))
            }
            Ok(None) => Ok(None),
            // As any other failure: tried again later, given up in the end, and no hindrance to the next.
            Err(Error::Broken(why)) => {
                tracing::error!(%id, why, "a letter can't be written");
                Err(SendError::transient("Bailiwick could not read what this mail is about."))
            }
            Err(error) => return Err(error),
        },
    };
    let now = installation.clock.now();
    let mut c = installation.db.write().await?;
    let delivery = match outcome {
        Ok(sent) => {
            outbox::sent(&mut c, id, now).await?;
            match sent {
                Some((sent, link)) => Delivery::Sent { kind, to: recipient, sent, link },
                None => Delivery::Dropped,
            }
        }
        Err(SendError { kind: failure, reason }) => {
            let given_up = failure == ErrorKind::Permanent || attempts >= ATTEMPTS;
            if given_up {
                outbox::give_up(&mut c, id, now, &reason).await?;
            } else {
                outbox::retry(&mut c, id, now.plus(wait_after(attempts)), &reason).await?;
            }
            Delivery::Failed { kind, to: recipient, why: reason, given_up }
        }
    };
    c.commit().await?;
    Ok(delivery)
}

/// When the worker should look again.
pub async fn next_due(installation: &Installation) -> Result<Option<Timestamp>, Error> {
    Ok(outbox::next_due(&mut installation.db.read().await?).await?)
}

pub async fn state(installation: &Installation) -> Result<State, Error> {
    Ok(outbox::state(&mut installation.db.read().await?).await?)
}

/// Writes the mail with what is true now; `None` when there is nothing left to say. Also answers the link it carries.
async fn compose(installation: &Installation, letter: &Letter) -> Result<Option<(Mail, Option<String>)>, Error> {
    let mut c = installation.db.read().await?;
    let link = |path: String| format!("{}{path}", installation.settings.base_url);
    let now = installation.clock.now();
    let mail = match letter {
        Letter::Invitation { invitation } => {
            let Some(stored) = invitations::find(&mut c, *invitation).await? else {
                return Ok(None);
            };
            let Ok(pending) = stored.invitation.pending() else {
                return Ok(None);
            };
            let facts = invitation_facts(&mut c, &pending.offer, now).await?;
            let Some((organization, invited_by, namespaces)) = facts else {
                return Ok(None);
            };
            let link = link_of(installation, &pending.offer);
            let expires_at = pending.expires_at;
            Mail::Invitation(mailer::Invitation { organization, invited_by, namespaces, link, expires_at })
        }
        Letter::Verification { sign_up } => {
            let Some(sign_up) = sign_ups::find(&mut c, *sign_up).await? else {
                return Ok(None);
            };
            let secret = installation.keys.link_secret(Purpose::Verification, sign_up.id.uuid(), &sign_up.nonce);
            Mail::Verification(mailer::Verification {
                first_name: sign_up.first_name.to_string(),
                organization: sign_up.organization_name.to_string(),
                link: link(path::verify(&secret)),
                expires_at: sign_up.expires_at,
            })
        }
        Letter::AccountExists { .. } => Mail::AccountExists(mailer::AccountExists {
            sign_in_link: link(path::SIGN_IN.into()),
            reset_link: link(path::FORGOT_PASSWORD.into()),
        }),
        Letter::PasswordReset { reset } => {
            let Some(reset) = password_resets::find(&mut c, *reset).await? else {
                return Ok(None);
            };
            if now >= reset.expires_at {
                return Ok(None);
            }
            let Some(user) = users::find(&mut c, reset.user).await? else {
                return Ok(None);
            };
            let secret = installation.keys.link_secret(Purpose::PasswordReset, reset.id.uuid(), &reset.nonce);
            Mail::PasswordReset(mailer::PasswordReset {
                first_name: user.first_name.to_string(),
                link: link(path::reset_password(&secret)),
                expires_at: reset.expires_at,
            })
        }
        Letter::PasswordChanged { user } => {
            let Some(user) = users::find(&mut c, *user).await? else {
                return Ok(None);
            };
            let reset_link = link(path::FORGOT_PASSWORD.into());
            Mail::PasswordChanged(mailer::PasswordChanged { first_name: user.first_name.to_string(), reset_link })
        }
        Letter::AccessChanged { user, organization, change } => {
            let Some(User { first_name, .. }) = users::find(&mut c, *user).await? else {
                return Ok(None);
            };
            let Some(organization) = organizations::find(&mut c, *organization).await? else {
                return Ok(None);
            };
            Mail::AccessChanged(mailer::AccessChanged {
                first_name: first_name.to_string(),
                organization: organization.name.to_string(),
                change: change.clone(),
                link: link(path::organization(&organization.slug)),
            })
        }
        Letter::RequestFiled { user, request } => {
            let found = (users::find(&mut c, *user).await?, requests::find(&mut c, *request).await?);
            let (Some(user), Some(filed)) = found else { return Ok(None) };
            // Decided meanwhile, or somebody who is no operator any longer: nothing is left to be done about it.
            if filed.request.outcome.is_some() || !operators::is_one(&mut c, user.id).await? {
                return Ok(None);
            }
            Mail::RequestFiled(mailer::RequestFiled {
                first_name: user.first_name.to_string(),
                organization: filed.organization.to_string(),
                asked_by: filed.email.to_string(),
                wish: filed.request.wish.to_string(),
                reason: filed.request.reason.to_string(),
                link: link(path::OPERATOR.into()),
            })
        }
        Letter::RequestDecided { user, request } => {
            let found = (users::find(&mut c, *user).await?, requests::find(&mut c, *request).await?);
            let (Some(user), Some(filed)) = found else { return Ok(None) };
            let Some(outcome) = filed.request.outcome else { return Ok(None) };
            Mail::RequestDecided(mailer::RequestDecided {
                first_name: user.first_name.to_string(),
                organization: filed.organization.to_string(),
                wish: filed.request.wish.to_string(),
                how: outcome.how,
                note: outcome.note.map(|note| note.to_string()).unwrap_or_default(),
                link: link(path::settings(&filed.slug)),
            })
        }
        Letter::StandingChanged { user, organization, suspended } => {
            let found = (users::find(&mut c, *user).await?, organizations::find(&mut c, *organization).await?);
            let (Some(user), Some(organization)) = found else { return Ok(None) };
            // It was changed back before this left: the other letter says what is so.
            if organization.suspended != *suspended {
                return Ok(None);
            }
            Mail::StandingChanged(mailer::StandingChanged {
                first_name: user.first_name.to_string(),
                organization: organization.name.to_string(),
                suspended: *suspended,
                link: link(path::organization(&organization.slug)),
            })
        }
        Letter::TokensExpire { user, organization, tokens: ids } => {
            let Some(User { first_name, .. }) = users::find(&mut c, *user).await? else {
                return Ok(None);
            };
            let Some(organization) = organizations::find(&mut c, *organization).await? else {
                return Ok(None);
            };
            let mut ending = Vec::new();
            for id in ids {
                // Removed or over meanwhile: nothing is left to be done about it.
                let token = tokens::find(&mut c, organization.id, *id).await?;
                let Some((token, expires_at)) = token.and_then(|token| token.expires_at.map(|at| (token, at))) else {
                    continue;
                };
                if now < expires_at {
                    let name = token.name.map(|name| name.to_string()).unwrap_or_default();
                    ending.push(mailer::ExpiringToken { token: token.mask.to_string(), name, expires_at });
                }
            }
            if ending.is_empty() {
                return Ok(None);
            }
            Mail::TokensExpire(mailer::TokensExpire {
                first_name: first_name.to_string(),
                organization: organization.name.to_string(),
                tokens: ending,
                link: link(path::api_access(&organization.slug)),
            })
        }
    };
    let carried = match &mail {
        Mail::RequestFiled(_) | Mail::RequestDecided(_) | Mail::StandingChanged(_) => None,
        Mail::Invitation(mail) => Some(mail.link.clone()),
        Mail::Verification(mail) => Some(mail.link.clone()),
        Mail::PasswordReset(mail) => Some(mail.link.clone()),
        Mail::AccountExists(_) | Mail::PasswordChanged(_) | Mail::AccessChanged(_) | Mail::TokensExpire(_) => None,
    };
    Ok(Some((mail, carried)))
}

async fn invitation_facts(
    c: &mut Connection,
    offer: &domain::invitation::Offer,
    now: Timestamp,
) -> Result<Option<(String, String, Vec<String>)>, Error> {
    let Some(organization) = organizations::find(c, offer.organization).await? else {
        return Ok(None);
    };
    let Some(invited_by) = name_of(c, offer.invited_by).await? else {
        return Ok(None);
    };
    let inviter = inviter_of(c, offer, &organization, now).await?;
    let namespaces = namespaces_of(c, offer, &inherited(&offer.namespaces, &inviter.namespaces)).await?;
    let namespaces = namespaces.iter().map(ToString::to_string).collect();
    Ok(Some((organization.name.to_string(), invited_by, namespaces)))
}
