//! What a page reads, and when it reads that again: after each write, and when something changed elsewhere.

use crate::error::ApiError;
use codee::{Decoder, Encoder};
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use std::{any::Any, convert::Infallible, marker::PhantomData, pin::Pin, sync::Arc};

/// What a server function answers to a page, as it is read now.
///
/// The resource below it is of one type, whatever was read: the framework's part is compiled once and not for each page.
pub struct Read<T> {
    facts: Resource<Facts, Json>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Read<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Read<T> {}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Read<T> {
    /// Reads what `fetch` answers for `key`, and again when the key changes.
    pub fn new<K, F>(
        key: impl Fn() -> K + Send + Sync + 'static,
        fetch: impl Fn(K) -> F + Send + Sync + 'static,
    ) -> Self
    where
        K: PartialEq + Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, ApiError>> + Send + 'static,
    {
        let key = move || Key::new(key());
        let fetch = move |asked: Key| -> Fetched {
            let fetched = asked.value.downcast_ref::<K>().cloned().map(&fetch);
            Box::pin(async move {
                match fetched {
                    Some(fetched) => Facts::Read(fetched.await.map(|value| Arc::new(value) as Arc<dyn Fact>)),
                    None => Facts::Read(Err(ApiError::internal())),
                }
            })
        };
        Self { facts: resource(Box::new(key), Box::new(fetch)), of: PhantomData }
    }

    /// `None` while it was not answered.
    pub fn get(self) -> Option<Result<T, ApiError>> {
        Some(match self.facts.get()? {
            Facts::Text(text) => serde_json::from_slice(text.as_bytes()).unwrap_or_else(|_| Err(ApiError::internal())),
            Facts::Read(Err(error)) => Err(error),
            Facts::Read(Ok(value)) => {
                let value: &dyn Any = &*value;
                value.downcast_ref().cloned().ok_or_else(ApiError::internal)
            }
        })
    }
}

type Fetched = Pin<Box<dyn Future<Output = Facts> + Send>>;

fn resource(
    key: Box<dyn Fn() -> Key + Send + Sync>,
    fetch: Box<dyn Fn(Key) -> Fetched + Send + Sync>,
) -> Resource<Facts, Json> {
    Resource::new_with_options(key, fetch, true)
}

/// What is asked for: another value is another question.
#[derive(Clone)]
struct Key {
    value: Arc<dyn Any + Send + Sync>,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

impl Key {
    fn new<K: PartialEq + Send + Sync + 'static>(value: K) -> Self {
        let same = |one: &dyn Any, other: &dyn Any| match (one.downcast_ref::<K>(), other.downcast_ref::<K>()) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        };
        Self { value: Arc::new(value), same }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(&*self.value, &*other.value)
    }
}

/// An answer of whatever type.
#[derive(Clone)]
enum Facts {
    /// As the page brought it: the JSON of a `Result`.
    Text(Arc<str>),
    Read(Result<Arc<dyn Fact>, ApiError>),
}

trait Fact: Any + Send + Sync {
    /// Its JSON, which the page brings with it.
    #[cfg(feature = "ssr")]
    fn written(&self) -> serde_json::Result<String>;
}

impl<T: Serialize + Send + Sync + 'static> Fact for T {
    #[cfg(feature = "ssr")]
    fn written(&self) -> serde_json::Result<String> {
        serde_json::to_string(&Ok::<&T, ()>(self))
    }
}

struct Json;

impl Encoder<Facts> for Json {
    type Error = serde_json::Error;
    type Encoded = String;

    #[cfg(feature = "ssr")]
    fn encode(facts: &Facts) -> serde_json::Result<String> {
        match facts {
            Facts::Text(text) => Ok(text.to_string()),
            Facts::Read(Ok(value)) => value.written(),
            Facts::Read(Err(error)) => serde_json::to_string(&Err::<(), _>(error)),
        }
    }

    /// A browser never brings anything to another.
    #[cfg(not(feature = "ssr"))]
    fn encode(_: &Facts) -> serde_json::Result<String> {
        Ok(String::new())
    }
}

impl Decoder<Facts> for Json {
    type Error = Infallible;
    type Encoded = str;

    fn decode(text: &str) -> Result<Facts, Infallible> {
        Ok(Facts::Text(text.into()))
    }
}

/// Counts up when what pages show may be another.
#[derive(Debug, Clone, Copy)]
pub struct Refresh(pub(crate) RwSignal<u32>);

impl Refresh {
    pub fn provide() -> Self {
        let refresh = Self(RwSignal::new(0));
        provide_context(refresh);
        refresh
    }

    pub fn now(self) {
        self.0.update(|count| *count = count.wrapping_add(1));
    }
}
