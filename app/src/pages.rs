//! Pages: one file each, named as its route. A page is loaded first (plain async Rust, with refusals and redirects), and
//! drawn afterwards in one go, so it has its status before its first byte and needs no script to be whole.

mod account;
mod activity;
mod api_access;
mod ask;
mod device;
mod dialog;
mod ends;
mod failure;
mod forgot_password;
mod frame;
mod home;
mod invitation;
mod namespaces;
mod operator;
mod organization;
mod reset_password;
mod settings;
mod shell;
mod sign_in;
mod sign_up;
mod ticket;
mod verify;

pub(crate) use frame::initial;
pub(crate) use shell::Here;
pub use shell::Site;

use crate::{api::tokens::Created, error::ApiError};
use domain::path;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::{pin::Pin, sync::Arc};
use usecases::{Context, Settings};

/// What somebody asks to see.
#[derive(Clone)]
pub struct Visit {
    pub context: Context,
    pub path: String,
    pub query: Query,
    pub flash: Flash,
    /// A token that was made by this very request: the only page that ever shows its secret.
    pub created: Option<Created>,
}

/// The query string, read once.
#[derive(Debug, Clone, Default)]
pub struct Query(pub Vec<(String, String)>);

impl Query {
    /// The first value of this name that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}

/// What the last plain form post left for the next page: forms work before the scripts have come, and without them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// A sentence about what was done.
    #[serde(default)]
    pub notice: Option<String>,
    /// The form that failed, by its action.
    #[serde(default)]
    pub action: Option<String>,
    #[serde(default)]
    pub error: Option<ApiError>,
    /// What was typed into it, without secrets.
    #[serde(default)]
    pub values: Vec<(String, String)>,
}

/// What a visit leads to.
pub enum Answer {
    Page {
        status: u16,
        html: String,
    },
    /// A path of ours.
    Redirect(String),
}

/// A page that is loaded and can be drawn.
pub(crate) struct Document {
    pub(crate) title: String,
    pub(crate) status: u16,
    pub(crate) body: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Document {
    pub(crate) fn new<V: IntoAny>(title: impl Into<String>, body: impl FnOnce() -> V + Send + 'static) -> Self {
        Self { title: title.into(), status: 200, body: Box::new(move || body().into_any()) }
    }
}

/// Why a page is not shown.
pub(crate) enum Away {
    To(String),
    Failed(ApiError),
}

impl From<ApiError> for Away {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

impl From<usecases::Error> for Away {
    fn from(error: usecases::Error) -> Self {
        Self::Failed(error.into())
    }
}

pub(crate) type Loaded = Result<Document, Away>;

/// Answers a visit.
///
/// Boxed, so that pages are compiled here, once, and not again in every crate that waits for one.
pub fn answer(visit: Visit, site: &Site, nonce: Arc<str>) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
    Box::pin(route(visit, site, nonce))
}

/// Every address of the console is known here and in [`domain::path`], and nowhere else.
async fn route(visit: Visit, site: &Site, nonce: Arc<str>) -> Answer {
    let parts: Vec<&str> = visit.path.split('/').skip(1).collect();
    let loaded = match parts.as_slice() {
        [""] => home::load(&visit).await,
        ["sign-up"] => sign_up::load(&visit).await,
        ["verify", secret] => verify::load(&visit, secret).await,
        ["sign-in"] => sign_in::load(&visit).await,
        ["forgot-password"] => forgot_password::load(&visit).await,
        ["reset-password", secret] => reset_password::load(&visit, secret).await,
        ["invitations", secret] => invitation::load(&visit, secret).await,
        ["account"] => account::load(&visit).await,
        ["device"] => device::load(&visit).await,
        ["o", slug] => Err(Away::To(format!("/o/{slug}/organization"))),
        ["o", slug, "organization"] => organization::load(&visit, slug).await,
        ["o", slug, "namespaces"] => namespaces::load(&visit, slug).await,
        ["o", slug, "api-access"] => api_access::load(&visit, slug).await,
        ["o", slug, "activity"] => activity::load(&visit, slug).await,
        ["o", slug, "settings"] => settings::load(&visit, slug).await,
        ["operator", section @ ..] => operator::load(&visit, section).await,
        _ => Err(ApiError::not_found().into()),
    };
    let document = match loaded {
        Ok(document) => document,
        Err(Away::To(path)) => return Answer::Redirect(path),
        Err(Away::Failed(error)) if error.code == "not_signed_in" => {
            return Answer::Redirect(format!("{}?next={}", path::SIGN_IN, encode(&visit.here())));
        }
        Err(Away::Failed(error)) => failure::document(&visit, error).await,
    };
    let status = document.status;
    Answer::Page { status, html: shell::draw(document, visit, site, nonce) }
}

impl Visit {
    /// This page's path and query, for a form to come back to.
    pub(crate) fn here(&self) -> String {
        self.with(&[])
    }

    /// Whose password to ask for again before something that takes a recent sign-in. Half of what the server allows: the
    /// other half is for filling in the form.
    ///
    /// # Errors
    /// Not signed in.
    pub(crate) fn must_prove(&self) -> Result<Option<String>, Away> {
        let person = self.context.signed_in()?;
        let stale = self.context.now() >= person.signed_in_at.plus(Settings::FRESH / 2);
        Ok(stale.then(|| person.email.to_string()))
    }

    /// This page with other parameters: an empty value takes one out.
    pub(crate) fn with(&self, changes: &[(&str, &str)]) -> String {
        let kept = self
            .query
            .0
            .iter()
            .filter(|(key, value)| !value.is_empty() && !changes.iter().any(|(changed, _)| changed == key));
        let kept = kept.map(|(key, value)| (key.as_str(), value.as_str()));
        let added = changes.iter().copied().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> =
            kept.chain(added).map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
        if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) }
    }
}

/// Percent-encodes one part of a query string.
pub(crate) fn encode(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
    percent_encoding::utf8_percent_encode(text, KEPT).to_string()
}
