//! `bailiwick controller`, and the controller inside `bailiwick serve`.

use super::{
    Failed, open,
    serve::{FAREWELL, signalled},
};
use crate::{config::Config, office::Here};
use controller::{Client, Controller, Office, ServerAddress, Settings, There, connect};
use domain::time::Timestamp;
use secrecy::ExposeSecret;
use std::{process::ExitCode, sync::Arc};
use tokio::sync::watch;
use usecases::Clock;

pub(super) async fn run(config: &Config, server: Option<&ServerAddress>) -> Result<ExitCode, Failed> {
    match server {
        Some(server) => far(config, server).await,
        None => near(config).await,
    }
}

/// Asks a server over HTTP: here is neither a database nor a key.
async fn far(config: &Config, server: &ServerAddress) -> Result<ExitCode, Failed> {
    let Some(credential) = &config.controller_credential else {
        return Err(Failed(
            "BAILIWICK_CONTROLLER_CREDENTIAL is not set; where the server runs, `bailiwick cluster controller-credential` prints it"
                .to_owned(),
        ));
    };
    let there = There::at(server, credential.expose_secret(), Arc::new(|| Clock::System.now()))?;
    tracing::info!(%server, "this controller does what the server says, and reports to it");
    until_signal(config, there).await?;
    Ok(ExitCode::SUCCESS)
}

/// Asks the database, which has to be the server's.
async fn near(config: &Config) -> Result<ExitCode, Failed> {
    let installation = open::installation(config).await?;
    tracing::info!(database = installation.db.kind(), "this controller does what the database says, and reports to it");
    until_signal(config, Here::new(installation.clone())).await?;
    installation.db.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn until_signal(config: &Config, office: impl Office) -> Result<(), Failed> {
    let client = client(config).await?;
    let (stop, stopping) = watch::channel(false);
    let controller = tokio::spawn(control(client, office, stopping));
    signalled()?.await;
    tracing::info!("stopping");
    let _ = stop.send(true);
    let _ = tokio::time::timeout(FAREWELL, controller).await;
    Ok(())
}

/// The controller, which keeps the cluster as its office wants it until `stop` turns true.
pub(super) async fn control(client: Client, office: impl Office, mut stop: watch::Receiver<bool>) {
    let now = || Clock::System.now();
    let controller = Controller::new(client, Arc::new(office), Settings::new(identity(now()), Arc::new(now)));
    let stopped = async move {
        let _ = stop.wait_for(|stop| *stop).await;
    };
    controller.run(stopped).await;
}

/// The way to the cluster.
pub(super) async fn client(config: &Config) -> Result<Client, Failed> {
    match &config.kubeconfig {
        Some(file) => Ok(connect::by_kubeconfig(file).await?),
        None => connect::from_inside().map_err(|_| {
            let why = "BAILIWICK_KUBECONFIG is not set, and this is no pod with a service account; set it to a kubeconfig file";
            Failed(why.to_owned())
        }),
    }
}

/// A name of this very process, since several on one machine compete as well; of the machine first, for whoever reads who
/// holds the Lease.
fn identity(now: Timestamp) -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = Some(machine.trim()).filter(|name| !name.is_empty()).unwrap_or("bailiwick");
    format!("{machine}-{}-{}", std::process::id(), now.micros())
}
