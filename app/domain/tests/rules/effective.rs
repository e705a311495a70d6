//! What somebody may do where, why, and how it compares with what the cluster answers.

use domain::{
    binding::ClusterRole,
    effective::{Act, Beyond, Effective, Finding, Reason, Standing, Verdict},
    membership::Status,
    permission::Permission::{self, ReadFull, WriteConfig, WriteFull, WritePods},
    time::Timestamp,
};
use std::{collections::BTreeSet, time::Duration};

const NOW: Timestamp = Timestamp::from_micros(1_000_000);

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn given(role: ClusterRole) -> Reason {
    Reason { role, by: "ada@northwind.example".into(), at: NOW, ends_at: None }
}

fn tick() -> Reason {
    given(ClusterRole::Standard)
}

fn withheld(permission: Permission) -> Reason {
    given(ClusterRole::of(permission))
}

fn may(standing: Standing, why: &[Reason]) -> BTreeSet<Permission> {
    Effective::of(standing, why.to_vec(), NOW).permissions
}

/// The cluster's answers, where it allows exactly these, each for this reason.
fn answers(allowed: &[(Permission, &str)]) -> Vec<(Permission, Verdict)> {
    let verdict = |permission| {
        let found = allowed.iter().find(|(it, _)| *it == permission);
        Verdict { allowed: found.is_some(), reason: found.map_or("", |(_, reason)| reason).to_owned() }
    };
    Act::for_each_permission().map(|(permission, _)| (permission, verdict(permission))).collect()
}

fn standard() -> Vec<(Permission, &'static str)> {
    Permission::STANDARD.map(|permission| (permission, "a binding of ours")).into()
}

#[test]
fn a_tick_gives_what_an_admin_may_give_and_each_withheld_permission_itself() {
    assert_eq!(may(Standing::Active, &[]), BTreeSet::new());
    assert_eq!(may(Standing::Active, &[tick()]), Permission::STANDARD.into());
    assert_eq!(may(Standing::Active, &[withheld(WritePods)]), [WritePods].into());
    let all = Act::for_each_permission().map(|(permission, _)| permission).collect();
    assert_eq!(may(Standing::Active, &[withheld(WriteFull), tick(), withheld(WritePods)]), all);
}

#[test]
fn whoever_is_off_can_do_nothing_and_keeps_what_they_were_given() {
    for standing in [Standing::of_member(Status::Deactivated), Standing::of_token(Some(NOW), NOW)] {
        let off = Effective::of(standing, vec![tick(), withheld(WriteFull)], NOW);
        assert_ne!(off.standing, Standing::Active);
        assert_eq!(off.permissions, BTreeSet::new());
        assert_eq!(off.why.len(), 2);
    }
}

#[test]
fn in_a_suspended_organization_nobody_can_do_anything() {
    for standing in [Standing::Active, Standing::Deactivated, Standing::of_token(Some(NOW), NOW)] {
        assert_eq!(standing.within(false), standing);
        let suspended = standing.within(true);
        assert_eq!((suspended, may(suspended, &[tick()])), (Standing::Suspended, BTreeSet::new()));
    }
}

#[test]
fn a_token_stands_until_its_very_end() {
    assert_eq!(Standing::of_token(None, NOW), Standing::Active);
    assert_eq!(Standing::of_token(Some(later(1)), NOW), Standing::Active);
    assert_eq!(Standing::of_token(Some(NOW), NOW), Standing::Ended { at: NOW });
    assert_eq!(Standing::of_token(Some(NOW), later(1)), Standing::Ended { at: NOW });
}

#[test]
fn what_was_given_for_a_time_gives_nothing_afterwards_and_is_still_told() {
    let until = |at| Reason { ends_at: Some(at), ..withheld(WritePods) };
    assert_eq!(may(Standing::Active, &[until(later(1))]), [WritePods].into());
    let over = Effective::of(Standing::Active, vec![tick(), until(NOW)], NOW);
    assert_eq!(over.permissions, Permission::STANDARD.into());
    assert_eq!(over.why.len(), 2);
    assert_eq!(may(Standing::Active, &[until(NOW), withheld(WritePods)]), [WritePods].into(), "given anew");
}

#[test]
fn the_cluster_agrees_where_it_allows_exactly_what_is_said() {
    let ticked = Effective::of(Standing::Active, vec![tick()], NOW);
    assert!(ticked.compare(answers(&standard())).agrees());
    let nothing = Effective::of(Standing::Deactivated, vec![tick()], NOW);
    assert!(nothing.compare(answers(&[])).agrees());
    assert!(nothing.compare([]).agrees(), "nothing was asked");
}

/// Kubernetes' own `admin` allows every act that we ask about.
#[test]
fn whoever_has_everything_is_expected_to_be_allowed_every_act() {
    let everything = Effective::of(Standing::Active, vec![withheld(WriteFull)], NOW);
    let all: Vec<_> = Act::for_each_permission().map(|(permission, _)| (permission, "admin")).collect();
    assert!(everything.compare(answers(&all)).agrees());
    assert_eq!(everything.compare(answers(&all[1..])).refused, [ReadFull]);
}

#[test]
fn what_the_cluster_does_not_allow_is_named() {
    let ticked = Effective::of(Standing::Active, vec![tick()], NOW);
    let found = ticked.compare(answers(&standard()[1..4]));
    assert_eq!(found, Finding { refused: vec![ReadFull, Permission::WriteStorage], beyond: Vec::new() });
    assert!(!found.agrees());
}

#[test]
fn what_the_cluster_allows_beyond_is_named_once_for_each_of_its_reasons() {
    let (edit, odd) = ("RoleBinding \"theirs/dev\" of ClusterRole \"edit\"", "RoleBinding \"odd/dev\"");
    let nothing = Effective::of(Standing::Active, Vec::new(), NOW);
    let found = nothing.compare(answers(&[(ReadFull, edit), (WriteConfig, odd), (WritePods, edit)]));
    let beyond = [(edit, vec![ReadFull, WritePods]), (odd, vec![WriteConfig])];
    let beyond = beyond.map(|(reason, permissions)| Beyond { permissions, reason: reason.into() });
    assert_eq!(found, Finding { refused: Vec::new(), beyond: beyond.into() });
    let ticked = Effective::of(Standing::Active, vec![tick()], NOW);
    let found = ticked.compare(answers(&[(WriteConfig, odd), (WritePods, edit)]));
    assert_eq!(found.refused.len(), 4, "both ways at once");
    assert_eq!(found.beyond, [Beyond { permissions: vec![WritePods], reason: edit.into() }]);
}

#[test]
fn every_permission_is_told_by_an_act_of_its_own() {
    let acts: Vec<_> = Act::for_each_permission().collect();
    assert_eq!(acts.len(), Permission::STANDARD.len() + Permission::WITHHELD.len());
    for (n, (permission, act)) in acts.iter().enumerate() {
        assert_eq!(*act, Act::that_tells(*permission));
        assert!(acts[..n].iter().all(|(_, other)| other != act), "{permission} is told by the act of another");
    }
}
