//! Where an operator's command does its work: it asks the API, has what goes confirmed, and says what came of it.

use super::{
    ask::{self, Assent},
    ended::Ended,
    print::{self, Paper, Stream},
    transport::Transport,
};
use crate::remote::{Answer, Fields};
use axum::http::Method;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

pub(super) type Outcome = Result<(), Ended>;

/// Who reads what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    Person,
    Program,
}

/// For what deletes: whether it is done, or only shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    Real,
    Dry,
}

pub(super) struct Desk {
    pub(super) transport: Transport,
    pub(super) reader: Reader,
    pub(super) assent: Assent,
}

/// Rows of one list, from all its pages.
pub(super) struct Rows<T> {
    pub(super) rows: Vec<T>,
    /// The pages' answers as one.
    pub(super) json: Value,
    /// Whether there are more than were asked for.
    pub(super) more: bool,
}

/// Whoever calls knows what the answer looks like: an older or newer server's may differ.
pub(super) fn typed<T: DeserializeOwned>(json: &Value) -> Result<T, Ended> {
    T::deserialize(json).map_err(|error| {
        let version = env!("CARGO_PKG_VERSION");
        Ended::trouble(format!(
            "The answer is not as bailiwick {version} knows it ({error}). Is the server's the same?"
        ))
    })
}

impl Desk {
    /// Reads one thing: as the API says it, and as we know it.
    pub(super) async fn read<T: DeserializeOwned>(&self, function: &str, fields: Fields) -> Result<(Value, T), Ended> {
        let answer = self.transport.call(Method::GET, function, &fields).await;
        let json = answer.map_err(|ended| named(ended, &fields))?.json;
        let known = typed(&json)?;
        Ok((json, known))
    }

    /// Reads a list whose rows stand under `key`, page by page, until its end or `most` rows.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        function: &str,
        key: &str,
        fields: Fields,
        most: usize,
    ) -> Result<Rows<T>, Ended> {
        let mut all: Vec<Value> = Vec::new();
        let mut fields = fields;
        loop {
            let (mut json, _) = self.read::<IgnoredAny>(function, fields.clone()).await?;
            if let Some(Value::Array(rows)) = json.get_mut(key).map(Value::take) {
                all.extend(rows);
            }
            let next = json.get("next").and_then(Value::as_str).map(ToOwned::to_owned);
            let more = all.len() > most || next.is_some();
            if all.len() >= most || next.is_none() {
                all.truncate(most);
                let rows = all.iter().map(typed).collect::<Result<_, _>>()?;
                // A cursor would be of no use here, and after a cut it would be wrong.
                if let Value::Object(object) = &mut json {
                    object.remove("next");
                    object.insert(key.to_owned(), Value::Array(all));
                }
                return Ok(Rows { rows, json, more });
            }
            fields.retain(|(name, _)| *name != "cursor");
            fields.extend(next.map(|next| ("cursor", next)));
        }
    }

    /// Does something, without a word.
    pub(super) async fn call(&self, function: &str, fields: Fields) -> Result<Answer, Ended> {
        self.transport.call(Method::POST, function, &fields).await.map_err(|ended| named(ended, &fields))
    }

    /// Does something, and says what the API says of it.
    pub(super) async fn act(&self, function: &str, fields: Fields) -> Outcome {
        let answer = self.call(function, fields).await?;
        self.tell(&answer)
    }

    pub(super) fn tell(&self, answer: &Answer) -> Outcome {
        self.show(&answer.json, |paper| paper.line(answer.notice.as_deref().unwrap_or("Done.")))
    }

    /// Prints an answer: as it is for a program, in words for a person.
    pub(super) fn show(&self, json: &Value, words: impl FnOnce(&mut Paper)) -> Outcome {
        let printed = match self.reader {
            Reader::Program => print::json(json),
            Reader::Person => written(Stream::Out, words),
        };
        printed.map_err(|error| Ended::trouble(format!("the answer can't be printed: {error}")))
    }

    /// Says something to a person, beside what is printed.
    pub(super) fn remark(&self, words: impl FnOnce(&mut Paper)) {
        if self.reader == Reader::Person {
            // What can't be said beside the answer changes nothing about the answer.
            let _ = written(Stream::Beside, words);
        }
    }

    pub(super) fn confirm(&self, kind: &str, name: &str) -> Outcome {
        ask::confirm(self.assent, kind, name)
    }

    /// How every command ends: a list that was cut says so.
    pub(super) fn say_if_cut<T>(&self, rows: &Rows<T>) {
        if rows.more {
            let shown = rows.rows.len();
            self.remark(|paper| paper.line(&format!("These are {shown}, and there are more: --limit shows them.")));
        }
    }
}

fn written(stream: Stream, words: impl FnOnce(&mut Paper)) -> std::io::Result<()> {
    let mut paper = Paper::for_stream(stream);
    words(&mut paper);
    paper.print(stream)
}

/// The API tells nobody what exists; an operator may know, and is told where to look.
fn named(ended: Ended, fields: &Fields) -> Ended {
    if ended.code() != "not_found" {
        return ended;
    }
    let field = |wanted: &str| fields.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str());
    let words = match (field("organization"), field("token"), field("request"), field("credential"), field("letter")) {
        (Some(slug), Some(token), ..) => format!(
            "There is no token {token} in the organization {slug}, or no such organization. \
             `bailiwick operator token list {slug}` shows them."
        ),
        (Some(slug), ..) => format!(
            "There is no organization {slug}, or what was named in it is gone. \
             `bailiwick operator organization list` shows every slug."
        ),
        (_, _, Some(id), ..) => {
            format!("There is no request {id}. `bailiwick operator request list --all` shows them.")
        }
        (_, _, _, Some(id), _) => {
            format!("There is no credential {id}. `bailiwick operator credential list` shows them.")
        }
        (_, _, _, _, Some(id)) => {
            format!(
                "No mail {id} waits: it went out, or is on its way. `bailiwick operator mail list` shows what waits."
            )
        }
        _ => return ended,
    };
    ended.saying(words)
}
