//! A person's own account: what happens to it, apart from any organization.

use serde::{Deserialize, Serialize};

/// What happened to an account. Shown to its owner at `/account`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountEvent {
    Created,
    SignedIn,
    SignedOut,
    /// A wrong password was given, at whichever door.
    SignInFailed,
    SignUpRequested,
    NamesChanged,
    PasswordChanged,
    /// Stored with stronger parameters at a sign-in; the password is the same.
    PasswordRehashed,
    PasswordResetRequested,
    PasswordReset,
    SessionsEnded,
    /// The password was given once more, for something that needs a fresh sign-in.
    Confirmed,
    /// A machine asked to be let into the cluster; whose it is, nobody knows yet.
    LoginRequested,
    LoginApproved,
    LoginDenied,
    /// The machine that was let in took its login.
    LoginClaimed,
    LoginEnded,
}

impl AccountEvent {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::SignInFailed => "sign_in_failed",
            Self::SignUpRequested => "sign_up_requested",
            Self::NamesChanged => "names_changed",
            Self::PasswordChanged => "password_changed",
            Self::PasswordRehashed => "password_rehashed",
            Self::PasswordResetRequested => "password_reset_requested",
            Self::PasswordReset => "password_reset",
            Self::SessionsEnded => "sessions_ended",
            Self::Confirmed => "confirmed",
            Self::LoginRequested => "login_requested",
            Self::LoginApproved => "login_approved",
            Self::LoginDenied => "login_denied",
            Self::LoginClaimed => "login_claimed",
            Self::LoginEnded => "login_ended",
        }
    }
}
