//! Namespaces of an organization.

use crate::refusal::Refusal;

/// How many namespaces an organization may have unless the operator raises it (product contract, section 6).
pub const LIMIT: u32 = 10;

/// # Errors
/// [`Refusal::NamespaceLimit`] when `present` namespaces already fill the organization's `limit`.
pub fn may_add_one(present: u32, limit: u32) -> Result<(), Refusal> {
    if present >= limit { Err(Refusal::NamespaceLimit { most: limit }) } else { Ok(()) }
}
