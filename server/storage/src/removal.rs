//! Removing a person: all that opens anything for them goes, and every text that names them gets another.

use crate::{
    Connection, Error,
    at::At,
    organizations::{self, CountChange},
    users::User,
};
use domain::{
    id::{MemberId, OrganizationId, UserId},
    membership::Status,
    text::EmailAddress,
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    MEMBERSHIPS = "select id, organization_id, status from members where user_id = $1 order by organization_id";
    DELETE_GRANTS = "delete from grants where member_id = $1";
    DELETE_WITHHELD = "delete from withheld_grants where member_id = $1";
    DELETE_MEMBER = "delete from members where id = $1";
    DELETE_SESSIONS = "delete from sessions where user_id = $1";
    DELETE_RESETS = "delete from password_resets where user_id = $1";
    DELETE_OPERATOR = "delete from operators where user_id = $1";
    DELETE_LOG = "delete from account_activity where user_id = $1";
    DELETE_SIGN_UPS = "delete from sign_ups where email = $1";
    DELETE_LETTERS = "delete from outbox where recipient = $1";
    // Pending ones are revoked before; what stays is what was.
    RENAME_INVITATIONS = "update invitations set email = $2 where email = $1";
    FORGET_ORIGIN = "update activity set actor_name = $2, ip = null, user_agent = null where organization_id = $3 and actor_id = $1";
    RENAME_IN_LOG = "update activity set event = replace(event, $1, $2) where organization_id = $3 and event like $4 escape '\\'";
    RENAME_IN_REQUESTS = "update requests set wish = replace(wish, $1, $2) where organization_id = $3 and wish like $4 escape '\\'";
    RENAME_IN_DECISIONS = "update requests set decided_by = $2 where decided_by = $1";
    RENAME_GIVER = "update withheld_grants set granted_by = $2 where granted_by = $1";
    RENAME_IN_OPERATORS_LOG = "update operator_activity set event = replace(event, $1, $2) where event like $3 escape '\\'";
    RENAME_OPERATOR = "update operator_activity set actor_name = $2, ip = null, user_agent = null where actor_name = $1";
    PLACES = "select organization_id from activity where actor_id = $1
        union select organization_id from members where user_id = $1
        union select organization_id from invitations where email = $2";
    PENDING = "select id, organization_id from invitations where email = $1 and state = 'pending'";
    REVOKE = "update invitations set state = 'revoked', ended_at = $2 where id = $1 and state = 'pending'";
    DELETE_MAIL_OF = "delete from outbox where invitation_id = $1";
    // Nothing hashes to an empty text: no password is right.
    EMPTY_USER = "update users set email = $2, password_hash = '', removed_at = $3 where id = $1";
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Membership {
    #[sqlx(try_from = "Uuid")]
    pub id: MemberId,
    #[sqlx(rename = "organization_id", try_from = "Uuid")]
    pub organization: OrganizationId,
    #[sqlx(try_from = "String")]
    pub status: Status,
}

/// In the order in which the organizations are locked.
pub async fn memberships(c: &mut Connection, user: UserId) -> Result<Vec<Membership>, Error> {
    all!(c, MEMBERSHIPS, user.uuid())
}

/// Removes one membership and what was given to it; the organization's counts follow.
pub async fn delete_member(c: &mut Connection, membership: &Membership) -> Result<(), Error> {
    for statement in [DELETE_GRANTS, DELETE_WITHHELD, DELETE_MEMBER] {
        execute!(c, statement, membership.id.uuid())?;
    }
    let change = match membership.status {
        Status::Active => CountChange { active: -1, ..CountChange::default() },
        Status::Deactivated => CountChange { deactivated: -1, ..CountChange::default() },
    };
    organizations::count(c, membership.organization, change).await
}

/// Everything else that is theirs. `instead` takes the place of their address, `name` that of the actor in logs.
pub async fn forget(
    c: &mut Connection,
    user: &User,
    instead: &EmailAddress,
    name: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let (id, email) = (user.id.uuid(), user.email.as_str());
    let places: Vec<(Uuid,)> = all!(c, PLACES, id, email)?;
    let pending: Vec<(Uuid, Uuid)> = all!(c, PENDING, email)?;
    for (invitation, organization) in pending {
        execute!(c, DELETE_MAIL_OF, invitation)?;
        execute!(c, REVOKE, invitation, At(now))?;
        organizations::count(c, organization.into(), CountChange { pending: -1, ..CountChange::default() }).await?;
    }
    // As JSON spells it: an address is ASCII without quotes.
    let (from, to) = (format!("\"{email}\""), format!("\"{instead}\""));
    let pattern = crate::roster::pattern(&from);
    for (organization,) in places {
        execute!(c, FORGET_ORIGIN, id, name, organization)?;
        execute!(c, RENAME_IN_LOG, from.as_str(), to.as_str(), organization, pattern.as_str())?;
        execute!(c, RENAME_IN_REQUESTS, from.as_str(), to.as_str(), organization, pattern.as_str())?;
    }
    for statement in [DELETE_SESSIONS, DELETE_RESETS, DELETE_OPERATOR, DELETE_LOG] {
        execute!(c, statement, id)?;
    }
    for statement in [DELETE_SIGN_UPS, DELETE_LETTERS] {
        execute!(c, statement, email)?;
    }
    execute!(c, RENAME_INVITATIONS, email, instead.as_str())?;
    for statement in [RENAME_IN_DECISIONS, RENAME_GIVER, RENAME_OPERATOR] {
        execute!(c, statement, email, name)?;
    }
    execute!(c, RENAME_IN_OPERATORS_LOG, from.as_str(), to.as_str(), pattern.as_str())?;
    execute!(c, EMPTY_USER, id, instead.as_str(), At(now))?;
    Ok(())
}
