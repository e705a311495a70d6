//! Whatever people, organizations and tokens are called: in the cluster they are ids behind words of ours.

use crate::{
    browser::{Person, Token},
    front::{Front, audience},
    given::facts,
    house::PASSWORD,
    measure::{AT_FIRST, within},
    place::{On, Place, on_cluster, on_cluster_with},
};
use domain::id::OrganizationId;
use serde_json::{Value, json};

/// Names that Kubernetes would obey, in spellings that somebody might take for them.
const NAMES: [&str; 14] = [
    "system:masters",
    "SYSTEM:MASTERS",
    "System:Masters",
    "system:\u{200d}masters",
    "sys\u{ad}tem:masters",
    "ｓｙｓｔｅｍ：ｍａｓｔｅｒｓ",
    "sуstem:mаsters",
    "system%3Amasters",
    "system:masters,system:nodes",
    "system:serviceaccount:bailiwick:bailiwick-controller",
    "system:anonymous",
    "kubernetes-admin",
    "cluster-admin",
    "bailiwick:user:00000000-0000-4000-8000-000000000000",
];
const LOCAL_PARTS: [&str; 7] = [
    "system.masters",
    "SYSTEM-MASTERS",
    "system/masters",
    "system=masters",
    "system+masters",
    "kubernetes-admin",
    "cluster_admin",
];
const LABELS: [&str; 3] = ["system-masters", "kube-system", "cluster-admin"];

struct Hostile {
    /// The founder of an organization that is called like this, with people and tokens that are.
    founder: Person,
    organization: OrganizationId,
    tokens: Vec<Token>,
}

impl Place {
    async fn hostile(&self) -> Hostile {
        let house = &self.house;
        let founder =
            house.found(&format!("system:masters {}", self.id), &format!("cluster-admin@{}", self.host())).await;
        assert_eq!(founder.slug, format!("system-masters-{}", self.id));
        let mut namespaces = Vec::new();
        for label in LABELS {
            namespaces.push(founder.create_namespace(label).await);
        }
        let organization = house.organization(&founder.slug).await.id;
        let given: Vec<_> = namespaces.iter().map(|name| ("namespaces[]", name.as_str())).collect();
        let mut tokens = Vec::new();
        for (at, name) in NAMES.into_iter().enumerate() {
            tokens.push(founder.create_token(&[&[("name", name)], &given[..]].concat()).await);
            let email = match LOCAL_PARTS.get(at) {
                Some(part) => format!("{part}@{}", self.host()),
                None => format!("somebody-{at}@{}", self.host()),
            };
            let secret = founder.copy_link(&founder.invite(&email).await).await;
            let fields =
                [("secret", secret.as_str()), ("first_name", name), ("last_name", name), ("password", PASSWORD)];
            let joined = house.anonymous().call("invitations/accept", &fields).await;
            assert_eq!(joined.status, 200, "{name}: {}", joined.text);
        }
        Hostile { founder, organization, tokens }
    }

    fn host(&self) -> String {
        format!("{}.example", self.id)
    }
}

fn is_id(text: &str) -> bool {
    text.parse::<OrganizationId>().is_ok()
}

fn is_ours(text: &str, before: &str, between: char) -> bool {
    let rest = text.strip_prefix(before).and_then(|rest| rest.split_once(between));
    rest.is_some_and(|(kind, id)| ["user", "token"].contains(&kind) && is_id(id))
}

#[test]
fn no_name_that_anybody_chose_is_one_in_the_cluster() {
    on_cluster(async |place| {
        let hostile = place.hostile().await;
        let _controller = place.controller().await;
        let organization = [("organization", hostile.founder.slug.as_str())];
        within(AT_FIRST, "every namespace is in sync", async || {
            let list = hostile.founder.read("namespaces/list", &organization).await.json();
            let all = list["namespaces"].as_array().unwrap().clone();
            all.len() == LABELS.len() && all.iter().all(|it| it["sync"] == "in_sync")
        })
        .await;

        let id = hostile.organization.to_string();
        let own = |it: &&Value| it["metadata"]["labels"]["bailiwick/organization"] == id;
        let kinds =
            ["rolebindings,namespaces,clusterrolebindings,clusterroles,roles,serviceaccounts", "--all-namespaces"];
        let all = place.objects(&kinds);
        let ours: Vec<_> = all.iter().filter(own).collect();
        let (bindings, namespaces): (Vec<_>, Vec<_>) = ours.into_iter().partition(|it| it["kind"] == "RoleBinding");
        assert_eq!(namespaces.len(), LABELS.len());
        for namespace in namespaces {
            let labels = json!({"app.kubernetes.io/managed-by": "bailiwick", "bailiwick/organization": id});
            let kept = |(key, _): &(&String, &Value)| *key != "kubernetes.io/metadata.name";
            let found: Value = namespace["metadata"]["labels"]
                .as_object()
                .unwrap()
                .iter()
                .filter(kept)
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect::<serde_json::Map<_, _>>()
                .into();
            assert_eq!((&namespace["kind"], found), (&json!("Namespace"), labels));
        }
        // The founder, whoever was invited, and the tokens.
        assert_eq!(bindings.len(), (1 + 2 * NAMES.len()) * LABELS.len());
        let mut written = Vec::new();
        for binding in bindings {
            let (metadata, labels) = (&binding["metadata"], &binding["metadata"]["labels"]);
            assert!(is_ours(metadata["name"].as_str().unwrap(), "bailiwick-", '-'), "{metadata}");
            assert!(is_ours(labels["bailiwick/subject"].as_str().unwrap(), "", '-'), "{labels}");
            assert_eq!(
                (labels.as_object().unwrap().len(), &labels["app.kubernetes.io/managed-by"]),
                (3, &json!("bailiwick"))
            );
            assert_eq!(
                (&binding["roleRef"]["kind"], &binding["roleRef"]["name"]),
                (&json!("ClusterRole"), &json!("bailiwick:standard"))
            );
            let [subject] = &binding["subjects"].as_array().unwrap()[..] else { panic!("{binding}") };
            assert_eq!(subject["kind"], "User");
            assert!(is_ours(subject["name"].as_str().unwrap(), "bailiwick:", ':'), "{subject}");
            written.push(metadata["annotations"]["bailiwick/subject-name"].as_str().unwrap());
        }
        // They did come as far as the cluster: where people read them, and nothing obeys.
        for name in NAMES {
            assert!(written.contains(&name), "{name}");
        }
        for part in LOCAL_PARTS {
            assert!(written.iter().any(|it| it.starts_with(&part.to_lowercase())), "{part}");
        }
        // Nor does anything of other kinds, or anybody else's, name one of them.
        let elsewhere =
            all.iter().filter(|it| it["metadata"]["namespace"].as_str().is_none_or(|name| name.contains(&place.id)));
        for subject in elsewhere.filter(|it| !own(it)).filter_map(|it| it["subjects"].as_array()).flatten() {
            let name = subject["name"].as_str().unwrap();
            assert!(!name.contains("bailiwick:user") && !name.contains("bailiwick:token"), "{subject}");
        }
    });
}

#[test]
fn no_name_that_anybody_chose_is_a_user_or_a_group_to_the_api_server() {
    let Some(facts) = facts() else { return };
    on_cluster_with(On::Both, audience(&facts), async |place| {
        let hostile = place.hostile().await;
        let _front = Front::open(&place.house, &facts).await;
        for token in &hostile.tokens {
            let review = json!({
                "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": { "token": token.secret },
            });
            let file = place.write("review.json", &review.to_string());
            let answer = place.kubectl(&["create", "-f", file.to_str().unwrap(), "-o", "json"]);
            let status = &serde_json::from_str::<Value>(&answer).unwrap()["status"];
            let expected = json!({
                "username": format!("bailiwick:token:{}", token.id),
                "uid": format!("token-{}", token.id),
                // The second is what the API server adds to everybody whom it knows.
                "groups": [format!("bailiwick:organization:{}", hostile.organization), "system:authenticated"],
            });
            assert_eq!((&status["authenticated"], &status["user"]), (&json!(true), &expected), "{answer}");
        }
    });
}
