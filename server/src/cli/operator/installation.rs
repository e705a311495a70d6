//! The installation as a whole: the cluster, the mail, sign-ups, and what operators did.

use super::{
    desk::{Desk, Outcome, typed},
    organizations,
    print::{known, known_time, time},
};
use app::{
    api::operator::directory::{Cluster, Deed, Drift, Letter, Mail, Overview},
    words,
};
use clap::{Subcommand, builder::RangedU64ValueParser};
use domain::time::Timestamp;

#[derive(Subcommand)]
pub(super) enum Command {
    /// What there is, and what waits.
    #[command(after_help = "Example:\n  bailiwick operator overview")]
    Overview,
    /// The cluster across all organizations: the connection, what differs, and the drift that was found.
    #[command(after_help = "Examples:\n  bailiwick operator cluster\n  bailiwick operator cluster confirm-restore")]
    Cluster {
        #[command(subcommand)]
        command: Option<ClusterCommand>,
    },
    /// Mail that has not gone out.
    #[command(subcommand, after_help = "Example:\n  bailiwick operator mail list")]
    Mail(MailCommand),
    /// Whether everybody may sign up, or people come by invitation only.
    #[command(subcommand, after_help = "Example:\n  bailiwick operator sign-ups close")]
    SignUps(SignUpsCommand),
    /// What operators did, the latest first.
    #[command(after_help = "Examples:
  bailiwick operator activity
  bailiwick operator activity --limit 500 --json")]
    Activity {
        /// How many entries at most.
        #[arg(long, default_value_t = 50, value_name = "N", value_parser = at_least_one())]
        limit: usize,
    },
}

#[derive(Clone, Copy, Subcommand)]
pub(super) enum ClusterCommand {
    /// After a restore: let the cluster follow the database, which is older than what the cluster was told.
    #[command(after_help = "Example:\n  bailiwick operator cluster confirm-restore")]
    ConfirmRestore,
}

#[derive(Subcommand)]
pub(super) enum MailCommand {
    /// What waits, the newest first, and why.
    #[command(after_help = "Example:\n  bailiwick operator mail list")]
    List,
    /// Try a mail again now; without an id, every one that failed.
    #[command(after_help = "Examples:
  bailiwick operator mail retry
  bailiwick operator mail retry 0b0e7f52-6f3c-4f4e-9d0a-3f6b9d1c2a10")]
    Retry { id: Option<String> },
}

#[derive(Clone, Copy, Subcommand)]
pub(super) enum SignUpsCommand {
    /// Everybody may sign up.
    #[command(after_help = "Example:\n  bailiwick operator sign-ups open")]
    Open,
    /// People come by invitation only.
    #[command(after_help = "Example:\n  bailiwick operator sign-ups close")]
    Close,
}

/// How the API calls a database that is older than what the cluster was told.
const OLDER: &str = "older";

pub(super) fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

pub(super) async fn run(desk: &Desk, command: Command) -> Outcome {
    match command {
        Command::Overview => overview(desk).await,
        Command::Cluster { command: None } => cluster(desk).await,
        Command::Cluster { command: Some(ClusterCommand::ConfirmRestore) } => confirm_restore(desk).await,
        Command::Mail(MailCommand::List) => mail(desk).await,
        Command::Mail(MailCommand::Retry { id }) => {
            desk.act("operator/retry-mail", id.map(|id| ("letter", id)).into_iter().collect()).await
        }
        Command::SignUps(SignUpsCommand::Open) => desk.act("operator/open-sign-ups", Vec::new()).await,
        Command::SignUps(SignUpsCommand::Close) => desk.act("operator/close-sign-ups", Vec::new()).await,
        Command::Activity { limit } => activity(desk, limit).await,
    }
}

async fn overview(desk: &Desk) -> Outcome {
    let (json, it): (_, Overview) = desk.read("operator/overview", Vec::new()).await?;
    let sign_ups = match (it.sign_ups_open, it.sign_ups_closed_by_configuration) {
        (true, _) => "open",
        (false, true) => "closed by the configuration",
        (false, false) => "closed",
    };
    desk.show(&json, |paper| {
        paper.facts([
            ("organizations", it.organizations.to_string()),
            ("of them suspended", it.suspended.to_string()),
            ("users", it.users.to_string()),
            ("requests waiting", it.requests_waiting.to_string()),
            ("mail waiting", it.mails_waiting.to_string()),
            ("mail given up", it.mails_given_up.to_string()),
            ("sign-ups", sign_ups.to_owned()),
        ]);
    })
}

async fn cluster(desk: &Desk) -> Outcome {
    let (json, it): (_, Cluster) = desk.read("operator/cluster", Vec::new()).await?;
    let state = match it.state.as_deref() {
        Some("followed") => "followed",
        Some("awaited") => "no controller has come yet",
        Some("silent") => "no controller comes any longer",
        Some("away") => "the API server does not answer",
        Some("behind") => "a controller of another installation holds the Lease",
        Some(OLDER) => {
            "the database is older than what the cluster was told: nothing is written there until you confirm that. Look at \
             people and tokens, then run `bailiwick operator cluster confirm-restore`"
        }
        // Of a newer server.
        Some(other) => other,
        None => "no cluster is connected",
    };
    let differing: Vec<_> = it.differing.iter().map(organizations::row).collect();
    let drift = |it: &Drift| {
        let place = format!("{}/{}", it.namespace, it.name);
        [
            time(it.at),
            it.organization.to_string(),
            place,
            known(it.changed_by.clone()),
            it.what.clone(),
            it.done.clone(),
        ]
    };
    let drifts: Vec<_> = it.drifts.iter().map(drift).collect();
    desk.show(&json, |paper| {
        paper.facts([
            ("state", state.to_owned()),
            ("since", known_time(it.since)),
            ("version", known(it.version.clone())),
        ]);
        paper.heading("Organizations that it does not follow, wholly or in part");
        paper.table("None.", organizations::COLUMNS, &differing);
        paper.heading("Drift");
        paper.table("None.", ["FOUND", "ORGANIZATION", "BINDING", "CHANGED BY", "WHAT", "DONE"], &drifts);
    })
}

async fn confirm_restore(desk: &Desk) -> Outcome {
    let (_, it): (_, Cluster) = desk.read("operator/cluster", Vec::new()).await?;
    if it.state.as_deref() == Some(OLDER) {
        desk.remark(|paper| {
            paper.line(
                "The cluster will be brought to what the database says: people, tokens and grants that were taken away since the \
                 backup come back there, and what was given since is taken away.",
            );
        });
        desk.confirm("word", "restored")?;
    }
    // Where nothing was noticed, at no time was it: the server says so.
    let since = it.since.unwrap_or(Timestamp::from_micros(0));
    desk.act("operator/confirm-restore", vec![("since", since.to_string())]).await
}

async fn mail(desk: &Desk) -> Outcome {
    let found = desk.list::<Letter>("operator/mail", "letters", Vec::new(), usize::MAX).await?;
    let state: Mail = typed(&found.json)?;
    let row = |it: &Letter| {
        let next = it.given_up_at.map_or_else(|| time(it.next_attempt_at), |_| "given up".to_owned());
        let attempts = it.attempts.to_string();
        [it.id.to_string(), it.kind.clone(), it.to.clone(), attempts, next, known(it.last_error.clone())]
    };
    let rows: Vec<_> = found.rows.iter().map(row).collect();
    desk.show(&found.json, |paper| {
        paper.table("No mail waits.", ["ID", "KIND", "TO", "ATTEMPTS", "NEXT ATTEMPT", "LAST ERROR"], &rows);
        if state.given_up > 0 {
            let mails = words::count(state.given_up.unsigned_abs(), "mail is", "mails are");
            paper.line(&format!("{mails} given up. `bailiwick operator mail retry` tries again."));
        }
    })
}

async fn activity(desk: &Desk, limit: usize) -> Outcome {
    let found = desk.list::<Deed>("operator/activity", "deeds", Vec::new(), limit).await?;
    let row = |it: &Deed| {
        let place = known(it.organization.as_ref());
        [time(it.at), place, it.by.clone(), known(it.ip.clone()), it.summary.clone()]
    };
    let rows: Vec<_> = found.rows.iter().map(row).collect();
    desk.show(&found.json, |paper| {
        paper.table("No operator did anything yet.", ["WHEN", "ORGANIZATION", "BY", "FROM", "WHAT"], &rows);
    })?;
    desk.say_if_cut(&found);
    Ok(())
}
