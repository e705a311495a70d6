//! Taking an offer. The row decides what is given, never the request.

use super::namespaces_of;
use crate::{
    Context, Error,
    gates::open_account,
    guesses,
    keys::{Keys, Purpose},
    passwords::Check,
    sessions::{self, Cookie},
};
use domain::{
    Refusal,
    access::{Action, Actor, decide},
    activity::ActivityEvent,
    grant::{Change, Giver, Holder, inherited},
    id::{MemberId, UserId},
    invitation::{Invitation, Inviter, Offer},
    membership::{Role, Status, may_add_one},
    password::Password,
    text::{EmailAddress, NamespaceName, PersonName},
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use storage::{
    Connection, grants, invitations,
    members::{self, Member},
    organizations::{self, Organization},
    tokens,
    users::{self, User},
};

/// What an invitee sees before deciding.
#[derive(Debug, Clone)]
pub struct Preview {
    pub organization: Organization,
    pub email: EmailAddress,
    /// An address, or a token's name.
    pub invited_by: String,
    /// What they would get if they accepted now.
    pub namespaces: Vec<NamespaceName>,
    pub expires_at: Timestamp,
    pub needs_account: bool,
}

/// What the invitee brings along; which of it is needed depends on the account.
#[derive(Debug, Clone, Copy, Default)]
pub struct Accepting<'a> {
    pub first_name: &'a str,
    pub last_name: &'a str,
    /// A new one for a new account; the present one for an account that is not signed in.
    pub password: &'a str,
}

/// Somebody who is a member from now on.
pub struct Joined {
    /// `None` for whoever was signed in already.
    pub cookie: Option<Cookie>,
    pub organization: Organization,
    pub member: Member,
}

async fn proved(context: &Context, c: &mut Connection, secret: &str) -> Result<Invitation, Error> {
    let id = Keys::link_id(secret).ok_or(Refusal::LinkUnknown)?;
    let stored = invitations::find(c, id.into()).await?;
    let found = stored
        .filter(|stored| {
            context.installation.keys.proves(Purpose::Invitation, secret, &stored.invitation.offer().nonce)
        })
        .ok_or(Refusal::LinkUnknown)?;
    Ok(found.invitation)
}

pub(crate) async fn inviter_of(
    c: &mut Connection,
    offer: &Offer,
    organization: &Organization,
    now: Timestamp,
) -> Result<Inviter, Error> {
    let holder = match offer.invited_by {
        // Removing a token that went astray takes back what it offered; that it ended by itself says nothing against it.
        Giver { token: Some(token), .. } => {
            tokens::find_not_taken_back(c, offer.organization, token).await?.map(|token| Holder::from(token.id))
        }
        Giver { user, token: None } => members::find_by_user(c, offer.organization, user)
            .await?
            .filter(|member| member.membership(organization.founder).is_active_admin())
            .map(|member| Holder::from(member.id)),
    };
    Ok(match holder {
        Some(holder) => {
            let has = grants::with_ends(c, holder, now).await?;
            let ends = has.iter().filter_map(|(id, ends_at)| Some((*id, (*ends_at)?))).collect();
            Inviter { may_invite: true, namespaces: has.into_keys().collect(), ends }
        }
        None => Inviter { may_invite: false, namespaces: BTreeSet::new(), ends: BTreeMap::new() },
    })
}

/// Whoever made the offer, as the invitee reads it: an address, or a token's name.
pub(crate) async fn name_of(c: &mut Connection, inviter: Giver) -> Result<Option<String>, Error> {
    match inviter.token {
        Some(token) => crate::tokens::called(c, token).await,
        None => Ok(users::find(c, inviter.user).await?.map(|user| user.email.to_string())),
    }
}

/// Who invited whom to what. Changes nothing, so that a mail scanner may look.
///
/// # Errors
/// [`Refusal::LinkUnknown`], and whatever would refuse the acceptance itself.
pub async fn preview(context: &Context, secret: &str) -> Result<Preview, Error> {
    let mut c = context.installation.db.read().await?;
    let pending = proved(context, &mut c, secret).await?.pending()?;
    let offer = &pending.offer;
    let organization = organizations::find(&mut c, offer.organization).await?.ok_or(Refusal::NotFound)?;
    decide(Actor::Anonymous, organization.place(), None, Action::AcceptInvitation)?;
    let inviter = inviter_of(&mut c, offer, &organization, context.now()).await?;
    pending.may_be_used(context.now(), &inviter)?;
    let invited_by = name_of(&mut c, offer.invited_by).await?.ok_or(Refusal::InviterNoLongerAdmin)?;
    let namespaces = namespaces_of(&mut c, offer, &inherited(&offer.namespaces, &inviter.namespaces)).await?;
    let needs_account = users::find_by_email(&mut c, &offer.email).await?.is_none();
    let expires_at = pending.expires_at;
    Ok(Preview { organization, email: pending.offer.email, invited_by, namespaces, expires_at, needs_account })
}

/// The person who accepts, and whether they need a session.
struct Acceptor {
    user: User,
    new_account: bool,
    new_session: bool,
}

async fn acceptor(context: &Context, offer: &Offer, brings: Accepting<'_>) -> Result<Acceptor, Error> {
    let mut c = context.installation.db.read().await?;
    let found = users::find_by_email(&mut c, &offer.email).await?;
    let Some(user) = found else {
        let organization = organizations::find(&mut c, offer.organization).await?.ok_or(Refusal::NotFound)?;
        // Hashing takes its time; nobody else need wait for this connection meanwhile.
        drop(c);
        let first_name = PersonName::parse(brings.first_name).map_err(Refusal::field("first_name"))?;
        let last_name = PersonName::parse(brings.last_name).map_err(Refusal::field("last_name"))?;
        let names = [first_name.as_str(), last_name.as_str(), offer.email.as_str(), organization.name.as_str()];
        let password = Password::choose(brings.password, &names).map_err(Refusal::field("password"))?;
        let password_hash = context.installation.passwords.hash(password).await?;
        let id = UserId::from_random(crate::dice::random());
        let user = User { id, email: offer.email.clone(), first_name, last_name, password_hash };
        return Ok(Acceptor { user, new_account: true, new_session: true });
    };
    drop(c);
    match context.caller.person() {
        Some(person) if person.user == user.id => Ok(Acceptor { user, new_account: false, new_session: false }),
        Some(_) => Err(Refusal::InvitedSomebodyElse.into()),
        // Somebody who is switched off everywhere else has no other place to prove their password.
        None if !brings.password.is_empty() => {
            if guesses::check(context, user.email.as_str(), Some(&user), brings.password).await? == Check::Wrong {
                return Err(Refusal::WrongCredentials.into());
            }
            Ok(Acceptor { user, new_account: false, new_session: true })
        }
        None => Err(Refusal::SignInToAccept.into()),
    }
}

/// Makes the invitee a member with what the inviter still has of the namespaces offered. Of many who use one link at
/// once, one becomes a member.
///
/// # Errors
/// As [`preview`]; [`Refusal::BadField`] for a new account's names and password; [`Refusal::SignInToAccept`],
/// [`Refusal::InvitedSomebodyElse`], [`Refusal::AlreadyMember`], [`Refusal::DeactivatedMember`],
/// [`Refusal::MemberLimit`].
pub async fn accept(context: &Context, secret: &str, brings: Accepting<'_>) -> Result<Joined, Error> {
    let found = proved(context, &mut context.installation.db.read().await?, secret).await?;
    let offer = found.pending()?.offer;
    // Hashing comes before the transaction: it takes as long as a thousand writes.
    let Acceptor { user, new_account, new_session } = acceptor(context, &offer, brings).await?;

    let mut work = context.begin_at(offer.organization, Action::AcceptInvitation).await?;
    // Read again under the lock: what was true before may be over.
    let pending = proved(context, &mut work.c, secret).await?.pending()?;
    let organization = work.organization.clone();
    let inviter = inviter_of(&mut work.c, &offer, &organization, work.now).await?;
    let accepted = pending.accept(user.id, &user.email, work.now, &inviter)?;
    may_add_one(organization.members_active.unsigned_abs(), organization.member_limit())?;
    if new_account && !open_account(&mut work.c, context, &user, work.now).await? {
        return Err(Refusal::SignInToAccept.into());
    }
    // Whoever is being removed at this moment joins nothing.
    if !users::hold(&mut work.c, user.id).await? {
        return Err(Refusal::NotSignedIn.into());
    }
    let version = work.version();
    let joining = members::Joining {
        id: MemberId::from_random(crate::dice::random()),
        organization: organization.id,
        user: &user,
        role: Role::Member,
        invited_by: Some(offer.invited_by),
        version,
    };
    let id = joining.id;
    if !members::insert(&mut work.c, joining, work.now).await? {
        let present = members::find_by_user(&mut work.c, organization.id, user.id).await?;
        return Err(match present.map(|member| member.status) {
            Some(Status::Deactivated) => Refusal::DeactivatedMember.into(),
            _ => Refusal::AlreadyMember.into(),
        });
    }
    let change = Change { added: accepted.namespaces.clone(), removed: BTreeSet::new() };
    grants::apply(&mut work.c, id, &change, offer.invited_by, work.now).await?;
    // What the inviter has until a time, nobody gets from them for longer.
    for (namespace, ends_at) in inviter.ends {
        grants::limit(&mut work.c, id, namespace, Some(ends_at), work.now).await?;
    }
    invitations::accept(&mut work.c, &accepted, version).await?;
    let cookie = if new_session { Some(sessions::start(context, &mut work.c, &user).await?) } else { None };
    let namespaces = namespaces_of(&mut work.c, &offer, &accepted.namespaces).await?;
    let member = members::find(&mut work.c, organization.id, id).await?.ok_or(Refusal::NotFound)?;
    work.act_as(&user);
    work.commit(ActivityEvent::InvitationAccepted { email: user.email, namespaces }).await?;
    Ok(Joined { cookie, organization, member })
}
