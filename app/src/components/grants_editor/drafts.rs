//! What was ticked and is not saved yet: kept while other rows are open, and by this tab over a reload.

use super::Names;
use crate::{address::pairs, components::browser::session_storage};
use domain::{id::MemberId, text::NamespaceName};
use leptos::prelude::*;
use std::collections::HashMap;

/// What was ticked and is not saved yet, by member: it is kept while other rows are open.
#[derive(Clone, Copy)]
pub struct Drafts(StoredValue<HashMap<MemberId, Draft>>);

/// What somebody made of what was there.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) base: Names,
    pub(super) wanted: Names,
}

impl Drafts {
    pub fn provide() {
        provide_context(Self(StoredValue::new(HashMap::new())));
    }

    pub(super) fn of(self, member: MemberId) -> Option<Draft> {
        self.0.with_value(|drafts| drafts.get(&member).cloned())
    }

    pub(super) fn put(self, member: MemberId, draft: Draft) {
        self.0.update_value(|drafts| {
            if draft.base == draft.wanted {
                drafts.remove(&member)
            } else {
                drafts.insert(member, draft)
            };
        });
    }
}

impl Draft {
    fn key(member: MemberId) -> String {
        format!("draft grants {member}")
    }

    /// For a page that is loaded again.
    pub(super) fn keep(&self, member: MemberId) {
        let Some(storage) = session_storage() else { return };
        if self.base == self.wanted {
            let _ = storage.remove_item(&Self::key(member));
            return;
        }
        let side =
            |side: &str, names: &Names| names.iter().map(|name| format!("{side}={name}")).collect::<Vec<_>>().join("&");
        let kept = format!("{}&{}", side("base", &self.base), side("wanted", &self.wanted));
        let _ = storage.set_item(&Self::key(member), &kept);
    }

    pub(super) fn kept(member: MemberId) -> Option<Self> {
        let kept = pairs(&session_storage()?.get_item(&Self::key(member)).ok()??);
        let side = |side: &str| {
            let names = kept.iter().filter(|(name, _)| name == side);
            names.filter_map(|(_, name)| NamespaceName::parse(name).ok()).collect()
        };
        Some(Self { base: side("base"), wanted: side("wanted") })
    }
}
