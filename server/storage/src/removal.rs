//! Removing a person: all that opens anything for them goes, and every text that names them gets another. Looks through whole
//! tables: an operator does this once in a while, and nothing may be left.

use crate::{
    Connection, Error,
    at::At,
    credentials,
    organizations::{self, CountChange},
    roster::pattern,
    users::User,
};
use domain::{
    activity::ActivityEvent,
    id::{InvitationId, MemberId, OrganizationId, UserId},
    membership::Status,
    operator::OperatorEvent,
    request::Wish,
    text::{EmailAddress, Remark, TokenName},
    time::Timestamp,
};
use serde_json::Value;
use uuid::Uuid;

/// Rows of a table that may name somebody in one of their texts.
macro_rules! naming {
    ($table:literal, $key:literal, $text:literal) => {
        concat!(
            "select ",
            $key,
            " as id, ",
            $text,
            " as text from ",
            $table,
            " where lower(",
            $text,
            ") like $1 escape '\\'"
        )
    };
}

/// Writes such a text anew.
macro_rules! rewrite {
    ($table:literal, $key:literal, $text:literal) => {
        concat!("update ", $table, " set ", $text, " = $2 where ", $key, " = $1")
    };
}

statements! {
    MEMBERSHIPS = "select id, organization_id, status from members where user_id = $1 order by organization_id";
    PENDING = "select id, organization_id from invitations where email = $1 and state = 'pending' order by organization_id";
    DELETE_GRANTS = "delete from grants where member_id = $1";
    DELETE_WITHHELD = "delete from withheld_grants where member_id = $1";
    DELETE_MEMBER = "delete from members where id = $1";
    DELETE_MAIL_OF = "delete from outbox where invitation_id = $1";
    REVOKE = "update invitations set state = 'revoked', ended_at = $2 where id = $1 and state = 'pending'";
    DELETE_SESSIONS = "delete from sessions where user_id = $1";
    DELETE_RESETS = "delete from password_resets where user_id = $1";
    DELETE_OPERATOR = "delete from operators where user_id = $1";
    DELETE_LOG = "delete from account_activity where user_id = $1";
    DELETE_SIGN_UPS = "delete from sign_ups where email = $1";
    DELETE_LETTERS = "delete from outbox where recipient = $1";
    RENAME_INVITATIONS = "update invitations set email = $2 where email = $1";
    // Nothing hashes to an empty text: no password is right.
    EMPTY_USER = "update users set email = $2, password_hash = '', removed_at = $3 where id = $1";
    // The cluster is told by whom something was given, so that it follows once more.
    TOUCH_GIVEN = "update organizations set version = version + 1
        where id in (select organization_id from withheld_grants where granted_by = $1)";
    FORGET_ORIGIN = "update activity set ip = null, user_agent = null where actor_id = $1";
    FORGET_OPERATORS_ORIGIN = "update operator_activity set ip = null, user_agent = null where actor_name = $1";
    NAMING_IN_LOG = "select organization_id, version, ordinal, actor_name, event from activity
        where lower(event) like $1 escape '\\' or lower(actor_name) like $1 escape '\\'";
    REWRITE_LOG = "update activity set actor_name = $4, event = $5 where organization_id = $1 and version = $2 and ordinal = $3";
    NAMING_WISHES = naming!("requests", "id", "wish");
    REWRITE_WISH = rewrite!("requests", "id", "wish");
    NAMING_REASONS = naming!("requests", "id", "reason");
    REWRITE_REASON = rewrite!("requests", "id", "reason");
    NAMING_NOTES = naming!("requests", "id", "note");
    REWRITE_NOTE = rewrite!("requests", "id", "note");
    NAMING_DECISIONS = naming!("requests", "id", "decided_by");
    REWRITE_DECISION = rewrite!("requests", "id", "decided_by");
    NAMING_TOKENS = naming!("tokens", "id", "name");
    REWRITE_TOKEN = rewrite!("tokens", "id", "name");
    NAMING_GIVERS = naming!("withheld_grants", "id", "granted_by");
    REWRITE_GIVER = rewrite!("withheld_grants", "id", "granted_by");
    NAMING_OPERATORS = naming!("operators", "user_id", "added_by");
    REWRITE_OPERATOR = rewrite!("operators", "user_id", "added_by");
    NAMING_CREDENTIALS = naming!("operator_credentials", "id", "name");
    REWRITE_CREDENTIAL = rewrite!("operator_credentials", "id", "name");
    NAMING_MAKERS = naming!("operator_credentials", "id", "made_by");
    REWRITE_MAKER = rewrite!("operator_credentials", "id", "made_by");
    NAMING_DEEDS = naming!("operator_activity", "id", "event");
    REWRITE_DEED = rewrite!("operator_activity", "id", "event");
    NAMING_DOERS = naming!("operator_activity", "id", "actor_name");
    REWRITE_DOER = rewrite!("operator_activity", "id", "actor_name");
    NAMING_ERRORS = naming!("outbox", "id", "last_error");
    REWRITE_ERROR = rewrite!("outbox", "id", "last_error");
}

/// How a text is read, which it must still be afterwards.
#[derive(Clone, Copy)]
enum Kind {
    /// Anything: the name of whoever did something.
    Name,
    Remark,
    TokenName,
    Wish,
    OperatorEvent,
}

/// Every text that may name somebody, beside the organizations' logs: how it is found, how it is written, and its kind.
const TEXTS: [(&str, &str, Kind); 12] = [
    (NAMING_WISHES, REWRITE_WISH, Kind::Wish),
    (NAMING_REASONS, REWRITE_REASON, Kind::Remark),
    (NAMING_NOTES, REWRITE_NOTE, Kind::Remark),
    (NAMING_DECISIONS, REWRITE_DECISION, Kind::Name),
    (NAMING_TOKENS, REWRITE_TOKEN, Kind::TokenName),
    (NAMING_GIVERS, REWRITE_GIVER, Kind::Name),
    (NAMING_OPERATORS, REWRITE_OPERATOR, Kind::Name),
    (NAMING_CREDENTIALS, REWRITE_CREDENTIAL, Kind::TokenName),
    (NAMING_MAKERS, REWRITE_MAKER, Kind::Name),
    (NAMING_DEEDS, REWRITE_DEED, Kind::OperatorEvent),
    (NAMING_DOERS, REWRITE_DOER, Kind::Name),
    (NAMING_ERRORS, REWRITE_ERROR, Kind::Name),
];

/// What stands where an address was and neither a name nor another address fits. Shorter than any address.
const GAP: &str = "…";

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

/// Invitations of this address that wait, and of which organization each is.
pub async fn pending(c: &mut Connection, email: &EmailAddress) -> Result<Vec<(InvitationId, OrganizationId)>, Error> {
    let rows: Vec<(Uuid, Uuid)> = all!(c, PENDING, email.as_str())?;
    Ok(rows.into_iter().map(|(id, organization)| (id.into(), organization.into())).collect())
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

/// Takes an invitation back, and its mail; `false` when it has ended already.
pub async fn revoke(
    c: &mut Connection,
    (id, organization): (InvitationId, OrganizationId),
    now: Timestamp,
) -> Result<bool, Error> {
    execute!(c, DELETE_MAIL_OF, id.uuid())?;
    let revoked = execute!(c, REVOKE, id.uuid(), At(now))? == 1;
    if revoked {
        organizations::count(c, organization, CountChange { pending: -1, ..CountChange::default() }).await?;
    }
    Ok(revoked)
}

/// Whose address goes out of everything that was written.
struct Gone<'a> {
    email: &'a EmailAddress,
    /// Takes the place of the address where an address is read.
    instead: &'a EmailAddress,
    /// Takes its place where people read who did something.
    name: &'a str,
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
    for statement in [DELETE_SESSIONS, DELETE_RESETS, DELETE_OPERATOR, DELETE_LOG, FORGET_ORIGIN] {
        execute!(c, statement, id)?;
    }
    for statement in [DELETE_SIGN_UPS, DELETE_LETTERS, TOUCH_GIVEN, FORGET_OPERATORS_ORIGIN] {
        execute!(c, statement, email)?;
    }
    credentials::end_of(c, user.id, now).await?;
    execute!(c, RENAME_INVITATIONS, email, instead.as_str())?;
    let (gone, like) = (Gone { email: &user.email, instead, name }, pattern(email));
    let log: Vec<(Uuid, i64, i64, String, String)> = all!(c, NAMING_IN_LOG, like.as_str())?;
    for (organization, version, ordinal, actor, event) in log {
        let (actor, event) = (
            gone.out_of_name(&actor),
            gone.out_of_json(&event, |value| serde_json::from_value::<ActivityEvent>(value).is_ok()),
        );
        execute!(c, REWRITE_LOG, organization, version, ordinal, actor.as_str(), event.as_str())?;
    }
    for (naming, rewrite, kind) in TEXTS {
        let rows: Vec<(Uuid, String)> = all!(c, naming, like.as_str())?;
        for (id, text) in rows {
            execute!(c, rewrite, id, gone.out_of(&text, kind).as_str())?;
        }
    }
    execute!(c, EMPTY_USER, id, instead.as_str(), At(now))?;
    Ok(())
}

impl Gone<'_> {
    fn out_of(&self, text: &str, kind: Kind) -> String {
        match kind {
            Kind::Name => self.out_of_name(text),
            Kind::Remark => self.out_of_text(text, |text| Remark::parse(text).is_ok()),
            Kind::TokenName => self.out_of_text(text, |text| TokenName::parse(text).is_ok()),
            Kind::Wish => self.out_of_json(text, |value| serde_json::from_value::<Wish>(value).is_ok()),
            Kind::OperatorEvent => {
                self.out_of_json(text, |value| serde_json::from_value::<OperatorEvent>(value).is_ok())
            }
        }
    }

    fn out_of_name(&self, text: &str) -> String {
        self.email.replaced_in(text, self.name)
    }

    /// What people wrote has a longest, and the other address may be longer than theirs.
    fn out_of_text(&self, text: &str, is_read: impl Fn(&str) -> bool) -> String {
        let whole = self.email.replaced_in(text, self.instead.as_str());
        if is_read(&whole) { whole } else { self.email.replaced_in(text, GAP) }
    }

    /// Every string in it; one that is the address and nothing else is read as an address again.
    fn out_of_json(&self, text: &str, is_read: impl Fn(Value) -> bool) -> String {
        let with = |within: &str| {
            let mut value: Value = serde_json::from_str(text).ok()?;
            self.out_of_value(&mut value, within);
            let text = value.to_string();
            is_read(value).then_some(text)
        };
        // What a newer program wrote is not read; its address goes all the same.
        with(self.instead.as_str())
            .or_else(|| with(GAP))
            .unwrap_or_else(|| self.email.replaced_in(text, self.instead.as_str()))
    }

    fn out_of_value(&self, value: &mut Value, within: &str) {
        match value {
            Value::String(text) if text.eq_ignore_ascii_case(self.email.as_str()) => *text = self.instead.to_string(),
            Value::String(text) => *text = self.email.replaced_in(text, within),
            Value::Array(values) => values.iter_mut().for_each(|value| self.out_of_value(value, within)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.out_of_value(value, within)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
