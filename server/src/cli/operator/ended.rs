//! How a command of the operator's ends when it did not do what it was asked: a status for scripts, a sentence for people.

use app::error::ApiError;
use std::process::ExitCode;

/// What scripts go by. The help of `bailiwick operator` lists these numbers, so they stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// The database, the network, or a defect of ours: the same command may do later.
    Trouble = 1,
    /// As clap ends when an argument is wrong.
    Usage = 2,
    /// The rules say no.
    Refused = 3,
    NotFound = 4,
    NotConfirmed = 5,
}

#[derive(Debug)]
pub(super) struct Ended {
    exit: Exit,
    // Boxed: every step of a command can end so, and few do.
    error: Box<ApiError>,
}

impl Ended {
    pub(super) fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Self { exit, error: Box::new(ApiError::new(code, message)) }
    }

    pub(super) fn trouble(message: impl Into<String>) -> Self {
        Self::new(Exit::Trouble, "trouble", message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, "not_found", message)
    }

    /// An error of the API with the status it has there: a newer server's codes have a status too.
    pub(super) fn of(status: u16, error: ApiError) -> Self {
        let exit = match (status, error.code.as_str()) {
            (404, _) | (_, "unknown_namespace") => Exit::NotFound,
            (429 | 500.., _) => Exit::Trouble,
            _ => Exit::Refused,
        };
        Self { exit, error: Box::new(error) }
    }

    pub(super) fn is_not_found(&self) -> bool {
        self.exit == Exit::NotFound
    }

    pub(super) fn code(&self) -> &str {
        &self.error.code
    }

    /// The same end, told in the words of whoever knows what was looked for.
    pub(super) fn saying(mut self, message: impl Into<String>) -> Self {
        self.error.message = message.into();
        self
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit as u8)
    }

    pub(super) fn words(&self) -> String {
        format!("bailiwick: {} ({})", self.error.message, self.error.code)
    }

    /// As the API would say it, on one line.
    pub(super) fn json(&self) -> String {
        serde_json::to_string(&self.error).unwrap_or_else(|_| self.words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Refusal;

    fn exit(refusal: Refusal) -> Exit {
        let error = ApiError::from(refusal);
        Ended::of(error.status(), error).exit
    }

    #[test]
    fn scripts_can_tell_apart_what_is_refused_what_is_absent_and_what_may_do_later() {
        assert_eq!(exit(Refusal::StillActive), Exit::Refused);
        assert_eq!(exit(Refusal::OperatorOnly), Exit::Refused);
        assert_eq!(exit(Refusal::NotFound), Exit::NotFound);
        assert_eq!(exit(Refusal::UnknownNamespace { name: "dev".into() }), Exit::NotFound);
        assert_eq!(Ended::of(503, ApiError::unavailable()).exit, Exit::Trouble);
        assert_eq!(Ended::of(500, ApiError::internal()).exit, Exit::Trouble);
        assert_eq!(Ended::of(409, ApiError::new("of_a_newer_server", "No.")).exit, Exit::Refused);
    }

    #[test]
    fn the_numbers_are_those_of_the_help() {
        let numbers = [Exit::Trouble, Exit::Usage, Exit::Refused, Exit::NotFound, Exit::NotConfirmed];
        assert_eq!(numbers.map(|exit| exit as u8), [1, 2, 3, 4, 5]);
    }
}
