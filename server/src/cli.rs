//! The subcommands.

mod backup;
mod cluster;
mod controller;
mod demo;
mod doctor;
mod function;
mod login;
mod open;
mod operator;
mod private;
mod serve;

use crate::{config::Config, log};
use ::controller::ServerAddress;
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};
use tokio::runtime::Runtime;
use tracing_subscriber::util::SubscriberInitExt;

/// The console of an organization's people, namespaces and access.
#[derive(Parser)]
#[command(name = "bailiwick", version, about)]
struct Arguments {
    /// A TOML file with settings; the environment wins over it.
    #[arg(long, global = true, env = "BAILIWICK_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Migrate, serve the console and its API, and send the mail.
    Serve,
    /// Bring the database to this program's version, and stop.
    Migrate,
    /// Take the present secret key for this database's own, after the one before it was lost.
    #[command(after_help = "Example:\n  bailiwick accept-key")]
    AcceptKey,
    /// Copy the database into a file while it is in use.
    #[command(long_about = backup::ABOUT, after_help = "Example:\n  bailiwick backup bailiwick-$(date +%F).db")]
    Backup {
        /// It must not be there yet.
        file: PathBuf,
    },
    /// Look at configuration, database, mail, cluster and clock, and say what to do.
    Doctor,
    /// Keep a cluster as the console says, in a process of its own: beside the database, or far from it.
    Controller {
        /// The server to ask, by the credential in BAILIWICK_CONTROLLER_CREDENTIAL; without it, the database is asked itself.
        #[arg(long, value_name = "URL")]
        server: Option<ServerAddress>,
    },
    /// What the cluster needs to know of Bailiwick.
    #[command(subcommand)]
    Cluster(cluster::Command),
    /// What the operator does: people, permissions, namespaces, organizations, requests.
    #[command(long_about = operator::ABOUT)]
    Operator(operator::Arguments),
    /// Print what makes a shell complete these commands.
    #[command(after_help = COMPLETIONS_EXAMPLE)]
    Completions { shell: Shell },
    /// Fill an empty data folder with a believable organization, and say how to sign in.
    Demo {
        /// How many members it has.
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(8..=1_000_000))]
        members: u32,
        /// How many API access tokens it has.
        #[arg(long, default_value_t = usecases::demo::TOKENS_MADE)]
        tokens: u32,
    },
    #[command(flatten)]
    Machine(login::Command),
}

const COMPLETIONS_EXAMPLE: &str = "Examples:
  bailiwick completions bash > ~/.local/share/bash-completion/completions/bailiwick
  bailiwick completions zsh > ~/.zfunc/_bailiwick        # ~/.zfunc stands in $fpath
  bailiwick completions fish > ~/.config/fish/completions/bailiwick.fish";

/// Why a command ends without having done its work: one clear line.
pub(crate) struct Failed(pub(crate) String);

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Runs the program.
pub fn run() -> ExitCode {
    // The platform starts the file by itself, with no word.
    let started =
        if function::is_one() && std::env::args_os().len() == 1 { start_function() } else { start(Arguments::parse()) };
    match started {
        Ok(code) => code,
        Err(Failed(why)) => {
            eprintln!("bailiwick: {why}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: Arguments) -> Result<ExitCode, Failed> {
    // Before the configuration is read: a shell asks where nothing is configured.
    if let Command::Completions { shell } = arguments.command {
        return complete(shell);
    }
    // Run where people are: no setting of a server means anything there.
    if let Command::Machine(command) = arguments.command {
        return tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(login::run(command));
    }
    let config = configure(arguments.config.as_deref())?;
    runtime()?.block_on(async {
        match arguments.command {
            Command::Serve => serve::run(config).await,
            Command::Migrate => open::migrate(&config).await,
            Command::AcceptKey => open::accept_key(&config).await,
            Command::Backup { file } => backup::run(&config, &file).await,
            Command::Doctor => doctor::run(&config).await,
            Command::Controller { server } => controller::run(&config, server.as_ref()).await,
            Command::Cluster(command) => cluster::run(&config, &command),
            Command::Operator(arguments) => operator::run(&config, arguments).await,
            Command::Completions { shell } => complete(shell),
            Command::Demo { members, tokens } => demo::run(config, members, tokens).await,
            Command::Machine(command) => login::run(command).await,
        }
    })
}

fn start_function() -> Result<ExitCode, Failed> {
    let file = std::env::var_os("BAILIWICK_CONFIG").map(PathBuf::from);
    let config = configure(file.as_deref())?;
    runtime()?.block_on(function::run(config))
}

/// Reads the configuration, and begins to log as it says.
fn configure(file: Option<&Path>) -> Result<Config, Failed> {
    private::new_files();
    let config = Config::from_environment(file)?;
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log)?;
    log::lines(config.log_format, filter, io::stderr).init();
    Ok(config)
}

fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

fn complete(shell: Shell) -> Result<ExitCode, Failed> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "bailiwick", &mut script);
    unless_closed(io::stdout().write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// A reader that has seen enough (`… | head`) is no failure.
fn unless_closed(printed: io::Result<()>) -> io::Result<()> {
    match printed {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
