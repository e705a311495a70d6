//! WHO MAY DO WHAT, as one text to read: `tests/who_may_do_what.txt`.

use crate::{
    golden::{assert_committed, table},
    people::{founder, membership, open, organization, program, user},
};
use domain::{
    Refusal,
    access::{Action, Actor, Place, decide},
    membership::{Membership, Role, Status},
    token::{Scope, Scopes},
};
use std::collections::BTreeSet;

/// The asker of every row is `user(1)`, where it is a person.
const ASKER: u8 = 1;

/// Asks about the organization that `membership()` belongs to.
fn decide_here(actor: Actor, own: Option<&Membership>, action: Action) -> Result<(), Refusal> {
    decide(actor, open(1), own, action)
}

/// The same while the operator has closed it.
fn decide_closed(actor: Actor, own: Option<&Membership>, action: Action) -> Result<(), Refusal> {
    decide(actor, Place { suspended: true, ..open(1) }, own, action)
}

fn elsewhere(own: Membership) -> Membership {
    Membership { organization: organization(2), ..own }
}

fn actors() -> Vec<(&'static str, Actor, Option<Membership>)> {
    let asker = Actor::User(user(ASKER));
    let member_of_this = |role, status| Some(membership(ASKER, role, status));
    vec![
        ("anonymous", Actor::Anonymous, None),
        ("stranger", asker, None),
        ("admin elsewhere", asker, Some(elsewhere(membership(ASKER, Role::Admin, Status::Active)))),
        ("member", asker, member_of_this(Role::Member, Status::Active)),
        ("admin", asker, member_of_this(Role::Admin, Status::Active)),
        ("founder", asker, Some(founder(ASKER))),
        ("member, off", asker, member_of_this(Role::Member, Status::Deactivated)),
        ("admin, off", asker, member_of_this(Role::Admin, Status::Deactivated)),
        ("token", program(1, []), None),
        ("token: members", program(1, [Scope::Members]), None),
        ("token: invitations", program(1, [Scope::Invitations]), None),
        ("token: grants", program(1, [Scope::Grants]), None),
        ("token elsewhere", program(2, Scope::ALL), None),
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
        Err(Refusal::ScopeMissing { .. }) => "scope".into(),
        Err(Refusal::PeopleOnly) => "people".into(),
        Err(Refusal::OrganizationSuspended) => "closed".into(),
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
scope     scope_missing: the token was made without the scope for it
people    people_only: no token may, whatever its scopes
closed    organization_suspended: the operator has closed the organization

'token' has no scope, 'token: members' and its like the one that is named. 'token elsewhere' has every scope, and
belongs to another organization.

";

const CLOSED: &str = "
2. The same in an organization that is suspended

";

const TARGETS: &str = "
3. Every member, as the target of what may be done to them

The asker is an admin (who may deactivate and reactivate) or the operator (who may do the rest).
'others' says whether the organization has active admins beside the target.

";

type Decide = fn(Actor, Option<&Membership>, Action) -> Result<(), Refusal>;

fn every_action(decide: Decide) -> String {
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
    let heading = ["", "others", "deactivate", "reactivate", "make admin", "make member", "make founder", "remove"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for (name, others, target) in targets {
        let active_admins = u64::from(others == "yes") + u64::from(target.is_active_admin());
        let code = |refusal: Refusal| refusal.code().to_owned();
        let say = |answer: Result<Membership, Refusal>| answer.map_or_else(code, |_| "yes".to_owned());
        rows.push(vec![
            name.to_owned(),
            others.to_owned(),
            say(target.deactivate(Some(user(ASKER)), active_admins)),
            say(target.reactivate()),
            say(target.with_role(Role::Admin, active_admins)),
            say(target.with_role(Role::Member, active_admins)),
            say(target.into_founder()),
            say(target.may_be_removed().map(|()| target)),
        ]);
    }
    table(&rows)
}

#[test]
fn the_committed_table_says_who_may_do_what() {
    let (open, closed) = (every_action(decide_here), every_action(decide_closed));
    let now = format!("{HEAD}{open}{CLOSED}{closed}{TARGETS}{}", every_target());
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
        | Action::EndMemberSessions
        | Action::ChangeRole
        | Action::SaveGrants
        | Action::CreateNamespace
        | Action::SeeTokens
        | Action::CreateToken
        | Action::AssignToken
        | Action::RemoveToken
        | Action::ApproveLogin
        | Action::LimitGrant
        | Action::SeeRequests
        | Action::FileRequest
        | Action::WithdrawRequest
        | Action::DecideRequest
        | Action::ChangeFounder
        | Action::GivePermission
        | Action::TakePermission
        | Action::ChangeLimits
        | Action::RemoveUser
        | Action::AdoptNamespace
        | Action::DeleteNamespace
        | Action::SuspendOrganization
        | Action::ResumeOrganization
        | Action::ConfirmDeletions
        | Action::EndGrants => action.code(),
    };
    let codes: BTreeSet<&str> = Action::ALL.map(named).into();
    assert_eq!(codes.len(), 38, "each of the thirty-eight stands in ALL once, with a code of its own");
}

#[test]
fn the_membership_of_somebody_else_never_speaks_for_the_asker() {
    let powerful = [founder(2), membership(2, Role::Admin, Status::Active)];
    for somebody_else in powerful {
        for action in Action::ALL.into_iter().filter(|action| *action != Action::AcceptInvitation) {
            let answer = decide_here(Actor::User(user(ASKER)), Some(&somebody_else), action);
            assert_eq!(answer, Err(Refusal::NotFound), "{action:?}");
        }
    }
}

#[test]
fn a_membership_of_another_organization_never_speaks_for_the_asker() {
    let asker = Actor::User(user(ASKER));
    for own in [founder(ASKER), membership(ASKER, Role::Admin, Status::Deactivated)] {
        for action in Action::ALL.into_iter().filter(|action| *action != Action::AcceptInvitation) {
            assert_eq!(decide(asker, open(2), Some(&own), action), Err(Refusal::NotFound), "{action:?}");
            assert_eq!(decide_here(asker, Some(&elsewhere(own)), action), Err(Refusal::NotFound), "{action:?}");
        }
    }
}

#[test]
fn a_token_may_what_its_scopes_may_one_by_one_and_nothing_for_having_several() {
    for (members, invitations, grants) in every_choice() {
        let scopes = Scopes { members, invitations, grants };
        for action in Action::ALL {
            let may = |scopes: Scopes| decide_here(program(1, scopes.iter()), None, action).is_ok();
            let one_by_one = may(Scopes::default()) || scopes.iter().any(|scope| may([scope].into_iter().collect()));
            assert_eq!(may(scopes), one_by_one, "{scopes:?} {action:?}");
        }
    }
}

fn every_choice() -> impl Iterator<Item = (bool, bool, bool)> {
    (0..8).map(|bits| (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0))
}

#[test]
fn no_token_touches_tokens_logins_roles_namespaces_or_links_of_acceptance() {
    for action in [
        Action::SeeTokens,
        Action::CreateToken,
        Action::AssignToken,
        Action::RemoveToken,
        Action::ChangeRole,
        Action::CreateNamespace,
        Action::AcceptInvitation,
        Action::ApproveLogin,
        Action::SeeRequests,
        Action::FileRequest,
        Action::WithdrawRequest,
    ] {
        assert_eq!(decide_here(program(1, Scope::ALL), None, action), Err(Refusal::PeopleOnly), "{action:?}");
    }
}

/// The acts of section 7 of the product contract.
const OPERATORS: [Action; 11] = [
    Action::ChangeRole,
    Action::DecideRequest,
    Action::ChangeFounder,
    Action::GivePermission,
    Action::TakePermission,
    Action::ChangeLimits,
    Action::RemoveUser,
    Action::AdoptNamespace,
    Action::DeleteNamespace,
    Action::SuspendOrganization,
    Action::ResumeOrganization,
];

#[test]
fn what_is_the_operators_is_nobody_elses_and_is_not_stopped_by_a_suspension() {
    for action in OPERATORS.into_iter().chain([Action::ConfirmDeletions]) {
        for (name, actor, own) in actors() {
            let (open, closed) = (decide_here(actor, own.as_ref(), action), decide_closed(actor, own.as_ref(), action));
            assert_eq!(open.is_ok(), actor == Actor::Operator, "{name} {action:?}");
            assert_eq!(closed.is_ok(), actor == Actor::Operator, "{name} {action:?}");
        }
    }
}

#[test]
fn only_those_who_would_be_let_in_learn_that_an_organization_is_suspended() {
    for action in Action::ALL {
        for (name, actor, own) in actors() {
            let (open, closed) = (decide_here(actor, own.as_ref(), action), decide_closed(actor, own.as_ref(), action));
            let belongs = own.is_some_and(|own| own.organization == organization(1) && own.is_active())
                || matches!(actor, Actor::Token(bearer) if bearer.organization == organization(1));
            let by_link = action == Action::AcceptInvitation
                && matches!(actor, Actor::Anonymous | Actor::User(_) | Actor::System);
            let expected = if belongs || by_link { Err(Refusal::OrganizationSuspended) } else { open };
            assert_eq!(closed, expected, "{name} {action:?}");
        }
    }
}

#[test]
fn what_time_does_nobody_asks_for() {
    for (name, actor, own) in actors() {
        let answer = decide_here(actor, own.as_ref(), Action::EndGrants);
        assert_eq!(answer.is_ok(), actor == Actor::System, "{name}");
    }
    assert_eq!(decide_closed(Actor::System, None, Action::EndGrants), Ok(()), "an end waits for nobody");
}

#[test]
fn a_missing_scope_is_named() {
    let refused = |action| decide_here(program(1, []), None, action);
    assert_eq!(refused(Action::DeactivateMember), Err(Refusal::ScopeMissing { scope: Scope::Members }));
    assert_eq!(refused(Action::CopyInvitationLink), Err(Refusal::ScopeMissing { scope: Scope::Invitations }));
    assert_eq!(refused(Action::SaveGrants), Err(Refusal::ScopeMissing { scope: Scope::Grants }));
}

#[test]
fn a_token_cannot_tell_an_organization_of_others_from_one_that_does_not_exist() {
    for action in Action::ALL {
        assert_eq!(decide_here(program(2, Scope::ALL), None, action), Err(Refusal::NotFound), "{action:?}");
    }
}

#[test]
fn a_membership_gives_nothing_to_an_actor_who_is_no_user() {
    let founder = founder(ASKER);
    let tokens = [program(1, []), program(1, Scope::ALL), program(2, Scope::ALL)];
    for actor in [Actor::Anonymous, Actor::System, Actor::Operator].into_iter().chain(tokens) {
        for action in Action::ALL {
            let answer = decide_here(actor, Some(&founder), action);
            assert_eq!(answer, decide_here(actor, None, action), "{actor:?} {action:?}");
        }
    }
}

#[test]
fn a_stranger_cannot_tell_an_organization_they_may_not_see_from_one_that_does_not_exist() {
    for action in Action::ALL.into_iter().filter(|action| *action != Action::AcceptInvitation) {
        assert_eq!(decide_here(Actor::User(user(ASKER)), None, action), Err(Refusal::NotFound), "{action:?}");
    }
}

#[test]
fn the_page_is_told_the_same_about_deactivating_as_the_server_decides() {
    for target in [membership(2, Role::Member, Status::Active), membership(1, Role::Admin, Status::Active), founder(2)]
    {
        for active_admins in 0..4 {
            let decided = target.deactivate(Some(user(ASKER)), active_admins).map(|_| ());
            assert_eq!(target.may_be_deactivated(Some(user(ASKER)), active_admins), decided);
        }
    }
}
