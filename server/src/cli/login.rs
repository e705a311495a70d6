//! `bailiwick login`, `credential`, `logout`: what people run on their own machines. Nothing here reads the server's
//! settings or its data.

mod kept;
mod kubeconfig;

use super::{Failed, doctor::print_line};
use crate::remote::{Remote, Trouble};
use app::api::logins::{Begun, Claimed, Credential};
use app::api::sessions::Done;
use axum::http::Uri;
use clap::{Args, Subcommand};
use controller::ServerAddress;
use domain::{
    login::UserCode,
    text::{MachineName, Slug},
};
use kept::Kept;
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    process::{self, ExitCode, Stdio},
    time::Duration,
};
use tokio::time::Instant;
use usecases::kubeconfig::EXEC_VERSION;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Let this machine into the cluster: approve it in a browser, and have the kubeconfig written.
    Login(Login),
    /// Print a credential for kubectl, which runs this by itself.
    #[command(hide = true)]
    Credential(Place),
    /// End this machine's access to the cluster: all of it, or that to one organization.
    Logout(Logout),
}

#[derive(Args)]
pub(super) struct Login {
    /// Where Bailiwick is: https://…
    #[arg(long)]
    server: ServerAddress,
    /// The organization's name in addresses; left out, you choose in the browser.
    #[arg(long, value_parser = slug)]
    organization: Option<Slug>,
    /// The kubeconfig to add to; left out, the one that kubectl uses.
    #[arg(long)]
    kubeconfig: Option<PathBuf>,
    /// Only print the address.
    #[arg(long)]
    no_browser: bool,
}

#[derive(Args)]
pub(super) struct Place {
    #[arg(long)]
    server: ServerAddress,
    #[arg(long, value_parser = slug)]
    organization: Slug,
}

#[derive(Args)]
pub(super) struct Logout {
    #[arg(long)]
    server: Option<ServerAddress>,
    #[arg(long, value_parser = slug)]
    organization: Option<Slug>,
}

fn slug(text: &str) -> Result<Slug, String> {
    Slug::parse(text).map_err(|_| "an organization is named as in the console's addresses: /o/<name>/…".to_owned())
}

pub(super) async fn run(command: Command) -> Result<ExitCode, Failed> {
    match command {
        Command::Login(login) => log_in(login).await,
        Command::Credential(place) => credential(place).await,
        Command::Logout(logout) => log_out(logout).await,
    }
}

async fn log_in(login: Login) -> Result<ExitCode, Failed> {
    let remote = Remote::at(&login.server).map_err(Failed)?;
    let file = kubeconfig::file(login.kubeconfig)?;
    let machine = machine();
    let machine = machine.as_ref().map_or("", |machine| machine.as_str());
    let organization = login.organization.as_ref().map_or("", |organization| organization.as_str());
    let fields = vec![("machine", machine.to_owned()), ("organization", organization.to_owned())];
    let begun: Begun = remote.post("logins/begin", &fields).await?;
    let (code, address) = shown(&begun).ok_or_else(|| Failed(format!("{} is no Bailiwick", remote.server())))?;
    print_line("Open this page, and let this machine in:");
    print_line(&format!("\n    {address}\n"));
    print_line(&format!("It has to show the code {code}. Waiting…"));
    if !login.no_browser {
        open(&address);
    }
    let claimed = wait(&remote, &begun).await?;
    let kept = Kept {
        server: remote.server().to_string(),
        organization: claimed.organization.clone(),
        secret: claimed.secret.clone(),
        expires_at: claimed.expires_at,
    };
    let former = Kept::read(&kept.server, &kept.organization)?;
    kept.write()?;
    if let Some(former) = former {
        // It has a successor. Where it can't be ended now, its own time ends it.
        let _: Result<Done, _> = remote.post("logins/log-out", &vec![("secret", former.secret)]).await;
    }
    print_line(&format!("This machine is let in as {} of {}.", claimed.user.email, claimed.name));
    let context = kubeconfig::add(&file, &kept.server, &claimed)?;
    print_line(&format!("kubectl uses the context {context} from now on; it stands in {}.", file.display()));
    Ok(ExitCode::SUCCESS)
}

/// What this machine calls itself.
fn machine() -> Option<MachineName> {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let asked = || {
        let answer = process::Command::new("hostname").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        String::from_utf8(answer.stdout).ok()
    };
    let name = kernel.or_else(asked)?;
    MachineName::parse(&name.chars().take(MachineName::LONGEST).collect::<String>()).ok()
}

/// The code and the address as they may be shown and opened: nothing that another machine said goes further unread.
fn shown(begun: &Begun) -> Option<(UserCode, String)> {
    let code = UserCode::parse(&begun.user_code).ok()?;
    let address: Uri = begun.verification_uri_complete.parse().ok()?;
    matches!(address.scheme_str(), Some("https" | "http")).then(|| (code, address.to_string()))
}

/// Opens the page where there is a screen. Whoever has none has the address.
fn open(address: &str) {
    let screen =
        ["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(|name| std::env::var_os(name).is_some_and(|it| !it.is_empty()));
    let program = match std::env::consts::OS {
        "macos" => "open",
        // Without a screen it would take over the terminal.
        _ if screen => "xdg-open",
        _ => return,
    };
    let quietly = || Stdio::null();
    let _ = process::Command::new(program).arg(address).stdin(quietly()).stdout(quietly()).stderr(quietly()).spawn();
}

/// Asks until the person has answered.
async fn wait(remote: &Remote, begun: &Begun) -> Result<Claimed, Failed> {
    let mut interval = Duration::from_secs(begun.interval.clamp(1, 60));
    let end = Instant::now() + Duration::from_secs(begun.expires_in.clamp(1, 3600));
    let fields = vec![("device_code", begun.device_code.clone())];
    loop {
        tokio::time::sleep(interval).await;
        let trouble = match remote.post("logins/claim", &fields).await {
            Ok(claimed) => return Ok(claimed),
            Err(trouble) => trouble,
        };
        match &trouble {
            Trouble::Refused(error) if error.code == "authorization_pending" => {}
            // RFC 8628, section 3.5: five seconds more, from now on.
            Trouble::Refused(error) if error.code == "slow_down" => interval += Duration::from_secs(5),
            // Trouble on the way, or of the server's own: it passes.
            Trouble::Refused(error) if error.status() == 503 => {}
            Trouble::Unreached(_) => {}
            Trouble::Refused(_) => return Err(trouble.into()),
        }
        if Instant::now() >= end {
            return Err(trouble.into());
        }
    }
}

async fn credential(place: Place) -> Result<ExitCode, Failed> {
    let Place { server, organization } = place;
    let remote = Remote::at(&server).map_err(Failed)?;
    let again = format!("bailiwick login --server {server} --organization {organization}");
    let kept = Kept::read(&server.to_string(), &organization)?
        .ok_or_else(|| Failed(format!("this machine is not let into {organization}. Run: {again}")))?;
    let made: Credential = match remote.post("logins/credential", &vec![("secret", kept.secret.clone())]).await {
        Ok(made) => made,
        Err(Trouble::Refused(error)) if error.code == "login_ended" => {
            return Err(Failed(format!("this machine's access to {organization} has ended. Run: {again}")));
        }
        Err(trouble) => return Err(trouble.into()),
    };
    let answer = json!({
        "apiVersion": version_asked_for(),
        "kind": "ExecCredential",
        "status": { "token": made.token, "expirationTimestamp": made.expires_at },
    });
    print_line(&answer.to_string());
    Ok(ExitCode::SUCCESS)
}

/// kubectl takes no answer in another version than its kubeconfig names, and says which in the environment; those before
/// 1.20 say nothing.
fn version_asked_for() -> String {
    let asked = std::env::var("KUBERNETES_EXEC_INFO").ok();
    let asked = asked.and_then(|info| serde_json::from_str::<Value>(&info).ok());
    let version = asked.and_then(|info| info["apiVersion"].as_str().map(ToOwned::to_owned));
    version
        .filter(|version| version.starts_with("client.authentication.k8s.io/"))
        .unwrap_or_else(|| EXEC_VERSION.to_owned())
}

async fn log_out(logout: Logout) -> Result<ExitCode, Failed> {
    let server = logout.server.map(|server| server.to_string());
    let mut all = Kept::all()?;
    all.retain(|kept| {
        server.as_ref().is_none_or(|server| *server == kept.server)
            && logout.organization.as_ref().is_none_or(|organization| *organization == kept.organization)
    });
    if all.is_empty() {
        print_line("This machine is let in nowhere.");
    }
    let mut whole = true;
    for kept in all {
        let Kept { server, organization, .. } = &kept;
        let remote = server.parse::<ServerAddress>().map_err(|error| error.to_string());
        let ended = match remote.and_then(|server| Remote::at(&server)) {
            Ok(remote) => {
                let ended: Result<Done, _> =
                    remote.post("logins/log-out", &vec![("secret", kept.secret.clone())]).await;
                ended.map_err(|trouble| trouble.to_string())
            }
            Err(why) => Err(why),
        };
        match ended {
            Ok(_) => {
                kept.remove()?;
                print_line(&format!("This machine's access to {organization} at {server} has ended."));
            }
            // Kept, so that it can be tried again.
            Err(why) => {
                whole = false;
                eprintln!("bailiwick: the access to {organization} at {server} stands: {why}");
            }
        }
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
