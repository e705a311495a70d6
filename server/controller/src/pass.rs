//! One look at one organization: what it wants, what there is, what was done, and the report of it.

use crate::{
    agenda::Ended,
    apply::{Done, Outcomes, Writer},
    drift::{Drift, NamespaceDrift},
    failure::Failure,
    ledger::Ledger,
    mirror::{Clock, Expected, Mirror, Seen},
    office::{Office, Report, Trouble, Wanted},
    plan::{Plan, Sight, Step, plan},
};
use domain::{binding::Key, id::OrganizationId, text::NamespaceName, told::Told};
use futures::{StreamExt, stream};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

const NAMESPACES_AT_ONCE: usize = 4;

/// What a look needs.
pub(crate) struct Looker<O> {
    pub(crate) office: Arc<O>,
    pub(crate) mirror: Arc<Mirror>,
    pub(crate) writer: Writer,
    pub(crate) ledger: Ledger,
    pub(crate) clock: Clock,
}

/// What the last look leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    version: Option<i64>,
    settled: BTreeSet<Key>,
    /// Namespaces in which pods were held to their level.
    guarded: BTreeSet<NamespaceName>,
    told: Option<Report>,
    /// What the database counted with the last wish, and the version that the cluster remembers to have been told.
    counted: Option<Told>,
    entered: Option<i64>,
    /// What kept the last look from knowing what is wanted: told once, and not with every try.
    trouble: Option<Trouble>,
}

type Namespaces = BTreeMap<NamespaceName, Result<(), Failure>>;

impl<O: Office> Looker<O> {
    pub(crate) async fn look(&self, organization: OrganizationId, memory: &mut Memory) -> Ended {
        let remembered = self.ledger.remembered();
        let wanted = match self.office.wanted(organization).await {
            Ok(wanted) => {
                memory.trouble = None;
                wanted
            }
            Err(trouble) => {
                if memory.trouble.as_ref() != Some(&trouble) {
                    tracing::warn!(%organization, %trouble, "what is wanted can't be read; the cluster stays as it is");
                }
                memory.trouble = Some(trouble);
                return Ended::InTrouble;
            }
        };
        if let Some(told) = wanted.told {
            if self.ledger.compare(told, remembered).is_err() {
                return Ended::InTrouble;
            }
            // An older database is meant: what was remembered of the one before says nothing of this one.
            if memory.counted.is_some_and(|before| !told.continues(before)) {
                *memory = Memory::default();
            }
            memory.counted = Some(told);
        }
        if memory.version.is_some_and(|before| wanted.version < before) {
            tracing::warn!(%organization, version = wanted.version, "an older wish than the last; the cluster stays as it is");
            return Ended::InTrouble;
        }
        memory.version = Some(wanted.version);
        let Some(seen) = self.mirror.of(organization, wanted.namespaces.iter().map(NamespaceName::as_str)) else {
            return Ended::InTrouble;
        };
        if memory.entered != Some(wanted.version) {
            if self.ledger.enter(&*self.office, &wanted, remembered).await.is_err() {
                return Ended::InTrouble;
            }
            memory.entered = Some(wanted.version);
        }
        let (namespaces, namespace_drift) = self.namespaces(organization, &wanted, &seen, &memory.guarded).await;
        let guarded = namespaces.iter().filter(|(name, state)| state.is_ok() && wanted.level_of(name).is_some());
        memory.guarded = guarded.map(|(name, _)| name.clone()).collect();
        let plan = self.plan(organization, &wanted, &seen, &namespaces, &memory.settled);
        let outcomes = self.writer.carry_out(plan.steps.clone()).await;
        if outcomes.values().any(|outcome| *outcome == Err(Failure::NotLeading)) {
            return Ended::InTrouble;
        }
        let expected = expected(&plan, &outcomes);
        let powerless = plan.powerless.clone();
        let mut report = report(&wanted, plan, outcomes, namespaces, (self.clock)());
        report.namespace_drift = namespace_drift;
        memory.settled =
            report.bindings.iter().filter(|(_, state)| state.is_ok()).map(|(key, _)| key.clone()).collect();
        // They are there, and so they are missed when they vanish; but nobody may call them in sync.
        for (key, failure) in powerless {
            let state = report.bindings.entry(key).or_insert(Ok(()));
            if state.is_ok() {
                *state = Err(failure);
            }
        }
        let within = wanted.until.map(|until| until.since(report.at));
        let ended = if report.is_worth_another_try() { Ended::InTrouble } else { Ended::Well { within } };
        let told = self.tell(organization, report, memory).await;
        self.mirror.shows(expected).await;
        if told { ended } else { Ended::InTrouble }
    }

    /// What of the organization's namespaces can be used, and what was put right in them; those that are missing are made.
    async fn namespaces(
        &self,
        organization: OrganizationId,
        wanted: &Wanted,
        seen: &Seen,
        guarded: &BTreeSet<NamespaceName>,
    ) -> (Namespaces, Vec<NamespaceDrift>) {
        let states = stream::iter(wanted.namespaces.clone()).map(|name| async move {
            let state = self.namespace(organization, wanted, seen, &name, guarded.contains(&name)).await;
            (name, state)
        });
        let states: Vec<_> = states.buffer_unordered(NAMESPACES_AT_ONCE).collect().await;
        let mut drifts = Vec::new();
        let mut note = |state: Result<Option<NamespaceDrift>, Failure>| state.map(|drift| drifts.extend(drift));
        let namespaces = states.into_iter().map(|(name, state)| (name, note(state))).collect();
        (namespaces, drifts)
    }

    async fn namespace(
        &self,
        organization: OrganizationId,
        wanted: &Wanted,
        seen: &Seen,
        name: &NamespaceName,
        was_guarded: bool,
    ) -> Result<Option<NamespaceDrift>, Failure> {
        match (seen.owners.get(name.as_str()), wanted.level_of(name)) {
            (Some(owned), _) if owned.organization != organization => return Err(Failure::Foreign),
            (Some(owned), _) if owned.ending => return Err(Failure::NamespaceEnding),
            (Some(owned), Some(level)) if owned.pod_security != Some(level) => {
                return self.writer.keep_level(name, organization, level, was_guarded).await;
            }
            (Some(_), _) => {}
            (None, _) if wanted.adopted.contains(name) => match self.writer.adopt_namespace(name, organization).await {
                Err(Failure::NamespaceMissing) => {
                    self.writer.make_namespace(name, organization, wanted.pod_security).await?;
                }
                adopted => adopted?,
            },
            (None, level) => self.writer.make_namespace(name, organization, level).await?,
        }
        Ok(None)
    }

    fn plan(
        &self,
        organization: OrganizationId,
        wanted: &Wanted,
        seen: &Seen,
        namespaces: &Namespaces,
        settled: &BTreeSet<Key>,
    ) -> Plan {
        let owners = seen.owners.iter().map(|(name, owned)| (name.clone(), owned.organization)).collect();
        plan(&Sight {
            organization,
            wanted: &wanted.bindings,
            found: &seen.found,
            namespaces,
            owners: &owners,
            settled,
            broken: &seen.broken.iter().map(|(role, wrong)| (*role, Failure::of_role(wrong))).collect(),
            deletions: wanted.deletions,
        })
    }

    /// Tells the office, unless it has been told the same.
    async fn tell(&self, organization: OrganizationId, report: Report, memory: &mut Memory) -> bool {
        if memory.told.as_ref().is_some_and(|told| !report.is_news_after(told)) {
            return true;
        }
        log(organization, &report);
        match self.office.report(organization, report.clone()).await {
            Ok(()) => {
                memory.told = Some(Report { drift: Vec::new(), namespace_drift: Vec::new(), ..report });
                true
            }
            Err(trouble) => {
                tracing::warn!(%organization, %trouble, "the report could not be delivered");
                memory.told = None;
                false
            }
        }
    }
}

fn report(
    wanted: &Wanted,
    plan: Plan,
    outcomes: Outcomes,
    namespaces: Namespaces,
    at: domain::time::Timestamp,
) -> Report {
    let mut bindings: BTreeMap<_, _> = plan.in_sync.into_iter().map(|key| (key, Ok(()))).collect();
    bindings.extend(plan.blocked.into_iter().map(|(key, failure)| (key, Err(failure))));
    let mut lingering = BTreeMap::new();
    let mut drift = Vec::new();
    let deleting: BTreeSet<_> =
        plan.steps.iter().filter(|step| matches!(step, Step::Delete { .. })).map(Step::key).collect();
    for (key, outcome) in outcomes {
        let planned = || plan.drift.iter().find(|drift| drift.key == key).cloned();
        match outcome {
            Ok(Done::Reclaimed(found, _)) => drift.push(found),
            Ok(Done::Created(_) | Done::Patched(_) | Done::Replaced(_)) => drift.extend(planned()),
            Ok(Done::Unchanged | Done::Deleted) => {}
            Err(failure) if deleting.contains(&key) => {
                lingering.insert(key, failure);
                continue;
            }
            Err(failure) => {
                bindings.insert(key, Err(failure));
                continue;
            }
        }
        if !deleting.contains(&key) {
            bindings.insert(key, Ok(()));
        }
    }
    let (claimed, held) = (plan.claimed, plan.held);
    let namespace_drift = Vec::new();
    Report { version: wanted.version, at, bindings, lingering, namespaces, drift, namespace_drift, claimed, held }
}

/// What the watches should show of what was done.
fn expected(plan: &Plan, outcomes: &Outcomes) -> Vec<Expected> {
    let of = |step: &Step| {
        let key = step.key();
        match (step, outcomes.get(&key)?.as_ref().ok()?) {
            (Step::Delete { uid, .. }, _) => Some(Expected::Gone { key, uid: uid.clone() }),
            (_, Done::Created(now) | Done::Patched(now) | Done::Replaced(now) | Done::Reclaimed(_, now)) => {
                Some(Expected::There(now.clone()))
            }
            (_, Done::Unchanged | Done::Deleted) => None,
        }
    };
    plan.steps.iter().filter_map(of).collect()
}

fn log(organization: OrganizationId, report: &Report) {
    for Drift { key, what, change, repair } in &report.drift {
        let by = change.as_ref().map_or("somebody", |change| change.by.as_str());
        let what = what.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        tracing::warn!(%organization, %key, what, by, repair = repair.as_str(), "found different, and put right");
    }
    for NamespaceDrift { namespace, what, change } in &report.namespace_drift {
        let by = change.as_ref().map_or("somebody", |change| change.by.as_str());
        let what = what.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        tracing::warn!(%organization, %namespace, what, by, "a namespace was found different, and put right");
    }
    let namespaces =
        report.namespaces.iter().filter_map(|(name, state)| Some((name.to_string(), state.as_ref().err()?)));
    let bindings = report.bindings.iter().filter_map(|(key, state)| Some((key.to_string(), state.as_ref().err()?)));
    let lingering = report.lingering.iter().map(|(key, failure)| (key.to_string(), failure));
    for (what, failure) in namespaces.chain(bindings).chain(lingering) {
        tracing::warn!(%organization, what, reason = %failure, "the cluster does not follow");
    }
    if let Some(held) = report.held {
        let (deletions, of) = (held.deletions, held.of);
        tracing::warn!(%organization, deletions, of, "so many deletions at once wait for the operator's confirmation");
    }
    tracing::info!(%organization, version = report.version, in_sync = report.is_in_sync(), "looked at");
}
