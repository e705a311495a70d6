//! What happens again and again within a minute, counted in memory and written as one line of a log.

use domain::time::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// One kind of thing has at most one line in this time.
const GATHERED: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct Counted<Last> {
    /// When its last line was written; `None` before the first.
    written_at: Option<Timestamp>,
    /// Since that line.
    times: u64,
    last: Last,
}

impl<Last> Counted<Last> {
    /// A clock that was put back must not hold a line up.
    fn is_due(&self, now: Timestamp) -> bool {
        self.written_at.is_none_or(|at| now.apart(at) >= GATHERED)
    }
}

/// A line to be written: what happened, how often, and what was known of it the last time.
#[derive(Debug, Clone)]
pub(crate) struct Line<Key, Last> {
    pub(crate) key: Key,
    pub(crate) last: Last,
    pub(crate) times: u64,
}

/// Counts by kind. Lost with the process, but for what was written down.
#[derive(Debug)]
pub(crate) struct Repeats<Key, Last>(Mutex<BTreeMap<Key, Counted<Last>>>);

impl<Key, Last> Default for Repeats<Key, Last> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Key: Ord + Clone, Last: Clone> Repeats<Key, Last> {
    fn all(&self) -> MutexGuard<'_, BTreeMap<Key, Counted<Last>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether something of this kind had a line within the last minute.
    pub(crate) fn any(&self, now: Timestamp, is_meant: impl Fn(&Key) -> bool) -> bool {
        self.all().iter().any(|(key, counted)| is_meant(key) && !counted.is_due(now))
    }

    /// Counts one more. [`Repeats::due`] says when it is to be written.
    pub(crate) fn count(&self, key: Key, last: Last) {
        self.add(Line { key, last, times: 1 });
    }

    fn add(&self, Line { key, last, times }: Line<Key, Last>) {
        let mut all = self.all();
        let counted = all.entry(key).or_insert_with(|| Counted { written_at: None, times: 0, last: last.clone() });
        counted.times += times;
        counted.last = last;
    }

    /// Takes what is to be written now, in the order of the keys; forgets what did not happen again.
    pub(crate) fn due(&self, now: Timestamp) -> Vec<Line<Key, Last>> {
        self.take(|counted| counted.is_due(now), now)
    }

    /// Takes all that is not written yet: the process ends.
    pub(crate) fn rest(&self, now: Timestamp) -> Vec<Line<Key, Last>> {
        self.take(|_| true, now)
    }

    fn take(&self, is_due: impl Fn(&Counted<Last>) -> bool, now: Timestamp) -> Vec<Line<Key, Last>> {
        let mut lines = Vec::new();
        self.all().retain(|key, counted| {
            if !is_due(counted) {
                return true;
            }
            if counted.times == 0 {
                return false;
            }
            lines.push(Line { key: key.clone(), last: counted.last.clone(), times: counted.times });
            (counted.written_at, counted.times) = (Some(now), 0);
            true
        });
        lines
    }

    /// Counts what could not be written with what comes next.
    pub(crate) fn give_back(&self, lines: Vec<Line<Key, Last>>) {
        for line in lines {
            self.add(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000)
    }

    fn taken(lines: Vec<Line<&'static str, u32>>) -> Vec<(&'static str, u32, u64)> {
        lines.into_iter().map(|Line { key, last, times }| (key, last, times)).collect()
    }

    #[test]
    fn the_first_is_due_at_once_and_repeats_after_a_minute_with_their_count() {
        let repeats = Repeats::default();
        repeats.count("a", 1);
        assert_eq!(taken(repeats.due(at(0))), [("a", 1, 1)]);
        for n in 2..=9 {
            repeats.count("a", n);
            assert!(taken(repeats.due(at(59))).is_empty());
        }
        repeats.count("b", 7);
        assert_eq!(taken(repeats.due(at(59))), [("b", 7, 1)], "another kind does not wait");
        assert_eq!(taken(repeats.due(at(60))), [("a", 9, 8)]);
        assert!(repeats.any(at(60), |key| *key == "b") && !repeats.any(at(60), |key| *key == "c"));
        assert!(taken(repeats.due(at(120))).is_empty());
        assert!(repeats.all().is_empty(), "what did not happen again is forgotten");
    }

    #[test]
    fn what_could_not_be_written_is_counted_on() {
        let repeats = Repeats::default();
        repeats.count("a", 1);
        repeats.give_back(repeats.due(at(0)));
        repeats.count("a", 2);
        assert!(taken(repeats.due(at(30))).is_empty());
        assert_eq!(taken(repeats.rest(at(30))), [("a", 2, 2)]);
        assert!(taken(repeats.rest(at(30))).is_empty());
    }
}
