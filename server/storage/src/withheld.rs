//! What no admin gives: withheld permissions of members and tokens, given by the operator.

use crate::{Connection, Error, at::At};
use domain::{
    grant::Holder,
    id::{MemberId, NamespaceId, OrganizationId, TokenId, UserId},
    permission::Permission,
    text::NamespaceName,
    time::Timestamp,
};
use uuid::Uuid;

macro_rules! withheld {
    ($which:literal) => {
        concat!(
            "select w.id, w.member_id, w.token_id, m.user_id, w.namespace_id, n.name as namespace, w.permission, w.granted_by, ",
            "w.granted_at, w.ends_at from withheld_grants w join namespaces n on n.id = w.namespace_id ",
            "left join members m on m.id = w.member_id where ",
            $which
        )
    };
}

statements! {
    INSERT = "insert into withheld_grants (id, organization_id, namespace_id, member_id, token_id, permission, granted_by, granted_at, ends_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing";
    // Its time is over: what is given anew is not what was.
    MAKE_ROOM = "delete from withheld_grants where namespace_id = $1 and permission = $2 and (member_id = $3 or token_id = $4)
        and ends_at <= $5";
    OF_ORGANIZATION = withheld!("w.organization_id = $1");
    OF_MEMBER = withheld!("w.member_id = $1 and (w.ends_at is null or w.ends_at > $2) order by n.name, w.permission");
    OF_TOKEN = withheld!("w.token_id = $1 and (w.ends_at is null or w.ends_at > $2) order by n.name, w.permission");
    IN_NAMESPACE = withheld!("w.namespace_id = $1 and (w.ends_at is null or w.ends_at > $2) order by w.permission, w.granted_at");
    OVER = withheld!("w.organization_id = $1 and w.ends_at <= $2");
    DELETE = "delete from withheld_grants where id = $1";
    DELETE_OF_TOKEN = "delete from withheld_grants where token_id = $1";
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    member_id: Option<Uuid>,
    token_id: Option<Uuid>,
    user_id: Option<Uuid>,
    namespace_id: Uuid,
    #[sqlx(try_from = "String")]
    namespace: NamespaceName,
    permission: String,
    granted_by: String,
    granted_at: At,
    ends_at: Option<At>,
}

/// One withheld permission of one holder in one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    pub id: Uuid,
    pub holder: Holder,
    /// The member's account; a token has none.
    pub user: Option<UserId>,
    pub namespace_id: NamespaceId,
    pub namespace: NamespaceName,
    pub permission: Permission,
    pub granted_by: String,
    pub granted_at: Timestamp,
    /// `None`: until somebody takes it away.
    pub ends_at: Option<Timestamp>,
}

impl TryFrom<Row> for Withheld {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let holder = match (row.member_id, row.token_id) {
            (Some(id), None) => Holder::Member(id.into()),
            (None, Some(id)) => Holder::Token(id.into()),
            _ => return Err(Error::Broken(format!("the withheld grant {} is nobody's", row.id))),
        };
        let permission = Permission::parse(&row.permission).filter(|permission| permission.is_withheld());
        Ok(Self {
            id: row.id,
            holder,
            user: row.user_id.map(UserId::from),
            namespace_id: row.namespace_id.into(),
            namespace: row.namespace,
            permission: permission.ok_or_else(|| Error::Broken("a withheld grant of no withheld permission".into()))?,
            granted_by: row.granted_by,
            granted_at: row.granted_at.0,
            ends_at: row.ends_at.map(Timestamp::from),
        })
    }
}

/// A withheld permission to be given.
pub struct New<'a> {
    pub id: Uuid,
    pub organization: OrganizationId,
    pub namespace: NamespaceId,
    pub holder: Holder,
    pub permission: Permission,
    pub granted_by: &'a str,
    pub ends_at: Option<Timestamp>,
}

fn read(rows: Vec<Row>) -> Result<Vec<Withheld>, Error> {
    rows.into_iter().map(Withheld::try_from).collect()
}

/// `false` when the holder has it there already.
pub async fn insert(c: &mut Connection, new: New<'_>, now: Timestamp) -> Result<bool, Error> {
    let (member, token) = match new.holder {
        Holder::Member(id) => (Some(id), None),
        Holder::Token(id) => (None, Some(id)),
    };
    let (member, token) = (member.map(MemberId::uuid), token.map(TokenId::uuid));
    execute!(c, MAKE_ROOM, new.namespace.uuid(), new.permission.as_str(), member, token, At(now))?;
    let made = execute!(
        c,
        INSERT,
        new.id,
        new.organization.uuid(),
        new.namespace.uuid(),
        member,
        token,
        new.permission.as_str(),
        new.granted_by,
        At(now),
        new.ends_at.map(At)
    )?;
    Ok(made == 1)
}

pub async fn of_organization(c: &mut Connection, organization: OrganizationId) -> Result<Vec<Withheld>, Error> {
    read(all!(c, OF_ORGANIZATION, organization.uuid())?)
}

/// What somebody has now.
pub async fn of(c: &mut Connection, holder: impl Into<Holder>, now: Timestamp) -> Result<Vec<Withheld>, Error> {
    read(match holder.into() {
        Holder::Member(id) => all!(c, OF_MEMBER, id.uuid(), At(now))?,
        Holder::Token(id) => all!(c, OF_TOKEN, id.uuid(), At(now))?,
    })
}

/// Few: each was given by an operator's own hand.
pub async fn in_namespace(c: &mut Connection, namespace: NamespaceId, now: Timestamp) -> Result<Vec<Withheld>, Error> {
    read(all!(c, IN_NAMESPACE, namespace.uuid(), At(now))?)
}

/// Those of one organization whose time is over.
pub async fn over_in(c: &mut Connection, organization: OrganizationId, now: Timestamp) -> Result<Vec<Withheld>, Error> {
    read(all!(c, OVER, organization.uuid(), At(now))?)
}

pub async fn delete(c: &mut Connection, id: Uuid) -> Result<(), Error> {
    execute!(c, DELETE, id)?;
    Ok(())
}

pub(crate) async fn delete_of_token(c: &mut Connection, id: TokenId) -> Result<(), Error> {
    execute!(c, DELETE_OF_TOKEN, id.uuid())?;
    Ok(())
}
