//! What a server function knows of the request it answers, and what it says beside its JSON. It comes as the framework's own
//! context, so a page that asks while it is drawn and a browser that asks later are answered by the same lines.

use super::token::{Created, Kubeconfig};
use crate::error::ApiError;
use domain::text::EmailAddress;
use leptos::prelude::use_context;
use std::sync::{Arc, Mutex, PoisonError};
use usecases::{Context, Settings, sessions::Cookie};

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
    /// What the browser keeps after its session.
    pub device: Option<String>,
    /// Where a browser goes next: a path of ours.
    pub next: Option<String>,
    /// What a person is told about it.
    pub notice: Option<String>,
    pub instead: Option<Instead>,
}

/// The token that the request made to which a page is the answer.
#[derive(Clone)]
pub struct JustCreated(pub Created);

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

    /// What was said so far; it is not said again.
    pub fn answer(&self) -> Answer {
        std::mem::take(&mut *self.answer.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn say(change: impl FnOnce(&mut Answer)) {
    if let Some(exchange) = use_context::<Exchange>() {
        change(&mut exchange.answer.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// # Errors
/// Outside of a request: a defect.
pub(crate) fn context() -> Result<Context, ApiError> {
    use_context::<Exchange>().map(|exchange| exchange.context).ok_or_else(ApiError::internal)
}

/// Whose password a page asks for before a question that takes a recent sign-in; none for programs, which have none. Half of
/// what the server allows: the other half is for filling in the form.
pub(crate) fn must_prove(context: &Context) -> Option<EmailAddress> {
    let person = context.signed_in().ok()?;
    (context.now() >= person.signed_in_at.plus(Settings::FRESH / 2)).then(|| person.email.clone())
}

pub(crate) fn sign_in_with(cookie: &Cookie) {
    say(|answer| {
        answer.cookie = Some(CookieChange::Set(cookie.value().to_owned()));
        answer.device = Some(cookie.device().to_owned());
    });
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
