//! Keeps mails for the tests that read them.

use crate::{Rendered, SendError};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A mail that a [`crate::Mailer::memory`] took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMail {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// As in the header: `<id@host>`.
    pub message_id: String,
}

#[derive(Default)]
pub(crate) struct Memory(Mutex<State>);

#[derive(Default)]
struct State {
    sent: Vec<SentMail>,
    failures: VecDeque<SendError>,
}

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keep(&self, to: &str, message_id: String, mail: Rendered) -> Result<(), SendError> {
        let mut state = self.state();
        if let Some(failure) = state.failures.pop_front() {
            return Err(failure);
        }
        let Rendered { subject, text, html } = mail;
        state.sent.push(SentMail { to: to.to_owned(), subject, text, html, message_id });
        Ok(())
    }

    pub(crate) fn sent(&self) -> Vec<SentMail> {
        self.state().sent.clone()
    }

    pub(crate) fn fail_next(&self, failure: SendError) {
        self.state().failures.push_back(failure);
    }
}
