//! The acts by which a permission is told from the others, held against the roles that are shipped.

use controller::roles::{name, permissions};
use domain::{
    effective::Act,
    permission::Permission::{self, WriteFull},
};
use k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule};

fn allows(rule: &PolicyRule, act: Act) -> bool {
    let named = |list: &Option<Vec<String>>, word: &str| list.iter().flatten().any(|it| it == word || it == "*");
    let verb = rule.verbs.iter().any(|verb| verb == act.verb || verb == "*");
    verb && named(&rule.api_groups, act.group) && named(&rule.resources, act.resource) && rule.resource_names.is_none()
}

fn role_of(permission: Permission) -> ClusterRole {
    let found = permissions().into_iter().find(|role| role.metadata.name == Some(name(permission)));
    found.unwrap_or_else(|| panic!("no role of {permission}"))
}

/// What `w:full` allows is the API server's own business: it is asked in `cluster::permissions`.
#[test]
fn each_act_is_allowed_by_the_role_of_its_permission_and_by_no_other() {
    let all: Vec<_> = Act::for_each_permission().collect();
    for (permission, act) in &all {
        let allowing: Vec<_> = all
            .iter()
            .map(|(other, _)| *other)
            .filter(|other| role_of(*other).rules.iter().flatten().any(|rule| allows(rule, *act)))
            .collect();
        let expected = if *permission == WriteFull { Vec::new() } else { vec![*permission] };
        assert_eq!(allowing, expected, "{act:?}");
    }
}
