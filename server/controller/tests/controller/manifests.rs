//! The ClusterRoles as they are shipped.

use controller::roles::{files, manifests, permissions};
use domain::{binding::ClusterRole, permission::Permission};
use std::{env, fs, path::Path};

#[test]
fn the_committed_manifests_are_what_the_code_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/cluster");
    for (name, now) in files() {
        let path = folder.join(name);
        if env::var_os("BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &now).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == now,
            "{} differs from what the code prints. Is the change meant? Then write it anew, read the diff and commit it:\n    \
             BLESS=1 cargo nextest run -p controller committed\n\n{now}",
            path.display()
        );
    }
}

#[test]
fn printing_them_all_prints_every_file_but_the_list_of_files() {
    let all = manifests();
    for (name, text) in files() {
        assert_eq!(all.contains(&text), name != "kustomization.yaml", "{name}");
    }
}

#[test]
fn every_permission_and_everything_that_a_binding_refers_to_has_its_role() {
    let names: Vec<_> = permissions().into_iter().filter_map(|role| role.metadata.name).collect();
    for permission in Permission::STANDARD.into_iter().chain(Permission::WITHHELD) {
        assert!(names.contains(&format!("bailiwick:{permission}")), "{permission}");
    }
    for role in ClusterRole::ALL {
        assert!(names.contains(&role.name()), "{role:?}");
    }
    assert_eq!(names.len(), 8);
}

#[test]
fn no_role_says_everything_and_only_one_that_an_admin_gives_names_secrets() {
    for role in permissions() {
        let name = role.metadata.name.unwrap();
        for rule in role.rules.unwrap_or_default() {
            let words = [rule.api_groups.unwrap(), rule.resources.unwrap(), rule.verbs].concat();
            assert!(!words.iter().any(|word| word.contains('*')), "{name}: {words:?}");
            let secret = words.iter().any(|word| word.starts_with("secrets"));
            assert!(!secret || name == "bailiwick:w:config", "{name}: {words:?}");
        }
    }
}

#[test]
fn reading_opens_nothing_that_runs_or_forwards() {
    let read =
        permissions().into_iter().find(|role| role.metadata.name.as_deref() == Some("bailiwick:r:full")).unwrap();
    for rule in read.rules.unwrap() {
        assert_eq!(rule.verbs, ["get", "list", "watch"]);
        for resource in rule.resources.unwrap() {
            let (_, part) = resource.split_once('/').unwrap_or_default();
            assert!(["", "log", "scale", "status"].contains(&part), "{resource}");
        }
    }
}
