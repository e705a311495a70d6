//! Who the operators are, and what their programs bring.

use super::{
    ask,
    desk::{Desk, Outcome, typed},
    email,
    ended::Ended,
    print::time,
};
use app::api::operator::installation::{Credentials, MadeCredential, Operators};
use clap::Subcommand;
use domain::text::EmailAddress;
use secrecy::ExposeSecret;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make somebody an operator, with an account where they have none.
    #[command(long_about = CREATE, after_help = "Examples:
  bailiwick operator create --email ada@example.org --first-name Ada --last-name Byron
  bailiwick operator create --email ada@example.org --first-name Ada --last-name Byron < password.txt")]
    Create {
        #[arg(long, value_parser = email)]
        email: EmailAddress,
        /// For an account that is not there yet.
        #[arg(long, default_value = "")]
        first_name: String,
        /// For an account that is not there yet.
        #[arg(long, default_value = "")]
        last_name: String,
    },
    /// The operators of this installation.
    #[command(after_help = "Example:\n  bailiwick operator list")]
    List,
    /// Make somebody no operator any longer.
    #[command(long_about = REMOVE, after_help = "Example:\n  bailiwick operator remove ada@example.org")]
    Remove {
        #[arg(value_parser = email)]
        email: EmailAddress,
    },
    /// What programs of the operator's bring to prove that they are.
    #[command(subcommand, after_help = CREDENTIAL_EXAMPLE)]
    Credential(CredentialCommand),
}

const CREATE: &str = "\
Make somebody an operator, with an account where they have none.

Whoever has an account with this address keeps it as it is, and is asked for nothing. For a new account the password is
asked for on the terminal, and elsewhere read from the standard input.";

const REMOVE: &str = "\
Make somebody no operator any longer.

The credentials they made end. Their account stays with its memberships; one that is of no organization, and invited to
none, is removed as completely as `bailiwick operator user remove` does it.";

const CREDENTIAL_EXAMPLE: &str = "Example:
  export BAILIWICK_OPERATOR_CREDENTIAL=$(bailiwick operator credential make laptop)
  bailiwick operator --server https://bailiwick.example organization list";

#[derive(Subcommand)]
pub(super) enum CredentialCommand {
    /// Make one. Its secret is printed once and kept nowhere.
    #[command(after_help = "Example:
  export BAILIWICK_OPERATOR_CREDENTIAL=$(bailiwick operator credential make laptop)")]
    Make {
        /// What it is for, as logs name it.
        name: String,
    },
    /// Those that stand.
    #[command(after_help = "Example:\n  bailiwick operator credential list")]
    List,
    /// End one at once.
    #[command(after_help = "Example:\n  bailiwick operator credential end 0b0e7f52-6f3c-4f4e-9d0a-3f6b9d1c2a10")]
    End { id: String },
}

pub(super) async fn run(desk: &Desk, command: Command) -> Outcome {
    match command {
        Command::Create { email, first_name, last_name } => create(desk, &email, first_name, last_name).await,
        Command::List => list(desk).await,
        Command::Remove { email } => {
            desk.remark(|paper| {
                paper.line(&format!("{email} will be no operator any longer, and the credentials they made end."))
            });
            desk.confirm("email", email.as_str())?;
            desk.act("operator/remove-operator", vec![("email", email.to_string())]).await
        }
        Command::Credential(CredentialCommand::Make { name }) => make(desk, name).await,
        Command::Credential(CredentialCommand::List) => credentials(desk).await,
        Command::Credential(CredentialCommand::End { id }) => end(desk, id).await,
    }
}

async fn create(desk: &Desk, email: &EmailAddress, first_name: String, last_name: String) -> Outcome {
    let known = desk.call("operator/add-operator", vec![("email", email.to_string())]).await;
    match known {
        Err(ended) if ended.is_not_found() => {}
        known => return desk.tell(&known?),
    }
    if first_name.is_empty() || last_name.is_empty() {
        let message =
            format!("Nobody has an account with the address {email}. With --first-name and --last-name one is made.");
        return Err(Ended::not_found(message));
    }
    let password = ask::new_password().await?;
    let fields = vec![
        ("email", email.to_string()),
        ("first_name", first_name),
        ("last_name", last_name),
        ("password", password.expose_secret().to_owned()),
    ];
    desk.act("operator/add-operator", fields).await
}

async fn list(desk: &Desk) -> Outcome {
    let (json, Operators { operators }) = desk.read("operator/operators", Vec::new()).await?;
    let row = |it: &app::api::operator::installation::Operator| {
        [it.email.to_string(), time(it.added_at), it.added_by.clone(), format!("{} {}", it.first_name, it.last_name)]
    };
    let rows: Vec<_> = operators.iter().map(row).collect();
    desk.show(&json, |paper| {
        paper.table(
            "There is no operator yet. `bailiwick operator create` makes the first.",
            ["EMAIL", "ADDED", "ADDED BY", "NAME"],
            &rows,
        );
    })
}

/// The secret alone goes where a shell can take it from.
async fn make(desk: &Desk, name: String) -> Outcome {
    let answer = desk.call("operator/make-credential", vec![("name", name)]).await?;
    let made: MadeCredential = typed(&answer.json)?;
    desk.remark(|paper| {
        paper.line(&format!("The credential {} is made. Its secret is shown this once:", made.id));
    });
    desk.show(&answer.json, |paper| paper.line(&made.secret))
}

async fn credentials(desk: &Desk) -> Outcome {
    let (json, Credentials { credentials }) = desk.read("operator/credentials", Vec::new()).await?;
    let rows: Vec<_> = credentials
        .iter()
        .map(|it| [it.id.to_string(), time(it.made_at), it.made_by.clone(), it.name.clone()])
        .collect();
    desk.show(&json, |paper| paper.table("No credential stands.", ["ID", "MADE", "MADE BY", "NAME"], &rows))
}

async fn end(desk: &Desk, id: String) -> Outcome {
    let (_, Credentials { credentials }) = desk.read("operator/credentials", Vec::new()).await?;
    if let Some(found) = credentials.iter().find(|it| it.id.to_string() == id) {
        desk.remark(|paper| {
            paper.line(&format!("“{}”, made by {}, will be refused from now on.", found.name, found.made_by));
        });
        desk.confirm("id", &id)?;
    }
    desk.act("operator/end-credential", vec![("credential", id)]).await
}
