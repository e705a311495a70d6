//! What this page asks before it acts: following a restored database, and deletions that are held back.

use super::Page;
use crate::{
    address::{Address, use_address},
    api::operator::installation::ConfirmRestoreCall,
    components::question::{Question, Tone},
    pages::operator::{acts::confirm_deletions, ask, questions},
};
use domain::{text::Slug, time::Timestamp};
use leptos::prelude::*;

pub(super) const CONFIRM_RESTORE: &str = "confirm-restore";
const CONFIRM_DELETIONS: &str = "confirm-deletions";

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Restore { since: Timestamp },
    Deletions { organization: Slug, held: i64, of: i64 },
}

/// None where what it speaks of is not there any more.
fn asked(address: &Address, page: &Page) -> Option<Kind> {
    let cluster = &page.cluster;
    if let Some(slug) = address.get(CONFIRM_DELETIONS) {
        let found = cluster.differing.iter().find(|it| it.organization.as_str() == slug)?;
        let (held, of) = found.cluster.held_deletions.zip(found.cluster.held_of)?;
        return Some(Kind::Deletions { organization: found.organization.clone(), held, of });
    }
    let older = address.has(CONFIRM_RESTORE) && cluster.state.as_deref() == Some("older");
    cluster.since.filter(|_| older).map(|since| Kind::Restore { since })
}

pub(super) fn use_asked(page: Signal<Page>) -> Memo<Option<Kind>> {
    let address = use_address();
    Memo::new(move |_| address.with(|address| page.with(|page| asked(address, page))))
}

#[component]
pub(super) fn Questions(page: Signal<Page>, asked: Memo<Option<Kind>>) -> impl IntoView {
    let address = use_address();
    let close =
        Signal::derive(move || address.with(|address| address.with(&[(CONFIRM_RESTORE, ""), (CONFIRM_DELETIONS, "")])));
    let viewer = Signal::derive(move || page.with(|page| page.viewer.clone()));
    questions(asked, viewer, close, move |kind| match kind {
        Kind::Restore { since } => ask::<ConfirmRestoreCall>(restoring(since), close),
        Kind::Deletions { organization, .. } => {
            let found = page.with_untracked(|page| {
                page.cluster.differing.iter().find(|it| it.organization == organization).cloned()
            });
            found.map_or_else(|| ().into_any(), |found| confirm_deletions(&found, close))
        }
    })
}

/// Lets the cluster follow the database as it was restored.
fn restoring(since: Timestamp) -> Question {
    Question::new("Let the cluster follow the restored database?", "Follow it", Tone::Takes)
        .lead("The cluster was told more than this database holds, and nothing is written there until you confirm.")
        .consequences([
            "Whatever was taken away since the backup comes back in the cluster: people, tokens and their grants.",
            "Whatever was given since then is taken away there.",
            "Look at people and tokens first, and take away here again what has to stay away.",
        ])
        .given("since", since.to_string())
}
