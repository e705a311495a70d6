//! Namespaces of an organization, and the tokens that may be given something in them.

use super::{
    desk::{Desk, Outcome, Run},
    ended::Ended,
    print::{Paper, known_time, time},
};
use app::{
    api::{
        grants::Sync,
        namespaces::{Namespace, Namespaces},
        tokens::Token,
    },
    words,
};
use clap::Subcommand;
use serde_json::{Value, json};

pub(super) const EXAMPLE: &str = "Examples:
  bailiwick operator namespace list northwind
  bailiwick operator namespace adopt northwind legacy-batch
  bailiwick operator namespace delete northwind lab --dry-run";

pub(super) const TOKEN_EXAMPLE: &str = "Example:\n  bailiwick operator token list northwind";

#[derive(Subcommand)]
pub(super) enum Command {
    /// What it has, who may work there, and whether the cluster follows.
    #[command(after_help = "Example:\n  bailiwick operator namespace list northwind")]
    List {
        /// The organization's slug.
        slug: String,
    },
    /// Give an organization a namespace that the cluster has already. Nobody may work in it by that.
    #[command(after_help = "Example:\n  bailiwick operator namespace adopt northwind legacy-batch")]
    Adopt {
        /// The organization's slug.
        slug: String,
        /// The namespace's whole name, as the cluster has it.
        name: String,
    },
    /// Take a namespace from its organization, with everything given in it. What runs in it stays in the cluster.
    #[command(after_help = "Examples:
  bailiwick operator namespace delete northwind lab --dry-run
  bailiwick operator namespace delete northwind lab --yes")]
    Delete {
        /// The organization's slug.
        slug: String,
        /// The namespace, by its own part (lab) or its whole name (northwind-lab).
        name: String,
        /// Show what would go, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Subcommand)]
pub(super) enum TokenCommand {
    /// Its tokens, the newest first, with their ids.
    #[command(after_help = TOKEN_EXAMPLE)]
    List {
        /// The organization's slug.
        slug: String,
    },
}

pub(super) async fn run(desk: &Desk, command: Command) -> Outcome {
    match command {
        Command::List { slug } => list(desk, slug).await,
        Command::Adopt { slug, name } => {
            desk.act("operator/adopt-namespace", vec![("organization", slug), ("namespace", name)]).await
        }
        Command::Delete { slug, name, dry_run } => {
            delete(desk, slug, &name, if dry_run { Run::Dry } else { Run::Real }).await
        }
    }
}

async fn read(desk: &Desk, slug: &str) -> Result<(Value, Namespaces), Ended> {
    desk.read("namespaces/list", vec![("organization", slug.to_owned())]).await
}

async fn list(desk: &Desk, slug: String) -> Outcome {
    let (json, Namespaces { namespaces, limit }) = read(desk, &slug).await?;
    let row = |it: &Namespace| {
        let sync = match &it.sync {
            Sync::Failing { reason } => format!("failing: {reason}"),
            other => other.words().to_owned(),
        };
        [
            it.name.to_string(),
            it.id.to_string(),
            it.people.to_string(),
            time(it.created_at),
            it.created_by.to_string(),
            sync,
        ]
    };
    let rows: Vec<_> = namespaces.iter().map(row).collect();
    desk.show(&json, |paper| {
        let columns = ["NAMESPACE", "ID", "PEOPLE", "MADE", "MADE BY", "CLUSTER"];
        paper.table(&format!("There is none; {slug} may have {limit}."), columns, &rows);
    })
}

async fn delete(desk: &Desk, slug: String, name: &str, run: Run) -> Outcome {
    let (_, Namespaces { namespaces, .. }) = read(desk, &slug).await?;
    let by_name = namespaces.iter().find(|it| it.name.as_str() == name);
    let found = by_name.or_else(|| namespaces.iter().find(|it| it.id.as_str() == name)).ok_or_else(|| {
        Ended::not_found(format!(
            "{slug} has no namespace {name}. `bailiwick operator namespace list {slug}` shows those it has."
        ))
    })?;
    if run == Run::Dry {
        return desk.show(&json!({ "namespace": found }), |paper| {
            say_what_goes(paper, found);
            paper.line("Nothing was changed.");
        });
    }
    desk.remark(|paper| say_what_goes(paper, found));
    desk.confirm("namespace", found.name.as_str())?;
    let fields = vec![("organization", slug), ("namespace", found.name.to_string())];
    desk.act("operator/delete-namespace", fields).await
}

fn say_what_goes(paper: &mut Paper, namespace: &Namespace) {
    let Namespace { name, people, members, .. } = namespace;
    paper.line(&format!("{name} will be taken from its organization, with every grant and every binding in it."));
    match people {
        0 => paper.line("Nobody may work in it."),
        people => {
            let more = people.saturating_sub(members.len() as u64);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let people = words::count(*people, "person will lose", "people will lose");
            paper.line(&format!("{people} access: {}{more}", words::list(members)));
        }
    }
    paper.line(&format!("What runs in it stays in the cluster, until you run kubectl delete namespace {name}."));
}

pub(super) async fn run_token(desk: &Desk, command: TokenCommand) -> Outcome {
    let TokenCommand::List { slug } = command;
    let fields = vec![("organization", slug), ("limit", "200".to_owned())];
    let found = desk.list("tokens/list", "tokens", fields, usize::MAX).await?;
    let row = |it: &Token| {
        let expires = it.expires_at.map_or_else(|| "never".to_owned(), time);
        let name = it.name.as_ref().map(ToString::to_string).unwrap_or_default();
        [
            it.id.to_string(),
            it.mask().to_string(),
            expires,
            known_time(it.last_used_at),
            it.created_by.to_string(),
            name,
        ]
    };
    let rows: Vec<_> = found.rows.iter().map(row).collect();
    desk.show(&found.json, |paper| {
        paper.table("There is no token.", ["ID", "TOKEN", "EXPIRES", "LAST USED", "MADE BY", "NAME"], &rows);
    })
}
