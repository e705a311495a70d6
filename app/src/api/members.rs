//! The Users table: members and invitees.
#![allow(
    clippy::too_many_arguments,
    reason = "a table has as many parameters as it has filters, and the macro copies them"
)]

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use super::requests::Waiting;
use crate::api::client::Browser;
use domain::{
    membership::Role,
    text::{EmailAddress, NamespaceName, OrganizationName},
    time::Timestamp,
};
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
    /// When a member joined, or when an invitation was last sent; null in the answer of a write.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// When a member last used the console, or the cluster by a login of their own, for an admin; null where nobody knows.
    #[serde(default)]
    pub last_active: Option<Timestamp>,
    /// Set while an invitation's mail has not gone out: `pending`, or what the mail server said.
    pub mail: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    pub members: Vec<Member>,
    pub total: u64,
    pub next: Option<String>,
}

/// How many there are of each kind, whatever is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub active: i64,
    pub invited: i64,
    pub deactivated: i64,
}

/// All that the page of an organization's people shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub name: OrganizationName,
    /// Whether the asker may change anything here.
    pub admin: bool,
    /// The asker's own membership.
    pub own: Option<String>,
    pub counts: Counts,
    pub members: Vec<Member>,
    pub total: u64,
    pub next: Option<String>,
    /// The cursor of the page before, to be asked for with `to=previous`.
    pub previous: Option<String>,
    /// What waits for the operator, for an admin.
    pub waiting: Vec<Waiting>,
    /// Where the asker may work, which is also what somebody gets whom they invite.
    pub namespaces: Vec<NamespaceName>,
    /// Those that `namespace` can name: all, for whoever may see who has which.
    #[serde(default)]
    pub all_namespaces: Vec<NamespaceName>,
    /// Active admins, the first five by address; none for a token.
    #[serde(default)]
    pub admins: Vec<EmailAddress>,
    /// What lets a machine of the asker into the cluster, where one is connected.
    #[serde(default)]
    pub command: Option<String>,
    /// Whether a controller keeps a cluster as this page says.
    pub enforced: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneMember {
    pub member: Member,
}

#[cfg(feature = "ssr")]
pub(super) use rows::of_page;

#[cfg(feature = "ssr")]
mod rows {
    use super::{Member, RowStatus};
    use domain::{
        membership::{Membership, Role, Status},
        time::Timestamp,
    };
    use usecases::members::Row;

    pub(in crate::api) fn of_page(page: &usecases::members::Page, now: Timestamp) -> Vec<Member> {
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
                since: Some(row.since),
                last_active: None,
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
            since: Some(row.since),
            last_active: row.last_active(),
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
            since: None,
            last_active: None,
            mail: None,
        }
    }
}

/// The words of a call that say which rows it wants.
#[cfg(feature = "ssr")]
struct Asked {
    search: Option<String>,
    status: Option<String>,
    role: Option<String>,
    namespace: Option<String>,
    sort: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

#[cfg(feature = "ssr")]
impl Asked {
    /// Reads `status`, `role` and `sort` as the API spells them.
    ///
    /// # Errors
    /// A word that is none of them: 422, naming the field.
    fn query(self) -> Result<usecases::members::Query, ApiError> {
        use domain::{Refusal, text::Problem};
        use usecases::members::{Show, Sort};
        let unknown = |field| Refusal::BadField { field, problem: Problem::Unknown };
        let show = match self.status.as_deref().unwrap_or("") {
            "" | "all" => None,
            "active" => Some(Show::Active),
            "deactivated" => Some(Show::Deactivated),
            "invited" => Some(Show::Invited),
            "invite_sent" => Some(Show::InviteSent),
            "invite_expired" => Some(Show::InviteExpired),
            _ => return Err(unknown("status").into()),
        };
        let role = self.role.filter(|role| !role.is_empty()).map(Role::try_from).transpose();
        let role = role.map_err(|_| unknown("role"))?;
        let sort = self.sort.unwrap_or_default();
        let (descending, sort) = sort.strip_prefix('-').map_or((false, sort.as_str()), |sort| (true, sort));
        let sort = match sort {
            "" if !descending => Sort::Email,
            "email" => Sort::Email,
            "name" => Sort::Name,
            "invited_by" => Sort::InvitedBy,
            "status" => Sort::Status,
            "joined" => Sort::Joined,
            "last_active" => Sort::LastActive,
            _ => return Err(unknown("sort").into()),
        };
        Ok(usecases::members::Query {
            search: self.search.unwrap_or_default(),
            show,
            role,
            namespace: self.namespace,
            sort,
            descending,
            cursor: self.cursor.filter(|cursor| !cursor.is_empty()),
            backwards: false,
            limit: self.limit,
        })
    }
}

/// One page of the table, invitees included, for everybody in the organization.
///
/// * `search`: in addresses and names.
/// * `status`: `active`, `deactivated`, `invited` (that is `invite_sent` or `invite_expired`).
/// * `role`: `admin` or `member`; an invitee counts as a member.
/// * `namespace`: members with a grant in it, by its full name or the organization's own part; for admins.
/// * `sort`: `email`, `name` (the last, then the first), `invited_by`, `status`, `joined` (for an invitee: sent), and for admins
///   `last_active`; with `-` before it the other way round. What is unknown stands last in both directions.
/// * `cursor`: the `next` of a page with the same `sort`. `limit`: 50, and at most 200.
///
/// # Errors
/// 422 `bad_field`, naming the field, for a word that is none of these; 403 `admins_only`.
#[server(name = ListCall, prefix = "/api/v1", endpoint = "members/list", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn list(
    organization: String,
    search: Option<String>,
    status: Option<String>,
    sort: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
    role: Option<String>,
    namespace: Option<String>,
) -> Result<Members, ApiError> {
    let query = Asked { search, status, role, namespace, sort, cursor, limit }.query()?;
    let context = context()?;
    let page = usecases::members::list(&context, &organization, &query).await?;
    Ok(Members { members: rows::of_page(&page, context.now()), total: page.total, next: page.next })
}

/// As `list`, with all else that the page shows. `to` is `previous` for the page before the cursor.
#[server(name = PageCall, prefix = "/api/v1", endpoint = "members/page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn page(
    organization: String,
    search: Option<String>,
    status: Option<String>,
    sort: Option<String>,
    cursor: Option<String>,
    to: Option<String>,
    role: Option<String>,
    namespace: Option<String>,
    limit: Option<u32>,
) -> Result<Page, ApiError> {
    let query = Asked { search, status, role, namespace, sort, cursor, limit }.query()?;
    let query = usecases::members::Query { backwards: to.as_deref() == Some("previous"), ..query };
    let context = context()?;
    let page = usecases::members::list(&context, &organization, &query).await?;
    let admin = page.own.is_some_and(|own| own.is_active_admin());
    let guide = match page.own {
        Some(_) => usecases::guide::read(&context, &organization).await?,
        None if page.sees_grants => {
            let all = usecases::namespaces::all_names(&context, &organization).await?;
            usecases::guide::Guide { all, ..Default::default() }
        }
        None => usecases::guide::Guide::default(),
    };
    let settings = context.settings();
    Ok(Page {
        members: rows::of_page(&page, context.now()),
        all_namespaces: if page.sees_grants { guide.all } else { Vec::new() },
        admins: guide.admins,
        command: super::logins::command(settings),
        waiting: Waiting::load(&context, &organization).await?,
        name: page.organization.name,
        admin,
        own: page.own.map(|own| own.id.to_string()),
        counts: Counts {
            active: page.organization.members_active,
            invited: page.organization.invitations_pending,
            deactivated: page.organization.members_deactivated,
        },
        total: page.total,
        next: page.next,
        previous: page.previous,
        namespaces: guide.own,
        enforced: settings.enforced,
    })
}

/// Switches a member off; every session of theirs ends, and so does each token in `remove_tokens`, all of which they made.
#[server(name = DeactivateCall, prefix = "/api/v1", endpoint = "members/deactivate", client = Browser)]
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
#[server(name = ReactivateCall, prefix = "/api/v1", endpoint = "members/reactivate", client = Browser)]
pub async fn reactivate(organization: String, member: String) -> Result<OneMember, ApiError> {
    let member = usecases::members::reactivate(&context()?, &organization, &member).await?;
    exchange::notice(format!("{} is active again, with the namespaces they had.", member.email));
    Ok(OneMember { member: rows::of_member(member) })
}

/// Ends every session of a member, on every device, and every login of their machines in this organization. They stay a
/// member, and sign in again. For admins; no token may.
///
/// # Errors
/// 403 `admins_only`; 404 `not_found` for whoever is no member here.
#[server(name = EndSessionsCall, prefix = "/api/v1", endpoint = "members/end-sessions", client = Browser)]
pub async fn end_sessions(organization: String, member: String) -> Result<OneMember, ApiError> {
    let member = usecases::members::end_sessions(&context()?, &organization, &member).await?;
    exchange::notice(format!("{} is signed out on every device.", member.email));
    Ok(OneMember { member: rows::of_member(member) })
}
