//! The controller's office when both run in one process: wishes come from the database, reports go there.

use controller::{Connection, Failure, Office, Report, Trouble, Wanted, object::Claim, plan::Deletions};
use domain::{binding::Key, id::OrganizationId, time::Timestamp};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use usecases::{
    Error, Installation,
    cluster::{self, Drift, Outcome},
};

/// How often the database is asked for what other replicas changed, and for tokens and grants whose time ended.
const ASKED_EVERY: Duration = Duration::from_secs(2);

pub struct Here {
    installation: Arc<Installation>,
    /// Until when ends have been asked for.
    asked: Mutex<Timestamp>,
}

impl Here {
    pub fn new(installation: Arc<Installation>) -> Self {
        let asked = Mutex::new(installation.clock.now());
        Self { installation, asked }
    }

    async fn behind(&self) -> Result<Vec<OrganizationId>, Error> {
        let now = self.installation.clock.now();
        let last = *self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = cluster::behind(&self.installation, last).await?;
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(behind)
    }
}

fn trouble(error: Error) -> Trouble {
    match error {
        Error::Unavailable(why) | Error::Broken(why) => Trouble(why),
        Error::Refused(refusal) => Trouble(refusal.code().to_owned()),
        Error::Stale(_) => Trouble("changed meanwhile".to_owned()),
    }
}

impl Office for Here {
    async fn changed(&self) -> Vec<OrganizationId> {
        loop {
            tokio::select! {
                changed = self.installation.bell.listen() => return changed.into_iter().collect(),
                () = tokio::time::sleep(ASKED_EVERY) => match self.behind().await {
                    Ok(behind) if behind.is_empty() => {}
                    Ok(behind) => return behind,
                    Err(error) => tracing::warn!(trouble = %trouble(error), "changed organizations can't be asked for"),
                },
            }
        }
    }

    async fn organizations(&self) -> Result<Vec<OrganizationId>, Trouble> {
        cluster::organizations(&self.installation).await.map_err(trouble)
    }

    async fn wanted(&self, organization: OrganizationId) -> Result<Wanted, Trouble> {
        let wanted = cluster::wanted(&self.installation, organization).await.map_err(trouble)?;
        let wanted = wanted.ok_or_else(|| Trouble("there is no such organization".to_owned()))?;
        Ok(Wanted {
            version: wanted.version,
            bindings: wanted.bindings,
            namespaces: wanted.namespaces.into_iter().collect(),
            adopted: wanted.adopted,
            deletions: if wanted.confirmed { Deletions::Confirmed } else { Deletions::WithinReason },
            until: wanted.until,
        })
    }

    async fn report(&self, organization: OrganizationId, report: Report) -> Result<(), Trouble> {
        cluster::report(&self.installation, &in_words(organization, report)).await.map_err(trouble)
    }

    async fn connection(&self, connection: Connection) {
        let (connected, version) = match &connection {
            Connection::Connected { version, .. } => (true, Some(version.as_str())),
            Connection::Unknown | Connection::Disconnected { .. } => (false, None),
        };
        if let Err(error) = cluster::connected(&self.installation, connected, version).await {
            tracing::warn!(trouble = %trouble(error), "whether the cluster answers could not be written down");
        }
    }
}

const fn not_ours(claim: Claim) -> &'static str {
    match claim {
        Claim::NoOrganization => "it has Bailiwick's label and names no organization",
        Claim::OtherOrganization => "it names one organization and lies in a namespace of another",
        Claim::OtherName => "it has Bailiwick's label and a name that Bailiwick does not give",
        Claim::OtherWriter => "it has Bailiwick's label, and Bailiwick did not make it",
    }
}

/// What the controller says, as it is kept and shown.
fn in_words(organization: OrganizationId, report: Report) -> cluster::Report {
    let outcome = match (report.held, report.concerns_all()) {
        (Some(held), _) => Outcome::Held { deletions: held.deletions as u64, of: held.of as u64 },
        (None, Some(failure)) => Outcome::Failed(failure.to_string()),
        (None, None) => Outcome::Followed,
    };
    let of_binding = |key: &Key, failure: &Failure| cluster::Trouble {
        namespace: key.namespace.to_string(),
        name: key.name.to_string(),
        reason: failure.to_string(),
        since: report.at,
    };
    // What keeps a whole namespace is said once, and not again for each binding in it.
    let usable = |key: &Key| !matches!(report.namespaces.get(&key.namespace), Some(Err(_)));
    let wanted = report.bindings.iter().filter(|(key, _)| usable(key));
    let wanted = wanted.filter_map(|(key, state)| Some(of_binding(key, state.as_ref().err()?)));
    let lingering = report.lingering.iter().map(|(key, failure)| of_binding(key, failure));
    let namespaces = report.namespaces.iter().filter_map(|(name, state)| {
        let reason = state.as_ref().err()?.to_string();
        Some(cluster::Trouble { namespace: name.to_string(), name: String::new(), reason, since: report.at })
    });
    let claimed = report.claimed.iter().map(|claimed| cluster::Trouble {
        namespace: claimed.namespace.clone(),
        name: claimed.name.clone(),
        reason: format!("left alone: {}", not_ours(claimed.why)),
        since: report.at,
    });
    let troubles = wanted.chain(lingering).chain(namespaces).chain(claimed).collect();
    let drifts = report.drift.iter().map(|drift| Drift {
        namespace: drift.key.namespace.to_string(),
        name: drift.key.name.to_string(),
        what: drift.what.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        changed_by: drift.change.as_ref().map(|change| change.by.clone()),
        done: drift.repair.as_str().to_owned(),
        at: report.at,
    });
    cluster::Report {
        organization,
        version: report.version,
        outcome,
        withdrawn: report.is_withdrawn() && report.concerns_all().is_none(),
        drifts: drifts.collect(),
        troubles,
    }
}
