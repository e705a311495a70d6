//! The cluster's own word on who may do what, and on whose a namespace is, for the pages that ask it.

use controller::{
    Client,
    access::{self, may},
};
use domain::text::NamespaceName;
use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::JoinSet, time::timeout};
use usecases::judge::{Judge, Owner, OwnerAnswer, Question, Unanswered, Verdict, Verdicts};

/// Questions under way at once, of everybody together: pages must not crowd out whom the API server is there for.
const AT_ONCE: usize = 8;
/// How long a page waits for all of its answers.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the creation of a namespace waits for the cluster's word on its name. It goes on without one.
const PATIENCE_FOR_A_NAME: Duration = Duration::from_secs(2);
/// An API server's reason is shown to people; more than this is none.
const LONGEST_REASON: usize = 400;

/// Asks the API server itself, as whoever the client signs in as.
pub struct ApiServer {
    client: Client,
    turns: Arc<Semaphore>,
}

impl ApiServer {
    pub fn new(client: Client) -> Self {
        Self { client, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    async fn ask(&self, questions: Vec<Question>) -> Result<Vec<Verdict>, Unanswered> {
        let mut asked = JoinSet::new();
        for (place, question) in questions.into_iter().enumerate() {
            let (client, turns) = (self.client.clone(), self.turns.clone());
            asked.spawn(async move {
                let _turn = turns.acquire_owned().await;
                (place, answer(&client, question).await)
            });
        }
        let mut verdicts = BTreeMap::new();
        // Left early, the set ends what is still under way.
        while let Some(done) = asked.join_next().await {
            let (place, verdict) = done.map_err(|error| Unanswered(error.to_string()))?;
            verdicts.insert(place, verdict?);
        }
        Ok(verdicts.into_values().collect())
    }
}

async fn answer(client: &Client, question: Question) -> Result<Verdict, Unanswered> {
    let Question { username, groups, namespace, act } = question;
    let act = access::Act {
        namespace: namespace.to_string(),
        verb: act.verb.to_owned(),
        group: act.group.to_owned(),
        resource: act.resource.to_owned(),
    };
    let verdict = may(client, &username, &groups, &act).await.map_err(|failure| Unanswered(failure.to_string()))?;
    Ok(Verdict { allowed: verdict.allowed, reason: verdict.reason.chars().take(LONGEST_REASON).collect() })
}

impl fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiServer").finish_non_exhaustive()
    }
}

impl Judge for ApiServer {
    fn judge(&self, questions: Vec<Question>) -> Verdicts<'_> {
        Box::pin(async move {
            let asked = timeout(PATIENCE, self.ask(questions)).await;
            let late = || Unanswered(format!("the cluster does not answer within {} seconds", PATIENCE.as_secs()));
            let verdicts = asked.unwrap_or_else(|_| Err(late()));
            if let Err(Unanswered(why)) = &verdicts {
                tracing::warn!(why, "the cluster was asked who may do what, and did not answer");
            }
            verdicts
        })
    }

    fn owner_of<'a>(&'a self, name: &'a NamespaceName) -> OwnerAnswer<'a> {
        Box::pin(async move {
            let asked = async {
                let _turn = self.turns.acquire().await;
                access::owner_of(&self.client, name).await.map_err(|failure| Unanswered(failure.to_string()))
            };
            let late = |_| Err(Unanswered(format!("no answer within {} seconds", PATIENCE_FOR_A_NAME.as_secs())));
            let found = timeout(PATIENCE_FOR_A_NAME, asked).await.unwrap_or_else(late);
            if let Err(Unanswered(why)) = &found {
                tracing::warn!(%name, why, "the cluster was asked whose a namespace is, and did not answer");
            }
            Ok(match found? {
                access::Owner::Nobody => Owner::Nobody,
                access::Owner::Organization(organization) => Owner::Organization(organization),
                access::Owner::Others => Owner::Others,
            })
        })
    }
}
