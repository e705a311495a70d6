//! The state of the search, and how it asks the server. All of it lives as long as the console.

use super::{
    entries::{Entry, Scope},
    found::{Groups, MOST, deactivates, found, offered},
    recent,
};
use crate::{
    api::{members, namespaces, tokens},
    components::timer::Timer,
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// How long it waits for the next letter before it asks for people.
const TYPING: Duration = Duration::from_millis(150);

/// How many pages of the list of tokens it reads: the newest 200.
const TOKEN_PAGES: usize = 4;

#[derive(Clone, Copy)]
pub(super) struct Search {
    scope: Memo<Scope>,
    text: RwSignal<String>,
    recent: RwSignal<Vec<Entry>>,
    /// Namespaces and tokens, read once for each time that it is opened.
    things: RwSignal<Vec<Entry>>,
    is_read: StoredValue<bool>,
    /// People, or their deactivations: found by the server for the text, or for the one before while it is asked.
    people: RwSignal<Vec<Entry>>,
    asking: RwSignal<bool>,
    failed: RwSignal<bool>,
    timer: Timer,
}

impl Search {
    pub(super) fn new(scope: Memo<Scope>) -> Self {
        let search = Self {
            scope,
            text: RwSignal::new(String::new()),
            recent: RwSignal::new(Vec::new()),
            things: RwSignal::new(Vec::new()),
            is_read: StoredValue::new(false),
            people: RwSignal::new(Vec::new()),
            asking: RwSignal::new(false),
            failed: RwSignal::new(false),
            timer: Timer::idle(),
        };
        on_cleanup(move || {
            search.timer.stop();
        });
        search
    }

    /// It is opened. Nothing is asked of the server before something is typed.
    pub(super) fn begin(self) {
        self.recent.set(self.scope.with_untracked(recent::recall));
    }

    /// It is closed, and begins anew the next time.
    pub(super) fn end(self) {
        self.timer.stop();
        self.text.set(String::new());
        self.things.set(Vec::new());
        self.is_read.set_value(false);
        self.people.set(Vec::new());
        self.asking.set(false);
        self.failed.set(false);
    }

    pub(super) fn remember(self, entry: &Entry) {
        self.scope.with_untracked(|scope| recent::remember(scope, entry));
    }

    pub(super) fn groups(self) -> Groups {
        let (text, places) = (self.text.get(), self.scope.with(Scope::places));
        if text.trim().is_empty() {
            return offered(self.recent.get(), places);
        }
        let entries = places.into_iter().chain(self.things.get()).collect();
        found(&text, entries, self.people.get(), !self.asking.get() && !self.failed.get())
    }

    /// What is said where nothing is shown.
    pub(super) fn excuse(self) -> &'static str {
        if self.asking.get() {
            "Searching…"
        } else if self.failed.get() {
            "The search got no answer. Type again to try again."
        } else {
            "Nothing by that name."
        }
    }

    pub(super) fn typed(self, text: String) {
        self.timer.stop();
        let scope = self.scope.get_untracked();
        let asks = !text.trim().is_empty() && scope.organization.is_some();
        self.text.set(text);
        self.failed.set(false);
        self.asking.set(asks);
        if !asks {
            self.people.set(Vec::new());
            return;
        }
        if !self.is_read.get_value() {
            self.is_read.set_value(true);
            spawn_local(self.read_things(scope));
        }
        self.timer.after(TYPING, move || spawn_local(self.ask()));
    }

    /// People by the text. The console may be left, or something else typed, before the answer comes.
    async fn ask(self) {
        let (Some(scope), Some(text)) = (self.scope.try_get_untracked(), self.text.try_get_untracked()) else { return };
        let Some(slug) = &scope.organization else { return };
        let whom = deactivates(&text).filter(|_| scope.admin);
        let status = whom.map(|_| "active".to_owned());
        let name = Some(whom.unwrap_or(text.trim()).to_owned()).filter(|name| !name.is_empty());
        let answer = members::list(slug.to_string(), name, status, None, None, Some(MOST), None, None).await;
        if self.text.try_get_untracked().as_ref() != Some(&text) {
            return;
        }
        match answer {
            Ok(list) => {
                let entry = |member| if whom.is_some() { scope.deactivation(member) } else { scope.person(member) };
                self.people.set(list.members.iter().filter_map(entry).collect());
            }
            Err(_) => self.failed.set(true),
        }
        self.asking.set(false);
    }

    /// By the functions of their pages: the program need not know another.
    async fn read_things(self, scope: Scope) {
        let Some(slug) = scope.organization.as_ref().map(ToString::to_string) else { return };
        if let Ok(page) = namespaces::page(slug.clone()).await {
            self.add(page.namespaces.iter().filter_map(|namespace| scope.namespace(namespace)).collect());
        }
        if !scope.admin {
            return;
        }
        let mut cursor = None;
        for _ in 0..TOKEN_PAGES {
            let Ok(page) = tokens::page(slug.clone(), cursor).await else { return };
            self.add(page.tokens.iter().filter_map(|token| scope.token(token)).collect());
            cursor = page.next;
            if cursor.is_none() {
                return;
            }
        }
    }

    /// Unless it was closed meanwhile.
    fn add(self, entries: Vec<Entry>) {
        if self.is_read.try_get_value() == Some(true) {
            self.things.update(|things| things.extend(entries));
        }
    }
}
