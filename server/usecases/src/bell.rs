//! Tells controllers which organizations changed in this very process, so that the cluster follows within milliseconds.
//! Changes that other replicas make are found by asking the database.

use domain::id::OrganizationId;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    str::FromStr,
    sync::{Mutex, PoisonError},
};
use tokio::sync::watch;

/// Rung with every commit. Anybody may listen, and whoever says where they stopped hears all that was rung since.
#[derive(Debug)]
pub struct Bell {
    /// Another in each process: what was rung in one is nothing to another.
    name: u64,
    rings: Mutex<Rings>,
    rung: watch::Sender<Rung>,
}

/// The last ring of each organization, and so no more than there are organizations.
#[derive(Debug, Default)]
struct Rings {
    by_number: BTreeMap<u64, OrganizationId>,
    last: HashMap<OrganizationId, u64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Rung {
    number: u64,
    /// Nobody has to listen any longer.
    over: bool,
}

/// How far somebody has listened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    bell: u64,
    number: u64,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{}", self.bell, self.number)
    }
}

/// The text is not a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAMark;

impl FromStr for Mark {
    type Err = NotAMark;
    fn from_str(text: &str) -> Result<Self, NotAMark> {
        let (bell, number) = text.split_once('-').ok_or(NotAMark)?;
        let bell = u64::from_str_radix(bell, 16).map_err(|_| NotAMark)?;
        Ok(Self { bell, number: number.parse().map_err(|_| NotAMark)? })
    }
}

impl Default for Bell {
    fn default() -> Self {
        let name = u64::from_be_bytes(crate::dice::random());
        Self { name, rings: Mutex::default(), rung: watch::Sender::default() }
    }
}

impl Bell {
    pub(crate) fn ring(&self, organization: OrganizationId) {
        self.rung.send_modify(|rung| {
            rung.number += 1;
            let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(before) = rings.last.insert(organization, rung.number) {
                rings.by_number.remove(&before);
            }
            rings.by_number.insert(rung.number, organization);
        });
    }

    /// For whoever listens from now on.
    pub fn mark(&self) -> Mark {
        Mark { bell: self.name, number: self.rung.borrow().number }
    }

    /// The same place, if it is this bell's. A mark of another process says nothing here: from now on, then.
    pub fn mark_at(&self, mark: Option<Mark>) -> Mark {
        mark.filter(|mark| mark.bell == self.name).unwrap_or_else(|| self.mark())
    }

    /// Waits for a ring since then; answers every organization that changed, and how far that is. `None` when this bell is
    /// silenced.
    pub async fn listen(&self, since: Mark) -> Option<(BTreeSet<OrganizationId>, Mark)> {
        let mut rung = self.rung.subscribe();
        let heard = rung.wait_for(|rung| rung.over || rung.number > since.number).await.ok().map(|rung| *rung)?;
        if heard.over {
            return None;
        }
        let rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = rings.by_number.range(since.number.saturating_add(1)..).map(|(_, organization)| *organization);
        Some((changed.collect(), Mark { bell: self.name, number: heard.number }))
    }

    /// Sends everybody home who listens, now and later: the process ends.
    pub fn silence(&self) {
        self.rung.send_modify(|rung| rung.over = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    fn organization(number: u8) -> OrganizationId {
        OrganizationId::from_random([number; 16])
    }

    async fn heard(bell: &Bell, since: Mark) -> (BTreeSet<OrganizationId>, Mark) {
        timeout(Duration::from_secs(5), bell.listen(since))
            .await
            .expect("something was rung")
            .expect("it is not silenced")
    }

    #[tokio::test]
    async fn each_of_several_listeners_hears_everything() {
        let bell = Bell::default();
        let (one, two) = (bell.mark(), bell.mark());
        bell.ring(organization(1));
        let (changed, one) = heard(&bell, one).await;
        assert_eq!(changed, [organization(1)].into());
        bell.ring(organization(2));
        bell.ring(organization(1));
        assert_eq!(heard(&bell, one).await.0, [organization(1), organization(2)].into());
        let (changed, two) = heard(&bell, two).await;
        assert_eq!(changed, [organization(1), organization(2)].into());
        assert_eq!(two, bell.mark());
        let (waiting, ()) = tokio::join!(heard(&bell, two), async { bell.ring(organization(3)) });
        assert_eq!(waiting.0, [organization(3)].into());
    }

    #[tokio::test]
    async fn what_is_rung_again_and_again_is_kept_once() {
        let bell = Bell::default();
        let since = bell.mark();
        (0..100).for_each(|number| bell.ring(organization(number % 3)));
        assert_eq!(heard(&bell, since).await.0.len(), 3);
        assert_eq!(bell.rings.lock().unwrap().by_number.len(), 3);
    }

    #[tokio::test]
    async fn a_mark_of_another_process_means_from_now_on() {
        let (bell, other) = (Bell::default(), Bell::default());
        other.ring(organization(1));
        let foreign = other.mark();
        assert_eq!(foreign.to_string().parse(), Ok(foreign));
        bell.ring(organization(2));
        assert_eq!(bell.mark_at(Some(foreign)), bell.mark());
        let own = bell.mark();
        bell.ring(organization(3));
        assert_eq!(heard(&bell, bell.mark_at(Some(own))).await.0, [organization(3)].into());
        for text in ["", "-", "1", "1-", "x-1", "1--1", "1-99999999999999999999", "é-1"] {
            assert_eq!(text.parse::<Mark>(), Err(NotAMark), "{text}");
        }
    }

    #[tokio::test]
    async fn whoever_listens_is_sent_home_when_it_is_over() {
        let bell = Bell::default();
        let (waiting, ()) = tokio::join!(bell.listen(bell.mark()), async { bell.silence() });
        assert_eq!((waiting, bell.listen(bell.mark()).await), (None, None));
    }
}
