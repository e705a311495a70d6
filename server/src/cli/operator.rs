//! `bailiwick operator …`: what whoever runs the installation does, by the same functions of the API as the pages.

mod ask;
mod desk;
mod ended;
mod installation;
mod members;
mod namespaces;
mod operators;
mod organizations;
mod people;
mod print;
mod requests;
mod transport;

use super::{Failed, open};
use crate::config::Config;
use ask::Assent;
use clap::{Args, Subcommand};
use controller::ServerAddress;
use desk::{Desk, Outcome, Reader};
use domain::text::EmailAddress;
use ended::Ended;
use std::process::ExitCode;
use transport::{CREDENTIAL, Transport};

pub(super) const ABOUT: &str = "\
What the operator does: people, permissions, namespaces, organizations, requests.

An operator runs the installation. They stand above all organizations and are a member of none by that: they see every
organization, and do what no admin can. Whatever they do stands in the organization's own activity log.

These commands work on the database of the configuration, where whoever can open it is the operator; `bailiwick serve` may
run meanwhile. With --server they ask a server that runs, and bring a credential in BAILIWICK_OPERATOR_CREDENTIAL.";

const ENDING: &str = "\
Exit status:
  0  done
  1  trouble: the database, the network; the same may do later
  2  the command is not written like this
  3  refused by the rules; the reason and its code are on standard error
  4  not found
  5  not confirmed: nothing was changed

Examples:
  bailiwick operator create --email ada@example.org --first-name Ada --last-name Byron
  bailiwick operator organization list
  bailiwick operator request list --json

  export BAILIWICK_OPERATOR_CREDENTIAL=$(bailiwick operator credential make laptop)
  bailiwick operator --server https://bailiwick.example request list";

#[derive(Args)]
#[command(after_help = ENDING)]
pub(super) struct Arguments {
    /// Ask a server that runs, by the credential in BAILIWICK_OPERATOR_CREDENTIAL.
    #[arg(long, global = true, value_name = "URL")]
    server: Option<ServerAddress>,
    /// Print the API's JSON.
    #[arg(long, global = true)]
    json: bool,
    /// Confirm beforehand what would be asked for.
    #[arg(long, global = true)]
    yes: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Operators(operators::Command),
    /// Organizations: who they are, whether they are open, what they may have.
    #[command(subcommand, visible_alias = "org", after_help = organizations::EXAMPLE)]
    Organization(organizations::Command),
    /// People in an organization: admins, the founder, withheld permissions, removal.
    #[command(subcommand, after_help = people::EXAMPLE)]
    User(people::Command),
    /// Namespaces of an organization: adopt one that the cluster has, take one away.
    #[command(subcommand, after_help = namespaces::EXAMPLE)]
    Namespace(namespaces::Command),
    /// API access tokens of an organization, to give one a withheld permission.
    #[command(subcommand, after_help = namespaces::TOKEN_EXAMPLE)]
    Token(namespaces::TokenCommand),
    /// What admins ask for, and the answer.
    #[command(subcommand, after_help = requests::EXAMPLE)]
    Request(requests::Command),
    #[command(flatten)]
    Installation(installation::Command),
}

/// Runs a command and says how it ended.
///
/// # Errors
/// Where the database of the configuration can't be used: nothing was asked yet.
pub(super) async fn run(config: &Config, arguments: Arguments) -> Result<ExitCode, Failed> {
    let reader = if arguments.json { Reader::Program } else { Reader::Person };
    let outcome = work(config, arguments, reader).await;
    let Err(ended) = outcome else { return Ok(ExitCode::SUCCESS) };
    match reader {
        Reader::Person => eprintln!("{}", ended.words()),
        Reader::Program => eprintln!("{}", ended.json()),
    }
    Ok(ended.exit_code())
}

async fn work(config: &Config, arguments: Arguments, reader: Reader) -> Outcome {
    let transport = match arguments.server {
        Some(server) => Transport::to(&server, std::env::var(CREDENTIAL).ok())?,
        None => Transport::Here(open::existing(config).await.map_err(|Failed(why)| Ended::trouble(why))?),
    };
    let assent = if arguments.yes { Assent::Given } else { Assent::Asked };
    let desk = Desk { transport, reader, assent };
    let outcome = match arguments.command {
        Command::Operators(command) => operators::run(&desk, command).await,
        Command::Organization(command) => organizations::run(&desk, command).await,
        Command::User(command) => people::run(&desk, command).await,
        Command::Namespace(command) => namespaces::run(&desk, command).await,
        Command::Token(command) => namespaces::run_token(&desk, command).await,
        Command::Request(command) => requests::run(&desk, command).await,
        Command::Installation(command) => installation::run(&desk, command).await,
    };
    desk.transport.close().await;
    outcome
}

/// Addresses are wrong before anything is asked, and in the words of the pages.
fn email(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|problem| app::words::problem("email", problem))
}
