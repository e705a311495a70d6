//! The one place that asks for randomness.

/// Bytes from the operating system's generator.
///
/// # Panics
/// When the operating system has no randomness to give: nothing secret could be made, so nothing may go on.
#[expect(clippy::disallowed_methods, reason = "these are the dice")]
#[expect(clippy::expect_used, reason = "see Panics")]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives no randomness");
    bytes
}
