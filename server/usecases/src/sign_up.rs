//! Making an account together with its organization.

use crate::{
    Context, Error, Settings,
    gates::open_account,
    keys::{Keys, Purpose},
    limits,
    sessions::{self, Cookie},
};
use domain::{
    Refusal,
    account::AccountEvent,
    activity::ActivityEvent,
    id::{MemberId, SignUpId, UserId},
    letter::Letter,
    membership::Role,
    password::Password,
    text::{EmailAddress, OrganizationName, PersonName},
};
use storage::{
    Db, attempts, members,
    organizations::Organization,
    sign_ups::{self, SignUp},
    users::{self, User},
};

/// What somebody typed to sign up, parsed.
pub struct Wanted {
    pub organization: OrganizationName,
    pub first_name: PersonName,
    pub last_name: PersonName,
    pub email: EmailAddress,
    pub password: Password,
}

impl Wanted {
    /// # Errors
    /// [`Refusal::BadField`], naming the first field that is wrong.
    pub fn parse(
        organization_name: &str,
        first_name: &str,
        last_name: &str,
        email: &str,
        password: &str,
    ) -> Result<Self, Refusal> {
        let organization = OrganizationName::parse(organization_name).map_err(Refusal::field("organization_name"))?;
        let first_name = PersonName::parse(first_name).map_err(Refusal::field("first_name"))?;
        let last_name = PersonName::parse(last_name).map_err(Refusal::field("last_name"))?;
        let email = EmailAddress::parse(email).map_err(Refusal::field("email"))?;
        let names = [organization.as_str(), first_name.as_str(), last_name.as_str(), email.as_str()];
        let password = Password::choose(password, &names).map_err(Refusal::field("password"))?;
        Ok(Self { organization, first_name, last_name, email, password })
    }
}

/// What a sign-up leads to.
#[expect(clippy::large_enum_variant, reason = "made once, and taken apart at once")]
pub enum SignedUp {
    /// A mail went out: to prove the address, or to say that it has an account. Nothing tells which.
    VerifyEmail,
    /// The very first person of this installation is let in at once: nobody could have set up mail before them.
    In(Founded),
}

/// A new account with its organization and a session.
pub struct Founded {
    pub cookie: Cookie,
    pub user: User,
    pub organization: Organization,
}

/// Whether this installation waits for its first person.
pub async fn is_first(context: &Context) -> Result<bool, Error> {
    Ok(!users::any(&mut context.installation.db.read().await?).await?)
}

/// Whether strangers may sign up: as configured, and as an operator decided since.
pub async fn is_open(context: &Context) -> Result<bool, Error> {
    is_open_in(&context.installation.db, context.settings().sign_ups_open).await
}

/// The same of a database, whatever runs beside it.
pub async fn is_open_in(db: &Db, configured: bool) -> Result<bool, Error> {
    if !configured {
        return Ok(false);
    }
    let decided = storage::operators::sign_ups_open(&mut db.read().await?).await?;
    Ok(decided.unwrap_or(true))
}

async fn check_open(context: &Context) -> Result<(), Error> {
    if is_open(context).await? { Ok(()) } else { Err(Refusal::SignUpsClosed.into()) }
}

/// # Errors
/// [`Refusal::SignUpsClosed`], unless this is the very first; [`Refusal::TooManyRequests`].
pub async fn request(context: &Context, wanted: Wanted) -> Result<SignedUp, Error> {
    limits::strangers_request(context).await?;
    let first = is_first(context).await?;
    if !first {
        check_open(context).await?;
    }
    let Wanted { organization, first_name, last_name, email, password } = wanted;
    let password_hash = context.installation.passwords.hash(password).await?;
    let mut work = context.begin_account().await?;
    if first {
        // Of many first people at once, one is first. They stand in line for this row, because PostgreSQL would show
        // all of them a table without users.
        attempts::add(&mut work.c, "first person", 1, work.now, work.now).await?;
        if !users::any(&mut work.c).await? {
            let id = UserId::from_random(crate::dice::random());
            let user = User { id, email, first_name, last_name, password_hash };
            return found(context, work, user, &organization).await.map(SignedUp::In);
        }
        // Not asked of the database again: this transaction holds its only writer, and who is second came a moment late.
        if !context.settings().sign_ups_open {
            return Err(Refusal::SignUpsClosed.into());
        }
    }
    let event = AccountEvent::SignUpRequested;
    // Over the limit the answer stays the same and no mail goes: an error would tell who has been mailed.
    if limits::verification_to(context, &mut work.c, &email).await.is_err() {
        work.commit(None, event).await?;
        return Ok(SignedUp::VerifyEmail);
    }
    let owner = users::find_by_email(&mut work.c, &email).await?.map(|user| user.id);
    let letter = match owner {
        Some(user) => Letter::AccountExists { user },
        None => {
            let id = SignUpId::from_random(crate::dice::random());
            let sign_up = SignUp {
                id,
                email: email.clone(),
                first_name,
                last_name,
                organization_name: organization,
                password_hash,
                nonce: crate::dice::random::<16>().to_vec(),
                expires_at: work.now.plus(Settings::VERIFICATION_LIFETIME),
            };
            sign_ups::insert(&mut work.c, &sign_up, work.now).await?;
            Letter::Verification { sign_up: id }
        }
    };
    work.write_letter(&email, &letter).await?;
    work.commit(owner, event).await?;
    Ok(SignedUp::VerifyEmail)
}

/// Who would be made by this link. Changes nothing, so that a mail scanner may look.
pub async fn waiting(context: &Context, secret: &str) -> Result<SignUp, Error> {
    let id = Keys::link_id(secret).ok_or(Refusal::LinkUnknown)?;
    let found = sign_ups::find(&mut context.installation.db.read().await?, id.into()).await?;
    let sign_up = found
        .filter(|sign_up| context.installation.keys.proves(Purpose::Verification, secret, &sign_up.nonce))
        .ok_or(Refusal::LinkUnknown)?;
    if context.now() >= sign_up.expires_at {
        return Err(Refusal::LinkExpired.into());
    }
    Ok(sign_up)
}

/// Uses the mailed link: makes the account and its organization, and signs in.
///
/// # Errors
/// [`Refusal::LinkUnknown`], also for a link that was used; [`Refusal::LinkExpired`].
pub async fn verify(context: &Context, secret: &str) -> Result<Founded, Error> {
    let sign_up = waiting(context, secret).await?;
    let mut work = context.begin_account().await?;
    if !sign_ups::delete(&mut work.c, sign_up.id).await? {
        return Err(Refusal::LinkUnknown.into());
    }
    let user = User {
        id: UserId::from_random(crate::dice::random()),
        email: sign_up.email,
        first_name: sign_up.first_name,
        last_name: sign_up.last_name,
        password_hash: sign_up.password_hash,
    };
    found(context, work, user, &sign_up.organization_name).await
}

async fn found(
    context: &Context,
    mut work: crate::gates::AccountWork,
    user: User,
    name: &OrganizationName,
) -> Result<Founded, Error> {
    if !open_account(&mut work.c, context, &user, work.now).await? {
        // The address got an account between the sign-up and its proof, by an invitation for example.
        return Err(Refusal::LinkUnknown.into());
    }
    let mut work = work.found(name, &user).await?;
    let joining = members::Joining {
        id: MemberId::from_random(crate::dice::random()),
        organization: work.organization.id,
        user: &user,
        role: Role::Admin,
        invited_by: None,
        version: work.version(),
    };
    members::insert(&mut work.c, joining, work.now).await?;
    let cookie = sessions::start(context, &mut work.c, &user).await?;
    let organization = work.organization.clone();
    work.commit(ActivityEvent::OrganizationCreated { name: name.clone() }).await?;
    Ok(Founded { cookie, user, organization })
}
