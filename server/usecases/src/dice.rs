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

/// The same one by one, fetched some at a time: for whoever takes as many as chance will have it.
pub(crate) fn bytes() -> impl FnMut() -> u8 {
    let mut some = Vec::new();
    move || match some.pop() {
        Some(byte) => byte,
        None => {
            let [first, rest @ ..] = random::<64>();
            some.extend(rest);
            first
        }
    }
}
