//! People in an organization, and what only the operator gives them.

use super::{
    desk::{Desk, Outcome, Run, typed},
    email,
    ended::Ended,
    members,
    print::{Paper, known, known_time, time},
};
use crate::remote::Fields;
use app::api::{
    grants::{Grants, NamespaceGrant},
    members::Member,
    operator::{Given, Removal},
};
use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use domain::{permission::Permission, text::EmailAddress, token::Lifetime};

pub(super) const EXAMPLE: &str = "Examples:
  bailiwick operator user list northwind --search bo@
  bailiwick operator user make-admin northwind bo@example.org
  bailiwick operator user give northwind bo@example.org --permission w:pods --namespace dev --lasts 8h";

const REMOVE: &str = "\
Remove a person completely, from every organization, once they are deactivated.

Their account, sessions, invitations and bindings go. Their name stays readable in the logs, and the tokens they made stay
with their organizations. What goes and what stays is shown before anything happens.";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Everybody in an organization, invitees among them.
    #[command(after_help = "Example:\n  bailiwick operator user list northwind --search bo@")]
    List {
        /// The organization's slug.
        slug: String,
        /// Only those whose address or names have this in them.
        #[arg(long, default_value = "")]
        search: String,
    },
    /// One person, and what they may do in each namespace.
    #[command(after_help = "Example:\n  bailiwick operator user show northwind bo@example.org")]
    Show(Person),
    /// Make somebody an admin.
    #[command(after_help = "Example:\n  bailiwick operator user make-admin northwind bo@example.org")]
    MakeAdmin(Person),
    /// Make somebody no admin any longer. The last active one stays.
    #[command(after_help = "Example:\n  bailiwick operator user take-admin northwind bo@example.org")]
    TakeAdmin(Person),
    /// Make somebody the founder, and an admin with it. Whoever was it stays an admin.
    #[command(after_help = "Example:\n  bailiwick operator user make-founder northwind bo@example.org")]
    MakeFounder(Person),
    /// Give a permission that no admin can give, to a person or a token.
    #[command(after_help = "Examples:
  bailiwick operator user give northwind bo@example.org --permission w:pods --namespace dev --lasts 8h
  bailiwick operator user give northwind --token 0b0e7f52-6f3c-4f4e-9d0a-3f6b9d1c2a10 --permission w:full --namespace dev")]
    Give {
        #[command(flatten)]
        what: What,
        /// After how long it ends by itself.
        #[arg(long, value_name = "TIME", value_parser = PossibleValuesParser::new(Lifetime::ALL.map(Lifetime::as_str)))]
        lasts: Option<String>,
    },
    /// Take such a permission back.
    #[command(after_help = "Example:
  bailiwick operator user take northwind bo@example.org --permission w:pods --namespace dev")]
    Take(What),
    /// Switch somebody off, as an admin does: a person is removed only after that.
    #[command(after_help = "Example:\n  bailiwick operator user deactivate northwind bo@example.org")]
    Deactivate(Person),
    /// Switch somebody on again, with the namespaces they had.
    #[command(after_help = "Example:\n  bailiwick operator user reactivate northwind bo@example.org")]
    Reactivate(Person),
    /// Remove a person completely, from every organization, once they are deactivated.
    #[command(long_about = REMOVE, after_help = "Examples:
  bailiwick operator user remove northwind bo@example.org --dry-run
  bailiwick operator user remove northwind bo@example.org --yes")]
    Remove {
        #[command(flatten)]
        person: Person,
        /// Show what would go, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Args)]
pub(super) struct Person {
    /// The organization's slug.
    slug: String,
    #[arg(value_parser = email)]
    email: EmailAddress,
}

#[derive(Args)]
pub(super) struct What {
    /// The organization's slug.
    slug: String,
    #[command(flatten)]
    holder: Holder,
    #[arg(long, value_parser = withheld())]
    permission: Permission,
    /// The namespace, by its own part (dev) or its whole name (northwind-dev).
    #[arg(long, value_name = "NAME")]
    namespace: String,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(super) struct Holder {
    #[arg(value_parser = email)]
    email: Option<EmailAddress>,
    /// A token instead of a person; `bailiwick operator token list` shows the ids.
    #[arg(long, value_name = "ID")]
    token: Option<String>,
}

fn withheld() -> impl TypedValueParser<Value = Permission> {
    let names = PossibleValuesParser::new(Permission::WITHHELD.map(Permission::as_str));
    names.try_map(|name| Permission::parse(&name).ok_or("no permission of Bailiwick's"))
}

pub(super) async fn run(desk: &Desk, command: Command) -> Outcome {
    match command {
        Command::List { slug, search } => list(desk, &slug, &search).await,
        Command::Show(person) => show(desk, &person).await,
        Command::MakeAdmin(person) => act(desk, "operator/make-admin", &person).await,
        Command::TakeAdmin(person) => act(desk, "operator/take-admin", &person).await,
        Command::MakeFounder(person) => act(desk, "operator/change-founder", &person).await,
        Command::Give { what, lasts } => give(desk, what, lasts).await,
        Command::Take(what) => desk.act("operator/take-permission", fields_of(desk, what).await?).await,
        Command::Deactivate(person) => act(desk, "members/deactivate", &person).await,
        Command::Reactivate(person) => act(desk, "members/reactivate", &person).await,
        Command::Remove { person, dry_run } => remove(desk, &person, if dry_run { Run::Dry } else { Run::Real }).await,
    }
}

async fn about(desk: &Desk, person: &Person) -> Result<(Member, Fields), Ended> {
    let member = members::named(desk, &person.slug, &person.email).await?;
    let fields = vec![("organization", person.slug.clone()), ("member", member.id.clone())];
    Ok((member, fields))
}

async fn act(desk: &Desk, function: &str, person: &Person) -> Outcome {
    let (_, fields) = about(desk, person).await?;
    desk.act(function, fields).await
}

async fn list(desk: &Desk, slug: &str, search: &str) -> Outcome {
    let found = members::list(desk, slug, search).await?;
    let row = |it: &Member| {
        let name = [&it.first_name, &it.last_name].map(|name| name.as_deref().unwrap_or_default()).join(" ");
        let role = if it.status.is_invitation() { "-" } else { role(it) };
        [it.email.clone(), it.status.words().to_owned(), role.to_owned(), known(it.invited_by.clone()), name]
    };
    let rows: Vec<_> = found.rows.iter().map(row).collect();
    desk.show(&found.json, |paper| {
        paper.table("Nobody is found.", ["EMAIL", "STATUS", "ROLE", "INVITED BY", "NAME"], &rows);
    })
}

fn role(member: &Member) -> &'static str {
    if member.founder { "founder" } else { member.role.as_str() }
}

async fn show(desk: &Desk, person: &Person) -> Outcome {
    let (member, fields) = about(desk, person).await?;
    let (json, grants): (_, Grants) = desk.read("grants/of", fields).await?;
    let rows: Vec<_> = grants.namespaces.iter().map(row_of_grant).collect();
    desk.show(&json, |paper| {
        let name = [&member.first_name, &member.last_name].map(|name| name.as_deref().unwrap_or_default()).join(" ");
        paper.facts([
            ("email", member.email.clone()),
            ("name", name),
            ("status", member.status.words().to_owned()),
            ("role", role(&member).to_owned()),
            ("invited by", known(member.invited_by.clone())),
        ]);
        paper.heading("Namespaces");
        paper.table("There is no namespace.", ["NAMESPACE", "ACCESS", "WITHHELD PERMISSIONS", "CLUSTER"], &rows);
    })
}

fn row_of_grant(grant: &NamespaceGrant) -> [String; 4] {
    let until = |what: String, ends_at| match ends_at {
        Some(at) => format!("{what} until {}", time(at)),
        None => what,
    };
    let access = if grant.is_ticked() { until("standard".into(), grant.ends_at) } else { "-".into() };
    let given: Vec<_> = grant.given.iter().map(|it| until(it.permission.to_string(), it.ends_at)).collect();
    let sync = match grant.sync.reason() {
        Some(reason) => format!("{}: {reason}", grant.sync.words()),
        None => grant.sync.words().to_owned(),
    };
    [grant.namespace.to_string(), access, given.join(", "), sync]
}

async fn fields_of(desk: &Desk, what: What) -> Result<Fields, Ended> {
    let What { slug, holder, permission, namespace } = what;
    let holder = match (holder.email, holder.token) {
        (Some(email), _) => ("member", members::named(desk, &slug, &email).await?.id),
        (None, token) => ("token", token.unwrap_or_default()),
    };
    Ok(vec![("organization", slug), holder, ("namespace", namespace), ("permission", permission.as_str().to_owned())])
}

async fn give(desk: &Desk, what: What, lasts: Option<String>) -> Outcome {
    let mut fields = fields_of(desk, what).await?;
    fields.extend(lasts.map(|lasts| ("lasts", lasts)));
    let answer = desk.call("operator/give-permission", fields).await?;
    let given: Given = typed(&answer.json)?;
    let notice = answer.notice.unwrap_or_default();
    desk.show(&answer.json, |paper| match given.ends_at {
        Some(_) => paper.line(&format!("{notice} It ends by itself at {}.", known_time(given.ends_at))),
        None => paper.line(&notice),
    })
}

async fn remove(desk: &Desk, person: &Person, run: Run) -> Outcome {
    let (_, fields) = about(desk, person).await?;
    let (json, removal): (_, Removal) = desk.read("operator/preview-removal", fields.clone()).await?;
    if run == Run::Dry {
        return desk.show(&json, |paper| {
            say_what_goes(paper, &person.email, &removal);
            paper.line("Nothing was changed.");
        });
    }
    desk.remark(|paper| say_what_goes(paper, &person.email, &removal));
    desk.confirm("email", person.email.as_str())?;
    desk.act("operator/remove-user", fields).await
}

/// Also of a request that asks for it.
pub(super) fn say_what_goes(paper: &mut Paper, email: &EmailAddress, removal: &Removal) {
    paper.line(&format!("{email} will be removed completely, with every session, invitation and binding of theirs."));
    paper.line(&format!("From: {}", removal.organizations.join(", ")));
    paper.line(&format!("The logs go on to call them: {}", removal.name));
    if removal.tokens.is_empty() {
        return paper.line("They made no token that still stands.");
    }
    paper.line("What they made stays, and opens what it opened:");
    let rows: Vec<_> = removal
        .tokens
        .iter()
        .map(|it| [it.token.to_string(), it.organization.clone(), known(it.name.clone())])
        .collect();
    paper.table("", ["TOKEN", "ORGANIZATION", "NAME"], &rows);
}
