//! Namespaces of organizations.

use crate::{Connection, Error, at::At};
use domain::{
    id::{NamespaceId, OrganizationId, UserId},
    namespace::Prefix,
    text::{EmailAddress, NamespaceLabel, NamespaceName, PersonName, Slug},
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    INSERT = "insert into namespaces (id, organization_id, label, name, created_by, created_at)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    // One line that whoever takes a name or a slug writes to first. Of two that would get the same name by different ways, one
    // sees what the other has taken.
    LOCK_NAMES = "insert into installation_settings (name, value) values ('namespaces', '') on conflict (name) do update set value = excluded.value";
    BEGINNING = "select 1 as present from namespaces where name >= $1 and name < $2 and not (name >= $3 and name < $4) limit 1";
    LIST = "select n.id, n.label, n.name, n.created_at, u.email as created_by, n.adopted_at is not null as adopted
        from namespaces n join users u on u.id = n.created_by where n.organization_id = $1 order by n.name";
    ADOPT = "update namespaces set adopted_at = $2 where id = $1";
    DELETE_GRANTS = "delete from grants where namespace_id = $1";
    DELETE_TOKEN_GRANTS = "delete from token_grants where namespace_id = $1";
    DELETE_WITHHELD = "delete from withheld_grants where namespace_id = $1";
    DELETE_OFFERED = "delete from invitation_namespaces where namespace_id = $1";
    DELETE = "delete from namespaces where organization_id = $1 and id = $2";
    COUNT = "select count(*) as n from namespaces where organization_id = $1";
    PEOPLE = "select g.namespace_id, m.email, u.first_name, u.last_name from namespaces n
        join grants g on g.namespace_id = n.id join members m on m.id = g.member_id join users u on u.id = m.user_id
        where n.id = $1 and m.status = 'active' and (g.ends_at is null or g.ends_at > $2) order by m.email limit $3";
    PEOPLE_COUNTS = "select n.id as namespace_id, count(m.id) as people from namespaces n
        left join grants g on g.namespace_id = n.id and (g.ends_at is null or g.ends_at > $2)
        left join members m on m.id = g.member_id and m.status = 'active' where n.organization_id = $1 group by n.id";
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Namespace {
    #[sqlx(try_from = "Uuid")]
    pub id: NamespaceId,
    #[sqlx(try_from = "String")]
    pub label: NamespaceLabel,
    #[sqlx(try_from = "String")]
    pub name: NamespaceName,
    #[sqlx(try_from = "At")]
    pub created_at: Timestamp,
    #[sqlx(try_from = "String")]
    pub created_by: EmailAddress,
    /// It was in the cluster before, and the operator gave it to the organization.
    pub adopted: bool,
}

/// Somebody who may work in a namespace.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Person {
    #[sqlx(rename = "namespace_id", try_from = "Uuid")]
    pub namespace: NamespaceId,
    #[sqlx(try_from = "String")]
    pub email: EmailAddress,
    #[sqlx(try_from = "String")]
    pub first_name: PersonName,
    #[sqlx(try_from = "String")]
    pub last_name: PersonName,
}

#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct PeopleCount {
    #[sqlx(rename = "namespace_id", try_from = "Uuid")]
    pub namespace: NamespaceId,
    pub people: i64,
}

/// A namespace to be made.
pub struct New<'a> {
    pub id: NamespaceId,
    pub organization: OrganizationId,
    pub label: &'a NamespaceLabel,
    pub name: &'a NamespaceName,
    pub created_by: UserId,
}

/// `false` when the name is taken, in this organization or another.
pub async fn insert(c: &mut Connection, new: New<'_>, now: Timestamp) -> Result<bool, Error> {
    let made = execute!(
        c,
        INSERT,
        new.id.uuid(),
        new.organization.uuid(),
        new.label.as_str(),
        new.name.as_str(),
        new.created_by.uuid(),
        At(now)
    )?;
    Ok(made == 1)
}

/// Holds all names of namespaces and all slugs until the transaction ends: nobody else takes one.
pub async fn lock_names(c: &mut Connection) -> Result<(), Error> {
    execute!(c, LOCK_NAMES)?;
    Ok(())
}

/// Whether there is a namespace, of any organization, that would belong to one with this slug. A name behind the prefix is
/// judged by what follows it, any other as it is: as [`domain::namespace::Rules::owners_of`] has it.
pub async fn would_belong_to(c: &mut Connection, slug: &Slug, prefix: &Prefix) -> Result<bool, Error> {
    // `.` follows `-` and comes before every letter and digit: from `acme` to `acme.` are `acme` and what begins with `acme-`.
    let to = |beginning: &str| format!("{beginning}.");
    // All that begins with the prefix, whose last character is a hyphen. Without a prefix there is nothing of the kind.
    let behind = prefix.as_str().strip_suffix('-').map_or_else(String::new, to);
    let behind = (prefix.as_str(), behind.as_str());
    let prefixed = format!("{prefix}{slug}");
    let mut looked = vec![(prefixed.as_str(), ("", ""))];
    if !prefix.is_empty() {
        looked.push((slug.as_str(), behind));
    }
    for (beginning, but) in looked {
        let found: Option<(i32,)> = one!(c, BEGINNING, beginning, to(beginning).as_str(), but.0, but.1)?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// All of them: the limit keeps them few.
pub async fn list(c: &mut Connection, organization: OrganizationId) -> Result<Vec<Namespace>, Error> {
    all!(c, LIST, organization.uuid())
}

pub async fn count(c: &mut Connection, organization: OrganizationId) -> Result<u32, Error> {
    let row: Option<(i64,)> = one!(c, COUNT, organization.uuid())?;
    Ok(row.map_or(0, |(n,)| u32::try_from(n).unwrap_or(u32::MAX)))
}

/// The first `limit` active members who may work in one namespace.
pub async fn people(
    c: &mut Connection,
    namespace: NamespaceId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Person>, Error> {
    all!(c, PEOPLE, namespace.uuid(), At(now), i64::from(limit))
}

/// How many active members may work in each.
pub async fn people_counts(
    c: &mut Connection,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<Vec<PeopleCount>, Error> {
    all!(c, PEOPLE_COUNTS, organization.uuid(), At(now))
}

/// Marks that it is in the cluster already, and may be taken over there.
pub async fn adopt(c: &mut Connection, id: NamespaceId, now: Timestamp) -> Result<(), Error> {
    execute!(c, ADOPT, id.uuid(), At(now))?;
    Ok(())
}

/// Takes it from the organization, with everything given in it; `false` when the organization has no such namespace.
pub async fn delete(c: &mut Connection, organization: OrganizationId, id: NamespaceId) -> Result<bool, Error> {
    for statement in [DELETE_GRANTS, DELETE_TOKEN_GRANTS, DELETE_WITHHELD, DELETE_OFFERED] {
        execute!(c, statement, id.uuid())?;
    }
    Ok(execute!(c, DELETE, organization.uuid(), id.uuid())? == 1)
}
