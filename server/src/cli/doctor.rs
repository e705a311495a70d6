//! `bailiwick doctor`: looks at everything an installation needs, and says what to do.

mod cluster;
mod names;

use super::{Failed, open};
use crate::{
    config::Config,
    connections::{Limits, open_files},
};
use std::{process::ExitCode, time::Duration};
use usecases::{Clock, key_check};

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
    let told = || format!("listens on {}, links begin with {}", config.listen, config.base_url);
    say("settings", config.refuse_plain_http().map(|()| told()).map_err(|why| why.to_string()));
    say("data", data(config));
    say("files", files(config));
    say("database", database(config).await);
    say("proxies", proxies(config).await);
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
    let db = open::database(config).await.map_err(|Failed(why)| why)?;
    let version = db.version().await.map_err(|error| format!("{error}. {hint}"))?;
    let state = match db.migrations().await.map_err(|error| format!("{error}. {hint}"))? {
        (0, all) => return Err(format!("{version} is reachable but empty: run `bailiwick migrate` ({all} to apply).")),
        (done, all) if done < all => {
            return Err(format!("{version} lacks {} migrations: run `bailiwick migrate`.", all - done));
        }
        (done, _) => format!("{version}, schema {done}"),
    };
    key_check::try_write(&db).await.map_err(|error| open::not_written(&db, &open::failed(&error).0).0)?;
    // One that is not there yet is made by the next start, and looked at then.
    if config.secret_key.is_some() || config.data.join("secret.key").exists() {
        let keys = open::keys(config).map_err(|Failed(why)| why)?;
        if !key_check::belongs(&db, &keys).await.map_err(|error| open::failed(&error).0)? {
            return Err(open::other_key(config));
        }
    }
    db.close().await;
    Ok(state)
}

/// Who may say for whom they ask, and who does so without being trusted.
async fn proxies(config: &Config) -> Result<String, String> {
    let named: Vec<String> = config.trusted_proxies.iter().map(ToString::to_string).collect();
    let trusted = match (named.is_empty(), config.is_https()) {
        (false, _) => format!("what {} say of others counts", named.join(", ")),
        (true, true) => {
            "none is trusted: everybody seems to come from what ends TLS, and shares the limits of its address. \
                         Name it in BAILIWICK_TRUSTED_PROXIES, unless it keeps the addresses of those who come."
                .to_owned()
        }
        (true, false) => "none is trusted".to_owned(),
    };
    let untrusted = untrusted_forwarders(config).await;
    if untrusted.is_empty() {
        return Ok(trusted);
    }
    let words = format!(
        "X-Forwarded-For came from {} in the last two hours and did not count. If that is a proxy of yours, name it in \
         BAILIWICK_TRUSTED_PROXIES.",
        untrusted.join(", ")
    );
    // Anybody may send the header: where proxies are named already, it may well be somebody else's.
    if named.is_empty() && config.is_https() { Err(words) } else { Ok(format!("{trusted}; {words}")) }
}

/// None where the database can't tell: its own line says why.
async fn untrusted_forwarders(config: &Config) -> Vec<String> {
    let Ok(db) = open::database(config).await else { return Vec::new() };
    let recent = usecases::forwarders::recent(&db, Clock::System.now()).await.unwrap_or_default();
    db.close().await;
    recent
}

async fn mail(config: &Config) -> Result<String, String> {
    let mailer = open::mailer(config).map_err(|Failed(why)| why)?;
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
