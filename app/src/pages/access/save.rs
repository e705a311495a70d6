//! Saving a cell: at once to look at, with what went wrong beside it. Each cell is saved by itself, several at a time.

use crate::{
    address::{Address, FAILED_TYPED, encode, pairs},
    api::{
        client::post,
        grants::{GiveCall, TakeCall},
        matrix::Matrix,
    },
    read::Refresh,
    session::Proof,
    write::failed_post,
};
use leptos::{ev, prelude::*, server_fn::ServerFn, task::spawn_local};
use std::collections::BTreeMap;

/// A member's id, and a namespace's name.
type Place = (String, String);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Save {
    /// Being sent: whether it gives.
    Sent(bool),
    /// Done, and not read yet.
    Done(bool),
    Failed(String),
}

impl Save {
    /// What the cell shows meanwhile, where that is another than what was read.
    pub(super) const fn gives(&self) -> Option<bool> {
        match self {
            Self::Sent(gives) | Self::Done(gives) => Some(*gives),
            Self::Failed(_) => None,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Saves {
    cells: RwSignal<BTreeMap<Place, Save>>,
    slug: Memo<String>,
    refresh: Option<Refresh>,
    proof: Option<Proof>,
}

impl Saves {
    /// None yet, unless a plain post failed and led back here.
    pub(super) fn new(slug: Memo<String>, address: Memo<Address>) -> Self {
        let failed = failed_post(|path| path == GiveCall::PATH || path == TakeCall::PATH);
        let typed = address.with_untracked(|address| pairs(&address.text(FAILED_TYPED)));
        let field = |name: &str| typed.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let failed =
            failed.and_then(|error| Some(((field("member")?, field("namespace")?), Save::Failed(error.message))));
        Self {
            cells: RwSignal::new(failed.into_iter().collect()),
            slug,
            refresh: use_context::<Refresh>(),
            proof: use_context::<Proof>(),
        }
    }

    /// What was done is read from now on.
    pub(super) fn follow(self, page: Signal<Matrix>) {
        Effect::new(move |_| {
            page.track();
            if self.cells.with_untracked(|cells| cells.values().any(|save| matches!(save, Save::Done(_)))) {
                self.cells.update(|cells| cells.retain(|_, save| !matches!(save, Save::Done(_))));
            }
        });
    }

    pub(super) fn track(self) {
        self.cells.track();
    }

    /// Those of one member, by namespace.
    pub(super) fn of(self, member: &str) -> Vec<(String, Save)> {
        let own =
            |((whose, namespace), save): (&Place, &Save)| (whose == member).then(|| (namespace.clone(), save.clone()));
        self.cells.with(|cells| cells.iter().filter_map(own).collect())
    }

    pub(super) fn begin(self, member: String, namespace: String, gives: bool) {
        let place = (member, namespace);
        if self.cells.with_untracked(|cells| matches!(cells.get(&place), Some(Save::Sent(_)))) {
            return;
        }
        self.cells.update(|cells| {
            cells.insert(place.clone(), Save::Sent(gives));
        });
        let path = if gives { GiveCall::PATH } else { TakeCall::PATH };
        let fields = [("organization", &self.slug.get_untracked()), ("member", &place.0), ("namespace", &place.1)];
        let fields = fields.map(|(name, value)| format!("{name}={}", encode(value))).join("&");
        spawn_local(async move {
            let outcome = post(path, fields).await.map(|_| ());
            let asked = outcome.as_ref().err().filter(|error| error.asks_who()).cloned().zip(self.proof);
            // The page may be gone.
            let known = self.cells.try_update(|cells| match (&outcome, &asked) {
                (Ok(()), _) => cells.insert(place.clone(), Save::Done(gives)),
                (Err(_), Some(_)) => cells.remove(&place),
                (Err(error), None) => cells.insert(place.clone(), Save::Failed(error.message.clone())),
            });
            match (asked, known) {
                // Once they said who they are, the same is sent again.
                (Some((error, proof)), Some(_)) => proof.ask(error, move || self.begin(place.0, place.1, gives)),
                (None, Some(_)) if outcome.is_ok() => {
                    if let Some(refresh) = self.refresh {
                        refresh.now();
                    }
                }
                _ => {}
            }
        });
    }
}

/// What the button of a cell would have posted: whose, which namespace, and whether it gives.
pub(super) fn asked(event: &ev::SubmitEvent) -> Option<(String, String, bool)> {
    let button = event.submitter()?;
    let namespace = button.get_attribute("value")?;
    // The form's id, without what ids need to be apart from others.
    let member = button.get_attribute("form")?.strip_prefix("cells-")?.to_owned();
    Some((member, namespace, button.get_attribute("formaction").as_deref() != Some(TakeCall::PATH)))
}
