//! The Users table: members and pending invitations in one list, one query a page, sought by key.
//!
//! A page costs the same at 1,000 and at 10,000 members: each half of the union reads its index from the cursor on and
//! stops after one page. Only a search has to look at every row of the organization.

use crate::{Connection, Error, at::At, members::inviter};
use domain::{id::OrganizationId, time::Timestamp};
use uuid::Uuid;

// A pending invitation has not ended, so `ended_at` is the null of the right type for a column that only members have.
// `at` is the day of joining for a member and the end of life for an invitation: one column, because both databases
// want the halves of a union to have equal types, and a bare null has none.
macro_rules! members {
    ($status:literal, $seek:literal, $order:literal) => {
        concat!(
            "select * from (select m.id, 'member' as kind, m.email, u.first_name, u.last_name, m.role, m.status, m.user_id as person, ",
            "m.version, m.joined_at as at, ", inviter!(), ", cast(0 as bigint) as mail_attempts, '' as mail_error, m.withdrawn_at ",
            "from members m join users u on u.id = m.user_id left join users i on i.id = m.invited_by ",
            "left join tokens t on t.id = m.invited_by_token ",
            "where m.organization_id = $1", $status, " and (m.email, m.id) ", $seek, " ($2, $3) and m.search like $4 escape '\\' ",
            "order by m.email ", $order, ", m.id ", $order, " limit $5) as members_page"
        )
    };
}

macro_rules! invitations {
    ($seek:literal, $order:literal) => {
        concat!(
            "select * from (select n.id, 'invitation' as kind, n.email, '' as first_name, '' as last_name, 'member' as role, n.state as status, n.id as person, ",
            "n.version, n.expires_at as at, ", inviter!(), ", coalesce(b.attempts, -1) as mail_attempts, b.last_error as mail_error, n.ended_at as withdrawn_at ",
            "from invitations n left join users i on i.id = n.invited_by left join tokens t on t.id = n.invited_by_token ",
            "left join outbox b on b.invitation_id = n.id and b.sent_at is null ",
            "where n.organization_id = $1 and n.state = 'pending' and (n.email, n.id) ", $seek, " ($2, $3) and n.email like $4 escape '\\' ",
            "and n.expires_at > $6 and n.expires_at <= $7 ",
            "order by n.email ", $order, ", n.id ", $order, " limit $5) as invitations_page"
        )
    };
}

statements! {
    ALL_UP = concat!(members!("", ">", "asc"), " union all ", invitations!(">", "asc"), " order by email asc, id asc limit $5");
    ALL_DOWN = concat!(members!("", "<", "desc"), " union all ", invitations!("<", "desc"), " order by email desc, id desc limit $5");
    ACTIVE_UP = members!(" and m.status = 'active'", ">", "asc");
    ACTIVE_DOWN = members!(" and m.status = 'active'", "<", "desc");
    DEACTIVATED_UP = members!(" and m.status = 'deactivated'", ">", "asc");
    DEACTIVATED_DOWN = members!(" and m.status = 'deactivated'", "<", "desc");
    INVITED_UP = invitations!(">", "asc");
    INVITED_DOWN = invitations!("<", "desc");
    COUNT_MEMBERS = "select count(*) as n from members where organization_id = $1 and search like $2 escape '\\'";
    COUNT_MEMBERS_OF = "select count(*) as n from members where organization_id = $1 and search like $2 escape '\\' and status = $3";
    COUNT_INVITATIONS = "select count(*) as n from invitations where organization_id = $1 and state = 'pending'
        and email like $2 escape '\\' and expires_at > $3 and expires_at <= $4";
}

/// Which rows of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    All,
    Active,
    Deactivated,
    /// Pending, whether or not its time is over.
    Invited,
    InviteSent,
    InviteExpired,
}

/// A page to be read.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    pub show: Show,
    /// Any text; `%` and `_` mean themselves.
    pub search: &'a str,
    pub descending: bool,
    /// The last row of the page before.
    pub after: Option<(&'a str, Uuid)>,
    pub limit: u32,
    pub now: Timestamp,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub kind: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: String,
    pub status: String,
    /// The member's user.
    pub person: Uuid,
    pub version: i64,
    #[sqlx(try_from = "At")]
    pub at: Timestamp,
    pub invited_by: Option<String>,
    /// For an invitation whose mail has not gone out: how often it was tried; -1 when it has.
    pub mail_attempts: i64,
    /// For such an invitation: what the mail server said last.
    pub mail_error: Option<String>,
    withdrawn_at: Option<At>,
}

impl Row {
    /// When the cluster had let go of a deactivated member.
    pub fn withdrawn_at(&self) -> Option<Timestamp> {
        self.withdrawn_at.map(Timestamp::from)
    }
}

const FOREVER: Timestamp = Timestamp::from_micros(253_402_300_799_000_000);
const NEVER: Timestamp = Timestamp::from_micros(0);

/// What `like` is given to find `text` anywhere.
pub(crate) fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.trim().to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    if !pattern.ends_with('%') || pattern.len() > 1 {
        pattern.push('%');
    }
    pattern
}

impl Show {
    /// The span of ends of life: later than the first, up to the second.
    fn ends_within(self, now: Timestamp) -> (Timestamp, Timestamp) {
        match self {
            Self::InviteSent => (now, FOREVER),
            Self::InviteExpired => (NEVER, now),
            Self::All | Self::Active | Self::Deactivated | Self::Invited => (NEVER, FOREVER),
        }
    }
}

/// Reads up to `limit` rows in the order of their addresses.
pub async fn page(c: &mut Connection, organization: OrganizationId, page: &Page<'_>) -> Result<Vec<Row>, Error> {
    // U+10FFFF sorts after every address in byte order, on both databases.
    let (email, id) =
        page.after.unwrap_or(if page.descending { ("\u{10FFFF}", Uuid::max()) } else { ("", Uuid::nil()) });
    let (from, to) = page.show.ends_within(page.now);
    let like = pattern(page.search);
    let statement = match (page.show, page.descending) {
        (Show::All, false) => ALL_UP,
        (Show::All, true) => ALL_DOWN,
        (Show::Active, false) => ACTIVE_UP,
        (Show::Active, true) => ACTIVE_DOWN,
        (Show::Deactivated, false) => DEACTIVATED_UP,
        (Show::Deactivated, true) => DEACTIVATED_DOWN,
        (Show::Invited | Show::InviteSent | Show::InviteExpired, false) => INVITED_UP,
        (Show::Invited | Show::InviteSent | Show::InviteExpired, true) => INVITED_DOWN,
    };
    let limit = i64::from(page.limit);
    let organization = organization.uuid();
    match page.show {
        Show::Active | Show::Deactivated => {
            all!(c, statement, organization, email, id, like.as_str(), limit)
        }
        Show::All | Show::Invited | Show::InviteSent | Show::InviteExpired => {
            all!(c, statement, organization, email, id, like.as_str(), limit, At(from), At(to))
        }
    }
}

/// How many rows a search finds in all. Reads every row of the organization: without a search, the organization's own
/// counts say it for nothing.
pub async fn count(
    c: &mut Connection,
    organization: OrganizationId,
    show: Show,
    search: &str,
    now: Timestamp,
) -> Result<u64, Error> {
    let like = pattern(search);
    let organization = organization.uuid();
    let (from, to) = show.ends_within(now);
    let members: Option<(i64,)> = match show {
        Show::All => one!(c, COUNT_MEMBERS, organization, like.as_str())?,
        Show::Active => one!(c, COUNT_MEMBERS_OF, organization, like.as_str(), "active")?,
        Show::Deactivated => one!(c, COUNT_MEMBERS_OF, organization, like.as_str(), "deactivated")?,
        Show::Invited | Show::InviteSent | Show::InviteExpired => None,
    };
    let invitations: Option<(i64,)> = match show {
        Show::Active | Show::Deactivated => None,
        Show::All | Show::Invited | Show::InviteSent | Show::InviteExpired => {
            one!(c, COUNT_INVITATIONS, organization, like.as_str(), At(from), At(to))?
        }
    };
    Ok(members.map_or(0, |(n,)| n.unsigned_abs()) + invitations.map_or(0, |(n,)| n.unsigned_abs()))
}
