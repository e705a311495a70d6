//! This program where AWS Lambda runs it.

use super::{Failed, open};
use crate::{config::Config, function::Function};
use lambda_http::{lambda_runtime, service_fn};
use std::process::ExitCode;

/// By this the platform tells a program where to ask for events.
const RUNTIME: &str = "AWS_LAMBDA_RUNTIME_API";

/// Whether this process is a function's.
pub(super) fn is_one() -> bool {
    std::env::var_os(RUNTIME).is_some_and(|address| !address.is_empty())
}

pub(super) async fn run(config: Config) -> Result<ExitCode, Failed> {
    let config = config.for_function()?;
    let installation = open::as_found(&config).await?;
    let function = Function::new(open::server(&config, installation)?);
    tracing::info!("Bailiwick answers {} as a function", config.base_url);
    lambda_runtime::run(service_fn(|event| function.answer(event))).await.map_err(|error| Failed(error.to_string()))?;
    Ok(ExitCode::SUCCESS)
}
