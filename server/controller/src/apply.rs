//! Writes what was planned, by the API server: one step at a time, and each with its own answer.

use crate::{
    drift::{Drift, NamespaceDrift, Part, Repair, differences, last_change, made_by_others},
    failure::Failure,
    object::{FIELD_MANAGER, is_written_by_us, label, namespace, organization, pod_security, role_binding},
    plan::Step,
    term::Term,
};
use domain::{
    binding::{Binding, Key},
    id::OrganizationId,
    namespace::PodSecurity,
    text::NamespaceName,
};
use futures::{StreamExt, stream};
use k8s_openapi::api::{core::v1::Namespace, rbac::v1::RoleBinding};
use kube::{
    Api, Client,
    api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions},
};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::time::timeout_at;

/// So many writes are under way at once.
const AT_ONCE: usize = 16;
/// No longer than a lease outlives its holder's last renewal: a write must not arrive in a successor's term.
const LONGEST_ANSWER: Duration = Duration::from_secs(3);

/// Writes as the field manager `bailiwick`, within a term.
#[derive(Clone)]
pub struct Writer {
    client: Client,
    term: Term,
}

/// What a step came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    Created(Box<RoleBinding>),
    /// It was there already, as it should be.
    Unchanged,
    Patched(Box<RoleBinding>),
    /// Somebody had hidden it from our watch by taking its label.
    Reclaimed(Drift, Box<RoleBinding>),
    Replaced(Box<RoleBinding>),
    Deleted,
}

/// What became of each step.
pub type Outcomes = BTreeMap<Key, Result<Done, Failure>>;

impl Writer {
    pub fn new(client: Client, term: Term) -> Self {
        Self { client, term }
    }

    /// Carries out all steps. One that fails stops no other, unless it is the API server itself that does not answer.
    pub async fn carry_out(&self, steps: Vec<Step>) -> Outcomes {
        let deleting = steps.iter().take_while(|step| matches!(step, Step::Delete { .. })).count();
        let mut steps = steps;
        let rest = steps.split_off(deleting);
        // What somebody loses goes first and is not held up behind what others get.
        let mut outcomes = self.all(steps).await;
        outcomes.extend(self.all(rest).await);
        outcomes
    }

    async fn all(&self, steps: Vec<Step>) -> Outcomes {
        let gone = std::sync::OnceLock::new();
        let outcomes = stream::iter(steps).map(|step| {
            let gone = &gone;
            async move {
                let outcome = match gone.get() {
                    Some(failure) => Err(Failure::clone(failure)),
                    None => self.step(&step).await,
                };
                if let Err(failure) = &outcome
                    && failure.concerns_all()
                {
                    let _ = gone.set(failure.clone());
                }
                (step.key(), outcome)
            }
        });
        outcomes.buffer_unordered(AT_ONCE).collect().await
    }

    /// # Errors
    /// Why it was not done.
    pub async fn step(&self, step: &Step) -> Result<Done, Failure> {
        match step {
            Step::Create(binding) => self.create(binding).await,
            Step::Patch { binding, uid } => self.patch(binding, uid).await.map(|now| Done::Patched(Box::new(now))),
            Step::Replace { binding, uid } => self.replace(binding, uid).await.map(|now| Done::Replaced(Box::new(now))),
            Step::Delete { key, uid } => {
                self.delete(&key.namespace, &key.name.to_string(), uid).await.map(|()| Done::Deleted)
            }
        }
    }

    /// By POST and not by apply: applying to a name that somebody else took would write into their object.
    async fn create(&self, binding: &Binding) -> Result<Done, Failure> {
        let api = self.bindings(&binding.namespace);
        match self.answer(api.create(&by_us(), &role_binding(binding))).await? {
            Ok(now) => genuine(now).map(|now| Done::Created(Box::new(now))),
            Err(kube::Error::Api(status)) if status.is_already_exists() => self.reclaim(binding).await,
            Err(error) => Err(error.into()),
        }
    }

    /// The name is taken, and the watch had not shown it.
    async fn reclaim(&self, binding: &Binding) -> Result<Done, Failure> {
        let api = self.bindings(&binding.namespace);
        let found = self.answer(api.get_opt(&binding.name().to_string())).await??.ok_or(Failure::Conflict)?;
        if !is_written_by_us(&found.metadata) {
            return Err(Failure::Foreign);
        }
        let parts = differences(&found, &role_binding(binding));
        if parts.is_empty() {
            // Our own, made a moment ago.
            return Ok(Done::Unchanged);
        }
        let uid = found.metadata.uid.clone().ok_or(Failure::Conflict)?;
        let (now, repair) = if parts.contains(&Part::Role) {
            (self.replace(binding, &uid).await?, Repair::Replaced)
        } else {
            (self.patch(binding, &uid).await?, Repair::Patched)
        };
        let what = made_by_others(&found.metadata, parts);
        let change = last_change(&found.metadata, &what);
        Ok(Done::Reclaimed(Drift { key: binding.key(), what, change, repair }, Box::new(now)))
    }

    /// By server-side apply. Forced, because it is ours; and only if it still is the very object that was looked at.
    async fn patch(&self, binding: &Binding, uid: &str) -> Result<RoleBinding, Failure> {
        let mut object = role_binding(binding);
        object.metadata.uid = Some(uid.to_owned());
        let api = self.bindings(&binding.namespace);
        let apply = PatchParams::apply(FIELD_MANAGER).force();
        let answer = self.answer(api.patch(&binding.name().to_string(), &apply, &Patch::Apply(&object))).await?;
        match answer {
            Ok(now) => genuine(now),
            // How the older API servers say that the object is another one now.
            Err(kube::Error::Api(status)) if status.is_invalid() && status.message.contains("metadata.uid") => {
                Err(Failure::Conflict)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn replace(&self, binding: &Binding, uid: &str) -> Result<RoleBinding, Failure> {
        self.delete(&binding.namespace, &binding.name().to_string(), uid).await?;
        let api = self.bindings(&binding.namespace);
        genuine(self.answer(api.create(&by_us(), &role_binding(binding))).await??)
    }

    async fn delete(&self, namespace: &NamespaceName, name: &str, uid: &str) -> Result<(), Failure> {
        let only_this = Preconditions { uid: Some(uid.to_owned()), resource_version: None };
        let how = DeleteParams::default().preconditions(only_this);
        match self.answer(self.bindings(namespace).delete(name, &how)).await? {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.is_not_found() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a namespace of the organization's, or finds that it has one of this name.
    ///
    /// # Errors
    /// [`Failure::Foreign`] for a name that somebody else has, and what else may go wrong.
    pub async fn make_namespace(
        &self,
        name: &NamespaceName,
        organization: OrganizationId,
        level: Option<PodSecurity>,
    ) -> Result<(), Failure> {
        let api = Api::<Namespace>::all(self.client.clone());
        match self.answer(api.create(&by_us(), &namespace(name.as_str(), organization, level))).await? {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.is_already_exists() => {
                let found = self.answer(api.get_opt(name.as_str())).await??.ok_or(Failure::Conflict)?;
                is_usable_by(&found, organization)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes the level that pods are held to in a namespace that we made, with our other labels. Answers what somebody else had
    /// changed. `was_kept`: it had the level when it was last looked at, so that one that is missing was taken away.
    ///
    /// # Errors
    /// [`Failure::Foreign`] for a namespace that is no longer the organization's, and what else may go wrong.
    pub async fn keep_level(
        &self,
        name: &NamespaceName,
        organization: OrganizationId,
        level: PodSecurity,
        was_kept: bool,
    ) -> Result<Option<NamespaceDrift>, Failure> {
        let api = Api::<Namespace>::all(self.client.clone());
        let found = self.answer(api.get_opt(name.as_str())).await??.ok_or(Failure::NamespaceMissing)?;
        is_usable_by(&found, organization)?;
        if pod_security(&found.metadata) == Some(level) {
            return Ok(None);
        }
        let mut ours = namespace(name.as_str(), organization, Some(level));
        ours.metadata.uid.clone_from(&found.metadata.uid);
        let apply = PatchParams::apply(FIELD_MANAGER).force();
        self.answer(api.patch(name.as_str(), &apply, &Patch::Apply(&ours))).await??;
        let had_one = found.metadata.labels.as_ref().is_some_and(|labels| labels.contains_key(label::POD_SECURITY));
        // One that we wrote before the setting changed is nobody's doing, nor is one that an older version never wrote.
        let what = made_by_others(&found.metadata, vec![Part::Label(label::POD_SECURITY.to_owned())]);
        if what.is_empty() || !(had_one || was_kept) {
            return Ok(None);
        }
        let change = last_change(&found.metadata, &what);
        Ok(Some(NamespaceDrift { namespace: name.clone(), what, change }))
    }

    /// Gives a namespace that exists to an organization: an operator's act. Only our label is added.
    ///
    /// # Errors
    /// [`Failure::Foreign`] where another organization has it, [`Failure::NamespaceMissing`], and what else may go wrong.
    pub async fn adopt_namespace(&self, name: &NamespaceName, organization: OrganizationId) -> Result<(), Failure> {
        let api = Api::<Namespace>::all(self.client.clone());
        let found = self.answer(api.get_opt(name.as_str())).await??.ok_or(Failure::NamespaceMissing)?;
        if found.metadata.labels.as_ref().is_some_and(|labels| labels.contains_key(label::ORGANIZATION)) {
            return is_usable_by(&found, organization);
        }
        // How pods are guarded there stays as whoever made it decided.
        let mut ours = namespace(name.as_str(), organization, None);
        ours.metadata.uid = found.metadata.uid;
        // Whoever made it keeps managing it.
        ours.metadata.labels.get_or_insert_default().remove(label::MANAGED_BY);
        let apply = PatchParams::apply(FIELD_MANAGER);
        self.answer(api.patch(name.as_str(), &apply, &Patch::Apply(&ours))).await??;
        Ok(())
    }

    fn bindings(&self, namespace: &NamespaceName) -> Api<RoleBinding> {
        Api::namespaced(self.client.clone(), namespace.as_str())
    }

    /// Waits for an answer as long as the term allows.
    async fn answer<T>(
        &self,
        request: impl Future<Output = Result<T, kube::Error>>,
    ) -> Result<Result<T, kube::Error>, Failure> {
        self.term.until()?;
        timeout_at((Instant::now() + LONGEST_ANSWER).into(), request)
            .await
            .map_err(|_| Failure::Unavailable(format!("no answer within {} s", LONGEST_ANSWER.as_secs())))
    }
}

/// An answer without an object in it comes from something that stands between: nothing was written.
fn genuine(object: RoleBinding) -> Result<RoleBinding, Failure> {
    if object.metadata.uid.is_some() {
        return Ok(object);
    }
    Err(Failure::Unavailable("what answers is no API server".to_owned()))
}

fn by_us() -> PostParams {
    PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() }
}

fn is_usable_by(found: &Namespace, by: OrganizationId) -> Result<(), Failure> {
    if organization(&found.metadata) != Some(by) {
        return Err(Failure::Foreign);
    }
    if found.metadata.deletion_timestamp.is_some() { Err(Failure::NamespaceEnding) } else { Ok(()) }
}
