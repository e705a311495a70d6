//! What is shown for what is typed: which entries, in which order, under which headings.

use super::entries::{Entry, Group};
use domain::fuzzy::score;

/// Headings with what is below them.
pub(super) type Groups = Vec<(&'static str, Vec<Entry>)>;

/// How many of one kind the organization's own things are shown.
pub(super) const MOST: u32 = 6;

/// While nothing is typed: what was chosen recently, then all pages and actions.
pub(super) fn offered(recent: Vec<Entry>, places: Vec<Entry>) -> Groups {
    let is_new = |place: &Entry| !recent.iter().any(|recent| recent.is_same(place));
    let places = places.into_iter().filter(is_new).collect::<Vec<_>>();
    let mut groups = vec![("Recent", recent)];
    for group in [Group::GoTo, Group::Actions] {
        let of_group = places.iter().filter(|place| place.group == group).cloned().collect();
        groups.push((group.heading(), of_group));
    }
    groups.retain(|(_, entries)| !entries.is_empty());
    groups
}

/// What fits, the best first, and the group with the best first. `answered` is what the server found, which has its own way to
/// search: `fresh` says that it did so for this very text.
pub(super) fn found(text: &str, entries: Vec<Entry>, answered: Vec<Entry>, fresh: bool) -> Groups {
    let points = |entry: &Entry| score(text, &entry.label).max(score(text, &entry.hint));
    let entries = entries.into_iter().filter_map(|entry| Some((points(&entry)?, entry)));
    let least = fresh.then_some(0);
    let answered = answered.into_iter().filter_map(|entry| Some((points(&entry).or(least)?, entry)));
    let mut all = entries.chain(answered).collect::<Vec<_>>();
    // Stable: what fits equally well stays in its order.
    all.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    let mut order = Group::ALL.map(|group| {
        let best = all.iter().find(|(_, entry)| entry.group == group).map(|(points, _)| *points);
        (std::cmp::Reverse(best), group)
    });
    order.sort_by_key(|(best, _)| *best);
    let of_group = |(_, group): (_, Group)| {
        let most = if matches!(group, Group::GoTo | Group::Actions) { usize::MAX } else { MOST as usize };
        let entries = all.iter().map(|(_, entry)| entry).filter(|entry| entry.group == group);
        (group.heading(), entries.take(most).cloned().collect::<Vec<_>>())
    };
    order.into_iter().map(of_group).filter(|(_, entries)| !entries.is_empty()).collect()
}

/// Whom "deactivate bo" is about. `None` where something else is searched.
pub(super) fn deactivates(text: &str) -> Option<&str> {
    const WORD: &str = "deactivate";
    /// So much of the word says what is meant, once another word follows.
    const ENOUGH: usize = 5;
    let text = text.trim_start();
    let (word, whom) = text.split_once(' ').unwrap_or((text, ""));
    let is_meant = word.eq_ignore_ascii_case(WORD)
        || (word.len() >= ENOUGH && text.len() > word.len() && WORD.starts_with(&word.to_ascii_lowercase()));
    is_meant.then(|| whom.trim())
}

#[cfg(test)]
mod tests {
    use super::{Groups, deactivates, found, offered};
    use crate::components::palette::entries::{Entry, Group, Scope, tests::scope};

    fn shown(groups: &Groups) -> Vec<(&str, Vec<&str>)> {
        groups
            .iter()
            .map(|(heading, entries)| (*heading, entries.iter().map(|entry| entry.label.as_str()).collect()))
            .collect()
    }

    fn person(scope: &Scope, email: &str, name: &str) -> Entry {
        scope.found(Group::People, email, email, name.to_owned()).unwrap()
    }

    #[test]
    fn offered_has_recent_choices_first_and_each_entry_once() {
        let scope = scope(false);
        let recent = vec![scope.places().remove(1), person(&scope, "bo@x.example", "")];
        let groups = offered(recent, scope.places());
        assert_eq!(
            shown(&groups),
            [("Recent", vec!["Namespaces", "bo@x.example"]), ("Go to", vec!["Organization", "Account"])]
        );
        assert_eq!(shown(&offered(Vec::new(), scope.places())).len(), 1, "no empty heading");
    }

    #[test]
    fn found_has_the_best_group_first() {
        let scope = scope(true);
        let ann = || vec![person(&scope, "ann@x.example", "Ann Berg")];
        let groups = found("ann", scope.places(), ann(), true);
        assert_eq!(shown(&groups).first(), Some(&("People", vec!["ann@x.example"])));
        let groups = found("name", scope.places(), Vec::new(), true);
        assert_eq!(shown(&groups), [("Go to", vec!["Namespaces"]), ("Actions", vec!["Create a namespace"])]);
    }

    #[test]
    fn found_keeps_what_the_server_found_unless_it_is_of_another_text() {
        let scope = scope(true);
        let bo = || vec![person(&scope, "bo@x.example", "Bo Lindqvist")];
        assert_eq!(shown(&found("zzz", Vec::new(), bo(), true)), [("People", vec!["bo@x.example"])]);
        assert_eq!(shown(&found("zzz", Vec::new(), bo(), false)), []);
        assert_eq!(shown(&found("lindq", Vec::new(), bo(), false)), [("People", vec!["bo@x.example"])]);
    }

    #[test]
    fn deactivates_takes_the_word_and_then_whom() {
        for (text, whom) in [
            ("deactivate bo", Some("bo")),
            ("Deactivate  bo lind ", Some("bo lind")),
            ("deact bo", Some("bo")),
            ("deactivate", Some("")),
            ("deact", None),
            ("dea bo", None),
            ("deactivated", None),
            ("bo", None),
            ("", None),
        ] {
            assert_eq!(deactivates(text), whom, "{text:?}");
        }
    }
}
