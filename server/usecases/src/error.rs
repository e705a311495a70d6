use domain::{Refusal, text::NamespaceName};

/// How a use case can end without doing what was asked.
#[derive(Debug)]
pub enum Error {
    /// The rules say no.
    Refused(Refusal),
    /// Somebody saved this member's grants meanwhile; here is what is there now.
    Stale(Present),
    /// The database can't be used now; nothing was changed. Worth trying again.
    Unavailable(String),
    /// Too many passwords are being checked; nothing was changed. Worth trying again.
    Busy,
    /// Another transaction was in the way; nothing was changed. The same again will do.
    Contended(String),
    /// A defect of ours. The text is for the log alone.
    Broken(String),
}

/// What stands there at this moment, for a person to compare with what they meant to save.
#[derive(Debug, Clone)]
pub struct Present {
    pub namespaces: Vec<NamespaceName>,
    pub version: i64,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<storage::Error> for Error {
    fn from(error: storage::Error) -> Self {
        match error {
            storage::Error::Unavailable(why) => Self::Unavailable(why),
            storage::Error::Contended(why) => Self::Contended(why),
            storage::Error::Conflict | storage::Error::Broken(_) => Self::Broken(error.to_string()),
        }
    }
}
