//! What is planned, from any wish, any cluster and any meddling.

use crate::{
    people::{binding, named, organization, steady, token, user},
    simulation::{MEDDLINGS, Meddling, Paper},
};
use controller::{
    Failure,
    drift::{Part, Repair},
    object::{Claim, label, role_binding},
    plan::{Deletions, FEW_SUBJECTS, Plan, Sight, Step, plan},
};
use domain::{
    binding::{Binding, ClusterRole, Key},
    id::OrganizationId,
    permission::Permission,
    text::NamespaceName,
};
use proptest::{collection::vec, prelude::*, sample::select};
use std::collections::{BTreeMap, BTreeSet};

/// The organization's two namespaces, and one of another.
struct World {
    namespaces: BTreeMap<NamespaceName, Result<(), Failure>>,
    owners: BTreeMap<String, OrganizationId>,
    settled: BTreeSet<Key>,
    broken: BTreeMap<ClusterRole, Failure>,
    deletions: Deletions,
}

fn world() -> World {
    World {
        namespaces: ["northwind-a", "northwind-b"].map(|name| (named(name), Ok(()))).into(),
        owners: [("northwind-a", 1), ("northwind-b", 1), ("contoso-a", 2)]
            .map(|(name, number)| (name.to_owned(), organization(number)))
            .into(),
        settled: BTreeSet::new(),
        broken: BTreeMap::new(),
        deletions: Deletions::WithinReason,
    }
}

impl World {
    fn plan(&self, wanted: &[Binding], paper: &Paper) -> Plan {
        plan(&Sight {
            organization: organization(1),
            wanted,
            found: &paper.objects(),
            namespaces: &self.namespaces,
            owners: &self.owners,
            settled: &self.settled,
            broken: &self.broken,
            deletions: self.deletions,
        })
    }
}

const PODS: ClusterRole = ClusterRole::Withheld(Permission::WritePods);

fn universe() -> Vec<Binding> {
    let subjects = [user(1), user(2), user(3), token(1)];
    let namespaces = ["northwind-a", "northwind-b"];
    let each = subjects.into_iter().flat_map(|subject| namespaces.map(|namespace| (subject, namespace)));
    each.flat_map(|(subject, namespace)| [ClusterRole::Standard, PODS].map(|role| binding(namespace, subject, role)))
        .collect()
}

/// A subset of the universe.
fn some() -> impl Strategy<Value = Vec<Binding>> {
    proptest::sample::subsequence(universe(), 0..=universe().len())
}

fn meddled() -> impl Strategy<Value = Vec<(Binding, Meddling)>> {
    vec((select(universe()), select(MEDDLINGS.to_vec())), 0..6)
}

fn written(bindings: &[Binding]) -> Paper {
    let mut paper = Paper::default();
    bindings.iter().for_each(|binding| paper.put(binding));
    paper
}

#[test]
fn an_empty_cluster_gets_everything_and_a_finished_one_nothing() {
    let (world, wanted) = (world(), universe());
    let first = world.plan(&wanted, &Paper::default());
    assert!(first.steps.iter().all(|step| matches!(step, Step::Create(_))));
    assert_eq!(first.steps.iter().map(Step::key).collect::<BTreeSet<_>>(), wanted.iter().map(Binding::key).collect());
    let second = world.plan(&wanted, &written(&wanted));
    assert!(second.steps.is_empty() && second.drift.is_empty());
    assert_eq!(second.in_sync, wanted.iter().map(Binding::key).collect());
}

#[test]
fn each_meddling_is_named_and_repaired_in_its_own_way() {
    let bob = binding("northwind-a", user(1), ClusterRole::Standard);
    let drift = |how| {
        let mut paper = written(std::slice::from_ref(&bob));
        paper.meddle(&bob, how);
        let settled = BTreeSet::from([bob.key()]);
        World { settled, ..world() }.plan(std::slice::from_ref(&bob), &paper)
    };
    let said = |plan: &Plan| {
        let by = |it: &controller::drift::Drift| it.change.as_ref().map(|change| change.by.clone()).unwrap_or_default();
        plan.drift.iter().map(|it| (it.what.clone(), by(it), it.repair)).collect::<Vec<_>>()
    };
    let subject = || vec![Part::Label(label::SUBJECT.into())];
    assert_eq!(said(&drift(Meddling::Delete)), [(vec![Part::Object], String::new(), Repair::Recreated)]);
    assert_eq!(said(&drift(Meddling::EditSubjects)), [(vec![Part::Subjects], "kubectl-edit".into(), Repair::Patched)]);
    assert_eq!(said(&drift(Meddling::Relabel)), [(subject(), "kubectl-label".into(), Repair::Patched)]);
    assert_eq!(said(&drift(Meddling::Unlabel)), [(subject(), String::new(), Repair::Patched)]);
    let annotate = drift(Meddling::Annotate);
    assert_eq!(annotate.drift[0].change.as_ref().unwrap().by, "kubectl-annotate");
    assert!(matches!(annotate.steps[..], [Step::Patch { .. }]));

    let by_hand = drift(Meddling::ReplaceByHand);
    assert!(by_hand.steps.is_empty() && by_hand.drift.is_empty(), "not ours any more: left alone");
    assert_eq!(by_hand.blocked, BTreeMap::from([(bob.key(), Failure::Foreign)]));
    assert_eq!(by_hand.claimed[0].why, Claim::OtherWriter);

    let copy = drift(Meddling::Copy);
    assert!(copy.steps.is_empty());
    assert_eq!(copy.claimed[0].why, Claim::OtherName);
    assert_eq!(copy.in_sync, BTreeSet::from([bob.key()]));

    let beside = drift(Meddling::AddLabel);
    assert!(beside.steps.is_empty() && beside.drift.is_empty(), "a label beside ours is its owner's");
}

#[test]
fn a_changed_wish_is_written_and_is_nobodys_drift() {
    let before = binding("northwind-a", user(1), ClusterRole::Standard);
    let mut after = before.clone();
    after.note.granted_by = "carol@northwind.example".into();
    let plan = world().plan(std::slice::from_ref(&after), &written(&[before]));
    assert!(matches!(plan.steps[..], [Step::Patch { .. }]));
    assert_eq!(plan.drift, []);
}

#[test]
fn nothing_is_written_beyond_the_organizations_own_namespaces() {
    let mut world = world();
    world.namespaces.insert(named("northwind-b"), Err(Failure::NamespaceEnding));
    let system = binding("kube-system", user(1), ClusterRole::Standard);
    let theirs = Binding { organization: organization(2), ..binding("northwind-a", user(1), ClusterRole::Standard) };
    let ending = binding("northwind-b", user(1), ClusterRole::Standard);
    let plan = world.plan(&[system.clone(), ending.clone(), theirs], &Paper::default());
    assert_eq!(plan.steps, []);
    assert_eq!(plan.blocked[&system.key()], Failure::Foreign);
    assert_eq!(plan.blocked[&ending.key()], Failure::NamespaceEnding);
}

#[test]
fn what_names_another_organization_or_none_is_reported_and_left() {
    let unwanted = binding("northwind-a", user(9), ClusterRole::Standard);
    let mut paper = Paper::default();
    let tampered = |organization: Option<String>| {
        let mut paper = written(std::slice::from_ref(&unwanted));
        let mut object = paper.get(&unwanted).unwrap().clone();
        let labels = object.metadata.labels.as_mut().unwrap();
        labels.remove(label::ORGANIZATION);
        labels.extend(organization.map(|id| (label::ORGANIZATION.to_owned(), id)));
        paper.put_foreign(object);
        paper
    };
    for (organization, why) in [
        (Some(organization(2).to_string()), Claim::OtherOrganization),
        (Some("nobody".into()), Claim::NoOrganization),
        (None, Claim::NoOrganization),
    ] {
        let plan = world().plan(&[], &tampered(organization));
        assert_eq!((plan.steps, plan.claimed[0].why), (Vec::new(), why));
    }
    // Ours by every sign, but in another organization's namespace.
    paper.put(&Binding { namespace: named("contoso-a"), ..unwanted });
    let plan = world().plan(&[], &paper);
    assert_eq!((plan.steps, plan.claimed[0].why), (Vec::new(), Claim::OtherOrganization));
}

fn without(role: ClusterRole) -> World {
    World { broken: [(role, Failure::Refused("it is missing".into()))].into(), ..world() }
}

#[test]
fn bindings_to_a_broken_role_are_written_and_kept_and_called_failing() {
    let wanted = universe();
    let bound_to = |role| wanted.iter().filter(|it| it.role == role).map(Binding::key).collect::<BTreeSet<_>>();
    let first = without(PODS).plan(&wanted, &Paper::default());
    assert_eq!(first.steps.len(), wanted.len(), "they give something as soon as their role does");
    assert_eq!(first.powerless.keys().cloned().collect::<BTreeSet<_>>(), bound_to(PODS));
    assert!(first.powerless.values().all(|failure| *failure == Failure::Refused("it is missing".into())));

    let second = without(PODS).plan(&wanted, &written(&wanted));
    assert_eq!((second.steps, second.drift, second.blocked), (Vec::new(), Vec::new(), BTreeMap::new()));
    assert_eq!(second.powerless.into_keys().collect::<BTreeSet<_>>(), bound_to(PODS));
    assert_eq!(world().plan(&wanted, &written(&wanted)).powerless, BTreeMap::new(), "once the role is back");
}

#[test]
fn bindings_to_a_broken_role_go_like_any_other_and_say_first_what_keeps_them_away() {
    let bob = binding("northwind-a", user(1), PODS);
    let gone = without(PODS).plan(&[], &written(std::slice::from_ref(&bob)));
    assert!(matches!(gone.steps[..], [Step::Delete { .. }]), "{:?}", gone.steps);
    assert_eq!(gone.powerless, BTreeMap::new());

    let mut ending = without(PODS);
    ending.namespaces.insert(named("northwind-a"), Err(Failure::NamespaceEnding));
    let plan = ending.plan(std::slice::from_ref(&bob), &Paper::default());
    assert_eq!((plan.blocked[&bob.key()].clone(), plan.powerless), (Failure::NamespaceEnding, BTreeMap::new()));

    let mut paper = written(std::slice::from_ref(&bob));
    paper.meddle(&bob, Meddling::ReplaceByHand);
    let plan = without(PODS).plan(std::slice::from_ref(&bob), &paper);
    assert_eq!((plan.blocked[&bob.key()].clone(), plan.powerless), (Failure::Foreign, BTreeMap::new()));
}

#[test]
fn many_deletions_at_once_wait_and_one_persons_never_do() {
    let many = |subjects: u8| -> Vec<_> {
        (0..subjects).map(|number| binding("northwind-a", user(number), ClusterRole::Standard)).collect()
    };
    let few = u8::try_from(FEW_SUBJECTS).unwrap();
    let deletions = |plan: &Plan| plan.steps.iter().filter(|step| matches!(step, Step::Delete { .. })).count();

    assert_eq!(deletions(&world().plan(&[], &written(&many(few)))), FEW_SUBJECTS, "a handful may be all there are");
    let held = world().plan(&[], &written(&many(few + 1)));
    assert_eq!(
        (held.held.unwrap().deletions, held.held.unwrap().of, deletions(&held)),
        (FEW_SUBJECTS + 1, FEW_SUBJECTS + 1, 0)
    );
    let confirmed = World { deletions: Deletions::Confirmed, ..world() }.plan(&[], &written(&many(few + 1)));
    assert_eq!((deletions(&confirmed), confirmed.held), (FEW_SUBJECTS + 1, None));

    let half = world().plan(&many(20)[10..], &written(&many(20)));
    assert_eq!((deletions(&half), half.held), (10, None));
    let more = world().plan(&many(20)[11..], &written(&many(20)));
    assert_eq!((deletions(&more), more.held.map(|it| (it.deletions, it.of))), (0, Some((11, 20))));

    // One person may hold nearly everything that the organization has.
    let everything = universe().into_iter().filter(|it| it.subject == user(1)).collect::<Vec<_>>();
    assert_eq!(deletions(&world().plan(&[], &written(&everything))), everything.len());
}

#[test]
fn a_held_plan_still_gives_and_repairs() {
    let old: Vec<_> = (0..20).map(|number| binding("northwind-a", user(number), ClusterRole::Standard)).collect();
    let new = binding("northwind-b", user(50), ClusterRole::Standard);
    let plan = world().plan(std::slice::from_ref(&new), &written(&old));
    assert!(plan.held.is_some());
    assert_eq!(plan.steps, [Step::Create(new)]);
}

/// Objects of others: by label, by name, by neither.
fn foreign() -> impl Strategy<Value = Vec<k8s_openapi::api::rbac::v1::RoleBinding>> {
    let one = (select(universe()), any::<bool>(), any::<bool>()).prop_map(|(like, ours_by_label, same_name)| {
        let mut object = role_binding(&like);
        if !ours_by_label {
            object.metadata.labels = None;
        }
        if !same_name {
            object.metadata.name = Some("team".into());
        }
        object
    });
    vec(one, 0..3)
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn carrying_out_a_plan_leaves_nothing_to_plan(wanted in some(), there in some(), meddled in meddled(), foreign in foreign()) {
        let mut paper = written(&there);
        meddled.iter().for_each(|(binding, how)| paper.meddle(binding, *how));
        foreign.iter().for_each(|object| paper.put_foreign(object.clone()));
        let world = World { deletions: Deletions::Confirmed, ..world() };
        let first = world.plan(&wanted, &paper);
        first.steps.iter().for_each(|step| paper.apply(step));
        let second = world.plan(&wanted, &paper);
        prop_assert_eq!(&second.steps, &Vec::new());
        prop_assert_eq!(&second.drift, &Vec::new());
        // Each wish is fulfilled, or there is a reason why not.
        let wished: BTreeSet<_> = wanted.iter().map(Binding::key).collect();
        let told: BTreeSet<_> = second.in_sync.iter().chain(second.blocked.keys()).cloned().collect();
        prop_assert_eq!(wished, told);
        prop_assert!(second.blocked.values().all(|failure| *failure == Failure::Foreign));
        prop_assert_eq!(second.claimed, first.claimed);
    }

    #[test]
    fn what_is_not_ours_stays_as_it_is(wanted in some(), there in some(), foreign in foreign()) {
        let mut paper = written(&there);
        foreign.iter().for_each(|object| paper.put_foreign(object.clone()));
        let theirs = |paper: &Paper| -> Vec<_> {
            paper.objects().into_iter().filter(|object| object.metadata.managed_fields.is_none()).collect()
        };
        let before = theirs(&paper);
        let plan = World { deletions: Deletions::Confirmed, ..world() }.plan(&wanted, &paper);
        plan.steps.iter().for_each(|step| paper.apply(step));
        prop_assert_eq!(before, theirs(&paper));
    }

    #[test]
    fn a_plan_takes_exactly_what_is_not_wanted(wanted in some(), there in some()) {
        let plan = World { deletions: Deletions::Confirmed, ..world() }.plan(&wanted, &written(&there));
        let keys = |bindings: &[Binding]| -> BTreeSet<_> { bindings.iter().map(Binding::key).collect() };
        let of = |deletes: bool| -> BTreeSet<_> {
            plan.steps.iter().filter(|step| matches!(step, Step::Delete { .. }) == deletes).map(Step::key).collect()
        };
        prop_assert_eq!(of(true), &keys(&there) - &keys(&wanted));
        prop_assert_eq!(of(false), &keys(&wanted) - &keys(&there));
        prop_assert_eq!(&plan.in_sync, &(&keys(&there) & &keys(&wanted)));
    }
}
