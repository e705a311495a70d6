//! API access tokens. Checking one is a single indexed read and no write; what a removed one was stays for what it gave.

use crate::{Connection, Error, at::At};
use domain::{
    grant::Giver,
    id::{NamespaceId, OrganizationId, TokenId, UserId},
    text::{EmailAddress, TokenName},
    time::Timestamp,
    token::{Bearer, Mask, Scopes},
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

macro_rules! tokens {
    ($which:literal) => {
        concat!(
            "select t.id, t.organization_id, t.name, t.prefix, t.last_four, t.may_members, t.may_invitations, t.may_grants, ",
            "t.created_by as maker, u.email as created_by, t.created_at, t.expires_at, t.last_used_at, t.version, ",
            "o.suspended_at is not null as suspended ",
            "from tokens t join users u on u.id = t.created_by join organizations o on o.id = t.organization_id where ",
            $which
        )
    };
}

statements! {
    INSERT = "insert into tokens (id, organization_id, name, secret_hash, prefix, last_four, may_members, may_invitations,
        may_grants, created_by, created_at, expires_at, reminded_at, version)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    FIND_BY_SECRET = tokens!("t.secret_hash = $1");
    FIND = tokens!("t.organization_id = $1 and t.id = $2 and t.removed_at is null");
    FIND_NOT_TAKEN_BACK = tokens!("t.organization_id = $1 and t.id = $2 and (t.removed_at is null or t.removed_at = t.expires_at)");
    FIND_EVER = tokens!("t.id = $1");
    LIST = tokens!("t.organization_id = $1 and t.removed_at is null and (t.created_at, t.id) < ($2, $3)
        and (t.expires_at is null or t.expires_at > $4) order by t.created_at desc, t.id desc limit $5");
    COUNT = "select count(*) as n from tokens where organization_id = $1 and removed_at is null
        and (expires_at is null or expires_at > $2)";
    GRANTED = "select g.token_id, g.namespace_id from tokens t join token_grants g on g.token_id = t.id
        where t.organization_id = $1 and t.removed_at is null and (t.created_at, t.id) between ($2, $3) and ($4, $5)
        and (g.ends_at is null or g.ends_at > $6)";
    MADE_BY = tokens!("t.organization_id = $1 and t.created_by = $2 and t.removed_at is null
        and (t.expires_at is null or t.expires_at > $3) order by t.created_at desc, t.id desc limit $4");
    MADE_BY_COUNT = "select count(*) as n from tokens where organization_id = $1 and created_by = $2 and removed_at is null
        and (expires_at is null or expires_at > $3)";
    SET_VERSION = "update tokens set version = $2 where id = $1";
    REMOVE = "update tokens set secret_hash = null, removed_at = $3, version = $4 where organization_id = $1 and id = $2 and removed_at is null";
    REMOVE_GRANTS = "delete from token_grants where token_id = $1";
    USED = "update tokens set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $2)";
    ENDING = tokens!("t.removed_at is null and t.expires_at > $1 and t.expires_at <= $2 and t.reminded_at is null
        order by t.expires_at limit $3");
    REMINDED = "update tokens set reminded_at = $2 where id = $1 and reminded_at is null";
    REMOVE_GRANTS_OVER = "delete from token_grants where token_id in
        (select id from tokens where removed_at is null and expires_at < $1)";
    REMOVE_WITHHELD_OVER = "delete from withheld_grants where token_id in
        (select id from tokens where removed_at is null and expires_at < $1)";
    REMOVE_OVER = "update tokens set secret_hash = null, removed_at = expires_at where removed_at is null and expires_at < $1";
}

/// A token as its row has it; its secret is nowhere.
#[derive(Debug, Clone)]
pub struct Token {
    pub id: TokenId,
    pub organization: OrganizationId,
    pub name: Option<TokenName>,
    pub mask: Mask,
    pub scopes: Scopes,
    /// Whoever made it.
    pub maker: UserId,
    /// Their address.
    pub created_by: EmailAddress,
    pub created_at: Timestamp,
    /// `None`: it never ends.
    pub expires_at: Option<Timestamp>,
    /// As it was last written down: up to a minute late.
    pub last_used_at: Option<Timestamp>,
    pub version: i64,
    /// Whether the operator has closed its organization.
    pub suspended: bool,
}

impl Token {
    pub fn bearer(&self) -> Bearer {
        Bearer { token: self.id, organization: self.organization, scopes: self.scopes }
    }

    /// What this token gives, its maker gives.
    pub fn giver(&self) -> Giver {
        Giver { user: self.maker, token: Some(self.id) }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    organization_id: Uuid,
    name: Option<String>,
    prefix: String,
    last_four: String,
    may_members: bool,
    may_invitations: bool,
    may_grants: bool,
    maker: Uuid,
    #[sqlx(try_from = "String")]
    created_by: EmailAddress,
    created_at: At,
    expires_at: Option<At>,
    last_used_at: Option<At>,
    version: i64,
    suspended: bool,
}

impl TryFrom<Row> for Token {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let name = row.name.map(TokenName::try_from).transpose();
        Ok(Self {
            id: row.id.into(),
            organization: row.organization_id.into(),
            name: name.map_err(|problem| Error::Broken(problem.to_string()))?,
            mask: Mask { prefix: row.prefix, last_four: row.last_four },
            scopes: Scopes { members: row.may_members, invitations: row.may_invitations, grants: row.may_grants },
            maker: row.maker.into(),
            created_by: row.created_by,
            created_at: row.created_at.0,
            expires_at: row.expires_at.map(Timestamp::from),
            last_used_at: row.last_used_at.map(Timestamp::from),
            version: row.version,
            suspended: row.suspended,
        })
    }
}

/// A token to be made.
pub struct New<'a> {
    pub id: TokenId,
    pub organization: OrganizationId,
    pub name: Option<&'a TokenName>,
    /// SHA-256 of the secret.
    pub secret_hash: [u8; 32],
    pub mask: &'a Mask,
    pub scopes: Scopes,
    pub created_by: UserId,
    pub expires_at: Option<Timestamp>,
    /// Whether its end is worth a mail: nobody waits for a reminder of a token that lives for hours.
    pub reminds: bool,
    pub version: i64,
}

/// A page to be read, the newest first.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The last row of the page before.
    pub after: Option<(Timestamp, TokenId)>,
    /// Tokens that ended before this are not listed.
    pub ended_since: Timestamp,
    pub limit: u32,
}

fn tokens(rows: Vec<Row>) -> Result<Vec<Token>, Error> {
    rows.into_iter().map(Token::try_from).collect()
}

pub async fn insert(c: &mut Connection, new: New<'_>, now: Timestamp) -> Result<(), Error> {
    execute!(
        c,
        INSERT,
        new.id.uuid(),
        new.organization.uuid(),
        new.name.map(TokenName::as_str),
        &new.secret_hash[..],
        new.mask.prefix.as_str(),
        new.mask.last_four.as_str(),
        new.scopes.members,
        new.scopes.invitations,
        new.scopes.grants,
        new.created_by.uuid(),
        At(now),
        new.expires_at.map(At),
        (!new.reminds).then_some(At(now)),
        new.version
    )?;
    Ok(())
}

/// The token with this secret, expired or not.
pub async fn find_by_secret(c: &mut Connection, secret_hash: &[u8; 32]) -> Result<Option<Token>, Error> {
    let row: Option<Row> = one!(c, FIND_BY_SECRET, &secret_hash[..])?;
    row.map(Token::try_from).transpose()
}

/// A token of this organization that was not removed, expired or not.
pub async fn find(c: &mut Connection, organization: OrganizationId, id: TokenId) -> Result<Option<Token>, Error> {
    let row: Option<Row> = one!(c, FIND, organization.uuid(), id.uuid())?;
    row.map(Token::try_from).transpose()
}

/// As [`find`], those too that ended by themselves so long ago that they are swept away.
pub async fn find_not_taken_back(
    c: &mut Connection,
    organization: OrganizationId,
    id: TokenId,
) -> Result<Option<Token>, Error> {
    let row: Option<Row> = one!(c, FIND_NOT_TAKEN_BACK, organization.uuid(), id.uuid())?;
    row.map(Token::try_from).transpose()
}

/// As [`find`], removed ones too: for what they gave.
pub async fn find_ever(c: &mut Connection, id: TokenId) -> Result<Option<Token>, Error> {
    let row: Option<Row> = one!(c, FIND_EVER, id.uuid())?;
    row.map(Token::try_from).transpose()
}

pub async fn page(c: &mut Connection, organization: OrganizationId, page: Page) -> Result<Vec<Token>, Error> {
    let (at, id) = page.after.map_or((Timestamp::LATEST, Uuid::max()), |(at, id)| (at, id.uuid()));
    let limit = i64::from(page.limit);
    tokens(all!(c, LIST, organization.uuid(), At(at), id, At(page.ended_since), limit)?)
}

/// How many [`page`] would list in all.
pub async fn count(c: &mut Connection, organization: OrganizationId, ended_since: Timestamp) -> Result<u64, Error> {
    let row: Option<(i64,)> = one!(c, COUNT, organization.uuid(), At(ended_since))?;
    Ok(row.map_or(0, |(n,)| n.unsigned_abs()))
}

/// The namespaces of every token on a page, by one query.
pub async fn granted(
    c: &mut Connection,
    organization: OrganizationId,
    page: &[Token],
    now: Timestamp,
) -> Result<BTreeMap<TokenId, BTreeSet<NamespaceId>>, Error> {
    let mut granted: BTreeMap<TokenId, BTreeSet<NamespaceId>> = BTreeMap::new();
    if let (Some(newest), Some(oldest)) = (page.first(), page.last()) {
        let rows: Vec<(Uuid, Uuid)> = all!(
            c,
            GRANTED,
            organization.uuid(),
            At(oldest.created_at),
            oldest.id.uuid(),
            At(newest.created_at),
            newest.id.uuid(),
            At(now)
        )?;
        for (token, namespace) in rows {
            granted.entry(token.into()).or_default().insert(namespace.into());
        }
    }
    Ok(granted)
}

/// The newest tokens that this person made here, and how many there are.
pub async fn made_by(
    c: &mut Connection,
    organization: OrganizationId,
    maker: UserId,
    ended_since: Timestamp,
    limit: u32,
) -> Result<(Vec<Token>, u64), Error> {
    let (organization, maker) = (organization.uuid(), maker.uuid());
    let rows = tokens(all!(c, MADE_BY, organization, maker, At(ended_since), i64::from(limit))?)?;
    let count: Option<(i64,)> = one!(c, MADE_BY_COUNT, organization, maker, At(ended_since))?;
    Ok((rows, count.map_or(0, |(n,)| n.unsigned_abs())))
}

/// Marks that this token changed.
pub async fn set_version(c: &mut Connection, id: TokenId, version: i64) -> Result<(), Error> {
    execute!(c, SET_VERSION, id.uuid(), version)?;
    Ok(())
}

/// Ends a token at once, and what it was given; `false` when this organization has no such token.
pub async fn remove(
    c: &mut Connection,
    organization: OrganizationId,
    id: TokenId,
    version: i64,
    now: Timestamp,
) -> Result<bool, Error> {
    let removed = execute!(c, REMOVE, organization.uuid(), id.uuid(), At(now), version)? == 1;
    if removed {
        execute!(c, REMOVE_GRANTS, id.uuid())?;
        crate::withheld::delete_of_token(c, id).await?;
    }
    Ok(removed)
}

/// Writes when each was last used; gathered in memory, so that a request writes nothing.
pub async fn used(c: &mut Connection, used: &[(TokenId, Timestamp)]) -> Result<(), Error> {
    for (id, at) in used {
        execute!(c, USED, id.uuid(), At(*at))?;
    }
    Ok(())
}

/// Tokens that end after `now` and by `until`, and of whose end nobody was told.
pub async fn ending(c: &mut Connection, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Token>, Error> {
    tokens(all!(c, ENDING, At(now), At(until), i64::from(limit))?)
}

/// `false` when somebody else took it upon themselves at the same moment.
pub async fn reminded(c: &mut Connection, id: TokenId, now: Timestamp) -> Result<bool, Error> {
    Ok(execute!(c, REMINDED, id.uuid(), At(now))? == 1)
}

/// Removes tokens that ended before `ended`.
pub async fn remove_over(c: &mut Connection, ended: Timestamp) -> Result<u64, Error> {
    execute!(c, REMOVE_GRANTS_OVER, At(ended))?;
    execute!(c, REMOVE_WITHHELD_OVER, At(ended))?;
    execute!(c, REMOVE_OVER, At(ended))
}
