//! The installation as its operators see it.

use crate::{Context, Error, OutboxState, sign_up};
use domain::{
    Refusal,
    activity::ActivityEvent,
    id::LetterId,
    operator::OperatorEvent,
    text::{Problem, Slug},
    time::Timestamp,
};
use storage::{
    cluster::{self, Connected},
    directory::{self, Counts, Drift, Listed, WaitingMail},
    members::{self, Member},
    namespaces::{self, Namespace},
    operators::{self, In},
    outbox,
    requests::{self, Filed},
};

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

/// The cluster across all organizations.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Whether a controller keeps a cluster at all.
    pub enforced: bool,
    pub connected: Option<Connected>,
    /// Organizations that it does not follow, wholly or in part.
    pub differing: Vec<Listed>,
    pub drifts: Vec<Drift>,
}

pub async fn cluster(context: &Context) -> Result<Cluster, Error> {
    let context = context.as_operator()?;
    let mut c = context.installation.db.read().await?;
    Ok(Cluster {
        enforced: context.settings().enforced,
        connected: cluster::connection(&mut c).await?,
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
pub enum Did {
    Here(OperatorEvent),
    In(In, ActivityEvent),
}

/// What operators did before a time, the latest first; and the time before which the rest was.
///
/// # Errors
/// [`Refusal::BadField`] on `cursor`.
pub async fn activity(context: &Context, cursor: &str) -> Result<(Vec<Deed>, Option<String>), Error> {
    const LAST: Timestamp = Timestamp::from_micros(253_402_300_799_000_000);
    let context = context.as_operator()?;
    let before = match cursor {
        "" => LAST,
        text => {
            let micros = text.parse().ok().filter(|micros: &i64| *micros >= 0);
            Timestamp::from_micros(micros.ok_or(Refusal::BadField { field: "cursor", problem: Problem::Unknown })?)
        }
    };
    let mut c = context.installation.db.read().await?;
    let own = operators::own(&mut c, before, PAGE).await?;
    let elsewhere = operators::in_organizations(&mut c, before, PAGE).await?;
    let own = own.into_iter().map(|done| Deed { at: done.at, by: done.by, ip: done.ip, did: Did::Here(done.event) });
    let elsewhere = elsewhere.into_iter().map(|(place, done)| Deed {
        at: done.at,
        by: done.by,
        ip: done.ip,
        did: Did::In(place, done.event),
    });
    let mut deeds: Vec<Deed> = own.chain(elsewhere).collect();
    deeds.sort_by(|a, b| b.at.cmp(&a.at));
    let most = PAGE as usize;
    if deeds.len() < most {
        return Ok((deeds, None));
    }
    // What happened in one transaction has one time: it is never parted, or the rest of it would be skipped.
    let last = deeds[most - 1].at;
    let whole: Vec<Deed> = deeds.iter().filter(|deed| deed.at > last).cloned().collect();
    let page = if whole.is_empty() { deeds.into_iter().filter(|deed| deed.at == last).collect() } else { whole };
    let next = page.last().map(|deed| deed.at.micros().to_string());
    Ok((page, next))
}
