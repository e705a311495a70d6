//! The controller's office beside the database: wishes come from there, reports go there. A controller far away comes to the
//! same by HTTP.

use controller::{
    Connection, Failure, Lease, Office, Report, Standing, Trouble, Wanted,
    drift::{Part, Repair},
    object::Claim,
    plan::Deletions,
};
use domain::{binding::Key, id::OrganizationId, told::Told};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use usecases::{
    Error, Installation, Mark,
    cluster::{self, Drift, Outcome, Taken},
};

/// How often the database is asked for what other replicas changed.
const ASKED_EVERY: Duration = Duration::from_secs(2);
/// In characters: as long as anything that the cluster says is kept.
const LONGEST_TEXT: usize = 300;

pub struct Here {
    installation: Arc<Installation>,
    /// How far the bell was heard.
    heard: Mutex<Mark>,
}

impl Here {
    pub fn new(installation: Arc<Installation>) -> Self {
        let heard = Mutex::new(installation.bell.mark());
        Self { installation, heard }
    }
}

/// Waits until organizations may want something else, since then; answers them, and how far that is. `None` when nobody has to
/// wait any longer, since this process ends.
pub(crate) async fn next_changes(
    installation: &Installation,
    since: Mark,
) -> Result<Option<(Vec<OrganizationId>, Mark)>, Error> {
    loop {
        tokio::select! {
            heard = installation.bell.listen(since) => {
                return Ok(heard.map(|(changed, mark)| (changed.into_iter().collect(), mark)));
            }
            () = tokio::time::sleep(ASKED_EVERY) => {
                let behind = cluster::behind(installation).await?;
                if !behind.is_empty() {
                    return Ok(Some((behind, since)));
                }
            }
        }
    }
}

fn trouble(error: Error) -> Trouble {
    match error {
        Error::Unavailable(why) | Error::Contended(why) | Error::Broken(why) => Trouble(why),
        Error::Busy => Trouble("too many passwords are being checked".to_owned()),
        Error::Refused(refusal) => Trouble(refusal.code().to_owned()),
        Error::Stale(_) => Trouble("changed meanwhile".to_owned()),
    }
}

impl Office for Here {
    async fn changed(&self) -> Vec<OrganizationId> {
        loop {
            let since = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            match next_changes(&self.installation, since).await {
                Ok(Some((changed, mark))) => {
                    *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = mark;
                    return changed;
                }
                Ok(None) => std::future::pending().await,
                Err(error) => tracing::warn!(trouble = %trouble(error), "changed organizations can't be asked for"),
            }
        }
    }

    async fn organizations(&self) -> Result<Vec<OrganizationId>, Trouble> {
        cluster::organizations(&self.installation).await.map_err(trouble)
    }

    async fn wanted(&self, organization: OrganizationId) -> Result<Wanted, Trouble> {
        let wanted = cluster::wanted(&self.installation, organization).await.map_err(trouble)?;
        wanted.map(wish).ok_or_else(|| Trouble("there is no such organization".to_owned()))
    }

    async fn report(&self, organization: OrganizationId, report: Report) -> Result<(), Trouble> {
        match cluster::report(&self.installation, &in_words(organization, report)).await.map_err(trouble)? {
            Taken::Kept => Ok(()),
            Taken::NoSuchOrganization => Err(Trouble("there is no such organization".to_owned())),
            Taken::NoSuchVersion => Err(Trouble("the organization is not so far".to_owned())),
        }
    }

    async fn count_up(&self, remembered: Option<Told>) -> Result<Option<Told>, Trouble> {
        cluster::count_up(&self.installation, remembered).await.map_err(trouble)
    }

    async fn standing(&self, standing: Standing) -> Result<Option<Told>, Trouble> {
        cluster::stands(&self.installation, &as_kept(standing)).await.map_err(trouble)
    }
}

/// What an organization wants, as a controller takes it.
pub(crate) fn wish(wanted: cluster::Wanted) -> Wanted {
    Wanted {
        version: wanted.version,
        bindings: wanted.bindings,
        namespaces: wanted.namespaces.into_iter().collect(),
        adopted: wanted.adopted,
        pod_security: wanted.pod_security,
        deletions: if wanted.confirmed { Deletions::Confirmed } else { Deletions::WithinReason },
        until: wanted.until,
        news: wanted.news,
        told: wanted.told,
    }
}

pub(crate) fn as_kept(Standing { identity, connection, lease, remembered }: Standing) -> cluster::Standing {
    let (connected, version) = match connection {
        Connection::Connected { version, .. } => (true, Some(cut(version))),
        Connection::Unknown | Connection::Disconnected { .. } => (false, None),
    };
    let lease = match lease {
        Lease::Unknown => cluster::Lease::Unknown,
        Lease::Ours => cluster::Lease::Ours,
        Lease::Held { by } => cluster::Lease::Held { by: cut(by) },
    };
    cluster::Standing { identity: cut(identity), connected, version, lease, remembered }
}

/// One line that fits a page, whoever has written it.
fn cut(text: impl AsRef<str>) -> String {
    text.as_ref().chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_TEXT).collect()
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
pub(crate) fn in_words(organization: OrganizationId, report: Report) -> cluster::Report {
    let outcome = match (report.held, report.concerns_all()) {
        (Some(held), _) => Outcome::Held { deletions: held.deletions as u64, of: held.of as u64 },
        (None, Some(failure)) => Outcome::Failed(cut(failure.to_string())),
        (None, None) => Outcome::Followed,
    };
    let of_binding = |key: &Key, failure: &Failure| cluster::Trouble {
        namespace: key.namespace.to_string(),
        name: key.name.to_string(),
        reason: cut(failure.to_string()),
        since: report.at,
    };
    // What keeps a whole namespace is said once, and not again for each binding in it.
    let usable = |key: &Key| !matches!(report.namespaces.get(&key.namespace), Some(Err(_)));
    let wanted = report.bindings.iter().filter(|(key, _)| usable(key));
    let wanted = wanted.filter_map(|(key, state)| Some(of_binding(key, state.as_ref().err()?)));
    let lingering = report.lingering.iter().map(|(key, failure)| of_binding(key, failure));
    let namespaces = report.namespaces.iter().filter_map(|(name, state)| {
        let reason = cut(state.as_ref().err()?.to_string());
        Some(cluster::Trouble { namespace: name.to_string(), name: String::new(), reason, since: report.at })
    });
    let claimed = report.claimed.iter().map(|claimed| cluster::Trouble {
        namespace: cut(&claimed.namespace),
        name: cut(&claimed.name),
        reason: format!("left alone: {}", not_ours(claimed.why)),
        since: report.at,
    });
    let troubles = wanted.chain(lingering).chain(namespaces).chain(claimed).collect();
    let parts = |parts: &[Part]| cut(parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    let of_namespaces = report.namespace_drift.iter().map(|drift| Drift {
        namespace: drift.namespace.to_string(),
        name: String::new(),
        what: parts(&drift.what),
        changed_by: drift.change.as_ref().map(|change| cut(&change.by)),
        done: Repair::Patched.as_str().to_owned(),
        at: report.at,
    });
    let drifts = report.drift.iter().map(|drift| Drift {
        namespace: drift.key.namespace.to_string(),
        name: drift.key.name.to_string(),
        what: parts(&drift.what),
        changed_by: drift.change.as_ref().map(|change| cut(&change.by)),
        done: drift.repair.as_str().to_owned(),
        at: report.at,
    });
    cluster::Report {
        organization,
        version: report.version,
        outcome,
        withdrawn: report.is_withdrawn() && report.concerns_all().is_none(),
        drifts: drifts.chain(of_namespaces).collect(),
        troubles,
    }
}
