//! Who has which namespace, as a picture: a page of members, and what each of them has in every namespace.

use crate::{
    Context, Error,
    cluster::{Following, Sync},
    members::{LARGEST_PAGE, PAGE, parse_search},
    namespaces::named_one,
};
use domain::{
    Refusal,
    access::Action,
    binding::{BindingName, ClusterRole, Subject},
    id::{MemberId, NamespaceId},
    permission::Permission,
    text::{EmailAddress, Problem},
};
use std::collections::BTreeMap;
use storage::{
    matrix,
    namespaces::{self, Namespace},
    organizations::Organization,
};
pub use storage::{matrix::Tick, members::Listed};

/// How many members are offered to whom a namespace can be given.
pub const OFFERED: u32 = 50;

/// What is asked of the matrix.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub search: String,
    /// As [`Matrix::next`] gave it.
    pub cursor: Option<String>,
    pub limit: Option<u32>,
}

/// One page of it.
#[derive(Debug, Clone)]
pub struct Matrix {
    pub organization: Organization,
    /// Every namespace of the organization: the columns.
    pub namespaces: Vec<Namespace>,
    pub rows: Vec<Row>,
    /// How many members there are in all, with this search.
    pub total: u64,
    pub next: Option<String>,
    /// Whether a controller keeps a cluster as this says.
    pub enforced: bool,
}

#[derive(Debug, Clone)]
pub struct Row {
    pub person: Listed,
    /// In the order of the namespaces.
    pub cells: Vec<Cell>,
}

/// What a member has in one namespace.
#[derive(Debug, Clone)]
pub struct Cell {
    /// All that an admin may give.
    pub tick: Option<Tick>,
    /// What the operator has given beside it.
    pub withheld: Vec<Permission>,
    /// Whether the cluster has applied the tick.
    pub sync: Sync,
}

fn cursor_of(person: &Listed) -> String {
    format!("{}~{}", person.id, person.email)
}

fn parse_cursor(text: &str) -> Result<(&str, MemberId), Refusal> {
    let parsed = || {
        let (id, email) = text.split_once('~')?;
        EmailAddress::parse(email).ok()?;
        Some((email, id.parse().ok()?))
    };
    parsed().ok_or(Refusal::BadField { field: "cursor", problem: Problem::Unknown })
}

/// The members by address, whoever is off among them, and what each has in every namespace. Invitees have nothing yet, and
/// are left out. The same number of statements whatever the size of the page.
///
/// # Errors
/// [`Refusal::BadField`] on `cursor` and `search`.
pub async fn read(context: &Context, slug: &str, query: &Query) -> Result<Matrix, Error> {
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let after = cursor.map(parse_cursor).transpose()?;
    let search = parse_search(&query.search)?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let mut look = context.look(slug, Action::SeeGrants).await?;
    let (organization, now) = (look.organization.clone(), context.now());
    let namespaces = namespaces::list(&mut look.c, organization.id).await?;
    let mut people = matrix::people(&mut look.c, organization.id, search, after, limit + 1).await?;
    let more = people.len() > limit as usize;
    people.truncate(limit as usize);
    let next = people.last().filter(|_| more).map(cursor_of);
    let total = if search.is_empty() {
        (organization.members_active + organization.members_deactivated).unsigned_abs()
    } else {
        matrix::count(&mut look.c, organization.id, search).await?
    };
    let ticks = matrix::ticks(&mut look.c, organization.id, search, &people, now).await?;
    let mut ticks: BTreeMap<_, _> = ticks.into_iter().map(|tick| ((tick.member, tick.namespace), tick)).collect();
    let mut withheld: BTreeMap<(MemberId, NamespaceId), Vec<Permission>> = BTreeMap::new();
    for given in matrix::withheld(&mut look.c, organization.id, search, &people, now).await? {
        withheld.entry((given.member, given.namespace)).or_default().push(given.permission);
    }
    let following = Following::read(context, &mut look.c, organization.id).await?;
    let row = |person: Listed| {
        let binding = BindingName { subject: Subject::User(person.user), role: ClusterRole::Standard };
        let cell = |namespace: &Namespace| {
            let key = (person.id, namespace.id);
            let sync = following.of_binding(&namespace.name, binding, person.version);
            Cell { tick: ticks.remove(&key), withheld: withheld.remove(&key).unwrap_or_default(), sync }
        };
        Row { cells: namespaces.iter().map(cell).collect(), person }
    };
    let rows = people.into_iter().map(row).collect();
    Ok(Matrix { organization, namespaces, rows, total, next, enforced: following.is_enforced() })
}

/// The first [`OFFERED`] active members, by address, to whom this namespace can be given.
///
/// # Errors
/// [`Refusal::UnknownNamespace`]; [`Refusal::BadField`] on `search`.
pub async fn lacking(context: &Context, slug: &str, namespace: &str, search: &str) -> Result<Vec<Listed>, Error> {
    let search = parse_search(search)?;
    let mut look = context.look(slug, Action::SeeGrants).await?;
    let organization = look.organization.id;
    let all = namespaces::list(&mut look.c, organization).await?;
    let id = named_one(&all, namespace)?.id;
    Ok(matrix::lacking(&mut look.c, organization, id, search, context.now(), OFFERED).await?)
}
