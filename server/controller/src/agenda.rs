//! Which organization is looked at next. One organization is never looked at twice at once, and nothing that happens while
//! it is looked at is forgotten. Pure: the time is an argument.

use crate::backoff;
use domain::id::OrganizationId;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::Instant;

#[derive(Debug, Default)]
pub(crate) struct Agenda {
    desks: BTreeMap<OrganizationId, Desk>,
    /// The same, by when they are due; without those at work.
    due: BTreeSet<(Instant, OrganizationId)>,
}

#[derive(Debug)]
struct Desk {
    due: Instant,
    at_work: bool,
    /// Something happened meanwhile.
    again: bool,
    /// How often in a row it ended in trouble.
    troubles: u32,
    looks: u64,
}

/// How a look ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Look again by the next round, or earlier where the wish ends earlier.
    Well {
        within: Option<Duration>,
    },
    InTrouble,
}

impl Agenda {
    /// Looks at it as soon as possible.
    pub(crate) fn touch(&mut self, organization: OrganizationId, now: Instant) {
        match self.desks.get_mut(&organization) {
            Some(desk) if desk.at_work => desk.again = true,
            Some(desk) if desk.due <= now => {}
            _ => self.put(organization, now),
        }
    }

    /// The same for one that something in the cluster names: it may be another installation's.
    pub(crate) fn touch_known(&mut self, organization: OrganizationId, now: Instant) {
        if self.desks.contains_key(&organization) {
            self.touch(organization, now);
        }
    }

    pub(crate) fn touch_everybody(&mut self, now: Instant) {
        for organization in self.desks.keys().copied().collect::<Vec<_>>() {
            self.touch(organization, now);
        }
    }

    /// Learns who there is: new ones are looked at, those that are gone no longer.
    pub(crate) fn know(&mut self, organizations: BTreeSet<OrganizationId>, now: Instant) {
        self.due.retain(|(_, organization)| organizations.contains(organization));
        self.desks.retain(|organization, _| organizations.contains(organization));
        for organization in organizations {
            if !self.desks.contains_key(&organization) {
                self.put(organization, now);
            }
        }
    }

    /// The one that has waited longest, and from now on is at work.
    pub(crate) fn next(&mut self, now: Instant) -> Option<OrganizationId> {
        let (due, organization) = *self.due.first()?;
        if due > now {
            return None;
        }
        self.due.pop_first();
        if let Some(desk) = self.desks.get_mut(&organization) {
            desk.at_work = true;
            desk.again = false;
            desk.looks += 1;
        }
        Some(organization)
    }

    pub(crate) fn finish(&mut self, organization: OrganizationId, ended: Ended, round: Duration, now: Instant) {
        let Some(desk) = self.desks.get_mut(&organization) else { return };
        desk.at_work = false;
        desk.troubles = if ended == Ended::InTrouble { desk.troubles.saturating_add(1) } else { 0 };
        let wait = match ended {
            _ if desk.again => Duration::ZERO,
            Ended::InTrouble => backoff::after(desk.troubles, &organization),
            Ended::Well { within } => {
                let round = backoff::about(round, &(organization, desk.looks));
                within.map_or(round, |within| within.min(round))
            }
        };
        self.put(organization, now + wait);
    }

    /// When somebody is due next.
    pub(crate) fn wakes_at(&self) -> Option<Instant> {
        self.due.first().map(|(due, _)| *due)
    }

    fn put(&mut self, organization: OrganizationId, due: Instant) {
        let fresh = || Desk { due, at_work: false, again: false, troubles: 0, looks: 0 };
        let desk = self.desks.entry(organization).or_insert_with(fresh);
        self.due.remove(&(desk.due, organization));
        desk.due = due;
        self.due.insert((due, organization));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    const ROUND: Duration = Duration::from_secs(60);

    fn organization(number: u8) -> OrganizationId {
        OrganizationId::from_random([number; 16])
    }

    fn well() -> Ended {
        Ended::Well { within: None }
    }

    #[test]
    fn what_happens_during_a_look_leads_to_another() {
        let (mut agenda, now) = (Agenda::default(), Instant::now());
        agenda.touch(organization(1), now);
        assert_eq!(agenda.next(now), Some(organization(1)));
        agenda.touch(organization(1), now);
        assert_eq!(agenda.next(now), None, "one look at a time");
        agenda.finish(organization(1), well(), ROUND, now);
        assert_eq!(agenda.next(now), Some(organization(1)));
        agenda.finish(organization(1), well(), ROUND, now);
        assert_eq!(agenda.next(now), None);
        assert_eq!(agenda.next(now + ROUND * 2), Some(organization(1)), "the round comes");
    }

    #[test]
    fn trouble_comes_back_soon_and_a_push_does_not_wait_for_it() {
        let (mut agenda, now) = (Agenda::default(), Instant::now());
        agenda.touch(organization(1), now);
        for _ in 0..20 {
            let at = agenda.wakes_at().unwrap();
            assert_eq!(agenda.next(at), Some(organization(1)));
            agenda.finish(organization(1), Ended::InTrouble, ROUND, at);
            assert!(agenda.wakes_at().unwrap() <= at + Duration::from_secs(3));
        }
        agenda.touch(organization(1), now);
        assert_eq!(agenda.next(now), Some(organization(1)));
    }

    #[test]
    fn a_wish_that_ends_is_looked_at_when_it_ends() {
        let (mut agenda, now) = (Agenda::default(), Instant::now());
        agenda.touch(organization(1), now);
        agenda.next(now);
        let within = Some(Duration::from_secs(5));
        agenda.finish(organization(1), Ended::Well { within }, ROUND, now);
        assert_eq!(agenda.wakes_at(), Some(now + Duration::from_secs(5)));
    }

    #[test]
    fn who_is_gone_is_not_looked_at_again() {
        let (mut agenda, now) = (Agenda::default(), Instant::now());
        agenda.know([organization(1), organization(2)].into(), now);
        assert_eq!(agenda.next(now), Some(organization(1)));
        agenda.know([organization(2), organization(3)].into(), now);
        agenda.finish(organization(1), well(), ROUND, now);
        assert_eq!((agenda.next(now), agenda.next(now)), (Some(organization(2)), Some(organization(3))));
        assert_eq!((agenda.next(now), agenda.wakes_at()), (None, None));
    }

    proptest! {
        #[test]
        fn nobody_is_at_work_twice_and_nobody_is_forgotten(steps in vec((0_u8..4, 0_u8..3), 0..60)) {
            let (mut agenda, now) = (Agenda::default(), Instant::now());
            let (mut at_work, mut owed) = (BTreeSet::new(), BTreeSet::new());
            for (number, what) in steps {
                let it = organization(number);
                match what {
                    0 => {
                        agenda.touch(it, now);
                        owed.insert(it);
                    }
                    1 => if let Some(next) = agenda.next(now) {
                        prop_assert!(at_work.insert(next));
                        owed.remove(&next);
                    },
                    _ => if at_work.remove(&it) {
                        agenda.finish(it, well(), ROUND, now);
                    },
                }
            }
            for it in std::mem::take(&mut at_work) {
                agenda.finish(it, well(), ROUND, now);
            }
            while let Some(next) = agenda.next(now) {
                owed.remove(&next);
            }
            prop_assert!(owed.is_empty());
        }
    }
}
