//! How many browsers may listen for changes at once (server-sent events), in total and of one account. Each holds a connection
//! for as long as its window is open, so whoever finds no place asks from time to time instead.

use domain::id::UserId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Windows that one person has open, in all browsers.
const OF_ONE_ACCOUNT: usize = 20;
const IN_TOTAL: usize = 1000;

#[derive(Debug, Clone)]
pub struct Listeners {
    total: usize,
    open: Arc<Mutex<HashMap<UserId, usize>>>,
}

impl Default for Listeners {
    fn default() -> Self {
        Self::up_to(IN_TOTAL)
    }
}

impl Listeners {
    /// With so many at most, where the server has fewer connections than usual.
    pub fn up_to(total: usize) -> Self {
        Self { total: total.min(IN_TOTAL), open: Arc::default() }
    }

    /// `None`: there are enough.
    pub(super) fn join(&self, user: UserId) -> Option<Listening> {
        let mut open = lock(&self.open);
        let (all, own) = (open.values().sum::<usize>(), open.get(&user).copied().unwrap_or_default());
        if all >= self.total || own >= OF_ONE_ACCOUNT {
            return None;
        }
        open.insert(user, own + 1);
        Some(Listening { open: self.open.clone(), user })
    }
}

fn lock(open: &Mutex<HashMap<UserId, usize>>) -> MutexGuard<'_, HashMap<UserId, usize>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Held while somebody listens.
pub(super) struct Listening {
    open: Arc<Mutex<HashMap<UserId, usize>>>,
    user: UserId,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        let left = open.remove(&self.user).unwrap_or_default().saturating_sub(1);
        if left > 0 {
            open.insert(self.user, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: u8) -> UserId {
        UserId::from_random([number; 16])
    }

    #[test]
    fn an_account_has_so_many_places_and_gets_one_back_when_a_window_is_closed() {
        let listeners = Listeners::default();
        let mut own: Vec<_> = (0..OF_ONE_ACCOUNT).map(|_| listeners.join(user(1)).unwrap()).collect();
        assert!(listeners.join(user(1)).is_none());
        assert!(listeners.join(user(2)).is_some(), "others are not held up");
        own.pop();
        assert!(listeners.join(user(1)).is_some());
        own.clear();
        assert!(lock(&listeners.open).is_empty(), "nothing is kept of who left");
    }

    #[test]
    fn all_accounts_together_have_so_many_places() {
        let listeners = Listeners::up_to(3);
        let open: Vec<_> = (0..3).map(|number| listeners.join(user(number)).unwrap()).collect();
        assert!(listeners.join(user(9)).is_none());
        drop(open);
        assert!(listeners.join(user(9)).is_some());
        assert_eq!(Listeners::up_to(usize::MAX).total, IN_TOTAL);
    }
}
