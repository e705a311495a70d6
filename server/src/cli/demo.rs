//! `bailiwick demo`

use super::{Failed, doctor::print_line, open};
use crate::config::Config;
use std::process::ExitCode;
use usecases::demo::{self, Demo};

pub(super) async fn run(config: Config, members: u32, tokens: u32) -> Result<ExitCode, Failed> {
    let installation = open::installation(&config).await?;
    let Demo { email, password, organization, members } =
        demo::fill(installation.clone(), members, tokens).await.map_err(|error| {
            let Failed(why) = open::failed(&error);
            Failed(why)
        })?;
    installation.db.close().await;
    print_line(&format!("{organization} is there, with {members} members and invitees."));
    print_line(&format!("Start `bailiwick serve`, open {} and sign in:", config.base_url));
    print_line(&format!("email: {email}"));
    print_line(&format!("password: {password}"));
    Ok(ExitCode::SUCCESS)
}
