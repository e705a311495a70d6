//! The mails there are, and the facts each needs. Links are complete URLs, made by the caller from the configured
//! base URL; names are as the domain parsed them.

use crate::{AccessChange, Rendered, SendError};
use domain::{request::How, time::Timestamp};

/// One variant per mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mail {
    Invitation(Invitation),
    Verification(Verification),
    AccountExists(AccountExists),
    PasswordReset(PasswordReset),
    PasswordChanged(PasswordChanged),
    AccessChanged(AccessChanged),
    TokensExpire(TokensExpire),
    RequestFiled(RequestFiled),
    RequestDecided(RequestDecided),
    StandingChanged(StandingChanged),
}

/// An offer of membership. Opening the link changes nothing; the page has a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub organization: String,
    /// Who invites, as a sentence begins: the name or address of an admin, or a phrase such as
    /// `The API token “ci-deploy”`.
    pub invited_by: String,
    /// Names of the namespaces that the invited person will be able to work in; may be empty.
    pub namespaces: Vec<String>,
    pub link: String,
    pub expires_at: Timestamp,
}

/// Asks whoever signed up to prove the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    pub first_name: String,
    pub organization: String,
    pub link: String,
    pub expires_at: Timestamp,
}

/// Somebody signed up with an address that has an account. Carries no name: it says what everybody's would say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountExists {
    pub sign_in_link: String,
    /// The page that asks for a reset; no secret.
    pub reset_link: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordReset {
    pub first_name: String,
    pub link: String,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordChanged {
    pub first_name: String,
    /// The page that asks for a reset; no secret.
    pub reset_link: String,
}

/// An admin changed what a member may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessChanged {
    pub first_name: String,
    pub organization: String,
    pub change: AccessChange,
    /// The organization's page. Left out of the mail to a deactivated member, who can't open it.
    pub link: String,
}

/// API access tokens that end within days. Goes to an admin of their organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokensExpire {
    pub first_name: String,
    pub organization: String,
    /// At least one; listed in this order.
    pub tokens: Vec<ExpiringToken>,
    /// The API access page.
    pub link: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiringToken {
    /// The mask, `bwk_4mQ8…oCi9`, never the secret.
    pub token: String,
    /// Empty when unnamed.
    pub name: String,
    pub expires_at: Timestamp,
}

/// An admin asks the operator for something. Goes to every operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFiled {
    pub first_name: String,
    pub organization: String,
    /// The address of the admin.
    pub asked_by: String,
    /// What is asked for, as an order: `make bo@example.org an admin`.
    pub wish: String,
    pub reason: String,
    /// The operator's page.
    pub link: String,
}

/// The operator has decided. Goes to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestDecided {
    pub first_name: String,
    pub organization: String,
    pub wish: String,
    pub how: How,
    /// Empty where the operator wrote none.
    pub note: String,
    /// The organization's settings page.
    pub link: String,
}

/// The operator closed an organization, or opened it again. Goes to its admins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingChanged {
    pub first_name: String,
    pub organization: String,
    pub suspended: bool,
    /// The organization's page. Left out where it can't be opened.
    pub link: String,
}

impl Mail {
    /// The stable name of this kind of mail, for logs and counters; the same as the outbox's.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Invitation(_) => "invitation",
            Self::Verification(_) => "verification",
            Self::AccountExists(_) => "account_exists",
            Self::PasswordReset(_) => "password_reset",
            Self::PasswordChanged(_) => "password_changed",
            Self::AccessChanged(_) => "access_changed",
            Self::TokensExpire(_) => "tokens_expire",
            Self::RequestFiled(_) => "request_filed",
            Self::RequestDecided(_) => "request_decided",
            Self::StandingChanged(_) => "standing_changed",
        }
    }

    /// Subject and both bodies, as [`crate::Mailer::send`] would send them.
    ///
    /// # Errors
    /// Permanent, if a template fails: never, as long as values can be printed.
    pub fn render(&self) -> Result<Rendered, SendError> {
        crate::words::draft(self).render()
    }
}
