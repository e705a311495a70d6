//! Whatever is done to an organization's people, somebody is left who may undo it.

use crate::people::{founder, membership, open, program, steady, user};
use domain::{
    Refusal,
    access::{Action, Actor, decide},
    membership::{Membership, Role, Status, may_add_one},
    token::Scope,
};
use proptest::{collection::vec, prelude::*};

#[derive(Debug, Clone, Copy)]
enum Move {
    Deactivate,
    Reactivate,
    ChangeRole(Role),
    /// The founder is whoever has the flag.
    MakeFounder,
    Remove,
}

#[derive(Debug, Clone, Copy)]
enum Asker {
    Member(usize),
    Stranger,
    Anonymous,
    Operator,
    /// With every scope.
    Token,
}

fn active_admins(members: &[Membership]) -> usize {
    members.iter().filter(|member| member.is_active_admin()).count()
}

/// What the use cases do: ask `decide`, then the target's own rule, with the count of this moment.
fn play(members: &mut Vec<Membership>, asker: Asker, what: Move, target: usize) -> Result<(), Refusal> {
    let (actor, own) = match asker {
        Asker::Member(number) => (Actor::User(members[number].user), Some(members[number])),
        Asker::Stranger => (Actor::User(user(99)), None),
        Asker::Anonymous => (Actor::Anonymous, None),
        Asker::Operator => (Actor::Operator, None),
        Asker::Token => (program(1, Scope::ALL), None),
    };
    let action = match what {
        Move::Deactivate => Action::DeactivateMember,
        Move::Reactivate => Action::ReactivateMember,
        Move::ChangeRole(_) => Action::ChangeRole,
        Move::MakeFounder => Action::ChangeFounder,
        Move::Remove => Action::RemoveUser,
    };
    decide(actor, open(1), own.as_ref(), action)?;
    let by = actor.user();
    let count = active_admins(members) as u64;
    let changed = match what {
        Move::Deactivate => members[target].deactivate(by, count)?,
        Move::Reactivate => members[target].reactivate()?,
        Move::ChangeRole(role) => members[target].with_role(role, count)?,
        Move::MakeFounder => {
            let changed = members[target].into_founder()?;
            // An organization names one: whoever was it stays an admin.
            members.iter_mut().for_each(|member| member.founder = false);
            changed
        }
        Move::Remove => {
            members[target].may_be_removed()?;
            members.remove(target);
            return Ok(());
        }
    };
    members[target] = changed;
    Ok(())
}

const MOST: usize = 6;

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Admin), Just(Role::Member)]
}

/// Two to six members in any state, the first of them an active admin.
fn people() -> impl Strategy<Value = Vec<Membership>> {
    let status = prop_oneof![Just(Status::Active), Just(Status::Deactivated)];
    vec((role(), status), 1..MOST).prop_map(|others| {
        let mut members = vec![membership(0, Role::Admin, Status::Active)];
        members.extend((1..).zip(others).map(|(number, (role, status))| membership(number, role, status)));
        members
    })
}

fn moves() -> impl Strategy<Value = Vec<(Asker, Move, usize)>> {
    let asker = prop_oneof![
        6 => (0..MOST).prop_map(Asker::Member),
        3 => Just(Asker::Operator),
        3 => Just(Asker::Token),
        1 => Just(Asker::Stranger),
        1 => Just(Asker::Anonymous),
    ];
    let what = prop_oneof![
        3 => Just(Move::Deactivate),
        1 => Just(Move::Reactivate),
        2 => role().prop_map(Move::ChangeRole),
        1 => Just(Move::MakeFounder),
        1 => Just(Move::Remove),
    ];
    vec((asker, what, 0..MOST), 1..80)
}

/// Numbers beyond the members that there are mean one of them all the same.
fn within((asker, what, target): (Asker, Move, usize), members: usize) -> (Asker, Move, usize) {
    let asker = if let Asker::Member(number) = asker { Asker::Member(number % members) } else { asker };
    (asker, what, target % members)
}

proptest! {
    #![proptest_config(steady())]

    // Without a founder, who could not be taken away, nothing but the count protects the organization.
    #[test]
    fn no_sequence_of_moves_leaves_an_organization_without_an_active_admin(
        mut members in people(),
        moves in moves(),
    ) {
        for step in moves {
            let (asker, what, target) = within(step, members.len());
            let before = members.clone();
            let outcome = play(&mut members, asker, what, target);
            prop_assert!(active_admins(&members) >= 1, "after {asker:?} {what:?} {target}");
            if outcome.is_err() {
                prop_assert_eq!(&members, &before, "a refused move changes nothing");
            }
        }
    }

    #[test]
    fn no_sequence_of_moves_deactivates_demotes_or_removes_the_founder(mut members in people(), moves in moves()) {
        members[0] = founder(0);
        for step in moves {
            let (asker, what, target) = within(step, members.len());
            let outcome = play(&mut members, asker, what, target);
            let founders: Vec<_> = members.iter().filter(|member| member.founder).collect();
            prop_assert_eq!(founders.len(), 1, "after {:?} {:?} {}: {:?}", asker, what, target, outcome);
            prop_assert!(founders[0].is_active_admin(), "after {:?} {:?} {}: {:?}", asker, what, target, outcome);
        }
    }

    #[test]
    fn no_move_of_a_member_or_a_token_changes_a_role_or_the_member_who_made_it(
        mut members in people(),
        moves in moves(),
    ) {
        for step in moves {
            let (asker, what, target) = within(step, members.len());
            if matches!(asker, Asker::Operator) {
                continue;
            }
            let before = members.clone();
            let _ = play(&mut members, asker, what, target);
            prop_assert_eq!(members.len(), before.len(), "and removes nobody");
            if let Asker::Member(own) = asker {
                prop_assert_eq!(members[own], before[own]);
            }
            for (now, then) in members.iter().zip(&before) {
                prop_assert_eq!((now.role, now.founder), (then.role, then.founder));
            }
        }
    }
}

#[test]
fn of_two_admins_who_deactivate_each_other_only_the_first_succeeds() {
    let mut members = vec![membership(0, Role::Admin, Status::Active), membership(1, Role::Admin, Status::Active)];
    assert_eq!(play(&mut members, Asker::Member(0), Move::Deactivate, 1), Ok(()));
    assert_eq!(play(&mut members, Asker::Member(1), Move::Deactivate, 0), Err(Refusal::MembershipDeactivated));
    assert_eq!(play(&mut members, Asker::Operator, Move::Deactivate, 0), Err(Refusal::LastActiveAdmin));
}

#[test]
fn a_token_is_nobodys_own_hand_but_leaves_the_founder_and_the_last_active_admin_as_they_are() {
    let admin = membership(1, Role::Admin, Status::Active);
    assert_eq!(admin.deactivate(Some(user(1)), 2), Err(Refusal::OwnMembership));
    assert_eq!(admin.deactivate(None, 2).map(|off| off.status), Ok(Status::Deactivated));
    assert_eq!(admin.deactivate(None, 1), Err(Refusal::LastActiveAdmin));
    assert_eq!(founder(1).deactivate(None, 2), Err(Refusal::FounderStays));
}

#[test]
fn a_deactivated_admin_does_not_count_as_one() {
    let mut members = vec![membership(0, Role::Admin, Status::Active), membership(1, Role::Admin, Status::Deactivated)];
    assert_eq!(play(&mut members, Asker::Operator, Move::ChangeRole(Role::Member), 0), Err(Refusal::LastActiveAdmin),);
}

#[test]
fn a_deactivated_member_keeps_everything_else_and_comes_back_the_same() {
    let before = membership(3, Role::Admin, Status::Active);
    let off = before.deactivate(Some(user(1)), 2).unwrap();
    assert_eq!(off, Membership { status: Status::Deactivated, ..before });
    assert_eq!(off.reactivate(), Ok(before));
}

#[test]
fn a_change_of_role_changes_nothing_else() {
    let before = membership(3, Role::Member, Status::Active);
    let raised = before.with_role(Role::Admin, 1).unwrap();
    assert_eq!(raised, Membership { role: Role::Admin, ..before });
    assert_eq!(raised.with_role(Role::Member, 2), Ok(before));
}

#[test]
fn giving_a_role_that_is_there_already_is_refused_before_anything_else() {
    for member in
        [membership(1, Role::Admin, Status::Active), founder(1), membership(1, Role::Member, Status::Deactivated)]
    {
        assert_eq!(member.with_role(member.role, 1), Err(Refusal::RoleUnchanged));
    }
}

#[test]
fn nobody_who_is_switched_off_is_made_an_admin_or_the_founder() {
    let off = membership(1, Role::Member, Status::Deactivated);
    assert_eq!(off.with_role(Role::Admin, 2), Err(Refusal::NotActive));
    assert_eq!(off.into_founder(), Err(Refusal::NotActive));
    let admin_off = membership(1, Role::Admin, Status::Deactivated);
    assert_eq!(admin_off.with_role(Role::Member, 1).map(|member| member.role), Ok(Role::Member), "the role can go");
}

#[test]
fn the_founder_is_an_admin_from_the_same_moment() {
    let before = membership(3, Role::Member, Status::Active);
    assert_eq!(before.into_founder(), Ok(Membership { founder: true, role: Role::Admin, ..before }));
    assert_eq!(founder(3).into_founder(), Err(Refusal::AlreadyFounder));
}

#[test]
fn only_whoever_is_switched_off_and_no_founder_is_removed() {
    assert_eq!(membership(1, Role::Member, Status::Active).may_be_removed(), Err(Refusal::StillActive));
    assert_eq!(founder(1).may_be_removed(), Err(Refusal::FounderStays));
    assert_eq!(Membership { status: Status::Deactivated, ..founder(1) }.may_be_removed(), Err(Refusal::FounderStays));
    for role in [Role::Member, Role::Admin] {
        assert_eq!(membership(1, role, Status::Deactivated).may_be_removed(), Ok(()));
    }
}

#[test]
fn a_limit_refuses_whoever_would_be_one_too_many() {
    assert_eq!(may_add_one(u64::MAX, None), Ok(()), "there is none unless the operator sets it");
    assert_eq!(may_add_one(2, Some(3)), Ok(()));
    for present in [3, 4, u64::MAX] {
        assert_eq!(may_add_one(present, Some(3)), Err(Refusal::MemberLimit { most: 3 }));
    }
    assert_eq!(may_add_one(0, Some(0)), Err(Refusal::MemberLimit { most: 0 }));
}
