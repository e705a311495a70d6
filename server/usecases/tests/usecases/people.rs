//! People and what they do: the words that the tests speak in.

use domain::{
    Refusal,
    id::{MemberId, UserId},
    membership::Role,
    text::{EmailAddress, PersonName, Slug},
    time::Timestamp,
    token::Lifetime,
};
use mailer::{Mailer, SentMail};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use storage::{members::Member, organizations::Organization, roster::Row, trial::Trial, users::User};
use usecases::{
    Clock, Context, Credential, Error, Installation, Keys, Passwords, Settings,
    invitations::{self, Accepting, Joined, Outcome},
    members, namespaces,
    outbox::{self, Delivery},
    sessions,
    sign_up::{self, SignedUp, Wanted},
};

pub(crate) const PASSWORD: &str = "a slow walk over wet grass";
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);
pub(crate) const MICROSECOND: Duration = Duration::from_micros(1);

/// Runs a test in a house of its own, on SQLite and then on PostgreSQL.
pub(crate) fn on_both<T: AsyncFn(House)>(test: T) {
    storage::trial::on_both(async |trial| test(House::build(trial)).await);
}

/// One installation, its clock standing still, its mails kept in memory.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) trial: Trial,
    pub(crate) installation: Arc<Installation>,
    pub(crate) mailer: Mailer,
    /// The last network address given away: everybody has their own.
    network: Arc<AtomicU32>,
}

/// Somebody with a browser that is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) house: House,
    pub(crate) user: UserId,
    pub(crate) email: String,
    /// The organization they look at.
    pub(crate) slug: String,
    pub(crate) cookie: String,
    pub(crate) ip: IpAddr,
}

/// An invitation that was sent.
#[derive(Clone)]
pub(crate) struct Invited {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) secret: String,
}

/// What a person without an account brings to an invitation.
pub(crate) const NEWCOMER: Accepting<'_> = Accepting { first_name: "New", last_name: "Comer", password: PASSWORD };
/// What somebody who is signed in brings along.
pub(crate) const NOTHING: Accepting<'_> = Accepting { first_name: "", last_name: "", password: "" };

/// The refusal that this ended with.
#[track_caller]
pub(crate) fn refused<T>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        Err(error) => panic!("not refused but {error:?}"),
        Ok(_) => panic!("not refused but done"),
    }
}

pub(crate) fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

impl House {
    fn build(trial: Trial) -> Self {
        let settings = Settings {
            base_url: "https://bailiwick.example".into(),
            sign_ups_open: true,
            invitation_lifetime: Settings::INVITATION_LIFETIME,
            invitations_per_hour: Settings::INVITATIONS_PER_HOUR,
            namespace_limit: domain::namespace::LIMIT,
            namespaces: domain::namespace::Rules::default(),
            token_longest: Lifetime::Never,
            cluster: None,
            enforced: false,
            cluster_audiences: Vec::new(),
            seen_apart: Duration::ZERO,
        };
        let clock = Clock::set_to(Timestamp::parse("2026-11-23T09:30:05.25Z").unwrap());
        let mailer = Mailer::memory("Bailiwick <no-reply@bailiwick.example>").unwrap();
        let installation = Arc::new(install(trial.db.clone(), clock, settings));
        Self { trial, installation, mailer, network: Arc::default() }
    }

    /// The same house under other settings.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.installation.settings.clone();
        change(&mut settings);
        self.on(self.trial.db.clone(), settings)
    }

    /// The same house from another process.
    pub(crate) async fn elsewhere(&self) -> Self {
        self.on(self.trial.open_again().await, self.installation.settings.clone())
    }

    /// The same house from a machine whose clock is another.
    pub(crate) async fn by_another_clock(&self, now: Timestamp) -> Self {
        let (db, clock) = (self.trial.open_again().await, Clock::set_to(now));
        Self { installation: Arc::new(install(db, clock, self.installation.settings.clone())), ..self.clone() }
    }

    /// The same house, where nothing can be written.
    pub(crate) async fn read_only(&self) -> Self {
        self.on(self.trial.read_only().await, self.installation.settings.clone())
    }

    fn on(&self, db: storage::Db, settings: Settings) -> Self {
        let installation = Arc::new(install(db, self.installation.clock.clone(), settings));
        Self { installation, ..self.clone() }
    }

    /// The same house with another key, as somebody has it who copied its database alone.
    pub(crate) fn under_another_key(&self) -> Self {
        let (db, clock) = (self.trial.db.clone(), self.installation.clock.clone());
        let key = "another-key-of-the-tests-that-is-long-enough";
        let installation = install_with(key, db, clock, self.installation.settings.clone());
        Self { installation: Arc::new(installation), ..self.clone() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.installation.clock.now()
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.installation.clock.advance(by);
    }

    pub(crate) fn set_back(&self, by: Duration) {
        self.installation.clock.set_back(by);
    }

    pub(crate) fn operator(&self) -> Context {
        Context::operator(self.installation.clone())
    }

    fn new_ip(&self) -> IpAddr {
        Ipv4Addr::from(0x0a00_0000 + self.network.fetch_add(1, Ordering::SeqCst)).into()
    }

    /// Somebody without a cookie, from a network of their own.
    pub(crate) async fn stranger(&self) -> Context {
        self.browser(None, self.new_ip()).await
    }

    pub(crate) async fn browser(&self, cookie: Option<&str>, ip: IpAddr) -> Context {
        let credential = cookie.map_or(Credential::None, Credential::Cookie);
        Context::identify(self.installation.clone(), credential, Some(ip), Some("Browser/1".into())).await.unwrap()
    }

    pub(crate) async fn sign_up(&self, organization: &str, email: &str) -> Result<SignedUp, Error> {
        let wanted = Wanted::parse(organization, "Ada", "Founder", email, PASSWORD)?;
        sign_up::request(&self.stranger().await, wanted).await
    }

    /// Founds an organization: at once for the very first person, by the mailed link for the others.
    pub(crate) async fn found(&self, organization: &str, email: &str) -> Person {
        let founded = match self.sign_up(organization, email).await.unwrap() {
            SignedUp::In(founded) => founded,
            SignedUp::VerifyEmail => {
                self.post().await;
                sign_up::verify(&self.stranger().await, &self.secret_to(email)).await.unwrap()
            }
        };
        self.person(founded.user, founded.organization.slug.as_str(), founded.cookie.value())
    }

    fn person(&self, user: User, slug: &str, cookie: &str) -> Person {
        Person {
            house: self.clone(),
            user: user.id,
            email: user.email.to_string(),
            slug: slug.to_owned(),
            cookie: cookie.to_owned(),
            ip: self.new_ip(),
        }
    }

    pub(crate) async fn sign_in(&self, email: &str, slug: &str, password: &str) -> Result<Person, Error> {
        let session = sessions::sign_in(&self.stranger().await, email, password).await?;
        Ok(self.person(session.user, slug, session.cookie.value()))
    }

    /// A newcomer takes an invitation.
    pub(crate) async fn accept(&self, invited: &Invited) -> Result<Joined, Error> {
        invitations::accept(&self.stranger().await, &invited.secret, NEWCOMER).await
    }

    /// Sends what is due, until nothing is.
    pub(crate) async fn post(&self) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        loop {
            match outbox::deliver_one(&self.installation, &self.mailer).await.unwrap() {
                Delivery::Idle => return deliveries,
                delivery => deliveries.push(delivery),
            }
        }
    }

    pub(crate) fn mails_to(&self, email: &str) -> Vec<SentMail> {
        self.mailer.sent().into_iter().filter(|mail| mail.to == email).collect()
    }

    /// The secret at the end of the link in the last mail to this address.
    pub(crate) fn secret_to(&self, email: &str) -> String {
        let mail = self.mails_to(email).pop().unwrap_or_else(|| panic!("no mail to {email}"));
        let link = mail.text.split_whitespace().find(|word| word.starts_with("https://")).unwrap();
        link.rsplit('/').next().unwrap().to_owned()
    }

    pub(crate) async fn organization(&self, slug: &str) -> Organization {
        let mut c = self.installation.db.read().await.unwrap();
        storage::organizations::find_by_slug(&mut c, &Slug::parse(slug).unwrap()).await.unwrap().unwrap()
    }

    pub(crate) async fn member(&self, slug: &str, email: &str) -> Member {
        let organization = self.organization(slug).await.id;
        let mut c = self.installation.db.read().await.unwrap();
        let email = EmailAddress::parse(email).unwrap();
        storage::members::find_by_email(&mut c, organization, &email).await.unwrap().unwrap()
    }

    /// Writes a member straight into the tables: for crowds, who would take long to hash their passwords.
    pub(crate) async fn seat(&self, slug: &str, email: &str, (first, last): (&str, &str)) -> MemberId {
        self.seat_all(slug, &[(email.to_owned(), first.to_owned(), last.to_owned())]).await.remove(0)
    }

    /// As [`House::seat`], for many: address, first name, last name.
    pub(crate) async fn seat_all(&self, slug: &str, people: &[(String, String, String)]) -> Vec<MemberId> {
        let organization = self.organization(slug).await;
        let mut seated = Vec::new();
        let mut c = self.installation.db.write().await.unwrap();
        for (email, first, last) in people {
            let user = User {
                id: UserId::from_random(name_bytes("user", email)),
                email: EmailAddress::parse(email).unwrap(),
                first_name: PersonName::parse(first).unwrap(),
                last_name: PersonName::parse(last).unwrap(),
                password_hash: "nobody signs in with this".into(),
            };
            let joining = storage::members::Joining {
                id: MemberId::from_random(name_bytes(slug, email)),
                organization: organization.id,
                user: &user,
                role: Role::Member,
                invited_by: Some(organization.founder.into()),
                version: organization.version,
            };
            seated.push(joining.id);
            storage::users::insert(&mut c, &user, self.now()).await.unwrap();
            assert!(storage::members::insert(&mut c, joining, self.now()).await.unwrap());
        }
        c.commit().await.unwrap();
        seated
    }

    /// 109 members, by address in another order than they were seated: for what is read page by page.
    pub(crate) async fn seat_many(&self, slug: &str) -> Vec<(String, MemberId)> {
        let email = |i: usize| format!("{}{i}@x.example", ["b-", "m.", "z_"][i % 3]);
        let people: Vec<_> = (0..109).map(|i| (email(i), "A".into(), "B".into())).collect();
        let seated = self.seat_all(slug, &people).await;
        people.into_iter().map(|(email, ..)| email).zip(seated).collect()
    }
}

fn install(db: storage::Db, clock: Clock, settings: Settings) -> Installation {
    install_with("a-key-of-the-tests-that-is-long-enough", db, clock, settings)
}

fn install_with(key: &str, db: storage::Db, clock: Clock, settings: Settings) -> Installation {
    let keys = Keys::parse(&key.to_owned().into()).unwrap();
    Installation::new(db, clock, keys, Passwords::new(4).unwrap(), settings)
}

/// Sixteen bytes that differ when the texts do: the same in every run.
fn name_bytes(kind: &str, name: &str) -> [u8; 16] {
    let mut sum = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for byte in kind.bytes().chain([0]).chain(name.bytes()) {
        sum = (sum ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    sum.to_be_bytes()
}

impl Person {
    /// A request from this person's browser.
    pub(crate) async fn context(&self) -> Context {
        self.house.browser(Some(&self.cookie), self.ip).await
    }

    pub(crate) async fn is_signed_in(&self) -> bool {
        self.context().await.caller.person().is_some()
    }

    pub(crate) async fn member(&self) -> Member {
        self.house.member(&self.slug, &self.email).await
    }

    /// This member's id as text, as others name it.
    pub(crate) async fn id(&self) -> String {
        self.member().await.id.to_string()
    }

    pub(crate) async fn create_namespace(&self, label: &str) -> String {
        namespaces::create(&self.context().await, &self.slug, label).await.unwrap().name.to_string()
    }

    /// What came of inviting one address.
    pub(crate) async fn send(&self, email: &str) -> Result<Outcome, Error> {
        let sent = invitations::send(&self.context().await, &self.slug, &texts([email]), None).await?;
        assert_eq!(sent.len(), 1);
        Ok(sent.into_iter().next().unwrap().outcome)
    }

    pub(crate) async fn invite(&self, email: &str) -> Invited {
        self.invite_into(email, None).await
    }

    pub(crate) async fn invite_into(&self, email: &str, namespaces: Option<&[String]>) -> Invited {
        let context = self.context().await;
        let sent = invitations::send(&context, &self.slug, &texts([email]), namespaces).await.unwrap();
        let Outcome::Sent(pending) = &sent[0].outcome else { panic!("{:?}", sent[0].outcome) };
        let id = pending.offer.id.to_string();
        let link = invitations::link(&context, &self.slug, &id).await.unwrap();
        Invited { id, email: email.to_owned(), secret: link.rsplit('/').next().unwrap().to_owned() }
    }

    /// Invites somebody new, who accepts.
    pub(crate) async fn welcome(&self, email: &str) -> Person {
        let invited = self.invite(email).await;
        let joined = self.house.accept(&invited).await.unwrap();
        let mut c = self.house.installation.db.read().await.unwrap();
        let user = storage::users::find(&mut c, joined.member.user).await.unwrap().unwrap();
        self.house.person(user, &self.slug, joined.cookie.unwrap().value())
    }

    /// Invites somebody new, who accepts and is made an admin by the operator.
    pub(crate) async fn welcome_admin(&self, email: &str) -> Person {
        let person = self.welcome(email).await;
        person.become_role(Role::Admin).await.unwrap();
        person
    }

    /// What the operator makes of this person.
    pub(crate) async fn become_role(&self, role: Role) -> Result<Member, Error> {
        usecases::operator::change_role(&self.house.operator(), &self.slug, &self.id().await, role).await
    }

    pub(crate) async fn deactivate(&self, other: &Person) -> Result<Member, Error> {
        let done = members::deactivate(&self.context().await, &self.slug, &other.id().await, &[]).await?;
        Ok(done.member)
    }

    pub(crate) async fn reactivate(&self, other: &Person) -> Result<Member, Error> {
        members::reactivate(&self.context().await, &self.slug, &other.id().await).await
    }

    /// The table's row with this address.
    pub(crate) async fn row(&self, email: &str) -> Option<Row> {
        let query = members::Query { search: email.to_owned(), ..members::Query::default() };
        let page = members::list(&self.context().await, &self.slug, &query).await.unwrap();
        page.rows.into_iter().find(|row| row.email == email)
    }

    /// The codes of the organization's log, oldest first.
    pub(crate) async fn codes(&self) -> Vec<&'static str> {
        let query = usecases::activity::Query { limit: Some(200), ..Default::default() };
        let page = usecases::activity::list(&self.context().await, &self.slug, &query).await.unwrap();
        page.entries.iter().rev().map(|entry| entry.event.code()).collect()
    }
}
