//! The settings of namespaces that organizations create: what they are called, and what pods are held to in them.

use super::{ConfigError, Written};
use domain::{
    namespace::{Pattern, PodSecurity, Prefix, Rules},
    text::Problem,
};
use serde::Deserialize;

/// A level of Kubernetes' Pod Security Standards, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenLevel {
    Restricted,
    Baseline,
    Privileged,
    None,
}

impl Written {
    pub(super) fn namespaces(&self) -> Result<Rules, ConfigError> {
        let prefix = prefix(self.namespace_prefix.as_deref().unwrap_or_default().trim())?;
        let reserved = self.reserved_namespaces.as_deref().unwrap_or_default().split(',').map(str::trim);
        let reserved = reserved.filter(|pattern| !pattern.is_empty()).map(pattern).collect::<Result<_, _>>()?;
        let pod_security = match self.pod_security {
            Some(WrittenLevel::Restricted) => Some(PodSecurity::Restricted),
            Some(WrittenLevel::Baseline) | None => Some(PodSecurity::Baseline),
            Some(WrittenLevel::Privileged) => Some(PodSecurity::Privileged),
            Some(WrittenLevel::None) => None,
        };
        let rules = Rules { prefix, reserved, pod_security };
        if !rules.prefix.is_empty() && rules.reserves_all_under(rules.prefix.as_str()) {
            return Err(ConfigError(format!(
                "BAILIWICK_NAMESPACE_PREFIX: every name that begins with {} is reserved, so that nobody could create a \
                 namespace; choose another prefix",
                rules.prefix
            )));
        }
        Ok(rules)
    }
}

fn prefix(text: &str) -> Result<Prefix, ConfigError> {
    Prefix::parse(text).map_err(|problem| {
        let why = match problem {
            Problem::TooLong { most } => format!("at most {most} characters, so that names behind it fit"),
            _ => "lower-case letters, digits and hyphens, and a hyphen at its end, like tenant-".to_owned(),
        };
        ConfigError(format!("BAILIWICK_NAMESPACE_PREFIX: a prefix has {why}; this is {text:?}"))
    })
}

fn pattern(text: &str) -> Result<Pattern, ConfigError> {
    Pattern::parse(text).map_err(|_| {
        ConfigError(format!(
            "BAILIWICK_RESERVED_NAMESPACES: {text:?} is neither a namespace's name nor one with * at its beginning or end, \
             like team-* or *-infra"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::*;
    use domain::text::{NamespaceLabel, NamespaceName, Slug};

    fn rules(pairs: &[(&str, &str)]) -> Rules {
        read(pairs).unwrap().settings().namespaces
    }

    #[test]
    fn without_a_setting_names_have_no_prefix_and_pods_are_held_to_the_baseline() {
        assert_eq!(rules(&[]), Rules::default());
        assert_eq!(rules(&[]).pod_security, Some(PodSecurity::Baseline));
    }

    #[test]
    fn the_prefix_the_reserved_names_and_the_level_are_as_configured() {
        let rules = rules(&[
            ("BAILIWICK_NAMESPACE_PREFIX", "tenant-"),
            ("BAILIWICK_RESERVED_NAMESPACES", "team-*, *-infra,,shared "),
            ("BAILIWICK_POD_SECURITY", "restricted"),
        ]);
        assert_eq!(rules.pod_security, Some(PodSecurity::Restricted));
        let (slug, label) = (Slug::parse("northwind").unwrap(), NamespaceLabel::parse("dev").unwrap());
        assert_eq!(rules.name_of(&slug, &label).unwrap().as_str(), "tenant-northwind-dev");
        for name in ["team-a", "our-infra", "shared", "kube-system"] {
            assert!(rules.may_be_taken(&NamespaceName::parse(name).unwrap()).is_err(), "{name}");
        }
        assert!(rules.may_be_taken(&NamespaceName::parse("shared-too").unwrap()).is_ok());
    }

    #[test]
    fn every_level_is_set_by_its_name_and_none_sets_none() {
        for level in PodSecurity::ALL {
            assert_eq!(rules(&[("BAILIWICK_POD_SECURITY", level.as_str())]).pod_security, Some(level));
        }
        assert_eq!(rules(&[("BAILIWICK_POD_SECURITY", "none")]).pod_security, None);
    }

    #[test]
    fn a_setting_under_which_no_namespace_could_be_is_refused_by_its_name() {
        let long = format!("{}-", "t".repeat(20));
        for (name, value) in [
            ("BAILIWICK_NAMESPACE_PREFIX", "tenant"),
            ("BAILIWICK_NAMESPACE_PREFIX", "-"),
            ("BAILIWICK_NAMESPACE_PREFIX", "Tenant-"),
            ("BAILIWICK_NAMESPACE_PREFIX", "a.b-"),
            ("BAILIWICK_NAMESPACE_PREFIX", &long),
            ("BAILIWICK_NAMESPACE_PREFIX", "kube-"),
            ("BAILIWICK_RESERVED_NAMESPACES", "*"),
            ("BAILIWICK_RESERVED_NAMESPACES", "a-*,**"),
            ("BAILIWICK_RESERVED_NAMESPACES", "a*b"),
            ("BAILIWICK_RESERVED_NAMESPACES", "Team-*"),
        ] {
            let why = read(&[(name, value)]).unwrap_err().to_string();
            assert!(why.starts_with(name), "{name}={value}: {why}");
        }
        let both = [("BAILIWICK_NAMESPACE_PREFIX", "tenant-"), ("BAILIWICK_RESERVED_NAMESPACES", "tenant-*")];
        assert!(read(&both).unwrap_err().to_string().contains("tenant-"));
        assert!(read(&[("BAILIWICK_POD_SECURITY", "strict")]).is_err());
    }
}
