//! What admins ask for, and the answer.

use super::{
    desk::{Desk, Outcome, typed},
    ended::Ended,
    installation::at_least_one,
    people,
    print::{known, time},
};
use app::api::{
    operator::{Decided, Removal},
    requests::Request,
};
use clap::{Args, Subcommand};
use domain::request::Wish;
use serde_json::{Value, json};

pub(super) const EXAMPLE: &str = "Examples:
  bailiwick operator request list
  bailiwick operator request approve 0b0e7f52-6f3c-4f4e-9d0a-3f6b9d1c2a10 --note \"until Friday\"";

/// As many as a page of the API has.
const LIMIT: usize = 50;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Those that wait, the longest first.
    #[command(after_help = "Examples:
  bailiwick operator request list
  bailiwick operator request list --all --limit 200")]
    List {
        /// Every request, the newest first.
        #[arg(long)]
        all: bool,
        /// How many of all at most.
        #[arg(long, default_value_t = LIMIT, requires = "all", value_name = "N", value_parser = at_least_one())]
        limit: usize,
    },
    /// One request, with its reason and how it ended.
    #[command(after_help = "Example:\n  bailiwick operator request show 0b0e7f52-6f3c-4f4e-9d0a-3f6b9d1c2a10")]
    Show { id: String },
    /// Do what is asked for. Whoever asked gets a mail.
    #[command(after_help = "Example:
  bailiwick operator request approve 0b0e7f52-6f3c-4f4e-9d0a-3f6b9d1c2a10 --note \"until Friday\"")]
    Approve(Decision),
    /// Say no. Whoever asked gets a mail.
    #[command(after_help = "Example:
  bailiwick operator request decline 0b0e7f52-6f3c-4f4e-9d0a-3f6b9d1c2a10 --note \"use staging instead\"")]
    Decline(Decision),
}

#[derive(Args)]
pub(super) struct Decision {
    id: String,
    /// What whoever asked is told with it.
    #[arg(long, default_value = "")]
    note: String,
}

pub(super) async fn run(desk: &Desk, command: Command) -> Outcome {
    match command {
        Command::List { all, limit } => list(desk, all, limit).await,
        Command::Show { id } => show(desk, &id).await,
        Command::Approve(decision) => approve(desk, decision).await,
        Command::Decline(decision) => decide(desk, "operator/decline", decision).await,
    }
}

pub(super) const COLUMNS: [&str; 6] = ["ID", "ASKED", "ORGANIZATION", "STATE", "BY", "WISH"];

pub(super) fn row(it: &Request) -> [String; 6] {
    [
        it.id.to_string(),
        time(it.requested_at),
        it.organization.to_string(),
        it.state.clone(),
        it.requested_by.to_string(),
        it.summary.clone(),
    ]
}

async fn list(desk: &Desk, all: bool, limit: usize) -> Outcome {
    let most = if all { limit } else { usize::MAX };
    let found = desk.list("operator/requests", "requests", vec![("all", all.to_string())], most).await?;
    let rows: Vec<_> = found.rows.iter().map(row).collect();
    let none = if all { "There is no request." } else { "No request waits." };
    desk.show(&found.json, |paper| paper.table(none, COLUMNS, &rows))?;
    desk.say_if_cut(&found);
    Ok(())
}

/// The API gives requests by pages; those that wait come first, since they are what is mostly asked about.
async fn find(desk: &Desk, id: &str) -> Result<(Value, Request), Ended> {
    for all in [false, true] {
        let found =
            desk.list::<Request>("operator/requests", "requests", vec![("all", all.to_string())], usize::MAX).await?;
        if let Some(request) = found.rows.into_iter().find(|it| it.id.to_string() == id) {
            return Ok((json!({ "request": request }), request));
        }
    }
    Err(Ended::not_found(format!("There is no request {id}. `bailiwick operator request list --all` shows them.")))
}

async fn show(desk: &Desk, id: &str) -> Outcome {
    let (json, it) = find(desk, id).await?;
    desk.show(&json, |paper| {
        paper.facts([
            ("request", it.id.to_string()),
            ("organization", format!("{} ({})", it.organization, it.organization_name)),
            ("wish", it.summary.clone()),
            ("by", it.requested_by.to_string()),
            ("asked", time(it.requested_at)),
            ("state", it.state.clone()),
            ("decided by", known(it.outcome.as_ref().map(|outcome| &outcome.by))),
            ("decided", known(it.outcome.as_ref().map(|outcome| time(outcome.at)))),
        ]);
        paper.heading("Reason");
        paper.lines(&it.reason);
        if let Some(note) = it.outcome.as_ref().and_then(|outcome| outcome.note.as_ref()) {
            paper.heading("Note");
            paper.lines(note);
        }
    })
}

/// A wish that deletes is confirmed as the act itself would be.
async fn approve(desk: &Desk, decision: Decision) -> Outcome {
    let (_, request) = find(desk, &decision.id).await?;
    let slug = &request.organization;
    desk.remark(|paper| paper.line(&format!("{} of {slug} asks: {}", request.requested_by, request.summary)));
    match &request.wish {
        Wish::RemoveUser { member, email } if request.outcome.is_none() => {
            let fields = vec![("organization", slug.to_string()), ("member", member.to_string())];
            let (_, removal): (_, Removal) = desk.read("operator/preview-removal", fields).await?;
            desk.remark(|paper| people::say_what_goes(paper, email, &removal));
            desk.confirm("email", email.as_str())?;
        }
        Wish::DeleteNamespace { name, .. } if request.outcome.is_none() => {
            desk.remark(|paper| {
                paper.line("Every grant and every binding in it will go; what runs in it stays in the cluster.")
            });
            desk.confirm("namespace", name.as_str())?;
        }
        _ => {}
    }
    decide(desk, "operator/approve", decision).await
}

async fn decide(desk: &Desk, function: &str, decision: Decision) -> Outcome {
    let Decision { id, note } = decision;
    let answer = desk.call(function, vec![("request", id), ("note", note)]).await?;
    let Decided { request } = typed(&answer.json)?;
    let notice = answer.notice.unwrap_or_default();
    desk.show(&answer.json, |paper| paper.line(&format!("{notice} {} is told.", request.requested_by)))
}
