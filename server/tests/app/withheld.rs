//! `w:pods` and `w:full` are the operator's to give: no door of an admin's leads to them, whatever is written on it.

use crate::{
    browser::{Answer, Person},
    house::{House, PASSWORD, on_both},
};
use domain::{binding::ClusterRole, membership::Role};
use std::collections::BTreeSet;
use usecases::cluster;

/// Fields that nobody asked for, in the words in which somebody might ask.
const FIELDS: [(&str, &str); 14] = [
    ("permissions[]", "w:pods"),
    ("permissions[]", "w:full"),
    ("permissions", "w:full"),
    ("permission", "w:pods"),
    ("withheld[]", "w:full"),
    ("withheld", "true"),
    ("role", "w:full"),
    ("roles[]", "bailiwick:w:full"),
    ("cluster_role", "cluster-admin"),
    ("grants[]", "northwind-dev:w:full"),
    ("grants[northwind-dev][]", "w:pods"),
    ("namespaces[0][permissions][]", "w:pods"),
    ("operator", "true"),
    ("actor", "operator"),
];

/// The same, written where a namespace is asked for.
const NAMESPACES: [&str; 12] = [
    "w:pods",
    "w:full",
    "bailiwick:w:full",
    "northwind-dev:w:full",
    "northwind-dev/w:pods",
    "northwind-dev#w:pods",
    "northwind-dev,w:full",
    "northwind-dev w:full",
    "northwind-dev\0w:full",
    "northwind-dev-w-full",
    "kube-system",
    "*",
];

/// What an admin may do that gives somebody a namespace.
#[derive(Debug, Clone, Copy)]
enum Door {
    Grant,
    Invite,
    MakeToken,
    AssignToken,
}

impl Door {
    const ALL: [Self; 4] = [Self::Grant, Self::Invite, Self::MakeToken, Self::AssignToken];

    /// Knocks with this namespace and this field more, as a script of ours or as a plain form.
    async fn knock(self, ada: &Person, namespace: &str, more: Option<(&str, &str)>, plainly: bool) -> Answer {
        let house = &ada.house;
        let email = format!("guest-{}@elsewhere.example", house.next());
        let (function, own) = match self {
            Self::Grant => {
                let member = house.seat(&ada.slug, Role::Member).await;
                ("grants/save", vec![("member", member.id().await), ("version", member.version().await.to_string())])
            }
            Self::Invite => ("invitations/send", vec![("emails[]", email)]),
            Self::MakeToken => ("tokens/create", vec![("name", "ci".to_owned())]),
            Self::AssignToken => ("tokens/assign", vec![("token", ada.create_token(&[]).await.id)]),
        };
        let mut fields = vec![("organization", ada.slug.as_str()), ("namespaces[]", namespace)];
        fields.extend(own.iter().map(|(name, value)| (*name, value.as_str())));
        fields.extend(more);
        if !plainly {
            return ada.call(function, &fields).await;
        }
        let back = format!("/o/{}/organization", ada.slug);
        fields.extend([("back", back.as_str()), ("next", back.as_str())]);
        ada.submit(function, &fields).await
    }
}

/// Every role that anybody is to have in the cluster, and how many bindings there are.
async fn roles(house: &House) -> (BTreeSet<ClusterRole>, usize) {
    let organization = house.organization("northwind").await.id;
    let wanted = cluster::wanted(&house.installation, organization).await.unwrap().unwrap();
    (wanted.bindings.iter().map(|binding| binding.role).collect(), wanted.bindings.len())
}

/// Accepts as many invitations as there are fields, each with one of them.
async fn accept(house: &House, ada: &Person) {
    let limit = FIELDS.len().to_string();
    let fields = [("organization", ada.slug.as_str()), ("status", "invite_sent"), ("limit", &limit)];
    let invited = ada.read("members/list", &fields).await.json();
    for (invitee, more) in invited["members"].as_array().unwrap().iter().zip(FIELDS) {
        let secret = ada.copy_link(invitee["id"].as_str().unwrap()).await;
        let own = [("secret", secret.as_str()), ("first_name", "In"), ("last_name", "Vited"), ("password", PASSWORD)];
        let joined = house.anonymous().call("invitations/accept", &[&own[..], &[more]].concat()).await;
        assert_eq!(joined.status, 200, "{more:?}: {}", joined.text);
    }
}

#[test]
fn no_field_that_an_admin_adds_gives_what_is_withheld() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let dev = ada.create_namespace("dev").await;
        let mut before = roles(&house).await.1;
        for door in Door::ALL {
            for more in FIELDS {
                for plainly in [false, true] {
                    let answer = door.knock(&ada, &dev, Some(more), plainly).await;
                    assert!(answer.status < 500, "{door:?} {more:?}: {}", answer.text);
                }
                let (roles, after) = roles(&house).await;
                assert_eq!(roles, [ClusterRole::Standard].into(), "{door:?} {more:?}");
                // An invitation gives when it is accepted; a list that is written in two ways is refused.
                let opens = !matches!(door, Door::Invite) && !more.0.starts_with("namespaces");
                assert_eq!(after - before, if opens { 2 } else { 0 }, "what an admin may give: {door:?} {more:?}");
                before = after;
            }
        }
        accept(&house, &ada).await;
        let (roles, after) = roles(&house).await;
        assert_eq!(roles, [ClusterRole::Standard].into());
        assert_eq!(after, before + FIELDS.len(), "who was invited got what was offered");
        let kept: Vec<_> = house.rows().await.into_values().flatten().filter(|row| row.contains("w:")).collect();
        assert_eq!(kept, Vec::<String>::new());
    });
}

#[test]
fn no_namespace_that_an_admin_names_gives_what_is_withheld() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let before = roles(&house).await;
        for door in Door::ALL {
            for namespace in NAMESPACES {
                let answer = door.knock(&ada, namespace, None, false).await;
                assert_eq!(answer.brief(), "422 unknown_namespace", "{door:?} {namespace:?}");
                door.knock(&ada, namespace, None, true).await;
                assert_eq!(roles(&house).await, before, "{door:?} {namespace:?}");
            }
        }
        let scopes = [("organization", "northwind"), ("namespaces[]", ""), ("scopes[]", "w:full")];
        assert_eq!(ada.call("tokens/create", &scopes).await.status, 422);
    });
}

#[test]
fn a_token_with_every_scope_gives_no_more_than_an_admin() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let dev = ada.create_namespace("dev").await;
        let scopes = [("scopes[]", "members"), ("scopes[]", "invitations"), ("scopes[]", "grants")];
        let every = [&scopes[..], &[("namespaces[]", dev.as_str())]].concat();
        let program = house.program(&ada.create_token(&every).await.secret);
        for more in FIELDS {
            let member = house.seat("northwind", Role::Member).await;
            let (id, version) = (member.id().await, member.version().await.to_string());
            let email = format!("guest-{}@elsewhere.example", house.next());
            let own = [("organization", "northwind"), ("namespaces[]", dev.as_str()), more];
            let saved =
                program.call("grants/save", &[&own[..], &[("member", &id), ("version", &version)]].concat()).await;
            let sent = program.call("invitations/send", &[&own[..], &[("emails[]", &email)]].concat()).await;
            for answer in [saved, sent] {
                assert!(answer.status == 200 || (400..500).contains(&answer.status), "{more:?}: {}", answer.text);
            }
        }
        accept(&house, &ada).await;
        let (roles, count) = roles(&house).await;
        assert_eq!(roles, [ClusterRole::Standard].into());
        // One field is refused at both doors; the others are the token's own, and that of whoever made the namespace.
        assert_eq!(count, 2 * (FIELDS.len() - 1) + 2);
    });
}
