//! The organization's API access tokens. Only people who are admins see, make and remove them; nothing that happens to a
//! person touches one.

use crate::{
    Context, Error,
    gates::Work,
    keys::sha256,
    kubeconfig,
    namespaces::{named, names},
};
use domain::{
    Refusal,
    access::Action,
    activity::ActivityEvent,
    grant::Change,
    id::TokenId,
    text::{NamespaceName, Problem, TokenName},
    time::Timestamp,
    token::{EXPIRED_LISTED, Lifetime, REMINDED_BEFORE, Scopes, Secret, is_expired},
};
use std::collections::BTreeSet;
pub use storage::tokens::Token;
use storage::{
    Connection, grants,
    namespaces::{self, Namespace},
    organizations::Organization,
    tokens,
};

pub const PAGE: u32 = 50;
pub const LARGEST_PAGE: u32 = 200;
/// How many of somebody's tokens are named where they are about to be deactivated.
pub const NAMED: u32 = 50;

/// A token as an admin sees it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub token: Token,
    pub namespaces: Vec<NamespaceName>,
    pub expired: bool,
}

/// The newest first.
#[derive(Debug, Clone)]
pub struct Page {
    pub organization: Organization,
    pub tokens: Vec<Listed>,
    pub total: u64,
    pub next: Option<String>,
}

/// What a new token is to be.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// Empty: it has no name.
    pub name: &'a str,
    /// By name; none makes a blank token.
    pub namespaces: &'a [String],
    /// `None`: 90 days, or the operator's maximum where that is less.
    pub expires: Option<Lifetime>,
    pub scopes: Scopes,
}

/// A token that was just made, with the one copy of its secret that there will ever be.
pub struct Created {
    pub listed: Listed,
    pub secret: Secret,
    /// `None` without a configured cluster.
    pub kubeconfig: Option<String>,
}

/// A file to be saved.
pub struct Kubeconfig {
    pub file_name: String,
    pub text: String,
}

fn cursor_of(token: &Token) -> String {
    format!("{}.{}", token.created_at.micros(), token.id)
}

fn parse_cursor(text: &str) -> Result<(Timestamp, TokenId), Refusal> {
    // Not before 1970, when no token was made: PostgreSQL keeps no time before 4714 BC.
    let time = |at: &str| at.parse().ok().filter(|micros: &i64| *micros >= 0);
    let parts = text.split_once('.').and_then(|(at, id)| Some((time(at)?, id.parse().ok()?)));
    let (at, id) = parts.ok_or(Refusal::BadField { field: "cursor", problem: Problem::Unknown })?;
    Ok((Timestamp::from_micros(at), id))
}

impl Context {
    /// The token with its present facts: the time of its last use may not have been written down yet.
    fn listed(&self, token: Token, all: &[Namespace], has: &BTreeSet<domain::id::NamespaceId>) -> Listed {
        let last_used_at = token.last_used_at.max(self.installation.tokens_used.at(token.id));
        let expired = is_expired(token.expires_at, self.now());
        Listed { namespaces: names(all, has), token: Token { last_used_at, ..token }, expired }
    }

    /// Tokens that ended before this are listed no more.
    pub(crate) fn ended_since(&self) -> Timestamp {
        self.now().minus(EXPIRED_LISTED)
    }
}

/// One page of the organization's tokens, the expired ones of the last 30 days among them.
///
/// # Errors
/// [`Refusal::BadField`] on `cursor`.
pub async fn list(context: &Context, slug: &str, cursor: Option<&str>, limit: Option<u32>) -> Result<Page, Error> {
    let after = cursor.filter(|cursor| !cursor.is_empty()).map(parse_cursor).transpose()?;
    let limit = limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let mut look = context.look(slug, Action::SeeTokens).await?;
    let organization = look.organization.clone();
    let page = tokens::Page { after, ended_since: context.ended_since(), limit: limit + 1 };
    let mut rows = tokens::page(&mut look.c, organization.id, page).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(cursor_of) } else { None };
    let total = if more || after.is_some() {
        tokens::count(&mut look.c, organization.id, page.ended_since).await?
    } else {
        rows.len() as u64
    };
    let all = namespaces::list(&mut look.c, organization.id).await?;
    let granted = tokens::granted(&mut look.c, organization.id, &rows, context.now()).await?;
    let none = BTreeSet::new();
    let listed = rows.into_iter().map(|token| {
        let has = granted.get(&token.id).unwrap_or(&none);
        context.listed(token, &all, has)
    });
    Ok(Page { tokens: listed.collect(), organization, total, next })
}

/// One token, for a dialog about it.
pub async fn find(context: &Context, slug: &str, token: &str) -> Result<Listed, Error> {
    let mut look = context.look(slug, Action::SeeTokens).await?;
    let organization = look.organization.id;
    let token = tokens::find(&mut look.c, organization, parse_id(token)?).await?.ok_or(Refusal::NotFound)?;
    let all = namespaces::list(&mut look.c, organization).await?;
    let has = grants::of(&mut look.c, token.id, context.now()).await?;
    Ok(context.listed(token, &all, &has))
}

/// The namespaces that a token could be given.
pub async fn assignable(context: &Context, slug: &str) -> Result<Vec<NamespaceName>, Error> {
    let mut look = context.look(slug, Action::SeeTokens).await?;
    let all = namespaces::list(&mut look.c, look.organization.id).await?;
    Ok(all.into_iter().map(|namespace| namespace.name).collect())
}

/// The tokens that a member made and that still stand, the newest [`NAMED`] of them, and how many there are.
pub async fn made_by(context: &Context, slug: &str, member: &str) -> Result<(Vec<Token>, u64), Error> {
    let mut look = context.look(slug, Action::SeeTokens).await?;
    let (organization, id) = (look.organization.id, crate::members::parse_id(member)?);
    let maker = storage::members::find(&mut look.c, organization, id).await?.ok_or(Refusal::NotFound)?.user;
    Ok(tokens::made_by(&mut look.c, organization, maker, context.now(), NAMED).await?)
}

/// The token that asks, as it knows itself.
///
/// # Errors
/// [`Refusal::NotSignedIn`] for whoever asks without a token.
pub async fn current(context: &Context) -> Result<(Organization, Listed), Error> {
    let token = context.caller.token().ok_or(Refusal::NotSignedIn)?.clone();
    let mut c = context.installation.db.read().await?;
    let organization = storage::organizations::find(&mut c, token.organization).await?.ok_or(Refusal::NotFound)?;
    let all = namespaces::list(&mut c, organization.id).await?;
    let has = grants::of(&mut c, token.id, context.now()).await?;
    let listed = context.listed(token, &all, &has);
    Ok((organization, listed))
}

/// Makes a token. The answer carries its secret, which is kept nowhere.
///
/// # Errors
/// [`Refusal::ReauthenticationRequired`]; [`Refusal::BadField`] on `name`; [`Refusal::TokenLifetime`];
/// [`Refusal::UnknownNamespace`].
pub async fn create(context: &Context, slug: &str, wanted: &Wanted<'_>) -> Result<Created, Error> {
    let mut work = context.begin(slug, Action::CreateToken).await?;
    context.freshly_signed_in()?;
    let name = Some(wanted.name.trim()).filter(|name| !name.is_empty());
    let name = name.map(TokenName::parse).transpose().map_err(Refusal::field("name"))?;
    let most = context.settings().token_longest;
    let lifetime = wanted.expires.unwrap_or(Lifetime::default_within(most)).within(most)?;
    let all = namespaces::list(&mut work.c, work.organization.id).await?;
    let has: BTreeSet<_> = named(&all, wanted.namespaces)?.into_keys().collect();
    let maker = work.member()?.clone();
    let secret = new_secret();
    let new = tokens::New {
        id: TokenId::from_random(crate::dice::random()),
        organization: work.organization.id,
        name: name.as_ref(),
        secret_hash: sha256(secret.reveal()),
        mask: &secret.mask(),
        scopes: wanted.scopes,
        created_by: maker.user,
        expires_at: lifetime.ends(work.now),
        reminds: lifetime.duration().is_some_and(|duration| duration > REMINDED_BEFORE),
        version: work.version(),
    };
    let (id, expires_at, now) = (new.id, new.expires_at, work.now);
    tokens::insert(&mut work.c, new, now).await?;
    let change = Change { added: has.clone(), removed: BTreeSet::new() };
    grants::apply(&mut work.c, id, &change, maker.user, now).await?;
    let token = tokens::find(&mut work.c, work.organization.id, id).await?.ok_or(Refusal::NotFound)?;
    let listed = context.listed(token, &all, &has);
    let kubeconfig = match &context.settings().cluster {
        Some(cluster) => {
            let slug = &work.organization.slug;
            Some(kubeconfig::write(cluster, slug, id, &secret, &listed.namespaces)?)
        }
        None => None,
    };
    let (namespaces, scopes) = (listed.namespaces.clone(), wanted.scopes);
    work.commit(ActivityEvent::TokenCreated { token: secret.mask(), name, namespaces, scopes, expires_at }).await?;
    Ok(Created { listed, secret, kubeconfig })
}

pub(crate) fn new_secret() -> Secret {
    Secret::from_random(crate::dice::bytes())
}

/// Makes `wanted` the full set of this token's namespaces.
///
/// # Errors
/// [`Refusal::UnknownNamespace`].
pub async fn assign(context: &Context, slug: &str, token: &str, wanted: &[String]) -> Result<Listed, Error> {
    let mut work = context.begin(slug, Action::AssignToken).await?;
    let token = target(&mut work, token).await?;
    let all = namespaces::list(&mut work.c, work.organization.id).await?;
    let has = grants::of(&mut work.c, token.id, work.now).await?;
    let wanted: BTreeSet<_> = named(&all, wanted)?.into_keys().collect();
    let change = Change::between(&has, &wanted);
    let mut listed = context.listed(token, &all, &wanted);
    if change.is_empty() {
        return Ok(listed);
    }
    let by = work.member()?.user;
    let (now, version) = (work.now, work.version());
    listed.token.version = version;
    grants::apply(&mut work.c, listed.token.id, &change, by, now).await?;
    tokens::set_version(&mut work.c, listed.token.id, version).await?;
    let (added, removed) = (names(&all, &change.added), names(&all, &change.removed));
    let (token, name) = (listed.token.mask.clone(), listed.token.name.clone());
    work.commit(ActivityEvent::TokenAssigned { token, name, added, removed }).await?;
    Ok(listed)
}

/// Ends a token at once.
pub async fn remove(context: &Context, slug: &str, token: &str) -> Result<Token, Error> {
    let mut work = context.begin(slug, Action::RemoveToken).await?;
    let token = target(&mut work, token).await?;
    end(&mut work, &token).await?;
    work.commit_recorded().await?;
    Ok(token)
}

/// Ends a token within work that has other things to do as well, and records it.
pub(crate) async fn end(work: &mut Work, token: &Token) -> Result<(), Error> {
    let version = work.version();
    tokens::remove(&mut work.c, work.organization.id, token.id, version, work.now).await?;
    work.record(&ActivityEvent::TokenRemoved { token: token.mask.clone(), name: token.name.clone() }).await
}

/// The kubeconfig of a token whose secret the asker holds: nobody else can have it made.
///
/// # Errors
/// [`Refusal::NoCluster`]; [`Refusal::TokenMalformed`], [`Refusal::TokenUnknown`].
pub async fn kubeconfig(context: &Context, slug: &str, secret: &str) -> Result<Kubeconfig, Error> {
    let mut look = context.look(slug, Action::SeeTokens).await?;
    let cluster = context.settings().cluster.as_ref().ok_or(Refusal::NoCluster)?;
    let secret = Secret::parse(secret)?;
    let found = tokens::find_by_secret(&mut look.c, &sha256(secret.reveal())).await?;
    let organization = &look.organization;
    let token = found.filter(|token| token.organization == organization.id).ok_or(Refusal::TokenUnknown)?;
    if let Some(at) = token.expires_at.filter(|_| is_expired(token.expires_at, context.now())) {
        return Err(Refusal::TokenExpired { at }.into());
    }
    let all = namespaces::list(&mut look.c, organization.id).await?;
    let has = grants::of(&mut look.c, token.id, context.now()).await?;
    let text = kubeconfig::write(cluster, &organization.slug, token.id, &secret, &names(&all, &has))?;
    Ok(Kubeconfig { file_name: kubeconfig::file_name(&organization.slug), text })
}

pub(crate) fn parse_id(token: &str) -> Result<TokenId, Refusal> {
    token.parse().map_err(|_| Refusal::NotFound)
}

async fn target(work: &mut Work, token: &str) -> Result<Token, Error> {
    let id = parse_id(token)?;
    tokens::find(&mut work.c, work.organization.id, id).await?.ok_or(Error::Refused(Refusal::NotFound))
}

/// How a token is called where people read who invited them: `The API token “ci-deploy”`.
pub(crate) async fn called(c: &mut Connection, token: TokenId) -> Result<Option<String>, Error> {
    Ok(tokens::find_ever(c, token).await?.map(|token| match token.name {
        Some(name) => format!("The API token “{name}”"),
        None => "An API token".to_owned(),
    }))
}
