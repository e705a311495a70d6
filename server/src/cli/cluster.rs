//! `bailiwick cluster …`

use super::{Failed, doctor::print_line, open};
use crate::config::Config;
use clap::Subcommand;
use secrecy::ExposeSecret;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Print the ClusterRoles that grants refer to and the controller's own rights, for `kubectl apply -f -`.
    Manifests,
    /// Print the file and the flags by which an API server asks Bailiwick whose a token is.
    WebhookConfig,
    /// Print the credential with which a controller far away comes to this server.
    ControllerCredential,
}

pub(super) fn run(config: &Config, command: &Command) -> Result<ExitCode, Failed> {
    match command {
        Command::Manifests => print_line(controller::roles::manifests().trim_end()),
        Command::WebhookConfig => {
            open::data_folder(config)?;
            let keys = open::keys(config)?;
            let address = format!("{}/cluster/v1/token-review", config.base_url);
            print_line(WEBHOOK_FLAGS.trim());
            let file = usecases::kubeconfig::for_api_server(&address, &keys);
            print_line(file.map_err(|error| open::failed(&error))?.trim_end());
        }
        Command::ControllerCredential => {
            open::data_folder(config)?;
            let keys = open::keys(config)?;
            print_line("# Keep it where only the controller can read it: it opens every organization's grants.");
            print_line(&format!(
                "# With it, and a kubeconfig or in a pod: bailiwick controller --server {}",
                config.base_url
            ));
            print_line(&format!("BAILIWICK_CONTROLLER_CREDENTIAL={}", keys.controller_secret().expose_secret()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// YAML takes these lines for comments.
const WEBHOOK_FLAGS: &str = "
# Save this file where only the API server can read it: its token lets whoever has it ask whose a token is.
# Then start the API server with these flags:
#
#   --authentication-token-webhook-config-file=<this file>
#   --authentication-token-webhook-version=v1
#   --authentication-token-webhook-cache-ttl=0s
#
# The API server remembers a good answer for the time to live, and for ten more seconds that no flag changes. With 0s a
# removed token is refused after ten seconds; with the default of 2m, after two minutes and ten seconds. What the token may do
# ends earlier in both cases: its bindings are withdrawn within two seconds.
";
