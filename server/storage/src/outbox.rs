//! Letters that wait to be mailed. Written in the transaction that gives the reason for them; claimed by a lease, so that
//! a sender who dies loses nothing: an expired lease is simply free again.

use crate::{Connection, Error, at::At};
use domain::{
    id::{InvitationId, LetterId, OrganizationId, UserId},
    letter::{AccessChange, Letter},
    text::EmailAddress,
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    INSERT = "insert into outbox (id, invitation_id, recipient, letter, created_at, next_attempt_at, attempts)
        values ($1, $2, $3, $4, $5, $6, 0)";
    UNTOUCHED_TO = "select id, letter from outbox where recipient = $1 and sent_at is null and given_up_at is null
        and attempts = 0 and leased_until is null";
    REWRITE = "update outbox set letter = $2 where id = $1 and attempts = 0 and leased_until is null";
    TAKE_BACK = "delete from outbox where id = $1 and attempts = 0 and leased_until is null";
    // The conditions stand twice on purpose: on PostgreSQL two claimers may choose the same row, and the second must
    // find it taken when its turn comes.
    CLAIM = "update outbox set leased_until = $2, attempts = attempts + 1
        where id = (select id from outbox where sent_at is null and given_up_at is null and next_attempt_at <= $1
            and (leased_until is null or leased_until <= $1) order by next_attempt_at limit 1)
        and sent_at is null and given_up_at is null and (leased_until is null or leased_until <= $1)
        returning id, recipient, letter, attempts, created_at";
    SENT = "update outbox set sent_at = $2, leased_until = null, last_error = null where id = $1";
    RETRY = "update outbox set next_attempt_at = $2, leased_until = null, last_error = $3 where id = $1 and sent_at is null";
    GIVE_UP = "update outbox set given_up_at = $2, leased_until = null, last_error = $3 where id = $1 and sent_at is null";
    WITHDRAW = "delete from outbox where invitation_id = $1 and sent_at is null";
    NEXT_DUE = "select min(case when leased_until is null then next_attempt_at else leased_until end) as at from outbox
        where sent_at is null and given_up_at is null";
    STATE = "select count(*) as waiting, count(given_up_at) as given_up,
        min(case when given_up_at is null then created_at end) as oldest from outbox where sent_at is null";
    PUT_RIGHT = "update outbox set next_attempt_at = $1 where sent_at is null and given_up_at is null and next_attempt_at > $1
        and (next_attempt_at > $2 or (attempts = 0 and next_attempt_at > $3))";
    FREE = "update outbox set leased_until = null where sent_at is null and given_up_at is null and leased_until > $1";
    DELETE_WAITING = "delete from outbox where sent_at is null";
    DELETE_SENT = "delete from outbox where sent_at < $1";
}

#[derive(Debug, Clone, sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "Uuid")]
    id: LetterId,
    recipient: String,
    letter: String,
    attempts: i64,
    #[sqlx(try_from = "At")]
    created_at: Timestamp,
}

/// A letter that this process may send until its lease ends.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub id: LetterId,
    pub recipient: EmailAddress,
    /// `None` when this program can't read what is stored: a newer one wrote it.
    pub letter: Option<Letter>,
    /// This attempt included.
    pub attempts: i64,
    pub created_at: Timestamp,
}

/// What waits, for whoever watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct State {
    pub waiting: i64,
    pub given_up: i64,
    /// When the oldest was written of those that are still tried.
    pub oldest: Option<Timestamp>,
}

/// A letter of `now`, which leaves at `due` at the earliest.
pub async fn insert(
    c: &mut Connection,
    id: LetterId,
    recipient: &EmailAddress,
    letter: &Letter,
    (now, due): (Timestamp, Timestamp),
) -> Result<(), Error> {
    let invitation = match letter {
        Letter::Invitation { invitation } => Some(invitation.uuid()),
        _ => None,
    };
    let text = written(letter)?;
    execute!(c, INSERT, id.uuid(), invitation, recipient.as_str(), text.as_str(), At(now), At(due))?;
    Ok(())
}

fn written(letter: &Letter) -> Result<String, Error> {
    serde_json::to_string(letter).map_err(|error| Error::Broken(error.to_string()))
}

/// What a letter about this person's access says that nobody has begun to send.
pub async fn access_changed(
    c: &mut Connection,
    recipient: &EmailAddress,
    (whose, place): (UserId, OrganizationId),
) -> Result<Option<(LetterId, AccessChange)>, Error> {
    let rows: Vec<(Uuid, String)> = all!(c, UNTOUCHED_TO, recipient.as_str())?;
    for (id, letter) in rows {
        // What a newer program wrote is its own.
        if let Ok(Letter::AccessChanged { user, organization, change }) = serde_json::from_str(&letter)
            && (user, organization) == (whose, place)
        {
            return Ok(Some((LetterId::from(id), change)));
        }
    }
    Ok(None)
}

/// Lets a letter say something else, or, for `None`, nothing. False where somebody began to send it meanwhile.
pub async fn rewrite(c: &mut Connection, id: LetterId, letter: Option<&Letter>) -> Result<bool, Error> {
    let rows = match letter {
        Some(letter) => execute!(c, REWRITE, id.uuid(), written(letter)?.as_str())?,
        None => execute!(c, TAKE_BACK, id.uuid())?,
    };
    Ok(rows > 0)
}

/// Takes the letter that is due longest, until `leased_until`.
pub async fn claim(c: &mut Connection, now: Timestamp, leased_until: Timestamp) -> Result<Option<Claimed>, Error> {
    while let Some(row) = one!(c, CLAIM, At(now), At(leased_until))? {
        let Row { id, recipient, letter, attempts, created_at } = row;
        match EmailAddress::parse(&recipient) {
            Ok(recipient) => {
                let letter = serde_json::from_str(&letter).ok();
                return Ok(Some(Claimed { id, recipient, letter, attempts, created_at }));
            }
            // As an error it would come again with every claim, and no other letter would ever leave.
            Err(_) => give_up(c, id, now, "This is not an address that mail can be sent to.").await?,
        }
    }
    Ok(None)
}

pub async fn sent(c: &mut Connection, id: LetterId, now: Timestamp) -> Result<(), Error> {
    execute!(c, SENT, id.uuid(), At(now))?;
    Ok(())
}

pub async fn retry(c: &mut Connection, id: LetterId, at: Timestamp, why: &str) -> Result<(), Error> {
    execute!(c, RETRY, id.uuid(), At(at), why)?;
    Ok(())
}

pub async fn give_up(c: &mut Connection, id: LetterId, now: Timestamp, why: &str) -> Result<(), Error> {
    execute!(c, GIVE_UP, id.uuid(), At(now), why)?;
    Ok(())
}

/// Takes back what has not gone out for this invitation: it was revoked, or is about to be sent afresh.
pub async fn withdraw(c: &mut Connection, invitation: InvitationId) -> Result<(), Error> {
    execute!(c, WITHDRAW, invitation.uuid())?;
    Ok(())
}

/// When the next letter can be claimed.
pub async fn next_due(c: &mut Connection) -> Result<Option<Timestamp>, Error> {
    let row: Option<(Option<At>,)> = one!(c, NEXT_DUE)?;
    Ok(row.and_then(|(at,)| at).map(Timestamp::from))
}

pub async fn state(c: &mut Connection) -> Result<State, Error> {
    let row: Option<(i64, i64, Option<At>)> = one!(c, STATE)?;
    Ok(row.map_or_else(State::default, |(waiting, given_up, oldest)| State {
        waiting,
        given_up,
        oldest: oldest.map(Timestamp::from),
    }))
}

/// Brings to `now` what a clock that was ahead has put off: letters that nobody has tried yet and that are to wait until after
/// `latest_first`, and such as are to wait until after `latest_attempt`. A lease until after `latest_lease` is nobody's.
pub async fn put_right(
    c: &mut Connection,
    now: Timestamp,
    (latest_first, latest_attempt, latest_lease): (Timestamp, Timestamp, Timestamp),
) -> Result<u64, Error> {
    let freed = execute!(c, FREE, At(latest_lease))?;
    Ok(freed + execute!(c, PUT_RIGHT, At(now), At(latest_attempt), At(latest_first))?)
}

pub async fn delete_sent(c: &mut Connection, before: Timestamp) -> Result<u64, Error> {
    execute!(c, DELETE_SENT, At(before))
}

/// Takes back every letter that has not gone out: nobody of a demonstration wants mail.
pub async fn delete_waiting(c: &mut Connection) -> Result<u64, Error> {
    execute!(c, DELETE_WAITING)
}
