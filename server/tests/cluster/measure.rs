//! How long something takes.

use std::time::Duration;
use tokio::time::Instant;

/// Section 6 of the contract promises it of withdrawing.
pub(crate) const SOON: Duration = Duration::from_secs(2);
/// The first of all waits for the controller to begin.
pub(crate) const AT_FIRST: Duration = Duration::from_secs(30);

/// Waits until something is so, and no longer than it may take. Answers how long it took.
pub(crate) async fn within<F: AsyncFnMut() -> bool>(most: Duration, what: &str, mut is_so: F) -> Duration {
    let began = Instant::now();
    loop {
        let so = is_so().await;
        let took = began.elapsed();
        assert!(took < most, "not within {most:?}: {what}");
        if so {
            return took;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Prints what was measured; answers what 99 in a hundred took at most.
pub(crate) fn told(what: &str, mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let count = times.len();
    let (median, p99, slowest) = (times[count / 2], times[(count * 99).div_ceil(100) - 1], times[count - 1]);
    println!("{what}, {count} times: median {median:.1?}, p99 {p99:.1?}, slowest {slowest:.1?}");
    p99
}
