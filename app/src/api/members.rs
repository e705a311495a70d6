//! The Users table: members and invitees.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use domain::{membership::Role, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowStatus {
    InviteSent,
    InviteExpired,
    Active,
    Deactivated,
}

impl RowStatus {
    /// As the page says it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::InviteSent => "invite sent",
            Self::InviteExpired => "invite expired",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
        }
    }

    pub const fn is_invitation(self) -> bool {
        matches!(self, Self::InviteSent | Self::InviteExpired)
    }
}

/// A row: a member, or an invitee without names yet. Unknown values are null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// A member's id; an invitation's for an invitee.
    pub id: String,
    pub email: String,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub two_factor: Option<bool>,
    pub invited_by: Option<String>,
    pub status: RowStatus,
    pub role: Role,
    pub founder: bool,
    pub version: i64,
    /// Why this active member can't be deactivated by the asker; null when they can.
    pub keeps: Option<String>,
    /// When the cluster had let go of a deactivated member; null while it has not, or without a cluster.
    pub withdrawn_at: Option<Timestamp>,
    /// An invitation's end of life.
    pub expires_at: Option<Timestamp>,
    /// Set while an invitation's mail has not gone out: `pending`, or what the mail server said.
    pub mail: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    pub members: Vec<Member>,
    pub total: u64,
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneMember {
    pub member: Member,
}

#[cfg(feature = "ssr")]
mod rows {
    use super::{Member, RowStatus};
    use domain::{
        membership::{Membership, Role, Status},
        time::Timestamp,
    };
    use usecases::members::Row;

    pub(crate) fn of_page(page: &usecases::members::Page, now: Timestamp) -> Vec<Member> {
        page.rows.iter().map(|row| of_row(row, page, now)).collect()
    }

    fn of_row(row: &Row, page: &usecases::members::Page, now: Timestamp) -> Member {
        let role = Role::try_from(row.role.clone()).unwrap_or(Role::Member);
        if row.kind == "invitation" {
            let status = if now >= row.at { RowStatus::InviteExpired } else { RowStatus::InviteSent };
            let mail = (row.mail_attempts >= 0).then(|| row.mail_error.clone().unwrap_or_else(|| "pending".to_owned()));
            return Member {
                id: row.id.to_string(),
                email: row.email.clone(),
                first_name: None,
                last_name: None,
                two_factor: None,
                invited_by: row.invited_by.clone(),
                status,
                role,
                founder: false,
                version: row.version,
                keeps: None,
                withdrawn_at: None,
                expires_at: Some(row.at),
                mail,
            };
        }
        let status = Status::try_from(row.status.clone()).unwrap_or(Status::Deactivated);
        let founder = row.person == page.organization.founder.uuid();
        let membership = Membership {
            id: row.id.into(),
            organization: page.organization.id,
            user: row.person.into(),
            role,
            status,
            founder,
        };
        let keeps = match membership.may_be_deactivated(page.own.map(|own| own.user), page.active_admins) {
            Err(refusal) if status == Status::Active => Some(crate::words::refusal(&refusal)),
            _ => None,
        };
        Member {
            id: row.id.to_string(),
            email: row.email.clone(),
            first_name: Some(row.first_name.clone()),
            last_name: Some(row.last_name.clone()),
            two_factor: Some(false),
            invited_by: row.invited_by.clone(),
            status: if membership.is_active() { RowStatus::Active } else { RowStatus::Deactivated },
            role,
            founder,
            version: row.version,
            keeps,
            withdrawn_at: if membership.is_active() { None } else { row.withdrawn_at() },
            expires_at: None,
            mail: None,
        }
    }

    pub(super) fn of_member(member: usecases::members::Stored) -> Member {
        Member {
            id: member.id.to_string(),
            email: member.email.to_string(),
            first_name: Some(member.first_name.to_string()),
            last_name: Some(member.last_name.to_string()),
            two_factor: Some(false),
            invited_by: member.invited_by,
            status: if member.status == Status::Active { RowStatus::Active } else { RowStatus::Deactivated },
            role: member.role,
            founder: false,
            version: member.version,
            keeps: None,
            withdrawn_at: None,
            expires_at: None,
            mail: None,
        }
    }
}

#[cfg(feature = "ssr")]
pub(crate) use rows::of_page;

/// Reads `status` and `sort` as the API spells them.
///
/// # Errors
/// A word that is none of them: 422, naming the field.
#[cfg(feature = "ssr")]
pub(crate) fn query(
    search: Option<String>,
    status: Option<&str>,
    sort: Option<&str>,
    cursor: Option<String>,
    limit: Option<u32>,
) -> Result<usecases::members::Query, ApiError> {
    use domain::{Refusal, text::Problem};
    use usecases::members::Show;
    let show = match status.unwrap_or("") {
        "" | "all" => None,
        "active" => Some(Show::Active),
        "deactivated" => Some(Show::Deactivated),
        "invited" => Some(Show::Invited),
        "invite_sent" => Some(Show::InviteSent),
        "invite_expired" => Some(Show::InviteExpired),
        _ => return Err(Refusal::BadField { field: "status", problem: Problem::Unknown }.into()),
    };
    let descending = match sort.unwrap_or("") {
        "" | "email" => false,
        "-email" => true,
        _ => return Err(Refusal::BadField { field: "sort", problem: Problem::Unknown }.into()),
    };
    let cursor = cursor.filter(|cursor| !cursor.is_empty());
    Ok(usecases::members::Query {
        search: search.unwrap_or_default(),
        show,
        descending,
        cursor,
        backwards: false,
        limit,
    })
}

/// One page of the table, invitees included.
#[server(name = ListCall, prefix = "/api/v1", endpoint = "members/list", input = server_fn::codec::GetUrl)]
pub async fn list(
    organization: String,
    search: Option<String>,
    status: Option<String>,
    sort: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
) -> Result<Members, ApiError> {
    let query = query(search, status.as_deref(), sort.as_deref(), cursor, limit)?;
    let context = context()?;
    let page = usecases::members::list(&context, &organization, &query).await?;
    Ok(Members { members: rows::of_page(&page, context.now()), total: page.total, next: page.next })
}

/// Switches a member off; every session of theirs ends, and so does each token in `remove_tokens`, all of which they made.
#[server(name = DeactivateCall, prefix = "/api/v1", endpoint = "members/deactivate")]
pub async fn deactivate(
    organization: String,
    member: String,
    #[server(default)] remove_tokens: Vec<String>,
) -> Result<OneMember, ApiError> {
    let done = usecases::members::deactivate(&context()?, &organization, &member, &remove_tokens).await?;
    let email = &done.member.email;
    let tokens = match done.removed_tokens {
        0 => String::new(),
        n => format!(" {} removed.", crate::words::count(n, "token of theirs is", "tokens of theirs are")),
    };
    exchange::notice(format!("{email} is deactivated, and every session of theirs has ended.{tokens}"));
    Ok(OneMember { member: rows::of_member(done.member) })
}

/// Switches a member on again, with the namespaces they had.
#[server(name = ReactivateCall, prefix = "/api/v1", endpoint = "members/reactivate")]
pub async fn reactivate(organization: String, member: String) -> Result<OneMember, ApiError> {
    let member = usecases::members::reactivate(&context()?, &organization, &member).await?;
    exchange::notice(format!("{} is active again, with the namespaces they had.", member.email));
    Ok(OneMember { member: rows::of_member(member) })
}
