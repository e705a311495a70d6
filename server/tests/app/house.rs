//! One installation with everything in front of it, its clock standing still, its mails kept in memory.

use crate::{
    browser::{Browser, Person},
    calls,
};
use bailiwick::{
    http::{Assets, Listeners, Server, router},
    metrics::Metrics,
    readiness::Readiness,
    traces::Traces,
};
use domain::{
    id::{MemberId, SessionId, UserId},
    membership::Role,
    text::{EmailAddress, PersonName, Slug},
    time::Timestamp,
    token::Lifetime,
    told::Told,
};
use mailer::{Mailer, SentMail};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
    pin::Pin,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use storage::{
    Db,
    organizations::{self, Organization},
    trial::Trial,
    users::User,
};
use usecases::{
    Clock, Cluster, Installation, Keys, Passwords, Settings, cluster, operator,
    outbox::{self, Delivery},
};

pub(crate) const PASSWORD: &str = "a slow walk over wet grass";

/// With a program for browsers, be it built or not: pages have all the scripts that they have anywhere.
static ASSETS: LazyLock<Arc<Assets>> = LazyLock::new(|| {
    let mut assets = Assets::find();
    assets.site.has_wasm = true;
    Arc::new(assets)
});

/// Runs a test in a house of its own, on SQLite and then on PostgreSQL. No letter stays behind unsent.
pub(crate) fn on_both<T: AsyncFn(House)>(test: T) {
    storage::trial::on_both(async |trial| House::live_in(trial, &test).await);
}

/// Whoever sends the letters of a house whose program is another process.
pub(crate) trait Postman: Send + Sync {
    fn post(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    /// All that was ever sent.
    fn sent_to(&self, email: &str) -> Vec<SentMail>;
}

#[derive(Clone)]
pub(crate) struct House {
    pub(crate) trial: Trial,
    pub(crate) installation: Arc<Installation>,
    pub(crate) mailer: Mailer,
    pub(crate) router: axum::Router,
    pub(crate) metrics: Metrics,
    postman: Option<Arc<dyn Postman>>,
    /// What has been given out so far: network addresses, names, session secrets.
    given: Arc<AtomicU32>,
    /// Every secret that was ever handed to somebody.
    pub(crate) secrets: Arc<Mutex<BTreeSet<String>>>,
}

fn open(
    db: &Db,
    clock: Clock,
    mailer: &Mailer,
    metrics: &Metrics,
    settings: Settings,
) -> (Arc<Installation>, axum::Router) {
    let key = "a-key-of-the-tests-that-is-long-enough".to_owned().into();
    let (keys, passwords) = (Keys::parse(&key).unwrap(), Passwords::new(4).unwrap());
    let installation = Arc::new(Installation::new(db.clone(), clock, keys, passwords, settings));
    let router = router(serving(&installation, mailer, metrics));
    (installation, router)
}

fn serving(installation: &Arc<Installation>, mailer: &Mailer, metrics: &Metrics) -> Server {
    Server {
        installation: installation.clone(),
        assets: ASSETS.clone(),
        https: installation.settings.base_url.starts_with("https://"),
        trusted_proxies: Arc::new([]),
        mailer: mailer.clone(),
        listeners: Listeners::default(),
        leaving: Arc::default(),
        readiness: Readiness::default(),
        metrics: metrics.clone(),
        traces: Traces::default(),
    }
}

impl House {
    /// Builds one, runs the test in it, and looks after the letters.
    pub(crate) async fn live_in<T: AsyncFn(Self)>(trial: Trial, test: &T) {
        let house = Self::build(trial);
        test(house.clone()).await;
        house.gather_no_more().await;
        house.post().await;
        let left = outbox::state(&house.installation).await;
        // A test may have closed the database.
        assert!(left.is_err() || left.is_ok_and(|left| left.waiting == 0), "letters stay behind");
    }

    /// Lets what waits for more leave now, by whatever clock it was written.
    async fn gather_no_more(&self) {
        let Ok(mut c) = self.installation.db.write().await else { return };
        let now = self.installation.clock.now();
        let no_lease = now.plus(Duration::from_secs(10 * 365 * 24 * 3600));
        if storage::outbox::put_right(&mut c, now, (now, now, no_lease)).await.is_ok() {
            let _ = c.commit().await;
        }
    }

    fn build(trial: Trial) -> Self {
        let settings = Settings {
            base_url: "https://bailiwick.example".into(),
            sign_ups_open: true,
            invitation_lifetime: Settings::INVITATION_LIFETIME,
            invitations_per_hour: 10_000,
            namespace_limit: domain::namespace::LIMIT,
            namespaces: domain::namespace::Rules::default(),
            token_longest: Lifetime::Never,
            enforced: false,
            cluster_audiences: vec!["https://kubernetes.default.svc".into()],
            seen_apart: Duration::ZERO,
            cluster: Some(Cluster { name: "harbour".into(), ..Cluster::at("https://cluster.example:6443").unwrap() }),
        };
        let clock = Clock::set_to(Timestamp::parse("2026-11-23T09:30:05.25Z").unwrap());
        let mailer = Mailer::memory("Bailiwick <no-reply@bailiwick.example>").unwrap();
        let metrics = Metrics::default();
        let (installation, router) = open(&trial.db, clock, &mailer, &metrics, settings);
        let postman = None;
        Self { trial, installation, mailer, router, metrics, postman, given: Arc::default(), secrets: Arc::default() }
    }

    /// The same house under other settings.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.installation.settings.clone();
        change(&mut settings);
        let (installation, router) =
            open(&self.installation.db, self.installation.clock.clone(), &self.mailer, &self.metrics, settings);
        Self { installation, router, ..self.clone() }
    }

    /// The same house by another way to its database.
    #[allow(dead_code, reason = "one test of `app` uses it")]
    pub(crate) fn at(&self, db: Db) -> Self {
        let Installation { clock, settings, .. } = &*self.installation;
        let (installation, router) = open(&db, clock.clone(), &self.mailer, &self.metrics, settings.clone());
        Self { installation, router, ..self.clone() }
    }

    /// The same house by the real clock, which other programs share.
    #[allow(dead_code, reason = "the tests of the command line use it")]
    pub(crate) fn on_real_time(&self) -> Self {
        let settings = self.installation.settings.clone();
        let (installation, router) = open(&self.installation.db, Clock::System, &self.mailer, &self.metrics, settings);
        Self { installation, router, ..self.clone() }
    }

    /// The same house, served by another program, which sends its letters too.
    #[allow(dead_code, reason = "the tests of functions use it")]
    pub(crate) fn served_by(&self, router: axum::Router, postman: Arc<dyn Postman>) -> Self {
        Self { router, postman: Some(postman), ..self.clone() }
    }

    #[allow(dead_code, reason = "the tests of functions use it")]
    pub(crate) fn server(&self) -> Server {
        serving(&self.installation, &self.mailer, &self.metrics)
    }

    /// The same house with a proxy before it.
    #[allow(dead_code, reason = "some tests of `app` use it")]
    pub(crate) fn behind(&self, proxy: IpAddr) -> Self {
        let server = serving(&self.installation, &self.mailer, &self.metrics);
        Self { router: router(Server { trusted_proxies: Arc::new([proxy.into()]), ..server }), ..self.clone() }
    }

    /// The same house as it runs on somebody's own machine.
    pub(crate) fn without_tls(&self) -> Self {
        self.with(|settings| settings.base_url = "http://127.0.0.1:3000".into())
    }

    pub(crate) fn base(&self) -> &str {
        &self.installation.settings.base_url
    }

    pub(crate) fn cookie_name(&self) -> &'static str {
        if self.base().starts_with("https://") { "__Host-bailiwick" } else { "bailiwick" }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.installation.clock.advance(by);
    }

    /// A number that nobody had before.
    pub(crate) fn next(&self) -> u32 {
        self.given.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(crate) fn new_ip(&self) -> IpAddr {
        Ipv4Addr::from(0x0a00_0000 + self.next()).into()
    }

    pub(crate) fn note(&self, secret: &str) {
        self.secrets.lock().unwrap().insert(secret.to_owned());
    }

    /// Somebody without a cookie, from a network of their own.
    pub(crate) fn anonymous(&self) -> Browser {
        Browser::new(self)
    }

    /// A program with a token, at a network address of its own.
    pub(crate) fn program(&self, secret: &str) -> Browser {
        self.anonymous().with_bearer(secret)
    }

    /// Founds an organization: at once for the very first person, by the mailed link for the others.
    pub(crate) async fn found(&self, organization: &str, email: &str) -> Person {
        let browser = self.anonymous();
        let fields = [
            ("organization_name", organization),
            ("first_name", "Ada"),
            ("last_name", "Founder"),
            ("email", email),
            ("password", PASSWORD),
        ];
        self.note(PASSWORD);
        let mut answer = browser.call("sessions/sign-up", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        if answer.json()["next"] == "verify_email" {
            let secret = self.secret_to(email).await;
            answer = browser.call("sessions/verify", &[("secret", &secret)]).await;
        }
        let slug = answer.json()["organization"].as_str().unwrap().to_owned();
        Person { browser, email: email.to_owned(), slug }
    }

    /// Writes a member straight into the tables, signed in: hashing a password takes longer than the test.
    /// Their password is the founder's.
    pub(crate) async fn seat(&self, slug: &str, role: Role) -> Person {
        let email = format!("{}-{}@northwind.example", role.as_str(), self.next());
        let mut c = self.installation.db.write().await.unwrap();
        // First, as in every use case: on PostgreSQL a row that refers to it would share its lock with somebody else's rollback.
        let organization = organizations::lock_by_slug(&mut c, &Slug::parse(slug).unwrap()).await.unwrap().unwrap();
        let founder = storage::users::find(&mut c, organization.founder).await.unwrap().unwrap();
        let user = User {
            id: UserId::from_random(self.bytes()),
            email: EmailAddress::parse(&email).unwrap(),
            first_name: PersonName::parse("Bo").unwrap(),
            last_name: PersonName::parse("Seated").unwrap(),
            password_hash: founder.password_hash,
        };
        let joining = storage::members::Joining {
            id: MemberId::from_random(self.bytes()),
            organization: organization.id,
            user: &user,
            role,
            invited_by: Some(organization.founder.into()),
            version: organization.version,
        };
        let now = self.installation.clock.now();
        storage::users::insert(&mut c, &user, now).await.unwrap();
        storage::members::insert(&mut c, joining, now).await.unwrap();
        c.commit().await.unwrap();
        self.again(&email, slug).await
    }

    /// The same person at another browser, signed in.
    pub(crate) async fn again(&self, email: &str, slug: &str) -> Person {
        let secret = format!("session-{}-of-the-tests-and-long-enough", self.next());
        let mut c = self.installation.db.write().await.unwrap();
        let address = EmailAddress::parse(email).unwrap();
        let user = storage::users::find_by_email(&mut c, &address).await.unwrap().unwrap();
        let new = storage::sessions::New {
            id: SessionId::from_random(self.bytes()),
            token_hash: Sha256::digest(&secret).into(),
            user: user.id,
            ip: None,
            user_agent: None,
        };
        storage::sessions::insert(&mut c, new, self.installation.clock.now()).await.unwrap();
        c.commit().await.unwrap();
        let browser = self.anonymous();
        browser.take_cookie(self.cookie_name(), &secret);
        Person { browser, email: email.to_owned(), slug: slug.to_owned() }
    }

    fn bytes(&self) -> [u8; 16] {
        Sha256::digest(self.next().to_be_bytes())[..16].try_into().unwrap()
    }

    pub(crate) async fn organization(&self, slug: &str) -> Organization {
        let mut c = self.installation.db.read().await.unwrap();
        organizations::find_by_slug(&mut c, &Slug::parse(slug).unwrap()).await.unwrap().unwrap()
    }

    /// Sends what is due, until nothing is.
    pub(crate) async fn post(&self) {
        if let Some(postman) = &self.postman {
            return postman.post().await;
        }
        while !matches!(outbox::deliver_one(&self.installation, &self.mailer).await, Ok(Delivery::Idle) | Err(_)) {}
    }

    pub(crate) async fn mails_to(&self, email: &str) -> Vec<SentMail> {
        self.post().await;
        match &self.postman {
            Some(postman) => postman.sent_to(email),
            None => self.mailer.sent().into_iter().filter(|mail| mail.to == email).collect(),
        }
    }

    /// The secret at the end of the link in the last mail to this address.
    pub(crate) async fn secret_to(&self, email: &str) -> String {
        let mail = self.mails_to(email).await.pop().unwrap_or_else(|| panic!("no mail to {email}"));
        let link = mail.text.split_whitespace().find(|word| word.starts_with(self.base())).unwrap();
        let secret = link.rsplit('/').next().unwrap().to_owned();
        self.note(&secret);
        secret
    }

    /// Every row of every table, but for the counters of tries.
    pub(crate) async fn rows(&self) -> BTreeMap<String, Vec<String>> {
        let sqlite = self.trial.db.kind() == "SQLite";
        let tables = if sqlite {
            "select name from sqlite_master where type = 'table' and name not like '%sql%' and name <> 'attempts'"
        } else {
            "select tablename::text from pg_tables where schemaname = 'public' and tablename not like '%sql%' and tablename <> 'attempts'"
        };
        let mut rows = BTreeMap::new();
        for table in self.trial.texts(tables).await {
            let row = if sqlite {
                let columns = format!("select 'quote(' || name || ')' from pragma_table_info('{table}')");
                self.trial.texts(&columns).await.join(" || ' ' || ")
            } else {
                format!("row_to_json({table})::text")
            };
            rows.insert(table.clone(), self.trial.texts(&format!("select {row} from {table} order by 1")).await);
        }
        assert!(rows.len() > 10, "{:?}", rows.keys());
        rows
    }

    /// The controller that writes says that the cluster was told more than is counted here, as after a restore. Answers since
    /// when that is so.
    pub(crate) async fn is_an_older_copy(&self) -> Timestamp {
        let told = cluster::told(&self.installation).await.unwrap().unwrap();
        let remembered = Told::new(told.line, told.count() + 1).ok();
        let (identity, lease) = ("one".to_owned(), cluster::Lease::Ours);
        let standing = cluster::Standing { identity, connected: true, version: None, lease, remembered };
        cluster::stands(&self.installation, &standing).await.unwrap();
        let since = cluster::health(&self.installation.db, self.installation.clock.now()).await.unwrap().since();
        since.expect("it is older")
    }

    /// Two organizations and one of everybody.
    pub(crate) async fn cast(&self) -> calls::Cast {
        let founder = self.found("Northwind", "ada@northwind.example").await;
        let stranger = self.found("Southwind", "sam@southwind.example").await;
        let admin = self.seat("northwind", Role::Admin).await;
        let member = self.seat("northwind", Role::Member).await;
        let deactivated = self.seat("northwind", Role::Member).await;
        founder.deactivate(&deactivated).await;
        let old_cookie = deactivated.session().unwrap();
        let every = [("scopes[]", "members"), ("scopes[]", "invitations"), ("scopes[]", "grants")];
        let tokens = [
            founder.create_token(&[]).await.secret,
            founder.create_token(&every).await.secret,
            stranger.create_token(&every).await.secret,
        ];
        let (email, by) = ("olga@operators.example", usecases::Context::operator(self.installation.clone()));
        let account = operator::NewAccount { first_name: "Olga", last_name: "Petrova", password: PASSWORD };
        operator::add(&by, email, Some(account)).await.unwrap();
        let operator = self.again(email, "").await;
        calls::Cast { house: self.clone(), founder, admin, member, stranger, operator, old_cookie, tokens }
    }
}
