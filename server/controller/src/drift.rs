//! What is different in the cluster, since when, and by whom: as the API server has noted it.

use crate::object::FIELD_MANAGER;
use domain::{binding::Key, text::NamespaceName, time::Timestamp};
use k8s_openapi::{
    api::rbac::v1::RoleBinding,
    apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// One thing that was found other than we had left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    pub key: Key,
    pub what: Vec<Part>,
    /// Unknown where the API server keeps no note: of what was deleted or taken away.
    pub change: Option<Change>,
    pub repair: Repair,
}

/// The same of a namespace: a label that was put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamespaceDrift {
    pub namespace: NamespaceName,
    pub what: Vec<Part>,
    pub change: Option<Change>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All of it: somebody deleted the object.
    Object,
    /// The ClusterRole that it refers to.
    Role,
    Subjects,
    Label(String),
    Annotation(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object => f.write_str("deleted"),
            Self::Role => f.write_str("role"),
            Self::Subjects => f.write_str("subjects"),
            Self::Label(key) => write!(f, "label {key}"),
            Self::Annotation(key) => write!(f, "annotation {key}"),
        }
    }
}

/// Who changed it last, as they called themselves to the API server (`kubectl-edit`), and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub by: String,
    pub at: Option<Timestamp>,
}

/// What was done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repair {
    /// Written as it should be.
    Patched,
    /// Deleted and made anew: a binding's role can't be changed.
    Replaced,
    /// Made anew.
    Recreated,
}

impl Repair {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Patched => "patched",
            Self::Replaced => "replaced",
            Self::Recreated => "recreated",
        }
    }
}

/// What has to be written to make `found` what it should be. What others have added beside ours is theirs.
pub fn differences(found: &RoleBinding, wanted: &RoleBinding) -> Vec<Part> {
    let mut parts = Vec::new();
    if found.role_ref != wanted.role_ref {
        parts.push(Part::Role);
    }
    if found.subjects != wanted.subjects {
        parts.push(Part::Subjects);
    }
    let missing = |found: &Option<BTreeMap<_, _>>, wanted: &Option<BTreeMap<String, String>>| -> Vec<String> {
        let (none, has) = (BTreeMap::new(), found.clone().unwrap_or_default());
        let differing = wanted.as_ref().unwrap_or(&none).iter().filter(|(key, value)| has.get(*key) != Some(*value));
        differing.map(|(key, _)| key.clone()).collect()
    };
    parts.extend(missing(&found.metadata.labels, &wanted.metadata.labels).into_iter().map(Part::Label));
    parts.extend(missing(&found.metadata.annotations, &wanted.metadata.annotations).into_iter().map(Part::Annotation));
    parts
}

/// Of these differences, those that are not of our own writing: the rest is what we wrote before the wish changed.
pub fn made_by_others(found: &ObjectMeta, parts: Vec<Part>) -> Vec<Part> {
    let ours: Vec<_> = entries(found).iter().filter(|entry| manager(entry) == FIELD_MANAGER).collect();
    parts.into_iter().filter(|part| !ours.iter().any(|entry| holds(entry, part))).collect()
}

/// The latest change of any of these parts by somebody else.
pub fn last_change(found: &ObjectMeta, parts: &[Part]) -> Option<Change> {
    let others = entries(found).iter().filter(|entry| manager(entry) != FIELD_MANAGER);
    let changes = others.filter(|entry| parts.iter().any(|part| holds(entry, part)));
    changes.map(|entry| Change { by: manager(entry).to_owned(), at: time(entry) }).max_by_key(|change| change.at)
}

fn entries(metadata: &ObjectMeta) -> &[ManagedFieldsEntry] {
    metadata.managed_fields.as_deref().unwrap_or_default()
}

fn manager(entry: &ManagedFieldsEntry) -> &str {
    entry.manager.as_deref().unwrap_or_default()
}

fn time(entry: &ManagedFieldsEntry) -> Option<Timestamp> {
    entry.time.as_ref().map(|time| Timestamp::from_micros(time.0.as_microsecond()))
}

/// Whether the entry owns that part, or something in it.
fn holds(entry: &ManagedFieldsEntry, part: &Part) -> bool {
    let Some(fields) = &entry.fields_v1 else { return false };
    let of_map = |map: &str, key: &str| {
        let fields = fields.0.get("f:metadata").and_then(|it| it.get(map));
        fields.and_then(|it| it.get(format!("f:{key}"))).is_some()
    };
    match part {
        Part::Object => true,
        Part::Role => fields.0.get("f:roleRef").is_some(),
        Part::Subjects => fields.0.get("f:subjects").is_some(),
        Part::Label(key) => of_map("f:labels", key),
        Part::Annotation(key) => of_map("f:annotations", key),
    }
}
