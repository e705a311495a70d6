//! The Users table in any other order than that of addresses: one statement a page, which looks at every row of the
//! organization, since no index has them so.
//!
//! Each order is one column that rises or falls, with the id behind it for ties. A text ends in the address, so that equal ones
//! stand in its order; and the address lends the whole text its byte order on PostgreSQL, where other columns have the
//! collation of the database, and the cursor must not depend on that. Lower case is that of ASCII on both, for the same reason.
//! What is unknown counts as $10: the greatest value where the order rises and the least where it falls, so that it stands last
//! in both.

use crate::{
    Connection, Error,
    at::At,
    members::{inviter, inviter_name},
    roster::{
        self, Filter, Key, Page, Row, Sort, from_invitations, from_members, invitation_columns, invitation_status,
        last_active, member_columns, of_invitations, of_members, pattern,
    },
};
use domain::{
    id::{NamespaceId, OrganizationId},
    membership::Role,
    time::Timestamp,
};
use uuid::Uuid;

macro_rules! everybody {
    ($of_member:expr, $of_invitation:expr) => {
        concat!(
            "select * from (select ",
            member_columns!(),
            $of_member,
            from_members!(),
            of_members!(),
            " union all select ",
            invitation_columns!(),
            $of_invitation,
            from_invitations!(),
            of_invitations!(),
            ") as everybody "
        )
    };
}

// When somebody was last here is found for the rows of the page alone.
macro_rules! page {
    ($everybody:expr, $key:literal, $seek:literal, $order:literal) => {
        concat!(
            "select p.*, case when p.kind = 'member' then ", last_active!(bare "p.person", "p.id", "p.since"),
            " end as last_active from (", $everybody, "where (", $key, ", id) ", $seek, " ($7, $8) order by ", $key, " ", $order,
            ", id ", $order, " limit $9) as p order by ", $key, " ", $order, ", id ", $order
        )
    };
}

macro_rules! by_text {
    ($of_member:expr, $of_invitation:expr, $seek:literal, $order:literal) => {
        page!(
            everybody!(
                concat!(", lower(coalesce(", $of_member, ", cast($10 as text)) || '\t' || m.email) as key"),
                concat!(", lower(coalesce(", $of_invitation, ", cast($10 as text)) || '\t' || n.email) as key")
            ),
            "key",
            $seek,
            $order
        )
    };
}

macro_rules! by_joining {
    ($seek:literal, $order:literal) => {
        page!(everybody!("", ""), "coalesce(since, $10)", $seek, $order)
    };
}

macro_rules! by_activity {
    ($seek:literal, $order:literal) => {
        concat!(
            everybody!(concat!(", ", last_active!("m.user_id", "m.id", "m.joined_at")), ", n.ended_at as last_active"),
            "where (coalesce(last_active, $10), id) ",
            $seek,
            " ($7, $8) ",
            "order by coalesce(last_active, $10) ",
            $order,
            ", id ",
            $order,
            " limit $9"
        )
    };
}

macro_rules! by_name {
    ($seek:literal, $order:literal) => {
        by_text!("u.last_name || '\t' || u.first_name", "cast(null as text)", $seek, $order)
    };
}

macro_rules! by_inviter {
    ($seek:literal, $order:literal) => {
        by_text!(inviter_name!(), inviter_name!(), $seek, $order)
    };
}

macro_rules! by_status {
    ($seek:literal, $order:literal) => {
        by_text!("m.status", invitation_status!(), $seek, $order)
    };
}

statements! {
    NAME_UP = by_name!(">", "asc");
    NAME_DOWN = by_name!("<", "desc");
    INVITER_UP = by_inviter!(">", "asc");
    INVITER_DOWN = by_inviter!("<", "desc");
    STATUS_UP = by_status!(">", "asc");
    STATUS_DOWN = by_status!("<", "desc");
    JOINED_UP = by_joining!(">", "asc");
    JOINED_DOWN = by_joining!("<", "desc");
    ACTIVE_UP = by_activity!(">", "asc");
    ACTIVE_DOWN = by_activity!("<", "desc");
}

/// Before every time there is.
const EARLIEST: Timestamp = Timestamp::from_micros(0);
/// After every text in byte order, on both databases.
const LAST: &str = "\u{10FFFF}";

/// None for the order that an index has.
const fn statement(sort: Sort, falls: bool) -> Option<&'static str> {
    let (up, down) = match sort {
        Sort::Email => return None,
        Sort::Name => (NAME_UP, NAME_DOWN),
        Sort::InvitedBy => (INVITER_UP, INVITER_DOWN),
        Sort::Status => (STATUS_UP, STATUS_DOWN),
        Sort::Joined => (JOINED_UP, JOINED_DOWN),
        Sort::LastActive => (ACTIVE_UP, ACTIVE_DOWN),
    };
    Some(if falls { down } else { up })
}

/// Reads up to `limit` rows in the direction of the page: in any order, that of addresses too.
pub async fn page(c: &mut Connection, organization: OrganizationId, page: &Page<'_>) -> Result<Vec<Row>, Error> {
    let Some(statement) = statement(page.sort, page.falls()) else {
        return roster::page(c, organization, page).await;
    };
    let Filter { show, role, namespace, search, now } = page.filter;
    let (like, limit, organization, show) =
        (pattern(search), i64::from(page.limit), organization.uuid(), show.as_str());
    let (role, namespace) = (role.map_or("", Role::as_str), namespace.map(NamespaceId::uuid));
    // Where nothing is before the page, it begins before everything, or after everything.
    let first = if page.falls() { Uuid::max() } else { Uuid::nil() };
    let id = page.after.map_or(first, |(_, id)| id);
    if matches!(page.sort, Sort::Joined | Sort::LastActive) {
        let unknown = if page.descending { EARLIEST } else { Timestamp::LATEST };
        let key = match page.after {
            Some((Key::Time(at), _)) => at.unwrap_or(unknown),
            _ if page.falls() => Timestamp::LATEST,
            _ => EARLIEST,
        };
        let (key, now, unknown) = (At(key), At(now), At(unknown));
        return all!(c, statement, organization, like.as_str(), role, namespace, now, show, key, id, limit, unknown);
    }
    let unknown = if page.descending { "" } else { LAST };
    let key = match page.after {
        Some((Key::Text(key), _)) => key,
        // Longer than any key: one of somebody unknown begins with the same.
        _ if page.falls() => "\u{10FFFF}\u{10FFFF}",
        _ => "",
    };
    all!(c, statement, organization, like.as_str(), role, namespace, At(now), show, key, id, limit, unknown)
}
