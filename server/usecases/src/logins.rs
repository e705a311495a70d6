//! A person's own way into the cluster from their machines. A machine asks, its person approves in a browser, the machine
//! takes a login, and the login gives it credentials that live for minutes.

use crate::{
    Context, Error, Installation, cluster::Identity, keys, keys::sha256, kubeconfig, limits, namespaces::names,
};
use domain::{
    Refusal,
    access::{Action, Actor},
    account::AccountEvent,
    activity::ActivityEvent,
    binding::Subject,
    id::{LoginId, LoginRequestId},
    login::{LOGIN_LIFETIME, REQUEST_LIFETIME, UserCode, credential_ends},
    text::{MachineName, NamespaceName, Problem, Slug},
    time::Timestamp,
    token::is_expired,
};
use storage::{grants, login_requests, logins, namespaces, sessions, users};

pub use storage::{login_requests::Request, logins::Login};

/// A request that waits for its person. Without `Debug`: it carries what the machine proves itself with.
pub struct Begun {
    pub device_code: String,
    pub user_code: UserCode,
    pub expires_at: Timestamp,
}

/// A login that its machine has taken, with the one copy of its secret that there will ever be.
pub struct Claimed {
    pub secret: String,
    pub login: Login,
    pub user: users::User,
    pub cluster: crate::Cluster,
    /// Where its person may work, in the order of the console.
    pub namespaces: Vec<NamespaceName>,
}

/// What the API server is shown.
pub struct Credential {
    pub token: String,
    pub expires_at: Timestamp,
}

fn cluster(context: &Context) -> Result<crate::Cluster, Refusal> {
    context.settings().cluster.clone().ok_or(Refusal::NoCluster)
}

/// A machine asks to be let in. Whoever asks says what they like; nothing is opened by it.
///
/// # Errors
/// [`Refusal::NoCluster`]; [`Refusal::BadField`] on `machine` and `organization`; [`Refusal::TooManyRequests`].
pub async fn begin(context: &Context, machine: &str, organization: &str) -> Result<Begun, Error> {
    let machine = Some(machine.trim()).filter(|machine| !machine.is_empty());
    let machine = machine.map(MachineName::parse).transpose().map_err(Refusal::field("machine"))?;
    let organization = Some(organization).filter(|organization| !organization.is_empty());
    let organization = organization.map(Slug::parse).transpose().map_err(Refusal::field("organization"))?;
    limits::strangers_request(context).await?;
    cluster(context)?;
    let device_code = keys::device_code();
    let ip = context.ip_text();
    let mut work = context.begin_account().await?;
    let expires_at = work.now.plus(REQUEST_LIFETIME);
    let mut new = login_requests::New {
        id: LoginRequestId::from_random(crate::dice::random()),
        device_code_hash: sha256(&device_code),
        user_code_hash: [0; 16],
        machine: machine.as_ref(),
        organization: organization.as_ref(),
        ip: ip.as_deref(),
        user_agent: context.caller.user_agent.as_deref(),
        expires_at,
    };
    let user_code = loop {
        let code = UserCode::from_random(crate::dice::bytes());
        new.user_code_hash = context.installation.keys.user_code_hash(&code);
        let now = work.now;
        if login_requests::insert(&mut work.c, &new, now).await? {
            break code;
        }
    };
    work.commit(None, AccountEvent::LoginRequested).await?;
    Ok(Begun { device_code, user_code, expires_at })
}

async fn find_waiting(context: &Context, c: &mut storage::Connection, code: &UserCode) -> Result<Request, Error> {
    let hash = context.installation.keys.user_code_hash(code);
    let found = login_requests::find_by_user_code(c, &hash).await?;
    let waiting = found.filter(|request| request.answer.is_waiting(request.expires_at, context.now()));
    Ok(waiting.ok_or(Refusal::LoginCodeUnknown)?)
}

/// The request that shows this code, for the person who is to answer it. Changes nothing.
///
/// # Errors
/// [`Refusal::LoginCodeUnknown`]; [`Refusal::TooManyRequests`]: a wrong code is a guess, like a wrong password.
pub async fn waiting(context: &Context, code: &str) -> Result<Request, Error> {
    context.signed_in()?;
    let code = UserCode::parse(code)?;
    limits::code(context).await?;
    let found = find_waiting(context, &mut context.installation.db.read().await?, &code).await?;
    limits::code_right(context).await?;
    Ok(found)
}

/// Lets the machine that shows this code into the cluster, in the asker's name, as a member of this organization.
///
/// # Errors
/// [`Refusal::ReauthenticationRequired`]; [`Refusal::LoginCodeUnknown`]; [`Refusal::BadField`] on `organization` when the
/// machine asks for another one; [`Refusal::TooManyRequests`].
pub async fn approve(context: &Context, slug: &str, code: &str) -> Result<Request, Error> {
    // Whoever is not signed in makes no guess.
    if context.actor() == Actor::Anonymous {
        return Err(Refusal::NotSignedIn.into());
    }
    let code = UserCode::parse(code)?;
    limits::code(context).await?;
    let mut work = context.begin(slug, Action::ApproveLogin).await?;
    let person = context.freshly_signed_in()?;
    // A new password ends the other sessions first and the logins then: this one is seen, or refused here.
    if !sessions::hold(&mut work.c, person.user, person.session).await? {
        return Err(Refusal::NotSignedIn.into());
    }
    let request = find_waiting(context, &mut work.c, &code).await?;
    if request.organization.as_ref().is_some_and(|asked| *asked != work.organization.slug) {
        return Err(Refusal::BadField { field: "organization", problem: Problem::Unknown }.into());
    }
    let login = logins::New {
        id: LoginId::from_random(crate::dice::random()),
        member: work.member()?.id,
        machine: request.machine.as_ref(),
        ip: request.ip.as_deref(),
        user_agent: request.user_agent.as_deref(),
        expires_at: request.expires_at,
    };
    let (id, now) = (login.id, work.now);
    logins::insert(&mut work.c, login, now).await?;
    if !login_requests::approve(&mut work.c, request.id, id).await? {
        return Err(Refusal::LoginCodeUnknown.into());
    }
    work.note(person.user, AccountEvent::LoginApproved).await?;
    work.commit(ActivityEvent::LoginApproved { machine: request.machine.clone() }).await?;
    limits::code_right(context).await?;
    Ok(request)
}

/// Turns the machine that shows this code away, for good.
///
/// # Errors
/// [`Refusal::LoginCodeUnknown`]; [`Refusal::TooManyRequests`].
pub async fn deny(context: &Context, code: &str) -> Result<Request, Error> {
    let person = context.signed_in()?;
    let code = UserCode::parse(code)?;
    limits::code(context).await?;
    let mut work = context.begin_account().await?;
    let request = find_waiting(context, &mut work.c, &code).await?;
    let now = work.now;
    if !login_requests::deny(&mut work.c, request.id, now).await? {
        return Err(Refusal::LoginCodeUnknown.into());
    }
    work.commit(Some(person.user), AccountEvent::LoginDenied).await?;
    limits::code_right(context).await?;
    Ok(request)
}

/// The machine asks what became of its request, and takes its login when there is one: once.
///
/// # Errors
/// [`Refusal::LoginPending`], [`Refusal::LoginTooSoon`], [`Refusal::LoginDenied`], [`Refusal::LoginExpired`].
pub async fn claim(context: &Context, device_code: &str) -> Result<Claimed, Error> {
    let cluster = cluster(context)?;
    let hash = sha256(device_code);
    let found = login_requests::find_by_device_code(&mut context.installation.db.read().await?, &hash).await?;
    let request = found.ok_or(Refusal::LoginExpired)?;
    let id = match request.answer.told(request.expires_at, context.now()) {
        Ok(id) => id,
        Err(Refusal::LoginPending) => {
            limits::asked_again(context, request.id).await?;
            return Err(Refusal::LoginPending.into());
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let secret = keys::login_secret();
    let mut work = context.begin_account().await?;
    let expires_at = work.now.plus(LOGIN_LIFETIME);
    // Of two who claim at once, one does; and what was ended since is not there to be claimed.
    if !logins::claim(&mut work.c, id, &sha256(&secret), expires_at).await? {
        return Err(Refusal::LoginExpired.into());
    }
    let login = logins::find(&mut work.c, id).await?.ok_or(Refusal::LoginExpired)?;
    login_requests::delete(&mut work.c, request.id).await?;
    let user = users::find(&mut work.c, login.user).await?.ok_or(Refusal::LoginExpired)?;
    let all = namespaces::list(&mut work.c, login.organization).await?;
    let now = work.now;
    let has = grants::of(&mut work.c, login.member, now).await?;
    work.commit(Some(user.id), AccountEvent::LoginClaimed).await?;
    Ok(Claimed { secret, user, cluster, namespaces: names(&all, &has), login })
}

/// What the API server takes for the login's person, for some minutes. Writes nothing.
///
/// # Errors
/// [`Refusal::LoginEnded`].
pub async fn credential(context: &Context, secret: &str) -> Result<Credential, Error> {
    let login = with_secret(context, secret).await?;
    let now = context.now();
    context.installation.logins_used.see(login.id, now, login.last_used_at);
    let expires_at = credential_ends(login.expires_at, now);
    Ok(Credential { token: context.installation.keys.credential(login.id, expires_at), expires_at })
}

async fn with_secret(context: &Context, secret: &str) -> Result<Login, Error> {
    let mut c = context.installation.db.read().await?;
    let found = logins::find_by_secret(&mut c, &sha256(secret)).await?;
    let standing = found.filter(|login| !is_expired(Some(login.expires_at), context.now()));
    Ok(standing.ok_or(Refusal::LoginEnded)?)
}

/// Whose this credential is: one that the server's key proves, in time, of a login that stands. One read and no write.
pub(crate) async fn identify(installation: &Installation, credential: &str) -> Result<Option<Identity>, Error> {
    let now = installation.clock.now();
    let Some((id, ends)) = installation.keys.proves_credential(credential) else { return Ok(None) };
    if is_expired(Some(ends), now) {
        return Ok(None);
    }
    let found = logins::find(&mut installation.db.read().await?, id).await?;
    let login = found.filter(|login| !is_expired(Some(login.expires_at), now));
    Ok(login.map(|login| {
        installation.logins_used.see(login.id, now, login.last_used_at);
        Identity { subject: Subject::User(login.user), organization: login.organization }
    }))
}

/// The asker's logins that stand, the newest first.
pub async fn list(context: &Context) -> Result<Vec<Login>, Error> {
    let person = context.signed_in()?;
    let mut c = context.installation.db.read().await?;
    let mut own = logins::list(&mut c, person.user, context.now()).await?;
    for login in &mut own {
        // It may not have been written down yet.
        login.last_used_at = login.last_used_at.max(context.installation.logins_used.at(login.id));
    }
    Ok(own)
}

/// Ends one of the asker's logins.
///
/// # Errors
/// [`Refusal::NotFound`] for any login that is not theirs.
pub async fn end(context: &Context, login: &str) -> Result<(), Error> {
    let person = context.signed_in()?;
    let id: LoginId = login.parse().map_err(|_| Refusal::NotFound)?;
    let mut work = context.begin_account().await?;
    if !logins::end(&mut work.c, person.user, id).await? {
        return Err(Refusal::NotFound.into());
    }
    work.commit(Some(person.user), AccountEvent::LoginEnded).await
}

/// Ends the login whose secret is at hand. One that has ended already stays so.
pub async fn log_out(context: &Context, secret: &str) -> Result<(), Error> {
    let login = match with_secret(context, secret).await {
        Err(Error::Refused(Refusal::LoginEnded)) => return Ok(()),
        found => found?,
    };
    let mut work = context.begin_account().await?;
    logins::end(&mut work.c, login.user, login.id).await?;
    work.commit(Some(login.user), AccountEvent::LoginEnded).await
}

/// The kubeconfig by which `kubectl` asks `bailiwick` for the asker's credentials. There is no secret in it.
///
/// # Errors
/// [`Refusal::NoCluster`].
pub async fn kubeconfig(context: &Context, slug: &str) -> Result<crate::tokens::Kubeconfig, Error> {
    let mut look = context.look(slug, Action::ApproveLogin).await?;
    let cluster = cluster(context)?;
    let member = look.member.as_ref().map(|member| member.id).ok_or(Refusal::NotSignedIn)?;
    let all = namespaces::list(&mut look.c, look.organization.id).await?;
    let has = grants::of(&mut look.c, member, context.now()).await?;
    let namespaces = names(&all, &has);
    let access = kubeconfig::Access {
        server: &context.settings().base_url,
        organization: &look.organization.slug,
        cluster: &cluster,
        command: kubeconfig::PROGRAM,
        namespace: namespaces.first(),
    };
    let merged = access.merge_into("").map_err(|error| Error::Broken(error.to_string()))?;
    Ok(crate::tokens::Kubeconfig { file_name: kubeconfig::file_name(&look.organization.slug), text: merged.text })
}
