//! What is wrong with a ClusterRole that bindings refer to: it is missing, or gives less than what is shipped.
//!
//! The API server authorizes by a role's `rules` alone, and so it is judged by them, aggregated or not. An aggregated role gets
//! its rules from the cluster's kube-controller-manager; in a cluster without one it stays empty, and gives nothing.

use super::permissions;
use domain::{binding::ClusterRole as Bound, effective::Act, permission::Permission};
use k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule};
use std::{collections::BTreeSet, fmt};

/// How to bring the roles back, as an admin types it.
pub(crate) const COMMAND: &str = "`bailiwick cluster manifests | kubectl apply -f -`";

/// A sentence about one role, without its first word and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    Missing(Bound),
    /// It has no rules at all.
    Empty(Bound),
    /// The same of an aggregated role: applying the manifests is not enough where nobody fills it.
    Unfilled(Bound),
    /// What it does not give, the first of them by name.
    Less {
        role: Bound,
        first: String,
        others: usize,
    },
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(role) => write!(f, "ClusterRole {} is missing", role.name()),
            Self::Empty(role) | Self::Unfilled(role) => write!(f, "ClusterRole {} is empty", role.name()),
            Self::Less { role, first, others: 0 } => {
                write!(f, "ClusterRole {} lacks the right to {first}", role.name())
            }
            Self::Less { role, first, others } => {
                write!(f, "ClusterRole {} lacks the right to {first}, and {others} more", role.name())
            }
        }
    }
}

/// What is wrong with this role, as the cluster has it. `None`: it gives all that is shipped.
pub(crate) fn wrong(role: Bound, found: Option<&ClusterRole>) -> Option<Wrong> {
    let Some(found) = found else { return Some(Wrong::Missing(role)) };
    let rules = found.rules.as_deref().unwrap_or_default();
    if rules.is_empty() {
        let aggregated = found.aggregation_rule.is_some();
        return Some(if aggregated { Wrong::Unfilled(role) } else { Wrong::Empty(role) });
    }
    let shipped = shipped(role);
    let mut lacking = shipped.iter().filter(|deed| !rules.iter().any(|rule| allows(rule, deed)));
    let (verb, group, resource) = lacking.next()?;
    let group = if group.is_empty() { String::new() } else { format!(".{group}") };
    Some(Wrong::Less { role, first: format!("{verb} {resource}{group}"), others: lacking.count() })
}

/// Verb, group and resource.
type Deed = (String, String, String);

/// Everything that a role should allow. Of `w:full`, which is whatever Kubernetes' own `admin` is in the cluster's version, no
/// more than the act that tells it.
fn shipped(role: Bound) -> BTreeSet<Deed> {
    if role == Bound::Withheld(Permission::WriteFull) {
        let Act { verb, group, resource } = Act::that_tells(Permission::WriteFull);
        return BTreeSet::from([(verb.to_owned(), group.to_owned(), resource.to_owned())]);
    }
    let names: Vec<_> = role.permissions().iter().map(|permission| super::name(*permission)).collect();
    let roles = permissions().into_iter().filter(|it| it.metadata.name.as_ref().is_some_and(|it| names.contains(it)));
    roles.flat_map(|it| it.rules.unwrap_or_default()).flat_map(|rule| deeds(&rule)).collect()
}

fn deeds(rule: &PolicyRule) -> Vec<Deed> {
    let groups = rule.api_groups.iter().flatten();
    let resources = groups.flat_map(|group| rule.resources.iter().flatten().map(move |resource| (group, resource)));
    let deeds = resources.flat_map(|(group, resource)| rule.verbs.iter().map(move |verb| (verb, group, resource)));
    deeds.map(|(verb, group, resource)| (verb.clone(), group.clone(), resource.clone())).collect()
}

/// Whether one rule allows it for every object, as the API server reads a rule.
fn allows(rule: &PolicyRule, (verb, group, resource): &Deed) -> bool {
    let named = |list: &[String], word: &str| list.iter().any(|it| it == word || it == "*");
    let part = resource.split_once('/').map(|(_, part)| format!("*/{part}"));
    let resources = rule.resources.as_deref().unwrap_or_default();
    rule.resource_names.as_ref().is_none_or(Vec::is_empty)
        && named(&rule.verbs, verb)
        && named(rule.api_groups.as_deref().unwrap_or_default(), group)
        && (named(resources, resource) || part.is_some_and(|part| resources.contains(&part)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roles::rule;

    const PODS: Bound = Bound::Withheld(Permission::WritePods);
    const FULL: Bound = Bound::Withheld(Permission::WriteFull);

    /// As the API server has it once its controller has filled it.
    fn filled(role: Bound) -> ClusterRole {
        let mut found = permissions().into_iter().find(|it| it.metadata.name == Some(role.name())).unwrap();
        let parts = permissions().into_iter().filter(|it| it.metadata.labels.is_some());
        match role {
            Bound::Standard => found.rules = Some(parts.flat_map(|it| it.rules.unwrap()).collect()),
            FULL => found.rules = Some(vec![rule(&["rbac.authorization.k8s.io"], &["rolebindings"], &["create"])]),
            Bound::Withheld(_) => {}
        }
        found
    }

    fn said(role: Bound, found: &ClusterRole) -> String {
        wrong(role, Some(found)).map_or_else(|| "nothing".to_owned(), |it| it.to_string())
    }

    #[test]
    fn role_with_what_is_shipped_or_more_is_right() {
        for role in Bound::ALL {
            let mut found = filled(role);
            assert_eq!(wrong(role, Some(&found)), None);
            found.rules.as_mut().unwrap().push(rule(&["example.com"], &["gadgets"], &["get"]));
            assert_eq!(wrong(role, Some(&found)), None, "what an extension adds");
            found.rules = Some(vec![rule(&["*"], &["*"], &["*"])]);
            assert_eq!(wrong(role, Some(&found)), None, "as the API server reads it");
        }
    }

    #[test]
    fn role_that_is_missing_or_has_no_rules_is_wrong_whatever_should_fill_it() {
        for role in Bound::ALL {
            assert_eq!(wrong(role, None), Some(Wrong::Missing(role)));
            for none in [None, Some(Vec::new())] {
                let found = ClusterRole { rules: none, ..filled(role) };
                let expected = if role == PODS { Wrong::Empty(role) } else { Wrong::Unfilled(role) };
                assert_eq!(wrong(role, Some(&found)), Some(expected));
            }
        }
        assert_eq!(Wrong::Missing(PODS).to_string(), "ClusterRole bailiwick:w:pods is missing");
    }

    #[test]
    fn role_that_gives_less_says_what_is_lacking() {
        let mut found = filled(Bound::Standard);
        found.rules.as_mut().unwrap().retain(|rule| rule.resources.as_ref().unwrap() != &["persistentvolumeclaims"]);
        assert_eq!(
            said(Bound::Standard, &found),
            "ClusterRole bailiwick:standard lacks the right to create persistentvolumeclaims, and 4 more"
        );
        let other = ClusterRole { rules: Some(vec![rule(&[""], &["pods"], &["get"])]), ..filled(FULL) };
        assert_eq!(
            said(FULL, &other),
            "ClusterRole bailiwick:w:full lacks the right to create rolebindings.rbac.authorization.k8s.io"
        );
    }

    #[test]
    fn rule_for_some_objects_or_for_parts_alone_gives_no_more_than_that() {
        let mut found = filled(PODS);
        found.rules.as_mut().unwrap()[0].resource_names = Some(vec!["one".to_owned()]);
        assert!(said(PODS, &found).contains("to create pods, and "), "{}", said(PODS, &found));

        let mut found = filled(PODS);
        for rule in found.rules.as_mut().unwrap().iter_mut().skip(1) {
            let parts = rule.resources.as_ref().unwrap().iter().map(|it| it.replace("pods/", "*/")).collect();
            rule.resources = Some(parts);
        }
        assert_eq!(wrong(PODS, Some(&found)), None);
    }
}
