//! WHO MAY DO WHAT, as one text to read: `tests/who_may_do_what.txt`.

use crate::{
    golden::{assert_committed, table},
    people::{founder, membership, user},
};
use domain::{
    Refusal,
    access::{Action, Actor, decide},
    membership::{Membership, Role, Status},
};
use std::collections::BTreeSet;

/// The asker of every row is `user(1)`, where it is a person.
const ASKER: u8 = 1;

fn actors() -> Vec<(&'static str, Actor, Option<Membership>)> {
    let asker = Actor::User(user(ASKER));
    let member_of_this = |role, status| Some(membership(ASKER, role, status));
    vec![
        ("anonymous", Actor::Anonymous, None),
        ("stranger", asker, None),
        // Memberships elsewhere are not asked for: what decides is the asker's own row in this organization.
        ("admin elsewhere", asker, None),
        ("member", asker, member_of_this(Role::Member, Status::Active)),
        ("admin", asker, member_of_this(Role::Admin, Status::Active)),
        ("founder", asker, Some(founder(ASKER))),
        ("member, off", asker, member_of_this(Role::Member, Status::Deactivated)),
        ("admin, off", asker, member_of_this(Role::Admin, Status::Deactivated)),
        ("operator", Actor::Operator, None),
        ("system", Actor::System, None),
    ]
}

/// Short words for the refusals that fill the first table, explained above it.
fn short(answer: Result<(), Refusal>) -> String {
    match answer {
        Ok(()) => "yes".into(),
        Err(Refusal::NotSignedIn) => "sign in".into(),
        Err(Refusal::NotFound) => "absent".into(),
        Err(Refusal::AdminsOnly) => "admins".into(),
        Err(Refusal::OperatorOnly) => "operator".into(),
        Err(Refusal::MembershipDeactivated) => "off".into(),
        Err(other) => other.code().into(),
    }
}

const HEAD: &str = "\
WHO MAY DO WHAT
Written by tests/rules/who_may_do_what.rs. To write it anew: BLESS=1 cargo nextest run -p domain committed

1. Every action, asked by everyone

yes       it is done
sign in   not_signed_in: nobody is signed in
absent    not_found: as if the organization did not exist
admins    admins_only
operator  operator_only
off       membership_deactivated: the asker's own membership here is switched off

";

const TARGETS: &str = "
2. Every member, as the target of what may be done to them

The asker is an admin (who may deactivate and reactivate) or the operator (who may change roles).
'others' says whether the organization has active admins beside the target.

";

fn every_action() -> String {
    let actors = actors();
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(actors.iter().map(|(name, ..)| (*name).to_owned()));
    for action in Action::ALL {
        let mut row = vec![action.code().to_owned()];
        row.extend(actors.iter().map(|(_, actor, own)| short(decide(*actor, own.as_ref(), action))));
        rows.push(row);
    }
    table(&rows)
}

fn every_target() -> String {
    let someone = |role, status| membership(2, role, status);
    let own = |role| membership(ASKER, role, Status::Active);
    let targets = [
        ("plain member", "yes", someone(Role::Member, Status::Active)),
        ("admin", "yes", someone(Role::Admin, Status::Active)),
        ("last active admin", "no", someone(Role::Admin, Status::Active)),
        ("founder", "yes", founder(2)),
        ("founder, last active admin", "no", founder(2)),
        ("own row, member", "yes", own(Role::Member)),
        ("own row, admin", "yes", own(Role::Admin)),
        ("own row, last active admin", "no", own(Role::Admin)),
        ("own row, founder", "yes", founder(ASKER)),
        ("deactivated member", "yes", someone(Role::Member, Status::Deactivated)),
        ("deactivated admin", "yes", someone(Role::Admin, Status::Deactivated)),
    ];
    let heading = ["", "others", "deactivate", "reactivate", "make admin", "make member"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for (name, others, target) in targets {
        let active_admins = u64::from(others == "yes") + u64::from(target.is_active_admin());
        let say = |answer: Result<Membership, Refusal>| match answer {
            Ok(_) => "yes".to_owned(),
            Err(refusal) => refusal.code().to_owned(),
        };
        rows.push(vec![
            name.to_owned(),
            others.to_owned(),
            say(target.deactivate(user(ASKER), active_admins)),
            say(target.reactivate()),
            say(target.with_role(Role::Admin, active_admins)),
            say(target.with_role(Role::Member, active_admins)),
        ]);
    }
    table(&rows)
}

#[test]
fn the_committed_table_says_who_may_do_what() {
    let now = format!("{HEAD}{}{TARGETS}{}", every_action(), every_target());
    assert_committed("who_may_do_what.txt", &now);
}

#[test]
fn every_action_is_in_the_table_under_a_name_of_its_own() {
    // A new action must be named here, and then in `Action::ALL`, or the table would not show it.
    let named = |action: Action| match action {
        Action::SeeOrganization
        | Action::SeeMembers
        | Action::SeeNamespaces
        | Action::SeeActivity
        | Action::SeeOwnGrants
        | Action::SeeGrants
        | Action::SendInvitations
        | Action::CopyInvitationLink
        | Action::ResendInvitation
        | Action::RevokeInvitation
        | Action::AcceptInvitation
        | Action::DeactivateMember
        | Action::ReactivateMember
        | Action::ChangeRole
        | Action::SaveGrants
        | Action::CreateNamespace => action.code(),
    };
    let codes: BTreeSet<&str> = Action::ALL.map(named).into();
    assert_eq!(codes.len(), 16, "each of the sixteen stands in ALL once, with a code of its own");
}

#[test]
fn the_membership_of_somebody_else_never_speaks_for_the_asker() {
    let powerful = [founder(2), membership(2, Role::Admin, Status::Active)];
    for somebody_else in powerful {
        for action in Action::ALL.into_iter().filter(|action| *action != Action::AcceptInvitation) {
            let answer = decide(Actor::User(user(ASKER)), Some(&somebody_else), action);
            assert_eq!(answer, Err(Refusal::NotFound), "{action:?}");
        }
    }
}

#[test]
fn a_membership_gives_nothing_to_an_actor_who_is_no_user() {
    let founder = founder(ASKER);
    for actor in [Actor::Anonymous, Actor::System, Actor::Operator] {
        for action in Action::ALL {
            assert_eq!(decide(actor, Some(&founder), action), decide(actor, None, action), "{actor:?} {action:?}");
        }
    }
}

#[test]
fn a_stranger_cannot_tell_an_organization_they_may_not_see_from_one_that_does_not_exist() {
    for action in Action::ALL.into_iter().filter(|action| *action != Action::AcceptInvitation) {
        assert_eq!(decide(Actor::User(user(ASKER)), None, action), Err(Refusal::NotFound), "{action:?}");
    }
}

#[test]
fn the_page_is_told_the_same_about_deactivating_as_the_server_decides() {
    for target in [membership(2, Role::Member, Status::Active), membership(1, Role::Admin, Status::Active), founder(2)]
    {
        for active_admins in 0..4 {
            let decided = target.deactivate(user(ASKER), active_admins).map(|_| ());
            assert_eq!(target.may_be_deactivated(user(ASKER), active_admins), decided);
        }
    }
}
