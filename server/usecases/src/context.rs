//! What a use case works with: the installation, and who asks.

mod credentials;

use crate::{
    Bell, Clock, Error, Keys, Passwords,
    forwarders::UntrustedForwarders,
    gates::{Attempt, Tried},
    guesses::Failed,
    judge::Judge,
    repeats::Repeats,
    seen::Seen,
};
use domain::{
    Refusal,
    access::Actor,
    id::{LoginId, SessionId, TokenId, UserId},
    operator,
    text::{EmailAddress, PersonName},
    time::Timestamp,
};
use std::{
    net::IpAddr,
    sync::{Arc, OnceLock, atomic::AtomicU64},
    time::Duration,
};
use storage::{Db, credentials::Credential as Credentialed, tokens::Token};
use tokio::sync::Notify;

/// What the operator decides by configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What links in mails begin with; no slash at its end.
    pub base_url: String,
    pub sign_ups_open: bool,
    pub invitation_lifetime: Duration,
    pub invitations_per_hour: u32,
    pub namespace_limit: u32,
    /// What namespaces are called, and how pods are guarded in them.
    pub namespaces: domain::namespace::Rules,
    /// The longest that a token may live.
    pub token_longest: domain::token::Lifetime,
    /// Where kubeconfigs lead; `None`: no cluster is connected.
    pub cluster: Option<crate::Cluster>,
    /// Whether a controller keeps the cluster as the database wants it.
    pub enforced: bool,
    /// What API servers call themselves when they ask whose a token is.
    pub cluster_audiences: Vec<String>,
    /// How far uses of a session, a token or a login lie apart that are both written down. Zero where one process gathers
    /// them and writes once a minute; a minute where each request writes its own.
    pub seen_apart: Duration,
}

impl Settings {
    /// A session ends when it was not used for this long.
    pub const SESSION_IDLE: Duration = Duration::from_secs(60 * 60);
    /// How old a sign-in may be for what makes a credential (OWASP ASVS 5.0, 7.5.1).
    pub const FRESH: Duration = Duration::from_secs(10 * 60);
    /// A session ends this long after its sign-in, used or not.
    pub const SESSION_LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
    pub const VERIFICATION_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
    /// Short: whoever reads the mailbox later than its owner finds a dead link.
    pub const RESET_LIFETIME: Duration = Duration::from_secs(30 * 60);
    pub const INVITATION_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    pub const INVITATIONS_PER_HOUR: u32 = 200;
}

/// One running Bailiwick.
#[derive(Debug)]
pub struct Installation {
    pub db: Db,
    pub clock: Clock,
    pub keys: Keys,
    pub passwords: Passwords,
    pub settings: Settings,
    /// Rung when a letter was written; the worker listens.
    pub letters: Notify,
    /// Rung when an organization changed; the controller listens.
    pub bell: Bell,
    /// Tells browsers: of every commit, and of what the cluster says.
    pub live: Bell,
    /// Lent by whoever runs beside a cluster.
    pub(crate) judge: OnceLock<Arc<dyn Judge>>,
    /// Checking a session, a token or a login writes nothing: when each was used stays here until the worker writes it down.
    pub(crate) sessions_seen: Seen<SessionId>,
    pub(crate) tokens_used: Seen<TokenId>,
    pub(crate) logins_used: Seen<LoginId>,
    /// Peers whose word about others does not count.
    pub untrusted_forwarders: UntrustedForwarders,
    /// Refused attempts that are still to be written into the logs of their organizations.
    pub(crate) refused: Repeats<Attempt, Tried>,
    /// Failed sign-ins that are still to be written into the logs of their accounts, with what each browser says it is.
    pub(crate) failed: Repeats<Failed, Option<String>>,
    /// Since this process began.
    pub wrong_passwords: AtomicU64,
}

impl Installation {
    pub fn new(db: Db, clock: Clock, keys: Keys, passwords: Passwords, settings: Settings) -> Self {
        let apart = settings.seen_apart;
        Self {
            db,
            clock,
            keys,
            passwords,
            settings,
            letters: Notify::new(),
            bell: Bell::default(),
            live: Bell::default(),
            judge: OnceLock::new(),
            sessions_seen: Seen::new(apart),
            tokens_used: Seen::new(apart),
            logins_used: Seen::new(apart),
            untrusted_forwarders: UntrustedForwarders::default(),
            refused: Repeats::default(),
            failed: Repeats::default(),
            wrong_passwords: AtomicU64::new(0),
        }
    }
}

/// A person with a live session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub session: SessionId,
    pub user: UserId,
    pub email: EmailAddress,
    pub first_name: PersonName,
    pub last_name: PersonName,
    /// When the password was last proved in this session.
    pub signed_in_at: Timestamp,
    /// Whether this person may act as the operator.
    pub operator: bool,
}

/// What a request brings to say who sends it. One or the other: a cookie is no bearer, a bearer no cookie.
#[derive(Clone, Copy, Default)]
pub enum Credential<'a> {
    #[default]
    None,
    /// The value of a session's cookie.
    Cookie(&'a str),
    /// What stands after `Authorization: Bearer`.
    Bearer(&'a str),
}

/// Who asks.
#[derive(Debug, Clone, Default)]
pub enum Who {
    #[default]
    Nobody,
    Person(SignedIn),
    Token(Token),
    Operator(Operator),
    /// Bailiwick itself, when the time of something has come.
    System,
}

/// Whoever runs the installation, by the way they came.
#[derive(Debug, Clone)]
pub enum Operator {
    /// At the machine itself. Made by the command line alone: no request ever speaks as this one.
    CommandLine,
    /// Signed in, and one of the operators.
    Person(SignedIn),
    /// A program that brings a credential of the operator's.
    Program(Credentialed),
}

impl Operator {
    /// The operator's own account, where there is one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Person(person) => Some(person.user),
            Self::CommandLine | Self::Program(_) => None,
        }
    }

    /// Whose hand this is: a program is the longer arm of whoever made its credential.
    pub fn hand(&self) -> Option<UserId> {
        match self {
            Self::Person(person) => Some(person.user),
            Self::Program(credential) => credential.maker(),
            Self::CommandLine => None,
        }
    }

    /// As it stands in logs.
    pub fn name(&self) -> String {
        match self {
            Self::CommandLine => "Operator".to_owned(),
            Self::Person(person) => person.email.to_string(),
            Self::Program(credential) => format!("Operator's program “{}”", credential.name),
        }
    }
}

/// Who asks, and from where.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    pub(crate) who: Who,
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
    /// What a browser brings that has signed in before, unproved.
    pub device: Option<String>,
}

impl Caller {
    pub fn person(&self) -> Option<&SignedIn> {
        match &self.who {
            Who::Person(person) => Some(person),
            Who::Nobody | Who::Token(_) | Who::Operator(_) | Who::System => None,
        }
    }

    /// Only where the operator acts: an operator's own session is a person's until then.
    pub fn operator(&self) -> Option<&Operator> {
        match &self.who {
            Who::Operator(operator) => Some(operator),
            Who::Nobody | Who::Person(_) | Who::Token(_) | Who::System => None,
        }
    }

    pub fn token(&self) -> Option<&Token> {
        match &self.who {
            Who::Token(token) => Some(token),
            Who::Nobody | Who::Person(_) | Who::Operator(_) | Who::System => None,
        }
    }
}

/// One request's view of the installation.
#[derive(Debug, Clone)]
pub struct Context {
    pub installation: Arc<Installation>,
    pub caller: Caller,
}

impl Context {
    /// Nobody in particular: the worker, the command line, a request without a cookie.
    pub fn anonymous(installation: Arc<Installation>) -> Self {
        Self { installation, caller: Caller::default() }
    }

    /// Whoever runs the installation, at its command line.
    pub fn operator(installation: Arc<Installation>) -> Self {
        Self::of(installation, Who::Operator(Operator::CommandLine))
    }

    /// Bailiwick itself, when the time of something has come.
    pub(crate) fn system(installation: Arc<Installation>) -> Self {
        Self::of(installation, Who::System)
    }

    pub(crate) fn of(installation: Arc<Installation>, who: Who) -> Self {
        Self { installation, caller: Caller { who, ..Caller::default() } }
    }

    /// Finds out who brings this credential: one indexed read and no write. A session that is unknown, idle or over-aged
    /// is nobody's; a token that does not work is refused, since no program means to ask as nobody.
    ///
    /// # Errors
    /// [`Refusal::TokenMalformed`], [`Refusal::TokenUnknown`], [`Refusal::TokenExpired`]. [`Error::Unavailable`] when the
    /// database can't be asked: never "nobody", which would sign everybody out.
    pub async fn identify(
        installation: Arc<Installation>,
        credential: Credential<'_>,
        ip: Option<IpAddr>,
        user_agent: Option<String>,
    ) -> Result<Self, Error> {
        let who = match credential {
            Credential::None | Credential::Cookie("") => Who::Nobody,
            Credential::Cookie(secret) => installation.person_with(secret).await?.map_or(Who::Nobody, Who::Person),
            Credential::Bearer(secret) if secret.starts_with(operator::PREFIX) => {
                Who::Operator(Operator::Program(installation.credential_with(secret).await?))
            }
            Credential::Bearer(secret) => Who::Token(installation.token_with(secret).await?),
        };
        // An agent's name is shown on pages and kept in rows: as long as any real one, and no longer.
        let user_agent = user_agent.map(|agent| agent.chars().filter(|c| !c.is_control()).take(200).collect());
        // Listening on `[::]`, a server sees IPv4 as `::ffff:…`, all of it one network in the eyes of IPv6.
        let ip = ip.map(|ip| ip.to_canonical());
        Ok(Self { installation, caller: Caller { who, ip, user_agent, device: None } })
    }

    pub fn now(&self) -> Timestamp {
        self.installation.clock.now()
    }

    pub fn keys(&self) -> &Keys {
        &self.installation.keys
    }

    pub fn settings(&self) -> &Settings {
        &self.installation.settings
    }

    pub fn actor(&self) -> Actor {
        match &self.caller.who {
            Who::Nobody => Actor::Anonymous,
            Who::Person(person) => Actor::User(person.user),
            Who::Token(token) => Actor::Token(token.bearer()),
            Who::Operator(_) => Actor::Operator,
            Who::System => Actor::System,
        }
    }

    /// # Errors
    /// [`Refusal::NotSignedIn`]; [`Refusal::PeopleOnly`] for a token and for the operator, who have no account there.
    pub fn signed_in(&self) -> Result<&SignedIn, Error> {
        match &self.caller.who {
            Who::Person(person) => Ok(person),
            Who::Token(_) | Who::Operator(_) => Err(Refusal::PeopleOnly.into()),
            Who::Nobody | Who::System => Err(Refusal::NotSignedIn.into()),
        }
    }

    /// The same caller as the operator, to read what only operators see.
    ///
    /// # Errors
    /// [`Refusal::NotSignedIn`]; [`Refusal::OperatorOnly`] for a person who is none, and for an organization's token.
    pub fn as_operator(&self) -> Result<Self, Error> {
        let who = match &self.caller.who {
            Who::Operator(operator) => Who::Operator(operator.clone()),
            Who::Person(person) if person.operator => Who::Operator(Operator::Person(person.clone())),
            Who::Person(_) | Who::Token(_) => return Err(Refusal::OperatorOnly.into()),
            Who::Nobody | Who::System => return Err(Refusal::NotSignedIn.into()),
        };
        Ok(Self { installation: self.installation.clone(), caller: Caller { who, ..self.caller.clone() } })
    }

    /// The same, for what an operator does: a person must have signed in freshly.
    ///
    /// # Errors
    /// As [`Context::as_operator`], and [`Refusal::ReauthenticationRequired`].
    pub fn acting_as_operator(&self) -> Result<Self, Error> {
        let operator = self.as_operator()?;
        if let Some(person) = self.caller.person() {
            self.is_fresh(person)?;
        }
        Ok(operator)
    }

    /// For what makes a credential: somebody who proved their password within [`Settings::FRESH`].
    ///
    /// # Errors
    /// As [`Context::signed_in`], and [`Refusal::ReauthenticationRequired`].
    pub fn freshly_signed_in(&self) -> Result<&SignedIn, Error> {
        let person = self.signed_in()?;
        self.is_fresh(person)?;
        Ok(person)
    }

    pub(crate) fn is_fresh(&self, person: &SignedIn) -> Result<(), Refusal> {
        // One that is yet to come was written by a clock that was ahead, and would be fresh until the clocks are there.
        let over = self.now().apart(person.signed_in_at) >= Settings::FRESH;
        if over { Err(Refusal::ReauthenticationRequired) } else { Ok(()) }
    }

    pub(crate) fn ip_text(&self) -> Option<String> {
        self.caller.ip.map(|ip| ip.to_string())
    }
}
