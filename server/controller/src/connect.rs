//! The way to the API server.

use crate::failure::Failure;
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use std::path::Path;

/// As a kubeconfig file says.
///
/// # Errors
/// It can't be read, or used. Says nothing about whether anybody is there.
pub async fn by_kubeconfig(path: &Path) -> Result<Client, Failure> {
    let refused = |error: &dyn std::fmt::Display| Failure::Refused(format!("{}: {error}", path.display()));
    let file = Kubeconfig::read_from(path).map_err(|error| refused(&error))?;
    let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await;
    Client::try_from(config.map_err(|error| refused(&error))?).map_err(|error| refused(&error))
}

/// As the service account of the pod that this runs in.
///
/// # Errors
/// It runs in no pod.
pub fn from_inside() -> Result<Client, Failure> {
    let config = Config::incluster().map_err(|error| Failure::Refused(error.to_string()))?;
    Client::try_from(config).map_err(|error| Failure::Refused(error.to_string()))
}
