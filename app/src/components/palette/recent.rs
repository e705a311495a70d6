//! What was chosen recently: ids and labels, kept by this tab alone, apart for each organization and person.

use super::entries::{Entry, Group, Scope};
use crate::{
    address::{encode, pairs},
    components::browser::session_storage,
};

const MOST: usize = 5;

/// What the names of what is kept begin with.
const PREFIX: &str = "recent ";

/// Of two people who use this browser one after the other, neither sees what the other chose.
fn key(scope: &Scope) -> String {
    let organization = scope.organization.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{PREFIX}{organization} {}", scope.email)
}

fn kept(scope: &Scope) -> String {
    session_storage().and_then(|storage| storage.get_item(&key(scope)).ok()?).unwrap_or_default()
}

/// The latest first.
pub(super) fn recall(scope: &Scope) -> Vec<Entry> {
    read(scope, &kept(scope))
}

pub(super) fn remember(scope: &Scope, entry: &Entry) {
    if let Some(storage) = session_storage() {
        let _ = storage.set_item(&key(scope), &write(scope, &kept(scope), entry));
    }
}

/// Forgets what was chosen in this tab. For signing out: it must not stay in the browser's storage for the next person.
pub fn forget_recent() {
    let Some(storage) = session_storage() else { return };
    let keys = (0..storage.length().unwrap_or_default()).filter_map(|index| storage.key(index).ok()?);
    for key in keys.filter(|key| key.starts_with(PREFIX)).collect::<Vec<_>>() {
        let _ = storage.remove_item(&key);
    }
}

/// Each is a pair of its group and of its id and label. What they may not open any longer is left out.
fn read(scope: &Scope, kept: &str) -> Vec<Entry> {
    let places = scope.places();
    let entry = |(heading, what): (String, String)| {
        let group = Group::ALL.into_iter().find(|group| group.heading() == heading)?;
        let (id, label) = what.split_once('\n')?;
        match group {
            Group::GoTo | Group::Actions => places.iter().find(|place| place.group == group && place.id == id).cloned(),
            Group::People | Group::Namespaces | Group::Tokens => {
                scope.found(group, if id.starts_with('=') { "" } else { id }, label, String::new())
            }
        }
    };
    pairs(kept).into_iter().filter_map(entry).take(MOST).collect()
}

/// A question about one person is not offered again: pages and actions alone come back by their names.
fn write(scope: &Scope, kept: &str, entry: &Entry) -> String {
    let mut entries = read(scope, kept);
    entries.retain(|other| !other.is_same(entry));
    entries.insert(0, entry.clone());
    let pair = |entry: &Entry| {
        let what = format!("{}\n{}", entry.id, entry.label);
        format!("{}={}", encode(entry.group.heading()), encode(&what))
    };
    let written = entries.iter().filter(|entry| !entry.asks_first()).take(MOST).map(pair);
    written.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use crate::components::palette::entries::{Entry, Group, Scope, tests::scope};

    fn labels(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.label.as_str()).collect()
    }

    fn after(scope: &Scope, chosen: impl IntoIterator<Item = Entry>) -> Vec<Entry> {
        let kept = chosen.into_iter().fold(String::new(), |kept, entry| write(scope, &kept, &entry));
        read(scope, &kept)
    }

    fn namespace(scope: &Scope, id: &str) -> Entry {
        scope.found(Group::Namespaces, id, &format!("northwind-{id}"), String::new()).unwrap()
    }

    #[test]
    fn recent_choices_are_the_latest_five_each_once() {
        let scope = scope(true);
        let chosen = after(&scope, ["a", "b", "c", "a", "d", "e", "f"].map(|id| namespace(&scope, id)));
        let expected = ["northwind-f", "northwind-e", "northwind-d", "northwind-a", "northwind-c"];
        assert_eq!(labels(&chosen), expected);
    }

    #[test]
    fn recent_choices_come_back_as_they_were() {
        let scope = scope(true);
        let token = scope.found(Group::Tokens, "", "ci & co = “1%”", String::new()).unwrap();
        let page = scope.places().remove(1);
        let chosen = [namespace(&scope, "dev"), token, page];
        let back = after(&scope, chosen.clone());
        assert_eq!(back, chosen.into_iter().rev().collect::<Vec<_>>());
    }

    #[test]
    fn recent_choices_that_may_not_be_opened_any_longer_are_left_out() {
        let (admin, member) = (scope(true), scope(false));
        let token = admin.found(Group::Tokens, "7", "ci", String::new()).unwrap();
        let action = admin.places().into_iter().find(|place| place.group == Group::Actions).unwrap();
        let chosen = [token, action, namespace(&admin, "dev")];
        let kept = chosen.iter().fold(String::new(), |kept, entry| write(&admin, &kept, entry));
        assert_eq!(labels(&read(&member, &kept)), ["northwind-dev"]);
        assert_eq!(read(&member, &kept).remove(0).address, "/o/northwind/namespaces");
    }

    #[test]
    fn recent_choices_are_empty_where_what_is_kept_cannot_be_read() {
        for kept in ["", "&&", "People", "Strangers=1%0Aa", "People=1"] {
            assert_eq!(read(&scope(true), kept), []);
        }
    }
}
