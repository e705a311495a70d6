//! How a page writes: a form posts its fields to a server function, as a browser without scripts would, and hears the answer.
//!
//! The framework's `ServerAction` and `ActionForm` are compiled anew for every function they call; here one `Action` of one
//! type serves all of them, and only an answer that a page reads is decoded.

use crate::{address::pairs, api::client::post, error::ApiError};
use leptos::{
    prelude::*,
    server::ServerActionError,
    server_fn::{
        Bytes, Http, ServerFn,
        codec::{Json, PostUrl},
        error::ServerFnUrlError,
    },
};
use serde::de::DeserializeOwned;
use std::{marker::PhantomData, ops::Deref};

/// A server function that a form can post to.
pub trait Call: ServerFn<Protocol = Http<PostUrl, Json>, Error = ApiError, Output: DeserializeOwned> + 'static {}

impl<S> Call for S where
    S: ServerFn<Protocol = Http<PostUrl, Json>, Error = ApiError, Output: DeserializeOwned> + 'static
{
}

/// A write by the function `S`.
pub struct Write<S> {
    posting: Posting,
    function: PhantomData<fn() -> S>,
}

impl<S> Clone for Write<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Write<S> {}

impl<S> Deref for Write<S> {
    type Target = Posting;

    fn deref(&self) -> &Posting {
        &self.posting
    }
}

impl<S: Call> Write<S> {
    /// One that nothing was posted by yet, unless a plain post of it failed and led back here.
    pub fn begin() -> Self {
        Self { posting: Posting::begin(S::PATH), function: PhantomData }
    }

    /// What was answered the last time, where it was done.
    pub fn answer(self) -> Option<S::Output> {
        self.action.value().with(|value| serde_json::from_slice(value.as_ref()?.as_ref().ok()?).ok())
    }
}

/// A write by whatever function.
#[derive(Clone, Copy)]
pub struct Posting {
    path: &'static str,
    /// From the fields, as forms write them, to the answer's JSON.
    action: Action<String, Result<Bytes, ApiError>>,
}

impl Posting {
    fn begin(path: &'static str) -> Self {
        let failed = failed_post(|failed| failed == path).map(Err);
        Self { path, action: Action::new_with_value(failed, move |fields: &String| post(path, fields.clone())) }
    }

    pub fn path(self) -> &'static str {
        self.path
    }

    pub fn post(self, fields: String) {
        self.action.dispatch(fields);
    }

    /// Why it was not done the last time.
    pub fn error(self) -> Signal<Option<ApiError>> {
        let value = self.action.value();
        Signal::derive(move || value.with(|value| value.as_ref()?.as_ref().err().cloned()))
    }

    pub fn is_done(self) -> bool {
        self.action.value().with(|value| matches!(value, Some(Ok(_))))
    }

    /// Forgets what was answered.
    pub fn clear(self) {
        self.action.clear();
    }

    pub fn pending(self) -> Signal<bool> {
        self.action.pending().into()
    }

    /// Counts the answers.
    pub fn version(self) -> Signal<usize> {
        self.action.version().into()
    }

    /// The field of this name, as it is being sent; `None` while nothing is.
    pub fn sent(self, name: &str) -> Option<String> {
        let sent = self.action.input().get()?;
        pairs(&sent).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// Why a plain post was refused that led to this page, where it went to such a path.
pub fn failed_post(is: impl Fn(&str) -> bool) -> Option<ApiError> {
    let failed = use_context::<ServerActionError>().filter(|failed| is(failed.path()))?;
    Some(ServerFnUrlError::<ApiError>::decode_err(failed.err()))
}
