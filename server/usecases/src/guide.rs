//! What somebody needs to know first in an organization: what it has yet to set up, or whom to ask.

use crate::{Context, Error};
use domain::{
    Refusal,
    access::Action,
    text::{EmailAddress, NamespaceName},
};
use storage::{grants, members, namespaces};

/// How many admins are named.
const NAMED: usize = 5;

#[derive(Debug, Clone, Default)]
pub struct Guide {
    /// Where the asker may work.
    pub own: Vec<NamespaceName>,
    /// All namespaces of the organization, in order.
    pub all: Vec<NamespaceName>,
    /// Active admins, the first five by address.
    pub admins: Vec<EmailAddress>,
}

/// For a person; tokens need no guide.
pub async fn read(context: &Context, slug: &str) -> Result<Guide, Error> {
    let mut look = context.look(slug, Action::SeeOwnGrants).await?;
    let own = look.member.as_ref().ok_or(Refusal::PeopleOnly)?.id;
    let organization = look.organization.id;
    let all = namespaces::list(&mut look.c, organization).await?;
    let has = grants::of(&mut look.c, own, context.now()).await?;
    let admins = members::admins(&mut look.c, organization).await?;
    Ok(Guide {
        own: crate::namespaces::names(&all, &has),
        all: all.into_iter().map(|namespace| namespace.name).collect(),
        admins: admins.into_iter().take(NAMED).map(|admin| admin.email).collect(),
    })
}
