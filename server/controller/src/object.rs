//! A binding as the cluster keeps it, and whose an object in the cluster is.
//!
//! Labels alone prove nothing: anybody may copy or type them. Three things together make a role binding ours to change:
//! our label and the organization's id, a name that only a [`BindingName`] has, and an entry of our field manager in
//! `metadata.managedFields`, which the API server writes itself. The entry survives an edit of labels, subjects or
//! annotations, so that none of these lets a binding slip away from us; a copy under a name of its own is not ours.

use domain::{
    binding::{Binding, BindingName},
    id::OrganizationId,
    namespace::PodSecurity,
};
use k8s_openapi::{
    api::{
        core::v1::Namespace,
        rbac::v1::{RoleBinding, RoleRef, Subject},
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Under which name the API server notes what we wrote.
pub const FIELD_MANAGER: &str = "bailiwick";

pub mod label {
    pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
    /// The value of [`MANAGED_BY`] on whatever we make.
    pub const BAILIWICK: &str = "bailiwick";
    pub const ORGANIZATION: &str = "bailiwick/organization";
    pub const SUBJECT: &str = "bailiwick/subject";
    /// Kubernetes' own, from 1.23 on; an older API server takes it and does nothing.
    pub const POD_SECURITY: &str = "pod-security.kubernetes.io/enforce";
}

pub mod annotation {
    pub const SUBJECT_NAME: &str = "bailiwick/subject-name";
    pub const GRANTED_BY: &str = "bailiwick/granted-by";
    pub const GRANTED_AT: &str = "bailiwick/granted-at";
    /// On the Lease: what the cluster remembers of what it was told.
    pub const TOLD: &str = "bailiwick/told";
}

const RBAC: &str = "rbac.authorization.k8s.io";

/// The object that this binding should be.
pub fn role_binding(binding: &Binding) -> RoleBinding {
    let labels = [
        (label::MANAGED_BY, label::BAILIWICK.to_owned()),
        (label::ORGANIZATION, binding.organization.to_string()),
        (label::SUBJECT, binding.subject.label()),
    ];
    let annotations = [
        (annotation::SUBJECT_NAME, binding.note.subject.clone()),
        (annotation::GRANTED_BY, binding.note.granted_by.clone()),
        (annotation::GRANTED_AT, binding.note.granted_at.to_rfc3339()),
    ];
    RoleBinding {
        metadata: ObjectMeta {
            name: Some(binding.name().to_string()),
            namespace: Some(binding.namespace.to_string()),
            labels: Some(owned(labels)),
            annotations: Some(owned(annotations)),
            ..ObjectMeta::default()
        },
        role_ref: RoleRef { api_group: RBAC.to_owned(), kind: "ClusterRole".to_owned(), name: binding.role.name() },
        subjects: Some(vec![Subject {
            api_group: Some(RBAC.to_owned()),
            kind: "User".to_owned(),
            name: binding.subject.username(),
            namespace: None,
        }]),
    }
}

/// A namespace of the organization's; its pods are held to this level.
pub fn namespace(name: &str, organization: OrganizationId, level: Option<PodSecurity>) -> Namespace {
    let labels = [(label::MANAGED_BY, label::BAILIWICK.to_owned()), (label::ORGANIZATION, organization.to_string())];
    let mut labels = owned(labels);
    labels.extend(level.map(|level| (label::POD_SECURITY.to_owned(), level.as_str().to_owned())));
    Namespace {
        metadata: ObjectMeta { name: Some(name.to_owned()), labels: Some(labels), ..ObjectMeta::default() },
        ..Namespace::default()
    }
}

fn owned<const N: usize>(pairs: [(&str, String); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Whose an object in the cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Ours(OrganizationId),
    /// It carries our label, and yet we did not make it. Left alone and reported.
    Claimed(Claim),
    Foreign,
}

/// Why an object with our label is not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// It names no organization.
    NoOrganization,
    /// It names one organization and lies in a namespace of another.
    OtherOrganization,
    /// Its name is not one that we give.
    OtherName,
    /// Our field manager never wrote it.
    OtherWriter,
}

/// Whose this role binding is. `owner` is the organization that its namespace is labelled with.
pub fn whose(object: &RoleBinding, owner: Option<OrganizationId>) -> Whose {
    if labelled(&object.metadata, label::MANAGED_BY) != Some(label::BAILIWICK) {
        return Whose::Foreign;
    }
    let Some(organization) = organization(&object.metadata) else { return Whose::Claimed(Claim::NoOrganization) };
    if owner.is_some_and(|owner| owner != organization) {
        // Else whoever may write role bindings in one organization's namespace could have another's books disturbed.
        return Whose::Claimed(Claim::OtherOrganization);
    }
    if name(object).is_none() {
        return Whose::Claimed(Claim::OtherName);
    }
    if !is_written_by_us(&object.metadata) {
        return Whose::Claimed(Claim::OtherWriter);
    }
    Whose::Ours(organization)
}

/// Whether our field manager still holds anything in it.
pub fn is_written_by_us(metadata: &ObjectMeta) -> bool {
    let entries = metadata.managed_fields.as_deref().unwrap_or_default();
    entries.iter().any(|entry| entry.manager.as_deref() == Some(FIELD_MANAGER))
}

/// The organization that an object is labelled with.
pub fn organization(metadata: &ObjectMeta) -> Option<OrganizationId> {
    labelled(metadata, label::ORGANIZATION)?.parse().ok()
}

/// To which level a namespace holds its pods. One that Kubernetes does not know is none.
pub(crate) fn pod_security(metadata: &ObjectMeta) -> Option<PodSecurity> {
    PodSecurity::parse(labelled(metadata, label::POD_SECURITY)?)
}

/// Resource versions are numbers that grow, in every version of Kubernetes there is.
pub(crate) fn version(object: &RoleBinding) -> Option<u64> {
    object.metadata.resource_version.as_deref()?.parse().ok()
}

pub(crate) fn name(object: &RoleBinding) -> Option<BindingName> {
    object.metadata.name.as_deref()?.parse().ok()
}

pub(crate) fn labelled<'a>(metadata: &'a ObjectMeta, key: &str) -> Option<&'a str> {
    metadata.labels.as_ref()?.get(key).map(String::as_str)
}
