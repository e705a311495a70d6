//! The question before the operator is asked: what is asked for as a sentence, what it would bring, and what has to be filled in.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub title: String,
    /// One paragraph below the title; empty for none.
    pub lead: String,
    /// What will happen, line by line.
    pub consequences: Vec<String>,
    /// The fields of the request that are known already.
    pub given: Vec<(String, String)>,
    pub inputs: Vec<Input>,
}

/// A field of the request that the person fills in. Options are values with their words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    Reason {
        first: bool,
    },
    Lasts,
    Limit {
        label: String,
        value: i64,
    },
    /// A namespace that is in the cluster already.
    Name,
    Member {
        options: Vec<(String, String)>,
        hint: String,
    },
    Namespace {
        options: Vec<(String, String)>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaybeQuestion {
    /// Null where what it speaks of is not there, or can't be asked.
    pub question: Option<Question>,
}

/// What the question is about, as an address has it: empty texts for what it does not say.
#[cfg(feature = "ssr")]
pub(super) struct About {
    pub(super) kind: String,
    pub(super) member: String,
    pub(super) token: String,
    pub(super) namespace: String,
    pub(super) permission: String,
}
