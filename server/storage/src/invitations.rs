//! Offers of membership. Their link is derived from the nonce and the server's key, and stored nowhere.

use crate::{
    Connection, Error,
    at::At,
    organizations::{self, CountChange},
};
use domain::{
    grant::Giver,
    id::{InvitationId, NamespaceId, OrganizationId, TokenId, UserId},
    invitation::{Accepted, Invitation, Offer, Pending, Revoked},
    text::EmailAddress,
    time::Timestamp,
};
use std::collections::BTreeSet;
use uuid::Uuid;

statements! {
    INSERT = "insert into invitations (id, organization_id, email, invited_by, invited_by_token, nonce, state, sent_at, expires_at, version)
        values ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9) on conflict do nothing";
    ADD_NAMESPACE = "insert into invitation_namespaces (invitation_id, namespace_id) values ($1, $2)";
    FIND = "select id, organization_id, email, invited_by, invited_by_token, nonce, state, sent_at, expires_at, ended_at, accepted_by, version
        from invitations where id = $1";
    FIND_PENDING = "select id, organization_id, email, invited_by, invited_by_token, nonce, state, sent_at, expires_at, ended_at, accepted_by, version
        from invitations where organization_id = $1 and email = $2 and state = 'pending'";
    NAMESPACES = "select namespace_id from invitation_namespaces where invitation_id = $1";
    EXTEND = "update invitations set sent_at = $2, expires_at = $3, version = $4 where id = $1 and state = 'pending'";
    END = "update invitations set state = $2, ended_at = $3, accepted_by = $4, version = $5 where id = $1 and state = 'pending'";
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "Uuid")]
    id: InvitationId,
    #[sqlx(try_from = "Uuid")]
    organization_id: OrganizationId,
    #[sqlx(try_from = "String")]
    email: EmailAddress,
    #[sqlx(try_from = "Uuid")]
    invited_by: UserId,
    invited_by_token: Option<Uuid>,
    nonce: Vec<u8>,
    state: String,
    #[sqlx(try_from = "At")]
    sent_at: Timestamp,
    #[sqlx(try_from = "At")]
    expires_at: Timestamp,
    ended_at: Option<At>,
    accepted_by: Option<Uuid>,
    version: i64,
}

/// An invitation with the organization's version at its last change.
#[derive(Debug, Clone)]
pub struct Stored {
    pub invitation: Invitation,
    pub version: i64,
}

impl Row {
    fn with(self, namespaces: BTreeSet<NamespaceId>) -> Result<Stored, Error> {
        let nonce = self.nonce.try_into().map_err(|_| Error::Broken("an invitation's nonce is not 16 bytes".into()))?;
        let offer = Offer {
            id: self.id,
            organization: self.organization_id,
            email: self.email,
            invited_by: Giver { user: self.invited_by, token: self.invited_by_token.map(TokenId::from) },
            namespaces,
            nonce,
        };
        let invitation = match (self.state.as_str(), self.ended_at, self.accepted_by) {
            ("pending", None, None) => {
                Invitation::Pending(Pending { offer, sent_at: self.sent_at, expires_at: self.expires_at })
            }
            ("accepted", Some(At(at)), Some(user)) => {
                let namespaces = offer.namespaces.clone();
                Invitation::Accepted(Accepted { offer, at, user: user.into(), namespaces })
            }
            ("revoked", Some(At(at)), None) => Invitation::Revoked(Revoked { offer, at }),
            _ => {
                return Err(Error::Broken(format!("invitation {} is in no state", self.id)));
            }
        };
        Ok(Stored { invitation, version: self.version })
    }
}

async fn with_namespaces(c: &mut Connection, row: Option<Row>) -> Result<Option<Stored>, Error> {
    let Some(row) = row else { return Ok(None) };
    let namespaces: Vec<(Uuid,)> = all!(c, NAMESPACES, row.id.uuid())?;
    row.with(namespaces.into_iter().map(|(id,)| id.into()).collect()).map(Some)
}

/// `false` when this address has a pending invitation to this organization already.
pub async fn insert(c: &mut Connection, pending: &Pending, version: i64) -> Result<bool, Error> {
    let Pending { offer, sent_at, expires_at } = pending;
    let made = execute!(
        c,
        INSERT,
        offer.id.uuid(),
        offer.organization.uuid(),
        offer.email.as_str(),
        offer.invited_by.user.uuid(),
        offer.invited_by.token.map(TokenId::uuid),
        &offer.nonce[..],
        At(*sent_at),
        At(*expires_at),
        version
    )?;
    if made == 0 {
        return Ok(false);
    }
    for namespace in &offer.namespaces {
        execute!(c, ADD_NAMESPACE, offer.id.uuid(), namespace.uuid())?;
    }
    organizations::count(c, offer.organization, CountChange { pending: 1, ..CountChange::default() }).await?;
    Ok(true)
}

pub async fn find(c: &mut Connection, id: InvitationId) -> Result<Option<Stored>, Error> {
    let row: Option<Row> = one!(c, FIND, id.uuid())?;
    with_namespaces(c, row).await
}

pub async fn find_pending(
    c: &mut Connection,
    organization: OrganizationId,
    email: &EmailAddress,
) -> Result<Option<Stored>, Error> {
    let row: Option<Row> = one!(c, FIND_PENDING, organization.uuid(), email.as_str())?;
    with_namespaces(c, row).await
}

pub async fn extend(c: &mut Connection, pending: &Pending, version: i64) -> Result<(), Error> {
    execute!(c, EXTEND, pending.offer.id.uuid(), At(pending.sent_at), At(pending.expires_at), version)?;
    Ok(())
}

pub async fn accept(c: &mut Connection, accepted: &Accepted, version: i64) -> Result<(), Error> {
    end(c, &accepted.offer, "accepted", accepted.at, Some(accepted.user), version).await
}

pub async fn revoke(c: &mut Connection, revoked: &Revoked, version: i64) -> Result<(), Error> {
    end(c, &revoked.offer, "revoked", revoked.at, None, version).await
}

async fn end(
    c: &mut Connection,
    offer: &Offer,
    state: &'static str,
    at: Timestamp,
    accepted_by: Option<UserId>,
    version: i64,
) -> Result<(), Error> {
    let ended = execute!(c, END, offer.id.uuid(), state, At(at), accepted_by.map(UserId::uuid), version)?;
    if ended != 1 {
        return Err(Error::Broken(format!("invitation {} was not pending under the lock", offer.id)));
    }
    organizations::count(c, offer.organization, CountChange { pending: -1, ..CountChange::default() }).await
}
