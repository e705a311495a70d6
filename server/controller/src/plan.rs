//! What has to be done so that the cluster holds what it should. Pure: nothing here asks the cluster or the clock.

use crate::{
    drift::{Drift, Part, Repair, differences, last_change, made_by_others},
    failure::Failure,
    object::{Claim, Whose, is_written_by_us, name, role_binding, whose},
};
use domain::{
    binding::{Binding, ClusterRole, Key, Subject},
    id::OrganizationId,
    text::NamespaceName,
};
use k8s_openapi::api::rbac::v1::RoleBinding;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// So many people and tokens may lose bindings at once without anybody being asked: deactivating one person, or a
/// handful, must never wait, however much of the whole they had.
pub const FEW_SUBJECTS: usize = 5;
/// For more than that: when more than this share of what is there would go, in percent, it is taken for a mistake until
/// somebody confirms it.
pub const MOST_PERCENT: usize = 50;

/// What is compared.
#[derive(Debug, Clone)]
pub struct Sight<'a> {
    pub organization: OrganizationId,
    pub wanted: &'a [Binding],
    /// Every role binding with our label that names the organization or lies in a namespace of it.
    pub found: &'a [Arc<RoleBinding>],
    /// The organization's namespaces, and what keeps one from being used.
    pub namespaces: &'a BTreeMap<NamespaceName, Result<(), Failure>>,
    /// The organization that each labelled namespace belongs to.
    pub owners: &'a BTreeMap<String, OrganizationId>,
    /// What the last look found as it should be. What is missing of it was deleted by somebody else.
    pub settled: &'a BTreeSet<Key>,
    /// The roles that give nothing or too little, and what is to be said of a binding to one.
    pub broken: &'a BTreeMap<ClusterRole, Failure>,
    pub deletions: Deletions,
}

/// Whether many deletions at once are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deletions {
    #[default]
    WithinReason,
    /// The operator has confirmed them.
    Confirmed,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Create(Binding),
    Patch {
        binding: Binding,
        uid: String,
    },
    /// Its role is another, and a role can't be changed: deleted and made anew.
    Replace {
        binding: Binding,
        uid: String,
    },
    Delete {
        key: Key,
        uid: String,
    },
}

impl Step {
    pub fn key(&self) -> Key {
        match self {
            Self::Create(binding) | Self::Patch { binding, .. } | Self::Replace { binding, .. } => binding.key(),
            Self::Delete { key, .. } => key.clone(),
        }
    }
}

/// An object with our label that is not ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claimed {
    pub namespace: String,
    pub name: String,
    pub why: Claim,
}

/// Deletions that wait until somebody says that they are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub deletions: usize,
    /// Of so many bindings that the organization has in the cluster.
    pub of: usize,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Deletions first: what somebody lost counts more than what somebody gets.
    pub steps: Vec<Step>,
    pub in_sync: BTreeSet<Key>,
    /// What is wanted and can't be.
    pub blocked: BTreeMap<Key, Failure>,
    /// What is in the cluster, or will be with the steps, and yet does not give what it says. It is written all the same, to give
    /// it as soon as its role does.
    pub powerless: BTreeMap<Key, Failure>,
    /// Becomes true with the steps of the same key.
    pub drift: Vec<Drift>,
    pub claimed: Vec<Claimed>,
    pub held: Option<Held>,
}

/// Compares what is wanted with what is there.
pub fn plan(sight: &Sight<'_>) -> Plan {
    let mut plan = Plan::default();
    let mut wanted: BTreeMap<(String, String), &Binding> = BTreeMap::new();
    for binding in sight.wanted {
        match usable(sight, binding) {
            Ok(()) => {
                wanted.insert((binding.namespace.to_string(), binding.name().to_string()), binding);
            }
            Err(failure) => {
                plan.blocked.insert(binding.key(), failure);
            }
        }
    }
    let mut deletions = Vec::new();
    let mut ours = 0;
    let powerless = |binding: &&Binding| Some((binding.key(), sight.broken.get(&binding.role)?.clone()));
    plan.powerless = wanted.values().filter_map(powerless).collect();
    for object in sight.found {
        let place = place(object);
        let owner = sight.owners.get(&place.0).copied();
        let verdict = whose(object, owner);
        if verdict == Whose::Ours(sight.organization) {
            ours += 1;
        }
        match (wanted.remove(&place), verdict) {
            // Whatever its labels say now: we wrote it, and here is where it belongs.
            (Some(binding), _) if is_written_by_us(&object.metadata) => plan.keep(binding, object),
            (Some(binding), verdict) => {
                plan.powerless.remove(&binding.key());
                plan.blocked.insert(binding.key(), Failure::Foreign);
                plan.report(place, verdict);
            }
            (None, Whose::Ours(organization)) if organization == sight.organization => {
                // Wanted, but where it can't be written just now: kept as it is.
                deletions.extend(deletion(object).filter(|(key, _)| !plan.blocked.contains_key(key)));
            }
            (None, verdict) => plan.report(place, verdict),
        }
    }
    plan.steps.extend(wanted.into_values().map(|binding| Step::Create(binding.clone())));
    let vanished = plan.steps.iter().filter_map(|step| match step {
        Step::Create(binding) if sight.settled.contains(&binding.key()) => Some(binding.key()),
        _ => None,
    });
    let recreated = |key| Drift { key, what: vec![Part::Object], change: None, repair: Repair::Recreated };
    let vanished: Vec<_> = vanished.map(recreated).collect();
    plan.drift.extend(vanished);
    plan.claimed.sort();
    plan.delete(sight.deletions, deletions, ours);
    plan
}

/// Whether a binding may be written where it wants to be: never beyond the organization's own namespaces, whoever asks.
fn usable(sight: &Sight<'_>, binding: &Binding) -> Result<(), Failure> {
    if binding.organization != sight.organization {
        return Err(Failure::Foreign);
    }
    sight.namespaces.get(&binding.namespace).cloned().unwrap_or(Err(Failure::Foreign))
}

fn place(object: &RoleBinding) -> (String, String) {
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    (text(&object.metadata.namespace), text(&object.metadata.name))
}

fn deletion(object: &RoleBinding) -> Option<(Key, String)> {
    let namespace = NamespaceName::parse(object.metadata.namespace.as_deref()?).ok()?;
    Some((Key { namespace, name: name(object)? }, object.metadata.uid.clone()?))
}

impl Plan {
    /// Leaves it as it is, or makes it so.
    fn keep(&mut self, binding: &Binding, object: &RoleBinding) {
        let parts = differences(object, &role_binding(binding));
        if parts.is_empty() {
            self.in_sync.insert(binding.key());
            return;
        }
        let Some(uid) = object.metadata.uid.clone() else { return };
        let (step, repair) = if parts.contains(&Part::Role) {
            (Step::Replace { binding: binding.clone(), uid }, Repair::Replaced)
        } else {
            (Step::Patch { binding: binding.clone(), uid }, Repair::Patched)
        };
        self.steps.push(step);
        let what = made_by_others(&object.metadata, parts);
        if !what.is_empty() {
            let change = last_change(&object.metadata, &what);
            self.drift.push(Drift { key: binding.key(), what, change, repair });
        }
    }

    fn report(&mut self, (namespace, name): (String, String), verdict: Whose) {
        if let Whose::Claimed(why) = verdict {
            self.claimed.push(Claimed { namespace, name, why });
        }
    }

    fn delete(&mut self, meant: Deletions, deletions: Vec<(Key, String)>, ours: usize) {
        let subjects: BTreeSet<Subject> = deletions.iter().map(|(key, _)| key.name.subject).collect();
        let many = subjects.len() > FEW_SUBJECTS && deletions.len() * 100 > ours * MOST_PERCENT;
        if many && meant == Deletions::WithinReason {
            self.held = Some(Held { deletions: deletions.len(), of: ours });
            return;
        }
        let deletions = deletions.into_iter().map(|(key, uid)| Step::Delete { key, uid });
        self.steps.splice(0..0, deletions);
    }
}
