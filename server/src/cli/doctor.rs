//! `bailiwick doctor`: looks at everything an installation needs, and says what to do.

mod cluster;
mod names;

use super::{Failed, open};
use crate::{
    config::Config,
    connections::{Limits, open_files},
};
use std::{process::ExitCode, time::Duration};
use usecases::Clock;

/// The clock of this program's source: no machine is earlier.
const BUILT_AFTER: i64 = 1_795_000_000;
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn run(config: &Config) -> Result<ExitCode, Failed> {
    let mut well = true;
    let mut say = |name: &str, outcome: Result<String, String>| {
        well &= outcome.is_ok();
        let (mark, words) = match outcome {
            Ok(words) => ("ok  ", words),
            Err(words) => ("FAIL", words),
        };
        print_line(&format!("{mark}  {name:<10}  {words}"));
    };
    say("settings", Ok(format!("listens on {}, links begin with {}", config.listen, config.base_url)));
    say("data", data(config));
    say("files", files(config));
    say("database", database(config).await);
    say("mail", mail(config).await);
    for (name, outcome) in cluster::findings(config).await {
        say(name, outcome);
    }
    say("clock", clock());
    if let Some(warning) = names::warning(config).await {
        print_line(&format!("warn  names       {warning}"));
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::print_stdout, reason = "this is what the command is for")]
pub(super) fn print_line(line: &str) {
    println!("{line}");
}

fn data(config: &Config) -> Result<String, String> {
    if !config.keeps_files() {
        return Ok(
            "nothing is kept in a folder: the database, the key and the mails have places of their own".to_owned()
        );
    }
    open::data_folder(config).map_err(|Failed(why)| why)?;
    let probe = config.data.join(".doctor");
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(|error| {
        format!(
            "{} can't be written: {error}. Give this user the folder, or set BAILIWICK_DATA.",
            config.data.display()
        )
    })?;
    Ok(format!("{} can be written", config.data.display()))
}

/// Of this shell; a service has the limit that its manager gives it.
fn files(config: &Config) -> Result<String, String> {
    let database_connections = usize::try_from(config.database.connections).unwrap_or(usize::MAX);
    let limits = Limits::for_files(open_files(), database_connections).map_err(|error| error.to_string())?;
    Ok(format!("{} connections at once, by the limit of open files", limits.total))
}

async fn database(config: &Config) -> Result<String, String> {
    let hint = "Check BAILIWICK_DATABASE_URL, and that the server runs.";
    let db = open::database(config).await.map_err(|Failed(why)| format!("{why} {hint}"))?;
    let version = db.version().await.map_err(|error| format!("{error}. {hint}"))?;
    let state = match db.migrations().await.map_err(|error| format!("{error}. {hint}"))? {
        (0, all) => return Err(format!("{version} is reachable but empty: run `bailiwick migrate` ({all} to apply).")),
        (done, all) if done < all => {
            return Err(format!("{version} lacks {} migrations: run `bailiwick migrate`.", all - done));
        }
        (done, _) => format!("{version}, schema {done}"),
    };
    db.close().await;
    Ok(state)
}

async fn mail(config: &Config) -> Result<String, String> {
    let mailer = open::mailer(config)
        .map_err(|Failed(why)| format!("{why}. Check BAILIWICK_SMTP_URL and BAILIWICK_MAIL_FROM."))?;
    match tokio::time::timeout(PATIENCE, mailer.check()).await {
        Ok(Ok(())) => Ok(match &config.smtp_url {
            Some(_) => format!("the mail server answers; mails come from {}", config.mail_from),
            None => format!("written to {}", config.mail_folder().display()),
        }),
        Ok(Err(error)) => Err(format!("{} Check BAILIWICK_SMTP_URL.", error.reason)),
        Err(_) => Err("The mail server does not answer within 10 s. Check its address and the firewall.".to_owned()),
    }
}

fn clock() -> Result<String, String> {
    let now = Clock::System.now();
    if now.seconds() < BUILT_AFTER {
        return Err(format!("{now} is in the past: links and sessions would end at once. Set the clock, best by NTP."));
    }
    Ok(now.to_string())
}
