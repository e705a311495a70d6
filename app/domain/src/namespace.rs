//! Namespaces of an organization.

use crate::{refusal::Refusal, text::NamespaceName};

/// How many namespaces an organization may have unless the operator raises it (product contract, section 6).
pub const LIMIT: u32 = 10;

/// Where the controller itself runs, with the credential that binds roles.
pub const CONTROLLERS_OWN: &str = "bailiwick";

/// # Errors
/// [`Refusal::NamespaceLimit`] when `present` namespaces already fill the organization's `limit`.
pub fn may_add_one(present: u32, limit: u32) -> Result<(), Refusal> {
    if present >= limit { Err(Refusal::NamespaceLimit { most: limit }) } else { Ok(()) }
}

/// Whether an organization may be given this namespace, which somebody else made in the cluster. Whoever may read the secrets
/// of those that run the cluster runs the cluster.
///
/// # Errors
/// [`Refusal::NamespaceTaken`] for Kubernetes' own (`kube-…`) and the controller's.
pub fn may_be_adopted(name: &NamespaceName) -> Result<(), Refusal> {
    let own = name.as_str().starts_with("kube-") || name.as_str() == CONTROLLERS_OWN;
    if own { Err(Refusal::NamespaceTaken { name: name.to_string() }) } else { Ok(()) }
}
