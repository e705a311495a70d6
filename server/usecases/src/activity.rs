//! Reading the audit log.

use crate::{Context, Error, gates::Look};
use domain::{
    Refusal,
    access::Action,
    text::{EmailAddress, Problem},
    time::Timestamp,
};
use std::time::Duration;
pub use storage::activity::Entry;
use storage::{
    activity::{self, Filter},
    organizations::Organization,
};

pub const PAGE: u32 = 50;
pub const LARGEST_PAGE: u32 = 200;

/// What is asked of the log. Empty texts ask for nothing.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The address of who did it.
    pub actor: String,
    pub code: String,
    /// RFC 3339, or a day.
    pub since: String,
    pub until: String,
    pub cursor: String,
    pub limit: Option<u32>,
}

#[derive(Debug, Clone)]
pub struct Page {
    pub organization: Organization,
    pub entries: Vec<Entry>,
    pub next: Option<String>,
}

fn time(text: &str, field: &'static str) -> Result<Option<Timestamp>, Refusal> {
    let wrong = Refusal::BadField { field, problem: Problem::NotATime };
    if text.trim().is_empty() { Ok(None) } else { Timestamp::parse(text).map(Some).ok_or(wrong) }
}

fn present<'a>(text: &'a str, field: &'static str) -> Result<Option<&'a str>, Refusal> {
    // PostgreSQL takes no NUL in a text.
    if text.contains('\0') {
        return Err(Refusal::BadField { field, problem: Problem::Invisible });
    }
    Ok(Some(text.trim()).filter(|text| !text.is_empty()))
}

/// How many changes a day had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Its first moment, in UTC.
    pub at: Timestamp,
    /// Refused attempts are among them.
    pub changes: u64,
    pub refused: u64,
}

/// So many days are counted, today among them.
pub const DAYS: u32 = 30;
const DAY: Duration = Duration::from_secs(86_400);

/// One page of the log, newest first, with how much happened lately: each of the last [`DAYS`] days, oldest first, whatever is
/// asked of the log.
///
/// # Errors
/// [`Refusal::BadField`] on the field that can't be read.
pub async fn page(context: &Context, slug: &str, query: &Query) -> Result<(Page, Vec<Day>), Error> {
    let (mut look, page) = read(context, slug, query).await?;
    let today = context.now().days();
    let first = today - i64::from(DAYS) + 1;
    let found = activity::days(&mut look.c, page.organization.id, Timestamp::from_days(first)).await?;
    let days = (first..=today).map(|number| {
        let found = found.iter().find(|found| found.day == number);
        let (changes, refused) = found.map_or((0, 0), |found| (found.changes, found.refused));
        Day { at: Timestamp::from_days(number), changes: changes.unsigned_abs(), refused: refused.unsigned_abs() }
    });
    Ok((page, days.collect()))
}

/// One page of the log, newest first.
///
/// # Errors
/// [`Refusal::BadField`] on the field that can't be read.
pub async fn list(context: &Context, slug: &str, query: &Query) -> Result<Page, Error> {
    Ok(read(context, slug, query).await?.1)
}

async fn read(context: &Context, slug: &str, query: &Query) -> Result<(Look, Page), Error> {
    let since = time(&query.since, "since")?;
    // A day as the end includes that day.
    let day = if query.until.trim().len() == 10 { DAY } else { Duration::ZERO };
    let until = time(&query.until, "until")?.map(|until| until.plus(day));
    let before = present(&query.cursor, "cursor")?
        .map(|cursor| {
            let position = cursor.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
            position.ok_or(Refusal::BadField { field: "cursor", problem: Problem::Unknown })
        })
        .transpose()?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let mut look = context.look(slug, Action::SeeActivity).await?;
    // An address in its one spelling; "Operator" and "Bailiwick" as they stand in the log.
    let actor = present(&query.actor, "actor")?
        .map(|actor| EmailAddress::parse(actor).map_or_else(|_| actor.to_owned(), |address| address.to_string()));
    let filter =
        Filter { actor: actor.as_deref(), code: present(&query.code, "code")?, since, until, before, limit: limit + 1 };
    let mut entries = activity::list(&mut look.c, look.organization.id, &filter).await?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next =
        if more { entries.last().map(|entry| format!("{}.{}", entry.position.0, entry.position.1)) } else { None };
    let organization = look.organization.clone();
    Ok((look, Page { organization, entries, next }))
}
