//! A person's own account.

#[cfg(feature = "ssr")]
use super::exchange::{self, context};
use super::{ApiError, sessions::Done};
use domain::{id::SessionId, time::Timestamp};
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

#[server(name = RenameCall, prefix = "/api/v1", endpoint = "account/rename")]
pub async fn rename(first_name: String, last_name: String) -> Result<Done, ApiError> {
    usecases::account::rename(&context()?, &first_name, &last_name).await?;
    exchange::notice("Your names are saved.");
    Ok(Done {})
}

/// Changes the password; every other session of this person ends.
#[server(name = ChangePasswordCall, prefix = "/api/v1", endpoint = "account/change-password")]
pub async fn change_password(current_password: String, password: String) -> Result<Done, ApiError> {
    usecases::account::change_password(&context()?, &current_password, &password).await?;
    exchange::notice("Your password is changed. Every other session of yours has ended.");
    Ok(Done {})
}

/// Proves the password again, for what needs a sign-in of the last ten minutes. The session's cookie is a new one.
#[server(name = ConfirmPasswordCall, prefix = "/api/v1", endpoint = "account/confirm-password")]
pub async fn confirm_password(current_password: String) -> Result<Done, ApiError> {
    let cookie = usecases::account::confirm(&context()?, &current_password).await?;
    exchange::sign_in_with(&cookie);
    Ok(Done {})
}

#[server(name = SessionsCall, prefix = "/api/v1", endpoint = "account/sessions", input = server_fn::codec::GetUrl)]
pub async fn sessions() -> Result<Sessions, ApiError> {
    let (own, current) = usecases::sessions::list(&context()?).await?;
    let sessions = own
        .into_iter()
        .map(|session| OwnSession {
            id: session.id,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            ip: session.ip,
            user_agent: session.user_agent,
            current: session.id == current,
        })
        .collect();
    Ok(Sessions { sessions })
}

#[server(name = EndSessionCall, prefix = "/api/v1", endpoint = "account/end-session")]
pub async fn end_session(session: String) -> Result<Done, ApiError> {
    usecases::sessions::end(&context()?, &session).await?;
    exchange::notice("That session has ended.");
    Ok(Done {})
}

#[server(name = EndOtherSessionsCall, prefix = "/api/v1", endpoint = "account/end-other-sessions")]
pub async fn end_other_sessions() -> Result<Done, ApiError> {
    let ended = usecases::sessions::end_others(&context()?).await?;
    exchange::notice(match ended {
        0 => "There was no other session.".to_owned(),
        n => format!("{} ended.", crate::words::count(n, "other session has", "other sessions have")),
    });
    Ok(Done {})
}
