//! How long to wait before another try.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

const SHORTEST: Duration = Duration::from_millis(200);
/// Low, because the cluster has to agree within 10 s of the API server's return.
const LONGEST: Duration = Duration::from_secs(3);

/// Twice as long with every try, up to three seconds, and spread so that many who wait for the same thing do not come
/// back together. The spread follows from `who` and the number of the try: no dice.
pub(crate) fn after(tries: u32, who: &impl Hash) -> Duration {
    let full =
        SHORTEST.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1).min(16)).unwrap_or(u32::MAX)).min(LONGEST);
    full.mul_f64(spread(&(tries, Fingerprint::of(who)), 0.5, 1.0))
}

/// About this long.
pub(crate) fn about(duration: Duration, who: &impl Hash) -> Duration {
    duration.mul_f64(spread(who, 0.9, 1.1))
}

fn spread(of: &impl Hash, least: f64, most: f64) -> f64 {
    let Fingerprint(print) = Fingerprint::of(of);
    least + (most - least) * (print % 1024) as f64 / 1024.0
}

#[derive(Hash)]
struct Fingerprint(u64);

impl Fingerprint {
    fn of(of: &impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        of.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The same for a watch that broke.
#[derive(Debug, Clone)]
pub(crate) struct OfWatch {
    kind: &'static str,
    tries: u32,
}

impl OfWatch {
    pub(crate) fn new(kind: &'static str) -> Self {
        Self { kind, tries: 0 }
    }
}

impl Iterator for OfWatch {
    type Item = Duration;
    fn next(&mut self) -> Option<Duration> {
        self.tries = self.tries.saturating_add(1);
        Some(after(self.tries, &self.kind))
    }
}

impl kube::runtime::utils::Backoff for OfWatch {
    fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end_at_three_seconds() {
        for tries in 1..40 {
            let full = SHORTEST.mul_f64(2_f64.powi(i32::try_from(tries).unwrap_or(40) - 1)).min(LONGEST);
            let wait = after(tries, &"somebody");
            assert!(wait <= full && wait >= full / 2, "{tries}: {wait:?}");
        }
        assert!(after(u32::MAX, &"somebody") <= LONGEST);
    }

    #[test]
    fn those_who_wait_together_do_not_come_back_together() {
        let waits: std::collections::BTreeSet<_> = (0..100).map(|who| after(9, &who)).collect();
        assert!(waits.len() > 50);
        let rounds: std::collections::BTreeSet<_> = (0..100).map(|who| about(Duration::from_secs(60), &who)).collect();
        assert!(rounds.len() > 50);
        assert!(rounds.iter().all(|it| (54..67).contains(&it.as_secs())));
    }
}
