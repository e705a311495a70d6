//! What the cluster should hold, from any facts in any order.

use crate::people::{organization, steady, token, user};
use domain::{
    binding::{
        Binding, BindingName, ClusterRole, Facts, Given, Key, Member, NobodyRead, Subject, Token, group, next_end,
        wanted,
    },
    id::UserId,
    membership::Status,
    permission::Permission,
    text::NamespaceName,
    time::Timestamp,
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use std::{collections::BTreeSet, time::Duration};

const NOW: Timestamp = Timestamp::from_micros(1_000_000);

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(0).plus(Duration::from_secs(seconds))
}

fn named(text: &str) -> NamespaceName {
    NamespaceName::parse(text).expect("a namespace's name")
}

fn tick(namespace: &str) -> Given {
    let by = "ada@northwind.example".into();
    Given { namespace: named(namespace), role: ClusterRole::Standard, by, at: NOW, ends_at: None }
}

fn member(number: u8, given: Vec<Given>) -> Member {
    Member { user: user(number), status: Status::Active, email: format!("{number}@northwind.example"), given }
}

fn facts(members: Vec<Member>, tokens: Vec<Token>) -> Facts {
    Facts { organization: organization(1), suspended: false, active_admins: 1, members, tokens }
}

fn keys(facts: &Facts) -> Vec<Key> {
    wanted(facts, NOW).expect("somebody is there").iter().map(Binding::key).collect()
}

#[test]
fn names_usernames_and_groups_are_fixed_words_and_ids() {
    let (user, token) = (user(1), token(2));
    assert_eq!(Subject::User(user).username(), format!("bailiwick:user:{user}"));
    assert_eq!(Subject::Token(token).username(), format!("bailiwick:token:{token}"));
    assert_eq!(group(organization(3)), format!("bailiwick:organization:{}", organization(3)));
    let name = |subject, role| BindingName { subject, role }.to_string();
    assert_eq!(name(Subject::User(user), ClusterRole::Standard), format!("bailiwick-user-{user}"));
    let full = ClusterRole::of(Permission::WriteFull);
    assert_eq!(name(Subject::Token(token), full), format!("bailiwick-token-{token}-w-full"));
    assert_eq!(ClusterRole::ALL.map(ClusterRole::name), ["bailiwick:standard", "bailiwick:w:pods", "bailiwick:w:full"]);
}

#[test]
fn what_an_admin_may_give_is_one_role_and_each_withheld_permission_its_own() {
    for permission in Permission::STANDARD {
        assert_eq!(ClusterRole::of(permission), ClusterRole::Standard);
    }
    for permission in Permission::WITHHELD {
        assert_eq!(ClusterRole::of(permission), ClusterRole::Withheld(permission));
    }
    let of_all: BTreeSet<_> =
        Permission::STANDARD.into_iter().chain(Permission::WITHHELD).map(ClusterRole::of).collect();
    assert_eq!(of_all, BTreeSet::from(ClusterRole::ALL));
}

#[test]
fn names_are_read_back_and_nothing_else_is_a_name() {
    for subject in [Subject::User(user(1)), Subject::Token(token(1))] {
        assert_eq!(Subject::from_username(&subject.username()), Some(subject));
        assert_eq!(Subject::from_label(&subject.label()), Some(subject));
        for role in ClusterRole::ALL {
            let name = BindingName { subject, role };
            assert_eq!(name.to_string().parse(), Ok(name));
        }
    }
    let id = UserId::from_random([0xab; 16]).to_string();
    for text in [
        String::new(),
        id.clone(),
        format!("bailiwick-{id}"),
        format!("bailiwick-user-{}", id.to_uppercase()),
        format!("bailiwick-user-{}", id.replace('-', "")),
        format!("bailiwick-user-{{{id}}}"),
        format!("bailiwick-user-{id}-copy"),
        format!("bailiwick-user-{id}-r-full"),
        format!("bailiwick-user-{id}-w-pods-w-pods"),
        format!("bailiwick-group-{id}"),
        format!(" bailiwick-user-{id}"),
    ] {
        assert!(text.parse::<BindingName>().is_err(), "{text:?}");
    }
    for username in ["system:masters", "bailiwick:user:", "bailiwick:user:system:masters", "BAILIWICK:user:1", &id] {
        assert_eq!(Subject::from_username(username), None, "{username:?}");
    }
}

#[test]
fn a_read_without_an_active_admin_is_no_wish_to_delete_everything() {
    let nothing = Facts { active_admins: 0, ..facts(Vec::new(), Vec::new()) };
    assert_eq!(wanted(&nothing, NOW), Err(NobodyRead));
    let nobody_granted = facts(vec![member(1, Vec::new())], Vec::new());
    assert_eq!(wanted(&nobody_granted, NOW), Ok(Vec::new()), "taking the last grant is a wish");
}

#[test]
fn a_token_wants_nothing_from_the_moment_it_ends() {
    let ends = |expires_at, removed| {
        let given = vec![tick("northwind-dev")];
        facts(Vec::new(), vec![Token { token: token(1), label: "ci".into(), expires_at, removed, given }])
    };
    let count = |facts: &Facts| wanted(facts, NOW).expect("an admin is there").len();
    assert_eq!(count(&ends(None, false)), 1);
    assert_eq!(count(&ends(Some(NOW.plus(Duration::from_micros(1))), false)), 1);
    assert_eq!(count(&ends(Some(NOW), false)), 0);
    assert_eq!(count(&ends(None, true)), 0);
    assert_eq!(next_end(&ends(Some(at(5)), false), NOW), Some(at(5)));
    assert_eq!(next_end(&ends(Some(at(5)), true), NOW), None);
    assert_eq!(next_end(&ends(Some(at(5)), false), at(5)), None);
    assert_eq!(next_end(&ends(None, false), NOW), None);
}

#[test]
fn a_grant_wants_nothing_from_the_moment_it_ends_whoever_has_it() {
    let until = |ends_at| vec![Given { ends_at, ..tick("northwind-dev") }];
    let of_member = |ends_at| facts(vec![member(1, until(ends_at))], Vec::new());
    let of_token = |ends_at| {
        let token =
            Token { token: token(1), label: "ci".into(), expires_at: None, removed: false, given: until(ends_at) };
        facts(Vec::new(), vec![token])
    };
    for of in [&of_member as &dyn Fn(Option<Timestamp>) -> Facts, &of_token] {
        let count = |ends_at| wanted(&of(ends_at), NOW).expect("an admin is there").len();
        assert_eq!(count(None), 1);
        assert_eq!(count(Some(NOW.plus(Duration::from_micros(1)))), 1);
        assert_eq!(count(Some(NOW)), 0);
        assert_eq!(next_end(&of(Some(at(5))), NOW), Some(at(5)));
        assert_eq!(next_end(&of(Some(at(5))), at(5)), None, "that was it");
        assert_eq!(next_end(&of(None), NOW), None);
    }
}

#[test]
fn what_ends_next_is_the_first_of_all_ends() {
    let until = |seconds| Given { ends_at: Some(at(seconds)), ..tick("northwind-dev") };
    let with = |expires_at| Token {
        token: token(1),
        label: "ci".into(),
        expires_at,
        removed: false,
        given: vec![until(8), tick("northwind-qa")],
    };
    let all = facts(
        vec![member(1, vec![until(9), until(7)]), member(2, vec![tick("northwind-dev")])],
        vec![with(Some(at(6)))],
    );
    assert_eq!(next_end(&all, NOW), Some(at(6)), "the token, and with it whatever it has");
    assert_eq!(next_end(&all, at(6)), Some(at(7)), "what a token has that ended does not count");
    assert_eq!(next_end(&all, at(7)), Some(at(9)));
    assert_eq!(next_end(&all, at(9)), None);
}

#[test]
fn one_end_takes_one_binding_and_leaves_the_others_of_the_same_person() {
    let pods = ClusterRole::of(Permission::WritePods);
    let given = vec![
        tick("northwind-dev"),
        Given { role: pods, ends_at: Some(NOW), ..tick("northwind-dev") },
        Given { ends_at: Some(NOW), ..tick("northwind-qa") },
    ];
    let left = wanted(&facts(vec![member(1, given)], Vec::new()), NOW).expect("an admin is there");
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].namespace.as_str(), left[0].role), ("northwind-dev", ClusterRole::Standard));
}

#[test]
fn an_organization_that_is_suspended_wants_nothing_and_still_proves_that_it_was_read() {
    let open = facts(vec![member(1, vec![tick("northwind-dev")])], Vec::new());
    assert_eq!(keys(&open).len(), 1);
    let closed = Facts { suspended: true, ..open.clone() };
    assert_eq!(wanted(&closed, NOW), Ok(Vec::new()));
    assert_eq!(wanted(&Facts { active_admins: 0, ..closed.clone() }, NOW), Err(NobodyRead));
    assert_eq!(keys(&Facts { suspended: false, ..closed }), keys(&open), "and everything again");
}

#[test]
fn what_was_given_twice_is_one_binding_noted_as_first_given() {
    let again = Given { by: "bob@northwind.example".into(), at: at(9), ..tick("northwind-dev") };
    for given in [vec![tick("northwind-dev"), again.clone()], vec![again.clone(), tick("northwind-dev")]] {
        let bindings = wanted(&facts(vec![member(1, given)], Vec::new()), NOW).expect("somebody is there");
        assert_eq!(bindings.len(), 1);
        assert_eq!(bindings[0].note.granted_by, "ada@northwind.example");
    }
}

/// What somebody would like to be taken for.
fn hostile() -> impl Strategy<Value = String> {
    let known = select(vec![
        "system:masters",
        "SYSTEM:MASTERS",
        "system:masters@evil.example",
        "ｓｙｓｔｅｍ:masters",
        "system\u{200B}:masters",
        "system:serviceaccount:kube-system:default",
        "bailiwick:user:00000000-0000-4000-8000-000000000000",
        "bailiwick:organization:x",
        "cluster-admin",
        "../../clusterroles/cluster-admin",
        "a\nroleRef: cluster-admin",
        "",
    ]);
    prop_oneof![known.prop_map(str::to_owned), any::<String>()]
}

fn given() -> impl Strategy<Value = Given> {
    let namespace = select(vec!["northwind-a", "northwind-b", "northwind-c"]);
    (namespace, select(ClusterRole::ALL.to_vec()), hostile(), 0_u64..50, option::weighted(0.3, 0_u64..4)).prop_map(
        |(namespace, role, by, seconds, ends)| {
            let (namespace, at, ends_at) = (named(namespace), at(seconds), ends.map(at));
            Given { namespace, role, by, at, ends_at }
        },
    )
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let members = vec((any::<bool>(), hostile(), vec(given(), 0..5)), 0..6).prop_map(|members| {
        let status = |active| if active { Status::Active } else { Status::Deactivated };
        let numbered = (0..).zip(members);
        numbered
            .map(|(number, (active, email, given))| Member { user: user(number), status: status(active), email, given })
            .collect::<Vec<_>>()
    });
    let tokens = vec((hostile(), option::of(0_u64..3), any::<bool>(), vec(given(), 0..5)), 0..6).prop_map(|tokens| {
        (0..)
            .zip(tokens)
            .map(|(number, (label, ends, removed, given))| Token {
                token: token(number),
                label,
                expires_at: ends.map(at),
                removed,
                given,
            })
            .collect::<Vec<_>>()
    });
    (members, tokens).prop_map(|(members, tokens)| facts(members, tokens))
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn deactivating_a_member_removes_exactly_their_bindings(facts in any_facts(), which in any::<proptest::sample::Index>()) {
        prop_assume!(!facts.members.is_empty());
        let before = wanted(&facts, NOW).expect("an admin is there");
        let mut after = facts.clone();
        let member = which.get_mut(&mut after.members);
        member.status = Status::Deactivated;
        let subject = Subject::User(member.user);
        let others: Vec<_> = before.into_iter().filter(|binding| binding.subject != subject).collect();
        prop_assert_eq!(wanted(&after, NOW), Ok(others));
    }

    #[test]
    fn removing_a_token_removes_exactly_its_bindings(facts in any_facts(), which in any::<proptest::sample::Index>()) {
        prop_assume!(!facts.tokens.is_empty());
        let before = wanted(&facts, NOW).expect("an admin is there");
        let mut after = facts.clone();
        let token = which.get_mut(&mut after.tokens);
        token.removed = true;
        let subject = Subject::Token(token.token);
        let others: Vec<_> = before.into_iter().filter(|binding| binding.subject != subject).collect();
        prop_assert_eq!(wanted(&after, NOW), Ok(others));
    }

    #[test]
    fn giving_something_new_adds_exactly_one(facts in any_facts(), role in select(ClusterRole::ALL.to_vec())) {
        let mut after = facts.clone();
        after.members.push(member(200, Vec::new()));
        prop_assert_eq!(keys(&after), keys(&facts), "a member without a grant wants nothing");
        if let Some(member) = after.members.last_mut() {
            member.given.push(Given { role, ..tick("northwind-new") });
        }
        let (before, after): (BTreeSet<_>, BTreeSet<_>) = (keys(&facts).into_iter().collect(), keys(&after).into_iter().collect());
        let name = BindingName { subject: Subject::User(user(200)), role };
        prop_assert!(before.is_subset(&after));
        let added: Vec<_> = after.difference(&before).cloned().collect();
        prop_assert_eq!(added, vec![Key { namespace: named("northwind-new"), name }]);
    }

    // Between two ends nothing changes by time: a controller that wakes at each of them misses nothing.
    #[test]
    fn the_wish_stays_the_same_until_the_next_end(facts in any_facts(), seconds in 0_u64..4) {
        let now = at(seconds);
        let wish = |at| wanted(&facts, at).expect("an admin is there");
        match next_end(&facts, now) {
            Some(end) => {
                prop_assert!(end > now);
                prop_assert_eq!(wish(now), wish(end.minus(Duration::from_micros(1))));
            }
            None => prop_assert_eq!(wish(now), wish(at(1_000))),
        }
    }

    #[test]
    fn the_order_of_the_facts_does_not_matter(facts in any_facts(), seed in any::<u64>()) {
        let mut turned = facts.clone();
        let turns = |length: usize| if length == 0 { 0 } else { seed as usize % length };
        turned.members.rotate_left(turns(facts.members.len()));
        turned.tokens.reverse();
        for given in turned.members.iter_mut().map(|it| &mut it.given).chain(turned.tokens.iter_mut().map(|it| &mut it.given)) {
            given.reverse();
        }
        prop_assert_eq!(wanted(&facts, NOW), wanted(&turned, NOW));
    }

    #[test]
    fn no_two_bindings_share_a_name_and_every_name_is_a_dns_label(facts in any_facts()) {
        let names: Vec<_> = wanted(&facts, NOW)
            .expect("an admin is there")
            .iter()
            .map(|binding| (binding.namespace.clone(), binding.name().to_string()))
            .collect();
        prop_assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for (_, name) in &names {
            prop_assert!(NamespaceName::parse(name).is_ok(), "{}", name);
        }
    }

    #[test]
    fn what_people_typed_reaches_the_note_and_nothing_else(facts in any_facts(), name in hostile()) {
        let mut renamed = facts.clone();
        for email in renamed.members.iter_mut().map(|it| &mut it.email).chain(renamed.tokens.iter_mut().map(|it| &mut it.label)) {
            email.clone_from(&name);
        }
        let plain = |facts: &Facts| -> Vec<_> {
            let bindings = wanted(facts, NOW).expect("an admin is there");
            bindings.iter().map(|it| (it.key(), it.subject.username(), it.subject.label(), it.role.name(), group(it.organization))).collect()
        };
        prop_assert_eq!(plain(&facts), plain(&renamed));
        for (_, username, label, role, group) in plain(&renamed) {
            prop_assert!(username.starts_with("bailiwick:") && group.starts_with("bailiwick:"));
            prop_assert!(ClusterRole::ALL.map(ClusterRole::name).contains(&role));
            let fixed = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b':' | b'-'));
            prop_assert!(fixed(&username) && fixed(&group) && fixed(&label));
            prop_assert!(label.len() <= 63, "a label's value");
        }
    }
}
