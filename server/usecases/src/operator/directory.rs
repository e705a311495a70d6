//! The installation as its operators see it.

use crate::{
    Context, Error, OutboxState,
    cluster::{Health, connection},
    sign_up,
};
use domain::{
    Refusal,
    activity::ActivityEvent,
    id::{LetterId, RequestId},
    operator::OperatorEvent,
    text::{Problem, Slug},
    time::Timestamp,
};
use std::cmp::Reverse;
use storage::{
    directory::{self, Counts, Drift, Listed, WaitingMail},
    members::{self, Member},
    namespaces::{self, Namespace},
    operators::{self, Done, In, Line, Position},
    outbox,
    requests::{self, Filed},
};
use uuid::Uuid;

/// How many rows a page has.
const PAGE: u32 = 50;
const DRIFTS_SHOWN: u32 = 50;
const DIFFERING_SHOWN: u32 = 100;

/// What an operator sees first.
#[derive(Debug, Clone)]
pub struct Overview {
    pub counts: Counts,
    pub waiting: u64,
    pub mail: OutboxState,
    pub sign_ups_open: bool,
    /// Whether configuration alone keeps sign-ups closed.
    pub sign_ups_configured: bool,
}

pub async fn overview(context: &Context) -> Result<Overview, Error> {
    let context = context.as_operator()?;
    let sign_ups_open = sign_up::is_open(&context).await?;
    let mut c = context.installation.db.read().await?;
    Ok(Overview {
        counts: directory::counts(&mut c).await?,
        waiting: requests::count_waiting(&mut c).await?,
        mail: outbox::state(&mut c).await?,
        sign_ups_open,
        sign_ups_configured: context.settings().sign_ups_open,
    })
}

/// How many requests wait: cheap enough to stand beside every page.
pub async fn waiting(context: &Context) -> Result<u64, Error> {
    let context = context.as_operator()?;
    Ok(requests::count_waiting(&mut context.installation.db.read().await?).await?)
}

/// Organizations in the order of their slugs.
#[derive(Debug, Clone)]
pub struct Organizations {
    pub organizations: Vec<Listed>,
    /// The slug after which the next page begins.
    pub next: Option<String>,
}

/// # Errors
/// [`Refusal::BadField`] on `search`.
pub async fn organizations(context: &Context, search: &str, after: &str) -> Result<Organizations, Error> {
    let context = context.as_operator()?;
    let search = crate::members::parse_search(search)?;
    if after.contains('\0') {
        return Err(Refusal::BadField { field: "cursor", problem: Problem::Unknown }.into());
    }
    let mut c = context.installation.db.read().await?;
    let mut organizations = directory::organizations(&mut c, search, after, PAGE + 1).await?;
    let next = cut(&mut organizations, PAGE).then(|| organizations.last().map(|it| it.slug.to_string())).flatten();
    Ok(Organizations { organizations, next })
}

/// Cuts the row that only tells whether there are more.
fn cut<T>(rows: &mut Vec<T>, page: u32) -> bool {
    let more = rows.len() > page as usize;
    rows.truncate(page as usize);
    more
}

/// One organization, as an operator acts on it.
#[derive(Debug, Clone)]
pub struct Details {
    pub listed: Listed,
    pub namespaces: Vec<Namespace>,
    pub admins: Vec<Member>,
    pub waiting: Vec<Filed>,
}

/// # Errors
/// [`Refusal::NotFound`].
pub async fn details(context: &Context, slug: &str) -> Result<Details, Error> {
    let context = context.as_operator()?;
    let slug = Slug::parse(slug).map_err(|_| Refusal::NotFound)?;
    let mut c = context.installation.db.read().await?;
    let listed = directory::organization(&mut c, &slug).await?.ok_or(Refusal::NotFound)?;
    Ok(Details {
        namespaces: namespaces::list(&mut c, listed.id).await?,
        admins: members::admins(&mut c, listed.id).await?,
        waiting: requests::waiting_of(&mut c, listed.id).await?,
        listed,
    })
}

/// Requests, those that wait by age, or all by their newest.
#[derive(Debug, Clone)]
pub struct Requests {
    pub requests: Vec<Filed>,
    pub next: Option<String>,
}

/// # Errors
/// [`Refusal::BadField`] on `cursor`.
pub async fn requests(context: &Context, waiting: bool, cursor: &str) -> Result<Requests, Error> {
    let context = context.as_operator()?;
    let after = crate::requests::parse_cursor(cursor)?;
    let mut c = context.installation.db.read().await?;
    let mut requests = if waiting {
        requests::waiting(&mut c, after, PAGE + 1).await?
    } else {
        requests::page(&mut c, after, PAGE + 1).await?
    };
    let next = cut(&mut requests, PAGE).then(|| requests.last().map(crate::requests::cursor_of)).flatten();
    Ok(Requests { requests, next })
}

/// One request, for a dialog about it.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn request(context: &Context, id: &str) -> Result<Filed, Error> {
    let context = context.as_operator()?;
    let id: RequestId = id.parse().map_err(|_| Refusal::NotFound)?;
    Ok(requests::find(&mut context.installation.db.read().await?, id).await?.ok_or(Refusal::NotFound)?)
}

/// The cluster across all organizations.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Whether a controller keeps a cluster at all.
    pub enforced: bool,
    pub health: Health,
    /// As its API server said last.
    pub version: Option<String>,
    /// Organizations that it does not follow, wholly or in part.
    pub differing: Vec<Listed>,
    pub drifts: Vec<Drift>,
}

pub async fn cluster(context: &Context) -> Result<Cluster, Error> {
    let context = context.as_operator()?;
    let mut c = context.installation.db.read().await?;
    let (health, version) = connection(&mut c, context.now()).await?;
    Ok(Cluster {
        enforced: context.settings().enforced,
        health,
        version,
        differing: directory::differing(&mut c, DIFFERING_SHOWN).await?,
        drifts: directory::drifts(&mut c, DRIFTS_SHOWN).await?,
    })
}

/// Letters that have not gone out, the newest first.
#[derive(Debug, Clone)]
pub struct Mail {
    pub state: OutboxState,
    pub letters: Vec<WaitingMail>,
    pub next: Option<String>,
}

/// # Errors
/// [`Refusal::BadField`] on `cursor`.
pub async fn mail(context: &Context, cursor: &str) -> Result<Mail, Error> {
    let context = context.as_operator()?;
    let after: Option<(Timestamp, LetterId)> = crate::requests::parse_place(cursor)?;
    let mut c = context.installation.db.read().await?;
    let mut letters = directory::waiting_mail(&mut c, after, PAGE + 1).await?;
    let next = cut(&mut letters, PAGE)
        .then(|| letters.last().map(|it| crate::requests::place(it.created_at, &it.id)))
        .flatten();
    Ok(Mail { state: outbox::state(&mut c).await?, letters, next })
}

/// What an operator did, to the installation or to one organization.
#[derive(Debug, Clone)]
pub struct Deed {
    pub at: Timestamp,
    pub by: String,
    pub ip: Option<String>,
    pub did: Did,
}

#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a page has fifty, and most are of the larger kind")]
pub enum Did {
    Here(OperatorEvent),
    In(In, ActivityEvent),
}

fn position(Position { at, line }: Position) -> String {
    match line {
        Line::Here(id) => crate::requests::place(at, &id),
        Line::In { organization, version, ordinal } => format!("{}.{organization}.{version}.{ordinal}", at.micros()),
    }
}

/// Reads a [`position`].
fn parse_position(text: &str) -> Option<Position> {
    let mut parts = text.split('.');
    let at = parts.next()?.parse().ok().filter(|micros| *micros >= 0).map(Timestamp::from_micros)?;
    let id: Uuid = parts.next()?.parse().ok()?;
    let line = match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => Line::Here(id),
        (Some(version), Some(ordinal), None) => {
            Line::In { organization: id.into(), version: version.parse().ok()?, ordinal: ordinal.parse().ok()? }
        }
        _ => return None,
    };
    Some(Position { at, line })
}

/// What operators did, the latest first, to the installation and to organizations; and where the rest begins. What
/// happened in one transaction has one time, so that the place within it counts: no line is skipped, and none comes twice.
///
/// # Errors
/// [`Refusal::BadField`] on `cursor`.
pub async fn activity(context: &Context, cursor: &str) -> Result<(Vec<Deed>, Option<String>), Error> {
    let context = context.as_operator()?;
    let before = match cursor {
        "" => Position::LATEST,
        text => parse_position(text).ok_or(Refusal::BadField { field: "cursor", problem: Problem::Unknown })?,
    };
    let mut c = context.installation.db.read().await?;
    let own = operators::own(&mut c, before, PAGE + 1).await?;
    let elsewhere = operators::in_organizations(&mut c, before, PAGE + 1).await?;
    let own = own.into_iter().map(|Done { position, by, event, ip }| (position, by, ip, Did::Here(event)));
    let elsewhere = elsewhere
        .into_iter()
        .map(|(place, Done { position, by, event, ip })| (position, by, ip, Did::In(place, event)));
    let mut deeds: Vec<_> = own.chain(elsewhere).collect();
    deeds.sort_by_key(|(position, ..)| Reverse(*position));
    let next = cut(&mut deeds, PAGE).then(|| deeds.last().map(|(last, ..)| position(*last))).flatten();
    let deed = |(position, by, ip, did): (Position, String, Option<String>, Did)| Deed { at: position.at, by, ip, did };
    Ok((deeds.into_iter().map(deed).collect(), next))
}
