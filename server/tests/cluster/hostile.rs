//! Whatever people, organizations and tokens are called: in the cluster they are ids behind words of ours.

use crate::{
    browser::{Person, Token},
    front::{Front, audience},
    given::facts,
    house::PASSWORD,
    measure::{AT_FIRST, within},
    place::{NAMESPACES, On, Place, RBAC, on_cluster_with},
};
use domain::id::UserId;
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
const LABELS: [&str; 3] = ["system-masters", "kube-public", "cluster-admin"];

struct Hostile {
    /// The founder of an organization that is called like this, with people and tokens that are.
    founder: Person,
    organization: String,
    tokens: Vec<Token>,
}

impl Place {
    async fn hostile(&self) -> Hostile {
        let house = &self.house;
        let email = format!("cluster-admin@{}.example", self.id);
        let founder = house.found(&format!("system:masters {}", self.id), &email).await;
        assert_eq!(founder.slug, format!("system-masters-{}", self.id));
        let mut namespaces = Vec::new();
        for label in LABELS {
            namespaces.push(founder.create_namespace(label).await);
        }
        let given: Vec<_> = namespaces.iter().map(|name| ("namespaces[]", name.as_str())).collect();
        let mut tokens = Vec::new();
        for name in NAMES {
            tokens.push(founder.create_token(&[&[("name", name)], &given[..]].concat()).await);
        }
        for (names, part) in NAMES.chunks(2).zip(LOCAL_PARTS) {
            let [first, last] = names else { panic!("two names for each part") };
            let invitation = founder.invite(&format!("{part}@{}.example", self.id)).await;
            let secret = founder.copy_link(&invitation).await;
            let own = [("secret", secret.as_str()), ("first_name", first), ("last_name", last), ("password", PASSWORD)];
            let joined = house.anonymous().call("invitations/accept", &own).await;
            assert_eq!(joined.status, 200, "{names:?}: {}", joined.text);
        }
        let organization = house.organization(&founder.slug).await.id.to_string();
        Hostile { founder, organization, tokens }
    }

    async fn is_in_sync(&self, hostile: &Hostile) -> bool {
        let organization = [("organization", hostile.founder.slug.as_str())];
        let list = hostile.founder.read("namespaces/list", &organization).await.json();
        let all = list["namespaces"].as_array().unwrap();
        all.len() == LABELS.len() && all.iter().all(|it| it["sync"] == "in_sync")
    }
}

#[test]
fn no_name_that_anybody_chose_is_a_user_a_group_or_a_name_in_the_cluster() {
    let facts = facts();
    let ask = |settings: &mut usecases::Settings| facts.iter().for_each(|facts| audience(facts)(settings));
    on_cluster_with(On::Both, ask, async |place| {
        let hostile = place.hostile().await;
        let _controller = place.controller().await;
        within(AT_FIRST, "in sync", async || place.is_in_sync(&hostile).await).await;
        look_into_the_cluster(place, &hostile.organization).await;
        if let Some(facts) = &facts {
            let _front = Front::open(&place.house, facts).await;
            ask_the_api_server(place, &hostile).await;
        }
    });
}

/// Ours is what is written here, letter for letter, but for ids.
async fn look_into_the_cluster(place: &Place, organization: &str) {
    let ours = |it: &Value| it["metadata"]["labels"]["bailiwick/organization"] == organization;
    let namespaces = place.requests.list(NAMESPACES).await;
    for namespace in namespaces.iter().filter(|it| ours(it)) {
        let mut labels = namespace["metadata"]["labels"].clone();
        // From 1.21 on the API server says a namespace's name once more.
        labels.as_object_mut().unwrap().remove("kubernetes.io/metadata.name");
        assert_eq!(
            labels,
            json!({
                "app.kubernetes.io/managed-by": "bailiwick",
                "bailiwick/organization": organization,
                "pod-security.kubernetes.io/enforce": "baseline",
            })
        );
    }
    assert_eq!(namespaces.iter().filter(|it| ours(it)).count(), LABELS.len());

    let bindings = place.requests.list(&format!("{RBAC}/rolebindings")).await;
    let (bindings, others): (Vec<_>, Vec<_>) = bindings.into_iter().partition(ours);
    // The founder, whoever was invited, and the tokens.
    assert_eq!(bindings.len(), (1 + LOCAL_PARTS.len() + NAMES.len()) * LABELS.len());
    let mut read_by_people = Vec::new();
    for binding in &bindings {
        let metadata = &binding["metadata"];
        let label = metadata["name"].as_str().unwrap().strip_prefix("bailiwick-").unwrap();
        let (kind, id) = label.split_once('-').unwrap();
        assert!(["user", "token"].contains(&kind) && id.parse::<UserId>().is_ok(), "{metadata}");
        let labels = json!({
            "app.kubernetes.io/managed-by": "bailiwick",
            "bailiwick/organization": organization,
            "bailiwick/subject": label,
        });
        let role = json!({
            "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "bailiwick:standard",
        });
        let subjects = json!([{
            "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": format!("bailiwick:{kind}:{id}"),
        }]);
        assert_eq!((&metadata["labels"], &binding["roleRef"], &binding["subjects"]), (&labels, &role, &subjects));
        read_by_people.push(metadata["annotations"]["bailiwick/subject-name"].as_str().unwrap());
    }
    // The names did come as far as the cluster: where people read them, and nothing obeys.
    assert!(NAMES.iter().all(|name| read_by_people.contains(name)), "{read_by_people:?}");
    for part in LOCAL_PARTS {
        let address = format!("{}@", part.to_lowercase());
        assert!(read_by_people.iter().any(|it| it.starts_with(&address)), "{address}: {read_by_people:?}");
    }

    let of_the_whole = place.requests.list(&format!("{RBAC}/clusterrolebindings")).await;
    let others = others.iter().filter(|it| it["metadata"]["namespace"].as_str().unwrap().contains(&place.id));
    for subject in of_the_whole.iter().chain(others).filter_map(|it| it["subjects"].as_array()).flatten() {
        let known = bindings.iter().any(|it| it["subjects"][0]["name"] == subject["name"]);
        assert!(!known, "bound elsewhere too: {subject}");
    }
}

async fn ask_the_api_server(place: &Place, hostile: &Hostile) {
    for token in &hostile.tokens {
        let review = json!({
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": { "token": token.secret },
        });
        let answer = place.requests.make("/apis/authentication.k8s.io/v1/tokenreviews", &review).await;
        let user = json!({
            "username": format!("bailiwick:token:{}", token.id),
            "uid": format!("token-{}", token.id),
            // The second is what the API server adds to everybody whom it knows.
            "groups": [format!("bailiwick:organization:{}", hostile.organization), "system:authenticated"],
        });
        assert_eq!((&answer["status"]["authenticated"], &answer["status"]["user"]), (&json!(true), &user), "{answer}");
    }
}
