//! Whatever is done to an organization's people, somebody is left who may undo it.

use crate::people::{founder, membership, organization, program, steady, user};
use domain::{
    Refusal,
    access::{Action, Actor, decide},
    membership::{Membership, Role, Status},
    token::Scope,
};
use proptest::{collection::vec, prelude::*};

#[derive(Debug, Clone, Copy)]
enum Move {
    Deactivate,
    Reactivate,
    ChangeRole(Role),
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
fn play(members: &mut [Membership], asker: Asker, what: Move, target: usize) -> Result<(), Refusal> {
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
    };
    decide(actor, organization(1), own.as_ref(), action)?;
    let by = actor.user();
    let count = active_admins(members) as u64;
    members[target] = match what {
        Move::Deactivate => members[target].deactivate(by, count)?,
        Move::Reactivate => members[target].reactivate()?,
        Move::ChangeRole(role) => members[target].with_role(role, count)?,
    };
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
    fn no_sequence_of_moves_deactivates_or_demotes_the_founder(mut members in people(), moves in moves()) {
        members[0] = founder(0);
        for step in moves {
            let (asker, what, target) = within(step, members.len());
            let outcome = play(&mut members, asker, what, target);
            prop_assert_eq!(members[0], founder(0), "after {:?} {:?} {}: {:?}", asker, what, target, outcome);
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
            if let Asker::Member(own) = asker {
                prop_assert_eq!(members[own], before[own]);
            }
            for (now, then) in members.iter().zip(&before) {
                prop_assert_eq!(now.role, then.role);
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
fn giving_a_role_that_is_there_already_changes_nothing_even_for_the_last_admin_and_the_founder() {
    for last in [membership(1, Role::Admin, Status::Active), founder(1)] {
        assert_eq!(last.with_role(Role::Admin, 1), Ok(last));
    }
}
