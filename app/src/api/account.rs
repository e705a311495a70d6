//! A person's own account.

#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use super::{
    ApiError,
    logins::OwnLogin,
    sessions::{Done, OwnOrganization, UserFacts},
};
use crate::api::client::Browser;
use domain::{id::SessionId, text::OrganizationName, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSession {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    /// The session that asks.
    pub current: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    pub sessions: Vec<OwnSession>,
}

/// One line of a person's own log; `code` is what `words::account_event` knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub at: Timestamp,
    pub code: String,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    /// How often since the line before about the same: failed sign-ins of a minute are one line.
    pub times: u64,
}

/// All that a person's own page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub user: UserFacts,
    pub organizations: Vec<OwnOrganization>,
    /// Those that the operator has suspended.
    pub suspended: Vec<OrganizationName>,
    /// The one that asks first, then the latest used.
    pub sessions: Vec<OwnSession>,
    pub logins: Vec<OwnLogin>,
    /// What is run on a machine to let it into the cluster; null without one.
    pub command: Option<String>,
    /// What happened to the account lately, the newest first.
    pub recent: Vec<Event>,
}

#[cfg(feature = "ssr")]
impl OwnSession {
    async fn load(context: &usecases::Context) -> Result<Vec<Self>, ApiError> {
        let (own, current) = usecases::sessions::list(context).await?;
        let own = own.into_iter().map(|session| Self {
            id: session.id,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            ip: session.ip,
            user_agent: session.user_agent,
            current: session.id == current,
        });
        Ok(own.collect())
    }
}

/// The asker's own page.
#[server(name = PageCall, prefix = "/api/v1", endpoint = "account/page", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn page() -> Result<Page, ApiError> {
    let context = context()?;
    let (person, organizations) = usecases::sessions::current(&context).await?;
    let suspended = usecases::sessions::suspended(&context).await?;
    let mut sessions = OwnSession::load(&context).await?;
    // This one first: it is what the others are compared with.
    sessions.sort_by_key(|session| !session.current);
    let logins = usecases::logins::list(&context).await?;
    let recent = usecases::account::recent(&context).await?.into_iter().map(|entry| Event {
        at: entry.at,
        code: entry.code,
        ip: entry.ip,
        user_agent: entry.user_agent,
        times: entry.times.unsigned_abs(),
    });
    let settings = context.settings();
    Ok(Page {
        user: person.into(),
        organizations: organizations.into_iter().map(OwnOrganization::from).collect(),
        suspended: suspended.into_iter().map(|own| own.name).collect(),
        sessions,
        logins: logins.into_iter().map(OwnLogin::from).collect(),
        command: super::logins::command(settings),
        recent: recent.collect(),
    })
}

#[server(name = RenameCall, prefix = "/api/v1", endpoint = "account/rename", client = Browser)]
pub async fn rename(first_name: String, last_name: String) -> Result<Done, ApiError> {
    usecases::account::rename(&context()?, &first_name, &last_name).await?;
    exchange::notice("Your names are saved.");
    Ok(Done {})
}

/// Changes the password; every other session of this person ends. The session's cookie is a new one.
#[server(name = ChangePasswordCall, prefix = "/api/v1", endpoint = "account/change-password", client = Browser)]
pub async fn change_password(current_password: String, password: String) -> Result<Done, ApiError> {
    let cookie = usecases::account::change_password(&context()?, &current_password, &password).await?;
    exchange::sign_in_with(&cookie);
    exchange::notice("Your password is changed. Every other session of yours has ended.");
    Ok(Done {})
}

/// Proves the password again, for what needs a sign-in of the last ten minutes. The session's cookie is a new one.
#[server(name = ConfirmPasswordCall, prefix = "/api/v1", endpoint = "account/confirm-password", client = Browser)]
pub async fn confirm_password(current_password: String) -> Result<Done, ApiError> {
    let cookie = usecases::account::confirm(&context()?, &current_password).await?;
    exchange::sign_in_with(&cookie);
    Ok(Done {})
}

#[server(name = SessionsCall, prefix = "/api/v1", endpoint = "account/sessions", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn sessions() -> Result<Sessions, ApiError> {
    Ok(Sessions { sessions: OwnSession::load(&context()?).await? })
}

#[server(name = EndSessionCall, prefix = "/api/v1", endpoint = "account/end-session", client = Browser)]
pub async fn end_session(session: String) -> Result<Done, ApiError> {
    usecases::sessions::end(&context()?, &session).await?;
    exchange::notice("That session has ended.");
    Ok(Done {})
}

#[server(name = EndOtherSessionsCall, prefix = "/api/v1", endpoint = "account/end-other-sessions", client = Browser)]
pub async fn end_other_sessions() -> Result<Done, ApiError> {
    let ended = usecases::sessions::end_others(&context()?).await?;
    exchange::notice(match ended {
        0 => "There was no other session.".to_owned(),
        n => format!("{} ended.", crate::words::count(n, "other session has", "other sessions have")),
    });
    Ok(Done {})
}
