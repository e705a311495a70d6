//! Who was given something in a namespace, page by page, and what it was. Whoever is off keeps what they were given, and
//! is listed with the others.
//!
//! Members are read in the order of their addresses and tokens the newest first, each by the index that has them so, from
//! the cursor on until the page is full.

use crate::{
    Connection, Error,
    at::At,
    members::{Listed, token_or_user},
};
use domain::{
    id::{MemberId, NamespaceId, OrganizationId, TokenId},
    text::NamespaceName,
    time::Timestamp,
    token::Mask,
};
use uuid::Uuid;

// To be asked for by name: `holder`, what was given `g`, the namespace `n`, who gave it `b`, through which token `t`.
macro_rules! given_to_members {
    ($from:literal) => {
        concat!(
            "select g.member_id as holder, n.name as namespace, ",
            token_or_user!("b"),
            " as granted_by, g.granted_at, g.ends_at from ",
            $from,
            " join namespaces n on n.id = g.namespace_id join users b on b.id = g.granted_by left join tokens t on t.id = g.granted_by_token "
        )
    };
}

statements! {
    MEMBERS_IN = "select m.id, m.user_id, m.email, m.status, m.version from members m
        where m.organization_id = $1 and (m.email, m.id) > ($3, $4)
        and (exists (select 1 from grants g where g.member_id = m.id and g.namespace_id = $2)
            or exists (select 1 from withheld_grants w where w.member_id = m.id and w.namespace_id = $2))
        order by m.email, m.id limit $5";
    TOKENS_IN = "select t.id, t.name, t.prefix, t.last_four, t.created_at, t.expires_at from tokens t
        where t.organization_id = $1 and t.removed_at is null and (t.created_at, t.id) < ($3, $4)
        and (exists (select 1 from token_grants g where g.token_id = t.id and g.namespace_id = $2)
            or exists (select 1 from withheld_grants w where w.token_id = t.id and w.namespace_id = $2))
        order by t.created_at desc, t.id desc limit $5";
    GIVEN_TO_MEMBERS_IN = concat!(
        given_to_members!("members m join grants g on g.member_id = m.id and g.namespace_id = $2"),
        "where m.organization_id = $1 and (m.email, m.id) >= ($3, $4) and (m.email, m.id) <= ($5, $6)"
    );
    GIVEN_TO_MEMBER = concat!(given_to_members!("grants g"), "where g.member_id = $1 order by n.name");
    GIVEN_TO_TOKENS_IN = "select g.token_id as holder, n.name as namespace, b.email as granted_by, g.granted_at, g.ends_at
        from tokens t join token_grants g on g.token_id = t.id and g.namespace_id = $2
        join namespaces n on n.id = g.namespace_id join users b on b.id = g.granted_by
        where t.organization_id = $1 and t.removed_at is null and (t.created_at, t.id) >= ($3, $4) and (t.created_at, t.id) <= ($5, $6)";
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: Uuid,
    name: Option<String>,
    prefix: String,
    last_four: String,
    created_at: At,
    expires_at: Option<At>,
}

/// A token that was given something and not removed.
#[derive(Debug, Clone)]
pub struct TokenIn {
    pub id: TokenId,
    pub name: Option<String>,
    pub mask: Mask,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

/// One tick. What the operator gives beside it is [`crate::withheld`]'s.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Given {
    /// A member's id, or a token's.
    pub holder: Uuid,
    #[sqlx(try_from = "String")]
    pub namespace: NamespaceName,
    /// An address, or a token's name.
    pub granted_by: String,
    #[sqlx(try_from = "At")]
    pub granted_at: Timestamp,
    ends_at: Option<At>,
}

impl Given {
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.ends_at.map(Timestamp::from)
    }
}

/// The members who were given something in this namespace, by address, after the last one of the page before.
pub async fn members_in(
    c: &mut Connection,
    organization: OrganizationId,
    namespace: NamespaceId,
    after: Option<(&str, MemberId)>,
    limit: u32,
) -> Result<Vec<Listed>, Error> {
    let (email, id) = after.map_or(("", Uuid::nil()), |(email, id)| (email, id.uuid()));
    all!(c, MEMBERS_IN, organization.uuid(), namespace.uuid(), email, id, i64::from(limit))
}

/// The tokens that were given something in this namespace, the newest first, after the last one of the page before.
pub async fn tokens_in(
    c: &mut Connection,
    organization: OrganizationId,
    namespace: NamespaceId,
    after: Option<(Timestamp, TokenId)>,
    limit: u32,
) -> Result<Vec<TokenIn>, Error> {
    let (at, id) = after.map_or((Timestamp::LATEST, Uuid::max()), |(at, id)| (at, id.uuid()));
    let rows: Vec<TokenRow> = all!(c, TOKENS_IN, organization.uuid(), namespace.uuid(), At(at), id, i64::from(limit))?;
    let tokens = rows.into_iter().map(|row| TokenIn {
        id: row.id.into(),
        name: row.name,
        mask: Mask { prefix: row.prefix, last_four: row.last_four },
        created_at: row.created_at.0,
        expires_at: row.expires_at.map(Timestamp::from),
    });
    Ok(tokens.collect())
}

/// What the members of one page were given in a namespace.
pub async fn given_to_members_in(
    c: &mut Connection,
    organization: OrganizationId,
    namespace: NamespaceId,
    page: &[Listed],
) -> Result<Vec<Given>, Error> {
    let (Some(first), Some(last)) = (page.first(), page.last()) else { return Ok(Vec::new()) };
    let (organization, namespace) = (organization.uuid(), namespace.uuid());
    let (from, to) = ((first.email.as_str(), first.id.uuid()), (last.email.as_str(), last.id.uuid()));
    all!(c, GIVEN_TO_MEMBERS_IN, organization, namespace, from.0, from.1, to.0, to.1)
}

/// What the tokens of one page were given in a namespace.
pub async fn given_to_tokens_in(
    c: &mut Connection,
    organization: OrganizationId,
    namespace: NamespaceId,
    page: &[TokenIn],
) -> Result<Vec<Given>, Error> {
    let (Some(newest), Some(oldest)) = (page.first(), page.last()) else { return Ok(Vec::new()) };
    let (organization, namespace) = (organization.uuid(), namespace.uuid());
    let (from, to) = ((oldest.created_at, oldest.id.uuid()), (newest.created_at, newest.id.uuid()));
    all!(c, GIVEN_TO_TOKENS_IN, organization, namespace, At(from.0), from.1, At(to.0), to.1)
}

/// What a member was given, in the order of the namespaces.
pub async fn given_to_member(c: &mut Connection, member: MemberId) -> Result<Vec<Given>, Error> {
    all!(c, GIVEN_TO_MEMBER, member.uuid())
}
