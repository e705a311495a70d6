//! Admins, founders, and people who go.

use crate::{Context, Error, gates::Work, members::parse_id};
use domain::{
    Refusal,
    access::Action,
    activity::ActivityEvent,
    id::{InvitationId, MemberId, OrganizationId},
    letter::AccessChange,
    membership::Role,
    text::EmailAddress,
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};
use storage::{
    Connection,
    members::{self, Member},
    operators,
    organizations::{self, Organization},
    removal,
    tokens::{self, Token},
    users::{self, User},
};

/// Tokens that a removal names; they belong to their organization and stay.
const TOKENS_NAMED: u32 = 50;

/// What removing a person takes, and what it leaves.
#[derive(Debug, Clone)]
pub struct Removal {
    /// First and last name, as the logs go on to call them.
    pub name: String,
    pub email: EmailAddress,
    /// The organizations that they are removed from.
    pub organizations: Vec<Organization>,
    /// Tokens that they made and that still stand, and of which organization each is.
    pub tokens: Vec<(Organization, Token)>,
}

async fn target(work: &mut Work, member: MemberId) -> Result<Member, Error> {
    let organization = work.organization.id;
    members::find(&mut work.c, organization, member).await?.ok_or(Error::Refused(Refusal::NotFound))
}

/// Gives or takes the role of admin.
///
/// # Errors
/// As [`domain::membership::Membership::with_role`].
pub async fn change_role(context: &Context, slug: &str, member: &str, role: Role) -> Result<Member, Error> {
    let mut work = context.begin(slug, Action::ChangeRole).await?;
    let member = set_role(&mut work, parse_id(member)?, role).await?;
    work.commit_recorded().await?;
    Ok(member)
}

pub(super) async fn set_role(work: &mut Work, member: MemberId, role: Role) -> Result<Member, Error> {
    let target = target(work, member).await?;
    let organization = work.organization.clone();
    let active_admins = members::active_admins(&mut work.c, organization.id).await?;
    let changed = target.membership(organization.founder).with_role(role, active_admins)?;
    let version = work.version();
    members::set_role(&mut work.c, &changed, version).await?;
    let (event, change) = match role {
        Role::Admin => (true, AccessChange::MadeAdmin),
        Role::Member => (false, AccessChange::NoLongerAdmin),
    };
    tell(work, &target, change).await?;
    work.record(&ActivityEvent::MemberRoleChanged { email: target.email.clone(), admin: event }).await?;
    Ok(Member { role, version, ..target })
}

/// Makes somebody else the founder, and an admin with it. Whoever was it stays an admin.
///
/// # Errors
/// As [`domain::membership::Membership::into_founder`].
pub async fn change_founder(context: &Context, slug: &str, member: &str) -> Result<Member, Error> {
    let mut work = context.begin(slug, Action::ChangeFounder).await?;
    let member = set_founder(&mut work, parse_id(member)?).await?;
    work.commit_recorded().await?;
    Ok(member)
}

pub(super) async fn set_founder(work: &mut Work, member: MemberId) -> Result<Member, Error> {
    let target = target(work, member).await?;
    let organization = work.organization.clone();
    let changed = target.membership(organization.founder).into_founder()?;
    let version = work.version();
    members::set_role(&mut work.c, &changed, version).await?;
    organizations::set_founder(&mut work.c, organization.id, target.user).await?;
    work.organization.founder = target.user;
    tell(work, &target, AccessChange::MadeFounder).await?;
    work.record(&ActivityEvent::FounderChanged { email: target.email.clone() }).await?;
    Ok(Member { role: changed.role, version, ..target })
}

async fn tell(work: &mut Work, member: &Member, change: AccessChange) -> Result<(), Error> {
    work.tell_access(&member.email, member.user, change).await
}

/// What [`remove_user`] would do. Changes nothing.
///
/// # Errors
/// As [`remove_user`].
pub async fn preview_removal(context: &Context, slug: &str, member: &str) -> Result<Removal, Error> {
    let mut look = context.look(slug, Action::RemoveUser).await?;
    let (organization, id) = (look.organization.id, parse_id(member)?);
    let target = members::find(&mut look.c, organization, id).await?.ok_or(Refusal::NotFound)?;
    let mut organizations = Vec::new();
    for membership in removal::memberships(&mut look.c, target.user).await? {
        organizations.extend(organizations::find(&mut look.c, membership.organization).await?);
    }
    gather(&mut look.c, &target, organizations, context.now()).await
}

/// Removes a person from every organization and forgets their address, password, sessions, grants, invitations and mail.
/// Their name stays in the logs, and the tokens they made with their organizations; what they made as an operator, for
/// their programs, ends.
///
/// # Errors
/// [`Refusal::StillActive`] and [`Refusal::FounderStays`], of any organization; [`Refusal::LastOperator`].
pub async fn remove_user(context: &Context, slug: &str, member: &str) -> Result<Removal, Error> {
    let mut work = context.begin(slug, Action::RemoveUser).await?;
    let removal = forget(&mut work, parse_id(member)?).await?;
    work.commit_recorded().await?;
    Ok(removal)
}

pub(super) async fn forget(work: &mut Work, member: MemberId) -> Result<Removal, Error> {
    let target = target(work, member).await?;
    let user = users::find(&mut work.c, target.user).await?.ok_or(Refusal::NotFound)?;
    let mut places = BTreeMap::from([(work.organization.id, work.organization.clone())]);
    lock_all(work, &user, &mut places).await?;
    // Before the person's own row, as whoever makes operators has them.
    operators::lock(&mut work.c).await?;
    // From here on they join nothing; what they joined since is seen now. In this order, because whoever accepts an
    // invitation has its organization before they have their own row.
    if !users::hold(&mut work.c, user.id).await? {
        return Err(Refusal::NotFound.into());
    }
    let (memberships, offers) = lock_all(work, &user, &mut places).await?;
    let left = memberships.iter().filter_map(|it| places.get(&it.organization).cloned()).collect();
    let removal = gather(&mut work.c, &target, left, work.now).await?;
    if operators::is_one(&mut work.c, user.id).await? && operators::all(&mut work.c).await?.len() == 1 {
        return Err(Refusal::LastOperator.into());
    }
    let instead = EmailAddress::of_removed(&user.first_name, &user.last_name, user.id);
    let now = work.now;
    let mut events = Vec::new();
    for offer in offers {
        if removal::revoke(&mut work.c, offer, now).await? {
            events.push((offer.1, ActivityEvent::InvitationRevoked { email: instead.clone() }));
        }
    }
    for membership in &memberships {
        removal::delete_member(&mut work.c, membership).await?;
        events.push((membership.organization, ActivityEvent::UserRemoved { name: removal.name.clone() }));
    }
    removal::forget(&mut work.c, &user, &instead, &removal.name, now).await?;
    for (organization, event) in events {
        match places.get(&organization).filter(|place| place.id != work.organization.id) {
            Some(place) => work.record_in(place, &event).await?,
            None => work.record(&event).await?,
        }
    }
    Ok(removal)
}

/// Takes the lock of every organization that a person is in or invited to: each of them changes, and its controller looks
/// again.
async fn lock_all(
    work: &mut Work,
    user: &User,
    places: &mut BTreeMap<OrganizationId, Organization>,
) -> Result<(Vec<removal::Membership>, Vec<(InvitationId, OrganizationId)>), Error> {
    let memberships = removal::memberships(&mut work.c, user.id).await?;
    let offers = removal::pending(&mut work.c, &user.email).await?;
    let ids = memberships.iter().map(|it| it.organization).chain(offers.iter().map(|(_, organization)| *organization));
    for id in ids.collect::<BTreeSet<_>>() {
        if let Entry::Vacant(place) = places.entry(id) {
            place.insert(organizations::lock(&mut work.c, id).await?.ok_or(Refusal::NotFound)?);
        }
    }
    Ok((memberships, offers))
}

/// Whether this person may be removed, and what that concerns.
async fn gather(
    c: &mut Connection,
    target: &Member,
    organizations: Vec<Organization>,
    now: Timestamp,
) -> Result<Removal, Error> {
    let mut all = Vec::new();
    for organization in &organizations {
        let member = members::find_by_user(c, organization.id, target.user).await?.ok_or(Refusal::NotFound)?;
        member.membership(organization.founder).may_be_removed()?;
        let (made, _) = tokens::made_by(c, organization.id, target.user, now, TOKENS_NAMED).await?;
        all.extend(made.into_iter().map(|token| (organization.clone(), token)));
    }
    let name = format!("{} {}", target.first_name, target.last_name);
    Ok(Removal { name, email: target.email.clone(), organizations, tokens: all })
}
