//! A believable organization, for looking around and for measuring.

use crate::{
    Context, Credential, Error, Installation, invitations, members, namespaces, operator,
    sign_up::{self, SignedUp, Wanted},
    tokens,
};
use domain::{
    access::Action,
    activity::ActivityEvent,
    grant::Change,
    id::{InvitationId, MemberId, TokenId, UserId},
    invitation::{Offer, Pending},
    membership::Role,
    password::Password,
    text::{EmailAddress, PersonName, Slug, TokenName},
    token::{Lifetime, Scopes},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use storage::{members::Joining, namespaces::Namespace, users, users::User};

/// How to sign in to what was made.
pub struct Demo {
    pub email: String,
    /// Everybody's in this organization.
    pub password: String,
    pub organization: String,
    pub members: u64,
}

const NAMESPACES: [&str; 6] = ["dev", "staging", "prod", "lab", "data", "edge"];
const FIRST: [&str; 20] = [
    "Bo", "Chika", "Dana", "Eleanor", "Farid", "Greta", "Hiro", "Ines", "Jonas", "Kofi", "Lena", "Mika", "Noor",
    "Olga", "Pablo", "Rosa", "Sam", "Tove", "Uma", "Viktor",
];
const LAST: [&str; 20] = [
    "Lindqvist",
    "Adeyemi",
    "Moreau",
    "Vance",
    "Haddad",
    "Schneider",
    "Tanaka",
    "Ferreira",
    "Berg",
    "Mensah",
    "Novak",
    "Aho",
    "Rahman",
    "Petrova",
    "Ortiz",
    "Marino",
    "Okafor",
    "Dahl",
    "Iyer",
    "Sokolov",
];
/// A made-up token: name, days since it was made, lifetime, minutes since it was used, how many namespaces.
type Sketch = (&'static str, u64, Lifetime, Option<u64>, usize);
const TOKENS: [Sketch; 5] = [
    ("laptop", 110, Lifetime::NinetyDays, Some(14 * 1440), 1),
    ("prometheus", 84, Lifetime::NinetyDays, Some(2), 6),
    ("", 265, Lifetime::Never, Some(1440), 0),
    ("terraform", 30, Lifetime::Year, Some(190), 3),
    ("ci-deploy", 1, Lifetime::NinetyDays, None, 2),
];
/// People who are written in one transaction.
const AT_ONCE: usize = 250;
/// Beyond [`TOKENS`], for measuring.
const MACHINE: Sketch = ("machine", 300, Lifetime::Year, Some(60), 2);

/// How many API access tokens the demo has, unless asked otherwise.
pub const TOKENS_MADE: u32 = TOKENS.len() as u32;

/// Makes an organization of `people` members and invitees: every status, six namespaces, two admins, some tokens.
///
/// # Errors
/// [`Error::Unavailable`] when the installation has users already.
pub async fn fill(installation: Arc<Installation>, people: u32, tokens: u32) -> Result<Demo, Error> {
    let anybody = Context::anonymous(installation.clone());
    if !sign_up::is_first(&anybody).await? {
        return Err(Error::Unavailable("this installation has users already; the demo fills an empty one".into()));
    }
    let password = crate::keys::random_secret()[..24].to_owned();
    let founder = "ada@northwind.example";
    let wanted = Wanted::parse("Northwind Robotics", "Ada", "Admin", founder, &password)?;
    let SignedUp::In(founded) = sign_up::request(&anybody, wanted).await? else {
        return Err(Error::Unavailable("somebody else signed up first".into()));
    };
    let admin = Context::identify(installation.clone(), Credential::Cookie(founded.cookie.value()), None, None).await?;
    let slug = founded.organization.slug.clone();
    let mut made = Vec::new();
    for name in NAMESPACES {
        made.push(namespaces::create(&admin, slug.as_str(), name).await?);
    }
    let hash =
        installation.passwords.hash(Password::choose(&password, &[]).map_err(domain::Refusal::field("password"))?);
    let hash = hash.await?;

    let names: Vec<(String, String, String)> = (0..people.saturating_sub(1) as usize).map(person).collect();
    let invited = names.len().min(6).max(names.len() / 50);
    let (invitees, joining) = names.split_at(invited.min(names.len()));
    let mut joined = Vec::new();
    for some in joining.chunks(AT_ONCE) {
        joined.extend(join(&admin, &slug, some, &made, &hash).await?);
    }
    for some in invitees.chunks(AT_ONCE) {
        invite(&admin, &slug, some, &made).await?;
    }
    let sketches: Vec<Sketch> = TOKENS.into_iter().chain(std::iter::repeat(MACHINE)).take(tokens as usize).collect();
    for some in sketches.chunks(AT_ONCE) {
        make_tokens(&admin, &slug, some, &made).await?;
    }
    let by = Context::operator(installation.clone());
    if let Some(second) = joined.first() {
        operator::change_role(&by, slug.as_str(), &second.to_string(), Role::Admin).await?;
    }
    for off in joined.iter().skip(5).step_by(11).take(4 + joined.len() / 100) {
        members::deactivate(&admin, slug.as_str(), &off.to_string(), &[]).await?;
    }
    invitations::send(&admin, slug.as_str(), &["new.colleague@northwind.example".to_owned()], None).await?;
    // None of these people exists: nothing may be mailed to them.
    let mut c = installation.db.write().await?;
    storage::outbox::delete_waiting(&mut c).await?;
    c.commit().await?;
    installation.db.count_again().await?;
    let (email, organization) = (founder.to_owned(), founded.organization.name.to_string());
    Ok(Demo { email, password, organization, members: u64::from(people) + 1 })
}

/// The n-th made-up person: first name, last name, address.
fn person(n: usize) -> (String, String, String) {
    let first = FIRST[n % FIRST.len()];
    let last = LAST[(n + n / FIRST.len()) % LAST.len()];
    let round = n / (FIRST.len() * LAST.len());
    let ending = if round == 0 { String::new() } else { format!("{}", round + 1) };
    let email = format!("{}.{}{ending}@northwind.example", first.to_lowercase(), last.to_lowercase());
    (first.to_owned(), last.to_owned(), email)
}

async fn join(
    admin: &Context,
    slug: &Slug,
    people: &[(String, String, String)],
    namespaces: &[Namespace],
    hash: &str,
) -> Result<Vec<MemberId>, Error> {
    let mut work = admin.begin(slug.as_str(), Action::SendInvitations).await?;
    let (organization, inviter, version) = (work.organization.id, work.member()?.user, work.version());
    let mut joined = Vec::new();
    for (n, (first, last, email)) in people.iter().enumerate() {
        let wrong = domain::Refusal::field("name");
        let first_name = PersonName::parse(first).map_err(wrong)?;
        let last_name = PersonName::parse(last).map_err(domain::Refusal::field("name"))?;
        let email = EmailAddress::parse(email).map_err(domain::Refusal::field("email"))?;
        let id = UserId::from_random(crate::dice::random());
        let user = User { id, email: email.clone(), first_name, last_name, password_hash: hash.to_owned() };
        users::insert(&mut work.c, &user, work.now).await?;
        let id = MemberId::from_random(crate::dice::random());
        let member =
            Joining { id, organization, user: &user, role: Role::Member, invited_by: Some(inviter.into()), version };
        storage::members::insert(&mut work.c, member, work.now).await?;
        let had = &namespaces[..1 + n % namespaces.len()];
        let added = had.iter().map(|namespace| namespace.id).collect();
        let change = Change { added, removed: BTreeSet::new() };
        storage::grants::apply(&mut work.c, id, &change, inviter, work.now).await?;
        work.act_as(&user);
        let namespaces = had.iter().map(|namespace| namespace.name.clone()).collect();
        work.record(&ActivityEvent::InvitationAccepted { email, namespaces }).await?;
        joined.push(id);
    }
    work.commit_recorded().await?;
    Ok(joined)
}

/// Every second invitation was sent long ago, and is over.
async fn invite(
    admin: &Context,
    slug: &Slug,
    people: &[(String, String, String)],
    namespaces: &[Namespace],
) -> Result<(), Error> {
    let mut work = admin.begin(slug.as_str(), Action::SendInvitations).await?;
    let (organization, invited_by, version) = (work.organization.id, work.member()?.user, work.version());
    let offered = &namespaces[..namespaces.len().min(2)];
    for (n, (_, _, email)) in people.iter().enumerate() {
        let email = EmailAddress::parse(email).map_err(domain::Refusal::field("email"))?;
        let offer = Offer {
            id: InvitationId::from_random(crate::dice::random()),
            organization,
            email: email.clone(),
            invited_by: invited_by.into(),
            namespaces: offered.iter().map(|namespace| namespace.id).collect(),
            nonce: crate::dice::random(),
        };
        let ago = Duration::from_secs(if n % 2 == 0 { 3_600 } else { 9 * 86_400 });
        let pending = Pending::send(offer, work.now.minus(ago), admin.settings().invitation_lifetime);
        storage::invitations::insert(&mut work.c, &pending, version).await?;
        let namespaces = offered.iter().map(|namespace| namespace.name.clone()).collect();
        work.record(&ActivityEvent::InvitationSent { email, namespaces }).await?;
    }
    work.commit_recorded().await
}

/// Tokens of which nobody has the secret.
async fn make_tokens(admin: &Context, slug: &Slug, sketches: &[Sketch], namespaces: &[Namespace]) -> Result<(), Error> {
    let mut work = admin.begin(slug.as_str(), Action::CreateToken).await?;
    let (organization, maker) = (work.organization.id, work.member()?.user);
    for &(name, days, lifetime, used, had) in sketches {
        let name = Some(name).filter(|name| !name.is_empty()).map(TokenName::parse);
        let name = name.transpose().map_err(domain::Refusal::field("name"))?;
        let secret = tokens::new_secret();
        let made_at = work.now.minus(Duration::from_secs(days * 86_400));
        let scopes = Scopes { grants: lifetime == Lifetime::Year, ..Scopes::default() };
        let new = storage::tokens::New {
            id: TokenId::from_random(crate::dice::random()),
            organization,
            name: name.as_ref(),
            secret_hash: crate::keys::sha256(secret.reveal()),
            mask: &secret.mask(),
            scopes,
            created_by: maker,
            expires_at: lifetime.ends(made_at),
            reminds: false,
            version: work.version(),
        };
        let (id, expires_at) = (new.id, new.expires_at);
        storage::tokens::insert(&mut work.c, new, made_at).await?;
        if let Some(minutes) = used {
            let used_at = work.now.minus(Duration::from_secs(minutes * 60));
            storage::tokens::used(&mut work.c, &[(id, used_at)]).await?;
        }
        let had = &namespaces[..had];
        let change = Change { added: had.iter().map(|namespace| namespace.id).collect(), removed: BTreeSet::new() };
        storage::grants::apply(&mut work.c, id, &change, maker, made_at).await?;
        let namespaces = had.iter().map(|namespace| namespace.name.clone()).collect();
        work.record(&ActivityEvent::TokenCreated { token: secret.mask(), name, namespaces, scopes, expires_at })
            .await?;
    }
    work.commit_recorded().await
}
