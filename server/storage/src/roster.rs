//! The Users table: members and pending invitations in one list, one statement a page, keyset pagination.
//!
//! In the order of addresses a page costs the same at 1,000 and at 10,000 members: each half of the union reads its index from
//! the cursor on and stops after one page. A search, a filter by role or namespace, and every other order
//! ([`crate::roster_sorts`]) look at each row of the organization, still in one statement.

use crate::{
    Connection, Error,
    at::At,
    members::{inviter, inviter_name},
};
use domain::{
    id::{NamespaceId, OrganizationId},
    membership::Role,
    time::Timestamp,
};
use uuid::Uuid;

// What both halves select. The halves of a union need equal types on PostgreSQL, and a bare null has none: so an invitation
// gives its `ended_at`, which is null while it is pending, where only members have a time. `at` is the day of joining for a
// member and the end of life for an invitation; `since` the day of joining, or when its mail was last sent.
macro_rules! member_columns {
    () => {
        concat!(
            "m.id, 'member' as kind, m.email, u.first_name, u.last_name, m.role, m.status, m.user_id as person, m.version, ",
            "m.joined_at as at, ", inviter!(), ", cast(0 as bigint) as mail_attempts, '' as mail_error, m.withdrawn_at, ",
            "m.joined_at as since"
        )
    };
}

macro_rules! invitation_columns {
    () => {
        concat!(
            "n.id, 'invitation' as kind, n.email, '' as first_name, '' as last_name, 'member' as role, n.state as status, ",
            "n.id as person, n.version, n.expires_at as at, ", inviter!(), ", coalesce(b.attempts, -1) as mail_attempts, ",
            "b.last_error as mail_error, n.ended_at as withdrawn_at, n.sent_at as since"
        )
    };
}

// The latest of: when they joined, when they signed in or out last, and of those sessions and logins that there are now, the last
// request and the last use. Neither database's word for the greatest of several is the other's.
macro_rules! last_active {
    ($user:literal, $member:literal, $joined:literal) => {
        concat!(last_active!(bare $user, $member, $joined), " as last_active")
    };
    (bare $user:literal, $member:literal, $joined:literal) => {
        last_active!(
            of
            concat!("coalesce((select max(s.last_seen_at) from sessions s where s.user_id = ", $user, "), ", $joined, ")"),
            concat!("coalesce((select max(l.last_used_at) from logins l where l.member_id = ", $member, "), ", $joined, ")"),
            concat!(
                "coalesce((select a.at from account_activity a where a.user_id = ", $user,
                " and a.code in ('signed_in', 'signed_out') order by a.at desc limit 1), ", $joined, ")"
            )
        )
    };
    (of $request:expr, $use:expr, $sign_in:expr) => {
        concat!(
            "case when ", $request, " >= ", $use, " and ", $request, " >= ", $sign_in, " then ", $request,
            " when ", $use, " >= ", $sign_in, " then ", $use, " else ", $sign_in, " end"
        )
    };
}

// Which rows are left. In every statement: the organization is $1, the search $2, the role $3 (empty: any), the namespace $4
// (null: any), now $5, and the status as the API spells it $6 (empty: any). An invitee will be a member, and has no grant yet.
macro_rules! of_members {
    () => {
        "m.organization_id = $1 and m.search like $2 escape '\\' and ($3 = '' or m.role = $3) and ($6 = '' or m.status = $6)
        and (cast($4 as uuid) is null
            or exists (select 1 from grants g where g.member_id = m.id and g.namespace_id = $4 and (g.ends_at is null or g.ends_at > $5))
            or exists (select 1 from withheld_grants w where w.member_id = m.id and w.namespace_id = $4
                and (w.ends_at is null or w.ends_at > $5)))"
    };
}

macro_rules! of_invitations {
    () => {
        concat!(
            "n.organization_id = $1 and n.state = 'pending' and n.email like $2 escape '\\' and ($3 = '' or $3 = 'member') ",
            "and cast($4 as uuid) is null and ($6 = '' or $6 = 'invited' or $6 = ", invitation_status!(), ")"
        )
    };
}

macro_rules! invitation_status {
    () => {
        "case when n.expires_at > $5 then 'invite_sent' else 'invite_expired' end"
    };
}

macro_rules! from_members {
    () => {
        concat!(
            " from members m join users u on u.id = m.user_id left join users i on i.id = m.invited_by ",
            "left join tokens t on t.id = m.invited_by_token where "
        )
    };
}

macro_rules! from_invitations {
    () => {
        concat!(
            " from invitations n left join users i on i.id = n.invited_by left join tokens t on t.id = n.invited_by_token ",
            "left join outbox b on b.invitation_id = n.id and b.sent_at is null where "
        )
    };
}

// Behind the row ($7, $8), up to $9 rows.
macro_rules! members {
    ($status:literal, $seek:literal, $order:literal) => {
        concat!(
            "select * from (select ",
            member_columns!(),
            ", ",
            last_active!("m.user_id", "m.id", "m.joined_at"),
            from_members!(),
            of_members!(),
            $status,
            " and (m.email, m.id) ",
            $seek,
            " ($7, $8) ",
            "order by m.email ",
            $order,
            ", m.id ",
            $order,
            " limit $9) as members_page"
        )
    };
}

macro_rules! invitations {
    ($seek:literal, $order:literal) => {
        concat!(
            "select * from (select ",
            invitation_columns!(),
            ", n.ended_at as last_active",
            from_invitations!(),
            of_invitations!(),
            " and (n.email, n.id) ",
            $seek,
            " ($7, $8) ",
            "order by n.email ",
            $order,
            ", n.id ",
            $order,
            " limit $9) as invitations_page"
        )
    };
}

pub(crate) use {
    from_invitations, from_members, invitation_columns, invitation_status, last_active, member_columns, of_invitations,
    of_members,
};

statements! {
    ALL_UP = concat!(members!("", ">", "asc"), " union all ", invitations!(">", "asc"), " order by email asc, id asc limit $9");
    ALL_DOWN = concat!(members!("", "<", "desc"), " union all ", invitations!("<", "desc"), " order by email desc, id desc limit $9");
    // The literal lets an index have them so.
    ACTIVE_UP = members!(" and m.status = 'active'", ">", "asc");
    ACTIVE_DOWN = members!(" and m.status = 'active'", "<", "desc");
    DEACTIVATED_UP = members!(" and m.status = 'deactivated'", ">", "asc");
    DEACTIVATED_DOWN = members!(" and m.status = 'deactivated'", "<", "desc");
    INVITED_UP = invitations!(">", "asc");
    INVITED_DOWN = invitations!("<", "desc");
    COUNT_MEMBERS = concat!("select count(*) as n from members m where ", of_members!());
    COUNT_INVITATIONS = concat!("select count(*) as n from invitations n where ", of_invitations!());
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

/// By what the rows are ordered. Equal ones stand in the order of their addresses, and then of their ids; what is unknown
/// stands last in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    #[default]
    Email,
    /// The last name, then the first. Letters of the alphabet of ASCII stand together, whether large or small.
    Name,
    InvitedBy,
    /// By the word that the API has for it.
    Status,
    /// When a member joined, or when an invitation was last sent.
    Joined,
    LastActive,
}

/// What a row is ordered by, as a cursor remembers it.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    Text(&'a str),
    /// `None`: unknown.
    Time(Option<Timestamp>),
}

/// Which rows are left.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    pub show: Show,
    /// An invitee counts as a member who is no admin.
    pub role: Option<Role>,
    /// Those who were given something in it, and may use it still.
    pub namespace: Option<NamespaceId>,
    /// Any text; `%` and `_` mean themselves.
    pub search: &'a str,
    pub now: Timestamp,
}

/// A page to be read.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    pub filter: Filter<'a>,
    pub sort: Sort,
    pub descending: bool,
    /// Against the order, from the cursor towards the first row.
    pub backwards: bool,
    /// The last row of the page before.
    pub after: Option<(Key<'a>, Uuid)>,
    pub limit: u32,
}

impl Page<'_> {
    /// Whether the keys fall from row to row as they are read.
    pub(crate) const fn falls(&self) -> bool {
        self.descending != self.backwards
    }
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
    /// When a member joined, or when an invitation was last sent.
    #[sqlx(try_from = "At")]
    pub since: Timestamp,
    last_active: Option<At>,
    /// What the row is ordered by, where that is a text other than the address.
    #[sqlx(default)]
    pub key: String,
}

impl Row {
    /// When a member was last here: joined, signed in or out, used a session that still is, or the cluster by a login of their
    /// own. Up to a minute late. An invitee never was.
    pub fn last_active(&self) -> Option<Timestamp> {
        self.last_active.map(Timestamp::from)
    }

    /// For whoever must not know.
    pub fn forget_last_active(&mut self) {
        self.last_active = None;
    }

    /// When the cluster had let go of a deactivated member.
    pub fn withdrawn_at(&self) -> Option<Timestamp> {
        self.withdrawn_at.map(Timestamp::from)
    }
}

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
    /// As the statements name it; empty for all.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Invited => "invited",
            Self::InviteSent => "invite_sent",
            Self::InviteExpired => "invite_expired",
        }
    }
}

/// Reads up to `limit` rows in the order of their addresses.
pub(crate) async fn page(c: &mut Connection, organization: OrganizationId, page: &Page<'_>) -> Result<Vec<Row>, Error> {
    // U+10FFFF sorts after every address in byte order, on both databases.
    let (email, id) = match page.after {
        Some((Key::Text(email), id)) => (email, id),
        _ if page.falls() => ("\u{10FFFF}", Uuid::max()),
        _ => ("", Uuid::nil()),
    };
    let Filter { show, role, namespace, search, now } = page.filter;
    let statement = match (show, page.falls()) {
        (Show::All, false) => ALL_UP,
        (Show::All, true) => ALL_DOWN,
        (Show::Active, false) => ACTIVE_UP,
        (Show::Active, true) => ACTIVE_DOWN,
        (Show::Deactivated, false) => DEACTIVATED_UP,
        (Show::Deactivated, true) => DEACTIVATED_DOWN,
        (Show::Invited | Show::InviteSent | Show::InviteExpired, false) => INVITED_UP,
        (Show::Invited | Show::InviteSent | Show::InviteExpired, true) => INVITED_DOWN,
    };
    let (like, limit, organization) = (pattern(search), i64::from(page.limit), organization.uuid());
    let (role, namespace) = (role.map_or("", Role::as_str), namespace.map(NamespaceId::uuid));
    let (now, show) = (At(now), show.as_str());
    all!(c, statement, organization, like.as_str(), role, namespace, now, show, email, id, limit)
}

/// How many rows there are in all. Reads every row of the organization: without a search or a filter by role or namespace, the
/// organization's own counts say it for nothing.
pub async fn count(c: &mut Connection, organization: OrganizationId, filter: &Filter<'_>) -> Result<u64, Error> {
    let Filter { show, role, namespace, search, now } = *filter;
    let (like, organization, shown) = (pattern(search), organization.uuid(), show.as_str());
    let (role, namespace) = (role.map_or("", Role::as_str), namespace.map(NamespaceId::uuid));
    let mut sum = 0;
    for statement in [COUNT_MEMBERS, COUNT_INVITATIONS] {
        let row: Option<(i64,)> = one!(c, statement, organization, like.as_str(), role, namespace, At(now), shown)?;
        sum += row.map_or(0, |(n,)| n.unsigned_abs());
    }
    Ok(sum)
}
