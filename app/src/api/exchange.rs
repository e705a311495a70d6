//! What a server function knows of the request it answers, and what it says beside its JSON.

use super::tokens::{Created, Kubeconfig};
use crate::error::ApiError;
use std::sync::{Arc, Mutex, PoisonError};
use usecases::{Context, sessions::Cookie};

tokio::task_local! {
    static EXCHANGE: Exchange;
}

/// One request and the answer's headers-to-be.
#[derive(Clone)]
pub struct Exchange {
    pub context: Context,
    answer: Arc<Mutex<Answer>>,
}

/// What goes out beside the JSON.
#[derive(Default)]
pub struct Answer {
    pub cookie: Option<CookieChange>,
    /// Where a browser goes next: a path of ours.
    pub next: Option<String>,
    /// What a person is told about it.
    pub notice: Option<String>,
    pub instead: Option<Instead>,
}

/// What a browser is shown in this very answer, because it is kept nowhere that a redirect could lead to.
pub enum Instead {
    /// The page of a token that was just made.
    Token(Created),
    /// A file to be saved.
    File(Kubeconfig),
}

#[derive(Debug)]
pub enum CookieChange {
    Set(String),
    Remove,
}

impl Exchange {
    pub fn new(context: Context) -> Self {
        Self { context, answer: Arc::default() }
    }

    /// Runs a server function within this exchange, and hands out what it wants to say.
    pub async fn run<T>(self, function: impl Future<Output = T>) -> (T, Answer) {
        let answer = self.answer.clone();
        let done = EXCHANGE.scope(self, function).await;
        let answer = std::mem::take(&mut *answer.lock().unwrap_or_else(PoisonError::into_inner));
        (done, answer)
    }
}

fn say(change: impl FnOnce(&mut Answer)) {
    let _ = EXCHANGE.try_with(|exchange| change(&mut exchange.answer.lock().unwrap_or_else(PoisonError::into_inner)));
}

/// # Errors
/// Outside of a request: a defect.
pub(crate) fn context() -> Result<Context, ApiError> {
    EXCHANGE.try_with(|exchange| exchange.context.clone()).map_err(|_| ApiError::internal())
}

pub(crate) fn sign_in_with(cookie: &Cookie) {
    say(|answer| answer.cookie = Some(CookieChange::Set(cookie.value().to_owned())));
}

pub(crate) fn sign_out() {
    say(|answer| answer.cookie = Some(CookieChange::Remove));
}

pub(crate) fn next(path: impl Into<String>) {
    say(|answer| answer.next = Some(path.into()));
}

pub(crate) fn notice(sentence: impl Into<String>) {
    say(|answer| answer.notice = Some(sentence.into()));
}

pub(crate) fn instead(instead: Instead) {
    say(|answer| answer.instead = Some(instead));
}
