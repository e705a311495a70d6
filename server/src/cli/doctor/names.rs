//! Whether strangers choose the names of namespaces.

use crate::{cli::open, config::Config};
use usecases::sign_up;

/// What to think about, where anybody may found an organization and names have no prefix: no mistake, so nothing fails.
pub(super) async fn warning(config: &Config) -> Option<String> {
    if !config.namespaces.prefix.is_empty() || !is_open(config).await {
        return None;
    }
    Some(
        "anybody may sign up, and their namespaces have no prefix: a name may be one that some software of yours will look for. \
         Set BAILIWICK_NAMESPACE_PREFIX=tenant-, or BAILIWICK_SIGNUPS=closed"
            .to_owned(),
    )
}

/// Where the database can't be asked, the configuration counts; that it can't is said elsewhere.
async fn is_open(config: &Config) -> bool {
    let Ok(db) = open::database(config).await else { return config.sign_ups_open };
    let open = sign_up::is_open_in(&db, config.sign_ups_open).await.unwrap_or(config.sign_ups_open);
    db.close().await;
    open
}
