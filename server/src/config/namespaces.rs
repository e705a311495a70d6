//! The settings of namespaces that organizations create: what they are called, and what pods are held to in them.

use super::{ConfigError, reader::Reader};
use domain::{
    namespace::{Pattern, PodSecurity, Prefix, Rules},
    text::Problem,
};

const LEVELS: [(&str, Option<PodSecurity>); 4] = [
    (PodSecurity::Restricted.as_str(), Some(PodSecurity::Restricted)),
    (PodSecurity::Baseline.as_str(), Some(PodSecurity::Baseline)),
    (PodSecurity::Privileged.as_str(), Some(PodSecurity::Privileged)),
    ("none", None),
];

pub(super) fn rules(reader: &Reader) -> Result<Rules, ConfigError> {
    let prefix = reader.parsed("namespace_prefix", prefix)?.unwrap_or_default();
    let reserved =
        reader.list("reserved_namespaces").unwrap_or_default().into_iter().map(pattern).collect::<Result<_, _>>();
    let reserved = reserved.map_err(|why| reader.wrong("reserved_namespaces", why))?;
    let pod_security = reader.one_of("pod_security", &LEVELS)?.unwrap_or(Some(PodSecurity::Baseline));
    let rules = Rules { prefix, reserved, pod_security };
    if !rules.prefix.is_empty() && rules.reserves_all_under(rules.prefix.as_str()) {
        let why = "every name that begins with it is reserved, so that nobody could create a namespace; choose another prefix";
        return Err(reader.wrong("namespace_prefix", why));
    }
    Ok(rules)
}

fn prefix(text: &str) -> Result<Prefix, String> {
    Prefix::parse(text).map_err(|problem| {
        let what = match problem {
            Problem::TooLong { most } => format!("at most {most} characters, so that names behind it fit"),
            _ => "lower-case letters, digits and hyphens, and a hyphen at its end, like tenant-".to_owned(),
        };
        format!("expected {what}")
    })
}

fn pattern(text: &str) -> Result<Pattern, String> {
    Pattern::parse(text).map_err(|_| {
        format!(
            "{text:?} is neither a namespace's name nor one with * at its beginning or end; expected names such as team-* or *-infra"
        )
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
