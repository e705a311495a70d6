//! A cluster on paper: what its objects become when a plan is carried out, and when others meddle with them.

use controller::{
    object::{FIELD_MANAGER, label, role_binding},
    plan::Step,
};
use domain::binding::Binding;
use k8s_openapi::{
    api::rbac::v1::{RoleBinding, Subject},
    apimachinery::pkg::apis::meta::v1::{FieldsV1, ManagedFieldsEntry, Time},
    jiff::Timestamp,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug, Clone, Default)]
pub(crate) struct Paper {
    objects: BTreeMap<(String, String), RoleBinding>,
    made: u32,
}

/// What somebody does to an object of ours, without Bailiwick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meddling {
    Delete,
    EditSubjects,
    Relabel,
    Unlabel,
    Annotate,
    /// Deleted, and made anew with another role by another hand.
    ReplaceByHand,
    /// Copied under another name, with everything in it.
    Copy,
    /// A label of somebody's own, beside ours.
    AddLabel,
}

pub(crate) const MEDDLINGS: [Meddling; 8] = [
    Meddling::Delete,
    Meddling::EditSubjects,
    Meddling::Relabel,
    Meddling::Unlabel,
    Meddling::Annotate,
    Meddling::ReplaceByHand,
    Meddling::Copy,
    Meddling::AddLabel,
];

impl Paper {
    pub(crate) fn objects(&self) -> Vec<Arc<RoleBinding>> {
        self.objects.values().cloned().map(Arc::new).collect()
    }

    pub(crate) fn get(&self, binding: &Binding) -> Option<&RoleBinding> {
        self.objects.get(&place(&role_binding(binding)))
    }

    /// What we made of this binding earlier.
    pub(crate) fn put(&mut self, binding: &Binding) {
        let object = self.written(binding);
        self.objects.insert(place(&object), object);
    }

    pub(crate) fn put_foreign(&mut self, object: RoleBinding) {
        let object = self.made(object);
        self.objects.insert(place(&object), object);
    }

    fn made(&mut self, mut object: RoleBinding) -> RoleBinding {
        self.made += 1;
        object.metadata.uid = Some(format!("uid-{}", self.made));
        object
    }

    fn written(&mut self, binding: &Binding) -> RoleBinding {
        let mut object = self.made(role_binding(binding));
        let keys = |map: &Option<BTreeMap<String, String>>| -> Value {
            map.iter()
                .flatten()
                .map(|(key, _)| (format!("f:{key}"), json!({})))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        let labels = keys(&object.metadata.labels);
        let annotations = keys(&object.metadata.annotations);
        let fields = json!({"f:metadata": {"f:labels": labels, "f:annotations": annotations}, "f:roleRef": {}, "f:subjects": {}});
        object.metadata.managed_fields = Some(vec![entry(FIELD_MANAGER, 1, fields)]);
        object
    }

    /// Carries out a step as the API server would, preconditions included.
    pub(crate) fn apply(&mut self, step: &Step) {
        match step {
            Step::Create(binding) => {
                assert!(self.get(binding).is_none(), "created over {binding:?}");
                self.put(binding);
            }
            Step::Patch { binding, uid } => {
                let (before, mut after) = (self.get(binding).unwrap().clone(), self.written(binding));
                assert_eq!(before.metadata.uid.as_ref(), Some(uid));
                assert_eq!(before.role_ref, after.role_ref, "a role can't be changed");
                let beside = before.metadata.labels.unwrap_or_default();
                let labels = after.metadata.labels.get_or_insert_default();
                for (key, value) in beside {
                    labels.entry(key).or_insert(value);
                }
                after.metadata.uid = Some(uid.clone());
                self.objects.insert(place(&after), after);
            }
            Step::Replace { binding, uid } => {
                assert_eq!(self.get(binding).unwrap().metadata.uid.as_ref(), Some(uid));
                self.put(binding);
            }
            Step::Delete { key, uid } => {
                let place = (key.namespace.to_string(), key.name.to_string());
                assert_eq!(self.objects[&place].metadata.uid.as_ref(), Some(uid));
                self.objects.remove(&place);
            }
        }
    }

    pub(crate) fn meddle(&mut self, binding: &Binding, how: Meddling) {
        let place = place(&role_binding(binding));
        let Some(mut object) = self.objects.remove(&place) else { return };
        match how {
            Meddling::Delete => return,
            Meddling::EditSubjects => {
                object.subjects =
                    Some(vec![Subject { kind: "User".into(), name: "mallory".into(), ..Subject::default() }]);
                lose(&mut object, &["f:subjects"]);
                note(&mut object, "kubectl-edit", json!({"f:subjects": {}}));
            }
            Meddling::Relabel => {
                object.metadata.labels.get_or_insert_default().insert(label::SUBJECT.into(), "user-mallory".into());
                lose(&mut object, &["f:metadata", "f:labels", "f:bailiwick/subject"]);
                note(&mut object, "kubectl-label", json!({"f:metadata": {"f:labels": {"f:bailiwick/subject": {}}}}));
            }
            Meddling::Unlabel => {
                object.metadata.labels.get_or_insert_default().remove(label::SUBJECT);
                lose(&mut object, &["f:metadata", "f:labels", "f:bailiwick/subject"]);
            }
            Meddling::Annotate => {
                object.metadata.annotations = Some(BTreeMap::from([("bailiwick/granted-by".into(), "mallory".into())]));
                lose(&mut object, &["f:metadata", "f:annotations"]);
                note(
                    &mut object,
                    "kubectl-annotate",
                    json!({"f:metadata": {"f:annotations": {"f:bailiwick/granted-by": {}}}}),
                );
            }
            Meddling::ReplaceByHand => {
                object.role_ref.name = "cluster-admin".into();
                object.metadata.managed_fields = None;
                note(&mut object, "kubectl-create", json!({"f:roleRef": {}}));
                object = self.made(object);
            }
            Meddling::Copy => {
                let mut copy = object.clone();
                copy.metadata.name = copy.metadata.name.map(|name| format!("{name}-copy"));
                self.put_foreign(copy);
            }
            Meddling::AddLabel => {
                object.metadata.labels.get_or_insert_default().insert("team".into(), "blue".into());
                note(&mut object, "kubectl-label", json!({"f:metadata": {"f:labels": {"f:team": {}}}}));
            }
        }
        self.objects.insert(place, object);
    }
}

fn place(object: &RoleBinding) -> (String, String) {
    (object.metadata.namespace.clone().unwrap(), object.metadata.name.clone().unwrap())
}

fn entry(manager: &str, second: i64, fields: Value) -> ManagedFieldsEntry {
    ManagedFieldsEntry {
        manager: Some(manager.into()),
        time: Some(Time(Timestamp::from_second(second).unwrap())),
        fields_v1: Some(FieldsV1(fields)),
        ..ManagedFieldsEntry::default()
    }
}

fn note(object: &mut RoleBinding, manager: &str, fields: Value) {
    object.metadata.managed_fields.get_or_insert_default().push(entry(manager, 2, fields));
}

/// Takes a field from our own entry, as the API server does when somebody else writes it.
fn lose(object: &mut RoleBinding, path: &[&str]) {
    let (last, way) = path.split_last().unwrap();
    for entry in
        object.metadata.managed_fields.iter_mut().flatten().filter(|it| it.manager.as_deref() == Some(FIELD_MANAGER))
    {
        let mut at = &mut entry.fields_v1.as_mut().unwrap().0;
        for step in way {
            at = &mut at[*step];
        }
        at.as_object_mut().unwrap().remove(*last);
    }
}
