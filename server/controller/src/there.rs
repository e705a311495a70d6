//! The office of a controller far from the database: a server of Bailiwick's, asked over HTTP.

use crate::{
    address::{NotAServer, ServerAddress},
    backoff,
    failure::{innermost, line},
    mirror::Clock,
    office::{Office, Report, Standing, Trouble, Wanted},
    plan::Deletions,
    wire::{self, Changes, Counted, LONGEST_WAIT, Remembered, Wish},
};
use domain::{id::OrganizationId, namespace::PodSecurity, time::Timestamp, told::Told};
use http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kube::{Client, Config, client::Body};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout};

/// How long an answer may take, beside what was asked to wait.
const PATIENCE: Duration = Duration::from_secs(20);
/// An empty answer that comes sooner is no news: something between us ends what takes long.
const SOON: Duration = Duration::from_secs(1);

pub struct There {
    client: Client,
    clock: Clock,
    /// Where hearing of changes goes on.
    heard: Mutex<String>,
    wishes: Mutex<BTreeMap<OrganizationId, Arc<Kept>>>,
    /// Since when the server is away.
    away: Mutex<Option<Timestamp>>,
}

/// A wish that was answered.
struct Kept {
    wanted: Wanted,
    /// Its end by the server's clock, which decides.
    until: Option<Timestamp>,
}

/// What the server said to a question that it took.
enum Said {
    /// But what it counts, if it does.
    Nothing(Option<Told>),
    This(Vec<u8>),
}

impl There {
    /// The server at this address, asked with the controller's credential.
    ///
    /// # Errors
    /// This machine trusts nobody's certificates.
    pub fn at(server: &ServerAddress, credential: &str, clock: Clock) -> Result<Self, NotAServer> {
        let uri: Uri = server.to_string().parse().map_err(|error| NotAServer(format!("{server}: {error}")))?;
        let mut config = Config::new(uri);
        config.auth_info.token = Some(credential.to_owned().into());
        // We wait and ask again by ourselves, and say so.
        config.default_retry = false;
        let client = Client::try_from(config).map_err(|error| NotAServer(innermost(&error)))?;
        let (heard, wishes, away) = (Mutex::default(), Mutex::default(), Mutex::default());
        Ok(Self { client, clock, heard, wishes, away })
    }

    /// Asks, and notes whether anybody is there.
    async fn ask(&self, method: Method, path: &str, body: Vec<u8>, wait: Duration) -> Result<Said, Trouble> {
        let said = match timeout(wait + PATIENCE, self.answer(method, path, body)).await {
            Ok(said) => said,
            Err(_) => Err(Missed::Away("no answer in time".to_owned())),
        };
        match said {
            Ok(said) => {
                self.is_back();
                Ok(said)
            }
            Err(Missed::Away(why)) => {
                self.is_away(&why);
                Err(Trouble(why))
            }
            Err(Missed::Refused(why)) => Err(Trouble(why)),
        }
    }

    async fn answer(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Said, Missed> {
        let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body)).map_err(|error| Missed::Refused(error.to_string()))?;
        let answer = self.client.send(request).await.map_err(|error| Missed::Away(line(&innermost(&error))))?;
        let status = answer.status();
        let told = answer.headers().get(wire::TOLD).map(|told| told.to_str().ok().and_then(|told| told.parse().ok()));
        let body = Limited::new(answer.into_body(), wire::LARGEST).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                return Missed::Refused("the server says more than a controller reads".to_owned());
            }
            Missed::Away(line(&error.to_string()))
        })?;
        let body = body.to_bytes();
        match status {
            StatusCode::NO_CONTENT => match told {
                Some(None) => Err(Missed::Refused("what the server counts can't be read".to_owned())),
                told => Ok(Said::Nothing(told.flatten())),
            },
            StatusCode::OK => Ok(Said::This(body.into())),
            // Also without a body of ours: a proxy may stand between.
            _ => {
                let said = serde_json::from_slice::<Refused>(&body).map(|refused| refused.message).unwrap_or_default();
                let why = line(format!("{status} {said}").trim_end());
                let of_all = status.is_server_error() || matches!(status.as_u16(), 300..=399 | 401 | 403 | 429);
                Err(if of_all { Missed::Away(why) } else { Missed::Refused(why) })
            }
        }
    }

    async fn read<T: DeserializeOwned>(&self, path: &str, wait: Duration) -> Result<T, Trouble> {
        match self.ask(Method::GET, path, Vec::new(), wait).await? {
            Said::This(body) => parse(&body),
            Said::Nothing(_) => Err(Trouble("the server says nothing to what it was not asked".to_owned())),
        }
    }

    async fn tell(&self, path: &str, what: &impl Serialize) -> Result<Said, Trouble> {
        let body = serde_json::to_vec(what).map_err(|error| Trouble(error.to_string()))?;
        self.ask(Method::POST, path, body, Duration::ZERO).await
    }

    /// Tells something that is answered by what is counted; a server that does not count says nothing.
    async fn told(&self, path: &str, what: &impl Serialize) -> Result<Option<Told>, Trouble> {
        match self.tell(path, what).await? {
            Said::This(body) => parse::<Counted>(&body).map(|counted| counted.told),
            Said::Nothing(_) => Ok(None),
        }
    }

    /// What an organization wants, where there is another wish than the one that is kept.
    async fn newer_than(
        &self,
        organization: OrganizationId,
        kept: Option<&Kept>,
    ) -> Result<Result<Wanted, Option<Told>>, Trouble> {
        let mut path = wire::wanted_of(organization);
        if let Some(kept) = kept {
            path.push_str(&format!("?newer_than={}", kept.wanted.version));
            path.extend(kept.until.map(|until| format!("&until={until}")));
            let level = kept.wanted.pod_security.map_or(wire::NO_POD_SECURITY, PodSecurity::as_str);
            path.push_str(&format!("&{}={level}", wire::POD_SECURITY));
        }
        let body = match self.ask(Method::GET, &path, Vec::new(), Duration::ZERO).await? {
            Said::This(body) => body,
            Said::Nothing(told) => return Ok(Err(told)),
        };
        let Wish { mut wanted, now } = parse(&body)?;
        let until = wanted.until;
        // By our own clock, since it is here that somebody has to look again.
        wanted.until = until.map(|until| (self.clock)().plus(until.since(now)));
        lock(&self.wishes).insert(organization, Arc::new(Kept { wanted: wanted.clone(), until }));
        Ok(Ok(wanted))
    }

    async fn ask_for_changes(&self) -> Result<Changes, Trouble> {
        let after = lock(&self.heard).clone();
        let path = format!("{}?after={after}&seconds={}", wire::CHANGES, LONGEST_WAIT.as_secs());
        let changes: Changes = self.read(&path, LONGEST_WAIT).await?;
        // It stands in the next question's address.
        if !changes.next.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(Trouble("the server does not say where to go on".to_owned()));
        }
        lock(&self.heard).clone_from(&changes.next);
        Ok(changes)
    }

    fn is_away(&self, why: &str) {
        let mut away = lock(&self.away);
        if away.is_none() {
            tracing::warn!(why, "Bailiwick's server is away; the cluster stays as it is until it is back");
            *away = Some((self.clock)());
        }
    }

    fn is_back(&self) {
        if let Some(since) = lock(&self.away).take() {
            tracing::info!(away_since = %since, "Bailiwick's server is back");
        }
    }
}

impl Office for There {
    async fn changed(&self) -> Vec<OrganizationId> {
        let mut tries = 0;
        loop {
            let asked = Instant::now();
            match self.ask_for_changes().await {
                Ok(changes) if !changes.organizations.is_empty() => return changes.organizations,
                Ok(_) if asked.elapsed() >= SOON => tries = 0,
                Ok(_) | Err(_) => {
                    tries += 1;
                    sleep(backoff::after(tries, &"changes")).await;
                }
            }
        }
    }

    async fn organizations(&self) -> Result<Vec<OrganizationId>, Trouble> {
        let all: Vec<OrganizationId> = self.read(wire::ORGANIZATIONS, Duration::ZERO).await?;
        lock(&self.wishes).retain(|organization, _| all.contains(organization));
        Ok(all)
    }

    async fn wanted(&self, organization: OrganizationId) -> Result<Wanted, Trouble> {
        // Deletions that the operator confirmed are confirmed once: such a wish is asked for whole each time.
        let kept = lock(&self.wishes).get(&organization).cloned();
        let kept = kept.filter(|kept| kept.wanted.deletions == Deletions::WithinReason);
        if let Some(kept) = kept {
            match self.newer_than(organization, Some(&kept)).await? {
                Ok(wanted) => return Ok(wanted),
                // The same version of another history is another wish.
                Err(told) if told.zip(kept.wanted.told).is_none_or(|(now, before)| now.continues(before)) => {
                    return Ok(Wanted { told, ..kept.wanted.clone() });
                }
                Err(_) => {}
            }
        }
        let wanted = self.newer_than(organization, None).await?;
        wanted.map_err(|_| Trouble("the server says that nothing is newer than nothing".to_owned()))
    }

    async fn report(&self, organization: OrganizationId, report: Report) -> Result<(), Trouble> {
        self.tell(&wire::report_of(organization), &report.of_trouble()).await.map(|_| ())
    }

    async fn count_up(&self, remembered: Option<Told>) -> Result<Option<Told>, Trouble> {
        self.told(wire::COUNT, &Remembered { remembered }).await
    }

    async fn standing(&self, standing: Standing) -> Result<Option<Told>, Trouble> {
        self.told(wire::CONNECTION, &standing).await
    }
}

/// Why there is no answer.
enum Missed {
    /// Nobody will get one just now.
    Away(String),
    /// This question gets none.
    Refused(String),
}

/// The error of our API, as far as it is read.
#[derive(serde::Deserialize)]
struct Refused {
    message: String,
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(body).map_err(|error| {
        Trouble(format!("the server's answer can't be read ({error}); is it of the same version as this controller?"))
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
