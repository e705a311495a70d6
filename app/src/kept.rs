//! What was answered, kept in the browser while nothing changed: what is opened again, or gone back to, is there at once and asks
//! the server for nothing. A write, or a change that the page hears of, makes all of it old.

use crate::{components::browser::window, error::ApiError, refresh::Refresh};
use leptos::prelude::*;
use std::any::Any;

/// In milliseconds: for as long, a browser that hears of no change may show what is old.
const LONGEST: f64 = 60_000.0;
/// So many answers at most: each may be a page of people.
const MOST: usize = 30;

/// The answers of this window.
#[derive(Clone, Copy)]
pub struct Kept(StoredValue<Vec<Answer>>);

struct Answer {
    function: &'static str,
    /// What [`Refresh`] had counted up to when it was asked for.
    revision: u32,
    at: f64,
    /// What was asked for, and what was answered.
    pair: Box<dyn Any + Send + Sync>,
}

impl Kept {
    /// The server draws each page once, and keeps nothing.
    pub fn provide() {
        if cfg!(feature = "hydrate") {
            provide_context(Self(StoredValue::new(Vec::new())));
        }
    }

    fn find<K: PartialEq + 'static, T: Clone + 'static>(self, function: &str, revision: u32, key: &K) -> Option<T> {
        let now = now()?;
        let pair = |answer: &Answer| {
            let is_now = answer.function == function && answer.revision == revision && now - answer.at < LONGEST;
            let (of, answered) = answer.pair.downcast_ref::<(K, T)>().filter(|_| is_now)?;
            (of == key).then(|| answered.clone())
        };
        self.0.try_with_value(|answers| answers.iter().find_map(pair)).flatten()
    }

    fn put(self, answer: Answer) {
        self.0.try_update_value(|answers| {
            answers.retain(|other| other.revision == answer.revision);
            if answers.len() == MOST {
                answers.remove(0);
            }
            answers.push(answer);
        });
    }
}

fn now() -> Option<f64> {
    Some(window()?.performance()?.now())
}

/// To be called where the page is made.
pub fn use_kept() -> Keeping {
    Keeping { place: use_context::<Kept>().zip(use_context::<Refresh>()) }
}

/// Answers from what was kept, or else by asking.
#[derive(Clone, Copy)]
pub struct Keeping {
    place: Option<(Kept, Refresh)>,
}

impl Keeping {
    /// What `fetch` answers for `key`. `function` is the path of what it asks.
    ///
    /// # Errors
    /// As `fetch`; they are not kept.
    pub async fn answer<K, T, F>(
        self,
        function: &'static str,
        key: K,
        fetch: impl FnOnce(K) -> F + Send,
    ) -> Result<T, ApiError>
    where
        K: PartialEq + Clone + Send + Sync + 'static,
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, ApiError>> + Send,
    {
        let place = self.place.map(|(kept, refresh)| (kept, refresh.0.get_untracked()));
        if let Some(found) = place.and_then(|(kept, revision)| kept.find(function, revision, &key)) {
            return Ok(found);
        }
        let answered = fetch(key.clone()).await?;
        if let (Some((kept, revision)), Some(at)) = (place, now()) {
            kept.put(Answer { function, revision, at, pair: Box::new((key, answered.clone())) });
        }
        Ok(answered)
    }
}
