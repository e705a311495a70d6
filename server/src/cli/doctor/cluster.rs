//! The cluster, asked as the controller would ask it.

use crate::{
    cli::{Failed, controller, open},
    config::{Config, Controller},
};
use ::controller::checkup::{self, Finding};
use usecases::{
    Clock,
    cluster::{self, Health},
};

pub(super) async fn findings(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let leads = config.cluster.as_ref().map(|it| format!("kubeconfigs lead to {} at {}", it.name, it.server));
    findings.extend(leads.map(|leads| ("cluster", Ok(leads))));
    match config.controller {
        Controller::Nowhere if findings.is_empty() => {
            findings.push(("cluster", Ok("no cluster configured".to_owned())))
        }
        Controller::Nowhere => {
            let why = "nothing enforces there what the console says: for that, BAILIWICK_KUBECONFIG, or BAILIWICK_CONTROLLER=remote";
            findings.push(("controller", Ok(why.to_owned())));
        }
        Controller::Inside => {
            findings.extend(asked(config).await);
            // Whatever else its health may be: where nothing runs just now, nobody has heard of anything.
            if let Ok(health @ Health::Older { .. }) = health(config).await {
                findings.push(("controller", Err(older(&health))));
            }
        }
        Controller::Remote => {
            findings.push(("controller", heard(config).await));
            if config.kubeconfig.is_some() {
                findings.extend(asked(config).await);
            }
        }
    }
    findings
}

async fn asked(config: &Config) -> Vec<Finding> {
    match controller::client(config).await {
        Ok(client) => checkup::look(&client, Clock::System.now()).await,
        Err(Failed(why)) => vec![("cluster", Err(format!("{why}. Check BAILIWICK_KUBECONFIG.")))],
    }
}

/// What is known of a controller that comes from elsewhere.
async fn heard(config: &Config) -> Result<String, String> {
    let start = "Where the cluster is, run `bailiwick controller --server …` with what `bailiwick cluster controller-credential` prints.";
    match health(config).await {
        Ok(Health::Followed) => Ok("one comes from elsewhere, and the API server answers it".to_owned()),
        Ok(health @ (Health::Awaited | Health::Silent { .. })) => Err(format!("The cluster is {health}. {start}")),
        Ok(health @ Health::Behind { .. }) => Err(format!(
            "The cluster is {health}. Two installations can't follow one cluster: end the other's controller, or take another cluster."
        )),
        Ok(health @ Health::Away { .. }) => Err(format!(
            "The cluster's API server is {health}, as its controller says. Check the way from the one to the other."
        )),
        Ok(health @ Health::Older { .. }) => Err(older(&health)),
        Err(why) => Err(format!("what it said can't be read: {why}")),
    }
}

async fn health(config: &Config) -> Result<Health, String> {
    let db = open::database(config).await.map_err(|Failed(why)| why)?;
    let health = cluster::health(&db, Clock::System.now()).await.map_err(|error| open::failed(&error).0);
    db.close().await;
    health
}

fn older(health: &Health) -> String {
    format!(
        "The cluster is {health}, as after a restore. Look at people and tokens, then let it follow: \
         `bailiwick operator cluster confirm-restore`."
    )
}
